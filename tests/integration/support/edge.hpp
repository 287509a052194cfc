// Edge: Redis, store, origin and nginx with the module, wired as in a shop. Every part can be
// replaced.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "integration/support/http_client.hpp"
#include "integration/support/nginx.hpp"
#include "integration/support/origin.hpp"
#include "integration/support/redis_server.hpp"
#include "integration/support/shop.hpp"
#include "integration/support/temp_dir.hpp"

namespace pz::test {

struct EdgeOptions {
    // What stands in location / beside proxy_pass.
    std::string location =
        "personalize_widget '#w1' recent,popular limit=4 min=2 template=tile;\n"
        "personalize_widget '#w2' popular limit=4 min=2 template=tile;";
    std::string server = {};     // more for server{}
    std::string http = {};       // more for http{}
    std::string main = {};       // more for the main context
    std::string redis_url = {};  // empty: the real server; "none": no directive
    std::string redis_password = {};
    bool redis = true;       // start a real server
    bool store = true;       // write a store
    bool wait_ready = true;  // until the first worker's connection to Redis is up
    // Long, so that a busy machine does not fail tests that are not about time.
    std::string timeout = "5s";
    unsigned workers = 1;
};

// Cookie header of a visitor.
Headers visitor(std::string_view id);

class Edge {
  public:
    explicit Edge(EdgeOptions options = {});

    TempDir dir;
    std::optional<RedisServer> redis;
    Origin origin;
    std::unique_ptr<Nginx> nginx;

    Response get(const std::string& path, Headers headers = {}) const;
    Response post(const std::string& path, std::string body, Headers headers = {},
                  std::string_view type = "application/x-www-form-urlencoded") const;
    // The visitor's list, newest first; written straight to Redis, oldest first.
    std::vector<std::string> events(std::string_view visitor) const;
    // The entries of a stream, oldest first: field -> value.
    std::vector<Values> stream(const std::string& key = "pz:events:0") const;
    void remember(std::string_view visitor, const std::vector<std::string>& events) const;

    // A number of personalize_status, by path: "requests.passed.redis".
    double status(const std::string& name) const;
    bool status_reaches(const std::string& name, double value) const;
    bool redis_ready() const;
    // Of the access log's line number `index`, from 0; the line is written when the response has
    // ended. Fields: URI, status, $personalize_status, $personalize_visitor, $personalize_time.
    std::string log_field(std::size_t index, std::size_t field) const;
    std::string result(std::size_t index) const { return log_field(index, 2); }
    std::string path(std::string_view name) const { return dir / name; }
    std::string config() const;

  private:
    EdgeOptions options_;
};

}  // namespace pz::test
