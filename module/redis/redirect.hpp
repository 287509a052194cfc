// What a server means by an error: that another one is to be asked, or the same one later.
#pragma once

#include <cstdint>
#include <string_view>

#include "redis/slots.hpp"
#include "redis/url.hpp"

namespace pz::redis {

struct Redirect {
    enum class Kind : std::uint8_t {
        none,         // an answer like any other
        moved,        // MOVED slot host:port: ask there, now and ever
        ask,          // ASK slot host:port: ask there this once, ASKING first
        again,        // TRYAGAIN: the slot's keys are under way; later
        not_primary,  // READONLY: it was demoted; who is the primary?
        away,         // CLUSTERDOWN, LOADING, MASTERDOWN: it cannot answer now
    };
    Kind kind = Kind::none;
    Slot slot = 0;
    Endpoint where;  // of moved and ask; no host: that of the server which says so
};

// `error`: the text of an error reply. What is no well-formed MOVED or ASK is `none`.
Redirect read_redirect(std::string_view error);

}  // namespace pz::redis
