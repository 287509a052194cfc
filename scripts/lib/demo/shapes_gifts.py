"""Pictures of things to wear, to write with, to play with and to give."""

from ink import GLOW, SHADE, box, circle, flower, group, heart, line, oval, path, ring, star, turned

CREAM = "#fbf5e9"
GOLD, GOLD_DARK = "#d9ae54", "#a07a2b"
PINE, PINE_DARK = "#5c8a68", "#3d6149"
SKIN = "#f1cfae"
INKY = "#3b3a3d"


def tote(ink):
    return (line("M148 150C148 54 252 54 252 150", ink.dark, 13) + path("M92 138H308L322 304Q322 320 306 320H94Q78 320 78 304Z", ink.fill)
            + path("M282 138H308L322 304Q322 320 306 320H278Z", "#000", SHADE) + line("M98 158H302", ink.accent, 4, 'stroke-dasharray="9 8"') + circle(148, 152, 7, ink.accent) + circle(252, 152, 7, ink.accent))


def backpack(ink):
    return (line("M166 92C166 58 234 58 234 92", ink.dark, 11) + box(82, 180, 36, 110, 16, ink.dark) + box(282, 180, 36, 110, 16, ink.dark) + path("M106 180Q106 86 200 86T294 180V296Q294 322 268 322H132Q106 322 106 296Z", ink.fill)
            + box(134, 212, 132, 92, 18, ink.main) + box(134, 212, 132, 30, 12, ink.dark) + box(190, 232, 20, 22, 5, ink.accent))


def purse(ink):
    return (circle(184, 104, 15, GOLD) + circle(216, 104, 15, GOLD_DARK) + path("M104 140C60 200 74 304 132 312H268C326 304 340 200 296 140Z", ink.fill) + path("M264 140H296C340 200 326 304 268 312H238Q296 250 264 140Z", "#000", SHADE)
            + line("M104 138Q200 96 296 138", GOLD, 15) + line("M110 146Q200 108 290 146", GOLD_DARK, 4) + heart(200, 228, 26, ink.accent))


def luggage(ink):
    return (line("M158 124V88H242V124", ink.dark, 13) + box(78, 122, 244, 188, 22, ink.fill) + box(118, 122, 22, 188, 0, ink.dark, 'fill-opacity=".75"') + box(260, 122, 22, 188, 0, ink.dark, 'fill-opacity=".75"')
            + box(172, 188, 56, 40, 6, CREAM) + star(200, 208, 13, ink.main) + circle(110, 314, 11, INKY) + circle(290, 314, 11, INKY))


def necklace(ink):
    beads = ""
    for index in range(15):
        x = -1 + index / 7
        y = 90 + 180 * (1 - x * x) ** .5 if abs(x) < 1 else 90
        beads += circle(200 + 112 * x, y, 10 + 5 * (1 - abs(x)), ink.main if index % 2 else ink.accent if ink.name not in ("White", "Ivory") else ink.dark)
    drop = (heart(200, 318, 22, ink.dark), flower(200, 312, 24, ink.main, ink.dark), path("M200 278Q228 320 200 338Q172 320 200 278Z", ink.dark), star(200, 312, 24, ink.dark))[ink.dice(3, 4)]
    return line("M88 92C92 206 140 270 200 272S308 206 312 92", ink.dark, 4) + beads + drop


def earrings(ink):
    style = ink.dice(4, 4)

    def one(x):
        hook = line(f"M{x} 132V112C{x} 84 {x + 30} 88 {x + 26} 112", GOLD_DARK, 5)
        if style == 0:
            return hook + circle(x, 150, 18, ink.accent) + path(f"M{x} 166Q{x + 42} 250 {x} 280Q{x - 42} 250 {x} 166Z", ink.main) + oval(x - 10, 236, 7, 20, "#fff", GLOW)
        if style == 1:
            return hook + ring(x, 206, 54, ink.main, 13) + circle(x, 260, 15, ink.dark) + circle(x, 146, 10, ink.dark)
        if style == 2:
            return hook + flower(x, 196, 52, ink.main, ink.accent) + circle(x, 274, 14, ink.dark)
        return hook + "".join(circle(x, 150 + i * 36, 18 - i * 1.5, ink.main if i % 2 else ink.dark) for i in range(4))
    return one(136) + one(264)


