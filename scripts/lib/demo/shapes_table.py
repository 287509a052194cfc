"""Pictures of things for the kitchen and the table. Each takes an Ink and draws about (200, 200)."""

from ink import GLOW, SHADE, box, circle, flower, group, heart, line, n, oval, path, ring, star, turned

CREAM = "#fbf5e9"


def _handle(ink, x=286, y=205, size=44):
    return line(f"M{x} {y - size}C{x + size * 1.5:.0f} {y - size} {x + size * 1.5:.0f} {y + size} {x} {y + size}", ink.dark, 17)


def mug(ink):
    wide = ink.between(1, 150, 178)
    left = 190 - wide / 2
    shine = box(left + 14, 140, 12, 120, 6, "#fff", GLOW)
    return (_handle(ink, 190 + wide / 2 - 4, 208) + box(left, 116, wide, 186, 26, ink.fill) + path(f"M{n(left + wide - 40)} 116h14q26 0 26 26v134q0 26-26 26h-14z", "#000", SHADE)
            + oval(190, 120, wide / 2, 15, ink.dark) + oval(190, 121, wide / 2 - 9, 10, "#6b4a35") + shine)


def teacup(ink):
    steam = "".join(line(f"M{x} 118q-10-14 0-28t0-28", "#fff", 6, 'stroke-opacity=".75"') for x in (170, 200, 230))
    return (steam + oval(196, 300, 134, 20, ink.dark) + oval(196, 294, 134, 20, ink.accent) + oval(196, 294, 90, 10, "#000", SHADE)
            + line("M284 170C344 158 346 240 262 246", ink.dark, 13) + path("M98 148H294C294 226 262 286 196 286S98 226 98 148Z", ink.fill)
            + oval(196, 148, 98, 17, ink.dark) + oval(196, 150, 88, 12, "#a8683f"))


def teapot(ink):
    return (line("M116 190C60 170 62 258 124 262", ink.dark, 15) + path("M270 214C312 210 306 158 342 150L352 164C334 180 334 250 276 262Z", ink.dark)
            + path("M104 226C104 162 150 140 198 140S292 162 292 226S256 306 198 306S104 290 104 226Z", ink.fill)
            + oval(198, 146, 62, 13, ink.dark) + path("M142 144Q198 96 254 144Z", ink.main) + circle(198, 106, 13, ink.accent) + oval(150, 210, 14, 34, "#fff", GLOW))


def jug(ink):
    return (line("M270 150C340 150 330 260 264 256", ink.dark, 15) + path("M120 104L148 118H258L284 96L274 152C300 230 290 304 252 304H148C110 304 100 232 132 158Z", ink.fill)
            + path("M120 104L148 118H258L284 96L276 140H134Z", ink.dark, 'fill-opacity=".5"') + box(146, 180, 13, 90, 6, "#fff", GLOW))


def plate(ink):
    return circle(200, 200, 132, ink.dark) + circle(200, 197, 132, ink.fill) + circle(200, 198, 88, CREAM) + ring(200, 198, 78, ink.main, 3) + flower(200, 198, 34, ink.main, ink.dark)


def bowl(ink):
    foot = box(160, 286, 80, 22, 8, ink.dark)
    return foot + path("M76 172H324C324 246 270 296 200 296S76 246 76 172Z", ink.fill) + path("M324 172C324 246 270 296 200 296Q290 262 296 172Z", "#000", SHADE) + oval(200, 172, 124, 26, ink.dark) + oval(200, 174, 112, 20, ink.accent)


def jar(ink):
    label = box(148, 204, 104, 62, 6, CREAM) + line("M164 226H236M172 244H228", ink.dark, 4)
    return (box(118, 126, 164, 186, 30, ink.light) + box(126, 168, 148, 136, 24, ink.main, 'fill-opacity=".85"') + box(118, 126, 164, 186, 30, "#fff", 'fill-opacity=".18"')
            + box(126, 88, 148, 44, 10, ink.fill) + box(126, 118, 148, 14, 5, ink.dark) + label + box(134, 150, 11, 120, 5, "#fff", GLOW))


