"""Where the microseconds of a page go: samples of the worker by perf, by part of the program."""
import collections
import re
import shutil
import subprocess

from kit import table

# The first that fits a symbol or its object file; the order matters.
PARTS = [
    ('page bytes and sockets (kernel)', r'kernel|\[k\]|vmlinux'),
    ('rewrite: scan and splice', r'pz::rewrite'),
    ('recommend: candidates and order', r'pz::recommend'),
    ('rules: bridge', r'pz::rules'),
    ('rules: LuaJIT', r'luajit|\blj_|\blua_|JIT'),
    ('redis: commands and replies', r'pz::redis|hiredis|\bredis[A-Z]|\bsds'),
    ('visitor: events and profile', r'pz::visitor'),
    ('page: placements and tiles', r'pz::page'),
    ('store: items', r'pz::store'),
    ('nginx/: filters and phases of the module', r'pz::ngx|ngx_http_personalize'),
    ('memory: malloc, free, copies', r'malloc|free|calloc|operator new|operator delete|'
                                    r'mem(cpy|move|set|cmp|chr)|_int_'),
    ('zlib', r'libz|deflate|crc32|longest_match'),
    ('the module, other', r'ngx_http_personalize_module\.so|libstdc'),
    ('nginx', r'nginx|ngx_'),
]


def part_of(symbol):
    for name, pattern in PARTS:
        if re.search(pattern, symbol):
            return name
    return 'other'


def sample(pid, data, load):
    """perf's samples of `pid` while load() runs: {symbol with its object: share}, and load()'s."""
    perf = subprocess.Popen(['perf', 'record', '-q', '-F', '2999', '-p', str(pid), '-o', data],
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    run = load()
    perf.terminate()
    perf.wait()
    report = subprocess.run(['perf', 'report', '-i', data, '--stdio', '-q', '--sort', 'dso,symbol',
                             '--no-children', '-w', '0,0', '--percent-limit', '0'],
                            capture_output=True, text=True, check=False).stdout
    shares = {}
    for line in report.splitlines():
        match = re.match(r'\s*([\d.]+)%\s+(\S+)\s+(\[.\] .*)', line)
        if match:
            shares[f'{match[2]} {match[3].strip()}'] = float(match[1]) / 100
    return shares, run


def show(pid, data, load, label):
    if not shutil.which('perf'):
        raise SystemExit('--profile needs perf: apt-get install linux-perf')
    shares, run = sample(pid, data, load)
    if not shares:
        raise SystemExit('--profile: perf takes no samples here (kernel.perf_event_paranoid?)')
    parts = collections.Counter()
    for symbol, share in shares.items():
        parts[part_of(symbol)] += share
    rows = [[name, share * run['cpu_us'], share * 100] for name, share in parts.most_common()]
    table.show(f'{label}: {run["cpu_us"]:.1f} µs of CPU a request, of these', ['part', 'µs', '%'],
               rows)
    hottest = collections.Counter(shares).most_common(40)
    table.show('hottest functions', ['function', 'µs', '%'],
               [[symbol[:90], share * run['cpu_us'], share * 100] for symbol, share in hottest])
    return {'cpu_us': run['cpu_us'], 'parts': {row[0]: row[1] for row in rows},
            'functions': {symbol: share * run['cpu_us'] for symbol, share in hottest}}
