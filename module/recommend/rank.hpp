// Rank: from candidates to what a placement shows: exclusions, tiers, rules, final order,
// explanation.
//
// Never shown, whatever rules say: unavailable items, the item of the page and its variants (same
// item_group_id), items in the cart, disliked items, items already shown on this page.
// Thread rules: one thread per Scratch and RuleSet.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "recommend/recommender.hpp"
#include "rules/rules.hpp"

namespace pz::recommend {

struct Widget {
    std::string_view placement;
    std::span<const Recommender* const> recommenders;  // the first, then its fallbacks
    std::size_t limit = 8;
    std::size_t min = 1;
};

// Everything about the request that is the same for all its placements.
struct Request {
    Query query;                      // page_item, category, level may differ by placement
    rules::RuleSet* rules = nullptr;  // may be null
    rules::Context rule_context;      // placement is set by rank
    float explore = 0;                // the share of tiles for items about which little is known
    std::uint64_t seed = 0;           // the visitor's; 0: nobody, and nothing is explored
    std::vector<store::ItemIndex>* shown = nullptr;  // in and out: what the page shows already
};

struct Ranked {
    std::vector<Candidate> items;  // best first; empty when fewer than `min` could be found
    // That gave the first item that any of them gave; others fill up behind it. "rules": all items
    // are there by rules alone.
    std::string_view recommender;
    rules::Outcome rules;
};

// What a rule file may do here, for RuleSet::load(): it may name these recommenders.
rules::RuleLimits rule_limits();

// Fills a widget: the first recommender's candidates, then each fallback's until `limit` is
// reached; what rules name of the whole catalog competes with these (nominees.hpp); of equal ones
// the item of more appeal first. Pinned items stand on their places, unproven
// ones on those that were drawn for them (explore.hpp), never alone. `shown` gets the items.
void fill(Request& request, const Widget& widget, Scratch& scratch, Ranked& out);

// Reorders a listing: `items` in the shop's order (kNoItem: a tile of unknown item, stays where it
// is). The first `top` places are personal: the tiles with the strongest evidence move there; the
// others keep the shop's order. One that the visitor dislikes has no place among the first
// unless too few others do. No signal (and no rule), no change. A tile whose item stands
// here several times stays; one that a rule hides moves to the end; availability is the shop's
// business. Every item stands exactly once per occurrence.
//
// With Rest::learned the places behind `top`, and all of them where nothing speaks for any tile,
// have the order that everybody's clicks teach, corrected for the places that the items had: the
// shop's order and Snapshot::appeal() weighed as in tile_signals.hpp.
enum class Rest : std::uint8_t { shop, learned };
struct Listing {
    std::string_view placement;
    std::span<const store::ItemIndex> items;
    std::size_t top = 6;
    Rest rest = Rest::shop;
};
struct Order {
    std::vector<std::uint32_t> order;   // order[place] = index into items
    std::vector<Candidate> candidates;  // order[place]'s candidate, for the explanation
    bool changed = false;
    rules::Outcome rules;
};
void reorder(Request& request, const Listing& listing, Scratch& scratch, Order& out);

// Whose doing it was: the names in the order of the file, and the file's version.
struct RuleNames {
    std::span<const std::string> names;
    std::string_view version;

    static RuleNames of(const rules::RuleSet* rules);  // null: none
};

// {"placement":"home-1","recommender":"for_you","rules":"9f2c01d4","items":[{"id":"..","tier":"individual",
//  "score":1.2,"signals":{"session":0.7,"affinity":0.3},"rules":["spring"]}]}
// An item that no recommender named has "source":"rule spring", too.
// Signals are shares of 1. Without a version the outer "rules" is left out. Appends to `out`; safe inside <script>.
void explain(const store::Snapshot& snapshot, std::string_view placement,
             std::string_view recommender, std::span<const Candidate> items, const RuleNames& rules,
             std::string& out);

}  // namespace pz::recommend
