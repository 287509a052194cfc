"""What is measured: ours, plain nginx, and what a shop could pick instead."""
from dataclasses import dataclass

GZIP = ('Accept-Encoding: gzip',)
TILES = {'home': 32, 'list': 48, 'cart': 4}


@dataclass(frozen=True)
class Variant:
    label: str
    server: str  # plain, ours, lua or varnish
    path: str    # {size}: 20, 60, 250
    page: str = 'home'
    headers: tuple = ()
    personal: bool = False
    base: str = 'plain'  # the plain hit it is compared with

    def url(self, size):
        return self.path.format(size=size)


VARIANTS = {
    'plain': Variant('proxy_cache hit', 'plain', '/plain/{size}/home.html'),
    'plain_list': Variant('proxy_cache hit, listing', 'plain', '/plain/{size}/list.html', 'list',
                          base='plain_list'),
    'plain_cart': Variant('proxy_cache hit, cart layer', 'plain', '/plain/{size}/cart.html',
                          'cart', base='plain_cart'),
    'stored': Variant('proxy_cache hit, stored compressed', 'plain', '/stored/{size}/home.html',
                      headers=GZIP, base='stored'),
    'plain_gzip': Variant('proxy_cache hit, gzip 1', 'plain', '/gzip/{size}/home.html',
                          headers=GZIP, base='stored'),
    'ours': Variant('ours: 4 counting widgets, 5 rules', 'ours', '/ours/{size}/home.html',
                    personal=True),
    'ours_norules': Variant('ours, without rules', 'ours', '/norules/{size}/home.html',
                            personal=True),
    'ours_impressions': Variant('ours, impressions recorded', 'ours',
                                '/impressions/{size}/home.html', personal=True),
    'ours_knn': Variant('ours, one widget for_you', 'ours', '/knn/{size}/home.html', personal=True),
    'ours_gzip': Variant('ours, gzip', 'ours', '/gzip/{size}/home.html', headers=GZIP,
                         personal=True, base='stored'),
    'ours_list': Variant('ours: listing of 48 reordered', 'ours', '/ours/{size}/list.html', 'list',
                         personal=True, base='plain_list'),
    'ours_cart': Variant('ours: cart layer of 4', 'ours', '/ours/{size}/cart.html', 'cart',
                         personal=True, base='plain_cart'),
    'lua': Variant('Lua + Redis, as a user writes it', 'lua', '/lua/{size}/home.html',
                   personal=True),
    'lua_list': Variant('Lua + Redis, listing', 'lua', '/lua/{size}/list.html', 'list',
                        personal=True, base='plain_list'),
    'lua_cart': Variant('Lua + Redis, cart layer', 'lua', '/lua/{size}/cart.html', 'cart',
                        personal=True, base='plain_cart'),
    'lua_tuned': Variant('strongest Lua: packed, FFI', 'lua', '/tuned/{size}/home.html',
                         personal=True),
    'lua_tuned_list': Variant('strongest Lua, listing', 'lua', '/tuned/{size}/list.html', 'list',
                              personal=True, base='plain_list'),
    'lua_gzip': Variant('Lua + Redis, gzip 1', 'lua', '/lua-gzip/{size}/home.html', headers=GZIP,
                        personal=True, base='stored'),
    'esi': Variant('Varnish ESI, 4 cached parts', 'varnish', '/{size}/home-esi.html'),
    'esi_uncached': Variant('Varnish ESI, 4 uncached parts', 'varnish',
                            '/{size}/home-esi-uncached.html'),
    'esi_gzip': Variant('Varnish ESI, gzip', 'varnish', '/gzip/{size}/home-esi-gzip.html',
                        headers=GZIP, base='stored'),
    'ssi': Variant('nginx SSI, 4 includes', 'plain', '/ssi/{size}/home-ssi.html'),
    'sub1': Variant('sub_filter, 1 string', 'plain', '/sub1/{size}/home.html'),
    'sub5': Variant('sub_filter, 5 strings', 'plain', '/sub5/{size}/home.html'),
}

# Name, numerator, denominator, target, aim, whether at least; at 60 KB, CPU per request.
RATIOS = [
    ('ours / plain hit', 'ours', 'plain', 2.8, 2.0, False),
    ('ours with one for_you / plain hit', 'ours_knn', 'plain', 5, 3.5, False),
    ('ours with gzip / plain hit stored compressed', 'ours_gzip', 'stored', 3, 2.0, False),
    ('ours, listing / plain hit', 'ours_list', 'plain_list', 4, 3, False),
    ('Lua / ours', 'lua', 'ours', 10, 14, True),
    ('strongest Lua / ours', 'lua_tuned', 'ours', 1.4, 1.8, True),
    ('Lua + gzip / ours with gzip', 'lua_gzip', 'ours_gzip', 22, 30, True),
    ('Lua listing / ours', 'lua_list', 'ours_list', 4, 6, True),
    ('Varnish ESI, cached parts / ours', 'esi', 'ours', 3, 4, True),
    ('Varnish ESI, gzip / ours with gzip', 'esi_gzip', 'ours_gzip', 12, 18, True),
    ('Varnish ESI, uncached parts / ours', 'esi_uncached', 'ours', 10, 14, True),
    ('SSI / ours', 'ssi', 'ours', 3, 3.5, True),
    ('sub_filter, 5 strings / ours', 'sub5', 'ours', 4, 4.5, True),
]