def bracelet(ink):
    from math import cos, pi, sin
    if ink.dice(5, 3) == 0:
        gem = path("M200 78L240 108L200 160L160 108Z", ink.main) + path("M200 78L220 108L200 160L180 108Z", "#fff", GLOW)
        return ring(200, 226, 84, GOLD, 22) + ring(200, 226, 73, GOLD_DARK, 3) + gem
    count = 18
    beads = "".join(circle(200 + 104 * cos(2 * pi * i / count), 204 + 90 * sin(2 * pi * i / count), 16, (ink.main, ink.accent, ink.dark)[i % 3]) for i in range(count))
    return f'<ellipse cx="200" cy="204" rx="104" ry="90" fill="none" stroke="{ink.dark}" stroke-width="4"/>' + beads + line("M200 306V318", ink.dark, 4) + heart(200, 330, 16, ink.dark)


def hair(ink):
    if ink.dice(6, 2):
        return path("M200 204C120 110 60 170 88 240C112 292 176 250 200 204Z", ink.fill) + path("M200 204C280 110 340 170 312 240C288 292 224 250 200 204Z", ink.fill) + path("M200 204C280 110 340 170 312 240Q290 180 200 204Z", "#000", SHADE) + box(176, 176, 48, 60, 18, ink.dark)
    return line("M84 292C64 92 336 92 316 292", ink.dark, 24) + line("M84 288C66 94 334 94 316 288", ink.main, 15) + flower(256, 138, 44, ink.accent, ink.other) + flower(204, 116, 28, ink.other, ink.accent)


def key(ink):
    fob = (heart(200, 252, 76, ink.fill), circle(200, 252, 72, ink.fill), star(200, 250, 84, ink.fill), box(136, 186, 128, 132, 26, ink.fill))[ink.dice(7, 4)]
    return ring(200, 104, 46, "#9aa3a9", 11) + line("M200 150V190", "#9aa3a9", 9) + fob + circle(200, 200, 8, CREAM)


def umbrella(ink):
    return (line("M200 82V292C200 336 256 336 256 296", ink.dark, 11) + path("M64 214C64 132 124 84 200 84S336 132 336 214Q310 190 268 212Q236 188 200 212Q164 188 132 212Q90 190 64 214Z", ink.fill)
            + path("M200 84C276 84 336 132 336 214Q310 190 268 212Q262 130 200 84Z", "#000", SHADE) + line("M200 84Q140 130 132 212M200 84Q260 130 268 212", ink.dark, 3, 'stroke-opacity=".5"') + circle(200, 76, 8, ink.dark))


def parasol(ink):
    return turned(line("M200 90V336", "#946b41", 9) + path("M56 196Q84 74 200 74T344 196Q320 210 296 196Q272 210 248 196Q224 210 200 196Q176 210 152 196Q128 210 104 196Q80 210 56 196Z", ink.fill)
                  + path("M200 74Q316 74 344 196Q320 210 296 196Q290 110 200 74Z", "#000", SHADE) + line("M200 74Q112 110 104 196M200 74V196M200 74Q288 110 296 196", ink.dark, 3, 'stroke-opacity=".45"') + circle(200, 68, 8, "#946b41"), 12)


def fan(ink):
    ribs = "".join(line(f"M200 304L{200 + x} {y}", "#946b41", 4) for x, y in ((-126, 186), (-90, 136), (-46, 106), (0, 96), (46, 106), (90, 136), (126, 186)))
    return path("M200 304L66 178Q120 78 200 78T334 178Z", ink.fill) + ribs + path("M200 304L150 256Q200 226 250 256Z", "#946b41") + circle(200, 302, 11, "#5c3f2d")


def scarf(ink):
    fringe = "".join(line(f"M{x} 312V332", ink.dark, 5) for x in range(108, 172, 12)) + "".join(line(f"M{x} 286V306", ink.dark, 5) for x in range(236, 300, 12))
    return fringe + path("M102 120Q200 60 298 120Q310 160 290 176Q200 220 110 176Q90 160 102 120Z", ink.dark) + path("M102 150L102 314H172L166 178Z", ink.fill) + path("M298 150V288H230L240 178Z", ink.fill) + path("M102 120Q200 180 298 120Q312 152 290 172Q200 224 110 172Q88 152 102 120Z", ink.main)


