// An edge whose Redis is more than one server: its page shows what was seen last, and takes events.
#pragma once

#include <string>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"
#include "integration/support/topology.hpp"

namespace pz::test {

inline EdgeOptions edge_of(const std::string& url, const std::string& http = {}) {
    return {.location = "personalize_widget '#w1' recent limit=2 min=1 template=tile;",
            .server = "location = /events { personalize_events; }",
            .http = http,
            .redis_url = url,
            .redis = false,
            .timeout = "1s",
            .workers = 2};
}

inline bool ready(const Edge& edge) {
    return wait_until([&] { return edge.redis_ready(); });
}

// The status of the answer.
inline int send_event(const Edge& edge, const std::string& who, std::size_t item) {
    return edge
        .post("/events",
              R"({"name":"view_item","params":{"items":[{"item_id":")" + item_id(item) + R"("}]}})",
              visitor(who), "application/json")
        .status;
}

inline std::string shown(const Edge& edge, const std::string& who) {
    return joined(tiles_of(edge.get("/", visitor(who)).body, "w1"));
}

}  // namespace pz::test
