#include "recommend/tile_signals.hpp"

#include <algorithm>
#include <cmath>

#include "recommend/candidates.hpp"
#include "recommend/next_item.hpp"

namespace pz::recommend {

const TileValues kOrderDefaults = {
    0.4F,   // place
    0.3F,   // appeal
    0.0F,   // popularity
    0.3F,   // touched
    0.7F,   // latest
    1.5F,   // recency
    -0.5F,  // taken
    0.7F,   // behind
    0.9F,   // followed
    0.25F,  // session
    2.0F,   // affinity
    0.3F,   // price
    1.5F,   // segment
};

namespace {

constexpr std::size_t kFollowers = 500;  // of the newest sessions with the item touched last
constexpr std::size_t kAhead = 8;        // sessions, in bringing their items into the cache
constexpr float kFollowSmoothing = 20;   // sessions' worth of "as often as everywhere"
constexpr float kSessionScale = 1000;    // of the probability that it comes next
constexpr float kSurely = 0.2F;          // more tells nothing more
constexpr std::size_t kPriced = 5;       // last touched items whose prices count
constexpr std::size_t kBehind = 3;

float& value(TileValues& values, TileSignal signal) {
    return values[static_cast<std::size_t>(signal)];
}

bool turned_to(const Query& query, const visitor::Touch& touch) {
    return visitor::interest(touch.type) > 0 && !unwanted(query, touch.item);
}

bool takes(visitor::EventType type) {
    return type == visitor::EventType::select_item || type == visitor::EventType::add_to_cart ||
           type == visitor::EventType::purchase;
}

// The one that the visitor turned to last; kNoItem: none.
store::ItemIndex latest_of(const Query& query) {
    const auto touches = query.visitor->touches();
    const auto found = std::find_if(touches.begin(), touches.end(),
                                    [&](const auto& touch) { return turned_to(query, touch); });
    return found == touches.end() ? store::kNoItem : found->item;
}

// What the visitor's own touches say of each item: a table for the tiles to look up.
class Touched {
  public:
    Touched(const Query& query, Scratch::State& state) : state_(state) {
        for (Sparse<float>* sparse : {&state.own, &state.bought, &state.recency}) {
            sparse->reset(query.snapshot->item_count());
        }
        std::size_t ago = 0;
        for (const visitor::Touch& touch : query.visitor->touches()) {
            if (!turned_to(query, touch)) {
                continue;
            }
            ++ago;
            state.own.at(touch.item) += 1;
            state.bought.at(touch.item) += takes(touch.type) ? 1.0F : 0.0F;
            float& recency = state.recency.at(touch.item);
            recency = std::max(recency, 1 / static_cast<float>(ago));
        }
    }
    void read(store::ItemIndex item, TileValues& values) const {
        value(values, TileSignal::touched) = std::log1p(state_.own.get(item));
        value(values, TileSignal::recency) = state_.recency.get(item);
        value(values, TileSignal::latest) = state_.recency.get(item) == 1 ? 1.0F : 0.0F;
        value(values, TileSignal::taken) = state_.bought.get(item) > 0 ? 1.0F : 0.0F;
    }

  private:
    Scratch::State& state_;
};

// What came right after an item in the newest sessions with it.
class Followers {
  public:
    Followers(const Query& query, store::ItemIndex item, Scratch::State& state)
        : snapshot_(*query.snapshot), sessions_(snapshot_.sessions()), counts_(state.pool) {
        counts_.reset(snapshot_.item_count());
        auto with = snapshot_.sessions_of(item);
        with = with.first(std::min(with.size(), kFollowers));
        for (std::size_t i = 0; i < with.size(); ++i) {
            if (i + 2 * kAhead < with.size()) {
                sessions_.expect(with[i + 2 * kAhead]);
                sessions_.expect_items(with[i + kAhead]);
            }
            count(sessions_.items_of(with[i]), item);
        }
    }
    // 0 without sessions.
    float log_lift(store::ItemIndex item) const {
        if (total_ == 0) {
            return 0;
        }
        const float everywhere = share(item);
        return std::log((counts_.get(item) + kFollowSmoothing * everywhere) /
                        ((total_ + kFollowSmoothing) * everywhere));
    }
    bool follows(store::ItemIndex item) const { return counts_.get(item) > 0; }

  private:
    void count(std::span<const store::ItemIndex> session, store::ItemIndex item) {
        const auto at = std::find(session.begin(), session.end(), item);
        if (at != session.end() && at + 1 != session.end()) {
            counts_.at(at[1]) += 1;
            total_ += 1;
        }
    }
    // Of all sessions' next items; never 0.
    float share(store::ItemIndex item) const {
        return (static_cast<float>(sessions_.frequency(item)) + 1) /
               static_cast<float>(sessions_.entries() + snapshot_.item_count());
    }

