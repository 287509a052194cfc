#include "recommend/next_item.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "recommend/candidates.hpp"
#include "recommend/session_knn.hpp"

namespace pz::recommend {

namespace {

using store::NeighbourKind;
using store::Source;
using store::Turn;

constexpr std::size_t kLinkedItems = 5;  // of the end of the session
constexpr float kLinkDecay = 1.5F;       // items
constexpr std::size_t kSteps = 16;       // of each item's links, for two of them
constexpr float kEarlierDecay = 3;       // items
constexpr std::size_t kMaxPlace = 255;
constexpr std::size_t kRecentItems = 9;  // when there is no current session
constexpr std::size_t kFewSessions = 30;
constexpr std::size_t kSomeSessions = 300;

// How the session came to its latest item, by the views of it.
Turn turn_of(const visitor::Profile& visitor) {
    if (visitor.session().empty()) {
        return Turn::first_look;
    }
    const store::ItemIndex latest = visitor.session().back();
    std::size_t views = 0;
    std::int64_t later = visitor.touches().front().time;
    for (const visitor::Touch& touch : visitor.touches()) {
        if (later - touch.time > visitor::kSessionGap) {
            break;
        }
        later = touch.time;
        if (touch.type != visitor::EventType::view_item) {
            continue;
        }
        if (++views > 1 && touch.item == latest) {
            return views == 2 ? Turn::again : Turn::back;
        }
    }
    return Turn::first_look;
}

std::size_t context_of(Turn turn, std::size_t items, std::size_t sessions) {
    const std::size_t length = items <= 2 ? items - 1 : items <= 4 ? 2 : 3;
    const std::size_t support = sessions < kFewSessions ? 0 : sessions < kSomeSessions ? 1 : 2;
    return store::mixture_context(turn, support, length);
}

// The lists of what an item leads to are far apart in memory: on their way before they are read.
void expect_links(const store::Snapshot& snapshot, std::span<const store::ItemIndex> items) {
    for (const store::ItemIndex item : items) {
        snapshot.expect_neighbours(NeighbourKind::next, item);
    }
    for (const store::ItemIndex item : items) {
        snapshot.neighbours(NeighbourKind::next, item).expect(kSteps);
    }
}

// Where what is said of items goes: each has a clue.
struct Everything {
    Clues& clues;
    template <class Range>
    void expect(const Range& links) const {
        for (const store::ScoredItem link : links) {
            clues.expect(link.item);
        }
    }
    template <class Range>
    void add(const Range& links, float Clue::*source, float weight) const {
        Clues::Writer writer(clues, links.size());
        for (const store::ScoredItem link : links) {
            writer.at(link.item).*source += weight * link.score;
        }
    }
};

// The items that have a clue already; of the others all together.
struct Listed {
    Clues& clues;
    const Few& few;
    Clue& others;
    template <class Range>
    void expect(const Range& /*links*/) const {}
    template <class Range>
    void add(const Range& links, float Clue::*source, float weight) const {
        float rest = 0;
        for (const store::ScoredItem link : links) {
            const float value = weight * link.score;
            Clue* const clue = few.may_have(link.item) ? clues.find(link.item) : nullptr;
            if (clue != nullptr) {
                clue->*source += value;
            } else {
                rest += value;
            }
        }
        others.*source += rest;
    }
};

// Items that several of the session's lead to lead on once, with what they have together.
template <class Sink>
void add_second_links(const store::Snapshot& snapshot, std::span<const Sums::Sum> steps,
                      const Sink& sink) {
    for (const Sums::Sum& first : steps) {
        snapshot.neighbours(NeighbourKind::next, first.number).expect(kSteps);
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (i + 1 < steps.size()) {
            sink.expect(
                snapshot.neighbours(NeighbourKind::next, steps[i + 1].number).first(kSteps));
        }
        sink.add(snapshot.neighbours(NeighbourKind::next, steps[i].number).first(kSteps),
                 &Clue::second_link, steps[i].value);
    }
}

template <class Sink>
void add_links(const store::Snapshot& snapshot, std::span<const store::ItemIndex> linked,
               Sums& steps, const Sink& sink) {
    static const float kDecay = std::exp(-1 / kLinkDecay);
    float weight = 1;
    steps.clear();
    for (std::size_t i = linked.size(); i-- > 0;) {
        const auto links = snapshot.neighbours(NeighbourKind::next, linked[i]);
        sink.add(links, &Clue::link, weight);
        for (const store::ScoredItem link : links.first(kSteps)) {
            if (steps.add(link.item, weight * link.score)) {
                snapshot.expect_neighbours(NeighbourKind::next, link.item);
            }
        }
        weight *= kDecay;
    }
    add_second_links(snapshot, steps.all(), sink);
}

// The clues of sources as factors that make probabilities of them.
struct Scale {
    float near = 0, wide = 0, link = 0, second_link = 0;
};

float inverse(float sum) {
    return sum > 0 ? 1 / sum : 0;
}

Scale scale_of(std::span<const Clue> clues, const Clue& others) {
    Scale sum{others.near, others.wide, others.link, others.second_link};
    for (const Clue& clue : clues) {
        const float counts = clue.place == 0 ? 1 : 0;
        sum.near += counts * clue.near;
        sum.wide += counts * clue.wide;
        sum.link += counts * clue.link;
        sum.second_link += counts * clue.second_link;
    }
    return {inverse(sum.near), inverse(sum.wide), inverse(sum.link), inverse(sum.second_link)};
}

float& of(store::Mixture::Shares& shares, Source source) {
    return shares[static_cast<std::size_t>(source)];
}

float of(const store::Mixture::Shares& shares, Source source) {
    return shares[static_cast<std::size_t>(source)];
}

// The clues as shares of each source: what is left is a sum of products.
Scale weighted(Scale scale, const store::Mixture::Shares& shares) {
    return {scale.near * of(shares, Source::near), scale.wide * of(shares, Source::wide),
            scale.link * of(shares, Source::link),
            scale.second_link * of(shares, Source::second_link)};
}

float product(const Scale& scale, const Clue& clue) {
    return scale.near * clue.near + scale.wide * clue.wide + scale.link * clue.link +
           scale.second_link * clue.second_link;
}

float earlier(std::size_t place) {
    static const std::array<float, kMaxPlace + 1> kDecay = [] {
        std::array<float, kMaxPlace + 1> decay{};
        for (std::size_t i = 3; i < decay.size(); ++i) {
            decay[i] = std::exp(-static_cast<float>(i - 3) / kEarlierDecay);
        }
        return decay;
    }();
    return kDecay[place];
}

// For an item of the session.
float return_score(const store::Mixture::Shares& shares, std::size_t place) {
    return place == 1   ? of(shares, Source::last)
           : place == 2 ? of(shares, Source::before_last)
                        : of(shares, Source::earlier) * earlier(place);
}

void note_places(std::span<const store::ItemIndex> session, Scratch::State& scratch) {
    for (std::size_t i = 0; i < session.size(); ++i) {
        scratch.clues.at(session[i]).place =
            static_cast<std::uint16_t>(std::min(session.size() - i, kMaxPlace));
    }
}

// The visitor's session, or what there is instead. Valid until `room` changes.
std::span<const store::ItemIndex> session_of(const visitor::Profile& visitor,
                                             std::array<store::ItemIndex, kRecentItems>& room) {
    if (!visitor.session().empty()) {
        return visitor.session();
    }
    const std::size_t count = std::min(visitor.recent().size(), room.size());
    std::reverse_copy(visitor.recent().begin(),
                      visitor.recent().begin() + static_cast<std::ptrdiff_t>(count), room.begin());
    return {room.data(), count};
}

// What there is to go by; no items: nothing.
class Evidence {
  public:
    explicit Evidence(const Query& query) : query_(query) {
        if (personal(query)) {
            session_ = session_of(*query.visitor, room_);
        }
    }
    Evidence(const Evidence&) = delete;
    Evidence& operator=(const Evidence&) = delete;
    std::span<const store::ItemIndex> session() const { return session_; }

