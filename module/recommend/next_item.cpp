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

constexpr std::size_t kLinkedItems = 3;  // of the end of the session
constexpr float kLinkDecay = 1.5F;       // items
constexpr std::size_t kSteps = 10;       // of each item's links, for two of them
constexpr float kEarlierDecay = 3;       // items
constexpr std::size_t kMaxPlace = 255;
constexpr std::size_t kRecentItems = 9;  // when there is no current session
constexpr std::size_t kFewSessions = 30;
constexpr std::size_t kSomeSessions = 300;

std::size_t context_of(std::size_t items, std::size_t sessions) {
    const std::size_t length = items <= 2 ? items - 1 : items <= 4 ? 2 : 3;
    const std::size_t support = sessions < kFewSessions ? 0 : sessions < kSomeSessions ? 1 : 2;
    return support * store::kMixtureLengths + length;
}

void add_second_links(const store::Snapshot& snapshot, store::ItemIndex from, float weight,
                      std::span<const store::ScoredItem> links, Sparse<Evidence>& evidence) {
    for (const store::ScoredItem& first : links.first(std::min(links.size(), kSteps))) {
        const auto next = snapshot.neighbours(NeighbourKind::next, first.item);
        for (const store::ScoredItem& second : next.first(std::min(next.size(), kSteps))) {
            if (second.item != from) {
                evidence.at(second.item).second_link += weight * first.score * second.score;
            }
        }
    }
}

void add_links(const store::Snapshot& snapshot, std::span<const store::ItemIndex> session,
               Sparse<Evidence>& evidence) {
    float weight = 1;
    const std::size_t count = std::min(session.size(), kLinkedItems);
    for (std::size_t i = 1; i <= count; ++i) {
        const store::ItemIndex item = session[session.size() - i];
        const auto links = snapshot.neighbours(NeighbourKind::next, item);
        for (const store::ScoredItem& link : links) {
            evidence.at(link.item).link += weight * link.score;
        }
        add_second_links(snapshot, item, weight, links, evidence);
        weight *= std::exp(-1 / kLinkDecay);
    }
}

// The evidence of sources as factors that make probabilities of it.
struct Scale {
    float near, wide, link, second_link;
};

float inverse(float sum) {
    return sum > 0 ? 1 / sum : 0;
}

Scale scale_of(const Scratch::State& scratch) {
    Evidence sum;
    for (const store::ItemIndex item : scratch.evidence.touched()) {
        if (scratch.place.get(item) == 0) {
            const Evidence evidence = scratch.evidence.get(item);
            sum.near += evidence.near;
            sum.wide += evidence.wide;
            sum.link += evidence.link;
            sum.second_link += evidence.second_link;
        }
    }
    return {inverse(sum.near), inverse(sum.wide), inverse(sum.link), inverse(sum.second_link)};
}

float& of(store::Mixture::Shares& shares, Source source) {
    return shares[static_cast<std::size_t>(source)];
}

float of(const store::Mixture::Shares& shares, Source source) {
    return shares[static_cast<std::size_t>(source)];
}

// The evidence as shares of each source: what is left is a sum of products.
Scale weighted(Scale scale, const store::Mixture::Shares& shares) {
    return {scale.near * of(shares, Source::near), scale.wide * of(shares, Source::wide),
            scale.link * of(shares, Source::link),
            scale.second_link * of(shares, Source::second_link)};
}

float product(const Scale& scale, const Evidence& evidence) {
    return scale.near * evidence.near + scale.wide * evidence.wide + scale.link * evidence.link +
           scale.second_link * evidence.second_link;
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
        scratch.place.at(session[i]) =
            static_cast<std::uint8_t>(std::min(session.size() - i, kMaxPlace));
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

// Fills places and evidence; returns the context. At least one item must be known.
std::size_t gather(const Query& query, std::span<const store::ItemIndex> session,
                   Scratch::State& scratch) {
    note_places(session, scratch);
    const std::size_t found = add_sessions(*query.snapshot, session, query.now, scratch);
    add_links(*query.snapshot, session, scratch.evidence);
    return context_of(session.size(), found);
}

bool prepare(const Query& query, std::array<store::ItemIndex, kRecentItems>& room,
             std::span<const store::ItemIndex>& session, Scratch::State& scratch) {
    scratch.session.reset(query.snapshot->item_count());
    scratch.place.reset(query.snapshot->item_count());
    scratch.evidence.reset(query.snapshot->item_count());
    if (!personal(query)) {
        return false;
    }
    session = session_of(*query.visitor, room);
    return !session.empty();
}

}  // namespace

bool session_scores(const Query& query, Scratch::State& scratch) {
    std::array<store::ItemIndex, kRecentItems> room{};
    std::span<const store::ItemIndex> session;
    if (!prepare(query, room, session, scratch)) {
        return false;
    }
    const std::size_t context = gather(query, session, scratch);
    const store::Mixture* own = query.snapshot->mixture();
    const store::Mixture::Shares& shares =
        (own != nullptr ? *own : default_mixture()).shares[context];
    const Scale scale = weighted(scale_of(scratch), shares);
    float best = 0;
    for (const store::ItemIndex item : scratch.evidence.touched()) {
        if (scratch.place.get(item) == 0) {
            const float score = product(scale, scratch.evidence.get(item));
            scratch.session.at(item) = score;
            best = std::max(best, score);
        }
    }
    for (const store::ItemIndex item : session) {
        scratch.session.at(item) = return_score(shares, scratch.place.get(item));
    }
    const float to_one = inverse(best);
    for (const store::ItemIndex item : scratch.session.touched()) {
        scratch.session.at(item) *= to_one > 0 ? to_one : 1;
    }
    return best > 0;
}

Opinion opinion_of(const Query& query, store::ItemIndex item, Scratch::State& scratch) {
    std::array<store::ItemIndex, kRecentItems> room{};
    std::span<const store::ItemIndex> session;
    Opinion opinion;
    if (!prepare(query, room, session, scratch)) {
        return opinion;
    }
    opinion.context = gather(query, session, scratch);
    const std::size_t place = scratch.place.get(item);
    if (place == 0) {
        const Scale scale = scale_of(scratch);
        const Evidence evidence = scratch.evidence.get(item);
        of(opinion.says, Source::near) = scale.near * evidence.near;
        of(opinion.says, Source::wide) = scale.wide * evidence.wide;
        of(opinion.says, Source::link) = scale.link * evidence.link;
        of(opinion.says, Source::second_link) = scale.second_link * evidence.second_link;
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
