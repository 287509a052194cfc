#include "recommend/session_knn.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

constexpr std::size_t kMaxItems = 9;     // of the evolving session
constexpr std::size_t kNewest = 1000;    // m
constexpr std::size_t kNearest = 200;    // k
constexpr float kEventDecay = 4;         // l1, in events
constexpr float kAgeDecay = 60 * 86400;  // l2, in seconds
constexpr float kDistanceDecay = 4;      // l3, in items
constexpr float kMatchDecay = 3;         // l4, in events
constexpr float kIdfWeight = 1;          // w

// exp(-i / l) for small i; farther than the table is as far as its end.
class DecayTable {
  public:
    explicit DecayTable(float scale) {
        for (std::size_t i = 0; i < values_.size(); ++i) {
            values_[i] = std::exp(-static_cast<float>(i) / scale);
        }
    }
    float at(std::size_t i) const { return values_[std::min(i, values_.size() - 1)]; }

  private:
    std::array<float, 64> values_{};
};

// One item's session list on its way from the newest to the oldest.
struct Cursor {
    const std::uint32_t* at;
    const std::uint32_t* end;
    float weight;
};

struct Cursors {
    std::array<Cursor, kMaxItems> list;
    std::size_t count = 0;

    void drop_ended() {
        const auto ended = [](const Cursor& c) { return c.at == c.end; };
        count = static_cast<std::size_t>(
            std::remove_if(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(count), ended) -
            list.begin());
    }
    std::span<Cursor> open() { return {list.data(), count}; }
};

Cursors open_lists(const store::Snapshot& snapshot, std::span<const store::ItemIndex> items) {
    static const DecayTable kDecay(kEventDecay);
    Cursors cursors;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto sessions = snapshot.sessions_of(items[items.size() - 1 - i]);
        cursors.list[cursors.count++] = {sessions.data(), sessions.data() + sessions.size(),
                                         kDecay.at(i)};
    }
    cursors.drop_ended();
    return cursors;
}

// The m newest sessions with any of the items. Sessions are numbered by time and the lists are
// sorted, so merging them from the newest on stops at m, without a table of all sessions.
void find_newest(Cursors& cursors, std::vector<Neighbour>& out) {
    out.clear();
    while (cursors.count > 0 && out.size() < kNewest) {
        std::uint32_t newest = 0;
        for (const Cursor& cursor : cursors.open()) {
            newest = std::max(newest, *cursor.at);
        }
        float weight = 0;
        bool ended = false;
        for (Cursor& cursor : cursors.open()) {
            if (*cursor.at == newest) {
                weight += cursor.weight;
                ended |= ++cursor.at == cursor.end;
            }
        }
        if (ended) {
            cursors.drop_ended();
        }
        out.push_back({newest, weight});
    }
}

void keep_nearest(const store::Snapshot& snapshot, std::int64_t now,
                  std::vector<Neighbour>& neighbours) {
    for (Neighbour& neighbour : neighbours) {
        const auto length = static_cast<float>(snapshot.items_of(neighbour.session).size());
        const auto age = static_cast<float>(std::max<std::int64_t>(
            now - static_cast<std::int64_t>(snapshot.session_time(neighbour.session)), 0));
        // A shop without events for years still has neighbours: ages count up to ten decays.
        const float decay = std::exp(-std::min(age / kAgeDecay, 10.0F));
        neighbour.similarity *= decay / std::sqrt(std::max(length, 1.0F));
    }
    const auto nearer = [](const Neighbour& a, const Neighbour& b) {
        return a.similarity != b.similarity ? a.similarity > b.similarity : a.session > b.session;
    };
    if (neighbours.size() > kNearest) {
        std::nth_element(neighbours.begin(), neighbours.begin() + kNearest, neighbours.end(),
                         nearer);
        neighbours.resize(kNearest);
    }
}

void add_scores(std::span<const store::ItemIndex> items, float similarity,
                Scratch::State& scratch) {
    static const DecayTable kMatch(kMatchDecay);
    static const DecayTable kDistance(kDistanceDecay);
    std::size_t match = kMaxItems + 1;  // from the end of the visitor's session, 1 is the latest
    std::size_t match_at = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::size_t place = scratch.place.get(items[i]);
        if (place > 0 && place < match) {
            match = place;
            match_at = i;
        }
    }
    const float weight = similarity * kMatch.at(match - 1);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::size_t distance = i > match_at ? i - match_at : match_at - i;
        scratch.session.at(items[i]) += weight * kDistance.at(distance);
    }
}

// Rare items count for more, and the best that the visitor's session has not becomes 1.
void weigh_scores(const store::Snapshot& snapshot, Scratch::State& scratch) {
    Sparse<float>& scores = scratch.session;
    const auto sessions = static_cast<float>(snapshot.session_count());
    float best = 0;
    for (const store::ItemIndex item : scores.touched()) {
        const auto with = static_cast<float>(std::max(snapshot.session_frequency(item), 1U));
        float& score = scores.at(item);
        score *= 1 + kIdfWeight * std::log(std::max(sessions / with, 1.0F));
        best = scratch.place.get(item) == 0 ? std::max(best, score) : best;
    }
    if (best > 0) {
        for (const store::ItemIndex item : scores.touched()) {
            scores.at(item) /= best;
        }
    }
}

}  // namespace

bool session_scores(const store::Snapshot& snapshot, std::span<const store::ItemIndex> items,
                    std::int64_t now, Scratch::State& scratch) {
    items = items.last(std::min(items.size(), kMaxItems));
    scratch.session.reset(snapshot.item_count());
    scratch.place.reset(snapshot.item_count());
    for (std::size_t i = 0; i < items.size(); ++i) {
        scratch.place.at(items[i]) = static_cast<std::uint8_t>(items.size() - i);
    }
    Cursors cursors = open_lists(snapshot, items);
    find_newest(cursors, scratch.neighbours);
    keep_nearest(snapshot, now, scratch.neighbours);
    for (const Neighbour& neighbour : scratch.neighbours) {
        add_scores(snapshot.items_of(neighbour.session), neighbour.similarity, scratch);
    }
    weigh_scores(snapshot, scratch);
    return !scratch.neighbours.empty();
}

bool session_scores(const Query& query, Scratch::State& scratch) {
    scratch.session.reset(query.snapshot->item_count());
    scratch.place.reset(query.snapshot->item_count());
    if (!personal(query)) {
        return false;
    }
    const visitor::Profile& visitor = *query.visitor;
    if (!visitor.session().empty()) {
        return session_scores(*query.snapshot, visitor.session(), query.now, scratch);
    }
    std::array<store::ItemIndex, kMaxItems> items{};
    const std::size_t count = std::min(visitor.recent().size(), items.size());
    std::reverse_copy(visitor.recent().begin(),
                      visitor.recent().begin() + static_cast<std::ptrdiff_t>(count), items.begin());
    return session_scores(*query.snapshot, {items.data(), count}, query.now, scratch);
}

}  // namespace pz::recommend
