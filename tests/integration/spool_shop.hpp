// A shop whose events go to a spool while Redis is away.
#pragma once

#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>

#include "integration/support/edge.hpp"

namespace pz::test {

inline EdgeOptions shop(const std::string& options = "", unsigned workers = 1) {
    return {.server = R"(
        location = /beacon { personalize_events; }
        location /item { proxy_pass http://origin; personalize_event view_item item=$arg_id; }
    )",
            .http = "personalize_spool @dir@/spool " + options + ";",
            .timeout = "100ms",  // a silent Redis is given up after 400 ms
            .workers = workers};
}

inline std::string view_beacon(std::string_view item, std::string_view id = {}) {
    const std::string named = id.empty() ? "" : "\"event_id\":\"" + std::string(id) + "\",";
    return "{\"name\":\"view_item\",\"params\":{" + named + "\"items\":[{\"item_id\":\"" +
           std::string(item) + "\"}]}}";
}

inline std::size_t files(const Edge& edge) {
    const std::filesystem::directory_iterator entries(edge.path("spool"));
    return static_cast<std::size_t>(std::distance(entries, {}));
}

}  // namespace pz::test
