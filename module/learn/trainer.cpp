#include "learn/trainer.hpp"

#include <algorithm>
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

bool listed_in(std::span<const std::string_view> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

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

// Items that the catalog lacks leave a gap.
void Trainer::State::show_list(std::string_view visitor, const Event& event) {
    const visitor::ShownList list = visitor::read_list(event);
    if (visitor.empty() || list.items.empty()) {
        return;
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
        ++state_->refused;
        return;
    }
    if (!state_->seen.add(visitor, event)) {
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
        out = {click.time, {}, {}, click.shown.places, click.clicked};
        for (const ListTouch& touch : click.touches) {
            out.touches.push_back({id(touch.item), touch.type, touch.time});
        }
        for (const Slot slot : click.shown.items) {
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

std::uint64_t Trainer::refused_count() const {
    return state_->refused;
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
