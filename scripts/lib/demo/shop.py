"""The shop's assortment as its own back office would see it: items, departments, what sells."""

import collections
import re

import expand

# As in the menu; what a shop of gifts and homeware would put first.
DEPARTMENTS = ["Kitchen", "Home", "Bags", "Lighting", "Jewellery", "Christmas", "Party", "Stationery", "Gift Wrap", "Garden",
               "Storage", "Toys", "Crafts", "Bath & Beauty", "Accessories", "Easter"]
RECENT_DAYS = 45


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def price(text):
    return text.split(" ")[0] if text else ""


class Item:
    def __init__(self, fields):
        self.__dict__.update(fields)
        self.on_sale = "1" if self.sale_price else ""
        self.regular_price = price(self.price) if self.on_sale else ""
        self.currency = "GBP"
        self.price = price(self.sale_price) or price(self.price)
        self.available = self.availability == "in_stock"
        self.top, self.sub = self.product_type.split(" > ")
        self.sold = 0.0
        self.words = set(re.findall(r"[a-z]+", f"{self.title} {self.product_type}".lower()))


class Shop:
    """All items, best sellers of the last weeks first."""

    def __init__(self, data):
        columns, rows = expand.read_catalog(f"{data}/catalog.tsv.gz")
        by_id = {row[0]: Item(dict(zip(columns, row))) for row in rows}
        orders = list(expand.read_orders(f"{data}/orders.tsv.xz"))
        newest = orders[-1][0]
        for when, _, lines in orders:
            age = (newest - when) / expand.DAY
            for line in lines:
                by_id[expand.order_line(line)[0]].sold += 1.0 if age < RECENT_DAYS else 0.01
        self.items = sorted(by_id.values(), key=lambda item: (-item.sold, item.id))
        self.by_top = collections.defaultdict(list)
        self.by_sub = collections.defaultdict(list)
        for item in self.items:
            self.by_top[item.top].append(item)
            self.by_sub[item.product_type].append(item)

    def subs(self, top):
        return sorted({item.product_type for item in self.by_top[top]})

    def best(self, count, wanted=lambda item: True, but=()):
        seen = {item.id for item in but}
        return [item for item in self.items if item.available and item.id not in seen and wanted(item)][:count]

    def newest(self, count):
        found = sorted((item for item in self.items if item.available), key=lambda item: (-int(item.date_added), item.id))
        return found[:count]

    def matching(self, query):
        return [item for item in self.items if set(query.split(" ")) <= item.words]

    def queries(self):
        """Words and pairs of words that people would search for: those with enough to show."""
        small = {"of", "and", "in", "the", "with", "for", "set", "pack", "design", "s", "t", "a", "on", "to", "w", "assorted", "cm"}
        words, pairs = collections.Counter(), collections.Counter()
        for item in self.items:
            words.update(word for word in item.words - small if len(word) > 2)
            title = re.findall(r"[a-z]+", item.title.lower())
            pairs.update({f"{a} {b}" for a, b in zip(title, title[1:]) if not {a, b} & small and min(len(a), len(b)) > 2})
        return [word for word, count in words.items() if count >= 8] + [pair for pair, count in pairs.items() if count >= 8]
