// The events of a made shop, on standard output.
//   shop_events history ITEMS SESSIONS NOW: for `personalize learn --history`; 1 session in 10 ends
//       with a purchase of two of its items
//   shop_events visitors ITEMS VISITORS EVENTS NOW: for redis-cli --pipe; each visitor's last
//       events, as the edge writes them (pz:{v}:events), and for peers the same as a list of JSON
//       (ev:v) and packed in 8 bytes each (pk:v: brand, category, item modulo 65536, kind, 0)
// Item n is i<n>, of brand n % 60 and category n % 40, as the catalog of tests/bench/kit/shop.py.
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>

#include "bench/walk.hpp"

namespace {

using pz::bench::Walk;

constexpr std::uint32_t kBrands = 60;
constexpr std::uint32_t kCategories = 40;
constexpr std::int64_t kMonth = 30 * 86400;

void history(std::uint32_t items, std::uint32_t sessions, std::int64_t now) {
    Walk walk(items);
    for (std::uint32_t s = 0; s < sessions; ++s) {
        const auto time = static_cast<long>(now - kMonth + kMonth * s / sessions);
        const auto session = walk.session(walk.length());
        for (const std::uint32_t item : session) {
            std::printf("s%u\tview_item i%u %ld\n", s, item, time);
        }
        if (s % 10 == 0) {
            std::printf("s%u\tpurchase i%u %ld\ns%u\tpurchase i%u %ld\n", s, session[0], time, s,
                        session[1], time);
        }
    }
}

void command(std::initializer_list<std::string_view> head, const std::vector<std::string>& tail) {
    std::printf("*%zu\r\n", head.size() + tail.size());
    const auto bulk = [](std::string_view text) {
        std::printf("$%zu\r\n", text.size());
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fputs("\r\n", stdout);
    };
    for (const std::string_view text : head) {
        bulk(text);
    }
    for (const std::string& text : tail) {
        bulk(text);
    }
}

// 7 of 10 events are views, 2 fill the cart, 1 buys.
struct Kind {
    const char* name;
    const char* short_name;
    unsigned char number;
};
constexpr Kind kViews{"view_item", "view", 0};
constexpr Kind kCart{"add_to_cart", "cart", 1};
constexpr Kind kPurchase{"purchase", "buy", 2};

std::string packed(std::uint32_t item, const Kind& kind) {
    const std::uint32_t fields[] = {item % kBrands, item % kCategories, item % 65536};
    std::string out;
    for (const std::uint32_t field : fields) {
        out += static_cast<char>(field & 255);
        out += static_cast<char>(field >> 8);
    }
    out += static_cast<char>(kind.number);
    return out += '\0';
}

std::string joined(std::initializer_list<std::string_view> parts) {
    std::string out;
    for (const std::string_view part : parts) {
        out += part;
    }
    return out;
}

// Ours newest first, as the edge pushes; the peers' lists oldest first, as theirs are read.
void visitor(Walk& walk, std::uint32_t id, std::size_t events, std::int64_t now) {
    std::vector<std::string> ours, json, bytes = {std::string()};
    const auto items = walk.session(events);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Kind& kind = i % 10 == 9 ? kPurchase : i % 5 == 3 ? kCart : kViews;
        const auto time = std::to_string(now - 977 * static_cast<std::int64_t>(items.size() - i));
        const std::string item = "i" + std::to_string(items[i]);
        const auto brand = std::to_string(items[i] % kBrands);
        const auto category = std::to_string(items[i] % kCategories);
        ours.push_back(joined({kind.name, " ", item, " ", time, " price=19.90"}));
        json.push_back(joined({R"({"t":)", time, R"(,"e":")", kind.short_name, R"(","p":")", item,
                               R"(","b":)", brand, R"(,"c":)", category, R"(,"q":1})"}));
        bytes[0] += packed(items[i], kind);
    }
    const std::string name = std::to_string(id);
    command({"LPUSH", "pz:{" + name + "}:events"}, ours);
    command({"RPUSH", "ev:" + name}, json);
    command({"SET", "pk:" + name}, bytes);
    command({"SET", "pf:" + name}, {R"({"seg":1,"ab":0})"});
}

}  // namespace

int main(int argc, char** argv) {
    const auto number = [&](int i) { return std::strtoll(argv[i], nullptr, 10); };
    const std::string_view what = argc > 1 ? argv[1] : "";
    if (what == "history" && argc == 5) {
        history(static_cast<std::uint32_t>(number(2)), static_cast<std::uint32_t>(number(3)),
                number(4));
    } else if (what == "visitors" && argc == 6) {
        Walk walk(static_cast<std::uint32_t>(number(2)), 2);
        for (std::uint32_t v = 0; v < number(3); ++v) {
            visitor(walk, v, static_cast<std::size_t>(number(4)), number(5));
        }
    } else {
        std::fputs("shop_events: see the head of shop_events.cpp\n", stderr);
        return 2;
    }
    return 0;
}
