#include "unit/rules/shop.hpp"

#include <unistd.h>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "store/builder.hpp"

namespace pz::test {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::vector<Fields> items(const std::string& brand_of_mug) {
    return {
        {{"id", "mug"},
         {"title", "Red Mug"},
         {"brand", brand_of_mug},
         {"color", "red"},
         {"product_type", "Kitchen > Mugs"},
         {"price", "10.00 EUR"},
         {"sale_price", "8.00 EUR"},
         {"stock", "3"},
         {"cost_of_goods_sold", "6.00 EUR"},
         {"size", "M"},
         {"custom_label_0", "gift"},
         {"date_added", "2025-01-01"}},
        {{"id", "lamp"},
         {"title", "Desk Lamp"},
         {"brand", "Acme"},
         {"color", "blue"},
         {"product_type", "Living > Lamps"},
         {"price", "60.00 EUR"},
         {"stock", "50"},
         {"cost_of_goods_sold", "30.00 EUR"},
         {"item_group_id", "a1"},
         {"date_added", "2026-03-15"}},
        {{"id", "shoe"},
         {"title", "Blue Shoe"},
         {"brand", "Nike"},
         {"color", "blue"},
         {"product_type", "Shoes"},
         {"price", "45.50 EUR"},
         {"size", "39"},
         {"gender", "male"},
         {"date_added", "2025-06-01"}},
        {{"id", "vase"},
         {"title", "Vase"},
         {"product_type", "Kitchenware"},
         {"price", "20.00 EUR"},
         {"availability", "out_of_stock"},
         {"age_group", "toddler"},
         {"stock", "0"}},
        {{"id", "bag"},
         {"title", "Bag"},
         {"brand", "Acme"},
         {"color", "red"},
         {"item_group_id", "a1"},
         {"age_group", "kids"}},
    };
}

std::unique_ptr<const store::Snapshot> write(const std::string& path, const std::string& brand,
                                             std::uint64_t generation) {
    store::SnapshotBuilder builder;
    for (Fields& fields : items(brand)) {
        store::ItemInput input;
        input.fields = std::move(fields);
        const auto added = builder.add_item(input);
        BOOST_REQUIRE_MESSAGE(added.ok(), added.message());
    }
    builder.set_popularity(builder.find("shoe"), 7.5F);
    const Status written = builder.write(path, generation, kNow);
    BOOST_REQUIRE_MESSAGE(written.ok(), written.message());
    auto opened = store::Snapshot::open(path);
    BOOST_REQUIRE_MESSAGE(opened.ok(), opened.message());
    return std::move(*opened);
}

std::string temporary_path() {
    std::string name = (std::filesystem::temp_directory_path() / "pz-rules-XXXXXX").string();
    const int file = mkstemp(name.data());
    BOOST_REQUIRE(file >= 0);
    close(file);
    return name;
}

std::string number(float value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

}  // namespace

Shop::Shop() : path_(temporary_path()) {
    setenv("TZ", "UTC", 1);
    tzset();
    snapshot_ = write(path_, "Nike", 1);
    context.snapshot = snapshot_.get();
    context.visitor = &profile;
    context.consent = true;
    context.placement = "home-1";
    context.now = kNow;
}

Shop::~Shop() {
    snapshot_.reset();
    std::remove(path_.c_str());
}

std::unique_ptr<const store::Snapshot> Shop::next_generation(
    const std::string& brand_of_mug) const {
    return write(path_, brand_of_mug, 2);
}

std::vector<rules::Candidate> Shop::candidates() const {
    return many(5);
}

std::vector<rules::Candidate> Shop::many(std::size_t count) const {
    std::vector<rules::Candidate> list(count);
    for (std::size_t i = 0; i < count; ++i) {
        list[i].item = static_cast<store::ItemIndex>(i % 5);
        list[i].score = static_cast<float>(count - i);
        list[i].pin = rules::kNoPin;
        list[i].position = static_cast<std::uint32_t>(i);
    }
    return list;
}

void Shop::know(std::vector<std::string> events,
                std::vector<std::pair<std::string, std::string>> traits) {
    const std::vector<std::string_view> event_views(events.begin(), events.end());
    const std::vector<std::pair<std::string_view, std::string_view>> trait_views(traits.begin(),
                                                                                 traits.end());
    profile.build(snapshot(), event_views, trait_views, context.now);
}

std::unique_ptr<rules::RuleSet> load(std::string_view source, const rules::RuleLimits& limits) {
    auto loaded = rules::RuleSet::load(source, "shop.lua", limits);
    BOOST_REQUIRE_MESSAGE(loaded.ok(), loaded.message() << "\nin " << source);
    return std::move(*loaded);
}

std::string load_error(std::string_view source, const rules::RuleLimits& limits) {
    auto loaded = rules::RuleSet::load(source, "shop.lua", limits);
    BOOST_CHECK_MESSAGE(!loaded.ok(), "loaded: " << source);
    return loaded.ok() ? std::string() : loaded.message();
}

std::string show(const std::vector<rules::Candidate>& candidates) {
    std::string text;
    for (const rules::Candidate& candidate : candidates) {
        text += text.empty() ? "" : " ";
        text += candidate.hidden != 0 ? "-" : number(candidate.score);
        if (candidate.pin != rules::kNoPin) {
            text += "@" + std::to_string(candidate.pin);
        }
    }
    return text;
}

std::string scores(Shop& shop, std::string_view source) {
    auto rules = load(source);
    auto candidates = shop.candidates();
    const rules::Outcome outcome = rules->apply(shop.context, candidates);
    BOOST_CHECK_EQUAL(outcome.error, "");
    return show(candidates);
}

bool holds(Shop& shop, std::string_view expression) {
    const std::string source = "rule 'test' { when = function(visitor, page) return " +
                               std::string(expression) + " end, hide = true }";
    auto rules = load(source);
    auto candidates = shop.candidates();
    const rules::Outcome outcome = rules->apply(shop.context, candidates);
    BOOST_CHECK_MESSAGE(outcome.error.empty(), expression << ": " << outcome.error);
    return outcome.applied == 1;
}

std::string matching(Shop& shop, std::string_view expression) {
    const std::string source = "rule 'test' { match = function(item, visitor, page) return " +
                               std::string(expression) + " end, hide = true }";
    auto rules = load(source);
    auto candidates = shop.candidates();
    const rules::Outcome outcome = rules->apply(shop.context, candidates);
    BOOST_CHECK_MESSAGE(outcome.error.empty(), expression << ": " << outcome.error);
    std::string names;
    for (const rules::Candidate& candidate : candidates) {
        if (candidate.hidden != 0) {
            names += names.empty() ? "" : " ";
            names += shop.snapshot().id(candidate.item);
        }
    }
    return names;
}

}  // namespace pz::test
