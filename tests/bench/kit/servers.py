"""Servers of one run: in a temporary directory, in a network namespace, ended by their ids."""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

INSIDE = 'PERSONALIZE_BENCH_INSIDE'


def enter_namespace():
    """Begins this program again in a network namespace of its own, which ends with it: own ports,
    the segments of a real network, and a congestion control without timers. Without the right to
    do so: on the loopback as it is."""
    if os.environ.get(INSIDE):
        if os.environ[INSIDE] == 'namespace':
            # With the loopback's 64 KB segments delayed ACKs stall responses of several writes.
            subprocess.run(['ip', 'link', 'set', 'lo', 'up', 'mtu', '1500'], check=True)
            subprocess.run(['sysctl', '-qw', 'net.ipv4.tcp_congestion_control=reno'], check=False,
                           stderr=subprocess.DEVNULL)
        return
    able = shutil.which('unshare') and subprocess.run(
        ['unshare', '-n', 'ip', 'link', 'set', 'lo', 'up', 'mtu', '1500'], check=False,
        stderr=subprocess.DEVNULL).returncode == 0
    if not able:
        print('NO NETWORK NAMESPACE (needs root, unshare, ip): measuring on the shared loopback '
              'with its own MTU and congestion control; latencies and ratios are less certain',
              file=sys.stderr, flush=True)
    os.environ[INSIDE] = 'namespace' if able else 'loopback'
    command = [sys.executable] + sys.argv
    os.execvp('unshare' if able else command[0], (['unshare', '-n'] if able else []) + command)


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def _end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


class Servers:
    """with Servers() as servers: ...; its end, Ctrl-C too, ends all and removes the directory."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix='personalize-bench.')
        self.processes = []
        # Two cores: what is measured has the first for itself, all else shares the others.
        cores = sorted(os.sched_getaffinity(0))
        self.edge_core, self.other_cores = cores[:1], cores[1:] or cores

    def __enter__(self):
        for name in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, lambda *_: sys.exit(143))
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    def configuration(self, source, **values):
        """The file `source` with @NAME@ replaced, in the directory. Returns its path."""
        with open(source, encoding='utf-8') as file:
            text = file.read()
        for name, value in {**values, 'run': self.directory}.items():
            text = text.replace(f'@{name.upper()}@', str(value))
        path = self.path(os.path.basename(source).removesuffix('.in'))
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return path

    def start(self, command, edge=False):
        cores = self.edge_core if edge else self.other_cores

        def prepare():
            _end_with_parent()
            os.sched_setaffinity(0, cores)
        with open(self.path('output.log'), 'ab') as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       start_new_session=True, preexec_fn=prepare)
        self.processes.append(process)
        return process

    def nginx(self, source, port, edge=True, **values):
        """Starts nginx and returns the ids of its workers."""
        config = self.configuration(source, port=port, **values)
        master = self.start(['nginx', '-p', self.directory, '-e', self.path('start.log'),
                             '-c', config], edge)
        self.wait_for(port, master)
        return workers(master.pid)

    def redis(self):
        """Starts a Redis on a unix socket. Returns its path and the process."""
        path = self.path('redis.sock')
        process = self.start(['redis-server', '--port', '0', '--unixsocket', path, '--save', '',
                              '--appendonly', 'no', '--loglevel', 'warning',
                              '--dir', self.directory])
        deadline = time.monotonic() + 30
        while subprocess.run(['redis-cli', '-s', path, 'ping'], capture_output=True,
                             check=False).stdout != b'PONG\n':
            self._check(process, deadline, 'redis-server')
        return path, process

    def wait_for(self, port, process):
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(('127.0.0.1', port), 1).close()
                return
            except OSError:
                self._check(process, deadline, ' '.join(process.args))

    def _check(self, process, deadline, name):
        if process.poll() is not None or time.monotonic() > deadline:
            with open(self.path('output.log'), encoding='utf-8', errors='replace') as log:
                raise SystemExit(f'{name} does not start:\n{log.read()[-2000:]}')
        time.sleep(.05)


def children(pid):
    """Children of all threads, and theirs."""
    out = []
    for task in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{task}/children', encoding='ascii') as file:
            for child in map(int, file.read().split()):
                out += [child] + children(child)
    return out


def workers(master):
    """nginx's workers, without its cache manager."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = []
        for pid in children(master):
            with open(f'/proc/{pid}/cmdline', 'rb') as file:
                if b'worker process' in file.read():
                    found.append(pid)
        if found:
            return found
        time.sleep(.05)
    raise SystemExit('nginx has no worker')
