"""What all pictures are drawn with: colours, patterns, and SVG elements as short functions."""

import hashlib

# name: (main, dark, light, accent)
PALETTES = {
    "Red": ("#c8473d", "#8f2c27", "#f3d3cb", "#f6efe2"), "Pink": ("#e392a6", "#b95d76", "#f9e1e6", "#fffaf2"),
    "Blue": ("#4a78a8", "#2d5079", "#d6e3ee", "#f4e9d2"), "Light Blue": ("#8fbcd4", "#5a8ca8", "#e0eef4", "#fdf6e6"),
    "Navy": ("#33486b", "#1f2e48", "#d5dbe6", "#e9c46a"), "Turquoise": ("#4fa3a0", "#2f7472", "#d3ebe8", "#fbeed3"),
    "Green": ("#6a9a6c", "#456b48", "#dcead9", "#fbf0d6"), "White": ("#faf8f3", "#a9a294", "#c9d4d3", "#c96f5a"),
    "Ivory": ("#f3e9d4", "#b39c72", "#d8d3c4", "#a8685a"), "Black": ("#3b3a3d", "#1f1e21", "#dcdad8", "#e5b95c"),
    "Silver": ("#b4bcc3", "#76818a", "#e1e7ea", "#5d7f96"), "Gold": ("#d9ae54", "#a07a2b", "#f5ead0", "#7a4b3a"),
    "Purple": ("#8d74a9", "#604c7b", "#e6ddee", "#f6e6c1"), "Yellow": ("#e9bf4f", "#b58a22", "#f9eecb", "#5f7fa0"),
    "Orange": ("#e08a4b", "#ab5e28", "#f8e2cf", "#3f6f73"), "Brown": ("#8a6248", "#5c3f2d", "#eadfd4", "#e8c98f"),
    "Grey": ("#8b9196", "#5c6267", "#e2e5e6", "#d98c6a"), "Teal": ("#3f7f86", "#28565c", "#d3e6e6", "#f0c987"),
    "Coral": ("#e2856e", "#b05a46", "#f9e0d8", "#3d6b70"), "Sage": ("#9db39a", "#6c846b", "#e5ece1", "#c97b5d"),
    "Plum": ("#7d4a63", "#542f42", "#ecdbe3", "#e9c58a"), "Wood": ("#c79a6b", "#946b41", "#f2e6d6", "#6f8f72"),
}
_UNNAMED = ["Teal", "Coral", "Sage", "Plum", "Blue", "Red", "Green", "Yellow", "Light Blue", "Pink", "Orange", "Navy"]
_OF_MATERIAL = {"Wood": "Wood", "Wicker": "Wood", "Silver": "Silver", "Metal": "Silver", "Slate": "Grey"}


class Ink:
    """One item's colours and dice. `fill` is the patterned main surface."""

    def __init__(self, item, color, material, pattern):
        self._seed = hashlib.sha256(item.encode()).digest()
        name = color or _OF_MATERIAL.get(material, "") or _UNNAMED[self.dice(30, len(_UNNAMED))]
        if not color and pattern == "Union Jack":
            name = "Navy"
        if not color and pattern in ("Strawberry", "Red Retrospot", "Retrospot", "Apple", "Circus"):
            name = "Red"
        self.name = name
        self.main, self.dark, self.light, self.accent = PALETTES[name]
        self.defs = _pattern(pattern, self)
        self.fill = "url(#p)" if self.defs else self.main
        other = _UNNAMED[self.dice(29, len(_UNNAMED))]
        self.other, self.other_dark, _, _ = PALETTES[other if other != name else "Teal"]

    def dice(self, place, sides):
        return self._seed[place % 32] % sides

    def between(self, place, low, high):
        return low + (high - low) * self._seed[place % 32] / 255


