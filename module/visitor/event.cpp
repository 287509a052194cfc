#include "visitor/event.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "visitor/event_reader.hpp"

namespace pz::visitor {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(EventType::count)> kNames = {
    "view_item",       "view_item_list", "select_item", "add_to_cart", "remove_from_cart",
    "view_cart",       "begin_checkout", "purchase",    "refund",      "search",
    "add_to_wishlist", "like",           "unlike",      "dislike",     "select_filter",
    "select_variant",  "other"};

// Of a name that is not empty; no two of the names above have the same.
constexpr std::size_t kPlaces = 64;
constexpr std::size_t place_of(std::string_view name) {
    return (name.size() * 2 + static_cast<unsigned char>(name.front()) * 3U +
            static_cast<unsigned char>(name.back())) %
           kPlaces;
}

// By place.
constexpr auto kTypes = [] {
    std::array<EventType, kPlaces> types{};
    types.fill(EventType::other);
    for (std::size_t i = 0; i + 1 < kNames.size(); ++i) {
        types[place_of(kNames[i])] = static_cast<EventType>(i);
    }
    return types;
}();

static_assert(std::count(kTypes.begin(), kTypes.end(), EventType::other) ==
                  static_cast<std::ptrdiff_t>(kPlaces + 1 - kNames.size()),
              "two names have the same place");

// Of `size` bytes each, without the call that a length unknown to the compiler takes.
bool same_bytes(const char* a, const char* b, std::size_t size) {
    const auto differ = [a, b]<class Word>(Word one, std::size_t at) {
        Word other;
        std::memcpy(&one, a + at, sizeof one);
        std::memcpy(&other, b + at, sizeof other);
        return one != other;
    };
    if (size > 2 * sizeof(std::uint64_t) || size < sizeof(std::uint32_t)) {
        return std::memcmp(a, b, size) == 0;
    }
    if (size >= sizeof(std::uint64_t)) {  // the two may overlap
        return !differ(std::uint64_t{}, 0) &&
               !differ(std::uint64_t{}, size - sizeof(std::uint64_t));
    }
    return !differ(std::uint32_t{}, 0) && !differ(std::uint32_t{}, size - sizeof(std::uint32_t));
}

constexpr std::string_view kNoItemToken = "-";

// "-" alone would mean "no item".
void encode_item(std::string_view item, std::string& out) {
    if (item.empty()) {
        out += kNoItemToken;
    } else if (item == kNoItemToken) {
        out += "%2D";
    } else {
        percent_encode(item, out);
    }
}

Fault parameter_fault(const Event& event) {
    if (event.parameters.size() > kMaxParameters) {
        return {"parameters", "more than 16", {}};
    }
    for (const auto& [key, value] : event.parameters) {
        std::string_view problem = key_problem(key);
        if (problem.empty()) {
            problem = value_problem(value);
        }
        if (!problem.empty()) {
            return {"parameter", problem, key};
        }
    }
    return {};
}

Fault event_fault(const Event& event) {
    if (const auto problem = name_problem(event.name); !problem.empty()) {
        return {"name", problem, event.name};
    }
    if (event_type(event.name) != event.type) {
        return {"name", "not the name of the event's type", event.name};
    }
    if (const auto problem = item_problem(event.item); !event.item.empty() && !problem.empty()) {
        return {"item", problem, event.item};
    }
    if (const auto problem = time_problem(event.time); !problem.empty()) {
        return {"time", problem, {}};
    }
    return parameter_fault(event);
}

void set_stream_field(Event& event, std::string_view name, std::string_view value,
                      std::string_view* time, std::string* visitor) {
    if (name == "v") {
        if (visitor != nullptr) {
            *visitor = valid_visitor_id(value) ? value : std::string_view();
        }
    } else if (name == "e") {
        event.name = value;
    } else if (name == "i") {
        event.item = value;
    } else if (name == "t") {
        *time = value;
    } else {
        event.parameters.emplace_back(name, value);
    }
}

}  // namespace

