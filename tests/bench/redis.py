"""Redis: what a lookup costs nginx, beside a loop of hiredis's asynchronous API; events taken in,
beside redis-benchmark with the same commands; memory of a visitor.

A lookup's cost is a page with a visitor minus the same page without one (60 KB, one widget
`popular`), the visitor's profile included; `unknown` are visitors without events, whose lookup
brings nothing to be read; `with the cache`: the same 50 events with personalize_visitor_cache."""
import json
import os
import signal
import subprocess
import sys
import time

from kit import measure, options as options_of, servers, shop, table
from page import edges, profile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOLS = f'{ROOT}/build/bench'
ROUNDS = 3
PAGE = '/lookup/60/home.html'
# A dictionary as full as that of a million visitors.
MEMORY_VISITORS = 15_625


def arguments():
    parser = options_of.parser('redis', __doc__, f'{ROOT}/build', ROUNDS)
    parser.add_argument('--profile', action='store_true',
                        help='where the CPU of a lookup at 32 and of a beacon goes, by perf, instead of '
                             'the rest')
    options = options_of.parse(parser, ROUNDS)
    options.sessions = 50_000
    options.visitors = 2000
    return options


class Redis:
    def __init__(self, path, pid):
        self.path, self.pid = path, pid

    def watched(self, load):
        """load()'s run, with what a request cost Redis."""
        before = measure.cpu([self.pid])[0]
        run = load()
        run['redis_us'] = (measure.cpu([self.pid])[0] - before) / max(run['finished'], 1)
        return run

    def cli(self, *command, stdin=None):
        return subprocess.run(['redis-cli', '-s', self.path, *command], input=stdin, check=True,
                              capture_output=True).stdout.decode()

    def info(self, section):
        lines = self.cli('info', section).splitlines()
        return dict(line.split(':', 1) for line in lines if ':' in line)


class Lookups:
    KINDS = {'none': {}, 'unknown': {'visitor_prefix': 'new-'}, 'known': {}, 'cached': {}}

    def __init__(self, options, edge, loader, redis):
        self.options, self.edge, self.loader, self.redis = options, edge, loader, redis
        self.runs = {}

    def page(self, kind, concurrency):
        visitors = 0 if kind == 'none' else self.options.visitors
        server = 'cached' if kind == 'cached' else 'ours'
        return self.loader.run(self.edge.pids[server], self.edge.ports[server], PAGE,
                               visitors=visitors, connections=concurrency,
                               seconds=self.options.seconds, **self.KINDS[kind])

    def hiredis(self, concurrency):
        command = [f'{TOOLS}/bench_tool_hiredis_loop', self.redis.path, str(self.options.visitors),
                   str(concurrency), str(self.options.seconds)]
        return json.loads(subprocess.run(
            command, capture_output=True, check=True,
            preexec_fn=lambda: os.sched_setaffinity(0, self.loader.edge_cores)).stdout)

    def round(self, concurrency):
        runs = self.runs.setdefault(concurrency, {kind: [] for kind in (*self.KINDS, 'hiredis')})
        for kind in self.KINDS:
            if kind == 'known':
                commands = self.commands_per_write(lambda: self.page('known', concurrency))
                runs['known'].append(commands)
            else:
                runs[kind].append(self.redis.watched(lambda: self.page(kind, concurrency)))
        runs['hiredis'].append(self.hiredis(concurrency))

    def commands_per_write(self, load):
        """A run with how many commands left in one write of the worker, counted by perf; where it
        cannot count: in one read of Redis, which may join writes."""
        pid = self.edge.pids['ours'][0]
        before = self.redis.info('stats')
        counter = count_writes(pid)
        run = self.redis.watched(load)
        writes = counted(counter)
        after = self.redis.info('stats')
        commands, reads = (int(after[name]) - int(before[name]) for name in
                           ('total_commands_processed', 'total_reads_processed'))
        run['commands_per_write'] = commands / max(writes or reads, 1)
        run['counted_by'] = 'writes' if writes else 'reads of Redis'
        return run

    def rows(self):
        for concurrency, runs in self.runs.items():
            cpu = {kind: measure.median(some, 'cpu_us') for kind, some in runs.items()}
            yield [str(concurrency), table.text(measure.median(runs['known'], 'per_second'), 0),
                   cpu['none'], cpu['unknown'] - cpu['none'], cpu['known'] - cpu['none'],
                   cpu['cached'] - cpu['none'],
                   measure.median(runs['known'], 'commands_per_write'),
                   runs['known'][0]['counted_by'], measure.median(runs['known'], 'redis_us'),
                   measure.median(runs['cached'], 'redis_us'),
                   table.text(measure.median(runs['hiredis'], 'per_second'), 0), cpu['hiredis']]


