#include "learn/trainer.hpp"

#include <algorithm>
#include <ctime>
#include <span>
#include <utility>

#include "learn/trainer_state.hpp"

namespace pz::learn {

namespace {

using visitor::Event;
using visitor::EventType;

// Popularity knows no aversion: a dislike is one visitor's.
double weight_of(const Event& event) {
    const double weight = std::max(0.0F, visitor::interest(event.type));
    return event.type == EventType::purchase ? weight * std::min<std::uint32_t>(event.quantity(), 3)
                                             : weight;
}

}  // namespace

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
    const auto known = state_->slots.find(id);
    Product& product =
        state_->products[known == state_->slots.end() ? state_->add_slot(id) : known->second];
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
    const bool sane_time = event.time > 0 && event.time <= std::time(nullptr) + kFuture;
    const double weight = weight_of(event);
    if (!sane_time) {
        ++state_->refused;
        return;
    }
    if (!state_->seen.add(visitor, event)) {
        return;
    }
    state_->newest = std::max(state_->newest, event.time);
    if (event.type == EventType::view_item_list && event.item.empty()) {
        state_->show_list(visitor, event);
    } else if (event.type == EventType::purchase && event.item.empty()) {
        state_->buy_cart(visitor, event, weight);
    } else if (event.type == EventType::remove_from_cart) {
        state_->take_out(visitor, event.item);
    } else if (weight > 0) {
        if (const Slot slot = state_->slot_of(event.item); slot != kNoSlot) {
            state_->learn(slot, visitor, event, weight);
        }
    }
}

void Trainer::forget(std::string_view visitor) {
    const auto visit = state_->visits.find(visitor);
    if (visit != state_->visits.end()) {
        state_->visits.erase(visit);
    }
    state_->attention.forget(visitor);
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
    return product == nullptr ? 0.0F
                              : static_cast<float>(product->weight.at(
                                    state_->moment(now), state_->options.popularity_half_life));
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

Result<std::unique_ptr<store::SnapshotBuilder>> Trainer::build(std::int64_t now) const {
    const Logs logs = state_->closed_logs();  // open visits count, and stay open
    const auto left_out = state_->columns_left_out();
    auto builder =
        build_generation(state_->learned(logs, state_->attention, left_out), state_->moment(now));
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
