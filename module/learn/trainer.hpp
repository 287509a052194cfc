// Trainer: events in, a snapshot out.
//
// Holds the catalog and what was learned from all events so far; add() is incremental, so the
// daemon and a run over history files are the same code. write() changes nothing and builds one
// generation:
//   popular / in_category / in_brand / in_segment: visitor::interest() of the events, purchases
//     times min(qty, 3), decayed exponentially (half-life 14 days). Segments are those that events
//     name in their parameter "segment" (comma-separated), and those that the last list
//     shown to the visitor in the half hour before named. Of more than 256 the weakest, by decayed
//     events, makes room for a new one, so that lasting ones stay whatever names come by.
//   new_items, on_sale: from first_seen and the prices of the catalog
//   cross_sell: size-weighted cosine of baskets. A basket is one visitor's purchases with gaps of
//     at most 30 minutes. With w = 2^(-age / 60 days) / sqrt(n - 1) for a basket of n items,
//     C(a,b) = sum of w over the baskets with both, d(a) = sum over b of C(a,b),
//     score(b given a) = C(a,b) / ((d(a) + 0.1)^0.7 (d(b) + 0.1)^0.4). Chosen by measurement on the
//     Online Retail data (a plain cosine ranks rare items too high, plain counts the popular ones).
//     Pairs of one product type count less where people buy one of the kind (complements.hpp).
//   similar: the same over sessions of views (not baskets), both powers 0.5, without recency; plus
//     a quarter of the idf-weighted cosine of attributes and title words, so that an item without
//     history has neighbours too, and is a neighbour of others (cold_items.hpp)
//   sessions: a visitor's events with gaps under 30 minutes, 2 to 50 items; longer ones are
//     machines or wholesalers and are left out
//   next: what is viewed next, see next_links.hpp; the mixture of sources that predicts it is set
//     from outside, for recommending is not this room's
//   signals: appeal and exposure (attention.hpp), and the interval between purchases (repeats.hpp).
//     Every list of popular items is ordered by its weight times the item's appeal. Of that weight,
//     what followed an impression within half an hour counts by 1 / the looks that the item's
//     places get (attention.hpp), ten at most, scaled so that all of it weighs what it did; what
//     came without one counts as it is. Segments found by machine count sessions, not events.
//   unproven: items that were shown less than 200 times at an ordinary place
//   segments found by machine (found_segments.hpp), with in_segment lists as of others: of a
//     session's items, decayed as popularity
// Both kinds of neighbours are pooled over item_group_id: a neighbour group is named by its most
// popular item that is available, and nothing of one's own group is a neighbour.
// Lists and neighbours hold as many available items as the options say, and up to a quarter of that
// in unavailable ones, which may be back before the next generation.
//
// Memory is bounded by the catalog, `max_sessions` and fixed limits of open sessions, items of a
// basket, segments and items that the catalog lacks: events of more of these are counted and teach
// nothing.
// Thread rules: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "learn/catalog.hpp"
#include "learn/sources.hpp"
#include "store/builder.hpp"
#include "store/snapshot.hpp"
#include "store/status.hpp"
#include "visitor/event.hpp"

namespace pz::learn {

struct TrainerOptions {
    std::size_t max_sessions = 1'000'000;        // the newest are kept; baskets are counted apart
    std::size_t neighbours_per_item = 32;        // alternatives
    std::size_t basket_neighbours = 100;         // of cross_sell
    std::size_t next_per_item = 24;              // what is viewed next
    std::size_t list_length = 200;               // of each ranked list
    double popularity_half_life = 14 * 86400.0;  // seconds
    double basket_half_life = 60 * 86400.0;
    std::size_t found_segments = store::kMaxFoundSegments;  // at most; under 2: none
};

// A listing that was shown to a visitor, and the click on it.
struct ListClick {
    struct Touch {
        std::string_view item;
        visitor::EventType type;
        std::int64_t time;
    };
    std::int64_t time = 0;                  // unix seconds
    std::vector<Touch> touches;             // what the visitor did before, oldest first
    std::vector<std::string_view> shown;    // ids in the order shown; empty: not in the catalog
    std::span<const std::uint16_t> places;  // where the shop had put each of them, from 0
    std::uint32_t clicked = 0;              // index into `shown`
};

class Trainer {
  public:
    explicit Trainer(const TrainerOptions& options = {});
    ~Trainer();

