#include "visitor/pixel.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "visitor/beacon_fields.hpp"
#include "visitor/event_reader.hpp"
#include "visitor/fields.hpp"
#include "visitor/shown_list.hpp"

namespace pz::visitor {

namespace {

// Every function returns false after fail(), which ends the reading.
class PixelParser {
  public:
    PixelParser(std::int64_t now, const BeaconLimits& limits) : now_(now), limits_(limits) {}

    Result<Event> parse(std::string_view query);

  private:
    using ReadNumber = std::string_view (*)(std::string_view text, std::string* number);

    bool fail(std::string_view field, std::string_view problem);
    bool split(std::string_view query);
    std::string_view field(std::string_view name) const;
    bool read_name();
    bool read_item();
    bool read_time();
    bool read_number(std::string_view name, std::string_view key, ReadNumber read);
    bool read_texts(std::span<const MappedField> names);
    bool read_custom();
    bool add(std::string_view name, std::string_view key, std::string value);

    const std::int64_t now_;
    const BeaconLimits& limits_;
    std::vector<std::pair<std::string, std::string>> fields_;  // decoded
    Event event_;
    std::string error_;
};

bool PixelParser::fail(std::string_view field, std::string_view problem) {
    error_.append(field).append(": ").append(problem);
    return false;
}

Result<Event> PixelParser::parse(std::string_view query) {
    const bool read = split(query) && read_name() && read_item() && read_time() &&
                      read_number("price", "price", read_amount) &&
                      read_number("quantity", "qty", read_quantity) &&
                      read_number("value", "value", read_amount) && read_texts(kEventFields) &&
                      read_texts(kItemFields) && (!keeps_custom(event_.type) || read_custom());
    if (!read) {
        return Status::error(std::move(error_));
    }
    if (event_.type == EventType::view_item_list && !event_.item.empty()) {
        event_ = list_event({event_.parameter("list"), {}, {event_.item}, {}, {}}, event_.time);
        if (!is_shown_list(event_)) {
            return Status::error("item_id: an item of a list has no comma in its id");
        }
    }
    Status valid = validate(event_);
    return valid.ok() ? Result<Event>(std::move(event_)) : Result<Event>(std::move(valid));
}

bool PixelParser::split(std::string_view query) {
    for (FormField raw; next_form_field(query, &raw);) {
        if (fields_.size() == limits_.max_members) {
            return fail("query", "more than " + std::to_string(limits_.max_members) + " fields");
        }
        if (!raw.value.empty()) {
            fields_.emplace_back(form_decode(raw.name), form_decode(raw.value));
        }
    }
    return true;
}

std::string_view PixelParser::field(std::string_view name) const {
    const auto found = std::find_if(fields_.begin(), fields_.end(),
                                    [name](const auto& field) { return field.first == name; });
    return found != fields_.end() ? std::string_view(found->second) : std::string_view();
}

bool PixelParser::read_name() {
    const std::string_view name = field("name");
    if (name.empty()) {
        return fail("name", "missing");
    }
    if (const auto problem = sent_name_problem(name); !problem.empty()) {
        return fail("name", problem);
    }
    event_.name = name;
    event_.type = event_type(name);
    return true;
}

bool PixelParser::read_item() {
    event_.item = field("item_id");
    const std::string_view problem =
        event_.item.empty() ? std::string_view() : item_problem(event_.item);
    return problem.empty() || fail("item_id", problem);
}

bool PixelParser::read_time() {
    event_.time = now_;
    const std::string_view text = field("timestamp_micros");
    std::int64_t seconds = 0;
    if (text.empty()) {
        return true;
    }
    if (const auto problem = read_micros(text, &seconds); !problem.empty()) {
        return fail("timestamp_micros", problem);
    }
    event_.time = credible_time(seconds, now_, limits_.max_age);
    return true;
}

bool PixelParser::read_number(std::string_view name, std::string_view key, ReadNumber read) {
    const std::string_view text = field(name);
    std::string number;
    if (text.empty()) {
        return true;
    }
    if (const auto problem = read(text, &number); !problem.empty()) {
        return fail(name, problem);
    }
    return add(name, key, std::move(number));
}

bool PixelParser::read_texts(std::span<const MappedField> names) {
    return std::all_of(names.begin(), names.end(), [this](const MappedField& name) {
        const std::string_view text = field(name.theirs);
        return text.empty() || add(name.theirs, name.ours, std::string(text));
    });
}

bool PixelParser::read_custom() {
    constexpr std::string_view kRead[] = {"name",     "item_id", "price",
                                          "quantity", "value",   "timestamp_micros"};
    for (const auto& [name, value] : fields_) {
        if (reserved(name) ||
            std::find(std::begin(kRead), std::end(kRead), name) != std::end(kRead)) {
            continue;
        }
        if (const auto problem = key_problem(name); !problem.empty()) {
            return fail("a parameter's name is", problem);
        }
        if (!(name == "qty" ? read_number(name, name, read_quantity) : add(name, name, value))) {
            return false;
        }
    }
    return true;
}

bool PixelParser::add(std::string_view name, std::string_view key, std::string value) {
    if (const auto problem = value_problem(value); !problem.empty()) {
        return fail(name, problem);
    }
    if (event_.parameter(key).empty()) {
        event_.parameters.emplace_back(key, std::move(value));
    }
    return event_.parameters.size() <= kMaxParameters ||
           fail("query", "more than " + std::to_string(kMaxParameters) + " parameters");
}

}  // namespace

Result<Event> parse_pixel(std::string_view query, std::int64_t now, const BeaconLimits& limits) {
    return PixelParser(now, limits).parse(query);
}

}  // namespace pz::visitor
