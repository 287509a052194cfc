// BeaconLists: the lists in which one view_item_list of a beacon showed its items. Internal to the
// room. Thread rules: one thread per object.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "visitor/event.hpp"

namespace pz::visitor {

class BeaconLists {
  public:
    // Items come in the order of the beacon. `index`: GA4's, where the item stands in its list; it
    // counts where all of a list have one and no two the same, for a list may be sent in parts.
    void add(std::string_view list, std::string_view item, std::optional<std::size_t> index);
    // One event for each list, in the order of their first items (shown_list.hpp): items beyond its
    // first 64 places are left out, and a list of no others is, too.
    std::vector<Event> events(std::int64_t time) const;

  private:
    struct Tile {
        std::string item;
        std::optional<std::size_t> index;
    };
    struct List {
        std::string name;
        std::vector<Tile> tiles;
    };
    static std::vector<std::string_view> in_place(const List& list);

    std::vector<List> lists_;
};

}  // namespace pz::visitor
