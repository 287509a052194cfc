// Events with an identity (visitor/identity.hpp), written once however often the command is carried
// out: a write whose answer was lost may be sent again. EVAL of core commands of Redis 6.2; each
// command's keys share a slot.
//
// The stream: beside it stands a mark of each such event, pz:once:{pz:events:<n>}:<identity>, for
// kOnceSeconds; the script adds the entry and the mark, or finds the mark and does nothing. Redis
// carries a script out whole, and keeps it whole in its append-only file. A write that is sent again
// later than kOnceSeconds after it was carried out is there twice; learners pass over it still.
//
// The visitor's list needs no mark: the script looks for the very text in it.
//
// Thread rules: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "redis/commands.hpp"

namespace pz::redis {

inline constexpr std::uint32_t kOnceSeconds = 24U * 3600;

// The mark's key.
std::string once_key(const Keys& keys, unsigned partition, std::uint64_t identity);

// As append_stream(): 1 reply, an integer: 0 when the event was there.
unsigned append_stream_once(std::string& out, const Keys& keys, const Retention& retention,
                            unsigned partition, std::uint64_t identity,
                            std::span<const std::string> fields);
// As append_write(), with an identity for each text (0: none; it is pushed in any case): a reply,
// an integer, for each text and 2 more.
unsigned append_write_once(std::string& out, const Keys& keys, const Retention& retention,
                           std::string_view visitor, std::span<const std::string> texts,
                           std::span<const std::uint64_t> identities);

}  // namespace pz::redis
