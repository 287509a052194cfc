#include "visitor/beacon_lists.hpp"

#include <algorithm>

#include "visitor/shown_list.hpp"

namespace pz::visitor {

void BeaconLists::add(std::string_view list, std::string_view item,
                      std::optional<std::size_t> index) {
    auto found = std::find_if(lists_.begin(), lists_.end(),
                              [list](const List& each) { return each.name == list; });
    if (found == lists_.end()) {
        found = lists_.insert(lists_.end(), {std::string(list), {}});
    }
    found->tiles.push_back({std::string(item), index});
}

std::vector<std::string_view> BeaconLists::in_place(const List& list) {
    std::vector<std::string_view> placed(kMaxShownTiles);
    std::vector<std::string_view> in_order;
    bool told = true;
    for (const Tile& tile : list.tiles) {
        in_order.emplace_back(tile.item);
        told = told && tile.index;
        if (told && *tile.index < placed.size()) {
            std::string_view& place = placed[*tile.index];
            told = place.empty();
            place = tile.item;
        }
    }
    return told ? placed : in_order;
}

std::vector<Event> BeaconLists::events(std::int64_t time) const {
    std::vector<Event> events;
    for (const List& list : lists_) {
        Event event = list_event({list.name, {}, in_place(list), {}, {}}, time);
        if (is_shown_list(event)) {
            events.push_back(std::move(event));
        }
    }
    return events;
}

}  // namespace pz::visitor
