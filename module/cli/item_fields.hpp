// A catalog record of Redis as the store understands it.
#pragma once

#include <hiredis/hiredis.h>

#include "store/builder.hpp"

namespace pz::cli {

// The reply to HGETALL of an item. The key names the item: it wins over a field "id".
store::ItemInput item_of_hash(std::string_view id, const redisReply& reply);

}  // namespace pz::cli
