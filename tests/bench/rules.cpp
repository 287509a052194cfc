// The time of one placement's rules, beside the same logic in C++ and in plain Lua (one table for each
// item, no sandbox): a typical file of 10 rules, 6 of them tables, 4 with functions, over 50, 200 and
// 1000 candidates of a made catalog. And how long a worker looks for what they name in a catalog of
// a million items.
#include <unistd.h>

#include <filesystem>
#include <lua.hpp>
#include <numeric>

#include "bench/bench.hpp"
#include "rules/rules.hpp"
#include "store/builder.hpp"

using namespace pz;  // NOLINT: a program

namespace {

constexpr std::int64_t kNow = 1774002600;  // Friday, 2026-03-20 10:30 UTC
constexpr std::int64_t kDay = 86400;
constexpr std::size_t kItems = 5000;
constexpr const char* kBrands[] = {"Nike", "Puma", "Acme", "Zenith", "Orion", "Lumen", "Vela"};
constexpr const char* kTypes[] = {"Shoes", "Kitchen > Mugs", "Living > Lamps", "Garden", "Toys"};

// The rules, for our VM.
constexpr std::string_view kRules = R"lua(
rule "no pennies" { on = "home-*", match = { price = {max = 1} }, hide = true }
rule "sale for hunters" { segment = "hunters", match = { on_sale = true }, boost = 3 }
rule "brands of the month" { match = { brand = {"Nike", "Puma"}, price = {max = 50} }, boost = 1.5 }
rule "the star" { on = "home-*", match = { id = "item-7" }, pin = 1 }
rule "scarce" { match = { stock = {max = 5} }, bury = 1.5 }
rule "morning" { between = {"06:00", "11:00"}, match = { product_type = "Kitchen" }, boost = 1.2 }
rule "deep cuts" {
    match = { on_sale = true },
    boost = function(item) return 1 + (1 - item.current_price / item.price) end,
}
rule "new for regulars" {
    when = function(visitor) return visitor.returning end,
    match = function(item) return item.age_days < 14 end,
    boost = 1.5,
}
rule "affordable and liked by all" {
    match = function(item) return item.price < 20 and item.popularity > 3 end,
    boost = 1.3,
}
rule "not the brand of last week" {
    when = function(visitor, page) return page.var.country == "DE" end,
    match = function(item) return item.brand == "Vela" end,
    bury = 2,
}
)lua";

// The same in plain Lua: list of item tables -> factors.
constexpr const char* kPlain = R"lua(
function run(items, visitor, page)
    local best, pinned
    for i = 1, #items do
        local item = items[i]
        if item.price <= 1 and item.price ~= 0 then item.hidden = true end
        if not item.hidden then
            local score = item.score
            if visitor.hunter and item.on_sale then score = score * 3 end
            if (item.brand == "Nike" or item.brand == "Puma") and item.price <= 50 then score = score * 1.5 end
            if item.id == "item-7" then pinned = i end
            if item.stock <= 5 then score = score / 1.5 end
            if page.hour >= 6 and page.hour < 11 and item.product_type:sub(1, 7) == "Kitchen" then
                score = score * 1.2
            end
            if item.on_sale then score = score * (1 + (1 - item.current_price / item.price)) end
            if visitor.returning and item.age_days < 14 then score = score * 1.5 end
            if item.price < 20 and item.popularity > 3 then score = score * 1.3 end
            if page.country == "DE" and item.brand == "Vela" then score = score / 2 end
            item.score = score
        end
    end
    return pinned
end
)lua";

std::unique_ptr<const store::Snapshot> make_catalog(std::size_t items) {
    store::SnapshotBuilder builder;
    for (std::size_t i = 0; i < items; ++i) {
        store::ItemInput item;
        const std::string price = std::to_string(1 + i * 7 % 90) + ".50";
        item.fields = {
            {"id", "item-" + std::to_string(i)},
            {"title", "Thing number " + std::to_string(i)},
            {"brand", kBrands[i % std::size(kBrands)]},
            {"product_type", kTypes[i / 3 % std::size(kTypes)]},
            {"price", price + " EUR"},
            {"stock", std::to_string(i * 13 % 60)},
            {"date_added", std::to_string(kNow - static_cast<std::int64_t>(i % 300) * kDay)}};
        if (i % 4 == 0) {
            item.fields.emplace_back("sale_price", std::to_string(1 + i * 7 % 90) + ".10 EUR");
        }
        if (!builder.add_item(item).ok()) {
            return nullptr;
        }
        builder.set_popularity(static_cast<store::ItemIndex>(i), static_cast<float>(i % 9));
    }
    const std::string path =
        (std::filesystem::temp_directory_path() / ("pz-bench-rules-" + std::to_string(::getpid())))
            .string();
    const Status written = builder.write(path, 1, kNow);
    auto snapshot = store::Snapshot::open(path);
    std::filesystem::remove(path);
    return written.ok() && snapshot.ok() ? std::move(*snapshot) : nullptr;
}

