// The text form of events: whatever is read must be valid, and survive being written and read
// again.
#include "visitor/event.hpp"
#include "visitor/shown_list.hpp"

#include <algorithm>
#include <cstdlib>

using namespace pz::visitor;

namespace {

// What a list says is said again, as far as it fits.
void check_list(const Event& event) {
    const ShownList list = read_list(event);
    const Event made = list_event(list, event.time);
    const ShownList again = read_list(made);
    if (!validate(made).ok() || list.items.size() > kMaxShownTiles ||
        again.items.size() > list.items.size() ||
        !std::equal(again.items.begin(), again.items.end(), list.items.begin()) ||
        (!list.places.empty() && list.places.size() != list.items.size()) ||
        !std::equal(again.places.begin(), again.places.end(), list.places.begin())) {
        std::abort();
    }
}

// Short texts are read in a way of their own; a blank behind them takes it from them.
void check_other_way(std::string_view text, const pz::Result<Event>& event) {
    const auto other = parse_event(std::string(text) + ' ');
    const bool same = event.ok() ? other.ok() && format_event(*event) == format_event(*other)
                                 : event.message() == other.message();
    if (!same && text.size() < kMaxEventLength) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::string decoded;
    (void)percent_decode(text, decoded);
    (void)valid_visitor_id(text);

    const auto event = parse_event(text);
    check_other_way(text, event);
    if (!event.ok()) {
        return 0;
    }
    (void)event->price_micros();
    (void)event->quantity();
    check_list(*event);
    // Encoding more than the writer did may pass the limit of the whole; nothing else may fail.
    if (!validate(*event).ok()) {
        return format_event(*event).size() > kMaxEventLength ? 0 : (std::abort(), 0);
    }
    const auto again = parse_event(format_event(*event));
    if (!again.ok() || again->name != event->name || again->type != event->type ||
        again->item != event->item || again->time != event->time ||
        again->parameters != event->parameters) {
        std::abort();
    }
    return 0;
}
