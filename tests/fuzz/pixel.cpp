// Queries of pixels: whatever is accepted must be an event that is valid and can be written.
#include "visitor/pixel.hpp"

#include <cstdlib>

#include "visitor/shown_list.hpp"

using namespace pz::visitor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::int64_t kNow = 1763660000;
    const std::string_view query(reinterpret_cast<const char*>(data), size);
    const BeaconLimits limits;
    const auto event = parse_pixel(query, kNow, limits);
    if (!event.ok()) {
        return event.message().empty() ? (std::abort(), 0) : 0;
    }
    if (!validate(*event).ok() || !parse_event(format_event(*event)).ok() || event->time > kNow ||
        event->time < kNow - limits.max_age || !event->parameter("segment").empty() ||
        event->parameter("items").empty() == is_shown_list(*event)) {
        std::abort();
    }
    return 0;
}
