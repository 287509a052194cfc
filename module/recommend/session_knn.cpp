#include "recommend/session_knn.hpp"

#include <algorithm>
#include <array>
#include <cmath>

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
constexpr std::size_t kAhead = 3;         // neighbours, in bringing their items into the cache

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
    // The list whose next session is the newest; false: all have ended.
    bool find(std::size_t* list) const {
        *list = 0;
        for (std::size_t i = 1; i < lists_.count; ++i) {
            *list = newest_[i] > newest_[*list] ? i : *list;
        }
        return newest_[*list] != 0;
    }
    std::uint32_t session(std::size_t list) const { return newest_[list] - 1; }
    void step(std::size_t list) {
        next_[list] += stride_;
        look(list);
    }

  private:
    void look(std::size_t list) {
        const auto sessions = lists_.sessions[list];
        newest_[list] = next_[list] < sessions.size() ? sessions[next_[list]] + 1 : 0;
    }

    const Lists& lists_;
    const std::size_t stride_;
    std::array<std::size_t, kMaxItems> next_{};
    std::array<std::uint32_t, kMaxItems> newest_{};  // counted from 1; 0: the list has ended
};

// A session that fewer than m of the lists' are newer than, but not many fewer. Every 16th of a list
// stands for itself and those up to the next.
std::uint32_t sure_of(const Lists& lists) {
    constexpr std::size_t kStride = 16;
    static_assert(kNewest <= Neighbours::kMost);
    Merge samples(lists, kStride);
    for (std::size_t i = 0; i < lists.count; ++i) {
        samples.start(i, 0);
    }
    std::uint32_t sure = 0;
    std::size_t at = 0;
    for (std::size_t left = kNewest / kStride; left > 0; --left) {
        if (!samples.find(&at)) {
            return 0;
        }
        sure = samples.session(at);
        samples.step(at);
    }
    return sure;
}

// The m newest sessions with any of the items. Sessions are numbered by time and the lists are
// sorted: most of them are known to be among the m without comparing the lists, and merging them
// finds the rest. There is no table of all sessions.
void find_newest(const Lists& lists, const store::SessionTable& sessions, Neighbours& out) {
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
    for (std::size_t at = 0; rest.find(&at); rest.step(at)) {
        const std::uint32_t session = rest.session(at);
        if (out.all().size() >= kNewest && session != out.all().back().session) {
            return;
        }
        add(session, at);
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
                  std::span<const Neighbours::Neighbour> neighbours,
                  std::vector<std::uint64_t>& keys) {
    static const AgeDecay kDecay;
    keys.resize(neighbours.size());
    for (std::size_t i = 0; i < neighbours.size(); ++i) {
        const std::uint32_t session = neighbours[i].session;
        const float decay = kDecay.at(now - static_cast<std::int64_t>(sessions.time(session)));
        const float similarity =
            neighbours[i].similarity * decay * shortness(sessions.items_of(session).size());
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

// Where a neighbour meets the visitor's session: with the latest item that both have.
struct Match {
    std::size_t place = kMaxItems + 1;  // from the end of the visitor's session, 1 is the latest
    std::size_t at = 0;                 // in the neighbour
    void meet(std::size_t other, std::size_t i) {
        if (other > 0 && other < place) {
            place = other;
            at = i;
        }
    }
};

// What a neighbour says of each of its items.
class Voice {
  public:
    Voice(float similarity, const Match& match)
        : at_(match.at),
          near_(similarity * decays().match.at(match.place - 1)),
          wide_(similarity * decays().wide_match.at(match.place - 1)) {}
    float near(std::size_t i) const {
        return near_ * decays().distance.at(i > at_ ? i - at_ : at_ - i);
    }
    float wide() const { return wide_; }

  private:
    struct Decays {
        DecayTable match{kMatchDecay}, wide_match{kWideMatchDecay}, distance{kDistanceDecay};
    };
    static const Decays& decays() {
        static const Decays kDecays;
        return kDecays;
    }
    const std::size_t at_;
    const float near_, wide_;
};

// One neighbour's items.
void add_items(std::span<const store::ItemIndex> items, float similarity, Scratch::State& scratch) {
    Match match;
    scratch.met.resize(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        scratch.met[i] = scratch.clues.index(items[i]);
        match.meet(scratch.clues[scratch.met[i]].place, i);
    }
    const Voice voice(similarity, match);
    for (std::size_t i = 0; i < items.size(); ++i) {
        Clue& clue = scratch.clues[scratch.met[i]];
        clue.near += voice.near(i);
        clue.wide += voice.wide();
    }
}

// Of them the listed ones; `others` gets what belongs to all others.
void add_listed(std::span<const store::ItemIndex> items, float similarity, const Rarity& rarity,
                Clues& clues, Clue& others) {
    Match match;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (const Clue* clue = clues.find(items[i])) {
            match.meet(clue->place, i);
        }
    }
    const Voice voice(similarity, match);
    float near = 0;
    float wide = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (Clue* clue = clues.find(items[i])) {
            clue->near += voice.near(i);
            clue->wide += voice.wide();
        } else {
            near += voice.near(i) * rarity.of(items[i]);
            wide += voice.wide();
        }
    }
    others.near += near;
    others.wide += wide;
}

// Calls each(items, similarity) for the nearest.
template <class Each>
void for_nearest(const store::SessionTable& sessions, const Scratch::State& scratch, Each each) {
    const std::span<const std::uint64_t> nearest = scratch.keys;
    for (const std::uint64_t key : nearest) {
        sessions.expect_items(session_of(key));
    }
    for (std::size_t i = 0; i < nearest.size(); ++i) {
        if (i + kAhead < nearest.size()) {
            for (const store::ItemIndex item : sessions.items_of(session_of(nearest[i + kAhead]))) {
                scratch.clues.expect(item);
                sessions.expect_frequency(item);
            }
        }
        each(sessions.items_of(session_of(nearest[i])), score_of(nearest[i]));
    }
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
    for_nearest(sessions, scratch, [&](std::span<const store::ItemIndex> own, float similarity) {
        add_items(own, similarity, scratch);
    });
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
    const Rarity rarity(sessions);
    for_nearest(sessions, scratch, [&](std::span<const store::ItemIndex> own, float similarity) {
        add_listed(own, similarity, rarity, scratch.clues, others);
    });
    for (Clue& clue : scratch.clues.all()) {
        clue.near *= rarity.of(clue.item);
    }
    return found;
}

}  // namespace pz::recommend
