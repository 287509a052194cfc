"""Tables on the screen and as JSON; targets and what was reached."""
import json


def text(value, decimals=1):
    if value is None:
        return '-'
    return value if isinstance(value, str) else f'{value:,.{decimals}f}'


def show(title, columns, rows):
    """Rows of cells as long as columns; the first column left, the others right."""
    cells = [columns] + [[text(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    print(f'\n== {title}')
    for row in cells:
        print('  '.join(cell.ljust(width) if i == 0 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))).rstrip())


class Targets:
    """`least`: the value should be at least the target, otherwise at most."""

    def __init__(self):
        self.rows = []

    def add(self, name, got, target, aim=None, least=False, unit=''):
        row = {'name': name, 'got': got, 'target': target, 'aim': aim, 'at_least': least,
               'unit': unit}
        row['met'] = None if got is None else (got >= target if least else got <= target)
        self.rows.append(row)

    def measured(self):
        return [row for row in self.rows if row['met'] is not None]

    def show(self):
        lines = []
        for row in self.measured():
            sign = '>=' if row['at_least'] else '<='
            lines.append([row['name'], text(row['got'], 2) + (row['unit'] and ' ' + row['unit']),
                          f'{sign} {row["target"]:g}',
                          '-' if row['aim'] is None else f'{row["aim"]:g}', verdict(row)])
        show('targets', ['', 'got', 'target', 'aim', ''], lines)

    def headline(self, sentence):
        """The first target's value in a sentence with {}, if it was measured; how many are met."""
        first = self.rows[0]['got']
        begin = '' if first is None else sentence.format(text(first, 1)) + '; '
        met = [row['met'] for row in self.measured()]
        return f'{begin}{sum(met)} of {len(met)} targets met'


def verdict(row):
    if row['met']:
        reached = row['aim'] is not None and (
            row['got'] >= row['aim'] if row['at_least'] else row['got'] <= row['aim'])
        return 'aim reached' if reached else 'met'
    if row['got'] <= 0:
        return 'missed'
    factor = row['target'] / row['got'] if row['at_least'] else row['got'] / row['target']
    return f'missed, by a factor of {factor:.2f}'


def save(path, name, headline, **parts):
    with open(path, 'w', encoding='utf-8') as file:
        json.dump({'benchmark': name, 'headline': headline, **parts}, file, indent=1)
        file.write('\n')
