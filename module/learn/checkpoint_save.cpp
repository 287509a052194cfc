// Trainer::save().
#include <algorithm>

#include "learn/checkpoint.hpp"
#include "learn/record_file.hpp"
#include "learn/trainer_state.hpp"

namespace pz::learn {

namespace {

constexpr Slot kGone = ~Slot{0};
// What is left of a view after twelve half-lives.
constexpr double kForgotten = 1.0 / 4096;

void save_weight(RecordWriter& to, const Decayed& weight) {
    to.number(weight.weight());
    to.number(weight.time());
}

}  // namespace

// Writes a state. Items that are neither listed nor remembered by anything are left behind, so that
// a learner that runs for years knows the catalog of today.
class Trainer::Saving {
  public:
    Saving(const State& state, const std::string& path, std::int64_t now)
        : state_(state),
          now_(now),
          closed_(state.options.max_sessions),
          numbers_(state.products.size(), kGone),
          to_(path) {
        close_visits();
        number_products();
    }

    Status save(const Sources& sources);

  private:
    std::int64_t half_hour_ago() const { return std::min(state_.newest, now_) - kSessionGap; }
    bool over(const Visit& visit) const;
    void close_visits();
    void number_products();
    void mark(const SessionLog& log);
    void mark(std::span<const Slot> items);
    void mark_lists();
    void mark_visits_and_segments();
    void products();
    void segments();
    void visits();
    void log(Section section, const SessionLog& kept, const SessionLog& closed);
    void evidence();
    void visit_segments();
    void carts();
    void signals();
    void sources(const Sources& sources);

