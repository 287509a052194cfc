"""Pages: CPU of the edge for each request, throughput and latency, beside what a shop could pick
instead, in turns, in a network namespace of their own.

A cached page of 20, 60 or 250 KB: a home page with 4 widgets of 8 tiles, a listing of 48, a cart
layer of 4; visitors with 50 events in Redis. First every variant's page is fetched and checked. CPU
is what the scheduler counts for the edge's worker (for Varnish: all its processes); medians of the
rounds."""
import os
import statistics
import sys

from kit import measure, options as options_of, servers, shop, table
from page import edges, profile
from page.variants import RATIOS, VARIANTS

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOLS = f'{ROOT}/build/bench'
ROUNDS = 3
TARGET_SIZE = '60'  # the targets are about this page


def arguments():
    parser = options_of.parser('page', __doc__, f'{ROOT}/build', ROUNDS)
    parser.add_argument('--only', default=','.join(VARIANTS), help='these variants (%(default)s)')
    parser.add_argument('--sizes', help='of the pages in KB (20,60,250)')
    parser.add_argument('--sessions', type=options_of.positive(int),
                        help='that the store has learned (1000000; with --quick 50000)')
    parser.add_argument('--no-half', action='store_true', help='saturation only')
    parser.add_argument('--profile', nargs='?', const='ours', metavar='VARIANT',
                        help='instead: where the time of a variant (ours) goes')
    options = options_of.parse(parser, ROUNDS)
    small = options.quick or options.profile
    options.sizes = (options.sizes or (TARGET_SIZE if small else ','.join(shop.SIZES))).split(',')
    options.sessions = options.sessions or (50_000 if options.quick else 1_000_000)
    options.visitors = 2000 if options.quick else 20_000
    options.only = (options.profile or options.only).split(',')
    for given, known in ((options.only, VARIANTS), (options.sizes, shop.SIZES)):
        for name in given:
            if name not in known:
                parser.error(f'there is no {name!r}; there are: {", ".join(known)}')
    return options


class Bench:
    def __init__(self, options, edge, loader):
        self.options, self.edge, self.loader = options, edge, loader
        self.runs = {}  # (size, variant) -> kind -> runs

    def load(self, name, size, rate=0, seconds=None):
        variant = VARIANTS[name]
        before = self.edge.status() if variant.server == 'ours' else None
        run = self.loader.run(
            self.edge.pids[variant.server], self.edge.ports[variant.server], variant.url(size),
            variant.headers, self.options.visitors if variant.personal else 0, rate,
            seconds=seconds or self.options.seconds)
        if before:
            after = self.edge.status()
            run['passed'] = {reason: after[reason] - before[reason] for reason in after
                             if after[reason] > before[reason]}
        return run

    def round(self):
        for size in self.options.sizes:
            for name in self.options.only:
                kept = self.runs.setdefault((size, name), {'full': [], 'half': [], 'beside': []})
                kept['full'].append(self.load(name, size))
                if self.options.no_half or self.options.quick and name not in ('ours', 'plain'):
                    continue
                half = .5 * max(run['per_second'] for run in kept['full'])
                kept['half'].append(self.load(name, size, half))
                if name == 'ours' and 'plain' in self.options.only:
                    # What the page adds to the plain hit's latency, at the same rate.
                    kept['beside'].append(self.load('plain', size, half))

    def value(self, name, size=TARGET_SIZE, kind='full', field='cpu_us'):
        runs = self.runs.get((size, name))
        return measure.median(runs[kind], field) if runs else None

    def ratio(self, name, base, size=TARGET_SIZE):
        """The median of the rounds' own ratios: the machine's drift is in both of a round."""
        mine, others = self.runs.get((size, name)), self.runs.get((size, base))
        if not mine or not others:
            return None
        return measure.median([{'ratio': one['cpu_us'] / other['cpu_us']}
                               for one, other in zip(mine['full'], others['full'])], 'ratio')


def milliseconds(microseconds):
    return None if microseconds is None else f'{microseconds / 1000:.2f}'


def cores_for(cpu_us, rate):
    return None if cpu_us is None else cpu_us * rate / 1e6 / .6


def rows_of(bench, size):
    for name in bench.options.only:
        def value(field, kind='full', name=name):
            return bench.value(name, size, kind, field)
        yield [f'{name}: {VARIANTS[name].label}', value('cpu_us'), value('user_us'),
               value('system_us'), table.text(bench.ratio(name, VARIANTS[name].base, size), 2),
               cores_for(value('cpu_us'), 100_000), table.text(value('core'), 2),
               table.text(value('per_second'), 0), milliseconds(value('p50')),
               milliseconds(value('p99')), milliseconds(value('p50', 'half')),
               milliseconds(value('p99', 'half')), table.text(value('bytes'), 0),
               value('memory_mb')]


