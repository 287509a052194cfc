#include "learn/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <span>
#include <tuple>
#include <utility>

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

bool listed_in(std::span<const std::string_view> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
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
    if (visit.clicks.size() >= 2) {
        trials.add(visit.last, visit.clicks);
    }
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

void Trainer::State::weigh_segments(Slot slot, const Event& event, double weight) {
    const std::string_view names = event.parameter("segment");
    const double share = 1.0 / static_cast<double>(1 + std::count(names.begin(), names.end(), ','));
    for (std::string_view rest = names; !rest.empty();) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        if (Segment* found = segment(rest.substr(0, end))) {
            found->items[slot].add(weight, event.time, options.popularity_half_life);
            found->strength.add(share, event.time, options.popularity_half_life);
            found->rank = found->strength.rank(options.popularity_half_life);
            found->touched = events;
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
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

void Trainer::State::show_list(std::string_view visitor, const Event& event) {
    std::vector<std::string_view> items;
    for (std::string_view rest = event.parameter("items"); !rest.empty();) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        items.push_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    show_list(visitor, event.parameter("list"), event.parameter("recommender"), event.time, items);
}

// Items that the catalog lacks leave a gap.
void Trainer::State::show_list(std::string_view visitor, std::string_view list,
                               std::string_view recommender, std::int64_t time,
                               std::span<const std::string_view> items) {
    if (visitor.empty() || items.empty()) {
        return;
    }
    std::vector<Slot> shown;
    std::vector<Attention::Shown> known;
    for (const std::string_view id : items) {
        const auto found = slots.find(id);
        if (found != slots.end()) {
            known.push_back({found->second, shown.size()});
        }
        shown.push_back(found == slots.end() ? kNoSlot : found->second);
    }
    attention.show(visitor, list, recommender, known, time);
    if (items.size() >= 2) {  // one is no choice
        Visit& visit = this->visit(visitor);
        visit.touched = events;
        lists.show(visit.lists, time, std::move(shown));
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
        state_->ids.push_back(place->first);
    }
    Product& product = state_->products[place->second];
    state_->count_columns(product.input, -1);
    product.input = item;
    state_->count_columns(product.input, 1);
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
    state_->count_columns(product.input, -1);
    product.input = {};
}

void Trainer::set_restocked(std::string_view id, std::uint32_t time) {
    if (const auto found = state_->slots.find(id); found != state_->slots.end()) {
        state_->products[found->second].restocked = time;
    }
}

void Trainer::continue_from(const store::Snapshot& before) {
    std::vector<store::SegmentInput> segments;
    for (const store::ValueId name : before.found_segments()) {
        segments.push_back({std::string(before.text(name)), {}});
    }
    for (const store::Attribute& attribute : before.found_attributes()) {
        const auto weights = before.weights_of(attribute);
        for (std::size_t i = 0; i < segments.size(); ++i) {
            if (weights[i] > 0) {
                segments[i].weights.push_back({static_cast<store::FieldId>(attribute.field),
                                               std::string(before.text(attribute.value)),
                                               weights[i]});
            }
        }
    }
    state_->old_segments = std::move(segments);
    state_->order_weights.assign(before.order_weights().begin(), before.order_weights().end());
    if (const store::Mixture* mixture = before.mixture(); mixture != nullptr) {
        state_->mixture = *mixture;
    }
}

std::vector<std::string> Trainer::columns_left_out() const {
    return state_->columns_left_out();
}

bool Trainer::knows(std::string_view id) const {
    const Product* product = state_->find(id);
    return product != nullptr && product->listed;
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
    if (event.type == EventType::view_item_list && event.item.empty()) {
        state_->show_list(visitor, event);
    } else if (weight > 0 && found != state_->slots.end()) {
        state_->learn(found->second, visitor, event, weight);
    }
}

void Trainer::show_list(std::string_view visitor, std::int64_t time,
                        std::span<const std::string_view> items) {
    state_->show_list(visitor, {}, {}, time, items);
}

void Trainer::for_each_list_click(std::int64_t since,
                                  const std::function<void(const ListClick&)>& visit) const {
    ListClick out;
    const auto id = [this](Slot slot) {
        return slot == kNoSlot ? std::string_view() : std::string_view(state_->ids[slot]);
    };
    for (const ListLog::Click& click : state_->lists.clicks()) {
        if (click.time < since) {
            continue;
        }
        out = {click.time, {}, {}, click.clicked};
        for (const ListTouch& touch : click.touches) {
            out.touches.push_back({id(touch.item), touch.type, touch.time});
        }
        for (const Slot slot : click.shown) {
            out.shown.push_back(id(slot));
        }
        visit(out);
    }
}

void Trainer::set_order_weights(std::vector<float> weights) {
    state_->order_weights = std::move(weights);
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

std::optional<store::LiveFields> Trainer::live_fields(std::string_view id, std::int64_t now) const {
    const Product* product = state_->find(id);
    if (product == nullptr || !product->listed) {
        return {};
    }
    auto live = store::read_live_fields(product->input);
    if (!live) {
        return {};
    }
    live->popularity = popularity(id, now);
    live->restocked = product->restocked;
    return *live;
}

Logs Trainer::State::closed_logs() const {
    Logs closed = logs;
    for (const auto& [name, visit] : visits) {
        closed.add_session(visit);
        closed.add_basket(visit);
    }
    closed.trim();
    return closed;
}

Learned Trainer::State::learned(const Logs& closed, const Attention& shown,
                                const std::vector<std::string>& left_out) const {
    return {options,       products, segments, closed,      left_out,
            order_weights, shown,    repeats,  old_segments};
}

Result<std::unique_ptr<store::SnapshotBuilder>> Trainer::build(std::int64_t now) const {
    const Logs logs = state_->closed_logs();  // open visits count, and stay open
    const auto left_out = state_->columns_left_out();
    auto builder = build_generation(state_->learned(logs, state_->attention, left_out), now);
    if (builder && state_->mixture) {
        (*builder)->set_mixture(*state_->mixture);
    }
    return builder;
}

void Trainer::each_trial(const Trial& trial) const {
    const SessionLog trials = state_->closed_logs().trials;
    std::vector<std::string_view> names(state_->products.size());
    for (const auto& [id, slot] : state_->slots) {
        names[slot] = id;
    }
    std::vector<std::string_view> ids;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        ids.clear();
        for (const Slot slot : trials.items(i)) {
            ids.push_back(names[slot]);
        }
        trial(trials.time(i), ids);
    }
}

Status Trainer::write_past(const std::string& path, std::int64_t until) const {
    Logs logs = state_->closed_logs();
    logs.sessions.cut(until);
    const Attention attention = state_->lists.attention_until(until);
    const auto left_out = state_->columns_left_out();
    const auto builder = build_sessions(state_->learned(logs, attention, left_out), until);
    return builder ? (*builder)->write(path, 1, until) : builder.status();
}

void Trainer::set_mixture(const store::Mixture& mixture) {
    state_->mixture = mixture;
}

Status Trainer::write(const store::StagedFile& file, std::uint64_t generation, std::int64_t now) {
    const auto builder = build(now);
    return builder ? (*builder)->write(file, generation, now) : builder.status();
}

Status Trainer::write(const std::string& path, std::uint64_t generation, std::int64_t now) {
    const auto builder = build(now);
    return builder ? (*builder)->write(path, generation, now) : builder.status();
}

}  // namespace pz::learn
