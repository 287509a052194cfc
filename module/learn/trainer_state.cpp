#include "learn/trainer_state.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <span>
#include <tuple>
#include <utility>

namespace pz::learn {

namespace {

using visitor::Event;
using visitor::EventType;

bool browsing(EventType type) {
    return type != EventType::add_to_cart && type != EventType::purchase;
}

void see(std::vector<Visit::Seen>& seen, Slot item, bool browsed) {
    const auto found = std::find_if(seen.begin(), seen.end(),
                                    [item](const Visit::Seen& s) { return s.item == item; });
    if (found != seen.end()) {
        found->browsed |= browsed;
        std::rotate(found, found + 1, seen.end());
    } else if (seen.size() <= kMaxSessionItems) {
        seen.push_back({item, browsed});
    }
}

void buy(std::vector<Slot>& basket, Slot item) {
    if (basket.size() < kMaxBasketItems &&
        std::find(basket.begin(), basket.end(), item) == basket.end()) {
        basket.push_back(item);
    }
}

// The oldest makes room.
void put_in(std::vector<Slot>& cart, Slot item) {
    std::erase(cart, item);
    if (cart.size() >= kMaxCartItems) {
        cart.erase(cart.begin());
    }
    cart.push_back(item);
}

bool listed_in(std::span<const std::string_view> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::string_view kSegment = "segment";

// Each once.
void add_names(std::string_view list, std::vector<std::string_view>& names) {
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(','), list.size());
        std::string_view name = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
        name = name.substr(0, name.find_last_not_of(' ') + 1);
        if (!name.empty() && !listed_in(names, name)) {
            names.push_back(name);
        }
    }
}

bool apart(std::int64_t a, std::int64_t b) {
    return std::abs(a - b) > kSessionGap;
}

}  // namespace

void Decayed::add(double weight, std::int64_t time, double half_life) {
    if (time > time_) {
        weight_ = at(time, half_life);
        time_ = time;
    }
    weight_ += weight * std::exp2(-static_cast<double>(time_ - time) / half_life);
}

double Decayed::at(std::int64_t now, double half_life) const {
    const auto age = static_cast<double>(std::max<std::int64_t>(now - time_, 0));
    return weight_ * std::exp2(-age / half_life);
}

double Decayed::rank(double half_life) const {
    return std::log2(weight_) + static_cast<double>(time_) / half_life;
}

void Logs::add_session(const Visit& visit) {
    if (visit.seen.size() > kMaxSessionItems) {
        return;  // a machine, or a wholesaler
    }
    if (visit.clicks.size() >= 2) {
        trials.add(visit.last, visit.clicks);
    }
    if (visit.seen.size() < 2) {
        return;
    }
    std::vector<Slot> all;
    std::vector<Slot> viewed;
    for (const Visit::Seen& seen : visit.seen) {
        all.push_back(seen.item);
        if (seen.browsed) {
            viewed.push_back(seen.item);
        }
    }
    sessions.add(visit.last, all);
    if (viewed.size() >= 2) {
        browsed.add(visit.last, viewed);
    }
}

void Logs::trim() {
    for (SessionLog* log : {&sessions, &browsed, &baskets, &trials}) {
        log->trim();
    }
}

void Logs::add_basket(const Visit& visit) {
    if (visit.basket.size() >= 2) {
        baskets.add(visit.last_purchase, visit.basket);
    }
}

std::int64_t Trainer::State::moment(std::int64_t now) const {
    if (newest == 0) {
        return now;
    }
    const auto silence = static_cast<std::int64_t>(kLongestSilence * options.popularity_half_life);
    return std::clamp(now, std::min(newest, now + kFuture), newest + silence);
}

// kNoSlot: unknown, and there is no room to remember it.
Slot Trainer::State::slot_of(std::string_view id) {
    const auto found = slots.find(id);
    if (found != slots.end()) {
        return found->second;
    }
    return id.empty() || products.size() - listed >= kMaxUnlisted ? kNoSlot : add_slot(id);
}

