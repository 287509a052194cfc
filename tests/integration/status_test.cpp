// personalize_status and the variables: what happened can be seen.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <sstream>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

// name{labels} -> value; fails the test on a line that is not Prometheus's text format.
std::map<std::string, double> parse_metrics(const std::string& text) {
    std::map<std::string, double> metrics;
    std::string typed;  // the metric that the last TYPE line names
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string first;
        words >> first;
        if (first == "#") {
            words >> first;
            BOOST_CHECK_MESSAGE(first == "HELP" || first == "TYPE", line);
            words >> typed;
            continue;
        }
        double value = -1;
        words >> value;
        BOOST_CHECK_MESSAGE(words && value >= 0, line);
        BOOST_CHECK_MESSAGE(first.starts_with(typed), line << " is not of " << typed);
        BOOST_CHECK_MESSAGE(metrics.emplace(first, value).second, "twice: " << line);
    }
    return metrics;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(status)

BOOST_AUTO_TEST_CASE(counts_pages_lookups_and_placements) {
    Edge edge;
    edge.remember("anna", {event("view_item", "P09")});
    edge.origin.page("/json", {"{}", "application/json"});
    edge.get("/", visitor("anna"));
    edge.get("/", visitor("bert"));
    edge.get("/");
    edge.get("/json", visitor("anna"));
    BOOST_CHECK(edge.status_reaches("requests.passed.type", 1));
    BOOST_CHECK_EQUAL(edge.status("requests.personal"), 1);
    BOOST_CHECK_EQUAL(edge.status("requests.popular"), 2);
    BOOST_CHECK_EQUAL(edge.status("lookups"), 3);
    BOOST_CHECK_EQUAL(edge.status("lookup_failures"), 0);
    BOOST_CHECK_EQUAL(edge.status("widgets_filled"), 6);
    BOOST_CHECK_EQUAL(edge.status("store.items"), kItems);
    BOOST_CHECK_EQUAL(edge.status("store.generation"), 1);
}

BOOST_AUTO_TEST_CASE(a_budget_that_is_enough_leaves_nothing_out) {
    Edge edge({.location = "personalize_budget 1h;\n"
                           "personalize_widget 'div' popular limit=2 min=1 template=tile;"});
    edge.get("/");
    BOOST_CHECK(edge.status_reaches("widgets_filled", 2));
    BOOST_CHECK_EQUAL(edge.status("over_budget"), 0);
}

BOOST_AUTO_TEST_CASE(json_has_its_type_and_answers_get_and_head_only) {
    Edge edge;
    const Response json = edge.get("/-/status");
    BOOST_CHECK_EQUAL(json.status, 200);
    BOOST_CHECK_EQUAL(json.header("Content-Type").value_or(""), "application/json");
    HttpClient client = edge.nginx->client();
    BOOST_CHECK_EQUAL(client.fetch({.path = "/-/status", .method = "HEAD"}).status, 200);
    BOOST_CHECK_EQUAL(client.fetch({.path = "/-/status", .method = "POST"}).status, 405);
    BOOST_CHECK_EQUAL(client.get("/-/status").status, 200);
}

BOOST_AUTO_TEST_CASE(counts_over_all_workers) {
    Edge edge({.workers = 2});
    for (int i = 0; i < 40; i++) {
        edge.get("/", visitor("v"));
    }
    for (int i = 0; i < 10; i++) {
        BOOST_CHECK(edge.status_reaches("requests.popular", 40));
    }
}

