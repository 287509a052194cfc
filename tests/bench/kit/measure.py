"""Load on a server and what it costs: CPU by the scheduler's own clock, memory, latency."""
import http.client
import json
import os
import re
import statistics
import subprocess
import time
import zlib

TICKS = os.sysconf('SC_CLK_TCK')


def schedule(pids):
    """Nanoseconds these processes have run, and have been ready without a core; 0, 0 where the kernel
    keeps no schedstat."""
    run = waited = 0
    for pid in pids:
        for task in os.listdir(f'/proc/{pid}/task'):
            try:
                with open(f'/proc/{pid}/task/{task}/schedstat', encoding='ascii') as file:
                    fields = file.read().split()
            except OSError:
                continue  # the thread has ended
            run, waited = run + int(fields[0]), waited + int(fields[1])
    return run, waited


def cpu(pids):
    """Microseconds these processes have run: (all, by the scheduler's clock; user's; system's)."""
    user = system = 0
    for pid in pids:
        with open(f'/proc/{pid}/stat', encoding='utf-8') as file:
            fields = file.read().rsplit(')', 1)[1].split()
        user, system = user + int(fields[11]), system + int(fields[12])
    user, system = user * 1e6 / TICKS, system * 1e6 / TICKS
    return schedule(pids)[0] / 1e3 or user + system, user, system


def memory(pids):
    """Proportional set size in MB."""
    total = 0
    for pid in pids:
        with open(f'/proc/{pid}/smaps_rollup', encoding='ascii') as file:
            total += int(re.search(r'^Pss:\s+(\d+)', file.read(), re.M).group(1))
    return total / 1024


class Loader:
    """tests/bench/tools/load.cpp, on the cores that the edge does not have."""

    def __init__(self, tools, servers):
        self.program = f'{tools}/bench_tool_load'
        self.cores, self.edge_cores = servers.other_cores, servers.edge_core
        self.runs = 0

    def run(self, pids, port, path, headers=(), visitors=0, rate=0, connections=64, seconds=2,
            body='', visitor_prefix=''):
        """One run's figures: the loader's own; cpu_us, user_us, system_us per request; `core`, the
        share of a core that the server had; `waited`, the share of the time for which it was ready
        and others had its core; memory_mb."""
        self.runs += 1
        command = [self.program, '--port', str(port), '--path', path, '--seed', str(self.runs),
                   '--connections', str(connections), '--seconds', str(seconds),
                   '--warm', str(min(seconds / 4, .5))]
        for header in headers:
            command += ['--header', header]
        command += ['--visitors', str(visitors)] if visitors else []
        command += ['--rate', f'{rate:.1f}'] if rate else []
        command += ['--body', body] if body else []
        command += ['--visitor-prefix', visitor_prefix] if visitor_prefix else []
        waited, before, begin = schedule(pids)[1], cpu(pids), time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              preexec_fn=lambda: os.sched_setaffinity(0, self.cores))
        used = [after - start for start, after in zip(before, cpu(pids))]
        elapsed = (time.monotonic() - begin) * 1e6
        if done.returncode != 0:
            raise SystemExit(f'{path}: {done.stderr.strip()}')
        out = json.loads(done.stdout)
        for name, value in zip(('cpu_us', 'user_us', 'system_us'), used):
            out[name] = value / max(out['finished'], 1)
        out['core'] = used[0] / elapsed
        out['waited'] = (schedule(pids)[1] - waited) / 1e3 / elapsed
        out['memory_mb'] = memory(pids)
        return out


def fetch(port, path, headers=(), visitor=None):
    """A page as a visitor gets it: (status, headers, decoded body)."""
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=10)
    named = dict(header.split(': ', 1) for header in headers)
    if visitor is not None:
        named['Cookie'] = f'vid={visitor}'
    connection.request('GET', path, headers=named)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.headers.get('Content-Encoding') == 'gzip':
        body = zlib.decompress(body, 31)
    return response.status, response.headers, body


def median(runs, name):
    values = [run[name] for run in runs if run.get(name) is not None]
    return statistics.median(values) if values else None
