// The commands of this project, as RESP bytes. Core commands of Redis 6.2 only.
//
// Each function appends one or more commands to `out` and returns how many replies will come.
// Thread rules: pure functions.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redis/url.hpp"

namespace pz::redis {

// pz:{<visitor>}:events and its siblings; the braces keep a visitor's keys on one cluster slot.
struct Keys {
    std::string prefix = "pz:";

    std::string events(std::string_view visitor) const;
    std::string traits(std::string_view visitor) const;
    std::string aliases(std::string_view visitor) const;  // pz:{<visitor>}:aliases
    std::string stream(unsigned partition) const;         // pz:events:<n>
    std::string forgotten() const;                        // pz:forget
    std::string item(std::string_view id) const;          // pz:item:<id>
    std::string catalog() const;                          // pz:catalog
};

// The partition of a visitor's stream: a stable hash (FNV-1a 32 of the id) modulo `partitions`.
unsigned partition_of(std::string_view visitor, unsigned partitions);

struct Retention {
    unsigned events = 100;                     // the list keeps so many
    std::uint32_t seconds = 90U * 24 * 3600;   // and expires so long after the last event
    std::uint64_t stream_entries = 1'000'000;  // XADD MAXLEN ~
};

unsigned append_command(std::string& out, std::span<const std::string_view> arguments);
unsigned append_command(std::string& out, std::initializer_list<std::string_view> arguments);

// How many bytes the first command in `bytes` has; `bytes` were made by the functions here.
std::size_t command_size(std::string_view bytes);

// AUTH, SELECT and READONLY, as the login asks for, then PING, or ROLE where only a primary will
// do: always at least one reply, so that a server which accepts connections but does not answer is
// never taken for ready.
unsigned append_handshake(std::string& out, const Login& login);
// LRANGE events 0 limit-1, HGETALL traits: 2 replies.
unsigned append_read(std::string& out, const Keys& keys, std::string_view visitor, unsigned limit);
// What tells whether the list is one that is known: LLEN events, LINDEX events place, LRANGE events 0
// newest-1, and with it HGETALL traits: 4 replies.
unsigned append_check(std::string& out, const Keys& keys, std::string_view visitor,
                      std::uint32_t place, unsigned newest);
// LPUSH, LTRIM, EXPIRE of the visitor's list: 3 replies. `texts` in order of time (oldest first):
// text forms; at least one.
unsigned append_write(std::string& out, const Keys& keys, const Retention& retention,
                      std::string_view visitor, std::span<const std::string> texts);
// XADD to a partition's stream: 1 reply.
unsigned append_stream(std::string& out, const Keys& keys, const Retention& retention,
                       unsigned partition, std::span<const std::string> fields);

}  // namespace pz::redis
