"""A made shop: catalog, history, store, pages in three sizes and in the forms that peers need.

Everything is drawn from a fixed seed; only times are of today. Items, their brands and categories
are those of tests/bench/tools/shop_events.cpp. Pages of 20, 60 and 250 KB: `home` has 4 widgets of
8 tiles, `list` a listing of 48, `cart` is a cart layer with 4. A tile stands in a template, which
ours and the Lua peers read both: Mustache with plain fields only.
"""
import gzip
import html
import json
import os
import random
import subprocess
import time

SIZES = {'20': 20_000, '60': 60_000, '250': 250_000}
BRANDS, CATEGORIES = 60, 40
ON_PAGES = 2000  # pages and the Lua peers know the first items only, which favours the peers
CANDIDATES = 200
EVENTS = 50
WIDGETS = 4

_BUTTON = ' <button class="btn btn--cart" type="button" data-add="{{id}}">Add to cart</button>\n'
TEMPLATES = {
    '20': '<li class="tile" data-sku="{{id}}"><a href="{{link}}"><img src="{{image_link}}" '
          'alt="{{title}}" loading="lazy" width="240" height="240"><b>{{title}}</b>'
          '<span>{{price}} EUR</span></a></li>\n',
    '60': '<li class="tile" data-sku="{{id}}">\n <a class="tile__link" href="{{link}}">\n'
          '  <picture><source type="image/webp" '
          'srcset="/i/240/{{id}}.webp 1x, /i/480/{{id}}.webp 2x"><img class="tile__img" '
          'src="{{image_link}}" alt="{{title}}" loading="lazy" width="240" height="240">'
          '</picture>\n  <span class="tile__brand">{{brand}}</span>\n'
          '  <h3 class="tile__name">{{title}}</h3>\n  <span class="tile__rating" '
          'aria-label="{{rating}} of 5">({{reviews}})</span>\n'
          '  <span class="tile__price">{{price}} EUR</span>\n </a>\n' + _BUTTON + '</li>\n',
    '250': '<li class="tile" data-sku="{{id}}">\n <article class="card" itemscope '
           'itemtype="https://schema.org/Product">\n  <small itemprop="sku">{{id}}</small>\n'
           '  <a class="card__link" href="{{link}}" data-list="grid">\n'
           '   <picture class="card__media">\n    <source type="image/avif" '
           'srcset="/i/240/{{id}}.avif 240w, /i/480/{{id}}.avif 480w, /i/720/{{id}}.avif 720w" '
           'sizes="(max-width:640px) 50vw, 240px">\n    <source type="image/webp" '
           'srcset="/i/240/{{id}}.webp 240w, /i/480/{{id}}.webp 480w, /i/720/{{id}}.webp 720w" '
           'sizes="(max-width:640px) 50vw, 240px">\n'
           '    <img class="card__img" src="{{image_link}}" alt="{{title}}" loading="lazy" '
           'decoding="async" width="240" height="240">\n   </picture>\n'
           '   <span class="card__brand" itemprop="brand">{{brand}}</span>\n'
           '   <h3 class="card__name" itemprop="name">{{title}}</h3>\n'
           '   <span class="card__rating" aria-label="{{rating}} of 5"><svg class="icon" '
           'aria-hidden="true"><use href="#i-star"></use></svg>({{reviews}})</span>\n'
           '   <span class="card__price" itemprop="offers" itemscope '
           'itemtype="https://schema.org/Offer"><meta itemprop="priceCurrency" content="EUR">'
           '<span itemprop="price">{{price}}</span> EUR</span>\n  </a>\n' + _BUTTON +
           ' </article>\n</li>\n',
}

# What the peers look for in their pages. Ours has no need of marks, but has the same page.
MARK, END_MARK = '<!--tiles-->', '<!--/tiles-->'
_SYLLABLES = 'al be ca do en fa go ha in jo ka lu mi no or pa qu ri so ta un va we xi yo za'.split()


class Words:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def word(self):
        return ''.join(self.random.choice(_SYLLABLES) for _ in range(self.random.randint(2, 4)))

    def words(self, count):
        return ' '.join(self.word() for _ in range(count))

    def until(self, size, piece):
        """Pieces until they have `size` characters."""
        out, length = [], 0
        while length < size:
            out.append(piece())
            length += len(out[-1])
        return ''.join(out)


