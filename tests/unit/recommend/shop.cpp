#include "unit/recommend/shop.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdio>
#include <set>
#include <sstream>

namespace pz::test {

namespace {

using store::ListKind;
using store::NeighbourKind;

void add_items(store::SnapshotBuilder& builder) {
    const std::vector<Fields> items = {
        {{"id", "mug"},
         {"title", "Mug </script>"},
         {"product_type", "Kitchen > Mugs"},
         {"brand", "Acme"},
         {"item_group_id", "ware"},
         {"color", "red"}},
        {{"id", "cup"},
         {"product_type", "Kitchen > Mugs"},
         {"brand", "Acme"},
         {"item_group_id", "ware"},
         {"color", "blue"}},
        {{"id", "pot"}, {"product_type", "Kitchen > Pots"}, {"brand", "Bolt"}},
        {{"id", "tea"},
         {"product_type", "Food"},
         {"brand", "Leaf"},
         {"price", "4 GBP"},
         {"sale_price", "3 GBP"}},
        {{"id", "milk"}, {"product_type", "Food"}, {"price", "4 GBP"}, {"sale_price", "1 GBP"}},
        {{"id", "lamp"}, {"product_type", "Home"}, {"brand", "Bolt"}, {"color", "red"}},
        {{"id", "desk"}, {"product_type", "Home"}},
        {{"id", "gone"}, {"product_type", "Food"}, {"availability", "out_of_stock"}}};
    for (const Fields& fields : items) {
        BOOST_REQUIRE(builder.add_item({.fields = fields}).ok());
    }
}

std::vector<store::ScoredItem> scored(const store::SnapshotBuilder& builder, const Scored& items) {
    std::vector<store::ScoredItem> result;
    for (const auto& [id, score] : items) {
        result.push_back({builder.find(id), score});
    }
    return result;
}

void add_lists(store::SnapshotBuilder& builder) {
    const auto list = [&](ListKind kind, std::string_view key, const Scored& items) {
        builder.set_list(kind, key, scored(builder, items));
    };
    const Scored popular = {{"gone", 100}, {"desk", 80}, {"mug", 60}, {"cup", 50},
                            {"pot", 40},   {"lamp", 20}, {"tea", 10}, {"milk", 5}};
    list(ListKind::popular, "", popular);
    for (const auto& [id, weight] : popular) {
        builder.set_popularity(builder.find(id), weight);
    }
    list(ListKind::in_category, "Kitchen", {{"mug", 60}, {"cup", 50}, {"pot", 40}});
    list(ListKind::in_category, "Kitchen > Mugs", {{"mug", 60}, {"cup", 50}});
    list(ListKind::in_category, "Food", {{"gone", 100}, {"tea", 10}, {"milk", 5}});
    list(ListKind::in_category, "Home", {{"desk", 80}, {"lamp", 20}});
    list(ListKind::in_brand, "Bolt", {{"pot", 40}, {"lamp", 20}});
    list(ListKind::in_segment, "students", {{"tea", 8}, {"lamp", 4}});
    list(ListKind::in_segment, "cooks", {{"pot", 3}, {"tea", 2.25F}});
    list(ListKind::on_sale, "", {{"milk", 0.75F}, {"tea", 0.25F}, {"desk", 0.2F}});
    list(ListKind::new_items, "", {{"lamp", 3}, {"cup", 2}, {"tea", 1}});
    builder.set_first_seen(builder.find("lamp"), kNow);
    builder.set_first_seen(builder.find("cup"), kNow - 14 * kDay);
    builder.set_first_seen(builder.find("tea"), kNow - 42 * kDay);
}

void add_neighbours(store::SnapshotBuilder& builder) {
    const auto list = [&](NeighbourKind kind, std::string_view id, const Scored& items) {
        builder.set_neighbours(kind, builder.find(id), scored(builder, items));
    };
    list(NeighbourKind::similar, "mug", {{"pot", 0.4F}, {"lamp", 0.2F}});
    list(NeighbourKind::similar, "desk", {{"lamp", 0.5F}});
    list(NeighbourKind::cross_sell, "mug", {{"cup", 0.81F}, {"tea", 0.64F}, {"milk", 0.16F}});
    list(NeighbourKind::cross_sell, "pot", {{"lamp", 0.36F}, {"tea", 0.16F}});
    list(NeighbourKind::cross_sell, "tea", {{"milk", 0.49F}, {"gone", 0.4F}});
}

void add_sessions(store::SnapshotBuilder& builder) {
    const auto session = [&](std::int64_t days_ago, const std::vector<std::string>& ids) {
        std::vector<store::ItemIndex> items;
        for (const std::string& id : ids) {
            items.push_back(builder.find(id));
        }
        builder.add_session(static_cast<std::uint32_t>(kNow - days_ago * kDay), items);
    };
    session(1, {"mug", "tea"});
    session(2, {"mug", "tea"});
    session(3, {"mug", "pot"});
    session(4, {"desk", "lamp"});
}

}  // namespace

std::unique_ptr<const store::Snapshot> open_snapshot(store::SnapshotBuilder& builder) {
    const std::string path = "/tmp/pz_recommend_test." + std::to_string(getpid());
    const Status written = builder.write(path, 1, kNow);
    BOOST_REQUIRE_MESSAGE(written.ok(), written.message());
    auto snapshot = store::Snapshot::open(path);
    std::remove(path.c_str());
    BOOST_REQUIRE_MESSAGE(snapshot.ok(), snapshot.message());
    return std::move(*snapshot);
}

Shop::Shop() {
    store::SnapshotBuilder builder;
    add_items(builder);
    add_lists(builder);
    add_neighbours(builder);
    add_sessions(builder);
    snapshot = open_snapshot(builder);
    request.query.snapshot = snapshot.get();
    request.query.visitor = &profile;
    request.query.now = kNow;
    request.query.wanted = 20;
    request.shown = &shown;
    request.rule_context.snapshot = snapshot.get();
    request.rule_context.visitor = &profile;
    request.rule_context.now = kNow;
}

void Shop::know(const std::vector<std::string>& events, const std::string& segments) {
    std::vector<std::string> texts;
    for (const std::string& event : events) {
        std::istringstream words(event);
        std::string name;
        std::string id;
        std::int64_t ago = 0;
        words >> name >> id >> ago;
        texts.push_back(name + " " + id + " " + std::to_string(kNow - ago));
    }
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    const std::vector<std::pair<std::string_view, std::string_view>> traits = {
        {"segment", segments}};
    profile.build(*snapshot, views, traits, kNow);
    BOOST_REQUIRE(profile.unreadable() == 0);
}

std::vector<store::ItemIndex> Shop::items(std::string_view ids) const {
    std::vector<store::ItemIndex> result;
    std::istringstream words{std::string(ids)};
    for (std::string id; words >> id;) {
        result.push_back(id == "-" ? store::kNoItem : item(id));
        BOOST_REQUIRE(id == "-" || result.back() != store::kNoItem);
    }
    return result;
}

std::string Shop::ids(const std::vector<recommend::Candidate>& list) const {
    std::string result;
    for (const recommend::Candidate& candidate : list) {
        const auto id = snapshot->id(candidate.item);
        result.append(result.empty() ? "" : " ").append(id.empty() ? "-" : id);
    }
    return result;
}

std::string Shop::run(std::string_view name) {
    const recommend::Recommender* recommender = recommend::find_recommender(name);
    BOOST_REQUIRE(recommender != nullptr);
    candidates.clear();
    recommender->recommend(request.query, scratch, candidates);
    std::set<store::ItemIndex> seen;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const recommend::Candidate& candidate = candidates[i];
        float sum = 0;
        for (const float part : candidate.parts) {
            sum += part;
        }
        BOOST_TEST(std::abs(sum - candidate.score) < 1e-5F);
        BOOST_TEST(seen.insert(candidate.item).second);
        BOOST_TEST((i == 0 || candidates[i - 1].score >= candidate.score));
        BOOST_TEST((candidate.tier <= request.query.level));
    }
    return ids(candidates);
}

