// The commands that write events: to the visitor's list, and to the stream.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "nginx/conf.hpp"
#include "visitor/event.hpp"

namespace pz::ngx {

// Commands on one key; `replies` of them.
struct Commands {
    std::string key, commands;
    unsigned replies = 0;
};

// Whether events with an id are written so that they may be sent again, where there is a spool that
// does; this takes EVAL.
enum class Once : std::uint8_t { wanted, given_up };

Commands list_commands(const MainConf& conf, std::string_view visitor,
                       std::span<const visitor::Event> events, std::span<const std::string> texts,
                       Once once = Once::wanted);
Commands stream_commands(const MainConf& conf, std::string_view visitor,
                         std::span<const visitor::Event> events, Once once = Once::wanted);

}  // namespace pz::ngx
