#!/usr/bin/env python3
"""Expands the demo's data: a Merchant feed and a history of orders that end yesterday.

    expand.py DATA-DIRECTORY OUTPUT-DIRECTORY

Reads catalog.tsv.gz and orders.tsv.xz, writes catalog.tsv and history.tsv. All times move by the same number
of whole days, so that the last order is of yesterday: popularity decays with age, and what was new in the
shop's last weeks is new now. Customers keep their numbers; every anonymous order is a visitor of its own.
"""

import gzip
import lzma
import os
import sys
import time

DAY = 86400


def read_orders(path):
    """(unix time, customer, [order lines]) in order of time; see conf/demo/data/README.md."""
    minutes = 0
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            customer, gap, items = line.rstrip("\n").split("\t")
            minutes += int(gap)
            yield minutes * 60, customer, items.split(" ")


def read_catalog(path):
    """Columns and rows of a gzip'd TSV with a header line."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        columns = next(lines).rstrip("\n").split("\t")
        return columns, [line.rstrip("\n").split("\t") for line in lines]


def order_line(text):
    """85123A*6@255 -> item, quantity, pence or None"""
    text, _, pence = text.partition("@")
    item, _, quantity = text.partition("*")
    return item, int(quantity or 1), int(pence) if pence else None


def write_history(path, orders, usual, shift):
    with open(path, "w", encoding="utf-8") as out:
        for number, (when, customer, lines) in enumerate(orders):
            visitor = f"order-{number}" if customer == "-" else f"customer-{customer}"
            for line in lines:
                item, quantity, pence = order_line(line)
                price = usual[item] if pence is None else f"{pence / 100:.2f}"
                out.write(f"{visitor}\tpurchase {item} {when + shift} price={price} qty={quantity}\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    data, output = sys.argv[1:]
    columns, rows = read_catalog(os.path.join(data, "catalog.tsv.gz"))
    orders = list(read_orders(os.path.join(data, "orders.tsv.xz")))
    shift = (int(time.time()) // DAY - 1 - orders[-1][0] // DAY) * DAY
    added, price = columns.index("date_added"), columns.index("price")
    with open(os.path.join(output, "catalog.tsv"), "w", encoding="utf-8") as out:
        out.write("\t".join(columns) + "\n")
        for row in rows:
            row[added] = str(int(row[added]) + shift)
            out.write("\t".join(row) + "\n")
    usual = {row[0]: row[price].split(" ")[0] for row in rows}
    write_history(os.path.join(output, "history.tsv"), orders, usual, shift)


if __name__ == "__main__":
    main()
