// The commands that write events: to the visitor's list, and to the stream.
#pragma once

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

// Events with an id are written so that they may be sent again, where there is a spool that does.
Commands list_commands(const MainConf& conf, std::string_view visitor,
                       std::span<const visitor::Event> events, std::span<const std::string> texts);
Commands stream_commands(const MainConf& conf, std::string_view visitor,
                         std::span<const visitor::Event> events);

}  // namespace pz::ngx
