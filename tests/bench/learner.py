"""The learner beside a real nginx and Redis: how soon a page knows of a change of stock and of an
event, and what 200 kills -9 at random moments cost.

The integration tests freshness and learner_kill measure it, and fail where a promise is broken."""
import argparse
import os
import re
import subprocess
import sys

from kit import options as options_of, table

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TESTS = f'{ROOT}/build/tests'
NUMBER = r'([0-9.e+-]+)'
# What the tests say: a name, the line, the target, the unit.
FIGURES = [
    ('stock change to served page, median', f'stock change to served page: median {NUMBER} ms',
     1000, 'ms'),
    ('the slowest of 20', f'worst {NUMBER} ms of', 1000, 'ms'),
    ('event to served model', f'event to served model: {NUMBER} s', 60, 's'),
    ('pages failed during 200 kills', f'pages, {NUMBER} failed', 0, 'pages'),
]


def arguments():
    command = argparse.ArgumentParser(prog='scripts/bench learner', description=__doc__)
    command.add_argument('--json', type=options_of.writable, metavar='FILE')
    return command.parse_args()


def build():
    steps = [['cmake', '-S', f'{ROOT}/tests', '-B', TESTS, '-G', 'Ninja',
              '-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'],
             ['ninja', '-C', TESTS, 'integration']]
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f'{" ".join(step)}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}')


def measure():
    run = subprocess.run([f'{TESTS}/integration', '--run_test=freshness,learner_kill',
                          '--report_level=short'],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f'a promise is broken:\n{run.stdout}')
    return run.stdout


def main():
    options = arguments()
    build()
    said = measure()
    targets = table.Targets()
    for name, line, target, unit in FIGURES:
        found = re.search(line, said)
        targets.add(name, float(found[1]) if found else None, target, unit=unit)
    kills = re.search(r'^200 kills .*$', said, re.MULTILINE)
    print(kills[0] if kills else 'no kills')
    targets.show()
    headline = targets.headline('a change of stock is on the page after {} ms')
    if options.json:
        table.save(options.json, 'learner', headline, targets=targets.rows)
    print(f'learner: {headline}')


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
