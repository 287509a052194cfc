// Trainer::save() and restore(). Sections that only one room's state needs are added here beside
// the others; a file without them is one of before and still good.
#include <algorithm>
#include <utility>

#include "learn/record_file.hpp"
#include "learn/trainer_state.hpp"

namespace pz::learn {

namespace {

// The numbers are the file's: never give one another meaning.
enum Section : std::uint32_t {
    kTotals = 1,
    kProducts = 2,
    kSegments = 3,
    kVisits = 4,
    kSessions = 5,
    kBrowsed = 6,
    kBaskets = 7,
    kStreams = 8,
    kHistories = 9,
    kTrials = 10,
    kEvidence = 11,  // of visits: clicks and lists
    kLists = 12,
    kAttention = 13,
    kRepeats = 14,
};

constexpr Slot kGone = ~Slot{0};
constexpr std::size_t kMaxText = 4096;
// What is left of a view after twelve half-lives.
constexpr double kForgotten = 1.0 / 4096;
constexpr double kHeaviest = 1e15;
constexpr std::int64_t kLatest = std::int64_t{1} << 40;  // unix seconds

void save_weight(RecordWriter& to, const Decayed& weight) {
    to.number(weight.weight());
    to.number(weight.time());
}

std::int64_t restore_time(RecordReader& from) {
    const auto time = from.number<std::int64_t>();
    if (time < 0 || time > kLatest) {
        from.refuse("a time that cannot be");
        return 0;
    }
    return time;
}

Decayed restore_weight(RecordReader& from) {
    const auto weight = from.number<double>();
    const std::int64_t time = restore_time(from);
    if (!(weight >= 0 && weight <= kHeaviest)) {
        from.refuse("a weight that cannot be");
    }
    return {weight, time};
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
    void signals();
    void sources(const Sources& sources);

    const State& state_;
    std::int64_t now_;
    Logs closed_;                // visits that nothing can continue
    std::vector<Slot> numbers_;  // in the file, by slot; kGone: not in it
    RecordWriter to_;
};

bool Trainer::Saving::over(const Visit& visit) const {
    return std::max({visit.last, visit.last_purchase, visit.lists.shown_at}) < half_hour_ago();
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
        const bool kept =
            product.listed || numbers_[slot] != kGone ||
            product.weight.at(now_, state_.options.popularity_half_life) >= kForgotten;
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
        mark(click.shown);
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
        mark(visit.clicks);
        mark(visit.lists.shown);
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

void Trainer::Saving::signals() {
    to_.begin(kLists);
    state_.lists.save(to_, numbers_);
    to_.end();
    to_.begin(kAttention);
    state_.attention.save(to_, numbers_, half_hour_ago());
    to_.end();
    to_.begin(kRepeats);
    state_.repeats.save(to_, numbers_);
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

// Reads a state. Every slot and length is checked: the checksum comes last.
class Trainer::Restoring {
  public:
    Restoring(State& state, Sources& sources, const std::string& path)
        : state_(state), sources_(sources), from_(path) {}

    Status restore();

  private:
    void section(std::uint32_t number);
    void totals();
    void product();
    void segment();
    void visit();
    void logged(SessionLog& log, std::size_t limit);
    void stream();
    void history();
    void evidence();
    Slot slot();
    std::uint32_t count(std::size_t limit);

    State& state_;
    Sources& sources_;
    RecordReader from_;
    std::vector<Slot> items_;
};

Status Trainer::Restoring::restore() {
    while (const std::uint32_t number = from_.next()) {
        while (!from_.at_end()) {
            section(number);
        }
    }
    return from_.status();
}

// One record of it.
void Trainer::Restoring::section(std::uint32_t number) {
    switch (number) {
        case kTotals:
            return totals();
        case kProducts:
            return product();
        case kSegments:
            return segment();
        case kVisits:
            return visit();
        case kSessions:
            return logged(state_.logs.sessions, kMaxSessionItems);
        case kBrowsed:
            return logged(state_.logs.browsed, kMaxSessionItems);
        case kBaskets:
            return logged(state_.logs.baskets, kMaxBasketItems);
        case kStreams:
            return stream();
        case kHistories:
            return history();
        case kTrials:
            return logged(state_.logs.trials, kMaxClicks);
        case kEvidence:
            return evidence();
        case kLists:
            return state_.lists.restore(from_, state_.products.size());
        case kAttention:
            return state_.attention.restore(from_, state_.products.size());
        case kRepeats:
            return state_.repeats.restore(from_, state_.products.size());
        default:
            (void)from_.number<std::uint8_t>();
    }
}

void Trainer::Restoring::totals() {
    state_.events = from_.number<std::uint64_t>();
    state_.newest = restore_time(from_);
    sources_.strangers = from_.number<std::uint64_t>();
}

void Trainer::Restoring::product() {
    std::string id = from_.text(visitor::kMaxItemIdLength);
    Product product;
    product.weight = restore_weight(from_);
    product.first_event = restore_time(from_);
    const auto number = static_cast<Slot>(state_.products.size());
    const auto [place, is_new] = state_.slots.try_emplace(std::move(id), number);
    if (place->first.empty() || !is_new) {
        return from_.refuse("an item without an id of its own");
    }
    state_.products.push_back(std::move(product));
    state_.ids.push_back(place->first);
}

void Trainer::Restoring::segment() {
    const std::string name = from_.text(kMaxSegmentName);
    Segment segment;
    segment.strength = restore_weight(from_);
    segment.rank = segment.strength.rank(state_.options.popularity_half_life);
    segment.touched = from_.number<std::uint64_t>();
    for (auto left = from_.number<std::uint64_t>(); left > 0 && from_.status().ok(); --left) {
        const Slot item = slot();
        segment.items[item] = restore_weight(from_);
    }
    if (name.empty() || state_.segments.size() >= kMaxSegments) {
        return from_.refuse("a segment without a name, or too many");
    }
    state_.segments.insert_or_assign(name, std::move(segment));
}

void Trainer::Restoring::visit() {
    std::string visitor = from_.text(kMaxText);
    Visit visit;
    visit.last = restore_time(from_);
    visit.touched = from_.number<std::uint64_t>();
    visit.last_purchase = restore_time(from_);
    for (auto left = count(kMaxSessionItems + 1); left > 0 && from_.status().ok(); --left) {
        const Slot item = slot();
        visit.seen.push_back({item, from_.number<std::uint8_t>() != 0});
    }
    for (auto left = count(kMaxBasketItems); left > 0 && from_.status().ok(); --left) {
        visit.basket.push_back(slot());
    }
    if (state_.visits.size() >= kMaxVisits || !visitor::valid_visitor_id(visitor)) {
        return from_.refuse("a visitor without a valid id, or too many");
    }
    state_.visits.insert_or_assign(std::move(visitor), std::move(visit));
}

void Trainer::Restoring::logged(SessionLog& log, std::size_t limit) {
    const std::int64_t time = restore_time(from_);
    items_.clear();
    for (auto left = count(limit); left > 0 && from_.status().ok(); --left) {
        items_.push_back(slot());
    }
    if (from_.status().ok()) {
        log.add(time, items_);
    }
}

void Trainer::Restoring::stream() {
    const std::string key = from_.text(kMaxText);
    StreamPlace place;
    place.last = from_.text(kMaxText);
    const bool counted = from_.number<std::uint8_t>() != 0;
    const auto count = from_.number<std::uint64_t>();
    if (counted) {
        place.count = count;
    }
    sources_.streams.insert_or_assign(key, std::move(place));
}

void Trainer::Restoring::history() {
    HistoryFile file;
    file.size = from_.number<std::uint64_t>();
    file.head = from_.number<std::uint64_t>();
    file.tail = from_.number<std::uint64_t>();
    sources_.histories.push_back(file);
}

// What belongs to a visit that was read before.
void Trainer::Restoring::evidence() {
    const auto visit = state_.visits.find(from_.text(kMaxText));
    if (visit == state_.visits.end()) {
        return from_.refuse("a visit that it does not name");
    }
    for (auto left = count(kMaxClicks); left > 0 && from_.status().ok(); --left) {
        visit->second.clicks.push_back(slot());
    }
    visit->second.lists = ListLog::restore_visit(from_, state_.products.size());
}

Slot Trainer::Restoring::slot() {
    return from_.below(state_.products.size(), "an item that it does not name");
}

std::uint32_t Trainer::Restoring::count(std::size_t limit) {
    return from_.below(limit + 1, "a list is too long");
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

Status Trainer::restore(const std::string& path, Sources* sources) {
    auto state = std::make_unique<State>(state_->options);
    Sources read;
    Status status = Restoring(*state, read, path).restore();
    if (status.ok()) {
        state_ = std::move(state);
        *sources = std::move(read);
    }
    return status;
}

}  // namespace pz::learn