def tin(ink):
    lid = oval(200, 128, 112, 30, ink.dark) + oval(200, 120, 112, 30, ink.main) + oval(200, 120, 84, 20, "#fff", SHADE) + box(188, 92, 24, 18, 9, ink.dark)
    return path("M92 140V284Q92 318 200 318T308 284V140Z", ink.fill) + path("M262 150V308Q308 300 308 284V140Z", "#000", SHADE) + lid


def tray(ink):
    return (box(60, 120, 280, 172, 30, ink.dark) + box(60, 112, 280, 172, 30, ink.main) + box(82, 134, 236, 128, 18, ink.fill) + box(82, 134, 236, 128, 18, "#000", 'fill-opacity=".06"')
            + box(168, 119, 64, 9, 5, ink.accent) + box(168, 268, 64, 9, 5, ink.accent))


def cutlery(ink):
    handle = lambda x: box(x - 13, 196, 26, 126, 13, ink.fill)
    steel = "#c9cfd3"
    fork = handle(110) + box(104, 150, 12, 56, 4, steel) + path("M84 78V128Q84 156 110 156T136 128V78H126V124H115V78H105V124H94V78Z", steel)
    knife = handle(200) + path("M188 206V96Q190 74 214 70V206Z", steel)
    spoon = handle(290) + box(284, 140, 12, 66, 4, steel) + oval(290, 112, 27, 40, steel) + oval(284, 104, 10, 20, "#fff", GLOW)
    return fork + knife + spoon


def baking(ink):
    case = path("M112 206L140 310H260L288 206Z", ink.fill) + "".join(line(f"M{x} 212L{200 + (x - 200) * .72:.0f} 306", ink.dark, 3, 'stroke-opacity=".5"') for x in range(136, 270, 26))
    icing = path("M96 210C88 172 128 160 136 146C148 108 252 108 264 146C272 160 312 172 304 210Q200 240 96 210Z", ink.accent) + path("M132 158Q200 190 268 156Q300 176 304 210Q200 240 96 210Q98 176 132 158Z", ink.light)
    dots = "".join(box(x, y, 14, 6, 3, c, f'transform="rotate({t} {x} {y})"') for x, y, t, c in ((150, 180, 30, ink.main), (230, 172, -30, ink.dark), (190, 200, 10, ink.other), (262, 202, 40, ink.main), (122, 204, -20, ink.other)))
    return case + icing + dots + circle(200, 108, 20, "#c8473d") + line("M202 90Q206 72 224 70", "#5c3f2d", 4)


def cakecase(ink):
    def one(x, y, k):
        pleats = "".join(line(f"M{a} 60L{a * .72:.0f} 0", ink.dark, 3, 'stroke-opacity=".45"') for a in (-56, -34, -12, 12, 34, 56))
        return group(path("M-72 64L-50 -4H50L72 64Q0 84-72 64Z", ink.fill) + pleats + oval(0, 64, 72, 14, ink.dark) + oval(0, 64, 64, 9, ink.accent), f"translate({x} {y}) scale({k} -{k})")
    return one(200, 152, .95) + one(130, 268, 1) + one(272, 268, 1)


def cakestand(ink):
    def tier(y, r):
        return oval(200, y + 7, r, r * .16, ink.dark) + oval(200, y, r, r * .16, ink.fill)
    cakes = circle(150, 262, 22, ink.other) + circle(250, 262, 22, "#e9bf4f") + circle(200, 258, 24, "#e392a6") + circle(176, 182, 17, "#c8473d") + circle(224, 182, 17, ink.other)
    return box(196, 84, 8, 226, 4, ink.dark) + ring(200, 74, 14, ink.dark, 6) + cakes + tier(284, 128) + tier(200, 92) + tier(124, 60) + path("M160 326Q200 296 240 326Z", ink.dark)


def apron(ink):
    pocket = path("M146 214H254V262Q200 286 146 262Z", ink.main) + line("M146 214H254", ink.dark, 6)
    return (line("M156 92C156 44 244 44 244 92", ink.dark, 9) + line("M108 196L64 212M292 196L336 212", ink.dark, 9)
            + path("M152 86H248Q252 150 300 178V300Q300 326 274 326H126Q100 326 100 300V178Q148 150 152 86Z", ink.fill) + pocket)


