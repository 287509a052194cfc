// Trainer::restore().
#include <utility>

#include "learn/checkpoint.hpp"
#include "learn/record_file.hpp"
#include "learn/trainer_state.hpp"

namespace pz::learn {

namespace {

constexpr double kHeaviest = 1e15;

Decayed restore_weight(RecordReader& from) {
    const auto weight = from.number<double>();
    const std::int64_t time = from.time();
    if (!(weight >= 0 && weight <= kHeaviest)) {
        from.refuse("a weight that cannot be");
    }
    return {weight, time};
}

}  // namespace

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
    void shown();
    void segment();
    void visit();
    void logged(SessionLog& log, std::size_t limit);
    void stream();
    void history();
    void evidence();
    void visit_segments();
    void cart();
    Visit* known_visit();
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
        case kCarts:
            return cart();
        case kLists:
            return state_.lists.restore(from_, state_.products.size());
        case kVisitSegments:
            return visit_segments();
        case kAttention:
            return state_.attention.restore(from_, state_.products.size());
        case kShown:
            return shown();
        case kRepeats:
            return state_.repeats.restore(from_, state_.products.size());
        case kSeen:
            return state_.seen.restore(from_);
        default:
            (void)from_.number<std::uint8_t>();
    }
}

void Trainer::Restoring::totals() {
    state_.events = from_.number<std::uint64_t>();
    state_.newest = from_.time();
    sources_.strangers = from_.number<std::uint64_t>();
}

void Trainer::Restoring::product() {
    std::string id = from_.text(visitor::kMaxItemIdLength);
    Product product;
    product.weight = restore_weight(from_);
    product.first_event = from_.time();
    const auto number = static_cast<Slot>(state_.products.size());
    const auto [place, is_new] = state_.slots.try_emplace(std::move(id), number);
    if (place->first.empty() || !is_new) {
        return from_.refuse("an item without an id of its own");
    }
    state_.products.push_back(std::move(product));
    state_.ids.push_back(place->first);
}

void Trainer::Restoring::shown() {
    const Slot item = slot();
    const Decayed weight = restore_weight(from_);
    if (from_.status().ok()) {
        state_.products[item].shown = weight;
    }
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
    visit.last = from_.time();
    visit.touched = from_.number<std::uint64_t>();
    visit.last_purchase = from_.time();
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
    const std::int64_t time = from_.time();
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

// A visit that was read before, to which the record belongs.
Visit* Trainer::Restoring::known_visit() {
    const auto visit = state_.visits.find(from_.text(kMaxText));
    if (visit == state_.visits.end()) {
        from_.refuse("a visit that it does not name");
        return nullptr;
    }
    return &visit->second;
}

void Trainer::Restoring::evidence() {
    Visit* const visit = known_visit();
    if (visit == nullptr) {
        return;
    }
    for (auto left = count(kMaxClicks); left > 0 && from_.status().ok(); --left) {
        visit->clicks.push_back(slot());
    }
    visit->lists = ListLog::restore_visit(from_, state_.products.size());
}

void Trainer::Restoring::visit_segments() {
    Visit* const visit = known_visit();
    if (visit != nullptr) {
        visit->segments = from_.text(visitor::kMaxParameterLength);
        visit->segments_at = from_.time();
    }
}

void Trainer::Restoring::cart() {
    Visit* const visit = known_visit();
    if (visit == nullptr) {
        return;
    }
    for (auto left = count(kMaxCartItems); left > 0 && from_.status().ok(); --left) {
        visit->cart.push_back(slot());
    }
}

Slot Trainer::Restoring::slot() {
    return from_.below(state_.products.size(), "an item that it does not name");
}

std::uint32_t Trainer::Restoring::count(std::size_t limit) {
    return from_.below(limit + 1, "a list is too long");
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
