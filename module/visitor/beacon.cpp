#include "visitor/beacon.hpp"

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <utility>

#include "visitor/beacon_fields.hpp"
#include "visitor/event_reader.hpp"

namespace pz::visitor {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxDepth = 12;  // GA4 nests four levels

bool keeps_custom(EventType type) {
    return type == EventType::other || type == EventType::select_filter ||
           type == EventType::select_variant;
}

bool mapped(std::string_view key) {
    const auto is_key = [key](const MappedField& field) { return field.theirs == key; };
    return key == "items" || std::any_of(kItemFields.begin(), kItemFields.end(), is_key) ||
           std::any_of(kEventFields.begin(), kEventFields.end(), is_key);
}

// Walks one body. Every function returns false after fail(), which ends the walk.
class BeaconParser {
  public:
    BeaconParser(std::int64_t now, const BeaconLimits& limits) : now_(now), limits_(limits) {}

    Result<std::vector<Event>> parse(std::string_view body);

  private:
    // Where the walk is, for errors: "events[2].params.items[0].price".
    class At {
      public:
        At(BeaconParser& parser, std::string_view name)
            : place_(parser.place_), length_(place_.size()) {
            if (!place_.empty()) {
                place_ += '.';
            }
            place_ += name;
        }
        At(BeaconParser& parser, std::size_t index)
            : place_(parser.place_), length_(place_.size()) {
            place_ += '[' + std::to_string(index) + ']';
        }
        ~At() { place_.resize(length_); }
        At(const At&) = delete;
        At& operator=(const At&) = delete;

      private:
        std::string& place_;
        std::size_t length_;
    };

    bool fail(std::string_view problem);
    bool walk(dom::element root);
    bool walk_envelope(dom::object envelope, dom::element events);
    bool walk_events(dom::array events, std::int64_t time);
    bool walk_event(dom::element element, std::int64_t time);
    bool walk_params(dom::object params, Event event);
    bool walk_items(dom::array items, dom::object params, const Event& event);
    bool walk_item(dom::element element, dom::object params, Event event);

    bool read_name(dom::object object, Event& event);
    bool read_time(dom::object object, std::int64_t* time);
    bool read_item_id(dom::object item, Event& event);
    bool read_numbers(dom::object item, Event& event);
    bool read_texts(dom::object object, std::span<const MappedField> fields, Event& event);
    bool read_value(dom::object params, Event& event);
    bool read_custom(dom::object params, Event& event);
    bool set(Event& event, std::string_view key, std::string value);
    bool keep(Event event);

    const std::int64_t now_;
    const BeaconLimits& limits_;
    std::string place_;
    std::string error_;
    std::vector<Event> events_;
};

bool BeaconParser::fail(std::string_view problem) {
    error_ = (place_.empty() ? "body" : place_) + ": ";
    error_ += problem;
    return false;
}

Result<std::vector<Event>> BeaconParser::parse(std::string_view body) {
    if (body.size() > limits_.max_bytes) {
        return Status::error("body: over " + std::to_string(limits_.max_bytes) + " bytes");
    }
    dom::parser parser;
    dom::element root;
    simdjson::error_code error = parser.allocate(std::max<std::size_t>(body.size(), 64), kMaxDepth);
    if (error == simdjson::SUCCESS) {
        error = parser.parse(body.data(), body.size()).get(root);
    }
    if (error != simdjson::SUCCESS) {
        return Status::error(std::string("body: not JSON: ") + simdjson::error_message(error));
    }
    if (!walk(root)) {
        return Status::error(std::move(error_));
    }
    return std::move(events_);
}

bool BeaconParser::walk(dom::element root) {
    dom::array list;
    if (root.get(list) == simdjson::SUCCESS) {
        return walk_events(list, now_);
    }
    dom::object object;
    if (root.get(object) != simdjson::SUCCESS) {
        return fail("neither an object nor an array");
    }
    dom::element events;
    return find_field(object, "events", &events) ? walk_envelope(object, events)
                                                 : walk_event(root, now_);
}

bool BeaconParser::walk_envelope(dom::object envelope, dom::element events) {
    std::int64_t time = now_;
    if (!read_time(envelope, &time)) {
        return false;
    }
    const At at(*this, "events");
    dom::array list;
    return events.get(list) == simdjson::SUCCESS ? walk_events(list, time) : fail("not an array");
}

bool BeaconParser::walk_events(dom::array events, std::int64_t time) {
    std::size_t index = 0;
    for (const dom::element element : events) {
        if (index == limits_.max_events) {
            return fail("more than " + std::to_string(limits_.max_events) + " events");
        }
        const At at(*this, index++);
        if (!walk_event(element, time)) {
            return false;
        }
    }
    return true;
}

bool BeaconParser::walk_event(dom::element element, std::int64_t time) {
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS) {
        return fail("not an object");
    }
    Event event;
    event.time = time;
    if (!read_name(object, event) || !read_time(object, &event.time)) {
        return false;
    }
    dom::element params;
    if (!find_field(object, "params", &params)) {
        return keep(std::move(event));
    }
    const At at(*this, "params");
    return params.get(object) == simdjson::SUCCESS ? walk_params(object, std::move(event))
                                                   : fail("not an object");
}

bool BeaconParser::walk_params(dom::object params, Event event) {
    dom::array list;
    dom::element items;
    const bool has_items = find_field(params, "items", &items);
    if (has_items) {
        const At at(*this, "items");
        if (items.get(list) != simdjson::SUCCESS) {
            return fail("not an array");
        }
        if (list.size() > limits_.max_items) {
            return fail("more than " + std::to_string(limits_.max_items) + " items");
        }
    }
    if (!read_texts(params, kEventFields, event) || !read_custom(params, event)) {
        return false;
    }
    if (has_items && list.begin() != list.end()) {
        return walk_items(list, params, event);
    }
    return read_texts(params, kItemFields, event) && read_value(params, event) &&
           keep(std::move(event));
}