def items(count):
    words = Words(1)
    brands = [f'Brand {n}' for n in range(BRANDS)]  # rules name some
    categories = [f'Category {n}' for n in range(CATEGORIES)]
    draw = words.random
    for n in range(count):
        price = draw.randint(499, 29999)
        # Titles of the many items behind the pages' need no syllables of their own.
        title = (f'{brands[n % BRANDS]} {words.word()} & {words.word()}' if n < ON_PAGES
                 else f'{brands[n % BRANDS]} item {n}')
        yield {'id': f'i{n}', 'title': title, 'link': f'/p/i{n}', 'image_link': f'/i/240/i{n}.jpg',
               'price': f'{price / 100:.2f} EUR',
               'sale_price': f'{price * 0.8 / 100:.2f} EUR' if n % 5 == 0 else '',
               'availability': 'in_stock', 'brand': brands[n % BRANDS],
               'product_type': categories[n % CATEGORIES],
               'rating': f'{draw.randint(20, 50) / 10:.1f}', 'reviews': str(draw.randint(0, 900))}


def current_price(item):
    return (item['sale_price'] or item['price']).split()[0]


def tile(size, item):
    text = TEMPLATES[size]
    for name, value in {**item, 'price': current_price(item)}.items():
        text = text.replace('{{' + name + '}}', html.escape(value))
    return text


class Page:
    """What stands around the tiles: style, menu, texts, icons and state of a shop's page."""

    def __init__(self, size, kind, tiles):
        self.words = Words(size + kind)
        self.rest = max(SIZES[size] - tiles - 900, 1000)

    def _part(self, share, piece):
        return self.words.until(int(self.rest * share), piece)

    def head(self, title):
        w, draw = self.words, self.words.random
        style = self._part(.15, lambda: f'.{w.word()}__{w.word()}{{margin:{draw.randint(0, 40)}px;'
                                        f'color:#{draw.randrange(1 << 24):06x}}}')
        icons = self._part(.08, lambda: f'<symbol id="i-{w.word()}"><path d="M' + ' '.join(
            f'{draw.random() * 24:.1f}' for _ in range(30)) + '"/></symbol>')
        menu = self._part(.30, lambda: f'<li class="menu__column"><a href="/c/{w.word()}">'
                                       f'{w.word()}</a><ul>' + ''.join(
            f'<li><a class="menu__link" href="/c/{w.word()}/{w.word()}">{w.word()}</a></li>'
            for _ in range(8)) + '</ul></li>\n')
        return ('<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
                f'<title>{title}</title>\n<link rel="stylesheet" href="/a/main.css">\n'
                f'<style>{style}</style>\n</head>\n<body>\n<svg hidden>{icons}</svg>\n'
                f'<header><nav><ul>\n{menu}</ul></nav></header>\n<main>\n')

    def text(self, share):
        w = self.words
        return self._part(.27 * share, lambda: (
            f'<p class="copy">{w.words(14)} <a href="/m/{w.word()}">{w.words(2)}</a> '
            f'{w.words(10)}.</p>\n'))

    def foot(self):
        w = self.words
        state = self._part(.20, lambda: json.dumps({
            'id': w.random.randint(1, 99999), 'slug': w.word(), 'title': w.words(3)}) + ',')
        return ('</main>\n<footer></footer>\n<script>window.__STATE__={"items":['
                f'{state.rstrip(",")}]}};</script>\n</body>\n</html>\n')


# The forms of a home page: what stands where the tiles of widget `n` are due.
HOME_FORMS = {
    'home': lambda size, n, tiles: MARK + tiles + END_MARK,
    'home-ssi': lambda size, n, tiles: f'<!--# include virtual="/part/{size}-{n}.html" -->',
    'home-esi': lambda size, n, tiles: f'<esi:include src="/part/{size}-{n}.html"/>',
    'home-esi-uncached': lambda size, n, tiles: f'<esi:include src="/uncached/{size}-{n}.html"/>',
    'home-esi-gzip': lambda size, n, tiles: f'<esi:include src="/gzip/part/{size}-{n}.html"/>',
}


