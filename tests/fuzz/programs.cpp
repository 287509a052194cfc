// Functions that run on columns do what Lua does: the same choice, the same factors, the same errors.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/expressions.hpp"
#include "fuzz/shop.hpp"
#include "rules/rules.hpp"

namespace {

using pz::fuzz::require;
constexpr std::int64_t kNow = 1774002600;
constexpr std::size_t kItems = 70;  // more than a word of marks

// Each field is missing at some of them.
std::unique_ptr<const pz::store::Snapshot> patchy_store() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pz-fuzz-XXXXXX").string();
    const std::string folder = mkdtemp(pattern.data());
    pz::store::SnapshotBuilder builder;
    for (std::size_t i = 0; i < kItems; ++i) {
        pz::store::ItemInput item;
        const auto add = [&](bool there, const char* name, const std::string& value) {
            if (there) {
                item.fields.emplace_back(name, value);
            }
        };
        add(true, "id", std::to_string(i));
        add(true, "title", i % 2 == 0 ? "red" : "a b");
        add(i % 3 != 0, "brand", i % 3 == 1 ? "Nike" : "Acme");
        add(i % 4 != 0, "color", i % 4 == 1 ? "red" : "M");
        add(i % 5 != 0, "size", i % 5 == 1 ? "M" : "DE");
        add(i % 6 != 0, "price", std::to_string(i % 7 * 10) + ".00 EUR");
        add(i % 3 == 2, "sale_price", "5.00 EUR");
        add(i % 4 == 3, "cost_of_goods_sold", "3");
        add(i % 2 == 0, "stock", std::to_string(i % 9));
        add(i % 5 < 3, "date_added", std::to_string(kNow - static_cast<std::int64_t>(i) * 86400));
        require(builder.add_item(item).ok());
    }
    require(builder.write(folder + "/store", 1, 1).ok());
    auto opened = pz::store::Snapshot::open(folder + "/store");
    std::filesystem::remove_all(folder);
    require(opened.ok());
    return std::move(*opened);
}

struct PatchyShop {
    std::unique_ptr<const pz::store::Snapshot> snapshot = patchy_store();
    pz::visitor::Profile profile;
    std::vector<std::pair<std::string_view, std::string_view>> variables = {{"country", "DE"}};
    pz::rules::Context context;

    PatchyShop() {
        const std::string time = " " + std::to_string(kNow - 3000);
        const std::string texts[] = {"view_item 5" + time, "add_to_cart 66" + time,
                                     "purchase 7" + time, "like 8" + time};
        const std::vector<std::string_view> events(std::begin(texts), std::end(texts));
        const std::vector<std::pair<std::string_view, std::string_view>> traits = {{"size", "M"}};
        profile.build(*snapshot, events, traits, kNow);
        context.snapshot = snapshot.get();
        context.visitor = &profile;
        context.consent = true;
        context.placement = "home-1";
        context.query = "red";
        context.variables = variables;
        context.now = kNow;
    }
};

std::vector<pz::rules::Candidate> all_items() {
    std::vector<pz::rules::Candidate> list(kItems);
    for (std::size_t i = 0; i < kItems; ++i) {
        list[i].item = i == 9 ? pz::store::kNoItem : static_cast<pz::store::ItemIndex>(i);
        list[i].score = static_cast<float>(i + 1);
        list[i].pin = pz::rules::kNoPin;
        list[i].hidden = i == 11 ? 1 : 0;
    }
    return list;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static PatchyShop shop;
    pz::fuzz::Expressions expressions({reinterpret_cast<const char*>(data), size});
    pz::fuzz::Twins twins;
    twins.begin(pz::fuzz::kConstants);
    std::size_t count = 0;
    for (; !expressions.empty() && count < 16; ++count) {
        const std::size_t kind = count % 4;
        twins.add(kind, expressions.make(kind != 0, kind == 3), std::to_string(count));
    }
    pz::rules::RuleLimits limits;
    limits.budget_us = 5'000'000;
    limits.load_budget_us = 5'000'000;
    auto columns = pz::rules::RuleSet::load(twins.columns, "fuzz.lua", limits);
    auto lua = pz::rules::RuleSet::load(twins.lua, "fuzz.lua", limits);
    require(columns.ok() == lua.ok());
    for (std::size_t rule = 0; columns.ok() && rule < count; ++rule) {
        auto mine = all_items();
        auto theirs = mine;
        const auto my = (*columns)->apply_rule(rule, shop.context, mine);
        const auto their = (*lua)->apply_rule(rule, shop.context, theirs);
        require(my.applied == their.applied && my.error == their.error);
        for (std::size_t i = 0; i < kItems; ++i) {
            require(mine[i].score == theirs[i].score && mine[i].hidden == theirs[i].hidden &&
                    mine[i].rules == theirs[i].rules);
        }
    }
    return 0;
}
