// Pages that the worker remembers: they leave as those that it reads, and never one for another.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "integration/support/edge.hpp"
#include "integration/support/load.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

const std::string kWidgets =
    "personalize_widget '#w1' recent,popular limit=4 min=2 template=tile;\n"
    "personalize_widget '#w2' popular limit=4 min=2 template=tile;\n"
    "personalize_listing '#list' item=.tile id=data-item-id;\n";

// Files under @dir@/www, once from memory and once always read.
const EdgeOptions kFiles = {.server = "location /files/ { alias @dir@/www/; " + kWidgets +
                                      "}\n"
                                      "location /read/ { alias @dir@/www/; "
                                      "personalize_page_cache off; " +
                                      kWidgets + "}"};

constexpr std::string_view kMark = "<!--version ";

// The same version at the head, between the placements and at the end.
std::string page_of(std::size_t version) {
    const std::string mark = std::string(kMark) + std::to_string(version) + "-->";
    std::string page = home_page();
    page.insert(page.find("<div id=\"w2\""), mark + std::string(3000, 'x'));
    return mark + page + std::string(20000, 'y') + mark;
}

// The version that every mark names; nothing when they differ or one is missing.
std::optional<std::size_t> version_of(const std::string& page) {
    std::optional<std::size_t> version;
    std::size_t marks = 0;
    for (std::size_t at = page.find(kMark); at != std::string::npos;
         at = page.find(kMark, at + 1)) {
        const std::size_t each = std::stoul(page.substr(at + kMark.size()));
        if (version.value_or(each) != each) {
            return {};
        }
        version = each;
        marks++;
    }
    return marks == 3 ? version : std::nullopt;
}

struct Files : Edge {
    explicit Files(const EdgeOptions& options = kFiles) : Edge(options) {
        std::filesystem::create_directory(dir / "www");
    }
    double hits() const { return status("page_cache_hits"); }
    std::string file(const std::string& name) const { return dir / ("www/" + name); }
    std::string body(const std::string& path) const { return get(path, visitor("anna")).body; }
    // Until the file has rested for long enough and the page came from memory.
    void settle(const std::string& path) const {
        const double before = hits();
        BOOST_REQUIRE(wait_until([&] {
            body(path);
            return hits() > before;
        }));
    }
};

void overwrite(const std::string& path, const std::string& text) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file << text;
    BOOST_REQUIRE(file.flush().good());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(page_cache)