    // New or changed; the error names the field. Beyond 256 columns in all, generations leave out
    // those that the fewest items have, but no standard one.
    Status set_item(const store::ItemInput& item);
    // When the item became available again, unix seconds; 0: never.
    void set_restocked(std::string_view id, std::uint32_t time);
    void remove_item(std::string_view id);  // what was learned of it comes back with it
    bool knows(std::string_view id) const;  // it is in the catalog
    std::size_t item_count() const;
    // Columns that generations leave out, in order.
    std::vector<std::string> columns_left_out() const;

    // Events of one visitor must come in order of time; visitors may be mixed. What is learned of an
    // item that the catalog lacks shows as soon as it has it; so many as 50,000 such are remembered.
    // Impressions (visitor/shown_list.hpp) and the clicks on them, events about their items within
    // 30 minutes, teach appeal; those of listings whose order in the shop is known teach the order
    // of listings.
    // Nothing is learned from events dated before 1970 or over a day ahead of this machine's clock,
    // and once only from one that names itself (seen_events.hpp). Clocks go wrong, and a history may
    // be old: popularity and appeal, asked for at a time `now`, fade until the newest event at least,
    // if that is less than a day ahead of it, and until 30 half-lives after it at most. So the order
    // of items holds.
    // Those of no visitor ("") teach popularity alone: they are of many. A purchase that names no
    // item buys the visitor's cart, the newest 100 items put in and neither taken out nor bought.
    void add(std::string_view visitor, const visitor::Event& event);
    // Gives up what is known of the visitor and not yet learned: the session, basket, cart and lists
    // that might go on.
    void forget(std::string_view visitor);
    // The newest clicks on listings, at most 20,000, of those shown at `since` or later. The views
    // die with the call.
    void for_each_list_click(std::int64_t since,
                             const std::function<void(const ListClick&)>& visit) const;
    // For the next generations; recommend::OrderFit makes them. At most 64.
    void set_order_weights(std::vector<float> weights);
    std::uint64_t event_count() const;
    std::uint64_t refused_count() const;  // of them for their time, since the trainer was made
    std::int64_t newest_event() const;    // unix seconds; 0: none

    // The weight that popularity has now.
    float popularity(std::string_view id, std::int64_t now) const;
    // What a generation of now would say, for LiveWriter; nothing: not in the catalog.
    std::optional<store::LiveFields> live_fields(std::string_view id, std::int64_t now) const;

    // What generations hand on: the segments found by machine, the mixture and the order weights.
    void continue_from(const store::Snapshot& before);

    Status write(const store::StagedFile& file, std::uint64_t generation, std::int64_t now);
    Status write(const std::string& path, std::uint64_t generation, std::int64_t now);

    // A checkpoint: what was learned, without the catalog, and how far `sources` were read. The
    // file is whole or as it was before, whenever this process ends. Visits of before the last
    // half hour are closed in it, so it names no older visitors.
    Status save(const store::StagedFile& file, const Sources& sources, std::int64_t now) const;
    // The other way, before anything else is learned; then the catalog is to be set. After an error
    // nothing has changed.
    Status restore(const std::string& path, Sources* sources);

    // The newest sessions of two clicks or more, as they were clicked, with repetitions: at most
    // 20,000 and 100 clicks of each. Calls trial(time of the last click, ids) in no order; the ids
    // die with the call.
    using Trial = std::function<void(std::int64_t, std::span<const std::string_view>)>;
    void each_trial(const Trial& trial) const;
    // A snapshot for trying predictions: the catalog, what sessions that ended by `until` say of the
    // next item, and the appeal of what was shown and clicked in lists by then.
    Status write_past(const std::string& path, std::int64_t until) const;
    // Goes into all generations from now on.
    void set_mixture(const store::Mixture& mixture);

  private:
    class Saving;
    class Restoring;
    Result<std::unique_ptr<store::SnapshotBuilder>> build(std::int64_t now) const;

    struct State;
    std::unique_ptr<State> state_;
};

// A history: lines of `<visitor> TAB <event in text form>`, plain or gzip; empty lines and lines
// that begin with '#' are skipped. Unreadable lines are counted and the first 20 reported.
// `progress` (may be empty) is called now and then with the share of bytes done, 0..1.
struct HistoryReport {
    std::uint64_t events = 0;
    std::uint64_t skipped = 0;
    std::vector<std::string> errors;  // "orders.tsv:17: time: not a number of seconds: 'x'"
};
Result<HistoryReport> read_history(const std::string& path, Trainer& trainer,
                                   const std::function<void(double)>& progress);

}  // namespace pz::learn
