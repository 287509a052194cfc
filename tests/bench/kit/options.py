"""What the command lines of page and redis have in common."""
import argparse


def positive(kind):
    def read(text):
        value = kind(text)
        if value <= 0:
            raise argparse.ArgumentTypeError(f'{text}: must be more than 0')
        return value
    read.__name__ = kind.__name__
    return read


def writable(path):
    """A file for the results, tried now: a quarter of an hour of measuring hangs on it."""
    try:
        with open(path, 'a', encoding='utf-8'):
            return path
    except OSError as error:
        raise argparse.ArgumentTypeError(f'{path}: {error.strerror}') from error


def parser(name, description, build, rounds):
    """Seconds and rounds are None when not given: --quick has others."""
    out = argparse.ArgumentParser(prog=f'scripts/bench {name}', description=description)
    out.add_argument('--quick', action='store_true',
                     help='one short round of a small shop: to see that all works')
    out.add_argument('--rounds', type=positive(int), help=f'in turns ({rounds})')
    out.add_argument('--seconds', type=positive(float), help='of each measurement (2)')
    out.add_argument('--data', help='keep the made shop in this folder and use it again')
    out.add_argument('--build', default=build, metavar='DIR',
                     help='with the module and the program to measure (build)')
    out.add_argument('--json', type=writable, metavar='FILE')
    return out


def parse(command, rounds):
    options = command.parse_args()
    options.rounds = options.rounds or (1 if options.quick else rounds)
    options.seconds = options.seconds or (.4 if options.quick else 2)
    return options
