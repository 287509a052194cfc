// HTTP/2: the frames below us queue buffers by reference, so a buffer that is reused too early, a
// lost last buffer or a wrong flag shows here first. curl is the client.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "integration/support/edge.hpp"
#include "integration/support/process.hpp"

namespace pz::test {

namespace {

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

EdgeOptions over_http2(std::string more = {}) {
    EdgeOptions options;
    options.server = "listen unix:@dir@/h2.sock http2;\n" + std::move(more);
    return options;
}

// The body of one answer; empty when curl did not get a whole one.
std::string curl(const Edge& edge, const std::string& path, const std::string& vid,
                 std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"curl",
                                          "-s",
                                          "--http2-prior-knowledge",
                                          "--unix-socket",
                                          edge.path("h2.sock"),
                                          "-o",
                                          edge.path("body"),
                                          "-b",
                                          "vid=" + vid,
                                          "--max-time",
                                          "30",
                                          "http://shop" + path};
    arguments.insert(arguments.end() - 1, more.begin(), more.end());
    std::ofstream(edge.path("body"), std::ios::trunc);
    const Outcome outcome = run(arguments, edge.path("curl.log"));
    BOOST_CHECK_EQUAL(outcome.status, 0);
    return outcome.status == 0 ? read_file(edge.path("body")) : std::string();
}

// Many megabytes of one page, with a widget at its begin and at its end.
std::string long_page(std::size_t bytes) {
    std::string page = "<html><body><div id=\"w1\"><i>OWN1</i></div>";
    while (page.size() < bytes) {
        page += "<p class=\"a\">Paragraph " + std::to_string(page.size()) + " <br> more</p>\n";
    }
    return page + "<div id=\"w2\"><i>OWN2</i></div></body></html>";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http2)

BOOST_AUTO_TEST_CASE(pages_are_personal_and_the_same_as_over_http1) {
    Edge edge(over_http2());
    edge.remember("anna", {"view_item P09 1763660000", "view_item P05 1763660001"});
    const std::string expected = edge.get("/", visitor("anna")).body;
    BOOST_CHECK(expected.find("P09") != expected.npos);
    BOOST_CHECK_EQUAL(curl(edge, "/", "anna"), expected);
}

BOOST_AUTO_TEST_CASE(long_page_at_a_slow_client) {
    for (const char* buffering : {"on", "off"}) {
        EdgeOptions options = over_http2();
        options.location += std::string("\nproxy_buffering ") + buffering + ";";
        Edge edge(options);
        const std::string page = long_page(3 * 1024 * 1024);
        edge.origin.page("/", {page});
        const std::string expected = edge.get("/", visitor("anna")).body;
        BOOST_CHECK(expected != page);
        BOOST_CHECK(curl(edge, "/", "anna", {"--limit-rate", "3M"}) == expected);
    }
}

// Buffers must be reused: what a long page costs does not grow with its length.
BOOST_AUTO_TEST_CASE(memory_of_a_long_page_is_bounded) {
    constexpr std::size_t kPage = 48 * 1024 * 1024;
    constexpr std::size_t kAllowed = 4 * 1024 * 1024;
    EdgeOptions options = over_http2();
    options.location += "\nproxy_buffering off;";
    Edge edge(options);
    const std::string page = long_page(kPage);
    edge.origin.page("/", {page});
    edge.get("/", visitor("warm"));
    const pid_t worker = edge.nginx->workers().at(0);
    const std::size_t before = resident_bytes(worker);
    HttpClient client = edge.nginx->client();
    client.send({.path = "/", .headers = visitor("anna")});
    std::size_t most = 0;
    for (std::size_t got = 0; got < kPage / 2;) {
        got = client.read_until("never in it", std::chrono::milliseconds(20)).size();
        most = std::max(most, resident_bytes(worker));
    }
    BOOST_CHECK(client.finish({}).complete);
    if (environment("PERSONALIZE_PRELOAD").empty()) {
        BOOST_CHECK_LT(most, before + kAllowed);
    }
}

BOOST_AUTO_TEST_CASE(clients_that_go_away) {
    Edge edge(over_http2());
    edge.origin.page("/", {long_page(2 * 1024 * 1024)});
    for (int i = 0; i < 30; i++) {
        run({"curl", "-s", "--http2-prior-knowledge", "--unix-socket", edge.path("h2.sock"), "-o",
             edge.path("body"), "-b", "vid=anna", "--limit-rate", "20M", "--max-time",
             "0.0" + std::to_string(1 + i % 9), "http://shop/"},
            edge.path("curl.log"));
    }
    BOOST_CHECK(curl(edge, "/", "anna").size() > 2 * 1024 * 1024);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
