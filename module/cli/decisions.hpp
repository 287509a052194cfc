// Decisions: moments of a history at which a placement was, or could have been, filled for a visitor.
//
// A history is lines of `<visitor> TAB <event>` (as `personalize learn --history` reads) or what
// `redis-cli XRANGE pz:events:0 - +` prints. Where it has impressions of placements (view_item_list
// with `list` and `items`), these are the decisions; a visitor without any has one for each placement
// that was asked for, after the last event.
// Thread rules: pure functions and values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/visitor_state.hpp"
#include "store/status.hpp"

namespace pz::cli {

struct Decision {
    std::string placement;
    // Of a widget, "for_you,popular"; empty: a listing, whose items are `shown`.
    std::string recommenders;
    // Ids; empty: not in the catalog. Of a listing in the shop's order, as far as that is known.
    std::vector<std::string> shown;
    std::string page_item, category, query;  // what it was about; empty: nothing that is known
    std::size_t limit = 8;                   // of a widget
    std::int64_t time = 0;                   // unix seconds
    VisitorState state;                      // before it: what the visitor had done
    std::string visitor;
};

// A placement to try where the history has no impressions.
struct PlacementChoice {
    std::string name;
    std::string recommenders;
};

struct DecisionOptions {
    std::vector<PlacementChoice> placements;  // empty: home, filled by for_you,popular
    std::size_t limit = 8;
    std::size_t sample = 1000;  // decisions at most; of a visitor at most kMostOfOne
    static constexpr std::size_t kMostOfOne = 8;
};

struct Decisions {
    std::vector<Decision> list;  // of visitors drawn by a hash of their ids: always the same
    std::size_t visitors = 0;    // drawn
    std::size_t visitors_in_all = 0;
    std::size_t events = 0;
    std::size_t unreadable = 0;
};

// `name` stands in messages.
Result<Decisions> read_decisions(std::string_view history, const std::string& name,
                                 const DecisionOptions& options);

}  // namespace pz::cli