BOOST_AUTO_TEST_CASE(prometheus_format) {
    Edge edge({.server = "location = /metrics { personalize_status prometheus; }"});
    edge.get("/", visitor("v"));
    BOOST_REQUIRE(edge.status_reaches("requests.popular", 1));
    const Response response = edge.get("/metrics");
    BOOST_CHECK(response.header("Content-Type").value_or("").starts_with("text/plain"));
    BOOST_CHECK(response.body.ends_with("\n"));
    const auto metrics = parse_metrics(response.body);
    const auto value = [&](const std::string& name) {
        const auto found = metrics.find(name);
        return found != metrics.end() ? found->second : -1;
    };
    BOOST_CHECK_EQUAL(value("personalize_requests_total{result=\"popular\"}"), 1);
    BOOST_CHECK_EQUAL(value("personalize_lookups_total"), 1);
    const std::string histogram = "personalize_redis_request_duration_seconds";
    BOOST_CHECK_EQUAL(value(histogram + "_count"), 1);
    BOOST_CHECK_EQUAL(value(histogram + "_bucket{le=\"+Inf\"}"), 1);
    BOOST_CHECK_EQUAL(value("personalize_redis_ready"), 1);
    BOOST_CHECK_EQUAL(value("personalize_store_items"), kItems);
    const std::string node =
        "personalize_redis_node_pending{node=\"" + edge.path("redis.sock") + "\",role=\"primary\"}";
    BOOST_CHECK_GE(value(node), 0);
    BOOST_CHECK(response.body.find("\npersonalize_build_info{version=\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(times_and_placements_are_told) {
    Edge edge({.server = "location = /metrics { personalize_status prometheus; }"
                         "location = /api { personalize_api; }"});
    edge.remember("anna", {event("view_item", "P09", 20), event("view_item", "P15", 10)});
    edge.get("/", visitor("anna"));
    edge.get("/");
    edge.get("/api?for=popular&placement=of-a-client");
    BOOST_REQUIRE(edge.status_reaches("requests.popular", 2));
    const auto metrics = parse_metrics(edge.get("/metrics").body);
    for (const std::string name :
         {"personalize_added_latency_seconds", "personalize_rewrite_duration_seconds"}) {
        BOOST_CHECK_EQUAL(metrics.at(name + "_count"), 3);
        BOOST_CHECK_GT(metrics.at(name + "_sum"), 0);
    }
    BOOST_CHECK_GE(metrics.at("personalize_added_latency_seconds_sum"),
                   metrics.at("personalize_rewrite_duration_seconds_sum"));
    const auto shown = [&](const std::string& placement, const std::string& tier) {
        return metrics.at("personalize_placements_shown_total{placement=\"" + placement +
                          "\",tier=\"" + tier + "\"}");
    };
    BOOST_CHECK_EQUAL(shown("#w1", "individual"), 1);
    BOOST_CHECK_EQUAL(shown("#w1", "pre"), 1);
    BOOST_CHECK_EQUAL(shown("#w2", "pre"), 2);
    BOOST_CHECK_EQUAL(shown("#w2", "segment"), 0);
    BOOST_CHECK_EQUAL(shown("personalize_api", "pre"), 1);
    BOOST_CHECK_EQUAL(metrics.at("personalize_buffered_bytes"), 0);
    BOOST_CHECK_EQUAL(edge.get("/-/status").body.find("of-a-client"), std::string::npos);
    BOOST_CHECK(edge.get("/-/status")
                    .body.find("{\"name\":\"#w1\",\"pre\":1,\"segment\":0,\"individual\":1}") !=
                std::string::npos);
}

BOOST_AUTO_TEST_CASE(events_that_are_lost_are_told) {
    Edge edge({.server = "location = /metrics { personalize_status prometheus; }"
                         "location = /e { personalize_events; }",
               .redis = false,
               .wait_ready = false});
    const std::string body = R"({"name":"view_item","params":{"items":[{"item_id":"P01"}]}})";
    BOOST_CHECK_EQUAL(edge.post("/e", body, visitor("anna")).status, 503);
    BOOST_CHECK_EQUAL(edge.status("events_dropped"), 1);
    BOOST_CHECK_EQUAL(
        parse_metrics(edge.get("/metrics").body).at("personalize_events_dropped_total"), 1);
}

// A monitor may ask for either: what one tells, the other does, too.
BOOST_AUTO_TEST_CASE(json_and_prometheus_tell_the_same) {
    Edge edge({.server = "location = /metrics { personalize_status prometheus; }"});
    const std::string json = edge.get("/-/status").body;
    std::istringstream lines(edge.get("/metrics").body);
    for (std::string line; std::getline(lines, line);) {
        constexpr std::string_view kType = "# TYPE personalize_";
        constexpr std::string_view kCounter = "_total counter";
        if (line.starts_with(kType) && line.ends_with(kCounter)) {
            const std::string name =
                line.substr(kType.size(), line.size() - kType.size() - kCounter.size());
            const std::string key = name == "skipped"            ? "passed"
                                    : name == "placements_shown" ? "placements"
                                                                 : name;
            BOOST_CHECK_MESSAGE(json.find("\"" + key + "\":") != json.npos, line);
        }
    }
}

// What only one worker counts goes back when another answers: that is no counter.
BOOST_AUTO_TEST_CASE(every_counter_is_of_all_workers) {
    Edge edge({.server = "location = /metrics { personalize_status prometheus; }"});
    std::istringstream lines(edge.get("/metrics").body);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# TYPE ") && line.ends_with(" counter")) {
            BOOST_CHECK_MESSAGE(line.ends_with("_total counter"), line);
        }
        BOOST_CHECK_MESSAGE(
            !line.starts_with("personalize_worker_") || line.find("_total") == line.npos, line);
    }
}

