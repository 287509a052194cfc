#include "visitor/beacon.hpp"

#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "visitor/beacon_fields.hpp"
#include "visitor/beacon_lists.hpp"
#include "visitor/event_reader.hpp"
#include "visitor/identity.hpp"

namespace pz::visitor {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxDepth = 12;  // GA4 nests four levels

using Parameters = std::vector<std::pair<std::string, std::string>>;

// Where an item stands in its list; what is no place is none.
std::optional<std::size_t> index_of(dom::object item) {
    dom::element element;
    std::uint64_t index = 0;
    return find_field(item, "index", &element) && element.get(index) == simdjson::SUCCESS
               ? std::optional<std::size_t>(index)
               : std::nullopt;
}

// Walks one body. Every function returns false after fail(), which ends the walk.
class BeaconParser {
  public:
    BeaconParser(std::int64_t now, const BeaconLimits& limits) : now_(now), limits_(limits) {}

    Result<std::vector<Event>> parse(dom::element root);

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
    bool walk_items(dom::array items, const Event& first, const Event& event,
                    const Parameters& shared);
    bool walk_item(dom::element element, Event event, const Parameters& shared);

    bool few_members(dom::object object);
    bool read_items(dom::object params, dom::array* items, bool* any);
    bool read_name(dom::object object, Event& event);
    bool read_time(dom::object object, std::int64_t* time);
    bool walk_shown(dom::array items, const Event& event, const Parameters& shared);
    bool read_item(dom::element element, dom::object& item, Event& event);
    bool read_item_id(dom::object item, Event& event);
    bool read_numbers(dom::object item, Event& event);
    bool read_texts(dom::object object, std::span<const MappedField> fields, Parameters& to);
    bool read_value(dom::object params, Event& event);
    bool read_custom(dom::object params, Parameters& to);
    bool read_one(std::string_view key, dom::element element, Parameters& to);
    bool set(Parameters& to, std::string_view key, std::string value);
    bool add(Parameters& to, std::string_view key, std::string value);
    bool finish(Event event, const Parameters& shared);
    bool keep(Event event);

    const std::int64_t now_;
    const BeaconLimits& limits_;
    std::string place_;
    std::string error_;
    std::vector<Event> events_;
    Lines lines_;           // of the event that is walked
    std::size_t text_ = 0;  // bytes of events_ in text form
};

bool BeaconParser::fail(std::string_view problem) {
    error_ = (place_.empty() ? "body" : place_) + ": ";
    error_ += problem;
    return false;
}

Result<std::vector<Event>> BeaconParser::parse(dom::element root) {
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
    dom::array items;
    bool any = false;
    if (!few_members(params) || !read_items(params, &items, &any) ||
        !read_texts(params, kEventFields, event.parameters)) {
        return false;
    }
    // What the event says of all its items, read once and not for each of them.
    Parameters shared;
    if (!read_texts(params, kItemFields, shared) ||
        (keeps_custom(event.type) && !read_custom(params, shared))) {
        return false;
    }
    lines_ = {};
    Event first = event;
    if (!read_value(params, first)) {
        return false;
    }
    if (any && event.type == EventType::view_item_list) {
        return walk_shown(items, event, shared);
    }
    return any ? walk_items(items, first, event, shared) : finish(std::move(first), shared);
}

// One member more costs a look at each of the others; and each is repeated in every item's event.
bool BeaconParser::few_members(dom::object object) {
    return object.size() <= limits_.max_members ||
           fail("more than " + std::to_string(limits_.max_members) + " members");
}

bool BeaconParser::read_items(dom::object params, dom::array* items, bool* any) {
    dom::element element;
    if (!find_field(params, "items", &element)) {
        return true;
    }
    const At at(*this, "items");
    if (element.get(*items) != simdjson::SUCCESS) {
        return fail("not an array");
    }
    *any = items->size() != 0;
    return items->size() <= limits_.max_items ||
           fail("more than " + std::to_string(limits_.max_items) + " items");
}

bool BeaconParser::walk_items(dom::array items, const Event& first, const Event& event,
                              const Parameters& shared) {
    std::size_t index = 0;
    const At items_at(*this, "items");
    for (const dom::element element : items) {
        const At at(*this, index);
        if (!walk_item(element, index == 0 ? first : event, shared)) {
            return false;
        }
        ++index;
    }
    return true;
}

bool BeaconParser::walk_item(dom::element element, Event event, const Parameters& shared) {
    dom::object item;
    return read_item(element, item, event) && finish(std::move(event), shared);
}

bool BeaconParser::walk_shown(dom::array items, const Event& event, const Parameters& shared) {
    Event named;  // the list of items that name none
    named.parameters = shared;
    BeaconLists lists;
    std::size_t number = 0;
    const At items_at(*this, "items");
    for (const dom::element element : items) {
        const At at(*this, number++);
        Event shown = event;
        dom::object item;
        if (!read_item(element, item, shown)) {
            return false;
        }
        const std::string_view own = shown.parameter("list");
        lists.add(own.empty() ? named.parameter("list") : own, shown.item, index_of(item));
    }
    auto events = lists.events(event.time);
    return std::all_of(events.begin(), events.end(),
                       [this](Event& list) { return keep(std::move(list)); });
}

bool BeaconParser::read_item(dom::element element, dom::object& item, Event& event) {
    if (element.get(item) != simdjson::SUCCESS) {
        return fail("not an object");
    }
    return few_members(item) && read_item_id(item, event) && read_numbers(item, event) &&
           read_texts(item, kItemFields, event.parameters);
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
    if (const auto problem = sent_name_problem(name); !problem.empty()) {
        return fail(problem);
    }
    event.name = name;
    event.type = event_type(name);
    return true;
}

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
    *time = credible_time(seconds, now_, limits_.max_age);
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
        if (!problem.empty() ? !fail(problem) : !set(event.parameters, "price", text)) {
            return false;
        }
    }
    if (find_field(item, "quantity", &element)) {
        const At at(*this, "quantity");
        const std::string_view problem = read_quantity(element, &text);
        return problem.empty() ? set(event.parameters, "qty", text) : fail(problem);
    }
    return true;
}