def targets_of(bench):
    targets = table.Targets()
    for name, over, under, target, aim, least in RATIOS:
        targets.add(name, bench.ratio(over, under), target, aim, least)
    added = None
    ours, beside = (bench.value('ours', TARGET_SIZE, kind, 'p99') for kind in ('half', 'beside'))
    if ours is not None and beside is not None:
        added = (ours - beside) / 1000
    targets.add('p99 added to the plain hit, at half load', added, 1, .5, unit='ms')
    growth = None
    cpu = [bench.value(name, size) for name in ('ours', 'plain') for size in ('250', TARGET_SIZE)]
    if None not in cpu:
        growth = cpu[0] / cpu[1] / (cpu[2] / cpu[3])
    targets.add("ours' growth from 60 to 250 KB / plain hit's growth", growth, 1.2, 1.1)
    return targets


COLUMNS = ['variant', 'CPU µs', 'user', 'system', 'x plain', 'cores', 'core', 'requests/s',
           'p50 ms', 'p99 ms', 'half p50', 'half p99', 'bytes', 'PSS MB']
LEGEND = ('cores: of the edge for 100,000 such pages a second, 60 % of them used; core: the share '
          'of its core that the edge had at saturation; half: at half of the saturated rate')


def measure_all(options, edge, loader):
    for size in options.sizes:
        for name in options.only:
            edge.check(VARIANTS[name], size)
    print(f'checked {len(options.only)} variants of {len(options.sizes)} sizes', flush=True)
    bench = Bench(options, edge, loader)
    for number in range(options.rounds):
        bench.round()
        print(f'round {number + 1} of {options.rounds}', flush=True)
    found = {}
    for size in options.sizes:
        rows = list(rows_of(bench, size))
        found[size] = [dict(zip(COLUMNS, row)) for row in rows]
        table.show(f'page of {size} KB', COLUMNS, rows)
    print(f'\n{LEGEND}')
    warn_of_failures(bench)
    warn_of_others(bench)
    targets = targets_of(bench)
    if targets.measured():
        targets.show()
    runs = {f'{size}/{name}': kinds for (size, name), kinds in bench.runs.items()}
    return (targets.headline('ours takes {} times a plain cache hit'),
            {'tables': found, 'targets': targets.rows, 'runs': runs})


def warn_of_failures(bench):
    for (size, name), kinds in bench.runs.items():
        for run in kinds['full'] + kinds['half']:
            passed = run.get('passed') or {}
            if run['errors'] or run['refused'] or sum(passed.values()) > .001 * run['finished']:
                print(f'NOT ALL WELL: {name}, {size} KB, of {run["finished"]} pages: '
                      f'{run["errors"]} errors, {run["refused"]} refused, '
                      f'left as they were: {passed}')


def warn_of_others(bench):
    cores = [run['core'] for kinds in bench.runs.values() for run in kinds['full']]
    if cores and statistics.median(cores) < .7:
        print(f'THE EDGE HAD {statistics.median(cores):.0%} OF ITS CORE at saturation: others use '
              'this machine, or the load generator is the limit. CPU and ratios hold within noise; '
              'requests/s and latencies are not the edge\'s.')
    waited = bench.value('ours', TARGET_SIZE, 'half', 'waited')
    if waited and waited > .02:
        print(f'AT HALF LOAD OTHERS HAD THE EDGE\'S CORE for {waited:.0%} of the time, while it was '
              'ready to go on: p99 is theirs.')


def profile_one(options, started, data):
    name, size = options.profile, options.sizes[0]
    variant = VARIANTS[name]
    if variant.server == 'varnish':
        raise SystemExit('--profile: of nginx\'s variants only')
    samples = started.path('perf.data')
    profile.check(samples)
    edge = edges.Edges(started, data, options.build, [variant.server])
    edge.check(variant, size)
    bench = Bench(options, edge, measure.Loader(TOOLS, started))
    found = profile.show(edge.pids[variant.server][0], samples,
                         lambda: bench.load(name, size, seconds=5), f'{variant.label}, {size} KB')
    return f'{name}: {found["cpu_us"]:.1f} µs of CPU a request', found


def main():
    options = arguments()
    servers.enter_namespace()
    with servers.Servers() as started:
        data = options.data or started.path('shop')
        print(f'making a shop of {options.sessions:,} sessions', flush=True)
        shop.make(data, TOOLS, f'{options.build}/personalize', options.sessions, options.visitors)
        if options.profile:
            headline, found = profile_one(options, started, data)
        else:
            needed = dict.fromkeys(VARIANTS[name].server for name in options.only)
            edge = edges.Edges(started, data, options.build, list(needed))
            headline, found = measure_all(options, edge, measure.Loader(TOOLS, started))
    if options.json:
        table.save(options.json, 'page', headline, **found)
    print(f'page: {headline}')


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