BOOST_AUTO_TEST_CASE(variables_in_the_access_log) {
    Edge edge({.http = "personalize_consent $arg_consent;"});
    edge.get("/?consent=1", visitor("anna"));
    edge.get("/?consent=0", visitor("anna"));
    edge.get("/?consent=1", visitor("not/valid"));
    edge.get("/?consent=1");
    BOOST_REQUIRE_EQUAL(edge.result(3), "popular");
    std::istringstream log(edge.dir.read("access.log"));
    List lines;
    for (std::string line; std::getline(log, line);) {
        lines.push_back(line.substr(0, line.rfind('|')));
    }
    BOOST_REQUIRE_EQUAL(lines.size(), 4);
    BOOST_CHECK_EQUAL(lines[0], "/?consent=1|200|popular|anna");
    BOOST_CHECK_EQUAL(lines[2], "/?consent=1|200|popular|");
    BOOST_CHECK_EQUAL(lines[3], "/?consent=1|200|popular|");
}

BOOST_AUTO_TEST_CASE(traits_as_variables) {
    Edge edge({.http = "log_format traits '$personalize_trait_shoe_size|$personalize_trait_name|"
                       "$personalize_segments|$personalize_trait_none';"
                       "access_log @dir@/traits.log traits;"});
    edge.redis->client().command(
        {"HSET", "pz:{anna}:traits", "name", "Anna", "Shoe-Size", "39", "segment", "sale,vip"});
    edge.get("/", visitor("anna"));
    edge.get("/", visitor("bert"));
    BOOST_CHECK(wait_until([&] { return edge.dir.read("traits.log").ends_with("-|-||-\n"); }));
    BOOST_CHECK_EQUAL(edge.dir.read("traits.log"), "39|Anna|sale,vip|-\n-|-||-\n");
}

BOOST_AUTO_TEST_CASE(tells_why_requests_were_not_remembered) {
    Edge edge({.server = "location = /metrics { personalize_status prometheus; }",
               .http = "personalize_consent $arg_consent;"});
    edge.get("/?consent=0", visitor("anna"));
    edge.get("/?consent=0");  // nobody
    Headers bot = visitor("anna");
    bot.emplace_back("User-Agent", "Googlebot/2.1");
    edge.get("/?consent=1", bot);
    const auto metrics = parse_metrics(edge.get("/metrics").body);
    BOOST_CHECK_EQUAL(metrics.at("personalize_without_consent_total"), 1);
    BOOST_CHECK_EQUAL(metrics.at("personalize_not_of_visitors_total"), 1);
    BOOST_CHECK_EQUAL(metrics.at("personalize_forgets_total"), 0);
    BOOST_CHECK_EQUAL(metrics.at("personalize_joins_total"), 0);
}

BOOST_AUTO_TEST_CASE(client_that_leaves_before_the_page_is_not_counted_as_popular) {
    Edge edge;
    std::atomic<bool> done{false};
    edge.origin.script("/", [&](const OriginRequest&, Origin::Connection& connection) {
        wait_until([&] { return done || connection.stopping(); }, 60s);
    });
    HttpClient client = edge.nginx->client();
    client.send({.path = "/", .headers = visitor("v")});
    BOOST_REQUIRE(wait_until([&] { return edge.origin.requests() == 1; }));
    client.socket().close();
    BOOST_CHECK_EQUAL(edge.log_field(0, 1) + " " + edge.result(0), "499 passed:undecided");
    BOOST_CHECK_EQUAL(edge.status("requests.popular"), 0);
    BOOST_CHECK_EQUAL(edge.status("requests.passed.undecided"), 1);
    done = true;
}

BOOST_AUTO_TEST_CASE(requests_that_ask_for_nothing_are_not_counted) {
    Edge edge({.server = "location /off/ { personalize off; proxy_pass http://origin/; }"});
    edge.get("/off/", visitor("v"));
    BOOST_CHECK_EQUAL(edge.result(0), "-");
    BOOST_CHECK_EQUAL(edge.status("requests.popular"), 0);
    BOOST_CHECK_EQUAL(edge.status("lookups"), 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