BOOST_AUTO_TEST_CASE(a_remembered_page_is_the_one_that_is_read) {
    Files edge;
    edge.remember("anna", {event("view_item", "P09"), event("view_item", "P11")});
    const std::vector<std::pair<std::string, std::string>> pages = {
        {"home.html", home_page()},
        {"list.html", listing_page()},
        {"large.html", large_page(200'000)},
        {"none.html", "<p>no placement</p>"},
        {"one.html", "x"},
        {"cut.html", home_page().substr(0, home_page().find("OWN2"))}};
    for (const auto& [name, text] : pages) {
        edge.dir.write("www/" + name, text);
    }
    for (const auto& [name, text] : pages) {
        BOOST_TEST_CONTEXT(name) {
            edge.settle("/files/" + name);
            for (const char* who : {"anna", "bert"}) {
                const Response known = edge.get("/files/" + name, visitor(who));
                const Response read = edge.get("/read/" + name, visitor(who));
                BOOST_TEST(known.complete);
                BOOST_TEST(known.body == read.body);
                BOOST_TEST(known.headers.size() == read.headers.size());
            }
        }
    }
    CHECK_LIST(tiles_of(edge.body("/files/home.html"), "w1"), "P11 P09 P01 P02");
    BOOST_TEST(edge.status("page_cache.pages") == static_cast<double>(pages.size()));
    BOOST_TEST(edge.status("page_cache.bytes") > 200'000);
}

BOOST_AUTO_TEST_CASE(a_range_and_a_head_request_are_as_without) {
    Files edge;
    edge.dir.write("www/p.html", page_of(1));
    edge.settle("/files/p.html");
    HttpClient client = edge.nginx->client();
    BOOST_TEST(client.fetch({.path = "/files/p.html", .method = "HEAD"}).status == 200);
    const Response whole = client.get("/files/p.html", {{"Range", "bytes=10-20"}});
    BOOST_TEST(whole.status == 200);
    BOOST_TEST((version_of(whole.body) == std::optional<std::size_t>(1)));
    const Response old = client.fetch({.path = "/files/p.html", .version = "1.0"});
    BOOST_TEST((version_of(old.body) == std::optional<std::size_t>(1)));
}

BOOST_AUTO_TEST_CASE(a_changed_file_is_never_the_old_page) {
    Files edge;
    const std::string path = edge.file("p.html");
    std::size_t version = 10;
    edge.dir.write("www/p.html", page_of(version));
    const auto serves = [&](const char* what) {
        BOOST_TEST_CONTEXT(what) {
            BOOST_TEST(
                (version_of(edge.body("/files/p.html")) == std::optional<std::size_t>(version)));
        }
    };
    edge.settle("/files/p.html");
    serves("remembered");
    edge.dir.write("www/p.html", page_of(++version));
    serves("replaced");
    edge.settle("/files/p.html");
    overwrite(path, page_of(++version));
    serves("written in place, as long as before");
    edge.settle("/files/p.html");
    struct stat before;
    BOOST_REQUIRE(stat(path.c_str(), &before) == 0);
    overwrite(path, page_of(++version));
    const std::array<timespec, 2> times = {before.st_atim, before.st_mtim};
    BOOST_REQUIRE(utimensat(AT_FDCWD, path.c_str(), times.data(), 0) == 0);
    serves("written in place, with the old time put back");
    edge.settle("/files/p.html");
    serves("remembered again");
}

BOOST_AUTO_TEST_CASE(one_file_under_two_plans_is_two_pages) {
    EdgeOptions options = kFiles;
    options.server +=
        "location /other/ { alias @dir@/www/; personalize_widget '#w2' popular min=1 limit=2 "
        "template=tile; }";
    Files edge(options);
    edge.dir.write("www/p.html", page_of(1));
    edge.settle("/files/p.html");
    edge.settle("/other/p.html");
    BOOST_TEST(tiles_of(edge.body("/files/p.html"), "w1").size() == 4U);
    BOOST_TEST(tiles_of(edge.body("/other/p.html"), "w1").empty());
    CHECK_LIST(tiles_of(edge.body("/other/p.html"), "w2"), "P01 P02");
}

BOOST_AUTO_TEST_CASE(pages_that_do_not_fit_leave_for_others_or_are_not_kept) {
    EdgeOptions options = kFiles;
    options.http = "personalize_page_cache size=64k max_page=40k;";
    Files edge(options);
    edge.dir.write("www/a.html", page_of(1));
    edge.dir.write("www/b.html", page_of(2));
    edge.dir.write("www/c.html", page_of(3));
    edge.dir.write("www/big.html", large_page(30'000));
    edge.settle("/files/a.html");
    edge.settle("/files/b.html");
    edge.settle("/files/c.html");
    BOOST_TEST(edge.status("page_cache_evictions") >= 1);
    BOOST_TEST(edge.status("page_cache.bytes") <= 65536);
    const double misses = edge.status("page_cache_misses");
    const double hits = edge.hits();
    for (int i = 0; i < 3; i++) {
        BOOST_TEST(edge.body("/files/big.html") == edge.body("/read/big.html"));
    }
    BOOST_TEST(edge.status("page_cache_misses") == misses);
    BOOST_TEST(edge.hits() == hits);
}

BOOST_AUTO_TEST_CASE(a_page_in_use_outlives_its_place_in_the_cache) {
    EdgeOptions options = kFiles;
    options.http = "personalize_page_cache size=700k max_page=700k;";
    Files edge(options);
    edge.dir.write("www/a.html", large_page(300'000));
    edge.dir.write("www/b.html", large_page(299'000));
    edge.settle("/files/a.html");
    HttpClient slow(edge.nginx->address(), 4096);
    const Request request{.path = "/files/a.html", .headers = visitor("anna")};
    slow.send(request);
    slow.read_until("\r\n\r\n");
    edge.settle("/files/b.html");
    BOOST_TEST(edge.status("page_cache_evictions") >= 1);
    BOOST_TEST(slow.finish(request, 1000).body == edge.body("/read/a.html"));
}

// Every response names one version only: the one that was in force when it was asked for, or a
// newer one.
BOOST_AUTO_TEST_CASE(files_replaced_under_load) {
    const bool is_long = !environment("PERSONALIZE_LONG").empty();
    const std::size_t requests = is_long ? 1'000'000 : 10'000;
    const std::size_t changes = is_long ? 1000 : 60;
    constexpr std::size_t kFilesOfIt = 16;
    Files edge;
    std::array<std::atomic<std::size_t>, kFilesOfIt> versions{};
    const auto name = [](std::size_t i) { return "p" + std::to_string(i) + ".html"; };
    for (std::size_t i = 0; i < kFilesOfIt; i++) {
        edge.dir.write("www/" + name(i), page_of(0));
    }
    Load load(
        edge.nginx->address(), 4,
        [&](std::size_t number) {
            const std::size_t i = number % kFilesOfIt;
            Headers headers = visitor("v" + std::to_string(number % 50));
            headers.emplace_back("X-Floor", std::to_string(versions[i].load()));
            return Request{.path = "/files/" + name(i), .headers = headers};
        },
        [&](const Request& request, const Response& response) -> std::string {
            const auto version = version_of(response.body);
            const bool right = response.complete && version &&
                               *version >= std::stoul(request.headers.back().second);
            return right ? ""
                         : "not older than " + request.headers.back().second + ": " +
                               response.problem + response.body.substr(0, 60);
        });
    for (std::size_t change = 0; change < changes; change++) {
        const std::size_t i = change % kFilesOfIt;
        edge.dir.write("www/" + name(i), page_of(versions[i] + 1));
        versions[i]++;
        BOOST_REQUIRE(load.more(requests / changes));
        if (i == kFilesOfIt - 1) {  // let them rest until they are remembered
            const double before = edge.hits();
            BOOST_REQUIRE(wait_until([&] { return edge.hits() > before + kFilesOfIt; }));
        }
    }
    load.stop();
    BOOST_TEST(load.failures() == 0U, load.messages());
    BOOST_TEST(load.requests() >= requests);
    BOOST_TEST(edge.hits() > 0);
    std::cout << "files replaced " << changes << " times under " << load.requests() << " requests, "
              << edge.hits() << " of them from memory: " << load.failures() << " wrong\n";
}

// The origin says beside each page which version it is; nginx keeps both in one file. Every other
// time that nginx asks again the page has changed, and otherwise it is told that it has not.
BOOST_AUTO_TEST_CASE(cache_entries_refreshed_and_revalidated_under_load) {
    const bool is_long = !environment("PERSONALIZE_LONG").empty();
    constexpr std::size_t kPages = 32;
    const std::size_t refreshed = is_long ? 2000 : 4 * kPages;
    Edge edge({.location = "proxy_cache pages; proxy_cache_valid 200 2s; proxy_cache_key $uri;\n"
                           "proxy_cache_revalidate on; proxy_cache_use_stale updating;\n"
                           "proxy_cache_background_update on;\n" +
                           kWidgets});
    std::array<std::atomic<std::size_t>, kPages> asked{};
    std::atomic<std::size_t> unchanged{0};
    for (std::size_t i = 0; i < kPages; i++) {
        edge.origin.script(
            "/" + std::to_string(i), [&, i](const OriginRequest& request, auto& connection) {
                const std::string version = std::to_string(asked[i]++ / 2);
                const std::string tag = "\"v" + version + "\"";
                const bool same = request.head.find("If-None-Match: " + tag) != std::string::npos;
                unchanged += same ? 1 : 0;
                const Page page{same ? "" : page_of(std::stoul(version)),
                                "text/html",
                                same ? 304 : 200,
                                {{"ETag", tag}, {"X-Version", version}}};
                connection.socket().send(page.bytes());
            });
    }
    Load load(
        edge.nginx->address(), 4,
        [](std::size_t number) {
            return Request{.path = "/" + std::to_string(number % kPages),
                           .headers = visitor("v" + std::to_string(number % 50))};
        },
        [](const Request&, const Response& response) -> std::string {
            const auto version = version_of(response.body);
            const bool right = response.complete && version &&
                               response.header("X-Version") == std::to_string(*version);
            return right ? ""
                         : response.header("X-Version").value_or("none") +
                               " wanted: " + response.problem + response.body.substr(0, 60);
        });
    BOOST_TEST(wait_until([&] { return edge.origin.requests() >= refreshed; }, 20min));
    BOOST_TEST((!is_long || wait_until([&] { return load.requests() >= 1'000'000; }, 60min)));
    load.stop();
    BOOST_TEST(load.failures() == 0U, load.messages());
    BOOST_TEST(unchanged > 0U);
    BOOST_TEST(edge.status("page_cache_hits") > 0);
    std::cout << "cache entries refreshed " << edge.origin.requests() - unchanged
              << " times and revalidated " << unchanged << " times under " << load.requests()
              << " requests, " << edge.status("page_cache_hits")
              << " of them from memory: " << load.failures() << " wrong\n";
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