def count_writes(pid):
    """The module sends to Redis by send(), pages leave by writev() and sendfile()."""
    try:
        return subprocess.Popen(
            ['perf', 'stat', '-x,', '-e', 'syscalls:sys_enter_sendto', '-p', str(pid)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    except FileNotFoundError:
        return None


def counted(counter):
    if counter is None:
        return 0
    counter.send_signal(signal.SIGINT)
    first = counter.communicate()[1].split(',')[0]
    return int(first) if first.isdigit() else 0


LOOKUP_COLUMNS = ['concurrency', 'lookups/s', 'page µs', '+ unknown', '+ 50 events',
                  'with the cache', 'commands/write', 'counted by', 'Redis µs', 'Redis, with the cache',
                  'hiredis/s', 'hiredis µs']
EVENT_COLUMNS = ['events in a beacon', 'events/s of a worker', 'CPU µs/event', 'Redis µs/event',
                 'redis-benchmark/s', 'ratio']
MEMORY_COLUMNS = ['events', 'bytes a visitor', 'GiB a million']


def event_text(number):
    return f'view_item i{number % 1000} {int(time.time())} price=19.90'


def beacon(events):
    one = {'name': 'view_item', 'params': {'items': [{'item_id': 'i17', 'price': 19.9}]}}
    return json.dumps([one] * events if events > 1 else one, separators=(',', ':'))


def redis_benchmark(redis, count, *command):
    out = subprocess.run(['redis-benchmark', '-s', redis.path, '-P', '32', '-n', str(count),
                          '-r', '20000', '--csv', *command],
                         capture_output=True, text=True, check=True).stdout
    return float(out.splitlines()[-1].split('","')[1].strip('"'))


def pipelined_events(redis, batch, count):
    """Events a second if nothing were done but the commands of a write of `batch` events."""
    key = 'bench:{__rand_int__}:events'
    texts = map(event_text, range(batch))
    rates = [
        (1, redis_benchmark(redis, count // batch + 1, 'LPUSH', key, *texts)),
        (1, redis_benchmark(redis, count, 'LTRIM', key, '0', '99')),
        (1, redis_benchmark(redis, count, 'EXPIRE', key, '7776000')),
        (batch, redis_benchmark(redis, count, 'XADD', 'bench:events', 'MAXLEN', '~', '1000000', '*',
                                'v', '17', 'e', 'view_item', 'i', 'i17', 't', '1763660000',
                                'price', '19.90')),
    ]
    return batch / sum(times / rate for times, rate in rates)


def measure_events(options, edge, loader, redis, batch):
    """Rows of events taken in, in bodies of `batch`, beside redis-benchmark."""
    runs = []
    for _ in range(options.rounds):
        run = redis.watched(lambda: loader.run(
            edge.pids['ours'], edge.ports['ours'], '/events', body=beacon(batch),
            visitors=options.visitors, connections=64, seconds=options.seconds))
        if run['refused'] or run['errors']:
            raise SystemExit(f'/events refuses {run["refused"]} beacons of {batch} events')
        run['pipelined'] = pipelined_events(redis, batch, 5000 if options.quick else 100_000)
        runs.append(run)
    taken = measure.median(runs, 'per_second') * batch
    pipelined = measure.median(runs, 'pipelined')
    return [str(batch), taken, measure.median(runs, 'cpu_us') / batch,
            measure.median(runs, 'redis_us') / batch, pipelined, taken / pipelined]


def memory_per_visitor(redis, events):
    """Bytes of Redis for a visitor with so many events: list, key, expiry and overhead."""
    redis.cli('flushall')
    before = int(redis.info('memory')['used_memory'])
    texts = ' '.join(f'"{event_text(n)}"' for n in range(events))
    commands = ''.join(f'LPUSH pz:{{{0x7f3a92c1 + visitor:x}a4b1}}:events {texts}\n'
                       f'EXPIRE pz:{{{0x7f3a92c1 + visitor:x}a4b1}}:events 7776000\n'
                       for visitor in range(MEMORY_VISITORS))
    redis.cli(stdin=commands.encode())
    if int(redis.cli('dbsize')) != MEMORY_VISITORS:
        raise SystemExit('redis-cli did not load the visitors')
    return (int(redis.info('memory')['used_memory']) - before) / MEMORY_VISITORS


def measure_all(options, edge, loader, redis):
    lookups = Lookups(options, edge, loader, redis)
    for _ in range(options.rounds):
        for concurrency in (1, 32, 256):
            lookups.round(concurrency)
    rows = list(lookups.rows())
    table.show('lookups: nginx CPU on top of the same page without one', LOOKUP_COLUMNS, rows)

    taken = [measure_events(options, edge, loader, redis, batch) for batch in (1, 25)]
    table.show('events: personalize_events, and redis-benchmark -P 32 with the same commands',
               EVENT_COLUMNS, [row[:5] + [table.text(row[5], 2)] for row in taken])

    memory = [[str(events), memory_per_visitor(redis, events)] for events in (10, 20, 50, 100)]
    memory = [row + [row[1] * 1e6 / 2**30] for row in memory]
    table.show('memory of Redis', MEMORY_COLUMNS,
               [row[:2] + [table.text(row[2], 2)] for row in memory])

    targets = table.Targets()
    targets.add('nginx CPU of a lookup at 32, 50 events', rows[1][4], 8, unit='µs')
    targets.add('commands in a write at 32', rows[1][6], 15, least=True)
    targets.add('events taken in one by one / redis-benchmark', taken[0][5], .5, least=True)
    targets.add('events taken in 25 at once / redis-benchmark', taken[1][5], .5, least=True)
    targets.add('GiB of a million visitors of 20 events', memory[1][2], .8)
    targets.show()
    tables = {'lookups': [dict(zip(LOOKUP_COLUMNS, row)) for row in rows],
              'events': [dict(zip(EVENT_COLUMNS, row)) for row in taken],
              'memory': [dict(zip(MEMORY_COLUMNS, row)) for row in memory]}
    return (targets.headline('a lookup takes {} µs of nginx'),
            {'tables': tables, 'targets': targets.rows})


def show_profile(started, edge, loader, options):
    """The parts of nginx's CPU for a page, without a lookup and with one of 50 events, and for a
    beacon."""
    samples = started.path('perf.data')
    profile.check(samples)
    lookups = Lookups(options, edge, loader, None)
    kinds = {'none': 'ours', 'known': 'ours', 'cached': 'cached'}
    parts = {}
    for kind, server in kinds.items():
        lookups.page(kind, 32)  # what can be remembered is
        parts[kind] = profile.parts(edge.pids[server][0], samples, lambda: lookups.page(kind, 32))
    parts['beacon'] = profile.parts(edge.pids['ours'][0], samples, lambda: loader.run(
        edge.pids['ours'], edge.ports['ours'], '/events', body=beacon(1),
        visitors=options.visitors, connections=64, seconds=options.seconds))
    names = sorted({name for found in parts.values() for name in found},
                   key=lambda name: -parts['known'].get(name, 0))
    rows = [[name, *(found.get(name, 0.) for found in parts.values())] for name in names]
    rows.append(['all', *(sum(found.values()) for found in parts.values())])
    columns = ['part', 'page µs', 'with a lookup', 'with the cache', 'a beacon of one event']
    table.show('where the CPU of a page, and of a beacon, goes', columns, rows)
    return [dict(zip(columns, row)) for row in rows]


def main():
    options = arguments()
    servers.enter_namespace()
    with servers.Servers() as started:
        data = options.data or started.path('shop')
        shop.make(data, TOOLS, f'{options.build}/personalize', options.sessions, options.visitors)
        edge = edges.Edges(started, data, options.build, ['ours', 'cached'])
        loader = measure.Loader(TOOLS, started)
        if options.profile:
            parts = show_profile(started, edge, loader, options)
            headline, found = f'a page with a lookup takes {parts[-1]["with a lookup"]:.0f} µs', {
                'parts': parts}
        else:
            headline, found = measure_all(options, edge, loader,
                                          Redis(edge.values['redis'], edge.redis.pid))
    if options.json:
        table.save(options.json, 'redis', headline, **found)
    print(f'redis: {headline}')


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
