#include "rules/bridge.hpp"

#include <algorithm>
#include <charconv>
#include <exception>
#include <limits>

namespace pz::rules {
namespace {

// How many checks may pass between two looks at the clock.
constexpr std::int32_t kFuel = 64;
// A longer text (a description) reaches Lua as its first bytes.
constexpr std::size_t kMaxText = 4096;
constexpr double kDay = 86400;  // seconds

// Nothing that C++ throws may cross a Lua frame: the rule stops as one that has met the memory limit.
template <class Result, class Work>
Result guarded(Bridge& bridge, Result failed, Work work) noexcept {
    try {
        return work();
    } catch (const std::exception&) {
        bridge.over_memory = true;
        bridge.frame.fuel = 0;
        return failed;
    }
}

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

std::int32_t value(Bridge* bridge, std::uint32_t item, std::uint32_t field) noexcept {
    const store::Snapshot& snapshot = *bridge->context->snapshot;
    if (field >= snapshot.field_count()) {
        return 0;
    }
    return static_cast<std::int32_t>(snapshot.value(item, static_cast<store::FieldId>(field)));
}

std::int32_t text(Bridge* bridge, std::int32_t value, const char** out) noexcept {
    return give(bridge->context->snapshot->text(static_cast<store::ValueId>(value)), out);
}

// Remembers what the catalog lacks, as far as it can be a column.
bool miss(Bridge& bridge, std::string_view name) {
    auto& missed = bridge.unknown_columns;
    if (missed.size() < Bridge::kMaxUnknown && name.size() <= 64 &&
        std::find(missed.begin(), missed.end(), name) == missed.end()) {
        missed.emplace_back(name);
    }
    return true;
}

std::uint32_t find_field(Bridge* bridge, const char* name, std::size_t length) noexcept {
    const store::FieldId field = bridge->context->snapshot->find_field({name, length});
    if (field == store::kNoField) {
        guarded<bool>(*bridge, false, [&] { return miss(*bridge, {name, length}); });
    }
    return field;
}

std::uint32_t find_item(Bridge* bridge, const char* id, std::size_t length) noexcept {
    return bridge->context->snapshot->find({id, length});
}

double live(Bridge* bridge, std::uint32_t item, std::uint32_t field) noexcept {
    if (field >= kLiveFields) {
        return 0;
    }
    return live_value(*bridge->context, bridge->margin, item, static_cast<LiveField>(field));
}

const double* numbers(Bridge* bridge, std::uint32_t field) noexcept {
    field = std::min(field, static_cast<std::uint32_t>(kLiveFields - 1));
    return guarded<const double*>(*bridge, nullptr, [&] {
        const double* array = bridge->columns.numbers(static_cast<LiveField>(field)).data();
        bridge->frame.numbers[field] = array;
        return array;
    });
}

const store::ValueId* texts(Bridge* bridge, std::uint32_t slot, const char* name,
                            std::size_t length) noexcept {
    const auto field = static_cast<store::FieldId>(find_field(bridge, name, length));
    return guarded<const store::ValueId*>(*bridge, nullptr, [&] {
        const store::ValueId* array = bridge->columns.values(field).data();
        bridge->frame.texts[std::min<std::size_t>(slot, kTextSlots - 1)] = array;
        return array;
    });
}

bool in_level(std::string_view text, std::string_view level) {
    return text.substr(0, level.size()) == level &&
           (text.size() == level.size() || text.substr(level.size(), 3) == " > ");
}

// A product type counts with the levels below it.
double share_of(const Bridge& bridge, store::FieldId field, std::string_view wanted) {
    const store::Snapshot& snapshot = *bridge.context->snapshot;
    if (field != store::field::product_type) {
        return bridge.visitor->share(field, snapshot.find_value(wanted));
    }
    double sum = 0;
    for (const visitor::Affinity& affinity : bridge.visitor->affinities()) {
        if (affinity.field == field && in_level(snapshot.text(affinity.value), wanted)) {
            sum += affinity.share;
        }
    }
    return sum;
}

// -1 when affinities are not kept for the field.
double share(Bridge* bridge, std::uint32_t field, const char* value, std::size_t length) noexcept {
    const auto kept =
        std::find(std::begin(visitor::kAffinityFields), std::end(visitor::kAffinityFields), field);
    if (kept == std::end(visitor::kAffinityFields)) {
        return -1;
    }
    return guarded<double>(*bridge, 0, [&] { return share_of(*bridge, *kept, {value, length}); });
}

bool relation(Bridge* bridge, std::uint32_t relation, std::uint32_t item) noexcept {
    return related(*bridge->visitor, static_cast<Relation>(relation), item);
}

const std::uint8_t* relations(Bridge* bridge, std::uint32_t relation) noexcept {
    relation = std::min(relation, static_cast<std::uint32_t>(kRelations - 1));
    return guarded<const std::uint8_t*>(*bridge, nullptr, [&] {
        const std::uint8_t* array = bridge->relations.of(static_cast<Relation>(relation)).data();
        bridge->frame.relations[relation] = array;
        return array;
    });
}

// This visit is the first when no pause between the events, or since the newest, ended a session.
unsigned visits(const Bridge& bridge) {
    unsigned count = 1;
    std::int64_t later = bridge.context->now;
    for (const visitor::Touch& touch : bridge.visitor->touches()) {
        count += later - touch.time > visitor::kSessionGap ? 1 : 0;
        later = touch.time;
    }
    return count;
}

// Pieces of an item in the cart: what was added since it was last bought, less what was removed.
double pieces(const visitor::Profile& profile, store::ItemIndex item) {
    double count = 0;
    for (const visitor::Touch& touch : profile.touches()) {
        if (touch.item != item) {
            continue;
        }
        if (touch.type == visitor::EventType::purchase) {
            break;
        }
        const double quantity = touch.quantity;
        count += touch.type == visitor::EventType::add_to_cart        ? quantity
                 : touch.type == visitor::EventType::remove_from_cart ? -quantity
                                                                      : 0;
    }
    return std::max(count, 1.0);
}

double cart_value(const Bridge& bridge) {
    double sum = 0;
    for (const store::ItemIndex item : bridge.visitor->cart()) {
        sum += pieces(*bridge.visitor, item) *
               live_value(*bridge.context, {}, item, LiveField::current_price);
    }
    return sum;
}

bool has_value(const store::Snapshot& snapshot, store::ItemIndex item, std::uint32_t field,
               std::string_view wanted) {
    if (field >= snapshot.field_count()) {
        return false;
    }
    const std::string_view text = snapshot.text(item, static_cast<store::FieldId>(field));
    return field == store::field::product_type ? in_level(text, wanted) : text == wanted;
}

// What history() is asked about.
struct Question {
    visitor::EventType event;
    store::ItemIndex item;
    std::uint32_t field;
    std::string_view value;
    bool by_value;  // of items with the value in the field

