"""Pictures of things for the home, the garden and the light of an evening."""

from ink import GLOW, SHADE, box, circle, flower, group, heart, line, oval, path, ring, star, turned

CREAM = "#fbf5e9"
WOOD, WOOD_DARK = "#c79a6b", "#946b41"
FLAME = "#f2b544"


def _flame(x, y, k=1):
    return group(path("M0-44C22-16 24 0 14 14Q0 28-14 14C-24 0-16-20 0-44Z", FLAME) + path("M0-18C9-4 9 4 4 10Q0 14-4 10C-9 4-8-4 0-18Z", "#fdf3d0"), f"translate({x} {y}) scale({k})")


def _halo():
    return circle(200, 150, 120, "#fff", 'fill-opacity=".28"')


def candle(ink):
    tall = 100 + ink.dice(2, 60)
    top = 312 - tall - 40
    second = box(226, top + 70, 64, 242 - top, 8, ink.other) + oval(258, top + 70, 32, 8, ink.other_dark) + line(f"M258 {top + 68}V{top + 52}", "#3b3a3d", 4) + _flame(258, top + 42, .8)
    return (_halo() + second + box(120, top, 96, 312 - top, 10, ink.fill) + path(f"M186 {top}H206Q216 {top} 216 {top + 10}V302Q216 312 206 312H186Z", "#000", SHADE) + oval(168, top, 48, 12, ink.dark)
            + line(f"M168 {top - 2}V{top - 20}", "#3b3a3d", 4) + _flame(168, top - 34))


def holder(ink):
    if ink.dice(3, 3) == 0:
        stem = box(190, 200, 20, 88, 8, ink.dark) + oval(200, 296, 78, 18, ink.dark) + oval(200, 290, 78, 18, ink.fill) + circle(200, 236, 20, ink.main)
        return _halo() + box(178, 112, 44, 82, 6, CREAM) + _flame(200, 84) + stem + path("M152 184H248L232 212H168Z", ink.fill)
    glass = path("M116 150H284L266 292Q264 308 248 308H152Q136 308 134 292Z", ink.fill)
    return _halo() + _flame(200, 142, 1.1) + glass + path("M116 150H284L266 292Q264 308 248 308H226Q244 230 244 150Z", "#000", SHADE) + oval(200, 150, 84, 18, ink.dark) + oval(200, 152, 72, 13, FLAME, 'fill-opacity=".8"') + path("M136 176L148 286L158 288L148 176Z", "#fff", GLOW)


def lantern(ink):
    return (ring(200, 72, 22, ink.dark, 8) + path("M136 132Q150 92 200 90T264 132Z", ink.main) + box(124, 130, 152, 18, 6, ink.dark) + box(138, 146, 124, 142, 4, "#fdf0c8") + circle(200, 226, 54, FLAME, 'fill-opacity=".4"')
            + box(178, 226, 44, 62, 4, CREAM) + _flame(200, 212, .9) + line("M138 146V288M262 146V288M200 146V170", ink.dark, 9) + box(118, 286, 164, 24, 7, ink.main))


def lights(ink):
    wires = line("M56 120Q128 210 200 138T346 128", ink.dark, 5) + line("M56 222Q128 312 200 240T346 230", ink.dark, 5)
    colors = (ink.main, FLAME, ink.other, ink.accent, ink.main)
    bulbs = ""
    for row, top in enumerate((0, 102)):
        for index, (x, y) in enumerate(((82, 152), (134, 176), (192, 148), (254, 118), (316, 122))):
            color = colors[(index + row * 2) % 5]
            bulbs += circle(x, y + top + 30, 32, color, 'fill-opacity=".2"') + box(x - 7, y + top + 2, 14, 14, 3, ink.dark) + oval(x, y + top + 31, 13, 18, color)
    return wires + bulbs


def cushion(ink):
    corner = path("M84 96Q200 122 316 96Q290 208 316 312Q200 286 84 312Q110 208 84 96Z", ink.fill)
    return corner + path("M316 96Q290 208 316 312Q200 286 84 312Q250 280 316 96Z", "#000", SHADE) + line("M84 96Q200 122 316 96Q290 208 316 312Q200 286 84 312Q110 208 84 96Z", ink.dark, 5, 'stroke-dasharray="1 10"')


