#include "learn/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>

#include "learn/trainer_state.hpp"

namespace pz::learn {

namespace {

using visitor::Event;
using visitor::EventType;

constexpr std::int64_t kDay = 86400;

// Popularity knows no aversion: a dislike is one visitor's.
double weight_of(const Event& event) {
    const double weight = std::max(0.0F, visitor::interest(event.type));
    return event.type == EventType::purchase ? weight * std::min<std::uint32_t>(event.quantity(), 3)
                                             : weight;
}

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

void Logs::add_session(const Visit& visit) {
    if (visit.seen.size() < 2 || visit.seen.size() > kMaxSessionItems) {
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

void Logs::add_basket(const Visit& visit) {
    if (visit.basket.size() >= 2) {
        baskets.add(visit.last_purchase, visit.basket);
    }
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
    weigh_segments(slot, event, weight);
}

void Trainer::State::weigh_segments(Slot slot, const Event& event, double weight) {
    for (std::string_view rest = event.parameter("segment"); !rest.empty();) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        const std::string_view name = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        auto found = segments.find(name);
        if (found == segments.end()) {
            if (name.empty() || name.size() > kMaxSegmentName || segments.size() >= kMaxSegments) {
                continue;
            }
            found = segments.try_emplace(std::string(name)).first;
        }
        found->second[slot].add(weight, event.time, options.popularity_half_life);
    }
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
    Visit& visit = this->visit(visitor);
    visit.touched = events;
    if (apart(event.time, visit.last)) {
        logs.add_session(visit);
        visit.seen.clear();
    }
    visit.last = event.time;
    see(visit.seen, slot, browsing(event.type));
    if (event.type != EventType::purchase) {
        return;
    }
    if (apart(event.time, visit.last_purchase)) {
        logs.add_basket(visit);
        visit.basket.clear();
    }
    visit.last_purchase = event.time;
    buy(visit.basket, slot);
}

Trainer::Trainer(const TrainerOptions& options) : state_(std::make_unique<State>(options)) {}
Trainer::~Trainer() = default;

Status Trainer::set_item(const store::ItemInput& item) {
    store::SnapshotBuilder probe;  // the store is the judge of what it takes
    const auto added = probe.add_item(item);
    if (!added) {
        return added.status();
    }
    std::string id;
    for (const auto& [name, text] : item.fields) {
        id = name == "id" ? text : id;
    }
    const auto [place, is_new] =
        state_->slots.try_emplace(std::move(id), static_cast<Slot>(state_->products.size()));
    if (is_new) {
        state_->products.emplace_back();
    }
    Product& product = state_->products[place->second];
    product.input = item;
    state_->listed += product.listed ? 0 : 1;
    product.listed = true;
    return {};
}

void Trainer::remove_item(std::string_view id) {
    const auto found = state_->slots.find(id);
    if (found == state_->slots.end()) {
        return;
    }
    Product& product = state_->products[found->second];
    state_->listed -= product.listed ? 1 : 0;
    product.listed = false;
    product.input = {};
}

std::size_t Trainer::item_count() const {
    return state_->listed;
}

void Trainer::add(std::string_view visitor, const Event& event) {
    ++state_->events;
    const bool sane_time = event.time > 0 && event.time <= std::time(nullptr) + kDay;
    const double weight = weight_of(event);
    if (!sane_time) {
        return;
    }
    state_->newest = std::max(state_->newest, event.time);
    const auto found = state_->slots.find(event.item);
    if (weight > 0 && found != state_->slots.end()) {
        state_->learn(found->second, visitor, event, weight);
    }
}

std::uint64_t Trainer::event_count() const {
    return state_->events;
}

std::int64_t Trainer::newest_event() const {
    return state_->newest;
}

float Trainer::popularity(std::string_view id, std::int64_t now) const {
    const Product* product = state_->find(id);
    return product == nullptr
               ? 0.0F
               : static_cast<float>(product->weight.at(now, state_->options.popularity_half_life));
}

Status Trainer::write(const std::string& path, std::uint64_t generation, std::int64_t now) {
    Logs logs = state_->logs;  // open visits count, and stay open
    for (const auto& [name, visit] : state_->visits) {
        logs.add_session(visit);
        logs.add_basket(visit);
    }
    logs.sessions.trim();
    logs.browsed.trim();
    logs.baskets.trim();
    const auto builder =
        build_generation({state_->options, state_->products, state_->segments, logs}, now);
    return builder ? (*builder)->write(path, generation, now) : builder.status();
}

}  // namespace pz::learn
