// A small shop, made by hand, for recommenders and ranking.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recommend/rank.hpp"
#include "store/builder.hpp"
#include "store/snapshot.hpp"
#include "visitor/profile.hpp"

namespace pz::test {

inline constexpr std::int64_t kNow = 1763660000;
inline constexpr std::int64_t kDay = 86400;

using Fields = std::vector<std::pair<std::string, std::string>>;
using Scored = std::vector<std::pair<std::string, float>>;

std::unique_ptr<const store::Snapshot> open_snapshot(store::SnapshotBuilder& builder);

// mug, cup (Mugs, a group of variants "ware"), pot (Pots), tea, milk (Food), lamp, desk (Home),
// gone (not available). See shop.cpp for lists, neighbours and sessions.
class Shop {
  public:
    Shop();

    // Events newest first, "view_item mug 60": so many seconds before kNow.
    void know(const std::vector<std::string>& events, const std::string& segments = "");
    store::ItemIndex item(std::string_view id) const { return snapshot->find(id); }
    std::vector<store::ItemIndex> items(std::string_view ids) const;  // "-" is kNoItem
    store::ValueId category(std::string_view text) const { return snapshot->find_value(text); }
    std::string ids(const std::vector<recommend::Candidate>& candidates) const;

    // "mug cup": the recommender's candidates, checked for sums, order and uniqueness.
    std::string run(std::string_view name);
    std::string fill(std::string_view names, std::size_t limit = 8, std::size_t min = 1);
    void use_rules(const std::string& source);
    // "mug cup": the tiles' new order.
    std::string reorder(std::string_view ids, std::size_t top = 6,
                        recommend::Rest rest = recommend::Rest::shop);

    std::unique_ptr<const store::Snapshot> snapshot;
    visitor::Profile profile;
    recommend::Request request;
    recommend::Scratch scratch;
    std::vector<recommend::Candidate> candidates;  // of run()
    recommend::Ranked ranked;                      // of fill()
    recommend::Order order;                        // of reorder()
    std::vector<store::ItemIndex> shown;

  private:
    std::unique_ptr<rules::RuleSet> rules_;
};

}  // namespace pz::test
