"""One SVG picture per item: a still life in the item's own colour and pattern on a quiet ground."""

import ink as inks
import shapes_gifts
import shapes_home
import shapes_table

SHAPES = {**shapes_table.SHAPES, **shapes_home.SHAPES, **shapes_gifts.SHAPES}
_HANGING = {"necklace", "earrings", "heart", "star", "bauble", "bell", "lights", "bunting", "sign", "mirror", "frame", "clock", "key", "hook", "butterfly",
            "plate", "card", "postcard", "sticker", "napkin", "wrap", "tag", "placemat", "teatowel", "apron", "hair", "bracelet", "fan", "pegs", "jigsaw", "parasol", "balloon"}


def draw(item, kind, color, material, pattern):
    """The picture as SVG text. An unknown kind is an error of the catalog."""
    ink = inks.Ink(item, color, material, pattern)
    shadow = "" if kind in _HANGING else inks.oval(200, 324, 128, 13, ink.dark, 'fill-opacity=".16"')
    body = SHAPES[kind](ink)
    # Pale things need a darker ground to stand out from.
    ground = 'fill-opacity=".16"' if ink.name in ("White", "Ivory") else 'fill-opacity=".42"'
    lean = ink.between(20, -3, 3) if kind in _HANGING else 0
    size = ink.between(21, 0.9, 1)
    body = inks.group(body, f"translate(200 204) rotate({inks.n(lean)}) scale({size:.2f}) translate(-200 -204)")
    defs = f"<defs>{ink.defs}</defs>" if ink.defs else ""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400">{defs}<rect width="400" height="400" fill="{ink.light}"/>'
            f"{inks.circle(200, 196, 158, '#fff', ground)}{shadow}{body}</svg>\n")
