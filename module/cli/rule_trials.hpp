// Rule trials: runs each rule of a file for visitors of all kinds, to find what fails and what it costs.
//
// One is nobody, one has looked at an item, one has traits, events of all kinds, a cart and segments.
// Thread rules: one thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/rules.hpp"

namespace pz::cli {

struct RuleTrial {
    double cost_us = 0;  // of the processor: the median of some calls, for the dearest visitor
    std::string error;   // the first; empty: none
    std::vector<std::string> unknown_columns;
};

class RuleTrials {
  public:
    static constexpr std::size_t kCandidates = 200;

    // All of these must outlive it; the snapshot has items.
    RuleTrials(rules::RuleSet& rules, const store::Snapshot& snapshot,
               std::span<const std::pair<std::string_view, std::string_view>> variables,
               std::int64_t now);

    RuleTrial run(std::size_t rule);
    // What the segments' functions say, all of them in one: `cost_us` is of all together.
    RuleTrial run_segments();
    std::size_t candidates() const { return sample_.size(); }

  private:
    struct Visitor {
        visitor::Profile profile;
        store::ItemIndex page_item = store::kNoItem;
        std::string_view query, category;
    };
    void make_visitors();
    template <class Call>
    RuleTrial measure(Call call);

    rules::RuleSet& rules_;
    const store::Snapshot& snapshot_;
    rules::Context context_;
    std::vector<rules::Candidate> sample_;
    std::vector<Visitor> visitors_;
};

}  // namespace pz::cli