def notebook(ink):
    rings = "".join(box(90, y, 28, 10, 5, "#9aa3a9") for y in range(104, 306, 26))
    return box(112, 84, 196, 246, 10, CREAM) + box(104, 76, 196, 246, 10, ink.dark) + box(104, 72, 196, 246, 10, ink.fill) + box(144, 118, 116, 62, 6, CREAM) + line("M160 140H244M170 158H234", ink.dark, 4) + rings + box(272, 72, 10, 246, 0, ink.accent, 'fill-opacity=".85"')


def book(ink):
    return path("M96 92Q96 72 116 72H296V300H116Q96 300 96 320Z", ink.fill) + path("M96 320Q96 300 116 300H296V330H116Q96 330 96 320Z", CREAM) + line("M296 300H116Q96 300 96 316Q96 332 116 332H296", ink.dark, 6) + box(142, 120, 118, 76, 6, CREAM) + heart(200, 154, 22, ink.main if ink.name not in ("White", "Ivory") else ink.dark) + box(108, 72, 9, 228, 0, "#000", SHADE)


def pencil(ink):
    def one(x, fill, dark):
        return path(f"M{x - 18} 140L{x} 76L{x + 18} 140Z", "#f1d9b4") + path(f"M{x - 6} 98L{x} 76L{x + 6} 98Z", dark) + box(x - 18, 140, 36, 150, 0, fill) + box(x + 6, 140, 12, 150, 0, "#000", SHADE) + box(x - 18, 288, 36, 14, 0, "#c9cfd3") + box(x - 18, 300, 36, 24, 7, "#e392a6")
    return group(one(128, ink.main, ink.dark), "rotate(-9 128 300)") + group(one(272, ink.other, ink.other_dark), "rotate(9 272 300)") + one(200, ink.fill, ink.dark)


def sticker(ink):
    sheet = box(90, 74, 220, 252, 12, "#fff") + box(90, 74, 220, 252, 12, ink.light, 'fill-opacity=".6"')
    return turned(sheet + heart(148, 134, 34, ink.main) + star(250, 134, 40, ink.other) + flower(148, 226, 36, ink.other, ink.accent) + circle(250, 226, 36, ink.fill) + heart(150, 294, 17, ink.dark) + star(200, 292, 19, "#e9bf4f") + heart(250, 294, 17, ink.main), -4)


def magnet(ink):
    return (path("M200 78C276 78 318 136 318 204H252C252 170 234 146 200 146S148 170 148 204V304H82V204C82 136 124 78 200 78Z", ink.fill) + path("M318 204V304H252V204Z", ink.fill)
            + box(82, 266, 66, 48, 4, "#c9cfd3") + box(252, 266, 66, 48, 4, "#c9cfd3") + line("M166 330L156 344M200 318V340M234 330L244 344", "#e9bf4f", 7))


def card(ink):
    motif = (heart(226, 200, 44, ink.accent), flower(226, 200, 48, ink.accent, ink.light), star(226, 200, 54, ink.accent), circle(226, 200, 46, ink.accent) + heart(226, 202, 22, ink.main))[ink.dice(8, 4)]
    envelope = group(box(66, 176, 220, 146, 8, CREAM) + line("M68 182L176 262L284 182", "#d8cbb2", 5), "rotate(-8 176 250)")
    return envelope + group(box(140, 84, 172, 230, 6, ink.dark, 'fill-opacity=".35"') + box(136, 80, 172, 230, 6, ink.fill) + box(152, 96, 140, 198, 4, "#fff", 'fill-opacity=".16"') + motif, "rotate(6 226 200)")


def postcard(ink):
    return turned(box(64, 112, 272, 186, 6, CREAM) + box(76, 124, 124, 162, 3, ink.fill) + box(278, 128, 44, 52, 2, ink.main) + heart(300, 152, 12, CREAM) + line("M222 212H316M222 236H316M222 260H290", "#b9a98a", 4), -7)