std::string Shop::fill(std::string_view names, std::size_t limit, std::size_t min) {
    std::vector<const recommend::Recommender*> recommenders;
    std::istringstream words{std::string(names)};
    for (std::string name; words >> name;) {
        recommenders.push_back(recommend::find_recommender(name));
        BOOST_REQUIRE(recommenders.back() != nullptr);
    }
    const recommend::Widget widget{
        .placement = "place", .recommenders = recommenders, .limit = limit, .min = min};
    recommend::fill(request, widget, scratch, ranked);
    return ids(ranked.items);
}

void Shop::use_rules(const std::string& source) {
    rules::RuleLimits limits;
    limits.budget_us = 1'000'000;  // of a busy machine
    auto loaded = rules::RuleSet::load(source, "shop.lua", limits);
    BOOST_REQUIRE_MESSAGE(loaded.ok(), loaded.message());
    rules_ = std::move(*loaded);
    rules_->survey(*snapshot, kNow);
    request.rules = rules_.get();
    request.rule_context.page = rules_->new_page();
}

std::string Shop::reorder(std::string_view ids_in, std::size_t top, recommend::Rest rest) {
    const std::vector<store::ItemIndex> before = items(ids_in);
    recommend::reorder(request, {"list", before, top, rest}, scratch, order);
    BOOST_REQUIRE(order.order.size() == before.size());
    BOOST_REQUIRE(order.candidates.size() == before.size());
    bool changed = false;
    for (std::uint32_t place = 0; place < before.size(); ++place) {
        BOOST_TEST(order.candidates[place].item == before[order.order[place]]);
        changed |= order.order[place] != place;
    }
    BOOST_TEST(order.changed == changed);
    std::vector<std::uint32_t> sorted = order.order;
    std::sort(sorted.begin(), sorted.end());
    for (std::uint32_t i = 0; i < sorted.size(); ++i) {
        BOOST_TEST(sorted[i] == i);
    }
    return ids(order.candidates);
}

}  // namespace pz::test
