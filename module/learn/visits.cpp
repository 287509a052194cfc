// A trainer's visits: what a visitor does becomes sessions, baskets and trials.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "learn/trainer_state.hpp"

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
    attention.click(visitor, slot, event.time);
    weigh_segments(slot, event, weight);
    Visit& visit = this->visit(visitor);
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
    if (event.type != EventType::purchase) {
        return;
    }
    if (apart(event.time, visit.last_purchase)) {
        logs.add_basket(visit);
        visit.basket.clear();
    }
    visit.last_purchase = event.time;
    buy(visit.basket, slot);
    repeats.buy(visitor, slot, event.time);
}

Logs Trainer::State::closed_logs() const {
    std::vector<const Visit*> order;
    order.reserve(visits.size());
    for (const auto& [name, visit] : visits) {
        order.push_back(&visit);
    }
    std::sort(order.begin(), order.end(),
              [](const Visit* a, const Visit* b) { return a->touched < b->touched; });
    Logs closed = logs;
    for (const Visit* visit : order) {
        closed.add_session(*visit);
        closed.add_basket(*visit);
    }
    closed.trim();
    return closed;
}

}  // namespace pz::learn