def wrap(ink):
    if ink.dice(9, 3) == 0:
        return circle(200, 200, 112, ink.dark) + circle(200, 196, 112, ink.fill) + circle(200, 196, 58, CREAM) + circle(200, 196, 40, ink.light) + path("M304 236C330 272 298 300 336 336L306 340C268 312 288 276 262 262Z", ink.fill)
    roll = lambda x, fill, dark: box(x, 84, 54, 240, 6, fill) + box(x + 38, 84, 16, 240, 6, "#000", SHADE) + oval(x + 27, 86, 27, 10, dark) + oval(x + 27, 86, 12, 4, CREAM)
    return group(roll(96, ink.other, ink.other_dark), "rotate(-8 120 300)") + group(roll(252, ink.accent, ink.dark), "rotate(8 280 300)") + roll(173, ink.fill, ink.dark) + box(170, 196, 60, 22, 3, ink.dark)


def giftbag(ink):
    return (line("M160 132C160 64 240 64 240 132", ink.dark, 8) + path("M106 128H294V320H106Z", ink.fill) + path("M250 128H294V320H250L236 300Z", "#000", SHADE) + path("M150 104L166 74L184 106L202 70L220 106L238 76L252 104V130H150Z", "#fff")
            + box(130, 202, 62, 80, 6, CREAM) + circle(161, 218, 5, ink.dark) + heart(161, 248, 17, ink.main if ink.name not in ("White", "Ivory") else ink.other))


def tag(ink):
    return line("M200 118C160 60 250 40 268 84", "#946b41", 5) + path("M142 138L172 96H228L258 138V308Q258 322 244 322H156Q142 322 142 308Z", ink.fill) + circle(200, 122, 12, CREAM) + box(160, 178, 80, 100, 6, CREAM) + heart(200, 226, 25, ink.dark)


def toy(ink):
    ears = circle(134, 112, 36, ink.main) + circle(266, 112, 36, ink.main) + circle(134, 112, 18, ink.accent) + circle(266, 112, 18, ink.accent)
    return (ears + oval(200, 286, 86, 58, ink.fill) + circle(122, 262, 26, ink.main) + circle(278, 262, 26, ink.main) + circle(200, 164, 92, ink.main) + oval(200, 196, 42, 32, ink.accent) + oval(200, 180, 15, 10, INKY)
            + line("M200 190V204M184 210Q200 222 216 210", INKY, 4) + circle(164, 152, 9, INKY) + circle(236, 152, 9, INKY) + oval(200, 292, 40, 34, ink.accent, 'fill-opacity=".7"'))


def doll(ink):
    return (path("M200 64C262 64 266 130 254 160C310 190 316 320 270 326H130C84 320 90 190 146 160C134 130 138 64 200 64Z", ink.fill) + circle(200, 124, 44, SKIN) + path("M158 116Q176 82 200 84T242 116Q216 110 200 96Q184 110 158 116Z", "#5c3f2d")
            + circle(185, 128, 5, INKY) + circle(215, 128, 5, INKY) + circle(176, 140, 7, "#e392a6", 'fill-opacity=".6"') + circle(224, 140, 7, "#e392a6", 'fill-opacity=".6"') + line("M190 146Q200 154 210 146", "#b5403a", 4)
            + oval(200, 250, 58, 56, CREAM) + flower(200, 250, 38, ink.main if ink.name not in ("White", "Ivory") else ink.other, "#e9bf4f"))


def puzzle(ink):
    kind = ink.dice(10, 3)
    if kind == 0:
        return line("M200 214Q240 300 176 336", ink.dark, 4) + path("M200 62L288 160L200 268L112 160Z", ink.fill) + path("M200 62L288 160L200 268Z", "#000", SHADE) + line("M200 62V268M112 160H288", ink.dark, 4) + path("M196 296l-22-12v26zM184 326l-24-8v24z", ink.other)
    if kind == 1:
        return circle(200, 206, 112, ink.fill) + path("M200 94Q150 206 200 318M200 94Q250 206 200 318M88 206H312", ink.dark, 'fill-opacity="0"') + line("M200 94Q140 206 200 318M200 94Q260 206 200 318", ink.accent, 12) + oval(158, 148, 20, 13, "#fff", GLOW)
    die = lambda x, y, fill, pips: box(x, y, 122, 122, 22, fill) + "".join(circle(x + px, y + py, 10, CREAM) for px, py in pips)
    return group(die(84, 166, ink.main, ((32, 32), (61, 61), (90, 90))), "rotate(-10 140 226)") + group(die(200, 112, ink.other, ((32, 32), (90, 32), (61, 61), (32, 90), (90, 90))), "rotate(12 260 170)")


