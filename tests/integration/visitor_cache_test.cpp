// personalize_visitor_cache: what a worker knows of visitors. That no page is older for it:
// next_page_test.cpp.
#include <boost/test/unit_test.hpp>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

const EdgeOptions kRecent = {
    .location = "personalize_widget '#w1' recent limit=2 min=1 template=tile;",
    .http = "personalize_visitor_cache size=8m;"};

// Twenty events, the newest of item P01 to P19.
void remember(const Edge& edge, std::string_view who, std::size_t newest) {
    List events;
    for (std::size_t i = 0; i < 20; i++) {
        events.push_back(event("view_item", item_id(1 + (newest + i) % 19), 30));
    }
    edge.remember(who, events);
}

std::string shown(const Edge& edge, std::string_view who = "anna") {
    return joined(tiles_of(edge.get("/", visitor(who)).body, "w1"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(visitor_cache)

BOOST_AUTO_TEST_CASE(whoever_came_before_is_known_but_for_the_newest_events) {
    Edge edge(kRecent);
    remember(edge, "anna", 5);
    const std::string first = shown(edge);
    BOOST_CHECK_EQUAL(shown(edge), first);
    BOOST_CHECK_EQUAL(edge.status("visitor_cache_hits"), 1);
    BOOST_CHECK_EQUAL(edge.status("visitor_cache.visitors"), 1);
    BOOST_CHECK_GT(edge.status("visitor_cache.bytes"), 500);
    edge.remember("anna", {event("view_item", "P18", 20), event("view_item", "P17", 10)});
    BOOST_CHECK_EQUAL(shown(edge), "P17 P18");
    BOOST_CHECK_EQUAL(edge.status("visitor_cache_hits"), 2);
    remember(edge, "anna", 7);  // more than an answer tells
    const std::string last = shown(edge);
    BOOST_CHECK_EQUAL(edge.status("visitor_cache_changed"), 1);
    BOOST_CHECK_EQUAL(shown(edge), last);
    BOOST_CHECK_EQUAL(edge.status("visitor_cache_hits"), 3);
    BOOST_CHECK_EQUAL(edge.status("lookups"), 5);
}

BOOST_AUTO_TEST_CASE(what_the_shop_says_of_a_visitor_is_read_each_time) {
    const TempDir dir;
    const std::string tile = dir.write("named.html", R"(<a class="t">{{visitor.name}}</a>)");
    Edge edge(
        {.location = "personalize_widget '#w1' recent limit=2 min=1 template=named;",
         .http = "personalize_visitor_cache size=8m; personalize_template named " + tile + ";"});
    remember(edge, "anna", 5);
    for (const char* name : {"Anna", "Berta", "Clara"}) {
        edge.redis->client().command({"HSET", "pz:{anna}:traits", "name", name});
        const std::string page = edge.get("/", visitor("anna")).body;
        BOOST_CHECK(page.find(">" + std::string(name) + "<") != page.npos);
    }
    BOOST_CHECK_EQUAL(edge.status("visitor_cache_hits"), 2);
}

BOOST_AUTO_TEST_CASE(a_user_who_may_not_ask_for_the_ends_reads_everything) {
    Edge edge(kRecent);
    edge.redis->client().command({"ACL", "SETUSER", "default", "-llen"});
    remember(edge, "anna", 5);
    const std::string first = shown(edge);
    for (int i = 0; i < 3; i++) {
        BOOST_CHECK_EQUAL(shown(edge), first);
    }
    BOOST_CHECK_EQUAL(edge.status("visitor_cache_hits"), 0);
    BOOST_CHECK_EQUAL(edge.status("visitor_cache_changed"), 1);
    BOOST_CHECK_EQUAL(edge.status("lookup_failures"), 0);
}

BOOST_AUTO_TEST_CASE(its_memory_is_bounded) {
    EdgeOptions options = kRecent;
    options.http = "personalize_visitor_cache size=20k;";
    Edge edge(options);
    for (int i = 0; i < 50; i++) {
        const std::string who = "v" + std::to_string(i);
        remember(edge, who, 5);
        BOOST_CHECK_NE(shown(edge, who), "");
    }
    BOOST_CHECK_LE(edge.status("visitor_cache.bytes"), 20 * 1024);
    BOOST_CHECK_EQUAL(
        edge.status("visitor_cache_evictions") + edge.status("visitor_cache.visitors"), 50);
}

BOOST_AUTO_TEST_CASE(wrong_directives_are_refused) {
    const TempDir dir;
    const auto check = [&](const std::string& arguments) {
        return Nginx::check(
            dir, "personalize_visitor_cache " + arguments + ";\nserver { listen @listen@; }");
    };
    for (const char* wrong : {"on", "size=", "size=0", "size=x", "max_age=0", "max_age=", "8m",
                              "size=8m ttl=1s", "off size=8m"}) {
        const Outcome outcome = check(wrong);
        BOOST_CHECK_EQUAL(outcome.status, 1);
        BOOST_CHECK_MESSAGE(outcome.output.find("write size=8m, max_age=5m") != outcome.output.npos,
                            outcome.output);
    }
    BOOST_CHECK(check("off; personalize_visitor_cache off").output.find("duplicate") !=
                std::string::npos);
    for (const char* right : {"off", "size=1m", "max_age=30s size=64k"}) {
        const Outcome outcome = check(right);
        BOOST_CHECK_MESSAGE(outcome.status == 0, outcome.output);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