    bool fits(const store::Snapshot& snapshot, const visitor::Touch& touch) const {
        return touch.type == event && (item == store::kNoItem || touch.item == item) &&
               (!by_value || has_value(snapshot, touch.item, field, value));
    }
};

double count_events(const Bridge& bridge, const Question& question, double days) {
    const double since = static_cast<double>(bridge.context->now) - days * kDay;
    unsigned count = 0;
    for (const visitor::Touch& touch : bridge.visitor->touches()) {
        const bool recent = static_cast<double>(touch.time) >= since;
        count += recent && question.fits(*bridge.context->snapshot, touch) ? 1 : 0;
    }
    return count;
}

double days_since(const Bridge& bridge, const Question& question) {
    for (const visitor::Touch& touch : bridge.visitor->touches()) {
        if (question.fits(*bridge.context->snapshot, touch)) {
            return static_cast<double>(
                       std::max<std::int64_t>(bridge.context->now - touch.time, 0)) /
                   kDay;
        }
    }
    return -1;
}

double session_share(const Bridge& bridge, const Question& question) {
    const auto session = bridge.visitor->session();
    const auto count = std::count_if(session.begin(), session.end(), [&](store::ItemIndex item) {
        return has_value(*bridge.context->snapshot, item, question.field, question.value);
    });
    return session.empty() ? 0 : static_cast<double>(count) / static_cast<double>(session.size());
}

double history(Bridge* bridge, std::uint32_t what, std::uint32_t event, std::uint32_t item,
               std::uint32_t field, const char* value, std::size_t length, double days) noexcept {
    const std::string_view text(value, length);
    const Question question{static_cast<visitor::EventType>(event), item, field, text,
                            !text.empty()};
    switch (what) {
        case 0:
            return count_events(*bridge, question, days);
        case 1:
            return days_since(*bridge, question);
        default:
            return session_share(*bridge, question);
    }
}

std::int32_t zone(Bridge* bridge, const char* name, std::size_t length, bool for_all,
                  const char** out) noexcept {
    const std::int32_t number = guarded<std::int32_t>(*bridge, -1, [&] {
        return bridge->zones.add({name, length}, bridge->nearest);
    });
    if (number < 0) {
        *out = bridge->nearest.data();
        return -1 - static_cast<std::int32_t>(bridge->nearest.size());
    }
    if (for_all) {
        bridge->zone = number;
        bridge->time_of = -1;
    }
    return number;
}

std::int32_t label(Bridge* bridge, const char* text, std::size_t length) noexcept {
    if (!Labels::fits({text, length})) {
        return -1;
    }
    return guarded<std::int32_t>(*bridge, 0, [&] { return bridge->labels.add({text, length}); });
}

double fact(Bridge* bridge, std::uint32_t fact) noexcept {
    switch (fact) {
        case 0:
            return static_cast<double>(bridge->visitor->event_count());
        case 1:
            return visits(*bridge) > 1 ? 1 : 0;
        case 2:
            return bridge->context->consent ? 1 : 0;
        case 3:
            return bridge->time.hour();
        case 4:
            return bridge->time.weekday;
        case 5:
            return bridge->over_memory ? 1 : 0;
        case 6:
            return visits(*bridge);
        case 7:
            return static_cast<double>(bridge->visitor->cart().size());
        case 8:
            return cart_value(*bridge);
        case 9:
            return bridge->time.minute % 60;
        case 10:
            return bridge->time.date % 100;
        case 11:
            return bridge->time.date / 100 % 100;
        case 12:
            return days_in_month(bridge->time) - bridge->time.date % 100;
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

// The names that the driver knows by number when it is made.
std::string_view listed(const Bridge& bridge, std::uint32_t what, std::string_view number) {
    std::size_t index = 0;
    std::from_chars(number.data(), number.data() + number.size(), index);
    if (what == 7) {
        return index < bridge.recommenders.size() ? bridge.recommenders[index] : std::string_view();
    }
    return index < static_cast<std::size_t>(visitor::EventType::other)
               ? visitor::name(static_cast<visitor::EventType>(index))
               : std::string_view();
}

std::int32_t named(Bridge* bridge, std::uint32_t what, const char* name, std::size_t length,
                   const char** out) noexcept {
    if (what > 5) {
        return give(listed(*bridge, what, {name, length}), out);
    }
    if (bridge->context == nullptr) {  // the file is being loaded
        return 0;
    }
    const Context& context = *bridge->context;
    switch (what) {
        case 0:
            return give(bridge->visitor->trait({name, length}), out);
        case 1:
            return give(variable(context, {name, length}), out);
        case 2:
            bridge->frame.asked_place = 1;
            return give(context.placement, out);
        case 3:
            bridge->frame.asked_place = 1;
            return give(context.category, out);
        case 4:
            bridge->frame.asked_place = 1;
            return give(context.query, out);
        case 5:
            return give(bridge->date, out);
        default:
            return 0;
    }
}

bool in_segment(Bridge* bridge, const char* name, std::size_t length) noexcept {
    const std::string_view wanted(name, length);
    const auto& found = bridge->segments;
    return std::find(found.begin(), found.end(), wanted) != found.end() ||
           guarded<bool>(*bridge, false, [&] { return bridge->visitor->in_segment(wanted); });
}

bool spend(Bridge* bridge, std::int32_t units) noexcept {
    return bridge->spend(units);
}

const visitor::Profile& nobody() {
    static const visitor::Profile profile;
    return profile;
}

}  // namespace

void Bridge::bind(const Context& bound, std::span<const store::ItemIndex> items) {
    context = &bound;
    visitor = bound.consent && bound.visitor != nullptr ? bound.visitor : &nobody();
    columns.begin(bound, items);
    relations.begin(*visitor, items);
    if (time_of != bound.now) {
        time_of = bound.now;
        time = zones.time(zone, bound.now);
        date = format_date(time);
    }
    frame = Frame{};
    frame.page_item = bound.page_item;
    frame.items = items.data();
    frame.place = static_cast<std::int32_t>(items.size() - 1);
    frame.fuel = kFuel;
    segments.clear();
}

void Bridge::release() {
    context = nullptr;
    visitor = nullptr;
}

bool Bridge::spend(std::int32_t units) {
    frame.fuel -= std::clamp(units, 0, kFuel + 1);
    if (frame.fuel >= 0) {
        return false;
    }
    frame.fuel = kFuel;
    out_of_time = !over_memory && budget.passed();
    return over_memory || out_of_time;
}

const Api& api() {
    static constexpr Api kApi = {
        numbers,   texts, value, text,       find_field,   find_item, live,  share, relation,
        relations, fact,  named, in_segment, rules::spend, history,   label, zone};
    return kApi;
}

}  // namespace pz::rules
