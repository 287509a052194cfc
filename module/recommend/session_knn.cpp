#include "recommend/session_knn.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

constexpr std::size_t kMaxItems = 9;     // of the evolving session
constexpr std::size_t kNewest = 500;     // m
constexpr std::size_t kNearest = 100;    // k
constexpr float kEventDecay = 4;         // l1, in events
constexpr float kAgeDecay = 60 * 86400;  // l2, in seconds
constexpr std::int64_t kAgeStep = 900;   // seconds; 0.02 % of the weight
constexpr float kDistanceDecay = 4;      // l3, in items
constexpr float kMatchDecay = 3;         // l4, in events
constexpr float kWideMatchDecay = 9;     // in events
constexpr float kIdfWeight = 1;          // w
constexpr std::size_t kAhead = 3;        // neighbours, in bringing their items into the cache

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

// The items' session lists on their way from the newest to the oldest. A list that has ended is at
// 0, as sessions count from 1 here.
struct Cursors {
    std::size_t lists = 0;
    std::array<std::uint32_t, kMaxItems> at{};
    std::array<float, kMaxItems> weight{};
    std::array<const std::uint32_t*, kMaxItems> next{};
    std::array<const std::uint32_t*, kMaxItems> end{};

    std::uint32_t newest() const {
        std::uint32_t newest = 0;
        for (std::size_t i = 0; i < lists; ++i) {
            newest = std::max(newest, at[i]);
        }
        return newest;
    }
    void step(std::size_t i) { at[i] = next[i] == end[i] ? 0 : *next[i]++ + 1; }
};

Cursors open_lists(const store::Snapshot& snapshot, std::span<const store::ItemIndex> items) {
    static const DecayTable kDecay(kEventDecay);
    Cursors cursors;
    cursors.lists = items.size();
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto sessions = snapshot.sessions_of(items[items.size() - 1 - i]);
        cursors.weight[i] = kDecay.at(i);
        cursors.next[i] = sessions.data();
        cursors.end[i] = sessions.data() + sessions.size();
        cursors.step(i);
    }
    return cursors;
}

// The m newest sessions with any of the items. Sessions are numbered by time and the lists are
// sorted, so merging them from the newest on stops at m, without a table of all sessions.
void find_newest(Cursors& cursors, const store::SessionTable& sessions,
                 std::vector<Neighbour>& out) {
    out.clear();
    while (out.size() < kNewest) {
        const std::uint32_t newest = cursors.newest();
        if (newest == 0) {
            return;
        }
        float weight = 0;
        for (std::size_t i = 0; i < cursors.lists; ++i) {
            if (cursors.at[i] == newest) {
                weight += cursors.weight[i];
                cursors.step(i);
            }
        }
        sessions.expect(newest - 1);
        out.push_back({newest - 1, weight});
    }
}

float shortness(std::size_t length) {
    static const std::array<float, 64> kRoots = [] {
        std::array<float, 64> roots{};
        for (std::size_t i = 0; i < roots.size(); ++i) {
            roots[i] = 1 / std::sqrt(static_cast<float>(std::max<std::size_t>(i, 1)));
        }
        return roots;
    }();
    return kRoots[std::min(length, kRoots.size() - 1)];
}

void weigh_neighbours(const store::SessionTable& sessions, std::int64_t now,
                      std::vector<Neighbour>& neighbours) {
    std::int64_t decayed_at = -1;
    float decay = 1;
    for (Neighbour& neighbour : neighbours) {
        const auto time = static_cast<std::int64_t>(sessions.time(neighbour.session));
        // They come newest first: one decay does for a quarter of an hour.
        if (decayed_at < 0 || decayed_at - time > kAgeStep) {
            decayed_at = time;
            const auto age = static_cast<float>(std::max<std::int64_t>(now - time, 0));
            // A shop without events for years still has neighbours: ages count up to ten decays.
            decay = std::exp(-std::min(age / kAgeDecay, 10.0F));
        }
        neighbour.similarity *= decay * shortness(sessions.items_of(neighbour.session).size());
    }
}