def doormat(ink):
    fringe = "".join(line(f"M58 {y}H70M330 {y}H342", ink.dark, 4) for y in range(138, 276, 11))
    return fringe + box(68, 126, 264, 158, 8, ink.fill) + box(90, 148, 220, 114, 4, CREAM, 'fill-opacity=".92"') + f'<text x="200" y="222" text-anchor="middle" font-family="Georgia,serif" font-size="{46 if ink.dice(4, 2) else 40}" fill="{ink.dark}" font-style="italic">{("home", "hello", "welcome", "come in")[ink.dice(5, 4)]}</text>'


def clock(ink):
    ticks = "".join(f'<rect x="196" y="104" width="8" height="16" rx="3" fill="{ink.dark}" transform="rotate({a} 200 204)"/>' for a in range(0, 360, 30))
    bells = ""
    if ink.dice(6, 2):
        bells = circle(138, 92, 34, ink.dark) + circle(262, 92, 34, ink.dark) + line("M136 300L112 328M264 300L288 328", ink.dark, 14)
    hands = f'<g stroke="{ink.dark}" stroke-linecap="round"><path d="M200 204V152" stroke-width="8" transform="rotate({ink.dice(7, 12) * 30} 200 204)"/><path d="M200 204V132" stroke-width="5" transform="rotate({ink.dice(8, 12) * 30} 200 204)"/></g>'
    return bells + circle(200, 204, 124, ink.fill) + circle(200, 204, 102, CREAM) + ticks + hands + circle(200, 204, 9, ink.other)


def mirror(ink):
    if ink.dice(9, 2):
        return oval(200, 200, 106, 136, ink.dark) + oval(200, 196, 106, 136, ink.fill) + oval(200, 196, 80, 108, "#d5e4ea") + path("M146 240L232 110L254 130L166 276Z", "#fff", GLOW)
    return box(96, 76, 208, 248, 22, ink.dark) + box(96, 70, 208, 248, 22, ink.fill) + box(124, 98, 152, 192, 8, "#d5e4ea") + path("M124 236L226 98H262L124 286Z", "#fff", GLOW) + circle(200, 70, 18, ink.dark)


def frame(ink):
    scene = (path("M112 288L176 196L226 252L254 220L292 288Z", ink.main) + circle(248, 154, 22, FLAME)) if ink.dice(10, 3) == 0 else (
        flower(200, 168, 46, ink.main, ink.accent) + line("M200 196V288M200 250Q176 236 168 218M200 262Q226 246 232 230", "#456b48", 6)) if ink.dice(10, 3) == 1 else heart(200, 200, 62, ink.main)
    return box(80, 62, 240, 276, 8, WOOD_DARK) + box(80, 58, 240, 274, 8, ink.fill if ink.defs else WOOD) + box(102, 80, 196, 230, 3, CREAM) + box(112, 90, 176, 210, 2, ink.light) + scene


def sign(ink):
    words = ("Keep Calm", "Sweet Home", "Tea Time", "Kitchen", "Be Happy", "Garden", "Love", "Today")[ink.dice(11, 8)]
    return (line("M120 152L200 84L280 152", WOOD_DARK, 5) + circle(200, 82, 9, ink.dark) + box(62, 150, 276, 126, 14, ink.dark) + box(62, 144, 276, 126, 14, ink.fill) + box(80, 162, 240, 90, 8, CREAM)
            + f'<text x="200" y="222" text-anchor="middle" font-family="Georgia,serif" font-size="42" fill="{ink.dark}" font-weight="bold">{words}</text>')


def letter(ink):
    glyph = "ABCDEFGHKLMNPRSTW"[ink.dice(12, 17)]
    return box(92, 84, 216, 232, 18, ink.dark) + box(92, 78, 216, 232, 18, ink.fill) + box(112, 98, 176, 192, 10, CREAM) + f'<text x="200" y="250" text-anchor="middle" font-family="Georgia,serif" font-size="150" fill="{ink.main if ink.name not in ("White", "Ivory") else ink.dark}" font-weight="bold">{glyph}</text>'


def block(ink):
    def one(x, y, fill, glyph):
        return box(x, y, 100, 100, 12, WOOD_DARK) + box(x, y - 5, 100, 100, 12, WOOD) + box(x + 13, y + 8, 74, 74, 6, fill) + f'<text x="{x + 50}" y="{y + 66}" text-anchor="middle" font-family="Georgia,serif" font-size="56" font-weight="bold" fill="{CREAM}">{glyph}</text>'
    return one(90, 216, ink.main, "L") + one(206, 216, ink.other, "O") + one(148, 112, ink.dark, "V")