    const State& state_;
    std::int64_t now_;
    Logs closed_;                // visits that nothing can continue
    std::vector<Slot> numbers_;  // in the file, by slot; kGone: not in it
    RecordWriter to_;
};

bool Trainer::Saving::over(const Visit& visit) const {
    return std::max({visit.last, visit.last_purchase, visit.lists.shown_at, visit.segments_at}) <
           half_hour_ago();
}

// So that the file names no visitors but those of the last half hour.
void Trainer::Saving::close_visits() {
    for (const auto& [visitor, visit] : state_.visits) {
        if (over(visit)) {
            closed_.add_session(visit);
            closed_.add_basket(visit);
        }
    }
}

void Trainer::Saving::number_products() {
    for (const Logs* logs : {&state_.logs, static_cast<const Logs*>(&closed_)}) {
        mark(logs->sessions);
        mark(logs->browsed);
        mark(logs->baskets);
        mark(logs->trials);
    }
    mark_lists();
    state_.attention.mark(numbers_);
    state_.repeats.mark(numbers_);
    mark_visits_and_segments();
    Slot next = 0;
    for (Slot slot = 0; slot < numbers_.size(); ++slot) {
        const Product& product = state_.products[slot];
        const bool kept = product.listed || numbers_[slot] != kGone ||
                          product.weight.at(state_.moment(now_),
                                            state_.options.popularity_half_life) >= kForgotten;
        numbers_[slot] = kept ? next++ : kGone;
    }
}

void Trainer::Saving::mark(const SessionLog& log) {
    for (std::size_t i = 0; i < log.size(); ++i) {
        mark(log.items(i));
    }
}

void Trainer::Saving::mark(std::span<const Slot> items) {
    for (const Slot slot : items) {
        if (slot != kNoSlot) {
            numbers_[slot] = 0;
        }
    }
}

void Trainer::Saving::mark_lists() {
    for (const ListLog::Click& click : state_.lists.clicks()) {
        mark(click.shown.items);
        for (const ListTouch& touch : click.touches) {
            numbers_[touch.item] = 0;
        }
    }
}

void Trainer::Saving::mark_visits_and_segments() {
    for (const auto& [visitor, visit] : state_.visits) {
        for (const Visit::Seen& seen : visit.seen) {
            numbers_[seen.item] = 0;
        }
        mark(visit.basket);
        mark(visit.cart);
        mark(visit.clicks);
        mark(visit.lists.shown.items);
        for (const ListTouch& touch : visit.lists.touches) {
            numbers_[touch.item] = 0;
        }
    }
    for (const auto& [name, segment] : state_.segments) {
        for (const auto& [slot, weight] : segment.items) {
            numbers_[slot] = 0;
        }
    }
}

Status Trainer::Saving::save(const Sources& sources) {
    to_.begin(kTotals);
    to_.number(state_.events);
    to_.number(state_.newest);
    to_.number(sources.strangers);
    to_.end();
    products();
    segments();
    visits();
    log(kSessions, state_.logs.sessions, closed_.sessions);
    log(kBrowsed, state_.logs.browsed, closed_.browsed);
    log(kBaskets, state_.logs.baskets, closed_.baskets);
    log(kTrials, state_.logs.trials, closed_.trials);
    evidence();
    visit_segments();
    carts();
    signals();
    this->sources(sources);
    return to_.finish();
}

void Trainer::Saving::products() {
    std::vector<std::string_view> ids(state_.products.size());
    for (const auto& [id, slot] : state_.slots) {
        ids[slot] = id;
    }
    to_.begin(kProducts);
    for (Slot slot = 0; slot < ids.size(); ++slot) {
        if (numbers_[slot] != kGone) {
            to_.text(ids[slot]);
            save_weight(to_, state_.products[slot].weight);
            to_.number(state_.products[slot].first_event);
        }
    }
    to_.end();
}

void Trainer::Saving::segments() {
    to_.begin(kSegments);
    for (const auto& [name, segment] : state_.segments) {
        to_.text(name);
        save_weight(to_, segment.strength);
        to_.number(segment.touched);
        to_.number(static_cast<std::uint64_t>(segment.items.size()));
        for (const auto& [slot, weight] : segment.items) {
            to_.number(numbers_[slot]);
            save_weight(to_, weight);
        }
    }
    to_.end();
}

void Trainer::Saving::visits() {
    to_.begin(kVisits);
    for (const auto& [visitor, visit] : state_.visits) {
        if (over(visit)) {
            continue;
        }
        to_.text(visitor);
        to_.number(visit.last);
        to_.number(visit.touched);
        to_.number(visit.last_purchase);
        to_.number(static_cast<std::uint32_t>(visit.seen.size()));
        for (const Visit::Seen& seen : visit.seen) {
            to_.number(numbers_[seen.item]);
            to_.number(static_cast<std::uint8_t>(seen.browsed));
        }
        to_.number(static_cast<std::uint32_t>(visit.basket.size()));
        for (const Slot slot : visit.basket) {
            to_.number(numbers_[slot]);
        }
    }
    to_.end();
}

void Trainer::Saving::log(Section section, const SessionLog& kept, const SessionLog& closed) {
    to_.begin(section);
    for (const SessionLog* log : {&kept, &closed}) {
        for (std::size_t i = 0; i < log->size(); ++i) {
            to_.number(log->time(i));
            to_.number(static_cast<std::uint32_t>(log->items(i).size()));
            for (const Slot slot : log->items(i)) {
                to_.number(numbers_[slot]);
            }
        }
    }
    to_.end();
}

void Trainer::Saving::evidence() {
    to_.begin(kEvidence);
    for (const auto& [visitor, visit] : state_.visits) {
        if (over(visit)) {
            continue;
        }
        to_.text(visitor);
        to_.number(static_cast<std::uint32_t>(visit.clicks.size()));
        for (const Slot slot : visit.clicks) {
            to_.number(numbers_[slot]);
        }
        ListLog::save_visit(to_, numbers_, visit.lists);
    }
    to_.end();
}

void Trainer::Saving::visit_segments() {
    to_.begin(kVisitSegments);
    for (const auto& [visitor, visit] : state_.visits) {
        if (!over(visit) && !visit.segments.empty()) {
            to_.text(visitor);
            to_.text(visit.segments);
            to_.number(visit.segments_at);
        }
    }
    to_.end();
}

void Trainer::Saving::carts() {
    to_.begin(kCarts);
    for (const auto& [visitor, visit] : state_.visits) {
        if (over(visit) || visit.cart.empty()) {
            continue;
        }
        to_.text(visitor);
        to_.number(static_cast<std::uint32_t>(visit.cart.size()));
        for (const Slot slot : visit.cart) {
            to_.number(numbers_[slot]);
        }
    }
    to_.end();
}

void Trainer::Saving::signals() {
    to_.begin(kLists);
    state_.lists.save(to_, numbers_);
    to_.end();
    to_.begin(kAttention);
    state_.attention.save(to_, numbers_, half_hour_ago());
    to_.end();
    to_.begin(kShown);
    for (Slot slot = 0; slot < numbers_.size(); ++slot) {
        if (numbers_[slot] != kGone && state_.products[slot].shown.weight() > 0) {
            to_.number(numbers_[slot]);
            save_weight(to_, state_.products[slot].shown);
        }
    }
    to_.end();
    to_.begin(kRepeats);
    state_.repeats.save(to_, numbers_);
    to_.end();
    to_.begin(kSeen);
    state_.seen.save(to_);
    to_.end();
}

void Trainer::Saving::sources(const Sources& sources) {
    to_.begin(kStreams);
    for (const auto& [key, place] : sources.streams) {
        to_.text(key);
        to_.text(place.last);
        to_.number(static_cast<std::uint8_t>(place.count.has_value()));
        to_.number(place.count.value_or(0));
    }
    to_.end();
    to_.begin(kHistories);
    for (const HistoryFile& file : sources.histories) {
        to_.number(file.size);
        to_.number(file.head);
        to_.number(file.tail);
    }
    to_.end();
}

Status Trainer::save(const store::StagedFile& file, const Sources& sources,
                     std::int64_t now) const {
    file.clear();
    Status status = Saving(*state_, file.name(), now).save(sources);
    status = status.ok() ? file.publish() : status;
    if (!status.ok()) {
        file.discard();
    }
    return status;
}

}  // namespace pz::learn