    // Adds to the clues of all items that a source names; returns the context.
    std::size_t gather(Scratch::State& scratch) const {
        const store::Snapshot& snapshot = *query_.snapshot;
        note_places(session_, scratch);
        expect_links(snapshot, linked());
        const std::size_t found = add_sessions(snapshot, session_, query_.now, scratch);
        add_links(snapshot, linked(), scratch.steps, Everything{scratch.clues});
        return context(found);
    }
    // To those alone of items that have one; `others` gets what belongs to all the others.
    std::size_t gather_listed(Scratch::State& scratch, Clue& others) const {
        const store::Snapshot& snapshot = *query_.snapshot;
        note_places(session_, scratch);
        scratch.few.clear();
        for (const Clue& clue : scratch.clues.all()) {
            scratch.few.add(clue.item);
        }
        expect_links(snapshot, linked());
        const std::size_t found =
            add_sessions_of_listed(snapshot, session_, query_.now, scratch, others);
        add_links(snapshot, linked(), scratch.steps, Listed{scratch.clues, scratch.few, others});
        return context(found);
    }
    const store::Mixture::Shares& shares(std::size_t context) const {
        const store::Mixture* own = query_.snapshot->mixture();
        return (own != nullptr ? *own : default_mixture()).shares[context];
    }

