#include "recommend/session_knn.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

constexpr std::size_t kMaxItems = 9;     // of the evolving session
constexpr std::size_t kNewest = 500;     // m
constexpr std::size_t kNearest = 100;    // k
constexpr float kEventDecay = 4;         // l1, in events
constexpr float kAgeDecay = 60 * 86400;  // l2, in seconds
constexpr float kDistanceDecay = 4;      // l3, in items
constexpr float kMatchDecay = 3;         // l4, in events
constexpr float kWideMatchDecay = 9;     // in events
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

// log(i), for what is counted.
float log_of(std::uint32_t count) {
    static const std::array<float, 4096> kLogs = [] {
        std::array<float, 4096> logs{};
        for (std::size_t i = 1; i < logs.size(); ++i) {
            logs[i] = std::log(static_cast<float>(i));
        }
        return logs;
    }();
    return count < kLogs.size() ? kLogs[count] : std::log(static_cast<float>(count));
}

void add_evidence(std::span<const store::ItemIndex> items, float similarity,
                  Scratch::State& scratch) {
    static const DecayTable kMatch(kMatchDecay);
    static const DecayTable kWideMatch(kWideMatchDecay);
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
    const float near = similarity * kMatch.at(match - 1);
    const float wide = similarity * kWideMatch.at(match - 1);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::size_t distance = i > match_at ? i - match_at : match_at - i;
        Evidence& evidence = scratch.evidence.at(items[i]);
        evidence.near += near * kDistance.at(distance);
        evidence.wide += wide;
    }
}

// Rare items count for more.
void weigh_near(const store::Snapshot& snapshot, Sparse<Evidence>& evidence) {
    const auto sessions = static_cast<std::uint32_t>(snapshot.session_count());
    const float all = log_of(std::max(sessions, 1U));
    for (const store::ItemIndex item : evidence.touched()) {
        const std::uint32_t with = std::max(snapshot.session_frequency(item), 1U);
        evidence.at(item).near *= 1 + kIdfWeight * std::max(all - log_of(with), 0.0F);
    }
}

}  // namespace

std::size_t add_sessions(const store::Snapshot& snapshot, std::span<const store::ItemIndex> items,
                         std::int64_t now, Scratch::State& scratch) {
    items = items.last(std::min(items.size(), kMaxItems));
    Cursors cursors = open_lists(snapshot, items);
    find_newest(cursors, scratch.neighbours);
    const std::size_t found = scratch.neighbours.size();
    keep_nearest(snapshot, now, scratch.neighbours);
    for (const Neighbour& neighbour : scratch.neighbours) {
        add_evidence(snapshot.items_of(neighbour.session), neighbour.similarity, scratch);
    }
    weigh_near(snapshot, scratch.evidence);
    return found;
}

}  // namespace pz::recommend
