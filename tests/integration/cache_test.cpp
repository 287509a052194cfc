// One cached page, many visitors.
#include <boost/test/unit_test.hpp>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

constexpr std::size_t kVisitors = 1000;

std::string nth_visitor(std::size_t n) {
    return "v" + std::to_string(n);
}

// Two items of the 19 that are available, another pair for every neighbour.
std::pair<std::string, std::string> items_of(std::size_t n) {
    const std::size_t first = n % 19;
    const std::size_t second = (first + 1 + n / 19 % 18) % 19;
    return {item_id(first + 1), item_id(second + 1)};
}

const EdgeOptions kCached = {
    .location =
        "proxy_cache pages; proxy_cache_valid 200 10m; proxy_cache_key $uri;\n"
        "personalize_widget '#w1' recent limit=2 min=1 template=tile;\n"
        "personalize_widget '#w2' popular limit=4 min=1 template=tile;"};

void remember_all(const Edge& edge) {
    std::vector<std::vector<std::string>> commands;
    for (std::size_t n = 0; n < kVisitors; n++) {
        const auto [first, second] = items_of(n);
        commands.push_back({"LPUSH", "pz:{" + nth_visitor(n) + "}:events",
                            event("view_item", first, 20), event("view_item", second, 10)});
    }
    edge.redis->client().pipeline(commands);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache)

BOOST_AUTO_TEST_CASE(a_thousand_visitors_cost_one_origin_request) {
    Edge edge(kCached);
    remember_all(edge);
    HttpClient client = edge.nginx->client();
    const std::string rest = without_widgets(home_page());
    std::size_t wrong = 0;
    for (std::size_t n = 0; n < kVisitors; n++) {
        const Response page = client.get("/", visitor(nth_visitor(n)));
        const auto [first, second] = items_of(n);
        const std::string expected = joined({second, first});
        const bool right = page.complete && joined(tiles_of(page.body, "w1")) == expected &&
                           without_widgets(page.body) == rest;
        if (!right && wrong++ < 5) {
            BOOST_ERROR("visitor " << n << " wants " << expected << ", got " << page.problem
                                   << page.body);
        }
    }
    BOOST_CHECK_EQUAL(wrong, 0);
    BOOST_CHECK_EQUAL(edge.origin.requests(), 1);
}

BOOST_AUTO_TEST_CASE(the_cache_holds_the_origins_page_not_a_personal_one) {
    EdgeOptions options = kCached;
    options.server =
        "location /plain/ { personalize off; proxy_pass http://origin/; "
        "proxy_cache pages; proxy_cache_valid 200 10m; proxy_cache_key /; }";
    Edge edge(options);
    edge.remember("anna", {event("view_item", "P09")});
    CHECK_LIST(tiles_of(edge.get("/", visitor("anna")).body, "w1"), "P09");
    BOOST_CHECK_EQUAL(edge.get("/plain/").body, home_page());
    BOOST_CHECK_EQUAL(edge.origin.requests(), 1);
}

BOOST_AUTO_TEST_CASE(nobody_gets_a_personal_page_by_the_validators_of_the_cached_one) {
    EdgeOptions options = kCached;
    Edge edge(options);
    edge.origin.page("/", {home_page(), "text/html", 200, {{"ETag", "\"v1\""}}});
    edge.get("/", visitor("anna"));
    Headers conditional = visitor("bert");
    conditional.emplace_back("If-None-Match", "\"v1\"");
    const Response page = edge.get("/", conditional);
    BOOST_CHECK_EQUAL(page.status, 200);
    BOOST_CHECK(!page.has("ETag"));
    BOOST_CHECK_EQUAL(without_widgets(page.body), without_widgets(home_page()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