bool BeaconParser::walk_items(dom::array items, dom::object params, const Event& event) {
    Event first = event;
    if (!read_value(params, first)) {
        return false;
    }
    std::size_t index = 0;
    const At items_at(*this, "items");
    for (const dom::element element : items) {
        const At at(*this, index);
        if (!walk_item(element, params, index == 0 ? first : event)) {
            return false;
        }
        ++index;
    }
    return true;
}

bool BeaconParser::walk_item(dom::element element, dom::object params, Event event) {
    dom::object item;
    if (element.get(item) != simdjson::SUCCESS) {
        return fail("not an object");
    }
    return read_item_id(item, event) && read_numbers(item, event) &&
           read_texts(item, kItemFields, event) && read_texts(params, kItemFields, event) &&
           keep(std::move(event));
}

bool BeaconParser::read_name(dom::object object, Event& event) {
    const At at(*this, "name");
    dom::element element;
    std::string_view name;
    if (!find_field(object, "name", &element)) {
        return fail("missing");
    }
    if (element.get(name) != simdjson::SUCCESS) {
        return fail("not a text");
    }
    if (const auto problem = name_problem(name); !problem.empty()) {
        return fail(problem);
    }
    event.name = name;
    event.type = event_type(name);
    return true;
}

// A clock that is wrong, or a body that waited too long, must not rewrite history.
bool BeaconParser::read_time(dom::object object, std::int64_t* time) {
    dom::element element;
    if (!find_field(object, "timestamp_micros", &element)) {
        return true;
    }
    const At at(*this, "timestamp_micros");
    std::int64_t seconds = 0;
    if (const auto problem = read_micros(element, &seconds); !problem.empty()) {
        return fail(problem);
    }
    *time = seconds > now_ || seconds < now_ - limits_.max_age ? now_ : seconds;
    return true;
}

bool BeaconParser::read_item_id(dom::object item, Event& event) {
    const At at(*this, "item_id");
    dom::element element;
    if (!find_field(item, "item_id", &element)) {
        return fail("missing");
    }
    if (!scalar_text(element, &event.item)) {
        return fail("not a text");
    }
    const std::string_view problem = item_problem(event.item);
    return problem.empty() || fail(problem);
}

bool BeaconParser::read_numbers(dom::object item, Event& event) {
    dom::element element;
    std::string text;
    if (find_field(item, "price", &element)) {
        const At at(*this, "price");
        const std::string_view problem = read_amount(element, &text);
        if (!problem.empty() ? !fail(problem) : !set(event, "price", text)) {
            return false;
        }
    }
    if (find_field(item, "quantity", &element)) {
        const At at(*this, "quantity");
        const std::string_view problem = read_quantity(element, &text);
        return problem.empty() ? set(event, "qty", text) : fail(problem);
    }
    return true;
}

bool BeaconParser::read_texts(dom::object object, std::span<const MappedField> fields,
                              Event& event) {
    for (const MappedField& field : fields) {
        dom::element element;
        if (!find_field(object, field.theirs, &element)) {
            continue;
        }
        const At at(*this, field.theirs);
        std::string text;
        if (!scalar_text(element, &text)) {
            return fail("not a text");
        }
        if (!set(event, field.ours, std::move(text))) {
            return false;
        }
    }
    return true;
}

bool BeaconParser::read_value(dom::object params, Event& event) {
    dom::element element;
    if (keeps_custom(event.type) || !find_field(params, "value", &element)) {
        return true;
    }
    const At at(*this, "value");
    std::string text;
    const std::string_view problem = read_amount(element, &text);
    return problem.empty() ? set(event, "value", std::move(text)) : fail(problem);
}

bool BeaconParser::read_custom(dom::object params, Event& event) {
    if (!keeps_custom(event.type)) {
        return true;
    }
    for (const auto& [key, element] : params) {
        if (element.is_null() || mapped(key)) {
            continue;
        }
        if (const auto problem = key_problem(key); !problem.empty()) {
            return fail("a parameter's name is " + std::string(problem));
        }
        const At at(*this, key);
        std::string text;
        if (!scalar_text(element, &text)) {
            return fail("not a text, a number or a truth value");
        }
        if (!set(event, key, std::move(text))) {
            return false;
        }
    }
    return true;
}

// The first of a key counts: the item's own before the event's.
bool BeaconParser::set(Event& event, std::string_view key, std::string value) {
    if (const auto problem = value_problem(value); !problem.empty()) {
        return fail(problem);
    }
    const auto same = [key](const auto& parameter) { return parameter.first == key; };
    if (std::any_of(event.parameters.begin(), event.parameters.end(), same)) {
        return true;
    }
    if (event.parameters.size() == kMaxParameters) {
        return fail("more than " + std::to_string(kMaxParameters) + " parameters");
    }
    event.parameters.emplace_back(key, std::move(value));
    return true;
}

bool BeaconParser::keep(Event event) {
    if (events_.size() == limits_.max_produced) {
        return fail("more than " + std::to_string(limits_.max_produced) + " events in all");
    }
    if (const Status valid = validate(event); !valid.ok()) {
        return fail(valid.message());
    }
    events_.push_back(std::move(event));
    return true;
}

}  // namespace

Result<std::vector<Event>> parse_beacon(std::string_view body, std::int64_t now,
                                        const BeaconLimits& limits) {
    return BeaconParser(now, limits).parse(body);
}

}  // namespace pz::visitor
