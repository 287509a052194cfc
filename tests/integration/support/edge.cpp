#include "integration/support/edge.hpp"

// json_parser.hpp itself uses the old header.
#define BOOST_BIND_GLOBAL_PLACEHOLDERS
#include <boost/property_tree/json_parser.hpp>

#include <sstream>
#include <stdexcept>

namespace pz::test {

namespace {

constexpr std::string_view kConfig = R"(
    log_format pz '$request_uri|$status|$personalize_status|$personalize_visitor|$personalize_time';
    access_log @dir@/access.log pz;
    upstream origin { server unix:@dir@/origin.sock; }
    proxy_cache_path @dir@/cache keys_zone=pages:1m;
    types { text/html html; application/json json; }
    default_type text/html;
    @redis@
    @store@
    personalize_template tile @dir@/tile.html;
    personalize_timeout @timeout@;
    personalize_visitor $cookie_vid;
    @gzip@
    @http@
    server {
        listen @listen@;
        personalize on;
        location = /-/status { personalize off; access_log off; personalize_status json; }
        location / {
            proxy_pass http://origin;
            @location@
        }
        @server@
    }
)";

}  // namespace

Headers visitor(std::string_view id) {
    return {{"Cookie", "vid=" + std::string(id)}};
}

Edge::Edge(EdgeOptions options) : origin(dir / "origin.sock"), options_(std::move(options)) {
    if (options_.redis) {
        redis.emplace(dir, RedisServer::Options{.password = options_.redis_password});
    }
    dir.write("tile.html", kTile);
    if (options_.store) {
        write_store(dir / "store.pz");
    }
    origin.page("/", {home_page()});
    origin.page("/list", {listing_page()});
    nginx = std::make_unique<Nginx>(
        dir, config(), Nginx::Options{.workers = options_.workers, .main = options_.main});
    if (options_.wait_ready && options_.redis && options_.redis_url != "none" &&
        !wait_until([this] { return status("redis_connects") >= options_.workers; })) {
        throw std::runtime_error("the edge did not get its connection to Redis:\n" + nginx->log());
    }
}

std::string Edge::config() const {
    const std::string& url =
        options_.redis_url.empty() ? "unix:" + dir.path() + "/redis.sock" : options_.redis_url;
    const Values common = {{"dir", dir.path()}, {"listen", "@listen@"}};
    return fill_in(
        kConfig,
        {{"dir", dir.path()},
         {"listen", "@listen@"},
         {"redis", url == "none" ? "" : "personalize_redis " + fill_in(url, common) + ";"},
         {"store", "personalize_store " + dir.path() + "/store.pz;"},
         {"timeout", options_.timeout},
         {"gzip", gzip_everywhere() ? "gzip on; gzip_min_length 1; personalize_gzip on;" : ""},
         {"http", fill_in(options_.http, common)},
         {"location", fill_in(options_.location, common)},
         {"server", fill_in(options_.server, common)}});
}

Response Edge::get(const std::string& path, Headers headers) const {
    return nginx->client().get(path, std::move(headers));
}

Response Edge::post(const std::string& path, std::string body, Headers headers,
                    std::string_view type) const {
    headers.emplace_back("Content-Type", type);
    return nginx->client().fetch(
        {.path = path, .headers = std::move(headers), .method = "POST", .body = std::move(body)});
}

std::vector<std::string> Edge::events(std::string_view visitor) const {
    const std::string key = "pz:{" + std::string(visitor) + "}:events";
    return redis->client().command({"LRANGE", key, "0", "-1"}).texts();
}

std::vector<Values> Edge::stream(const std::string& key) const {
    std::vector<Values> entries;
    for (const RedisReply& entry : redis->client().command({"XRANGE", key, "-", "+"}).elements) {
        const std::vector<std::string> fields = entry.elements.at(1).texts();
        Values values;
        for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
            values[fields[i]] = fields[i + 1];
        }
        entries.push_back(values);
    }
    return entries;
}

void Edge::remember(std::string_view visitor, const std::vector<std::string>& events) const {
    std::vector<std::string> command = {"LPUSH", "pz:{" + std::string(visitor) + "}:events"};
    command.insert(command.end(), events.begin(), events.end());
    redis->client().command(command);
}

double Edge::status(const std::string& name) const {
    std::istringstream json(get("/-/status").body);
    boost::property_tree::ptree tree;
    try {
        boost::property_tree::read_json(json, tree);
        return tree.get<double>(name);
    } catch (const boost::property_tree::ptree_error& error) {
        throw std::runtime_error("personalize_status: " + name + ": " + error.what());
    }
}

bool Edge::status_reaches(const std::string& name, double value) const {
    return wait_until([&] { return status(name) >= value; });
}

bool Edge::redis_ready() const {
    return get("/-/status").body.find("\"ready\":true") != std::string::npos;
}

std::string Edge::log_field(std::size_t index, std::size_t field) const {
    std::vector<std::string> lines;
    wait_until([&] {
        std::istringstream log(dir.read("access.log"));
        lines.clear();
        for (std::string line; std::getline(log, line);) {
            lines.push_back(line);
        }
        return lines.size() > index;
    });
    if (lines.size() <= index) {
        return "no such line in the access log";
    }
    std::istringstream fields(lines[index]);
    std::string value;
    for (std::size_t i = 0; i <= field; i++) {
        std::getline(fields, value, '|');
    }
    return value;
}

}  // namespace pz::test