// The k most similar; of equal ones the newest. A positive float with larger bits is larger, so one
// number is all that is compared and moved.
void keep_nearest(std::vector<Neighbour>& neighbours, std::vector<std::uint64_t>& keys) {
    if (neighbours.size() <= kNearest) {
        return;
    }
    keys.clear();
    for (const Neighbour& neighbour : neighbours) {
        const std::uint64_t similarity = std::bit_cast<std::uint32_t>(neighbour.similarity);
        keys.push_back(~(similarity << 32U | neighbour.session));
    }
    std::nth_element(keys.begin(), keys.begin() + kNearest, keys.end());
    neighbours.resize(kNearest);
    for (std::size_t i = 0; i < kNearest; ++i) {
        neighbours[i] = {static_cast<std::uint32_t>(~keys[i]),
                         std::bit_cast<float>(static_cast<std::uint32_t>(~keys[i] >> 32U))};
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

// One neighbour's items.
void add_items(std::span<const store::ItemIndex> items, float similarity, Scratch::State& scratch) {
    static const DecayTable kMatch(kMatchDecay);
    static const DecayTable kWideMatch(kWideMatchDecay);
    static const DecayTable kDistance(kDistanceDecay);
    std::size_t match = kMaxItems + 1;  // from the end of the visitor's session, 1 is the latest
    std::size_t match_at = 0;
    scratch.met.resize(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        scratch.met[i] = scratch.clues.index(items[i]);
        const std::size_t place = scratch.clues[scratch.met[i]].place;
        if (place > 0 && place < match) {
            match = place;
            match_at = i;
        }
    }
    const float near = similarity * kMatch.at(match - 1);
    const float wide = similarity * kWideMatch.at(match - 1);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::size_t distance = i > match_at ? i - match_at : match_at - i;
        Clue& clue = scratch.clues[scratch.met[i]];
        clue.near += near * kDistance.at(distance);
        clue.wide += wide;
    }
}

void add_neighbours(const store::SessionTable& sessions, Scratch::State& scratch) {
    const std::span<const Neighbour> neighbours = scratch.neighbours;
    for (const Neighbour& neighbour : neighbours) {
        sessions.expect_items(neighbour.session);
    }
    for (std::size_t i = 0; i < neighbours.size(); ++i) {
        if (i + kAhead < neighbours.size()) {
            for (const store::ItemIndex item : sessions.items_of(neighbours[i + kAhead].session)) {
                scratch.clues.expect(item);
                sessions.expect_frequency(item);
            }
        }
        add_items(sessions.items_of(neighbours[i].session), neighbours[i].similarity, scratch);
    }
}

// Rare items count for more.
void weigh_near(const store::SessionTable& sessions, std::span<Clue> clues) {
    const float all = log_of(static_cast<std::uint32_t>(std::max<std::size_t>(sessions.size(), 1)));
    for (Clue& clue : clues) {
        const std::uint32_t with = std::max(sessions.frequency(clue.item), 1U);
        clue.near *= 1 + kIdfWeight * std::max(all - log_of(with), 0.0F);
    }
}

}  // namespace

std::size_t add_sessions(const store::Snapshot& snapshot, std::span<const store::ItemIndex> items,
                         std::int64_t now, Scratch::State& scratch) {
    items = items.last(std::min(items.size(), kMaxItems));
    const store::SessionTable sessions = snapshot.sessions();
    Cursors cursors = open_lists(snapshot, items);
    find_newest(cursors, sessions, scratch.neighbours);
    const std::size_t found = scratch.neighbours.size();
    weigh_neighbours(sessions, now, scratch.neighbours);
    keep_nearest(scratch.neighbours, scratch.keys);
    add_neighbours(sessions, scratch);
    weigh_near(sessions, scratch.clues.all());
    return found;
}

}  // namespace pz::recommend