std::vector<rules::Candidate> candidates(std::size_t count) {
    std::vector<rules::Candidate> list(count);
    for (std::size_t i = 0; i < count; ++i) {
        list[i].item = static_cast<store::ItemIndex>(i * kItems / count);
        list[i].score = static_cast<float>(count - i);
        list[i].pin = rules::kNoPin;
    }
    return list;
}

// What a C++ programmer would write, with the ids looked up beforehand.
class Native {
  public:
    explicit Native(const store::Snapshot& snapshot)
        : snapshot_(snapshot),
          nike_(snapshot.find_value("Nike")),
          puma_(snapshot.find_value("Puma")),
          vela_(snapshot.find_value("Vela")),
          star_(snapshot.find("item-7")) {}

    void run(std::span<rules::Candidate> list) const {
        for (rules::Candidate& candidate : list) {
            const store::LiveFields live = snapshot_.live(candidate.item);
            const double price = static_cast<double>(live.price_micros) / 1e6;
            if (price <= 1 && price != 0) {
                candidate.hidden = 1;
                continue;
            }
            double score = candidate.score;
            const store::ValueId brand = snapshot_.value(candidate.item, store::field::brand);
            score *= live.on_sale() ? 3 : 1;
            score *= (brand == nike_ || brand == puma_) && price <= 50 ? 1.5 : 1;
            candidate.pin = candidate.item == star_ ? 0 : candidate.pin;
            score /= live.stock <= 5 ? 1.5 : 1;
            const auto type = snapshot_.text(candidate.item, store::field::product_type);
            score *= type.substr(0, 7) == "Kitchen" ? 1.2 : 1;
            if (live.on_sale()) {
                score *= 2 - static_cast<double>(live.current_price_micros()) / 1e6 / price;
            }
            score *= kNow - snapshot_.first_seen(candidate.item) < 14 * kDay ? 1.5 : 1;
            score *= price < 20 && live.popularity > 3 ? 1.3 : 1;
            score /= brand == vela_ ? 2 : 1;
            candidate.score = static_cast<float>(score);
        }
    }

  private:
    const store::Snapshot& snapshot_;
    store::ValueId nike_, puma_, vela_;
    store::ItemIndex star_;
};

class PlainLua {
  public:
    explicit PlainLua(const store::Snapshot& snapshot)
        : snapshot_(snapshot), lua_(luaL_newstate()) {
        luaL_openlibs(lua_);
        if (luaL_dostring(lua_, kPlain) != 0) {
            std::cerr << lua_tostring(lua_, -1) << '\n';
            std::exit(1);
        }
    }
    ~PlainLua() { lua_close(lua_); }

    void run(std::span<rules::Candidate> list) {
        lua_getglobal(lua_, "run");
        lua_createtable(lua_, static_cast<int>(list.size()), 0);
        for (std::size_t i = 0; i < list.size(); ++i) {
            push_item(list[i]);
            lua_rawseti(lua_, -2, static_cast<int>(i + 1));
        }
        lua_newtable(lua_);
        flag("hunter", true);
        flag("returning", true);
        lua_newtable(lua_);
        number("hour", 10);
        text("country", "DE");
        if (lua_pcall(lua_, 3, 1, 0) != 0) {
            std::cerr << lua_tostring(lua_, -1) << '\n';
            std::exit(1);
        }
        lua_pop(lua_, 1);
    }

  private:
    void number(const char* key, double value) {
        lua_pushnumber(lua_, value);
        lua_setfield(lua_, -2, key);
    }
    void flag(const char* key, bool value) {
        lua_pushboolean(lua_, value ? 1 : 0);
        lua_setfield(lua_, -2, key);
    }
    void text(const char* key, std::string_view value) {
        lua_pushlstring(lua_, value.data(), value.size());
        lua_setfield(lua_, -2, key);
    }
    void push_item(const rules::Candidate& candidate) {
        const store::LiveFields live = snapshot_.live(candidate.item);
        lua_createtable(lua_, 0, 12);
        text("id", snapshot_.id(candidate.item));
        text("brand", snapshot_.text(candidate.item, store::field::brand));
        text("product_type", snapshot_.text(candidate.item, store::field::product_type));
        number("price", static_cast<double>(live.price_micros) / 1e6);
        number("current_price", static_cast<double>(live.current_price_micros()) / 1e6);
        number("stock", live.stock);
        number("popularity", live.popularity);
        number("age_days", static_cast<double>(kNow - snapshot_.first_seen(candidate.item)) / kDay);
        number("score", candidate.score);
        flag("on_sale", live.on_sale());
    }

    const store::Snapshot& snapshot_;
    lua_State* lua_;
};