bool BeaconParser::read_texts(dom::object object, std::span<const MappedField> fields,
                              Parameters& to) {
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
        if (!set(to, field.ours, std::move(text))) {
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
    return problem.empty() ? set(event.parameters, "value", std::move(text)) : fail(problem);
}

bool BeaconParser::read_custom(dom::object params, Parameters& to) {
    for (const auto& [key, element] : params) {
        if (element.is_null() || reserved(key)) {
            continue;
        }
        if (const auto problem = key_problem(key); !problem.empty()) {
            return fail("a parameter's name is " + std::string(problem));
        }
        const At at(*this, key);
        if (!read_one(key, element, to)) {
            return false;
        }
    }
    return true;
}

// A price and a quantity mean what they mean in an item.
bool BeaconParser::read_one(std::string_view key, dom::element element, Parameters& to) {
    std::string text;
    std::string_view problem;
    if (key == "price") {
        problem = read_amount(element, &text);
    } else if (key == "qty") {
        problem = read_quantity(element, &text);
    } else if (!scalar_text(element, &text)) {
        problem = "not a text, a number or a truth value";
    }
    return problem.empty() ? set(to, key, std::move(text)) : fail(problem);
}

bool BeaconParser::set(Parameters& to, std::string_view key, std::string value) {
    const std::string_view problem = value_problem(value);
    return problem.empty() ? add(to, key, std::move(value)) : fail(problem);
}

// The first of a key counts: the item's own before the event's.
bool BeaconParser::add(Parameters& to, std::string_view key, std::string value) {
    const auto same = [key](const auto& parameter) { return parameter.first == key; };
    if (std::any_of(to.begin(), to.end(), same)) {
        return true;
    }
    if (to.size() == kMaxParameters) {
        return fail("more than " + std::to_string(kMaxParameters) + " parameters");
    }
    to.emplace_back(key, std::move(value));
    return true;
}

bool BeaconParser::finish(Event event, const Parameters& shared) {
    for (const auto& [key, value] : shared) {
        if (!add(event.parameters, key, value)) {
            return false;
        }
    }
    return lines_.number(event) ? keep(std::move(event)) : fail("no room for the line's number");
}

bool BeaconParser::keep(Event event) {
    if (events_.size() == limits_.max_produced) {
        return fail("more than " + std::to_string(limits_.max_produced) + " events in all");
    }
    if (const Status valid = validate(event); !valid.ok()) {
        return fail(valid.message());
    }
    text_ += format_event(event).size();
    if (text_ > limits_.max_text) {
        return fail("more than " + std::to_string(limits_.max_text) +
                    " bytes of events in all; send fewer items or parameters");
    }
    events_.push_back(std::move(event));
    return true;
}

}  // namespace

// A document in memory of ours, which is kept.
class BeaconReader::Json {
  public:
    simdjson::error_code read(std::string_view body, dom::element& root) {
        text_.assign(body).append(simdjson::SIMDJSON_PADDING, '\0');
        if (parser_.capacity() < body.size()) {
            const auto error = parser_.allocate(std::max(body.size(), kLeast), kMaxDepth);
            if (error != simdjson::SUCCESS) {
                return error;
            }
        }
        return parser_.parse(text_.data(), body.size(), false).get(root);
    }
    // More than most bodies need.
    bool large() const { return parser_.capacity() > kMost; }

  private:
    static constexpr std::size_t kLeast = 1024, kMost = 8 * 1024;
    dom::parser parser_;
    std::string text_;
};

BeaconReader::BeaconReader() : json_(std::make_unique<Json>()) {}

BeaconReader::~BeaconReader() = default;

Result<std::vector<Event>> BeaconReader::parse(std::string_view body, std::int64_t now,
                                               const BeaconLimits& limits) {
    if (body.size() > limits.max_bytes) {
        return Status::error("body: over " + std::to_string(limits.max_bytes) + " bytes");
    }
    if (json_->large()) {
        json_ = std::make_unique<Json>();
    }
    dom::element root;
    if (const auto error = json_->read(body, root); error != simdjson::SUCCESS) {
        return Status::error(std::string("body: not JSON: ") + simdjson::error_message(error));
    }
    return BeaconParser(now, limits).parse(root);
}

Result<std::vector<Event>> parse_beacon(std::string_view body, std::int64_t now,
                                        const BeaconLimits& limits) {
    return BeaconReader().parse(body, now, limits);
}

}  // namespace pz::visitor
