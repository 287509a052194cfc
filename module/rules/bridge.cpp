#include "rules/bridge.hpp"

#include <algorithm>
#include <limits>

namespace pz::rules {
namespace {

// How many checks may pass between two looks at the clock.
constexpr std::int32_t kFuel = 64;
// A longer text (a description) reaches Lua as its first bytes.
constexpr std::size_t kMaxText = 4096;
constexpr std::int64_t kSessionGap = 30 * 60;  // seconds, as in visitor/profile.hpp
constexpr double kMicros = 1e6;

// Cuts at a character's border.
std::size_t text_length(std::string_view text) {
    if (text.size() <= kMaxText) {
        return text.size();
    }
    std::size_t end = kMaxText;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    return end;
}

std::int32_t give(std::string_view text, const char** out) {
    *out = text.data();
    return static_cast<std::int32_t>(text_length(text));
}

std::int32_t value(Bridge* bridge, std::uint32_t item, std::uint32_t field) {
    const store::Snapshot& snapshot = *bridge->context->snapshot;
    if (field >= snapshot.field_count()) {
        return 0;
    }
    return static_cast<std::int32_t>(snapshot.value(item, static_cast<store::FieldId>(field)));
}

std::int32_t text(Bridge* bridge, std::int32_t value, const char** out) {
    return give(bridge->context->snapshot->text(static_cast<store::ValueId>(value)), out);
}

std::uint32_t find_field(Bridge* bridge, const char* name, std::size_t length) {
    return bridge->context->snapshot->find_field({name, length});
}

std::uint32_t find_item(Bridge* bridge, const char* id, std::size_t length) {
    return bridge->context->snapshot->find({id, length});
}

double live(Bridge* bridge, std::uint32_t item, std::uint32_t field) {
    if (field >= static_cast<std::uint32_t>(LiveField::count)) {
        return 0;
    }
    return live_value(*bridge->context, item, static_cast<LiveField>(field));
}

bool in_level(std::string_view text, std::string_view level) {
    return text.substr(0, level.size()) == level &&
           (text.size() == level.size() || text.substr(level.size(), 3) == " > ");
}

// -1 when affinities are not kept for the field. A product type counts with the levels below it.
double share(Bridge* bridge, std::uint32_t field, const char* value, std::size_t length) {
    const auto kept =
        std::find(std::begin(visitor::kAffinityFields), std::end(visitor::kAffinityFields), field);
    if (kept == std::end(visitor::kAffinityFields)) {
        return -1;
    }
    const store::Snapshot& snapshot = *bridge->context->snapshot;
    const std::string_view wanted(value, length);
    if (field != store::field::product_type) {
        return bridge->visitor->share(*kept, snapshot.find_value(wanted));
    }
    double sum = 0;
    for (const visitor::Affinity& affinity : bridge->visitor->affinities()) {
        if (affinity.field == field && in_level(snapshot.text(affinity.value), wanted)) {
            sum += affinity.share;
        }
    }
    return sum;
}

bool contains(std::span<const store::ItemIndex> items, store::ItemIndex item) {
    return std::find(items.begin(), items.end(), item) != items.end();
}

bool viewed(const visitor::Profile& profile, store::ItemIndex item) {
    const auto touches = profile.touches();
    return std::any_of(touches.begin(), touches.end(), [item](const visitor::Touch& touch) {
        return touch.item == item && (touch.type == visitor::EventType::view_item ||
                                      touch.type == visitor::EventType::select_item);
    });
}

// The numbers stand in driver.cpp, too.
bool relation(Bridge* bridge, std::uint32_t relation, std::uint32_t item) {
    const visitor::Profile& profile = *bridge->visitor;
    switch (relation) {
        case 0:
            return viewed(profile, item);
        case 1:
            return contains(profile.purchased(), item);
        case 2:
            return contains(profile.cart(), item);
        case 3:
            return profile.liked(item);
        default:
            return false;
    }
}

// Here before this visit: some pause between the events, or since the newest, ended a session.
bool returning(const Bridge& bridge) {
    std::int64_t later = bridge.context->now;
    for (const visitor::Touch& touch : bridge.visitor->touches()) {
        if (later - touch.time > kSessionGap) {
            return true;
        }
        later = touch.time;
    }
    return false;
}

double fact(Bridge* bridge, std::uint32_t fact) {
    switch (fact) {
        case 0:
            return static_cast<double>(bridge->visitor->event_count());
        case 1:
            return returning(*bridge) ? 1 : 0;
        case 2:
            return bridge->context->consent ? 1 : 0;
        case 3:
            return bridge->time.hour();
        case 4:
            return bridge->time.weekday;
        case 5:
            return bridge->over_memory ? 1 : 0;
        default:
            return 0;
    }
}

std::string_view variable(const Context& context, std::string_view name) {
    for (const auto& [key, text] : context.variables) {
        if (key == name) {
            return text;
        }
    }
    return {};
}

std::int32_t named(Bridge* bridge, std::uint32_t what, const char* name, std::size_t length,
                   const char** out) {
    const Context& context = *bridge->context;
    switch (what) {
        case 0:
            return give(bridge->visitor->trait({name, length}), out);
        case 1:
            return give(variable(context, {name, length}), out);
        case 2:
            return give(context.placement, out);
        case 3:
            return give(context.category, out);
        case 4:
            return give(context.query, out);
        case 5:
            return give(bridge->date, out);
        default:
            return 0;
    }
}

bool in_segment(Bridge* bridge, const char* name, std::size_t length) {
    const std::string_view wanted(name, length);
    const auto& found = bridge->segments;
    return bridge->visitor->in_segment(wanted) ||
           std::find(found.begin(), found.end(), wanted) != found.end();
}

bool spend(Bridge* bridge, std::int32_t units) {
    return bridge->spend(units);
}

const visitor::Profile& nobody() {
    static const visitor::Profile profile;
    return profile;
}

double age_days(const Context& context, store::ItemIndex item) {
    const std::int64_t seen = context.snapshot->first_seen(item);
    if (seen == 0) {
        return std::numeric_limits<double>::infinity();
    }
    return std::max(0.0, (static_cast<double>(context.now) - static_cast<double>(seen)) / 86400.0);
}

}  // namespace

double live_value(const Context& context, store::ItemIndex item, LiveField field) {
    const store::LiveFields live = context.snapshot->live(item);
    switch (field) {
        case LiveField::price:
            return static_cast<double>(live.price_micros) / kMicros;
        case LiveField::sale_price:
            return live.on_sale() ? static_cast<double>(live.sale_price_micros) / kMicros : 0;
        case LiveField::current_price:
            return static_cast<double>(live.current_price_micros()) / kMicros;
        case LiveField::stock:
            return live.stock == store::kUnknownStock ? std::numeric_limits<double>::infinity()
                                                      : live.stock;
        case LiveField::age_days:
            return age_days(context, item);
        case LiveField::popularity:
            return live.popularity;
        case LiveField::available:
            return live.available() ? 1 : 0;
        case LiveField::on_sale:
            return live.on_sale() ? 1 : 0;
        default:
            return 0;
    }
}

void Bridge::bind(const Context& bound) {
    context = &bound;
    visitor = bound.consent && bound.visitor != nullptr ? bound.visitor : &nobody();
    time = local_time(bound.now);
    date = format_date(time);
    frame.page_item = bound.page_item;
    frame.item = store::kNoItem;
    segments.clear();
    frame.fuel = kFuel;
}

void Bridge::release() {
    context = nullptr;
    visitor = nullptr;
    frame = Frame{};
}

bool Bridge::spend(std::int32_t units) {
    frame.fuel -= std::clamp(units, 0, kFuel + 1);
    if (frame.fuel >= 0) {
        return false;
    }
    frame.fuel = kFuel;
    return over_memory || budget.passed();
}

const Api& api() {
    static constexpr Api kApi = {value,    text, find_field, find_item,  live,        share,
                                 relation, fact, named,      in_segment, rules::spend};
    return kApi;
}

}  // namespace pz::rules
