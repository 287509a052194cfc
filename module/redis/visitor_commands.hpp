// Commands on all that is kept of a visitor, as RESP bytes: to erase it, and to give it to another.
//
// Each function appends one or more commands to `out` and returns how many replies will come.
// Thread rules: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "redis/commands.hpp"

namespace pz::redis {

// UNLINK of the visitor's events and traits: 1 reply, how many there were. The aliases stay: whoever
// goes through the streams has to know them (personalize forget, the learner).
unsigned append_forget(std::string& out, const Keys& keys, std::string_view visitor);
// ZADD to the queue of those whose entries in the streams the learner is to erase, with when they
// asked (unix seconds), and EXPIRE of it, after retention.seconds or 90 days if that is longer: 2
// replies. Another key than the visitor's.
unsigned append_forget_later(std::string& out, const Keys& keys, const Retention& retention,
                             std::string_view visitor, std::int64_t time);

// The events of `from` become those of `to` in three steps, since the two may live on different
// servers. Whatever ends between two steps, the next time goes on from there: step 2 adds only what
// is missing, and step 3 takes away only what step 2 has added.
//
// 1. LRANGE of the list of `from`, at most as many as retention.events: 1 reply.
unsigned append_join_read(std::string& out, const Keys& keys, const Retention& retention,
                          std::string_view from);
// 2. EVAL on the list of `to`: puts `texts` (valid text forms, newest first; maybe none) among its
// events in order of time, but for those that it has already; of the whole the newest stay. And
// remembers `from` beside them, pz:{<to>}:aliases, a sorted set by time of the last login, for
// retention.seconds: the streams keep the old name, and who exports or forgets `to` must find it.
// 1 reply: how many were added.
inline constexpr unsigned kMaxAliases = 100;  // the newest stay
struct Joining {
    std::string_view from, to;
    std::int64_t time = 0;  // unix seconds
};
unsigned append_join_merge(std::string& out, const Keys& keys, const Retention& retention,
                           const Joining& who, std::span<const std::string_view> texts);
// 3. LREM of these from the list of `from`: a reply for each.
unsigned append_join_drop(std::string& out, const Keys& keys, std::string_view from,
                          std::span<const std::string_view> texts);

}  // namespace pz::redis
