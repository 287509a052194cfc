#!/usr/bin/env python3
"""Makes conf/demo/data/{catalog.tsv.gz,orders.tsv.xz} from the UCI Online Retail data set.

    dataset.py CATALOG.tsv.gz ORDERS.tsv.gz OUTPUT-DIRECTORY

CATALOG: item id, name, median price (with a header line). ORDERS: invoice, item id, unix time, quantity,
unit price, customer or "-", country, one line per order line, in order of time. What is written is described
in conf/demo/data/README.md; the same input gives the same bytes.
"""

import gzip
import hashlib
import lzma
import os
import sys

import wording

COLUMNS = ["id", "title", "description", "link", "image_link", "price", "sale_price", "availability", "product_type",
           "color", "material", "pattern", "date_added", "picture"]


def dice(item, what, sides):
    """The same number for the same item, whenever and wherever it is asked."""
    return int.from_bytes(hashlib.sha256(f"{what}:{item}".encode()).digest()[:8], "big") % sides


def read_orders(path):
    """Baskets in order of time: (unix time, customer, [(item, quantity, price)])."""
    baskets = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            invoice, item, time, quantity, price, customer, _ = line.rstrip("\n").split("\t")
            basket = baskets.setdefault(invoice, (int(time), customer, []))
            basket[2].append((item, int(quantity), float(price)))
    return sorted(baskets.values(), key=lambda basket: (basket[0], basket[1]))


def read_names(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            item, name, price = line.rstrip("\n").split("\t")
            yield item, name, float(price)


_PLACES = {
    "Kitchen": "the kitchen shelf", "Home": "the home", "Bags": "every day", "Lighting": "long evenings", "Jewellery": "dressing up a little",
    "Christmas": "the season", "Stationery": "the desk", "Garden": "the garden", "Party": "the party", "Gift Wrap": "giving",
    "Toys": "small hands", "Crafts": "a quiet afternoon", "Bath & Beauty": "a slow morning", "Storage": "a tidy corner",
    "Accessories": "the coat pocket", "Easter": "the first warm days",
}
_OPENINGS = ["{title}: made for {place}.", "A small thing for {place}: {title}.", "{title}, chosen by us for {place}.",
             "{title}. One of those finds that belong to {place}."]
_CLOSINGS = ["Sold one at a time, wrapped with care.", "A favourite of our regulars, and an easy gift.", "Looks even better in a set of two.",
             "Keeps its looks for years.", "As useful as it is pretty."]


def description(item, title, top, color, material, pattern):
    details = [text.format(value.lower()) for text, value in
               (("in {}", color), ("made of {}", material), ("in our {} design", pattern)) if value]
    opening = _OPENINGS[dice(item, "opening", len(_OPENINGS))].format(title=title, place=_PLACES[top])
    closing = _CLOSINGS[dice(item, "closing", len(_CLOSINGS))]
    return " ".join(filter(None, [opening, (", ".join(details).capitalize() + ".") if details else "", closing]))


def record(item, name, price, first_sold):
    title, (top, sub, picture) = wording.title(name), wording.place(name)
    color, material, pattern = wording.color(name), wording.material(name), wording.pattern(name)
    sale = round(price * (0.6 + 0.05 * dice(item, "off", 5)), 2) if dice(item, "sale", 100) < 6 else 0
    return {
        "id": item, "title": title, "description": description(item, title, top, color, material, pattern),
        "link": f"/product/{item}", "image_link": f"/img/{item}.svg", "price": f"{price:.2f} GBP",
        "sale_price": f"{sale:.2f} GBP" if 0 < sale < price else "",
        "availability": "out_of_stock" if dice(item, "stock", 60) == 0 else "in_stock", "product_type": f"{top} > {sub}",
        "color": color, "material": material, "pattern": pattern, "date_added": str(first_sold), "picture": picture,
    }


def write_catalog(path, records):
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(("\t".join(COLUMNS) + "\n").encode())
        for entry in records:
            out.write(("\t".join(entry[column] for column in COLUMNS) + "\n").encode())


def short(item, quantity, price, usual):
    """An order line: id, *quantity unless 1, @pence unless the usual price."""
    pence = round(price * 100)
    return item + (f"*{quantity}" if quantity != 1 else "") + (f"@{pence}" if pence != round(usual * 100) else "")


def write_orders(path, baskets, usual):
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "pb": 0, "lc": 4}]
    before = 0
    with lzma.open(path, "wb", check=lzma.CHECK_CRC32, filters=filters) as out:
        for time, customer, items in baskets:
            lines = " ".join(short(item, quantity, price, usual[item]) for item, quantity, price in items)
            out.write(f"{customer}\t{time // 60 - before}\t{lines}\n".encode())
            before = time // 60


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    catalog, orders, output = sys.argv[1:]
    baskets = read_orders(orders)
    first_sold = {}
    for time, _, items in baskets:
        for item, _, _ in items:
            first_sold.setdefault(item, time)
    products = [product for product in read_names(catalog) if product[0] in first_sold]
    write_catalog(os.path.join(output, "catalog.tsv.gz"), (record(*p, first_sold[p[0]]) for p in products))
    write_orders(os.path.join(output, "orders.tsv.xz"), baskets, {item: price for item, _, price in products})
    print(f"{len(products)} products, {len(baskets)} orders")


main()