// A page of four placements with 32 candidates each, as many as widgets of 8 ask for.
double page_us(rules::RuleSet& rules, rules::Context context) {
    const auto fresh = candidates(32);
    auto list = fresh;
    std::vector<std::string> segments;
    unsigned calls = 0;
    return 1e6 * bench::median_seconds([&] {
               context.page = rules.new_page();
               segments.clear();
               rules.segments(context, segments);
               for (const std::string_view placement : {"home-1", "home-2", "home-3", "home-4"}) {
                   context.placement = placement;
                   std::copy(fresh.begin(), fresh.end(), list.begin());
                   rules::Outcome outcome;
                   rules.nominate(context, outcome);
                   rules.apply(context, list);
               }
               if (++calls % 1000 == 0) {
                   rules.collect();
               }
           });
}

// In pieces, as a worker does between requests: "31 ms, 0.2 ms at a time".
std::string survey_text() {
    const auto catalog = make_catalog(1'000'000);
    auto rules = rules::RuleSet::load(kRules, "typical.lua");
    if (catalog == nullptr || !rules.ok()) {
        return "no catalog";
    }
    std::vector<double> pieces;
    bool more = true;
    while (more) {
        const double begin = bench::cpu_seconds();
        more = (*rules)->survey(*catalog, kNow, 4096);
        pieces.push_back(1e3 * (bench::cpu_seconds() - begin));
    }
    const double all = std::accumulate(pieces.begin(), pieces.end(), 0.0);
    std::nth_element(pieces.begin(), pieces.begin() + pieces.size() / 2, pieces.end());
    return bench::number(all, 0) + " ms to find what they name among 1M items, " +
           bench::number(pieces[pieces.size() / 2], 2) + " ms at a time";
}

}  // namespace

int main(int argc, char** argv) {
    bench::Report report(argc, argv, "rules",
                         {"candidates", "ours us", "us a rule", "C++ us", "Lua tables us"});
    ::setenv("TZ", "UTC", 1);
    const auto snapshot = make_catalog(kItems);
    auto rules = rules::RuleSet::load(kRules, "typical.lua");
    if (snapshot == nullptr || !rules.ok()) {
        std::cerr << (rules.ok() ? "no catalog" : rules.message()) << '\n';
        return 1;
    }
    (*rules)->survey(*snapshot, kNow);
    visitor::Profile profile;
    const std::string seen = "view_item item-3 " + std::to_string(kNow - 2 * kDay);
    const std::vector<std::string_view> events = {seen};
    const std::vector<std::pair<std::string_view, std::string_view>> traits = {
        {"segment", "hunters"}};
    profile.build(*snapshot, events, traits, kNow);
    const std::vector<std::pair<std::string_view, std::string_view>> variables = {
        {"country", "DE"}};
    rules::Context context;
    context.snapshot = snapshot.get();
    context.visitor = &profile;
    context.consent = true;
    context.placement = "home-1";
    context.variables = variables;
    context.now = kNow;

    const Native native(*snapshot);
    PlainLua plain(*snapshot);
    double at_200 = 0;
    double plain_200 = 0;
    for (const std::size_t count : {std::size_t{50}, std::size_t{200}, std::size_t{1000}}) {
        const auto fresh = candidates(count);
        auto list = fresh;
        unsigned calls = 0;
        unsigned failed = 0;
        const double ours = 1e6 * bench::median_seconds([&] {
                                std::copy(fresh.begin(), fresh.end(), list.begin());
                                failed += (*rules)->apply(context, list).failed;
                                // Between requests, as in a worker: twice a second.
                                if (++calls % 1000 == 0) {
                                    (*rules)->collect();
                                }
                            });
        const auto by_rules = list;
        const double cpp = 1e6 * bench::median_seconds([&] {
                               std::copy(fresh.begin(), fresh.end(), list.begin());
                               native.run(list);
                               bench::keep(list.data());
                           });
        for (std::size_t i = 0; i < count; ++i) {  // the same logic, indeed
            const float difference = list[i].score - by_rules[i].score;
            if (difference > 0.01F * list[i].score || difference < -0.01F * list[i].score ||
                list[i].hidden != by_rules[i].hidden || failed > 0) {
                std::cerr << "the results differ at " << i << '\n';
                return 1;
            }
        }
        const double tables = 1e6 * bench::median_seconds([&] {
                                  std::copy(fresh.begin(), fresh.end(), list.begin());
                                  plain.run(list);
                              });
        report.row({bench::number(static_cast<double>(count)), bench::number(ours, 1),
                    bench::number(ours / 10, 2), bench::number(cpp, 1), bench::number(tables, 1)});
        if (count == 200) {
            at_200 = ours;
            plain_200 = tables;
        }
    }
    return report.finish(
        bench::number(at_200, 1) + " us for 200 candidates and 10 rules, target 10; " +
        bench::number(plain_200 / at_200, 1) + " times as fast as plain Lua tables; " +
        bench::number(page_us(**rules, context), 1) + " us a page of 4 placements of 32; " +
        survey_text());
}
