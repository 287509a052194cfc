#include "visitor/event_list.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "visitor/event_reader.hpp"

namespace pz::visitor {

std::vector<std::string_view> newest_first(std::span<const std::string_view> texts) {
    EventReader reader;
    std::vector<std::pair<std::int64_t, std::string_view>> events;
    for (const std::string_view text : texts) {
        if (reader.read(text)) {
            events.emplace_back(reader.time(), text);
        }
    }
    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<std::string_view> ordered;
    ordered.reserve(events.size());
    for (const auto& [time, text] : events) {
        ordered.push_back(text);
    }
    return ordered;
}

}  // namespace pz::visitor
