// Beacon bodies: whatever is accepted must be events that are valid and can be written.
#include "visitor/beacon.hpp"

#include <cstdlib>

#include "visitor/shown_list.hpp"

using namespace pz::visitor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::int64_t kNow = 1763660000;
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    const BeaconLimits limits;
    static BeaconReader reader;  // what one body leaves behind does nothing to the next
    const auto events = parse_beacon(body, kNow, limits);
    const auto again = reader.parse(body, kNow, limits);
    if (again.ok() != events.ok() || again.message() != events.message() ||
        (events.ok() && again->size() != events->size())) {
        std::abort();
    }
    if (!events.ok()) {
        return events.message().empty() ? (std::abort(), 0) : 0;
    }
    if (events->size() > limits.max_produced) {
        std::abort();
    }
    std::size_t text = 0;
    for (const Event& event : *events) {
        text += format_event(event).size();
        if (!validate(event).ok() || !parse_event(format_event(event)).ok() || event.time > kNow ||
            event.time < kNow - limits.max_age) {
            std::abort();
        }
        for (const auto& [key, value] : event.parameters) {
            if (key == "segment" || (key == "items" && !is_shown_list(event))) {
                std::abort();
            }
        }
        if (is_shown_list(event) &&
            (!event.item.empty() || read_list(event).items.empty() ||
             !event.parameter("recommender").empty() || !event.parameter("places").empty())) {
            std::abort();
        }
    }
    if (text > limits.max_text) {
        std::abort();
    }
    return 0;
}