  private:
    // The end of the session, whose links count.
    std::span<const store::ItemIndex> linked() const {
        return session_.last(std::min(session_.size(), kLinkedItems));
    }
    std::size_t context(std::size_t sessions) const {
        return context_of(turn_of(*query_.visitor), session_.size(), sessions);
    }

    const Query& query_;
    std::array<store::ItemIndex, kRecentItems> room_{};
    std::span<const store::ItemIndex> session_;
};

// Returns the best of what is new to the session.
float score(const store::Mixture::Shares& shares, const Clue& others, std::span<Clue> clues) {
    const Scale scale = weighted(scale_of(clues, others), shares);
    float best = 0;
    for (Clue& clue : clues) {
        if (clue.place == 0) {
            clue.score = product(scale, clue);
            best = std::max(best, clue.score);
        } else {
            clue.score = return_score(shares, clue.place);
        }
    }
    return best;
}

}  // namespace

float session_scores(const Query& query, Scratch::State& scratch) {
    scratch.clues.reset(query.snapshot->item_count());
    const Evidence evidence(query);
    if (evidence.session().empty()) {
        return 0;
    }
    const std::size_t context = evidence.gather(scratch);
    const float best = score(evidence.shares(context), {}, scratch.clues.all());
    return best > 0 ? 1 / best : 1;
}

void score_listed(const Query& query, std::span<const store::ItemIndex> items,
                  Scratch::State& scratch) {
    scratch.clues.reset(query.snapshot->item_count());
    const Evidence evidence(query);
    if (evidence.session().empty()) {
        return;
    }
    for (const store::ItemIndex item : items) {
        scratch.clues.at(item);
    }
    Clue others;
    const std::size_t context = evidence.gather_listed(scratch, others);
    score(evidence.shares(context), others, scratch.clues.all());
}

Opinion opinion_of(const Query& query, store::ItemIndex item, Scratch::State& scratch) {
    Opinion opinion;
    scratch.clues.reset(query.snapshot->item_count());
    const Evidence evidence(query);
    if (evidence.session().empty()) {
        return opinion;
    }
    opinion.context = evidence.gather(scratch);
    const Clue clue = scratch.clues.at(item);
    const std::size_t place = clue.place;
    if (place == 0) {
        const Scale scale = scale_of(scratch.clues.all(), {});
        of(opinion.says, Source::near) = scale.near * clue.near;
        of(opinion.says, Source::wide) = scale.wide * clue.wide;
        of(opinion.says, Source::link) = scale.link * clue.link;
        of(opinion.says, Source::second_link) = scale.second_link * clue.second_link;
    } else {
        of(opinion.says, place == 1   ? Source::last
                         : place == 2 ? Source::before_last
                                      : Source::earlier) = place <= 2 ? 1 : earlier(place);
    }
    opinion.said =
        std::any_of(opinion.says.begin(), opinion.says.end(), [](float says) { return says > 0; });
    return opinion;
}

}  // namespace pz::recommend
