#include "integration/support/shop.hpp"

#include <ctime>
#include <stdexcept>

#include "store/builder.hpp"
#include "visitor/event.hpp"

namespace pz::test {

namespace {

using store::ItemIndex;
using store::ListKind;
using store::NeighbourKind;
using store::ScoredItem;

std::string lower(std::string text) {
    for (char& c : text) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    return text;
}

std::string title_of(std::size_t number) {
    return number == 5 ? "Tee <b>\"big\" & 'bold'</b>" : "Item " + item_id(number);
}

std::string category_of(std::size_t number) {
    return number <= 12 ? "Clothing > Shirts" : number <= 17 ? "Shoes" : "Bags";
}

store::ItemInput make_item(const std::string& id, std::size_t number) {
    const bool odd = number % 2 == 1;
    store::ItemInput item;
    item.fields = {{"id", id},
                   {"title", title_of(number)},
                   {"link", "/product/" + lower(id)},
                   {"image_link", "/img/" + id + ".svg"},
                   {"price", std::to_string(10 + number) + ".50 EUR"},
                   {"availability", number == 20 ? "out_of_stock" : "in_stock"},
                   {"product_type", category_of(number)},
                   {"brand", odd ? "Acme" : "Zenith"},
                   {"color", odd ? "red" : "blue"},
                   {"size", odd ? "S" : "M"}};
    item.popularity = static_cast<float>(100 - number);
    return item;
}

template <class T>
T checked(Result<T> result) {
    if (!result.ok()) {
        throw std::runtime_error(result.message());
    }
    return *result;
}

std::vector<ScoredItem> ranking(const std::vector<ItemIndex>& items) {
    std::vector<ScoredItem> list;
    for (std::size_t i = 0; i < items.size(); i++) {
        list.push_back({items[i], static_cast<float>(items.size() - i)});
    }
    return list;
}

// Neighbours of an item are those of its brand: what Zenith's buyers buy is Zenith's.
void add_neighbours(store::SnapshotBuilder& builder, const std::vector<ItemIndex>& items) {
    for (std::size_t i = 0; i < items.size(); i++) {
        std::vector<ScoredItem> alike;
        for (std::size_t j = 0; j < items.size(); j++) {
            if (i != j && i % 2 == j % 2) {
                alike.push_back({items[j], 1.0F / static_cast<float>(1 + j)});
            }
        }
        builder.set_neighbours(NeighbourKind::similar, items[i], alike);
        builder.set_neighbours(NeighbourKind::cross_sell, items[i], alike);
    }
}

void add_sessions(store::SnapshotBuilder& builder, const std::vector<ItemIndex>& items) {
    const auto now = static_cast<std::uint32_t>(std::time(nullptr));
    for (std::uint32_t n = 0; n < 60; n++) {
        std::vector<ItemIndex> session;
        for (std::size_t i = n % 2; i < items.size(); i += 2) {
            if ((i / 2 + n) % 3 != 0) {
                session.push_back(items[i]);
            }
        }
        builder.add_session(now - 3600 - n * 600, session);
    }
}

void add_lists(store::SnapshotBuilder& builder, const std::vector<ItemIndex>& items) {
    builder.set_list(ListKind::popular, "", ranking(items));
    for (const auto& [category, first, last] :
         {std::tuple{"Clothing > Shirts", 0, 12}, {"Clothing", 0, 12}, {"Shoes", 12, 17}}) {
        builder.set_list(ListKind::in_category, category,
                         ranking({items.begin() + first, items.begin() + last}));
    }
    builder.set_list(ListKind::unproven, "", ranking({items.begin() + 12, items.end()}));
    builder.set_list(ListKind::new_items, "", ranking({items.rbegin(), items.rend()}));
}

std::string widget(std::string_view id, std::string_view own) {
    return "<div id=\"" + std::string(id) + "\" class=\"widget\">" + std::string(own) + "</div>";
}

std::string framed(std::string_view content) {
    return "<!doctype html>\n<html><head><title>Shop</title></head>\n<body>\n" +
           std::string(content) + "\n</body></html>\n";
}

std::vector<std::string> attribute_values(std::string_view text, std::string_view name) {
    const std::string start = std::string(name) + "=\"";
    std::vector<std::string> values;
    for (std::size_t at = text.find(start); at != text.npos; at = text.find(start, at)) {
        at += start.size();
        values.emplace_back(text.substr(at, text.find('"', at) - at));
    }
    return values;
}

}  // namespace

std::string item_id(std::size_t number) {
    return (number < 10 ? "P0" : "P") + std::to_string(number);
}

void write_store(const std::string& path, std::uint64_t generation, const std::string& newcomer) {
    store::SnapshotBuilder builder;
    std::vector<ItemIndex> items;
    if (!newcomer.empty()) {
        items.push_back(checked(builder.add_item(make_item(newcomer, 1))));
    }
    std::vector<ItemIndex> stock;
    for (std::size_t number = 1; number <= kItems; number++) {
        stock.push_back(checked(builder.add_item(make_item(item_id(number), number))));
        items.push_back(stock.back());
    }
    add_lists(builder, items);
    add_neighbours(builder, stock);
    add_sessions(builder, stock);
    if (const Status status = builder.write(path, generation, std::time(nullptr)); !status.ok()) {
        throw std::runtime_error(status.message());
    }
}

std::string event(std::string_view name, std::string_view item, std::int64_t seconds_ago) {
    visitor::Event event;
    event.type = visitor::event_type(name);
    event.name = name;
    event.item = item;
    event.time = std::time(nullptr) - seconds_ago;
    return visitor::format_event(event);
}

std::string home_page() {
    return framed("<p>Welcome</p>\n" + widget("w1", "<i>OWN1</i>") + "\n<p>and</p>\n" +
                  widget("w2", "<i>OWN2</i>") + "\n<footer>The end</footer>");
}

std::string listing_page() {
    std::string tiles;
    for (std::size_t number = 1; number <= 12; number++) {
        const std::string id = item_id(number);
        tiles.append("  <li class=\"tile\" data-item-id=\"").append(id);
        tiles.append("\"><a href=\"/product/").append(lower(id)).append("\">").append(id);
        tiles.append("</a> <form><input name=token value=\"t").append(id);
        tiles.append("\"></form></li>\n");
    }
    return framed("<ul id=\"list\">\n" + tiles + "</ul>");
}

std::string href_listing_page() {
    std::string tiles;
    for (std::size_t number = 1; number <= 12; number++) {
        const std::string id = item_id(number);
        tiles.append("<div class=\"tile\"><a href=\"https://shop.test/product/").append(lower(id));
        tiles.append("?ref=list\"><span data-item-id=\"")
            .append(id)
            .append("\"></span></a></div> ");
    }
    return framed("<section id=\"list\"><h2>Shirts</h2>" + tiles + "</section>");
}

std::string product_page(std::string_view id) {
    return framed("<h1>" + std::string(id) + "</h1>" + widget("similar", "<i>OWN</i>"));
}

std::string cart_fragment() {
    return "<section class=\"layer\"><h2>In your cart</h2>" + widget("cross", "<i>OWN</i>") +
           "</section>\n";
}

std::string large_page(std::size_t size) {
    std::string filler;
    while (filler.size() < size) {
        filler += "<p>Line " + std::to_string(filler.size()) + " of a long page.</p>\n";
    }
    return framed(filler + widget("w1", "<i>OWN1</i>") + widget("w2", "<i>OWN2</i>") + filler);
}

std::string inner_of(std::string_view page, std::string_view id) {
    const std::size_t tag = page.find("<div id=\"" + std::string(id) + "\"");
    if (tag == page.npos) {
        return {};
    }
    const std::size_t begin = page.find('>', tag) + 1;
    return std::string(page.substr(begin, page.find("</div>", begin) - begin));
}

std::vector<std::string> tiles_of(std::string_view page, std::string_view id) {
    return attribute_values(inner_of(page, id), "data-id");
}

std::vector<std::string> listed(std::string_view page) {
    return attribute_values(page, "data-item-id");
}

std::string without_widgets(std::string_view page) {
    std::string out(page);
    for (const char* id : {"w1", "w2"}) {
        const std::size_t tag = out.find("<div id=\"" + std::string(id) + "\"");
        if (tag != out.npos) {
            const std::size_t begin = out.find('>', tag) + 1;
            out.erase(begin, out.find("</div>", begin) - begin);
        }
    }
    return out;
}

}  // namespace pz::test
