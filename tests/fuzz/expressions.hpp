// Expressions of the rule language, made of bytes: what functions return that run on columns, and
// what looks like it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pz::fuzz {

// A file that begins with kConstants can have them.
inline constexpr std::string_view kConstants =
    "local LIMIT, NAME, FLAG, CHANGED = 20, 'Nike', true, 1 CHANGED = 2 ";

class Expressions {
  public:
    explicit Expressions(std::string_view bytes) : bytes_(bytes) {}

    bool empty() const { return bytes_.empty(); }
    // For a function of (item, visitor, page), or of (visitor, page).
    std::string make(bool of_item, bool number) {
        of_item_ = of_item;
        out_.clear();
        number ? amount(4) : truth(4);
        return out_;
    }

  private:
    // When the bytes are used up, always the first.
    std::size_t pick(std::size_t count) {
        if (bytes_.empty()) {
            return 0;
        }
        const auto byte = static_cast<unsigned char>(bytes_.front());
        bytes_.remove_prefix(1);
        return byte % count;
    }
    template <std::size_t N>
    void word(const char* const (&words)[N]) {
        out_ += words[pick(N)];
    }
    template <class Left, class Right>
    void pair(Left left, const char* between, Right right) {
        const bool brackets = pick(3) != 0;
        out_ += brackets ? "(" : "";
        left();
        out_ += between;
        right();
        out_ += brackets ? ")" : "";
    }
    void any(unsigned depth) {
        static constexpr const char* kOthers[] = {
            "nil",    "FLAG",           "item",         "page.item",          "#NAME",
            "'7'",    "visitor.viewed", "page.weekday", "item.brand .. NAME", "2 % 3",
            "-2 ^ 2", "0x10",           "1e2",          "math.huge"};
        switch (pick(4)) {
            case 0:
                return text();
            case 1:
                return number(depth);
            case 2:
                return truth(depth);
            default:
                word(kOthers);
        }
    }
    void text() {
        static constexpr const char* kOfItem[] = {"item.brand", "item.color", "item.size",
                                                  "item.none",  "item.title", "item.gender"};
        static constexpr const char* kOthers[] = {"NAME",
                                                  "'red'",
                                                  "''",
                                                  "'nobody'",
                                                  "\"a b\"",
                                                  "visitor.trait.size",
                                                  "visitor.trait.none",
                                                  "page.var.country",
                                                  "page.category",
                                                  "page.query",
                                                  "page.placement",
                                                  "page.date"};
        of_item_&& pick(2) == 0 ? word(kOfItem) : word(kOthers);
    }
    void number(unsigned depth) {
        static constexpr const char* kOfItem[] = {
            "item.price",  "item.current_price", "item.stock",   "item.sale_price",
            "item.margin", "item.popularity",    "item.age_days"};
        static constexpr const char* kOthers[] = {"1",
                                                  "LIMIT",
                                                  "0",
                                                  "0.5",
                                                  "3.25",
                                                  "visitor.events",
                                                  "visitor.visits",
                                                  "visitor.cart_count",
                                                  "visitor.cart_value",
                                                  "page.hour",
                                                  "page.days_left",
                                                  "CHANGED"};
        static constexpr const char* kBetween[] = {" + ", " - ", " * ", " / "};
        if (depth > 0 && pick(8) == 7) {
            return any(depth - 1);
        }
        switch (depth == 0 ? 0 : pick(6)) {
            case 3: {
                const char* between = kBetween[pick(4)];
                return pair([&] { number(depth - 1); }, between, [&] { number(depth - 1); });
            }
            case 4:
                out_ += "- ";
                return number(depth - 1);
            case 5:
                out_ += "(";
                amount(depth - 1);
                out_ += ")";
                return;
            default:
                of_item_&& pick(2) == 0 ? word(kOfItem) : word(kOthers);
        }
    }
    // A number, or nil or false.
    void amount(unsigned depth) {
        if (depth == 0 || pick(2) == 0) {
            return number(depth);
        }
        const char* between = pick(2) == 0 ? " and " : " or ";
        if (*(between + 1) == 'a') {
            return pair([&] { truth(depth - 1); }, between, [&] { amount(depth - 1); });
        }
        pair([&] { amount(depth - 1); }, between,
             [&] { pick(3) == 0 ? void(out_ += "nil") : amount(depth - 1); });
    }
    void truth(unsigned depth) {
        static constexpr const char* kOfItem[] = {"item.on_sale",
                                                  "item.available",
                                                  "visitor:viewed(item)",
                                                  "visitor:bought(item)",
                                                  "visitor:in_cart(item)",
                                                  "visitor:liked(item)",
                                                  "item.color"};
        static constexpr const char* kOthers[] = {"visitor.returning", "visitor.consent", "true",
                                                  "false"};
        static constexpr const char* kOrders[] = {" < ", " <= ", " > ", " >= ", " == ", " ~= "};
        static constexpr const char* kEquals[] = {" == ", " ~= "};
        if (depth == 0) {
            return of_item_ ? word(kOfItem) : word(kOthers);
        }
        switch (pick(9)) {
            case 0:
                return pair([&] { truth(depth - 1); }, " and ", [&] { truth(depth - 1); });
            case 1:
                return pair([&] { truth(depth - 1); }, " or ", [&] { truth(depth - 1); });
            case 2:
                out_ += "not ";
                return truth(depth - 1);
            case 3:
            case 4: {
                const char* between = kOrders[pick(6)];
                return pair([&] { number(depth - 1); }, between, [&] { number(depth - 1); });
            }
            case 5: {
                const char* between = kEquals[pick(2)];
                return pair([&] { text(); }, between,
                            [&] { pick(3) == 0 ? void(out_ += "nil") : text(); });
            }
            case 6:
                return pair([&] { any(depth - 1); }, kEquals[pick(2)], [&] { any(depth - 1); });
            default:
                of_item_&& pick(4) != 0 ? word(kOfItem) : word(kOthers);
        }
    }

    std::string_view bytes_;
    std::string out_;
    bool of_item_ = true;
};

// The same function twice: one that may run on columns, and one that Lua runs in any case. They
// have the same lines.
struct Twins {
    std::string columns, lua;

    void begin(std::string_view text) {
        columns = text;
        lua = text;
    }
    // `kind`: 0 when, 1 match, 2 require, 3 boost.
    void add(std::size_t kind, const std::string& expression, const std::string& name) {
        static constexpr const char* kHeads[] = {"boost = 2, when = function(visitor, page)",
                                                 "boost = 2, match = function(item, visitor, page)",
                                                 "require = function(item, visitor, page)",
                                                 "boost = function(item, visitor, page)"};
        const std::string head = "\nrule '" + name + "' { " + kHeads[kind];
        columns += head + " return " + expression + " end }";
        lua += head + " do return " + expression + " end end }";
    }
};

}  // namespace pz::fuzz