def home(size, form, widgets):
    page = Page(size, 'home', sum(map(len, widgets)))
    out = page.head('Shop')
    for n, tiles in enumerate(widgets, 1):
        out += page.text(.2) + (f'<section class="reco"><h2>{page.words.words(3)}</h2>'
                                f'<ul class="tiles" id="w{n}">{HOME_FORMS[form](size, n, tiles)}'
                                '</ul></section>\n')
    return out + page.text(.2) + page.foot()


def listing(size, tiles):
    page = Page(size, 'list', len(tiles))
    return (page.head('Category') + page.text(.2) +
            f'<ul class="tiles grid" id="listing">{MARK}{tiles}{END_MARK}</ul>\n' +
            page.text(.8) + page.foot())


def cart(tiles):
    words = Words('cart')
    lines = ''.join(f'<li class="line"><span>{words.words(3)}</span><input type="number" value="1">'
                    '</li>\n' for _ in range(3))
    return (f'<div class="layer" role="dialog"><h2>Your cart</h2><ul>{lines}</ul>\n'
            f'<ul class="tiles" id="w1">{MARK}{tiles}{END_MARK}</ul>\n'
            '<a class="btn" href="/checkout">Checkout</a></div>\n')


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', newline='', encoding='utf-8') as file:
        file.write(text)


def write_pages(folder, catalog):
    draw = random.Random(3)
    candidates = sorted(draw.sample(range(ON_PAGES), CANDIDATES))
    for size, template in TEMPLATES.items():
        def tiles(chosen, size=size):
            return ''.join(tile(size, catalog[n]) for n in chosen)
        write(f'{folder}/tile-{size}.html', template)
        widgets = [tiles(draw.sample(candidates, 8)) for _ in range(WIDGETS)]
        for form in HOME_FORMS:
            write(f'{folder}/www/{size}/{form}.html', home(size, form, widgets))
        for n, widget in enumerate(widgets, 1):
            for place in ('part', 'uncached'):
                write(f'{folder}/www/{place}/{size}-{n}.html', widget)
        write(f'{folder}/www/{size}/list.html', listing(size, tiles(draw.sample(candidates, 48))))
        write(f'{folder}/www/{size}/cart.html', cart(tiles(draw.sample(candidates, 4))))
        for page in ('home', 'list', 'cart'):
            plain = f'{folder}/www/{size}/{page}.html'
            with open(plain, 'rb') as source, open(plain + '.gz', 'wb') as out:
                out.write(gzip.compress(source.read(), 6, mtime=0))
    write(f'{folder}/lua.json', json.dumps({
        'items': [{**item, 'price': current_price(item)} for item in catalog],
        'popularity': [round(draw.random() ** 3, 4) for _ in catalog],
        'candidates': candidates, 'templates': TEMPLATES}))


def make(folder, tools, personalize, sessions, visitors):
    """Everything into `folder`, unless the same has been made there already."""
    stamp, made = f'{folder}/made', f'{sessions} sessions, {visitors} visitors\n'
    if os.path.exists(stamp):
        with open(stamp, encoding='utf-8') as file:
            if file.read() == made:
                return
        os.remove(stamp)
    count = max(sessions // 10, 2 * ON_PAGES)
    now = str(int(time.time()))
    os.makedirs(folder, exist_ok=True)
    catalog = list(items(count))
    columns = list(catalog[0])
    write(f'{folder}/feed.tsv', '\t'.join(columns) + '\n' + ''.join(
        '\t'.join(item[column] for column in columns) + '\n' for item in catalog))
    write_pages(folder, catalog[:ON_PAGES])
    events = f'{tools}/bench_tool_shop_events'
    with open(f'{folder}/history.tsv', 'wb') as out:
        subprocess.run([events, 'history', str(count), str(sessions), now], stdout=out, check=True)
    with open(f'{folder}/visitors.resp', 'wb') as out:
        subprocess.run([events, 'visitors', str(count), str(visitors), str(EVENTS), now],
                       stdout=out, check=True)
    learned = subprocess.run(
        [personalize, 'learn', '--store', f'{folder}/shop.store', '--catalog', f'{folder}/feed.tsv',
         '--history', f'{folder}/history.tsv', '--no-tune', '--found-segments', '0'],
        capture_output=True, text=True, check=False)
    if learned.returncode != 0:
        raise SystemExit(f'personalize learn: {learned.stderr}')
    os.remove(f'{folder}/history.tsv')
    write(stamp, made)