def teatowel(ink):
    return (box(92, 80, 216, 14, 7, "#946b41") + path("M112 88H256V330H112Z", ink.fill) + path("M196 88H292V292H196Z", ink.main) + path("M196 88H292V292H196Z", "#000", 'fill-opacity=".08"')
            + line("M120 312H248", ink.accent, 7) + line("M204 274H284", ink.accent, 7) + "".join(line(f"M{x} 330V338", ink.dark, 3) for x in range(118, 256, 12)))


def placemat(ink):
    return turned(box(72, 122, 256, 176, 16, ink.dark) + box(72, 114, 256, 176, 16, ink.fill) + line("M92 134H308V270H92Z", ink.accent, 4, 'stroke-dasharray="2 12"'), -8) + circle(226, 200, 52, CREAM) + circle(226, 200, 34, "#fff")


def bottle(ink):
    body = path("M172 66H228V128C228 158 262 166 262 206V296Q262 320 238 320H162Q138 320 138 296V206C138 166 172 158 172 128Z", ink.main, 'fill-opacity=".9"')
    return body + box(166, 56, 68, 26, 7, ink.dark) + box(148, 214, 104, 74, 4, CREAM) + heart(200, 246, 22, ink.other) + path("M158 180Q150 196 150 210V300Q150 308 158 308Z", "#fff", GLOW)


def glass(ink):
    cup = path("M132 82H268C272 170 246 206 200 206S128 170 132 82Z", ink.main, 'fill-opacity=".55"') + path("M136 122H264C262 176 240 200 200 200S138 176 136 122Z", ink.main)
    return box(194, 200, 12, 98, 5, ink.dark, 'fill-opacity=".6"') + oval(200, 306, 62, 13, ink.dark, 'fill-opacity=".6"') + cup + oval(200, 82, 68, 10, "#fff", 'fill-opacity=".5"') + path("M150 100Q146 150 160 176L166 172Q156 146 160 100Z", "#fff", GLOW)


def napkin(ink):
    return (turned(box(104, 112, 190, 190, 6, ink.dark, 'fill-opacity=".4"'), 10) + turned(box(104, 108, 190, 190, 6, ink.accent), 4)
            + box(104, 106, 190, 190, 6, ink.fill) + path("M104 296L294 106V296Z", "#000", 'fill-opacity=".08"') + line("M112 114H286V288H112Z", ink.accent, 3, 'stroke-dasharray="1 9"'))


def party(ink):
    hat = path("M200 66L284 290Q200 318 116 290Z", ink.fill) + path("M116 290Q200 318 284 290L276 268Q200 294 124 268Z", ink.dark)
    bits = "".join(star(x, y, 11, c) for x, y, c in ((96, 130, ink.other), (312, 150, ink.main), (320, 250, "#e9bf4f"), (84, 230, "#e9bf4f")))
    return bits + hat + circle(200, 66, 24, ink.accent) + "".join(line(f"M200 66L{x} {y}", ink.dark, 3) for x, y in ((182, 48), (218, 48), (200, 40), (178, 70), (222, 70)))


def balloon(ink):
    def one(x, y, fill, dark):
        return line(f"M{x} {y + 78}Q{x + 14} {y + 110} 200 336", dark, 3) + oval(x, y, 58, 72, fill) + path(f"M{x} {y + 68}L{x - 9} {y + 84}H{x + 9}Z", dark) + oval(x - 20, y - 26, 10, 18, "#fff", GLOW)
    return one(134, 172, ink.other, ink.other_dark) + one(268, 166, ink.accent, ink.dark) + one(202, 132, ink.fill, ink.dark)


def lunch(ink):
    return (line("M150 128C150 60 250 60 250 128", ink.dark, 13) + box(96, 122, 208, 194, 22, ink.fill) + path("M96 172V144Q96 122 118 122H282Q304 122 304 144V172Z", ink.dark)
            + line("M112 160H288", ink.accent, 4, 'stroke-dasharray="9 7"') + box(184, 152, 32, 30, 6, ink.accent) + path("M268 172H304V294Q304 316 282 316H268Z", "#000", SHADE))


SHAPES = {shape.__name__: shape for shape in (mug, teacup, teapot, jug, plate, bowl, jar, tin, tray, cutlery, baking, cakecase, cakestand,
                                             apron, teatowel, placemat, bottle, glass, napkin, party, balloon, lunch)}
