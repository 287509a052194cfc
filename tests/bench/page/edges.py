"""The servers of the page benchmark, and the check that each variant does its work."""
import json
import os
import subprocess
import time

from kit import measure, servers as kit_servers, shop
from page.variants import TILES

HERE = os.path.dirname(os.path.abspath(__file__))
MARK = b'class="tile"'


class Edges:
    """The origin, Redis with its visitors, and of plain, ours, cached (ours with
    personalize_visitor_cache), lua and varnish those `needed`."""

    def __init__(self, servers, data, build, needed):
        data = os.path.abspath(data)
        module = os.path.abspath(f'{build}/ngx_http_personalize_module.so')
        self.servers = servers
        self.ports = {name: kit_servers.free_port() for name in ('origin', *needed)}
        self.pids = {}
        self.values = {'data': data, 'module': module, 'lua': f'{HERE}/lua',
                       'origin': self.ports['origin'],
                       'user': 'user root;' if os.geteuid() == 0 else ''}
        servers.nginx(f'{HERE}/origin.conf.in', self.ports['origin'], edge=False, **self.values)
        self.values['redis'], self.redis = servers.redis()
        with open(f'{data}/visitors.resp', 'rb') as commands:
            subprocess.run(['redis-cli', '-s', self.values['redis'], '--pipe'], stdin=commands,
                           check=True, stdout=subprocess.DEVNULL)
        servers.configuration(f'{HERE}/common.conf.in', **self.values)
        for name in needed:
            getattr(self, f'_start_{name}')(name)

    def _nginx(self, name):
        self._start(name, name)

    def _start(self, server, source, **values):
        self.pids[server] = self.servers.nginx(f'{HERE}/{source}.conf.in', self.ports[server],
                                             **self.values, **values)

    _start_plain = _start_lua = _nginx

    def _start_cached(self, name):
        self._start_ours(name, 'personalize_visitor_cache size=64m;')

    def _start_ours(self, name, visitor_cache=''):
        self.servers.configuration(f'{HERE}/rules.lua', **self.values)
        for size in shop.SIZES:
            for source in ('home', 'ours-size'):
                path = self.servers.configuration(f'{HERE}/{source}.conf.in', size=size,
                                                  **self.values)
                os.rename(path, path.replace('.conf', f'-{size}.conf'))
        self._start(name, 'ours', name=name, visitor_cache=visitor_cache)

    def _start_varnish(self, name):
        vcl = self.servers.configuration(f'{HERE}/varnish.vcl.in', **self.values)
        process = self.servers.start(
            ['varnishd', '-F', '-j', 'none', '-n', self.servers.path('varnish'), '-a',
             f'127.0.0.1:{self.ports[name]}', '-f', vcl, '-s', 'malloc,512m',
             '-p', 'thread_pools=1', '-p', 'thread_pool_min=100'], edge=True)
        self.servers.wait_for(self.ports[name], process)
        self.pids[name] = [process.pid] + kit_servers.children(process.pid)

    def status(self):
        """Pages that ours left as they were, by reason."""
        return json.loads(measure.fetch(self.ports['ours'], '/status')[2])['requests']['passed']

    def _settle(self, variant, size):
        """Ours remembers no page whose file is younger than a second, and looks through it again
        for each visitor: waits until it is remembered."""
        def hits():
            return json.loads(measure.fetch(self.ports['ours'], '/status')[2])['page_cache_hits']
        before, deadline = hits(), time.monotonic() + 10
        while hits() == before and time.monotonic() < deadline:
            measure.fetch(self.ports['ours'], variant.url(size), variant.headers, 7)
            time.sleep(.05)

    def check(self, variant, size):
        """Stops the benchmark unless the page is whole, and personal where it says so."""
        port, url = self.ports[variant.server], variant.url(size)
        measure.fetch(port, url, variant.headers, 7)  # now it is cached
        status, headers, page = measure.fetch(port, url, variant.headers, 7)
        problems = [] if status == 200 else [f'status {status}']
        if page.count(MARK) != TILES[variant.page]:
            problems.append(f'{page.count(MARK)} tiles, not {TILES[variant.page]}')
        if not page.rstrip().endswith(b'>'):
            problems.append('cut off')
        if variant.headers and headers.get('Content-Encoding') != 'gzip':
            problems.append('not compressed')
        if variant.personal:
            problems += self._personal(variant, size, page)
        if problems:
            raise SystemExit(f'{variant.label}, {url}: {"; ".join(problems)}')
        if variant.server == 'ours':
            self._settle(variant, size)

    def _personal(self, variant, size, page):
        port, url = self.ports[variant.server], variant.url(size)
        again = measure.fetch(port, url, variant.headers, 7)[2]
        others = {measure.fetch(port, url, variant.headers, visitor)[2] for visitor in range(8, 16)}
        origin = measure.fetch(self.ports['origin'], f'/{size}/{variant.page}.html')[2]
        problems = [] if page == again else ['the same visitor gets another page']
        if not others - {page}:
            problems.append('every visitor gets the same page')
        if page == origin:
            problems.append('the page is the origin\'s')
        return problems