std::string_view name(EventType type) {
    return kNames[static_cast<std::size_t>(std::min(type, EventType::other))];
}

EventType event_type(std::string_view name) {
    if (name.empty()) {
        return EventType::other;
    }
    const EventType type = kTypes[place_of(name)];
    const std::string_view known = kNames[static_cast<std::size_t>(type)];
    const bool same =
        name.size() == known.size() && same_bytes(name.data(), known.data(), name.size());
    return same ? type : EventType::other;
}

std::string_view Event::parameter(std::string_view key) const {
    for (const auto& [name, value] : parameters) {
        if (name == key) {
            return value;
        }
    }
    return {};
}

std::int64_t Event::price_micros() const {
    return price_of(parameter("price"));
}

std::uint32_t Event::quantity() const {
    return quantity_of(parameter("qty"));
}

Result<Event> parse_event(std::string_view text) {
    EventReader reader;
    if (!reader.read(text)) {
        return reader.fault().status();
    }
    Event event;
    event.type = event_type(reader.name());
    event.name = reader.name();
    event.item = reader.item();
    event.time = reader.time();
    event.parameters.reserve(reader.parameters().size());
    for (const auto& [key, value] : reader.parameters()) {
        event.parameters.emplace_back(key, value);
    }
    return event;
}

std::string format_event(const Event& event) {
    std::string text;
    text.reserve(128);
    percent_encode(event.name, text);
    text += ' ';
    encode_item(event.item, text);
    text += ' ';
    text += std::to_string(event.time);
    for (const auto& [key, value] : event.parameters) {
        text += ' ';
        percent_encode(key, text);
        text += '=';
        percent_encode(value, text);
    }
    return text;
}

Status validate(const Event& event) {
    if (const Fault fault = event_fault(event)) {
        return fault.status();
    }
    if (format_event(event).size() > kMaxEventLength) {
        return Fault{"event", "longer than 2048 bytes", {}}.status();
    }
    return {};
}

bool valid_visitor_id(std::string_view id) {
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

std::vector<std::string> stream_fields(std::string_view visitor, const Event& event) {
    std::vector<std::string> fields;
    fields.reserve(8 + 2 * event.parameters.size());
    fields.emplace_back("v");
    fields.emplace_back(visitor);
    fields.emplace_back("e");
    fields.push_back(event.name);
    fields.emplace_back("i");
    fields.push_back(event.item);
    fields.emplace_back("t");
    fields.push_back(std::to_string(event.time));
    for (const auto& [key, value] : event.parameters) {
        fields.push_back(key);
        fields.push_back(value);
    }
    return fields;
}

Result<Event> event_of_stream(std::span<const std::string_view> fields, std::string* visitor) {
    if (fields.size() % 2 != 0) {
        return Status::error("fields: an odd number of names and values");
    }
    if (fields.size() / 2 > kMaxParameters + 4) {
        return Fault{"parameters", "more than 16", {}}.status();
    }
    if (visitor != nullptr) {
        visitor->clear();
    }
    Event event;
    std::string_view time;
    for (std::size_t at = 0; at < fields.size(); at += 2) {
        set_stream_field(event, fields[at], fields[at + 1], &time, visitor);
    }
    event.type = event_type(event.name);
    if (!parse_time(time, &event.time)) {
        return Fault{"time", time.empty() ? "missing" : "not a number of seconds", time}.status();
    }
    Status valid = validate(event);
    return valid.ok() ? Result<Event>(std::move(event)) : Result<Event>(std::move(valid));
}

bool is_opinion(EventType type) {
    return type == EventType::like || type == EventType::unlike || type == EventType::dislike;
}

float interest(EventType type) {
    switch (type) {
        case EventType::view_item:
        case EventType::select_item:
            return 1;
        case EventType::add_to_wishlist:
        case EventType::like:
            return 3;
        case EventType::add_to_cart:
            return 4;
        case EventType::purchase:
            return 6;
        case EventType::dislike:
            return -6;
        default:
            return 0;
    }
}

}  // namespace pz::visitor
