#!/usr/bin/env python3
"""Writes the demo shop: pages, pictures, and what the two nginx need to know of them.

    pages.py CONF-DIRECTORY OUTPUT-DIRECTORY

CONF-DIRECTORY is conf/demo. Into OUTPUT-DIRECTORY go www/ (all that the origin serves), search.map (search words to
pages, for the origin) and categories.map (paths to product types, for the edge).
"""

import html
import json
import os
import shutil
import sys

import mustache
import pictures
import shop as shops

LISTING = 48
SHELF = 8


class Site:
    def __init__(self, conf, output):
        self.conf, self.www = conf, os.path.join(output, "www")
        self.output = output
        self.shop = shops.Shop(os.path.join(conf, "data"))
        self.templates = {}
        self.tile = self.read("templates/tile.html").rstrip("\n")

    def read(self, name):
        with open(os.path.join(self.conf, name), encoding="utf-8") as file:
            return file.read()

    def write(self, name, text):
        path = os.path.join(self.www, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def fill(self, template, /, **values):
        if template not in self.templates:
            self.templates[template] = self.read(f"site/pages/{template}.html").rstrip("\n")
        return mustache.render(self.templates[template], values)

    def tiles(self, items):
        return "\n".join(mustache.render(self.tile, vars(item)) for item in items)

    def page(self, file, title, kind, content, query="", department=""):
        menu = "".join(link(top_link(top), top, top == department) for top in shops.DEPARTMENTS)
        self.write(file, self.fill("layout", title=title, page=kind, content=content, query=query, menu=f"<ul>{menu}</ul>"))


def top_link(top):
    return f"/category/{shops.slug(top)}"


def sub_link(product_type):
    top, sub = product_type.split(" > ")
    return f"{top_link(top)}/{shops.slug(sub)}"


def link(target, text, current):
    mark = ' aria-current="page"' if current else ""
    return f'<li><a href="{target}"{mark}>{html.escape(text)}</a></li>'


def picture(item):
    return f'<img src="{item.image_link}" alt="" width="400" height="400">'


def home(site):
    shop = site.shop
    top = shop.best(SHELF)
    new = shop.newest(SHELF)
    sale = shop.best(SHELF, lambda item: item.on_sale, but=top + new)
    more = shop.best(SHELF, but=top + new + sale)
    kinds = {}
    for item in shop.best(200):
        kinds.setdefault(item.picture, item)
    departments = "".join(f'<li><a href="{top_link(name)}">{picture(shop.best(1, lambda item: item.top == name)[0])}{html.escape(name)}</a></li>'
                          for name in shops.DEPARTMENTS[:8])
    content = site.fill("home", count=f"{len(shop.items):,}", collage="".join(picture(item) for item in list(kinds.values())[:6]), departments=departments,
                        top=site.tiles(top), new=site.tiles(new), sale=site.tiles(sale), more=site.tiles(more))
    site.page("index.html", "Small things for kitchen, home and giving", "home", content)


def chips(shop, top, current):
    return "".join(link(sub_link(kind), kind.split(" > ")[1], kind == current) for kind in shop.subs(top))


def categories(site):
    """One page a department and one a kind; the map tells the edge which is which."""
    shop, known = site.shop, []
    for top in shops.DEPARTMENTS:
        pages = [(top_link(top), top, top, shop.by_top[top], "")]
        pages += [(sub_link(kind), kind, kind.split(" > ")[1], shop.by_sub[kind], top) for kind in shop.subs(top)]
        for target, kind, name, items, parent in pages:
            content = site.fill("category", name=name, parent=parent, parent_link=top_link(top), shown=min(LISTING, len(items)), count=len(items),
                                chips=chips(shop, top, kind), tiles=site.tiles(items[:LISTING]))
            site.page(f"{target[1:]}.html", name, "category", content, department=top)
            known.append((target, kind))
    with open(os.path.join(site.output, "categories.map"), "w", encoding="utf-8") as out:
        out.writelines(f'{target} "{kind}";\n' for target, kind in known)


def products(site):
    for done, item in enumerate(site.shop.items):
        similar = site.shop.by_sub[item.product_type]
        place = similar.index(item)
        near = [other for other in similar[:place][-4:] + similar[place + 1:] if other.available][:4]
        content = site.fill("product", **vars(item), top_link=top_link(item.top), sub_link=sub_link(item.product_type), similar=site.tiles(near), goes="")
        site.page(f"product/{item.id}.html", item.title, "item", content, department=item.top)
        site.write(f"img/{item.id}.svg", pictures.draw(item.id, item.picture, item.color, item.material, item.pattern))
        if done % 750 == 749:
            print(f"  {done + 1} of {len(site.shop.items)} products", file=sys.stderr, flush=True)


def searches(site):
    queries = site.shop.queries()
    plurals = {f"{query}s" for query in queries} - set(queries)
    with open(os.path.join(site.output, "search.map"), "w", encoding="utf-8") as out:
        for query in queries:
            found = site.shop.matching(query)
            content = site.fill("search", query=query, shown=min(LISTING, len(found)), count=len(found), tiles=site.tiles(found[:LISTING]))
            file = f"search/{query.replace(' ', '-')}"
            site.page(f"{file}.html", f"Search: {query}", "search", content, query=query)
            spellings = {query} | ({f"{query}s"} & plurals)
            out.writelines(f'"{spelled.replace(" ", space)}" /{file};\n' for spelled in sorted(spellings) for space in (("+", "%20") if " " in spelled else ("",)))
    words = "".join(f'<li><a href="/search?q={word.replace(" ", "+")}">{word}</a></li>'
                    for word in ("mug", "bunting", "lunch bag", "union jack", "candle", "heart", "notebook", "retrospot"))
    content = site.fill("nothing", words=words, top=site.tiles(site.shop.best(SHELF)))
    site.page("search/nothing.html", "Nothing found", "search", content)


def rest(site):
    layer = site.fill("layer")
    site.write("cart/layer.html", layer + "\n")
    site.page("cart/added.html", "Added to your basket", "cart", layer)
    site.page("cart.html", "Your basket", "cart", site.fill("cart"))
    site.page("thank-you.html", "Thank you", "thanks", site.fill("thanks"))
    site.page("missing.html", "Not found", "missing", site.fill("missing"))
    for name in ("style.css", "shop.js", "mark.svg"):
        shutil.copy(os.path.join(site.conf, "site", name), os.path.join(site.www, name))
    visitors = [line.split("\t")[:3] for line in site.read("visitors.tsv").splitlines() if line and line[0] != "#"]
    site.write("bar.js", site.read("site/bar.js").replace("/*VISITORS*/", ", ".join(json.dumps(visitor) for visitor in visitors)))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    site = Site(*sys.argv[1:])
    shutil.rmtree(site.www, ignore_errors=True)
    for part in (home, categories, searches, products, rest):
        part(site)


if __name__ == "__main__":
    main()