    const store::Snapshot& snapshot_;
    const store::SessionTable sessions_;
    Sparse<float>& counts_;
    float total_ = 0;
};

// 0: unknown.
float log_price(const store::Snapshot& snapshot, store::ItemIndex item) {
    const std::int64_t micros = snapshot.live(item).current_price_micros();
    return micros > 0 ? std::log(static_cast<float>(micros)) : 0;
}

// The geometric mean of what the items touched last cost, as a logarithm; 0: unknown.
float usual_price(const Query& query) {
    float sum = 0;
    float count = 0;
    for (const visitor::Touch& touch : query.visitor->touches()) {
        const float price = turned_to(query, touch) ? log_price(*query.snapshot, touch.item) : 0;
        if (price > 0) {
            sum += price;
            count += 1;
        }
        if (count == kPriced) {
            break;
        }
    }
    return count > 0 ? sum / count : 0;
}

void read_global(const Query& query, store::ItemIndex item, std::uint32_t place,
                 TileValues& values) {
    values.fill(0);
    value(values, TileSignal::place) = -std::log1p(static_cast<float>(place));
    value(values, TileSignal::appeal) = std::log(query.snapshot->signals(item).appeal);
    value(values, TileSignal::popularity) =
        std::log1p(std::max(query.snapshot->live(item).popularity, 0.0F));
}

// 1/d for the tiles right below the one touched last of this listing.
void read_behind(std::span<TileValues> values) {
    const auto recency = [](const TileValues& v) {
        return v[static_cast<std::size_t>(TileSignal::recency)];
    };
    const auto latest = std::max_element(
        values.begin(), values.end(),
        [&](const TileValues& a, const TileValues& b) { return recency(a) < recency(b); });
    if (latest == values.end() || recency(*latest) == 0) {
        return;
    }
    for (std::size_t d = 1; d <= kBehind && values.end() - latest > std::ssize(values.first(d));
         ++d) {
        value(latest[static_cast<std::ptrdiff_t>(d)], TileSignal::behind) =
            1 / static_cast<float>(d);
    }
}

// What speaks for one tile as for any other arranges nothing.
bool tells_apart(std::span<const TileValues> tiles) {
    constexpr TileSignal kEvidence[] = {TileSignal::touched, TileSignal::followed,
                                        TileSignal::session, TileSignal::affinity,
                                        TileSignal::segment};
    return std::any_of(std::begin(kEvidence), std::end(kEvidence), [tiles](TileSignal signal) {
        const auto at = static_cast<std::size_t>(signal);
        return std::any_of(tiles.begin(), tiles.end(), [tiles, at](const TileValues& tile) {
            return tile[at] != tiles.front()[at];
        });
    });
}

}  // namespace

bool tile_signals(const Query& query, Scratch& scratch, std::span<const store::ItemIndex> items,
                  std::span<const std::uint32_t> places, std::vector<TileValues>& values,
                  std::vector<Tier>& tiers) {
    Scratch::State& state = scratch.state();
    values.resize(items.size());
    tiers.assign(items.size(), Tier::pre);
    for (std::size_t i = 0; i < items.size(); ++i) {
        read_global(query, items[i], places[i], values[i]);
    }
    bool signal = false;
    segment_scores(query, state.pool);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const float share = value(values[i], TileSignal::segment) = state.pool.get(items[i]);
        tiers[i] = share > 0 ? Tier::segment : Tier::pre;
        signal |= share > 0;
    }
    if (!personal(query)) {
        return signal && tells_apart(values);
    }
    score_listed(query, items, state);
    const AffinityScale affinity(query, state);
    const Touched touched(query, state);
    const Followers followers(query, latest_of(query), state);
    const float usual = usual_price(query);
    for (std::size_t i = 0; i < items.size(); ++i) {
        TileValues& tile = values[i];
        if (unwanted(query, items[i])) {
            value(tile, TileSignal::segment) = 0;
            tiers[i] = Tier::pre;
            continue;
        }
        touched.read(items[i], tile);
        value(tile, TileSignal::followed) = followers.log_lift(items[i]);
        const Clue* clue = state.clues.find(items[i]);
        const float session = clue == nullptr ? 0 : std::min(clue->score, kSurely);
        value(tile, TileSignal::session) = std::log1p(kSessionScale * session);
        const float taste = value(tile, TileSignal::affinity) = affinity.of(items[i]);
        const float price = log_price(*query.snapshot, items[i]);
        value(tile, TileSignal::price) = usual > 0 && price > 0 ? -std::abs(price - usual) : 0;
        if (value(tile, TileSignal::touched) > 0 || session > 0 || taste > 0 ||
            followers.follows(items[i])) {
            tiers[i] = Tier::individual;
            signal = true;
        }
    }
    read_behind(values);
    return signal && tells_apart(values);
}

TileValues order_weights(const store::Snapshot& snapshot) {
    const auto learned = snapshot.order_weights();
    TileValues weights = kOrderDefaults;
    if (learned.size() == weights.size()) {
        std::copy(learned.begin(), learned.end(), weights.begin());
    }
    return weights;
}

}  // namespace pz::recommend