def n(value):
    """The shortest way to write a coordinate."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def path(d, fill, more=""):
    return f'<path d="{d}" fill="{fill}"{" " + more if more else ""}/>'


def line(d, color, width=4, more=""):
    return f'<path d="{d}" fill="none" stroke="{color}" stroke-width="{n(width)}" stroke-linecap="round" stroke-linejoin="round"{" " + more if more else ""}/>'


def circle(x, y, r, fill, more=""):
    return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(r)}" fill="{fill}"{" " + more if more else ""}/>'


def ring(x, y, r, color, width=4):
    return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(r)}" fill="none" stroke="{color}" stroke-width="{n(width)}"/>'


def oval(x, y, rx, ry, fill, more=""):
    return f'<ellipse cx="{n(x)}" cy="{n(y)}" rx="{n(rx)}" ry="{n(ry)}" fill="{fill}"{" " + more if more else ""}/>'


def box(x, y, w, h, r, fill, more=""):
    return f'<rect x="{n(x)}" y="{n(y)}" width="{n(w)}" height="{n(h)}" rx="{n(r)}" fill="{fill}"{" " + more if more else ""}/>'


def group(inner, transform):
    return f'<g transform="{transform}">{inner}</g>'


def turned(inner, degrees):
    return group(inner, f"rotate({n(degrees)} 200 200)")


SHADE = 'fill-opacity=".12"'
GLOW = 'fill-opacity=".35"'


def heart(x, y, size, fill, more=""):
    k = size / 100
    return path(f"M{n(x)} {n(y + 90 * k)}C{n(x - 130 * k)} {n(y + 5 * k)} {n(x - 85 * k)} {n(y - 105 * k)} {n(x)} {n(y - 38 * k)}"
                f"C{n(x + 85 * k)} {n(y - 105 * k)} {n(x + 130 * k)} {n(y + 5 * k)} {n(x)} {n(y + 90 * k)}Z", fill, more)


_STAR = [(0, -100), (27, -36), (95, -31), (43, 14), (59, 81), (0, 45), (-59, 81), (-43, 14), (-95, -31), (-27, -36)]


def star(x, y, size, fill, more=""):
    points = " ".join(f"{n(x + px * size / 100)},{n(y + py * size / 100)}" for px, py in _STAR)
    return f'<polygon points="{points}" fill="{fill}" stroke="{fill}" stroke-width="{n(size / 12)}" stroke-linejoin="round"{" " + more if more else ""}/>'


def flower(x, y, size, petal, middle):
    around = "".join(f'<ellipse cx="{n(x)}" cy="{n(y - size * .55)}" rx="{n(size * .32)}" ry="{n(size * .5)}" fill="{petal}" transform="rotate({a} {n(x)} {n(y)})"/>'
                     for a in range(0, 360, 60))
    return around + circle(x, y, size * .3, middle)


def _tile(size, inner, ink, turn=0):
    turn = f' patternTransform="rotate({turn})"' if turn else ""
    return f'<pattern id="p" width="{size}" height="{size}" patternUnits="userSpaceOnUse"{turn}><rect width="{size}" height="{size}" fill="{ink.main}"/>{inner}</pattern>'


def _spots(size, r, ink):
    return _tile(size, circle(size / 4, size / 4, r, ink.accent) + circle(size * 3 / 4, size * 3 / 4, r, ink.accent), ink)


def _jack(ink):
    w, r = "#f6f1e7", "#b5403a"
    return ('<pattern id="p" width="120" height="76" x="20" y="14" patternUnits="userSpaceOnUse"><rect width="120" height="76" fill="#33486b"/>'
            + line("M0 0L120 76M120 0L0 76", w, 15) + line("M0 0L120 76M120 0L0 76", r, 5)
            + line("M60 0V76M0 38H120", w, 25) + line("M60 0V76M0 38H120", r, 14) + "</pattern>")


def _pattern(name, ink):
    a, d = ink.accent, ink.dark
    makers = {
        "Red Retrospot": lambda: _spots(44, 9.5, ink), "Retrospot": lambda: _spots(44, 9.5, ink), "Polkadot": lambda: _spots(30, 5, ink),
        "Union Jack": lambda: _jack(ink),
        "Gingham": lambda: _tile(28, f'<path d="M0 0H14V28H0Z" fill="{a}" fill-opacity=".55"/><path d="M0 0H28V14H0Z" fill="{a}" fill-opacity=".55"/>', ink),
        "Stripe": lambda: _tile(24, f'<path d="M0 0H12V24H0Z" fill="{a}"/>', ink, ink.dice(7, 2) * 90),
        "Heart": lambda: _tile(48, heart(12, 14, 9, a) + heart(36, 38, 9, a), ink),
        "Star": lambda: _tile(52, star(14, 14, 9, a) + star(40, 40, 7, a), ink),
        "Strawberry": lambda: _tile(54, heart(15, 18, 11, a) + line("M10 8L15 11L20 8", d, 3) + heart(42, 44, 11, a) + line("M37 34L42 37L47 34", d, 3), ink),
        "Apple": lambda: _tile(56, circle(12, 18, 9, a) + circle(19, 18, 9, a) + line("M15 10Q16 5 20 4", d, 3) + circle(40, 45, 9, a) + circle(47, 45, 9, a) + line("M43 37Q44 32 48 31", d, 3), ink),
        "Floral": lambda: _tile(60, flower(16, 16, 13, a, d) + flower(46, 45, 10, ink.light, d), ink),
        "Rose": lambda: _tile(58, circle(15, 15, 11, a) + line("M9 15Q15 8 20 15Q16 21 12 17", d, 2.4) + circle(44, 44, 11, ink.light) + line("M38 44Q44 37 49 44Q45 50 41 46", d, 2.4), ink),
        "Butterfly": lambda: _tile(62, _wings(16, 17, a) + _wings(46, 48, ink.light), ink),
        "Paisley": lambda: _tile(54, path("M10 26C4 14 14 4 24 8C34 14 28 28 18 26C24 22 22 14 16 16Q10 18 10 26Z", a) + path("M36 52C30 40 40 30 50 34C58 40 52 52 44 50C50 46 48 40 42 42Q36 44 36 52Z", ink.light), ink),
        "Skull": lambda: _tile(56, _skull(15, 15, a) + _skull(43, 43, a), ink),
        "Woodland": lambda: _tile(62, path("M6 20Q18 0 30 20Z", a) + box(14, 20, 8, 11, 3, ink.light) + path("M38 56L47 36L56 56Z", d) , ink),
        "Spaceboy": lambda: _tile(66, star(14, 14, 7, a) + circle(48, 20, 9, a) + oval(48, 20, 15, 3, ink.light) + path("M16 58Q16 38 24 34Q32 38 32 58Z", ink.light), ink),
        "Dolly Girl": lambda: _tile(52, flower(15, 15, 10, a, d) + heart(39, 38, 8, a), ink),
        "Circus": lambda: _tile(64, f'<path d="M0 0H16V64H0ZM32 0H48V64H32Z" fill="{a}" fill-opacity=".8"/>' + star(24, 32, 7, d), ink),
        "Suki": lambda: _tile(50, flower(25, 25, 15, a, ink.light), ink),
        "Baroque": lambda: _tile(46, path("M12 3Q13 11 21 12Q13 13 12 21Q11 13 3 12Q11 11 12 3Z", a) + path("M35 26Q36 34 44 35Q36 36 35 44Q34 36 26 35Q34 34 35 26Z", a) + circle(35, 12, 2.5, a) + circle(12, 35, 2.5, a), ink),
        "Bird": lambda: _tile(64, path("M8 24Q14 10 26 16L36 12L30 22Q24 34 10 30Z", a) + path("M36 54Q42 40 54 46L62 42L58 52Q52 62 40 60Z", ink.light), ink),
        "Alphabet": lambda: _tile(56, f'<g font-family="Georgia,serif" font-size="22" font-weight="bold" fill="{a}"><text x="6" y="24">A</text><text x="32" y="50">b</text></g>', ink),
    }
    return makers[name]() if name in makers else ""


def _wings(x, y, fill):
    return (oval(x - 7, y - 4, 7, 9, fill, f'transform="rotate(-25 {x} {y})"') + oval(x + 7, y - 4, 7, 9, fill, f'transform="rotate(25 {x} {y})"')
            + oval(x - 5, y + 7, 5, 6, fill) + oval(x + 5, y + 7, 5, 6, fill))


def _skull(x, y, fill):
    return circle(x, y, 10, fill) + box(x - 6, y + 5, 12, 9, 3, fill) + circle(x - 4, y, 2.6, "#3b3a3d") + circle(x + 4, y, 2.6, "#3b3a3d")