Slot Trainer::State::add_slot(std::string_view id) {
    const auto slot = static_cast<Slot>(products.size());
    ids.push_back(slots.emplace(id, slot).first->first);
    products.emplace_back();
    return slot;
}

const Product* Trainer::State::find(std::string_view id) const {
    const auto found = slots.find(id);
    return found == slots.end() ? nullptr : &products[found->second];
}

void Trainer::State::weigh(Slot slot, const Event& event, double weight) {
    Product& product = products[slot];
    product.weight.add(weight, event.time, options.popularity_half_life);
    product.first_event =
        product.first_event == 0 ? event.time : std::min(product.first_event, event.time);
}

void Trainer::State::weigh_segments(Slot slot, const Visit& visit, const Event& event,
                                    double weight) {
    std::vector<std::string_view> names;
    add_names(event.parameter(kSegment), names);
    if (!apart(event.time, visit.segments_at)) {
        add_names(visit.segments, names);
    }
    const double share = 1.0 / static_cast<double>(std::max<std::size_t>(names.size(), 1));
    for (const std::string_view name : names) {
        if (Segment* found = segment(name)) {
            found->items[slot].add(weight, event.time, options.popularity_half_life);
            found->strength.add(share, event.time, options.popularity_half_life);
            found->rank = found->strength.rank(options.popularity_half_life);
            found->touched = events;
        }
    }
}

Segment* Trainer::State::segment(std::string_view name) {
    if (name.empty() || name.size() > kMaxSegmentName) {
        return nullptr;
    }
    const auto found = segments.find(name);
    if (found != segments.end()) {
        return &found->second;
    }
    if (segments.size() >= kMaxSegments) {
        segments.erase(
            std::min_element(segments.begin(), segments.end(), [](const auto& a, const auto& b) {
                return std::pair(a.second.rank, a.second.touched) <
                       std::pair(b.second.rank, b.second.touched);
            }));
    }
    return &segments[std::string(name)];
}

Visit& Trainer::State::visit(std::string_view visitor) {
    const auto found = visits.find(visitor);
    if (found != visits.end()) {
        return found->second;
    }
    if (visits.size() >= kMaxVisits) {
        close_oldest();
    }
    return visits[std::string(visitor)];
}

// By the order of events, not by their time: a history may be sorted by visitor.
void Trainer::State::close_oldest() {
    std::vector<std::uint64_t> order;
    order.reserve(visits.size());
    for (const auto& [name, visit] : visits) {
        order.push_back(visit.touched);
    }
    const auto middle = order.begin() + std::ssize(order) / 2;
    std::nth_element(order.begin(), middle, order.end());
    std::erase_if(visits, [&](const auto& entry) {
        if (entry.second.touched > *middle) {
            return false;
        }
        logs.add_session(entry.second);
        logs.add_basket(entry.second);
        return true;
    });
}

void Trainer::State::learn(Slot slot, std::string_view visitor, const Event& event, double weight) {
    weigh(slot, event, weight);
    if (visitor.empty()) {
        return;
    }
    if (attention.click(visitor, slot, event.time)) {
        products[slot].shown.add(weight, event.time, options.popularity_half_life);
    }
    Visit& visit = this->visit(visitor);
    weigh_segments(slot, visit, event, weight);
    visit.touched = events;
    if (apart(event.time, visit.last)) {
        logs.add_session(visit);
        visit.seen.clear();
        visit.clicks.clear();
    }
    visit.last = event.time;
    lists.touch(visit.lists, {slot, event.type, event.time});
    if (visit.clicks.size() < kMaxClicks) {
        visit.clicks.push_back(slot);
    }
    see(visit.seen, slot, browsing(event.type));
    if (event.type == EventType::add_to_cart) {
        put_in(visit.cart, slot);
    }
    if (event.type != EventType::purchase) {
        return;
    }
    std::erase(visit.cart, slot);
    if (apart(event.time, visit.last_purchase)) {
        logs.add_basket(visit);
        visit.basket.clear();
    }
    visit.last_purchase = event.time;
    buy(visit.basket, slot);
    repeats.buy(visitor, slot, event.time);
}

