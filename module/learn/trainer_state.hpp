// What a trainer remembers. Internal to learn.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "learn/attention.hpp"
#include "learn/list_log.hpp"
#include "learn/repeats.hpp"
#include "learn/seen_events.hpp"
#include "learn/session_log.hpp"
#include "learn/text_hash.hpp"
#include "learn/trainer.hpp"

namespace pz::learn {

// A weight that halves every half-life. Additions may come in any order.
class Decayed {
  public:
    Decayed() = default;
    Decayed(double weight, std::int64_t time) : weight_(weight), time_(time) {}

    double weight() const { return weight_; }  // at time()
    std::int64_t time() const { return time_; }
    void add(double weight, std::int64_t time, double half_life);
    double at(std::int64_t now, double half_life) const;
    // Orders weights as at() does at any later moment; of weights over 0.
    double rank(double half_life) const;

  private:
    double weight_ = 0;
    std::int64_t time_ = 0;  // when weight_ was right
};

struct Product {
    store::ItemInput input;
    bool listed = false;
    Decayed weight;
    Decayed shown;                 // the part of it that followed an impression
    std::int64_t first_event = 0;  // 0: none
    std::uint32_t restocked = 0;   // as in LiveFields
};

// A visitor whose session or basket may go on.
struct Visit {
    struct Seen {
        Slot item;
        bool browsed;  // viewed or liked in this session, not only put in the cart or bought
    };
    std::int64_t last = 0;      // time of the last event
    std::uint64_t touched = 0;  // the number of the last event
    std::vector<Seen> seen;     // by last touch, each once; kMaxSessionItems + 1: too long
    std::int64_t last_purchase = 0;
    std::vector<Slot> basket;
    std::vector<Slot> cart;  // put in and neither taken out nor bought, oldest first
    ListVisit lists;
    std::vector<Slot> clicks;  // of the session, as they came, with repetitions; at most kMaxClicks
    // The edge writes lists when all is known of the visitor, and what rules say, too: they tell for
    // the events that came without.
    std::string segments;  // of the last list that named some; commas between
    std::int64_t segments_at = 0;
};

inline constexpr std::int64_t kSessionGap = 30 * 60;  // seconds
inline constexpr std::int64_t kFuture = 86400;        // seconds; what is dated later is refused
inline constexpr double kLongestSilence = 30;         // half-lives of popularity
inline constexpr std::size_t kMaxSessionItems = 50;
inline constexpr std::size_t kMaxClicks = 100;
inline constexpr std::size_t kMaxTrials = 20'000;
inline constexpr std::size_t kMaxBasketItems = 1000;
inline constexpr std::size_t kMaxCartItems = 100;
inline constexpr std::size_t kMaxVisits = 200'000;
inline constexpr std::size_t kMaxUnlisted = 50'000;  // items that the catalog lacks
inline constexpr std::size_t kMaxSegments = 256;
inline constexpr std::size_t kMaxSegmentName = 64;

// What a segment's visitors like. An event counts once for all the segments that it names, so that a
// long list of names is not stronger than a short one.
struct Segment {
    std::unordered_map<Slot, Decayed> items;
    Decayed strength;
    double rank = 0;            // of the strength
    std::uint64_t touched = 0;  // the number of the last event
};
using Segments = std::map<std::string, Segment, std::less<>>;

// The logs that sessions and baskets go to.
struct Logs {
    SessionLog sessions, browsed, baskets;
    SessionLog trials;  // clicks of the newest sessions, to try predictions on
    explicit Logs(std::size_t max)
        : sessions(max), browsed(max), baskets(max), trials(std::min(max, kMaxTrials)) {}
    void trim();
    void add_session(const Visit& visit);
    void add_basket(const Visit& visit);
};

struct Learned;

// Checkpoints keep all of it but the options and the catalog, which are given anew, and what
// continue_from() takes from the store in service: what is added here is added there too.
struct Trainer::State {
    explicit State(const TrainerOptions& chosen) : options(chosen), logs(chosen.max_sessions) {}

    TrainerOptions options;
    std::vector<Product> products;  // by slot
    ByText<Slot> slots;
    std::vector<std::string_view> ids;  // by slot; the keys of `slots`, which do not move
    std::size_t listed = 0;
    Segments segments;
    std::map<std::string, std::size_t, std::less<>> columns;  // how many listed items have each
    ByText<Visit> visits;
    Logs logs;
    ListLog lists;
    std::vector<float> order_weights;
    Attention attention;
    Repeats repeats;
    std::vector<store::SegmentInput> old_segments;  // of the generation before
    SeenEvents seen;
    std::uint64_t events = 0;
    std::uint64_t refused = 0;  // for their time; not in checkpoints
    std::int64_t newest = 0;
    std::optional<store::Mixture> mixture;

    // When weights are compared: `now`, as far as the events bear it out (trainer.hpp).
    std::int64_t moment(std::int64_t now) const;
    Logs closed_logs() const;  // as if all visits ended now, in the order of their last events
    const Product* find(std::string_view id) const;
    Slot slot_of(std::string_view id);  // of an event: also of an item that the catalog lacks
    Slot add_slot(std::string_view id);
    void weigh(Slot slot, const visitor::Event& event, double weight);
    void weigh_segments(Slot slot, const Visit& visit, const visitor::Event& event, double weight);
    Segment* segment(std::string_view name);  // null: no name for one
    void count_columns(const store::ItemInput& input, int change);
    std::vector<std::string> columns_left_out() const;
    Visit& visit(std::string_view visitor);
    void close_oldest();
    Learned learned(const Logs& logs, const Attention& attention,
                    const std::vector<std::string>& left_out) const;
    void show_list(std::string_view visitor, const visitor::Event& event);
    void learn(Slot slot, std::string_view visitor, const visitor::Event& event, double weight);
    void buy_cart(std::string_view visitor, const visitor::Event& event, double weight);
    void take_out(std::string_view visitor, std::string_view item);  // of the cart
};

// Builds the generation from the catalog, `logs` and weights. Open visits are in `logs` already.
struct Learned {
    const TrainerOptions& options;
    const std::vector<Product>& products;
    const Segments& segments;
    const Logs& logs;
    const std::vector<std::string>& left_out;  // columns, in order
    const std::vector<float>& order_weights;
    const Attention& attention;
    const Repeats& repeats;
    const std::vector<store::SegmentInput>& old_segments;
};
Result<std::unique_ptr<store::SnapshotBuilder>> build_generation(const Learned& learned,
                                                                 std::int64_t now);
// The same, but only with what predicts the next item of a session, and the items' signals.
Result<std::unique_ptr<store::SnapshotBuilder>> build_sessions(const Learned& learned,
                                                               std::int64_t now);

}  // namespace pz::learn
