// Commands on all that is kept of a visitor, as RESP bytes: to erase it, and to give it to another.
//
// Each function appends one or more commands to `out` and returns how many replies will come.
// Thread rules: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "redis/commands.hpp"

namespace pz::redis {

// UNLINK of the visitor's keys: 1 reply, how many there were.
unsigned append_forget(std::string& out, const Keys& keys, std::string_view visitor);

// The events of `from` become those of `to` in three steps, since the two may live on different
// servers. Whatever ends between two steps, the next time goes on from there: step 2 adds only what
// is missing, and step 3 takes away only what step 2 has added.
//
// 1. LRANGE of the list of `from`, at most as many as retention.events: 1 reply.
unsigned append_join_read(std::string& out, const Keys& keys, const Retention& retention,
                          std::string_view from);
// 2. EVAL on the list of `to`: puts `texts` (valid text forms, newest first) among its events in
// order of time, but for those that it has already; of the whole the newest stay. 1 reply: how many
// were added.
unsigned append_join_merge(std::string& out, const Keys& keys, const Retention& retention,
                           std::string_view to, std::span<const std::string_view> texts);
// 3. LREM of these from the list of `from`: a reply for each.
unsigned append_join_drop(std::string& out, const Keys& keys, std::string_view from,
                          std::span<const std::string_view> texts);

}  // namespace pz::redis
