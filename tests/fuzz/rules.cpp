// Rule files: any bytes, or (when the first byte is even) a file made of the language's own words. It
// loads or says why not; what loads is applied, within its memory, and leaves sound candidates.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/shop.hpp"
#include "rules/names.hpp"
#include "rules/rules.hpp"

namespace {

using pz::fuzz::require;
constexpr std::int64_t kNow = 1774002600;

// Turns bytes into a rule file; when they are used up, the shortest choice is made.
class Writer {
  public:
    explicit Writer(std::string_view bytes) : bytes_(bytes) {}

    std::string file() {
        while (!bytes_.empty() && out_.size() < 20'000) {
            pick(6) == 0 ? segment() : rule();
        }
        return std::move(out_);
    }

  private:
    unsigned pick(unsigned count) {
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
    void number() {
        static constexpr const char* kNumbers[] = {"1",    "2",   "0.5",  "0",   "-1", "1e300",
                                                   "1/0",  "0/0", "'x'",  "nil", "3",  "64",
                                                   "0x7f", "{}",  "true", "1e-9"};
        word(kNumbers);
    }
    void text() {
        static constexpr const char* kTexts[] = {"'Nike'",  "'red'",        "'*'",   "'A'",
                                                 "'sale'",  "'2026-03-20'", "''",    "'home-*'",
                                                 "'08:00'", "'24:00'",      "'mon'", "[[x]]"};
        word(kTexts);
    }
    void column() {
        static constexpr const char* kColumns[] = {"brand",   "price",     "title",  "stock",
                                                   "color",   "id",        "margin", "age_days",
                                                   "on_sale", "available", "none",   "popularity"};
        word(kColumns);
    }
    void value() {
        switch (pick(5)) {
            case 0:
                return number();
            case 1:
                return text();
            case 2:
                out_ += "{min = ";
                number();
                out_ += ", max = ";
                number();
                out_ += "}";
                return;
            case 3:
                out_ += "{";
                text();
                out_ += ", ";
                text();
                out_ += "}";
                return;
            default:
                out_ += "true";
        }
    }
    void conditions() {
        out_ += "{";
        for (unsigned i = 0; i <= pick(3); ++i) {
            column();
            out_ += " = ";
            value();
            out_ += ", ";
        }
        out_ += "}";
    }
    void expression(unsigned depth) {
        static constexpr const char* kLeaves[] = {"1",
                                                  "item.price",
                                                  "item.brand",
                                                  "visitor.visits",
                                                  "page.hour",
                                                  "page.var.country",
                                                  "x",
                                                  "'text'",
                                                  "visitor:share('brand', 'Nike')",
                                                  "visitor:count('view_item', item)",
                                                  "#x",
                                                  "visitor.cart_value",
                                                  "visitor:days_since('purchase')",
                                                  "days_since('2026-01-01')",
                                                  "page.item",
                                                  "nil",
                                                  "item",
                                                  "{}",
                                                  "math.huge",
                                                  "visitor:viewed(item)",
                                                  "contains(item.title, 'a')",
                                                  "f"};
        static constexpr const char* kOperators[] = {
            " + ", " .. ", " < ", " == ", " and ", " or ", " % ", " / "};
        if (depth == 0 || pick(2) == 0) {
            return word(kLeaves);
        }
        out_ += "(";
        expression(depth - 1);
        word(kOperators);
        expression(depth - 1);
        out_ += ")";
    }
    void block(unsigned depth) {
        for (unsigned i = 0; i <= pick(3) && depth > 0; ++i) {
            statement(depth - 1);
        }
    }
    void statement(unsigned depth) {
        static constexpr const char* kHeads[] = {
            "while true do ",       "for i = 1, 1e9 do ", "repeat ", "if x then ", "do ",
            "for k in pairs(x) do "};
        switch (pick(5)) {
            case 0: {
                const unsigned head = pick(6);
                out_ += kHeads[head];
                block(depth);
                out_ += head == 2 ? "until " : "end ";
                if (head == 2) {
                    expression(1);
                    out_ += " ";
                }
                return;
            }
            case 1:
                out_ += "x = ";
                break;
            case 2:
                out_ += "local x = ";
                break;
            case 3:
                out_ += "x[";
                expression(1);
                out_ += "] = ";
                break;
            default:
                out_ += "local function f(...) ";
                block(depth);
                out_ += "return f(1, ...) end x = ";
        }
        expression(2);
        out_ += " ";
    }
    void function() {
        static constexpr const char* kParameters[] = {"(item, visitor, page)", "(visitor, page)",
                                                      "(...)", "()"};
        out_ += "function";
        word(kParameters);
        out_ += " local x, f ";
        block(3);
        out_ += "return ";
        expression(3);
        out_ += " end";
    }
    void segment() {
        out_ += "segment 's" + std::to_string(number_++) + "' { when = ";
        function();
        out_ += " }\n";
    }
    void rule() {
        static constexpr const char* kKeys[] = {
            "on = ", "segment = ", "from = ", "to = ", "days = ", "time_zone = "};
        static constexpr const char* kVerbs[] = {
            "boost = ", "bury = ", "pin = ", "hide = ", "only = ", "variant = ", "label = "};
        out_ += "rule 'r" + std::to_string(number_++) + "' { ";
        if (pick(3) == 0) {
            word(kKeys);
            text();
            out_ += ", ";
        }
        if (pick(3) == 0) {
            out_ += "when = ";
            function();
            out_ += ", ";
        }
        if (pick(2) == 0) {
            out_ += "match = ";
            pick(2) == 0 ? conditions() : function();
            out_ += ", ";
        }
        switch (pick(4)) {
            case 0:
                word(kVerbs);
                pick(2) == 0 ? value() : function();
                break;
            case 1:
                out_ += "boost = 2";
                break;
            case 2:
                out_ += "require = ";
                pick(2) == 0 ? conditions() : function();
                break;
            default:
                out_ += "mix = {";
                column();
                out_ += pick(2) == 0 ? " = 2}" : " = 'alternate'}";
        }
        out_ += " }\n";
    }

    std::string_view bytes_;
    std::string out_;
    unsigned number_ = 0;
};

struct RuleShop {
    std::unique_ptr<const pz::store::Snapshot> snapshot = pz::fuzz::small_store();
    pz::visitor::Profile profile;

