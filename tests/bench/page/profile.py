"""Where the microseconds of a page go, by part of the program: perf's samples of the worker."""
import collections
import re
import shutil
import subprocess

from kit import table

# The first that fits a symbol or its object file; the order matters.
PARTS = [
    ('page bytes and sockets (kernel)', r'\[kernel|vmlinux'),
    ('rewrite: scan and splice', r'pz::rewrite'),
    ('recommend: candidates and order', r'pz::recommend'),
    ('rules: bridge', r'pz::rules'),
    ('LuaJIT', r'luajit|\blj_|\blua_|JIT'),
    ('redis: commands and replies', r'pz::redis|hiredis|\bredis[A-Z]|\bsds'),
    ('visitor: events and profile', r'pz::visitor'),
    ('page: placements and tiles', r'pz::page'),
    ('store: items', r'pz::store'),
    ('nginx/: filters and phases of the module', r'pz::ngx'),
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


def check(data):
    """Stops the benchmark where perf may not watch. Callgrind is no help: under it the rules' budget
    of time runs out."""
    if not shutil.which('perf') or subprocess.run(
            ['perf', 'record', '-q', '-o', data, '--', 'true'], check=False,
            capture_output=True).returncode != 0:
        raise SystemExit('--profile: perf takes no samples here; as root, or with '
                         'kernel.perf_event_paranoid=-1, and linux-perf installed, it does')


def sample(pid, data, load):
    """The shares of the worker's time, kernel included, by object and symbol, while load() runs; and
    load()'s run."""
    perf = subprocess.Popen(['perf', 'record', '-q', '-F', '2999', '-p', str(pid), '-o', data],
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    run = load()
    perf.terminate()
    perf.communicate()
    report = subprocess.run(['perf', 'report', '-i', data, '--stdio', '-q', '--sort', 'dso,symbol',
                             '--no-children', '-w', '0,0', '--percent-limit', '0'],
                            capture_output=True, text=True, check=False).stdout
    found = re.findall(r'^\s*([\d.]+)%\s+(\S+)\s+(\[.\] .*?)\s*$', report, re.M)
    return {f'{dso} {symbol}': float(share) / 100 for share, dso, symbol in found}, run


def by_part(shares):
    if not shares:
        raise SystemExit('--profile: perf took no samples')
    parts = collections.Counter()
    for symbol, share in shares.items():
        parts[part_of(symbol)] += share
    return parts


def parts(pid, data, load):
    """Microseconds of a request by part."""
    shares, run = sample(pid, data, load)
    return {name: share * run['cpu_us'] for name, share in by_part(shares).items()}


def show(pid, data, load, label):
    shares, run = sample(pid, data, load)
    cpu = run['cpu_us']
    found = by_part(shares)
    rows = [[name, share * cpu, share * 100] for name, share in found.most_common()]
    table.show(f'{label}: {cpu:.1f} µs of CPU a request, of these', ['part', 'µs', '%'], rows)
    hottest = collections.Counter(shares).most_common(40)
    table.show('hottest functions', ['function', 'µs', '%'],
               [[symbol[:90], share * cpu, share * 100] for symbol, share in hottest])
    return {'cpu_us': cpu, 'parts': {row[0]: row[1] for row in rows},
            'functions': {symbol: share * cpu for symbol, share in hottest}}
