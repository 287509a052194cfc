#include "visitor/shown_list.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "visitor/values.hpp"

namespace pz::visitor {

namespace {

constexpr std::array<std::string_view, 4> kItemKeys = {"items", "items2", "items3", "items4"};
constexpr std::string_view kPlacesKey = "places";
constexpr std::string_view kPageItemKey = "for";
constexpr std::string_view kCategoryKey = "category";
constexpr std::string_view kQueryKey = "query";

// Where the shop put what no place was told of: the lowest place that is left.
class PlacesLeft {
  public:
    // False: taken before, or beyond kMaxShownPlace.
    bool take(std::uint32_t place) {
        if (place > kMaxShownPlace ||
            std::find(taken_.begin(), taken_.end(), place) != taken_.end()) {
            return false;
        }
        taken_.push_back(place);
        while (std::find(taken_.begin(), taken_.end(), next_) != taken_.end()) {
            ++next_;
        }
        return true;
    }
    std::uint32_t next() const { return next_; }

  private:
    std::vector<std::uint32_t> taken_;
    std::uint32_t next_ = 0;
};

// How many places are to be told, so that the others follow; 0: they cannot be.
std::size_t places_to_tell(const std::vector<std::uint32_t>& places) {
    PlacesLeft left;
    std::size_t told = 1;
    for (std::size_t i = 0; i < places.size(); ++i) {
        told = places[i] == left.next() ? told : i + 1;
        if (!left.take(places[i])) {
            return 0;
        }
    }
    return places.empty() ? 0 : told;
}

// As many as the value of a parameter holds; `count` says how many.
std::string places_text(const std::vector<std::uint32_t>& places, std::size_t* count) {
    std::string text;
    for (std::size_t i = 0; i < *count; ++i) {
        const std::string place = std::to_string(places[i] + 1);
        if (text.size() + 1 + place.size() > kMaxParameterLength) {
            *count = i;
            break;
        }
        text.append(text.empty() ? "" : ",").append(place);
    }
    return text;
}

// False: the event has no room for it.
bool add_items(Event& event, std::size_t part, std::string text) {
    if (part >= kItemKeys.size()) {
        return false;
    }
    event.parameters.emplace_back(kItemKeys[part], std::move(text));
    if (!validate(event).ok()) {
        event.parameters.pop_back();
        return false;
    }
    return true;
}

void add_all_items(Event& event, std::vector<std::string_view> items) {
    for (std::string_view& item : items) {
        item = item.find(',') == std::string_view::npos ? item : std::string_view();
    }
    while (!items.empty() && items.back().empty()) {
        items.pop_back();
    }
    std::string text;
    std::size_t part = 0;
    for (std::size_t i = 0, in_part = 0; i < items.size(); ++i, ++in_part) {
        if (in_part > 0 && text.size() + 1 + items[i].size() > kMaxParameterLength) {
            if (!add_items(event, part++, std::move(text))) {
                return;
            }
            text.clear();
            in_part = 0;
        }
        text.append(in_part == 0 ? "" : ",").append(items[i]);
    }
    if (!text.empty()) {
        add_items(event, part, std::move(text));
    }
}

// Calls part(text) for what stands between commas.
template <class Part>
void for_each_part(std::string_view list, const Part& part) {
    for (std::size_t end = 0; end != std::string_view::npos;) {
        end = list.find(',');
        part(list.substr(0, end));
        list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    }
}

bool read_place(std::string_view text, std::uint32_t* place) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *place);
    return error == std::errc() && end == text.data() + text.size() && (*place)-- > 0;
}

std::vector<std::uint32_t> read_places(std::string_view text, std::size_t count) {
    std::vector<std::uint32_t> places;
    PlacesLeft left;
    bool good = !text.empty();
    for_each_part(text, [&](std::string_view part) {
        std::uint32_t place = 0;
        if (places.size() < count && good) {
            good = read_place(part, &place) && left.take(place);
            places.push_back(place);
        }
    });
    while (good && places.size() < count) {
        places.push_back(left.next());
        left.take(left.next());
    }
    return good ? places : std::vector<std::uint32_t>();
}

}  // namespace

Event list_event(const ShownList& list, std::int64_t time) {
    Event event;
    event.type = EventType::view_item_list;
    event.name = name(event.type);
    event.time = time;
    for (const auto& [key, value] :
         {std::pair("list", list.name), std::pair("recommender", list.recommender),
          std::pair("rules", list.rules)}) {
        if (!value.empty() && value.size() <= kMaxParameterLength) {
            event.parameters.emplace_back(key, value);
        }
    }
    std::vector<std::string_view> items = list.items;
    items.resize(std::min(items.size(), kMaxShownTiles));
    std::vector<std::uint32_t> places = list.places;
    places.resize(std::min(places.size(), items.size()));
    if (const std::size_t told = places_to_tell(places); told > 0) {
        std::size_t fitting = told;
        event.parameters.emplace_back(kPlacesKey, places_text(places, &fitting));
        items.resize(fitting < told ? fitting : items.size());
    }
    add_all_items(event, std::move(items));
    for (const auto& [key, value] :
         {std::pair(kPageItemKey, list.page_item), std::pair(kCategoryKey, list.category),
          std::pair(kQueryKey, list.query)}) {
        if (!value.empty()) {
            (void)add_parameter(event, key, value);
        }
    }
    return event;
}

bool is_shown_list(const Event& event) {
    return event.type == EventType::view_item_list && !event.parameter(kItemKeys[0]).empty();
}

ShownList read_list(const Event& event) {
    ShownList list{
        event.parameter("list"), event.parameter("recommender"), {}, {}, event.parameter("rules")};
    for (const std::string_view key : kItemKeys) {
        const std::string_view text = event.parameter(key);
        if (text.empty()) {
            break;
        }
        for_each_part(text, [&list](std::string_view id) {
            if (list.items.size() < kMaxShownTiles) {
                list.items.push_back(id);
            }
        });
    }
    list.page_item = event.parameter(kPageItemKey);
    list.category = event.parameter(kCategoryKey);
    list.query = event.parameter(kQueryKey);
    list.places = read_places(event.parameter(kPlacesKey), list.items.size());
    return list;
}

}  // namespace pz::visitor
