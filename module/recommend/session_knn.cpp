#include "recommend/session_knn.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "recommend/best.hpp"

namespace pz::recommend {

namespace {

constexpr std::size_t kMaxItems = 9;      // of the evolving session
constexpr std::size_t kNewest = 500;      // m
constexpr std::size_t kNearest = 100;     // k
constexpr float kEventDecay = 4;          // l1, in events
constexpr double kAgeDecay = 60 * 86400;  // l2, in seconds
constexpr float kDistanceDecay = 4;       // l3, in items
constexpr float kMatchDecay = 3;          // l4, in events
constexpr float kWideMatchDecay = 9;      // in events
constexpr float kIdfWeight = 1;           // w
constexpr std::size_t kAhead = 16;        // items, in bringing what is known of them into the cache

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

// exp(-age / l2) in steps of a quarter of an hour, 0.02 % of the weight: one factor for each 256
// steps and one for the rest. A shop without events for years still has neighbours: ages count up
// to ten decays.
class AgeDecay {
  public:
    AgeDecay() {
        constexpr double kStepDecay = kAgeDecay / kStep;
        for (std::size_t i = 0; i < kFine; ++i) {
            fine_[i] = static_cast<float>(std::exp(-static_cast<double>(i) / kStepDecay));
        }
        for (std::size_t i = 0; i < coarse_.size(); ++i) {
            coarse_[i] = static_cast<float>(std::exp(-static_cast<double>(i * kFine) / kStepDecay));
        }
    }
    float at(std::int64_t seconds) const {
        const auto step =
            static_cast<std::size_t>(std::clamp<std::int64_t>(seconds, 0, kOldest) / kStep);
        return fine_[step % kFine] * coarse_[step / kFine];
    }

  private:
    static constexpr std::int64_t kStep = 900;
    static constexpr auto kOldest = static_cast<std::int64_t>(10 * kAgeDecay);
    static constexpr std::size_t kFine = 256;
    std::array<float, kFine> fine_{};
    std::array<float, kOldest / kStep / kFine + 1> coarse_{};
};

// The session lists of the visitor's items, the latest item's first.
struct Lists {
    std::size_t count = 0;
    std::array<std::span<const std::uint32_t>, kMaxItems> sessions{};
    std::array<float, kMaxItems> weight{};
};

Lists lists_of(const store::Snapshot& snapshot, std::span<const store::ItemIndex> items) {
    static const DecayTable kDecay(kEventDecay);
    Lists lists;
    for (std::size_t i = 0; i < items.size(); ++i) {
        lists.sessions[i] = snapshot.sessions_of(items[items.size() - 1 - i]);
        lists.weight[i] = kDecay.at(i);
    }
    lists.count = items.size();
    return lists;
}

// Reads the lists from the newest session on, in steps of several sessions of a list.
class Merge {
  public:
    Merge(const Lists& lists, std::size_t stride) : lists_(lists), stride_(stride) {}

    // From there on, in each list.
    void start(std::size_t list, std::size_t at) {
        next_[list] = at;
        look(list);
    }
    // Makes list() and session() those of the newest of the next; false: all have ended.
    bool find() {
        std::uint64_t first = 0;
        for (std::size_t i = 0; i < kMaxItems; ++i) {
            first = keys_[i] > first ? keys_[i] : first;
        }
        first_ = first;
        return first != 0;
    }
    std::size_t list() const { return kLastList - first_ % (kLastList + 1); }
    std::uint32_t session() const {
        return static_cast<std::uint32_t>(first_ / (kLastList + 1)) - 1;
    }
    void step() {
        next_[list()] += stride_;
        look(list());
    }

  private:
    static constexpr std::size_t kLastList = 15;

    void look(std::size_t list) {
        const auto sessions = lists_.sessions[list];
        keys_[list] =
            next_[list] < sessions.size()
                ? (std::uint64_t{sessions[next_[list]]} + 1) * (kLastList + 1) + (kLastList - list)
                : 0;
    }

