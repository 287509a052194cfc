#include "cli/order_learning.hpp"

#include <string>
#include <string_view>

#include "recommend/order_fit.hpp"
#include "visitor/profile.hpp"

namespace pz::cli {

namespace {

constexpr std::size_t kFewestLists = 100;

void build_profile(const learn::ListClick& click, const store::Snapshot& snapshot,
                   visitor::Profile& profile) {
    std::vector<std::string> events;
    for (auto touch = click.touches.rbegin(); touch != click.touches.rend(); ++touch) {
        std::string& event = events.emplace_back(visitor::name(touch->type));
        event += ' ';
        visitor::percent_encode(touch->item, event);
        event += ' ' + std::to_string(touch->time);
    }
    const std::vector<std::string_view> views(events.begin(), events.end());
    profile.build(snapshot, views, {}, click.time);
}

}  // namespace

std::vector<float> learn_order(const learn::Trainer& trainer, const store::Snapshot& snapshot,
                               std::int64_t since) {
    recommend::OrderFit fit;
    recommend::Scratch scratch;
    visitor::Profile profile;
    std::vector<store::ItemIndex> items;
    trainer.for_each_list_click(since, [&](const learn::ListClick& click) {
        build_profile(click, snapshot, profile);
        items.clear();
        for (const std::string_view id : click.shown) {
            items.push_back(snapshot.find(id));
        }
        recommend::Query query;
        query.snapshot = &snapshot;
        query.visitor = &profile;
        query.now = click.time;
        fit.add(query, scratch, items, click.places, click.clicked);
    });
    return fit.list_count() < kFewestLists ? std::vector<float>() : fit.solve();
}

}  // namespace pz::cli