// A purchase that names no item.
void Trainer::State::buy_cart(std::string_view visitor, const Event& event, double weight) {
    const auto found = visits.find(visitor);
    if (visitor.empty() || found == visits.end()) {
        return;
    }
    for (const Slot slot : std::exchange(found->second.cart, {})) {
        learn(slot, visitor, event, weight);
    }
}

void Trainer::State::take_out(std::string_view visitor, std::string_view item) {
    const auto found = visits.find(visitor);
    const auto slot = slots.find(item);
    if (found != visits.end() && slot != slots.end()) {
        std::erase(found->second.cart, slot->second);
    }
}

// Items that are not known leave a gap.
void Trainer::State::show_list(std::string_view visitor, const Event& event) {
    const visitor::ShownList list = visitor::read_list(event);
    if (visitor.empty() || list.items.empty()) {
        return;
    }
    if (const std::string_view names = event.parameter(kSegment); !names.empty()) {
        Visit& visit = this->visit(visitor);
        visit.touched = events;
        visit.segments = names;
        visit.segments_at = event.time;
    }
    ListTiles tiles;
    std::vector<Attention::Shown> known;
    for (const std::string_view id : list.items) {
        const auto found = slots.find(id);
        if (found != slots.end()) {
            known.push_back({found->second, tiles.items.size()});
        }
        tiles.items.push_back(found == slots.end() ? kNoSlot : found->second);
    }
    attention.show(visitor, list.name, list.recommender, known, event.time);
    const bool choice = list.items.size() >= 2;
    if (choice && list.recommender.empty() && !list.places.empty()) {
        tiles.places.assign(list.places.begin(), list.places.end());
        Visit& visit = this->visit(visitor);
        visit.touched = events;
        lists.show(visit.lists, event.time, std::move(tiles));
    }
}

void Trainer::State::count_columns(const store::ItemInput& input, int change) {
    for (const auto& [name, text] : input.fields) {
        const auto column = columns.try_emplace(name, 0).first;
        column->second += static_cast<std::size_t>(change);
        if (column->second == 0) {
            columns.erase(column);
        }
    }
}

// Those that the store reads itself stay, then those that the most items have.
std::vector<std::string> Trainer::State::columns_left_out() const {
    std::vector<std::tuple<bool, std::int64_t, std::string_view>> order;
    for (const auto& [name, count] : columns) {
        if (!listed_in(store::kFixedFieldNames, name)) {
            order.emplace_back(!listed_in(store::kLiveFieldNames, name),
                               -static_cast<std::int64_t>(count), name);
        }
    }
    std::sort(order.begin(), order.end());
    std::vector<std::string> names;
    for (std::size_t i = store::kMaxFields - store::field::fixed_count; i < order.size(); ++i) {
        names.emplace_back(std::get<std::string_view>(order[i]));
    }
    std::sort(names.begin(), names.end());
    return names;
}

Logs Trainer::State::closed_logs() const {
    std::vector<const Visit*> open;
    open.reserve(visits.size());
    for (const auto& [name, visit] : visits) {
        open.push_back(&visit);
    }
    // The map's order is not ours: equal input must give an equal store.
    std::sort(open.begin(), open.end(),
              [](const Visit* a, const Visit* b) { return a->touched < b->touched; });
    Logs closed = logs;
    for (const Visit* visit : open) {
        closed.add_session(*visit);
        closed.add_basket(*visit);
    }
    closed.trim();
    return closed;
}

Learned Trainer::State::learned(const Logs& closed, const Attention& shown,
                                const std::vector<std::string>& left_out) const {
    return {options,       products, segments, closed,      left_out,
            order_weights, shown,    repeats,  old_segments};
}

}  // namespace pz::learn