    const Lists& lists_;
    const std::size_t stride_;
    std::array<std::size_t, kMaxItems> next_{};
    // Of the next sessions: the newest is the largest, of equal ones that of the first list, which
    // the key names; one number, so that no branch is taken on which it is. 0: the list has ended.
    std::array<std::uint64_t, kMaxItems> keys_{};
    std::uint64_t first_ = 0;
};

// A session that fewer than m of the lists' are newer than, but not many fewer. Every 16th of a list
// stands for itself and those up to the next.
std::uint32_t sure_of(const Lists& lists) {
    constexpr std::size_t kStride = 16;
    static_assert(kNewest <= Sums::kMost);
    Merge samples(lists, kStride);
    for (std::size_t i = 0; i < lists.count; ++i) {
        samples.start(i, 0);
    }
    std::uint32_t sure = 0;
    for (std::size_t left = kNewest / kStride; left > 0; --left) {
        if (!samples.find()) {
            return 0;
        }
        sure = samples.session();
        samples.step();
    }
    return sure;
}

// The m newest sessions with any of the items. Sessions are numbered by time and the lists are
// sorted: most of them are known to be among the m without comparing the lists, and merging them
// finds the rest. There is no table of all sessions.
void find_newest(const Lists& lists, const store::SessionTable& sessions, Sums& out) {
    out.clear();
    const auto add = [&](std::uint32_t session, std::size_t list) {
        if (out.add(session, lists.weight[list])) {
            sessions.expect(session);
        }
    };
    const std::uint32_t sure = sure_of(lists);
    Merge rest(lists, 1);
    for (std::size_t i = 0; i < lists.count; ++i) {
        std::size_t at = 0;
        for (; at < lists.sessions[i].size() && lists.sessions[i][at] > sure; ++at) {
            add(lists.sessions[i][at], i);
        }
        rest.start(i, at);
    }
    for (; rest.find(); rest.step()) {
        if (out.all().size() >= kNewest && rest.session() != out.all().back().number) {
            return;
        }
        add(rest.session(), rest.list());
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

// The k most similar; of equal ones the newest. Keys as those of best.hpp.
void keep_nearest(const store::SessionTable& sessions, std::int64_t now,
                  std::span<const Sums::Sum> neighbours, std::vector<std::uint64_t>& keys) {
    static const AgeDecay kDecay;
    keys.resize(neighbours.size());
    for (std::size_t i = 0; i < neighbours.size(); ++i) {
        const std::uint32_t session = neighbours[i].number;
        const float decay = kDecay.at(now - static_cast<std::int64_t>(sessions.time(session)));
        const float similarity =
            neighbours[i].value * decay * shortness(sessions.items_of(session).size());
        keys[i] = key_of(similarity, ~session);
    }
    keep_smallest(kNearest, keys);
}

std::uint32_t session_of(std::uint64_t key) {
    return ~index_of(key);
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

// Rare items count for more.
class Rarity {
  public:
    explicit Rarity(const store::SessionTable& sessions)
        : sessions_(sessions),
          all_(log_of(static_cast<std::uint32_t>(std::max<std::size_t>(sessions.size(), 1)))) {}
    float of(store::ItemIndex item) const {
        const std::uint32_t with = std::max(sessions_.frequency(item), 1U);
        return 1 + kIdfWeight * std::max(all_ - log_of(with), 0.0F);
    }

  private:
    const store::SessionTable& sessions_;
    const float all_;
};

// The items of the nearest, one behind the other.
void gather_crowd(const store::SessionTable& sessions, std::span<const std::uint64_t> nearest,
                  Crowd& crowd) {
    static_assert(kNearest <= 256, "an owner is a byte");
    static_assert(kAhead <= store::SessionTable::kBlock, "the room behind the last item");
    std::size_t count = 0;
    for (const std::uint64_t key : nearest) {
        sessions.expect_items(session_of(key));
        count += sessions.items_of(session_of(key)).size();
    }
    const std::size_t room = count + store::SessionTable::kBlock;
    crowd.items.resize(room);
    crowd.owners.resize(room);
    crowd.places.resize(count);
    std::size_t end = 0;
    for (std::size_t i = 0; i < nearest.size(); ++i) {
        const std::size_t more =
            sessions.copy_items(session_of(nearest[i]), crowd.items.data() + end);
        const std::size_t filled = std::max(more, store::SessionTable::kBlock);
        std::memset(crowd.owners.data() + end, static_cast<int>(i), filled);
        end += more;
    }
}

// What each neighbour says of its items: most of those near the one where it meets the visitor's
// session, which is the latest item that both have.
class Voices {
  public:
    Voices() { meetings_.fill(~std::uint64_t{0}); }

    // Item `at` of the crowd, the owner's, has this place in the visitor's session; 0: none.
    void meet(std::uint8_t owner, std::uint16_t place, std::size_t at) {
        const auto later = static_cast<std::uint16_t>(place - 1);  // none is last
        meetings_[owner] = std::min(meetings_[owner], std::uint64_t{later} << 32U | at);
    }
    // When all have met.
    void start(std::span<const std::uint64_t> nearest) {
        for (std::size_t i = 0; i < nearest.size(); ++i) {
            const float similarity = score_of(nearest[i]);
            const std::size_t place = meetings_[i] >> 32U;
            voices_[i] = {similarity * decays_.match.at(place),
                          similarity * decays_.wide_match.at(place),
                          static_cast<std::uint32_t>(meetings_[i])};
        }
    }
    float near(std::uint8_t owner, std::size_t at) const {
        const Voice& voice = voices_[owner];
        const auto distance = static_cast<std::size_t>(
            std::abs(static_cast<std::int64_t>(at) - static_cast<std::int64_t>(voice.at)));
        return voice.near * decays_.distance.at(distance);
    }
    float wide(std::uint8_t owner) const { return voices_[owner].wide; }

  private:
    struct Decays {
        DecayTable match{kMatchDecay}, wide_match{kWideMatchDecay}, distance{kDistanceDecay};
    };
    static const Decays& decays() {
        static const Decays kDecays;
        return kDecays;
    }
    struct Voice {
        float near, wide;
        std::uint32_t at;
    };
    const Decays& decays_ = decays();
    std::array<std::uint64_t, kNearest> meetings_;  // by owner: place in the session; in the crowd
    std::array<Voice, kNearest> voices_;
};

// Makes the crowd's places those of its items, the ones that may be listed first; returns how many
// these are.
std::size_t put_listed_first(const store::SessionTable& sessions, const Few& listed, Crowd& crowd) {
    std::size_t begin = 0;
    std::size_t end = crowd.places.size();
    for (std::uint32_t i = 0; i < crowd.places.size(); ++i) {
        sessions.expect_frequency(crowd.items[i]);
        const std::size_t first = listed.may_have(crowd.items[i]) ? 1 : 0;
        crowd.places[begin] = i;
        crowd.places[end - 1] = i;  // one of the two is right, and the other one free
        begin += first;
        end -= 1 - first;
    }
    return begin;
}

// state.keys of the neighbours; returns how many sessions they were chosen from.
std::size_t find_nearest(const store::Snapshot& snapshot, std::span<const store::ItemIndex> items,
                         std::int64_t now, Scratch::State& scratch) {
    const store::SessionTable sessions = snapshot.sessions();
    items = items.last(std::min(items.size(), kMaxItems));
    find_newest(lists_of(snapshot, items), sessions, scratch.neighbours);
    keep_nearest(sessions, now, scratch.neighbours.all(), scratch.keys);
    return scratch.neighbours.all().size();
}

}  // namespace

std::size_t add_sessions(const store::Snapshot& snapshot, std::span<const store::ItemIndex> items,
                         std::int64_t now, Scratch::State& scratch) {
    const store::SessionTable sessions = snapshot.sessions();
    const std::size_t found = find_nearest(snapshot, items, now, scratch);
    Crowd& crowd = scratch.crowd;
    gather_crowd(sessions, scratch.keys, crowd);
    Clues::Writer clues(scratch.clues, crowd.places.size());
    Voices voices;
    for (std::size_t i = 0; i < crowd.places.size(); ++i) {
        scratch.clues.expect(crowd.items[i + kAhead]);
        sessions.expect_frequency(crowd.items[i + kAhead]);
        crowd.places[i] = clues.index(crowd.items[i]);
        voices.meet(crowd.owners[i], clues[crowd.places[i]].place, i);
    }
    voices.start(scratch.keys);
    for (std::size_t i = 0; i < crowd.places.size(); ++i) {
        Clue& clue = clues[crowd.places[i]];
        clue.near += voices.near(crowd.owners[i], i);
        clue.wide += voices.wide(crowd.owners[i]);
    }
    clues.finish();
    const Rarity rarity(sessions);
    for (Clue& clue : scratch.clues.all()) {
        clue.near *= rarity.of(clue.item);
    }
    return found;
}

std::size_t add_sessions_of_listed(const store::Snapshot& snapshot,
                                   std::span<const store::ItemIndex> items, std::int64_t now,
                                   Scratch::State& scratch, Clue& others) {
    const store::SessionTable sessions = snapshot.sessions();
    const std::size_t found = find_nearest(snapshot, items, now, scratch);
    Crowd& crowd = scratch.crowd;
    gather_crowd(sessions, scratch.keys, crowd);
    const std::size_t listed = put_listed_first(sessions, scratch.few, crowd);
    Voices voices;
    for (const std::uint32_t i : std::span(crowd.places).first(listed)) {
        if (const Clue* clue = scratch.clues.find(crowd.items[i])) {
            voices.meet(crowd.owners[i], clue->place, i);
        }
    }
    voices.start(scratch.keys);
    const Rarity rarity(sessions);
    const auto add = [&](std::uint32_t i, Clue& clue) {
        clue.near += voices.near(crowd.owners[i], i) * rarity.of(crowd.items[i]);
        clue.wide += voices.wide(crowd.owners[i]);
    };
    for (const std::uint32_t i : std::span(crowd.places).first(listed)) {
        Clue* const clue = scratch.clues.find(crowd.items[i]);
        add(i, clue != nullptr ? *clue : others);
    }
    Clue rest;
    for (const std::uint32_t i : std::span(crowd.places).subspan(listed)) {
        add(i, rest);
    }
    others.near += rest.near;
    others.wide += rest.wide;
    return found;
}

}  // namespace pz::recommend