def hook(ink):
    if ink.dice(13, 2):
        knob = circle(200, 196, 96, ink.dark) + circle(200, 190, 96, ink.fill) + circle(200, 190, 58, "#fff", 'fill-opacity=".25"') + circle(200, 190, 26, ink.dark) + circle(200, 187, 22, "#c9cfd3")
        return knob + oval(166, 144, 22, 13, "#fff", 'fill-opacity=".5" transform="rotate(-35 166 144)"')
    hooks = "".join(circle(x, 172, 13, ink.dark) + line(f"M{x} 180V232C{x} 268 {x + 40} 268 {x + 40} 236", ink.dark, 12) + circle(x + 40, 230, 9, ink.accent) for x in (104, 184, 264))
    return box(58, 132, 284, 76, 16, WOOD_DARK) + box(58, 126, 284, 76, 16, ink.fill if ink.defs else WOOD) + hooks


def basket(ink):
    weave = "".join(line(f"M{110 + i * 6} {206 + i * 28}H{290 - i * 6}", WOOD_DARK, 4, 'stroke-dasharray="16 10"' + (f' stroke-dashoffset="{13 * (i % 2)}"')) for i in range(4))
    return line("M108 190C112 56 288 56 292 190", WOOD_DARK, 13) + path("M88 188H312L282 316H118Z", WOOD) + weave + path("M88 188H312L306 218H94Z", ink.fill) + path("M94 218Q108 236 122 218Q136 236 150 218Q164 236 178 218Q192 236 206 218Q220 236 234 218Q248 236 262 218Q276 236 290 218L306 218", ink.main)


def crate(ink):
    slats = "".join(box(76, y, 248, 44, 4, WOOD) + box(76, y + 36, 248, 8, 3, WOOD_DARK) for y in (152, 206, 260))
    return slats + box(76, 146, 24, 166, 4, WOOD_DARK) + box(300, 146, 24, 166, 4, WOOD_DARK) + f'<text x="200" y="242" text-anchor="middle" font-family="Georgia,serif" font-size="36" fill="{ink.dark}">{("market", "fresh", "garden")[ink.dice(14, 3)]}</text>'


def drawers(ink):
    if ink.dice(15, 3) == 0:
        ribbon = line("M200 140V304", ink.accent, 16) + path("M200 128C160 72 118 112 200 134C282 112 240 72 200 128Z", ink.accent)
        return box(92, 180, 216, 130, 8, ink.fill) + box(80, 138, 240, 52, 8, ink.main) + box(80, 178, 240, 12, 5, ink.dark) + ribbon
    rows = 2 + ink.dice(16, 2)
    high = 212 / rows
    fronts = "".join(box(108, 98 + i * high, 184, high - 10, 6, ink.accent if i % 2 else ink.main) + circle(200, 98 + i * high + high / 2 - 5, 9, ink.dark) for i in range(rows))
    return box(120, 306, 16, 22, 3, ink.dark) + box(264, 306, 16, 22, 3, ink.dark) + box(92, 80, 216, 232, 12, ink.fill) + fronts + box(82, 70, 236, 20, 8, ink.dark)


def moneybox(ink):
    return (path("M130 280V318H162V290M244 290V318H276V276", ink.dark) + oval(198, 216, 118, 92, ink.fill) + path("M122 150L116 104L164 130Z", ink.dark) + oval(312, 222, 24, 32, ink.dark) + circle(306, 214, 5, ink.light) + circle(306, 230, 5, ink.light)
            + box(176, 126, 60, 11, 5, ink.dark) + circle(252, 190, 8, "#3b3a3d") + line("M82 210C56 200 62 176 78 186", ink.dark, 8) + circle(206, 88, 26, "#d9ae54") + ring(206, 88, 17, "#a07a2b", 4))


def giftbox(ink):
    return box(100, 172, 200, 140, 8, ink.fill) + box(88, 138, 224, 48, 8, ink.main) + box(88, 176, 224, 10, 4, ink.dark) + box(184, 138, 32, 174, 0, ink.other) + path("M200 140C140 60 90 120 200 140C310 120 260 60 200 140Z", ink.other) + circle(200, 134, 16, ink.other_dark)


def plant(ink):
    leaves = "".join(oval(200, 122, 17, 62, "#6a9a6c" if a % 40 else "#86ad7f", f'transform="rotate({a} 200 196)"') for a in (-70, -40, -20, 0, 20, 40, 70))
    return leaves + path("M122 190H278L258 308Q256 318 246 318H154Q144 318 142 308Z", ink.fill) + box(112, 176, 176, 34, 8, ink.main) + box(112, 202, 176, 9, 4, ink.dark)


