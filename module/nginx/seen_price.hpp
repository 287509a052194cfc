// At what price a visitor saw an item, where the shop does not say: the catalog's.
#pragma once

#include "store/snapshot.hpp"
#include "visitor/event.hpp"

namespace pz::ngx {

// Of events that show interest and name no price; what was paid only the shop knows. The event is
// valid, and stays so.
void add_seen_price(const store::Snapshot& snapshot, visitor::Event& event);

}  // namespace pz::ngx
