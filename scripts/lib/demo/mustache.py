"""The part of Mustache that the shop's pages use: names, raw names, sections and inverted sections.

The tiles come from conf/demo/templates/tile.html, the very file that the edge renders, so that the shop's own tiles
and those of the edge cannot differ.
"""

import html
import re

_TAG = re.compile(r"\{\{\{(\w+)\}\}\}|\{\{([#^/]?)(\w+)\}\}")


def render(template, values):
    out, shown = [], [True]
    position = 0
    for tag in _TAG.finditer(template):
        if shown[-1]:
            out.append(template[position:tag.start()])
        position = tag.end()
        raw, sign, name = tag.groups()
        if raw and shown[-1]:
            out.append(str(values[raw]))
        elif sign == "/":
            shown.pop()
        elif sign:
            shown.append(shown[-1] and bool(values[name]) == (sign == "#"))
        elif not raw and shown[-1]:
            out.append(html.escape(str(values[name])))
    out.append(template[position:])
    return "".join(out)
