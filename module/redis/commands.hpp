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
    std::string stream(unsigned partition) const;  // pz:events:<n>
    std::string item(std::string_view id) const;   // pz:item:<id>
    std::string catalog() const;                   // pz:catalog
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

// AUTH and SELECT, as the URL asks for, then PING: always at least one reply, so that a server
// which accepts connections but does not answer is never taken for ready.
unsigned append_handshake(std::string& out, const Url& url);
// LRANGE events 0 limit-1, HGETALL traits: 2 replies.
unsigned append_read(std::string& out, const Keys& keys, std::string_view visitor, unsigned limit);
// LPUSH, LTRIM, EXPIRE of the visitor's list, and one XADD per event. `texts` in order of time
// (oldest first): text forms; `stream_fields`: for each the fields of the stream entry.
unsigned append_write(std::string& out, const Keys& keys, const Retention& retention,
                      std::string_view visitor, unsigned partition,
                      std::span<const std::string> texts,
                      std::span<const std::vector<std::string>> stream_fields);
// The XADD alone, for what does not belong into the visitor's list (impressions).
unsigned append_stream(std::string& out, const Keys& keys, const Retention& retention,
                       unsigned partition, std::span<const std::string> fields);

}  // namespace pz::redis