def jigsaw(ink):
    piece = "M0 0H34C24-30 76-30 66 0H100V34C130 24 130 76 100 66V100H0V66C30 76 30 24 0 34Z"
    return "".join(group(path(piece, fill), f"translate({x} {y}) rotate({t} 50 50)") for x, y, t, fill in ((92, 104, 0, ink.fill), (206, 104, 90, ink.other), (92, 216, -90, ink.accent), (222, 232, 168, ink.main)))


def craft(ink):
    spool = lambda x, fill: box(x - 36, 118, 72, 20, 7, "#c79a6b") + box(x - 27, 136, 54, 96, 4, fill) + "".join(line(f"M{x - 27} {y}H{x + 27}", "#000", 2, 'stroke-opacity=".15"') for y in range(148, 232, 13)) + box(x - 36, 230, 72, 20, 7, "#c79a6b")
    buttons = "".join(circle(x, 292, 24, c) + ring(x, 292, 17, "#fff", 2) + circle(x - 6, 292, 3.5, CREAM) + circle(x + 6, 292, 3.5, CREAM) for x, c in ((130, ink.other), (200, ink.fill), (270, ink.dark)))
    return spool(142, ink.fill) + spool(258, ink.other) + line("M169 160C200 110 226 200 200 250", ink.dark, 3) + buttons + line("M200 84V232", "#9aa3a9", 6) + ring(200, 78, 8, "#9aa3a9", 4)


def hotwater(ink):
    return (box(172, 62, 56, 44, 10, ink.dark) + path("M166 104H234C238 126 298 132 298 184V280Q298 326 250 326H150Q102 326 102 280V184C102 132 162 126 166 104Z", ink.fill) + path("M262 140Q298 152 298 184V280Q298 326 250 326H234Q284 280 262 140Z", "#000", SHADE)
            + heart(200, 226, 42, ink.accent) + box(158, 98, 84, 16, 7, ink.dark))


def soap(ink):
    bubbles = "".join(circle(x, y, r, "#fff", 'fill-opacity=".7"') + circle(x - r * .3, y - r * .3, r * .25, "#fff") for x, y, r in ((128, 136, 26), (186, 104, 17), (258, 122, 30), (300, 166, 14), (220, 146, 12)))
    return bubbles + oval(200, 300, 138, 24, ink.dark) + oval(200, 292, 138, 24, CREAM) + box(96, 184, 208, 102, 44, ink.fill) + box(96, 184, 208, 102, 44, "#fff", 'fill-opacity=".1"') + box(134, 212, 132, 46, 22, "#fff", 'fill-opacity=".3"') + f'<text x="200" y="246" text-anchor="middle" font-family="Georgia,serif" font-style="italic" font-size="32" fill="{ink.dark}">rose</text>'


def egg(ink):
    band = line("M104 214L130 192L156 214L182 192L208 214L234 192L260 214L294 196", ink.accent, 9)
    return path("M200 68C262 68 304 158 304 216C304 282 258 322 200 322S96 282 96 216C96 158 138 68 200 68Z", ink.fill) + band + line("M110 258Q200 288 290 258", ink.dark, 7) + line("M120 156Q200 182 280 156", ink.dark, 7) + oval(156, 134, 14, 28, "#fff", 'fill-opacity=".45" transform="rotate(24 156 134)"')


def rabbit(ink):
    return (oval(162, 110, 25, 66, ink.main, 'transform="rotate(-8 162 110)"') + oval(238, 110, 25, 66, ink.main, 'transform="rotate(8 238 110)"') + oval(162, 114, 12, 46, ink.accent, 'transform="rotate(-8 162 110)"') + oval(238, 114, 12, 46, ink.accent, 'transform="rotate(8 238 110)"')
            + oval(200, 294, 76, 44, ink.fill) + circle(200, 216, 78, ink.main) + oval(200, 240, 30, 22, ink.accent) + oval(200, 230, 10, 7, INKY) + circle(170, 208, 8, INKY) + circle(230, 208, 8, INKY) + line("M200 236V248", INKY, 4) + path("M150 290Q200 268 250 290L242 312Q200 292 158 312Z", ink.other))


