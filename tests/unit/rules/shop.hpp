// A small shop for the rule tests: five items, one visitor, a page.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/rules.hpp"

namespace pz::test {

inline constexpr std::int64_t kDay = 86400;
// Friday, 2026-03-20 10:30 UTC.
inline constexpr std::int64_t kNow = 1774002600;

// Items, in this order: mug (Nike, red, 10.00, in sale for 8, cost 6, stock 3), lamp (Acme, blue,
// 60.00, cost 30, new), shoe (Nike, blue, 45.50, popular), vase (no brand, sold out), bag (Acme,
// red, price unknown). Lamp and bag are one item group. Mug and shoe have sizes, the shoe
// is male, the vase for toddlers, the bag for kids.
class Shop {
  public:
    Shop();
    ~Shop();
    Shop(const Shop&) = delete;
    Shop& operator=(const Shop&) = delete;

    const store::Snapshot& snapshot() const { return *snapshot_; }
    // Another generation of the same items with one text changed.
    std::unique_ptr<const store::Snapshot> next_generation(const std::string& brand_of_mug) const;

    visitor::Profile profile;
    std::vector<std::pair<std::string_view, std::string_view>> variables;
    rules::Context context;  // placement home-1, the profile, consent

    // One candidate per item, scores 5, 4, 3, 2, 1.
    std::vector<rules::Candidate> candidates() const;
    std::vector<rules::Candidate> many(std::size_t count) const;
    void know(std::vector<std::string> events,
              std::vector<std::pair<std::string, std::string>> traits);

  private:
    std::string path_;
    std::unique_ptr<const store::Snapshot> snapshot_;
};

enum Item : std::size_t { mug, lamp, shoe, vase, bag };

// So much time that a busy machine or a sanitizer cannot fail a rule.
inline rules::RuleLimits patient() {
    rules::RuleLimits limits;
    limits.budget_us = 5'000'000;
    limits.load_budget_us = 5'000'000;
    return limits;
}
inline rules::RuleLimits never_resting() {
    rules::RuleLimits limits = patient();
    limits.max_overruns = 1'000'000;
    return limits;
}
// Fails the test when the file does not load.
std::unique_ptr<rules::RuleSet> load(std::string_view source,
                                     const rules::RuleLimits& limits = patient());
std::string load_error(std::string_view source, const rules::RuleLimits& limits = {});
// The scores of five candidates after one rule file, as "5 4 3 2 1"; "-" for a hidden one, "@n" for
// a pin.
std::string scores(Shop& shop, std::string_view source);
std::string show(const std::vector<rules::Candidate>& candidates);
// Whether `expression` is true in a rule's `when`; an error is a failed test.
bool holds(Shop& shop, std::string_view expression);
// Which items `expression` (of item, visitor, page) matches, as "mug shoe".
std::string matching(Shop& shop, std::string_view expression);

}  // namespace pz::test