    RuleShop() {
        const std::string event = "view_item A " + std::to_string(kNow - 60);
        const std::vector<std::string_view> events = {event};
        profile.build(*snapshot, events, {}, kNow);
    }
};

using pz::rules::Nomination;

// What a rule that takes items out names of the catalog is what it leaves in.
void nominate(pz::rules::RuleSet& rules, const pz::rules::Context& context,
              const std::vector<pz::rules::Candidate>& all) {
    require(!rules.survey(*context.snapshot, kNow));
    pz::rules::Outcome outcome;
    const auto nominations = rules.nominate(context, outcome);
    const std::vector<Nomination> list(nominations.begin(), nominations.end());
    for (const Nomination& each : list) {
        require(!each.items.empty() && each.items.size() <= all.size());
        if (each.reason != Nomination::Reason::alone && each.reason != Nomination::Reason::left) {
            continue;
        }
        auto candidates = all;
        if (rules.apply_rule(each.rule, context, candidates).failed > 0) {
            continue;
        }
        for (const pz::rules::Candidate& candidate : candidates) {
            const bool named =
                std::find(each.items.begin(), each.items.end(), candidate.item) != each.items.end();
            require(named == (candidate.hidden == 0));
        }
    }
}

RuleShop& the_shop() {
    static RuleShop shop;
    return shop;
}

void apply(pz::rules::RuleSet& rules) {
    RuleShop& shop = the_shop();
    pz::rules::Context context;
    context.snapshot = shop.snapshot.get();
    context.visitor = &shop.profile;
    context.consent = true;
    context.placement = "home-1";
    context.now = kNow;
    context.page = rules.new_page();
    std::vector<pz::rules::Candidate> list(shop.snapshot->item_count());
    for (std::uint32_t i = 0; i < list.size(); ++i) {
        list[i].item = i;
        list[i].score = static_cast<float>(i);
        list[i].pin = pz::rules::kNoPin;
        list[i].position = i;
    }
    std::vector<std::string> segments;
    rules.segments(context, segments);
    nominate(rules, context, list);
    rules.apply(context, list);
    for (std::uint32_t i = 0; i < list.size(); ++i) {
        require(list[i].item == i && list[i].position == i && list[i].hidden <= 1);
        require(rules.label(list[i].label).size() <= 100);
        require(std::isfinite(list[i].score) && list[i].pin >= pz::rules::kNoPin);
        for (std::uint32_t other = 0; other < i; ++other) {
            require(list[i].pin == pz::rules::kNoPin || list[i].pin != list[other].pin ||
                    list[i].hidden + list[other].hidden > 0);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const bool generate = !bytes.empty() && data[0] % 2 == 0;
    const std::string source = generate ? Writer(bytes.substr(1)).file() : std::string(bytes);
    pz::rules::RuleLimits limits;
    limits.load_budget_us = 20'000;
    limits.budget_us = 1000;
    pz::rules::unknown_names(source, {}, the_shop().snapshot.get());
    auto loaded = pz::rules::RuleSet::load(source, "fuzz.lua", limits);
    if (!loaded.ok()) {
        require(loaded.message().substr(0, 8) == "fuzz.lua");
        return 0;
    }
    apply(**loaded);
    (*loaded)->collect();
    require((*loaded)->memory() <= limits.memory);
    return 0;
}