def watering(ink):
    drops = "".join(path(f"M{x} {y}q8 14 0 20q-8-6 0-20Z", "#8fbcd4") for x, y in ((66, 176), (82, 200), (56, 214)))
    return (drops + line("M226 156C240 80 330 96 306 190", ink.dark, 13) + path("M160 220L94 152L108 140L176 186Z", ink.main) + path("M76 160L112 126L122 138L90 172Z", ink.dark)
            + path("M156 168H300V290Q300 312 278 312H178Q156 312 156 290Z", ink.fill) + oval(228, 168, 72, 16, ink.dark) + path("M270 182H300V290Q300 312 278 312H270Z", "#000", SHADE))


def birdhouse(ink):
    return (box(190, 290, 20, 46, 3, WOOD_DARK) + path("M120 178H280V296H120Z", ink.fill) + path("M240 178H280V296H240Z", "#000", SHADE) + path("M94 190L200 84L306 190L286 204L200 120L114 204Z", ink.dark)
            + circle(200, 212, 27, "#3b3a3d") + box(194, 254, 12, 26, 5, WOOD) + circle(200, 282, 7, WOOD_DARK) + heart(200, 158, 12, ink.accent))


def bird(ink):
    return (line("M70 306Q200 274 334 300", WOOD_DARK, 9) + line("M190 270V296M216 270V294", WOOD_DARK, 6) + path("M108 214C108 150 156 108 214 116C262 122 282 160 276 204C270 252 236 280 194 280C150 280 120 262 108 214Z", ink.fill)
            + path("M122 232L54 262L66 216L112 196Z", ink.dark) + path("M134 206C160 176 208 184 218 222C196 262 148 258 134 206Z", ink.dark, 'fill-opacity=".8"') + path("M268 148L314 162L272 178Z", FLAME) + circle(240, 154, 9, "#3b3a3d") + circle(243, 151, 3, "#fff") + path("M232 276Q272 252 276 206Q250 214 226 250Z", ink.accent, 'fill-opacity=".8"'))


def butterfly(ink):
    wings = "".join(group(path("M200 190C150 90 70 90 74 156C76 204 140 214 196 204Z", ink.fill) + path("M198 206C140 210 102 236 116 280C132 318 186 286 200 216Z", ink.main) + circle(120, 150, 16, ink.accent) + circle(148, 262, 11, ink.accent), t)
                    for t in ("translate(0 0)", "matrix(-1 0 0 1 400 0)"))
    return wings + box(192, 146, 16, 136, 8, ink.dark) + line("M198 148Q186 112 164 104M202 148Q214 112 236 104", ink.dark, 5)


def flowers(ink):
    stems = "".join(line(f"M200 250Q{x} 200 {x} {y}", "#6a9a6c", 6) for x, y in ((136, 146), (200, 110), (264, 146)))
    heads = flower(136, 140, 36, ink.main, FLAME) + flower(264, 140, 36, ink.other, FLAME) + flower(200, 104, 42, ink.accent if ink.name not in ("White", "Ivory") else ink.main, FLAME)
    return stems + heads + path("M164 208H236C230 232 266 246 266 286Q266 318 236 318H164Q134 318 134 286C134 246 170 232 164 208Z", ink.dark) + path("M240 228Q266 250 266 286Q266 318 236 318H214Q250 280 240 228Z", "#000", SHADE)


def ornament(ink):
    cord = line("M200 50V118", ink.dark, 5) + circle(200, 120, 9, ink.dark)
    return cord + heart(200, 216, 104, ink.dark) + heart(200, 210, 104, ink.fill) + line("M118 190Q126 144 166 146", "#fff", 9, 'stroke-opacity=".45"')


def starry(ink):
    return line("M200 46V96", ink.dark, 5) + star(200, 212, 122, ink.dark) + star(200, 206, 120, ink.fill) + circle(200, 212, 24, ink.accent)


SHAPES = {"candle": candle, "holder": holder, "lantern": lantern, "lights": lights, "cushion": cushion, "doormat": doormat, "clock": clock, "mirror": mirror,
          "frame": frame, "sign": sign, "letter": letter, "block": block, "hook": hook, "basket": basket, "crate": crate, "drawers": drawers, "moneybox": moneybox,
          "giftbox": giftbox, "plant": plant, "watering": watering, "birdhouse": birdhouse, "bird": bird, "butterfly": butterfly, "flower": flowers,
          "heart": ornament, "star": starry}
