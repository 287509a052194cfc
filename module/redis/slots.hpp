// The hash slots of Redis Cluster. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace pz::redis {

using Slot = std::uint16_t;
inline constexpr Slot kSlots = 16384;

// CRC16 (XMODEM) of the key, or of what stands between its first '{' and the next '}' unless that
// is nothing, modulo kSlots. Source: Redis Cluster specification, "Key distribution model".
Slot slot_of(std::string_view key);

}  // namespace pz::redis