def chick(ink):
    return (line("M172 300V328M228 300V328", "#d9824a", 8) + path("M200 96C274 96 312 156 304 218C298 276 256 306 200 306S102 276 96 218C88 156 126 96 200 96Z", "#f0cf6a" if ink.name not in ("White", "Black") else ink.main) + path("M112 208C150 190 176 220 166 258C136 272 108 250 112 208Z", ink.dark, 'fill-opacity=".35"')
            + path("M288 208C250 190 224 220 234 258C264 272 292 250 288 208Z", ink.dark, 'fill-opacity=".35"') + circle(166, 160, 9, INKY) + circle(234, 160, 9, INKY) + path("M182 178L200 200L218 178L200 170Z", "#d9824a") + path("M200 96C186 60 214 64 206 84C226 60 236 76 214 98Z", "#c8473d") + path("M140 262Q200 290 260 262L256 282Q200 304 144 282Z", ink.fill))


def tree(ink):
    baubles = "".join(circle(x, y, 10, c) for x, y, c in ((182, 150, "#c8473d"), (222, 176, GOLD), (160, 216, GOLD), (214, 236, "#c8473d"), (256, 268, GOLD), (146, 276, "#c8473d"), (200, 282, CREAM)))
    body, shade = (ink.main, ink.dark) if ink.name in ("White", "Silver", "Gold", "Red", "Blue", "Ivory") else (PINE, PINE_DARK)
    return box(184, 296, 32, 36, 4, "#946b41") + path("M200 80L266 176H232L290 244H252L316 308H84L148 244H110L168 176H134Z", body) + path("M200 80L266 176H232L290 244H252L316 308H240Q240 180 200 80Z", shade, 'fill-opacity=".4"') + line("M150 196Q200 222 250 196M122 262Q200 294 278 262", CREAM, 5, 'stroke-opacity=".7"') + baubles + star(200, 72, 24, GOLD)


def bauble(ink):
    return line("M200 46V92", GOLD_DARK, 4) + ring(200, 92, 12, GOLD_DARK, 5) + box(176, 98, 48, 26, 6, GOLD) + circle(200, 220, 104, ink.fill) + path("M282 156A104 104 0 0 1 160 316Q290 290 282 156Z", "#000", SHADE) + oval(152, 168, 18, 30, "#fff", 'fill-opacity=".5" transform="rotate(36 152 168)"')


def bell(ink):
    return line("M200 54V92", ink.dark, 5) + circle(200, 296, 24, ink.dark) + path("M200 86C266 86 272 160 282 224Q290 262 314 282H86Q110 262 118 224C128 160 134 86 200 86Z", ink.fill) + path("M236 94Q268 120 282 224Q290 262 314 282H256Q262 160 236 94Z", "#000", SHADE) + box(80, 276, 240, 20, 10, ink.dark) + path("M200 92C160 46 120 92 200 108C280 92 240 46 200 92Z", "#c8473d") + circle(200, 100, 10, "#8f2c27")


def bunting(ink):
    colors = (ink.fill, ink.accent, ink.other, ink.fill, ink.accent)
    row = lambda dy, shift: line(f"M40 {108 + dy}Q200 {188 + dy} 360 {108 + dy}", ink.dark, 5) + "".join(
        path(f"M{x - 28} {y + dy}L{x + 28} {y2 + dy}L{x + t} {y + dy + 76}Z", colors[(i + shift) % 5]) for i, (x, y, y2, t) in enumerate(((76, 120, 138, -8), (138, 138, 146, -4), (200, 147, 147, 0), (262, 146, 138, 4), (324, 138, 120, 8))))
    return row(-24, 0) + row(92, 2)


def pegs(ink):
    peg = lambda x, fill: path(f"M{x - 16} 120Q{x} 92 {x + 16} 120V284H{x + 4}V196H{x - 4}V284H{x - 16}Z", "#c79a6b") + circle(x, 122, 24, fill) + box(x - 18, 168, 36, 14, 5, "#9aa3a9")
    return line("M50 150Q200 178 350 150", "#946b41", 5) + peg(110, ink.fill) + peg(200, ink.other) + peg(290, ink.accent)


SHAPES = {shape.__name__: shape for shape in (
    tote, backpack, purse, luggage, necklace, earrings, bracelet, hair, key, umbrella, parasol, fan, scarf, notebook, book, pencil, sticker, magnet, card, postcard, wrap,
    giftbag, tag, toy, doll, puzzle, jigsaw, craft, hotwater, soap, egg, rabbit, chick, tree, bauble, bell, bunting, pegs)}
