// Faults: whatever breaks, the visitor gets the origin's page, whole, and the edge recovers by
// itself.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "integration/support/edge.hpp"
#include "integration/support/fake_redis.hpp"
#include "integration/support/load.hpp"
#include "integration/support/print.hpp"
#include "store/builder.hpp"

namespace pz::test {

namespace {

// Visitor vN viewed one item; N picks it.
constexpr std::size_t kVisitors = 50;

std::string viewed_by(std::size_t n) {
    return item_id(1 + n % 19);
}

std::string visitor_of(const Request& request) {
    return request.headers.at(0).second.substr(4);  // "vid=..."
}

EdgeOptions under_load(std::string timeout) {
    return {.location = "personalize_widget '#w1' recent limit=2 min=1 template=tile;",
            .timeout = std::move(timeout),
            .workers = 2};
}

void remember_all(const Edge& edge) {
    for (std::size_t n = 0; n < kVisitors; n++) {
        edge.remember("v" + std::to_string(n), {event("view_item", viewed_by(n))});
    }
}

Request ask(std::size_t number) {
    return {.path = "/", .headers = visitor("v" + std::to_string(number % kVisitors))};
}

// The origin's bytes, or this visitor's own item in the widget and the origin's bytes around it.
std::string whole_and_right(const Request& request, const Response& response) {
    if (response.status != 200 || !response.complete) {
        return "status " + std::to_string(response.status) + ", " + response.problem;
    }
    if (response.body == home_page()) {
        return {};
    }
    const std::string who = visitor_of(request);
    const std::string own = viewed_by(std::stoul(who.substr(1)));
    const std::string shown = joined(tiles_of(response.body, "w1"));
    if (shown != own || without_widgets(response.body) != without_widgets(home_page())) {
        return who + " wants " + own + ", got: " + response.body;
    }
    return {};
}

bool personal_again(const Edge& edge, std::string_view after) {
    const auto began = std::chrono::steady_clock::now();
    const bool personal = wait_until(
        [&] { return joined(tiles_of(edge.get("/", visitor("v0")).body, "w1")) == viewed_by(0); });
    print_recovery(began, after);
    return personal;
}

// A server that is no good: everybody with an id gets the origin's page, everybody else what is
// popular.
void check_useless_redis(FakeRedis::Answer answer, std::string greeting = {}) {
    Edge edge({.redis = false, .timeout = "50ms"});
    const FakeRedis redis(edge.dir / "redis.sock", std::move(answer), std::move(greeting));
    BOOST_REQUIRE(wait_until([&] { return redis.connections() >= 2; }));
    HttpClient client = edge.nginx->client();
    for (int i = 0; i < 20; i++) {
        const Response page = client.get("/", visitor("v"));
        BOOST_CHECK(page.complete);
        BOOST_CHECK_EQUAL(page.body, home_page());
        CHECK_LIST(tiles_of(client.get("/").body, "w1"), "P01 P02 P03 P04");
    }
    BOOST_CHECK(!edge.redis_ready());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(faults)

BOOST_AUTO_TEST_CASE(redis_never_started) {
    Edge edge({.redis = false, .timeout = "50ms"});
    HttpClient client = edge.nginx->client();
    BOOST_CHECK_EQUAL(client.get("/", visitor("v")).body, home_page());
    BOOST_CHECK_EQUAL(edge.result(0), "passed:redis");
    CHECK_LIST(tiles_of(client.get("/").body, "w1"), "P01 P02 P03 P04");
    BOOST_CHECK_EQUAL(edge.status("requests.passed.redis"), 1);
}

// However often it tries.
BOOST_AUTO_TEST_CASE(one_line_tells_that_redis_is_away_and_what_to_do) {
    Edge edge({.redis = false, .timeout = "50ms"});
    BOOST_REQUIRE(edge.status_reaches("redis_failures", 5));
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, home_page());
    const std::string log = edge.nginx->log();
    BOOST_CHECK_MESSAGE(log.find("[crit]") == log.npos, log);
    const std::string line = "Redis at " + edge.path("redis.sock") +
                             ": cannot connect (2: No such file or directory); start Redis, or "
                             "compare unixsocket in redis.conf; pages stay";
    const std::size_t first = log.find(line);
    BOOST_CHECK_MESSAGE(first != log.npos, log);
    BOOST_CHECK_EQUAL(log.find("cannot connect", first + line.size()), log.npos);
}

BOOST_AUTO_TEST_CASE(redis_comes_later) {
    Edge edge({.redis = false});
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v0")).body, home_page());
    edge.redis.emplace(edge.dir);
    edge.remember("v0", {event("view_item", "P09")});
    BOOST_CHECK(wait_until([&] {
        return joined(tiles_of(edge.get("/", visitor("v0")).body, "w1")) == "P09 P01 P02 P03";
    }));
}

BOOST_AUTO_TEST_CASE(without_redis_directive_pages_are_popular) {
    Edge edge({.redis_url = "none", .redis = false});
    CHECK_LIST(tiles_of(edge.get("/", visitor("v")).body, "w1"), "P01 P02 P03 P04");
    BOOST_CHECK_EQUAL(edge.result(0), "popular");
}

BOOST_AUTO_TEST_CASE(redis_killed_under_load) {
    Edge edge(under_load("100ms"));
    remember_all(edge);
    Load load(edge.nginx->address(), 4, ask, whole_and_right);
    BOOST_CHECK(load.more(300));
    edge.redis->kill9();
    BOOST_CHECK(load.more(1000));
    edge.redis->start();
    remember_all(edge);
    BOOST_CHECK(personal_again(edge, "the start that followed kill -9"));
    BOOST_CHECK(load.more(300));
    load.check(100ms);
    BOOST_CHECK_GT(edge.status("requests.passed.redis"), 0);
    BOOST_CHECK_GT(edge.status("requests.personal"), 0);
}

BOOST_AUTO_TEST_CASE(redis_frozen_under_load) {
    Edge edge(under_load("50ms"));
    remember_all(edge);
    Load load(edge.nginx->address(), 4, ask, whole_and_right);
    BOOST_CHECK(load.more(300));
    for (int i = 0; i < 2; i++) {
        edge.redis->freeze();
        BOOST_CHECK(load.more(300));
        edge.redis->thaw();
        BOOST_CHECK(personal_again(edge, "STOP and CONT"));
    }
    load.check(50ms);
    BOOST_CHECK_GT(edge.status("lookup_timeouts"), 0);
}

BOOST_AUTO_TEST_CASE(many_restarts_under_load) {
    Edge edge(under_load("100ms"));
    Load load(edge.nginx->address(), 4, ask, whole_and_right);
    for (int i = 0; i < 10; i++) {
        edge.redis->kill9();
        edge.redis->start();
        remember_all(edge);
        BOOST_CHECK(load.more(50));
    }
    BOOST_CHECK(personal_again(edge, "the last of ten restarts"));
    load.check(100ms);
}

BOOST_AUTO_TEST_CASE(late_answer_of_a_frozen_redis_goes_to_nobody_else) {
    Edge edge({.redis = false, .timeout = "50ms"});
    // Every visitor's list holds one event of its own.
    FakeRedis redis(edge.dir / "redis.sock", [](const FakeRedis::Command& command) {
        if (command[0] != "LRANGE") {
            return FakeRedis::empty_answer(command);
        }
        const std::string text = event("view_item", command[1].substr(4, 3));
        return "*1\r\n$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
    });
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    redis.hold();
    BOOST_CHECK_EQUAL(edge.get("/", visitor("P05")).body, home_page());
    BOOST_CHECK(edge.result(0).starts_with("passed:"));  // timeout, or redis on a busy machine
    redis.release();
    // The late reply, if the connection lives on, is read before this one's.
    BOOST_CHECK(wait_until([&] {
        const List tiles = tiles_of(edge.get("/", visitor("P09")).body, "w1");
        BOOST_REQUIRE_MESSAGE(tiles.empty() || tiles[0] == "P09", joined(tiles));
        return !tiles.empty();
    }));
}

BOOST_AUTO_TEST_CASE(server_that_never_answers) {
    check_useless_redis([](const FakeRedis::Command&) { return std::string(); });
}

BOOST_AUTO_TEST_CASE(server_that_speaks_another_protocol) {
    check_useless_redis(
        [](const FakeRedis::Command&) { return std::string("HTTP/1.1 400 Bad\r\n\r\n"); },
        "220 mail.example ESMTP\r\n");
}

BOOST_AUTO_TEST_CASE(server_that_is_loading) {
    check_useless_redis([](const FakeRedis::Command&) {
        return std::string("-LOADING Redis is loading the dataset in memory\r\n");
    });
}

BOOST_AUTO_TEST_CASE(server_that_has_loaded_is_asked_again) {
    Edge edge({.redis = false, .timeout = "50ms"});
    std::atomic<bool> loading{true};
    const FakeRedis redis(edge.dir / "redis.sock", [&](const FakeRedis::Command& command) {
        return loading ? std::string("-LOADING Redis is loading the dataset in memory\r\n")
                       : FakeRedis::empty_answer(command);
    });
    BOOST_REQUIRE(wait_until([&] { return redis.connections() >= 3; }));
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v0")).body, home_page());
    loading = false;
    const auto began = std::chrono::steady_clock::now();
    BOOST_CHECK(wait_until([&] { return edge.redis_ready(); }));
    print_recovery(began, "the end of LOADING");
    CHECK_LIST(tiles_of(edge.get("/", visitor("v0")).body, "w1"), "P01 P02 P03 P04");
}

BOOST_AUTO_TEST_CASE(server_that_wants_a_password) {
    check_useless_redis([](const FakeRedis::Command&) {
        return std::string("-NOAUTH Authentication required.\r\n");
    });
}

BOOST_AUTO_TEST_CASE(server_that_claims_huge_replies) {
    check_useless_redis([](const FakeRedis::Command& command) {
        return command[0] == "PING" ? std::string("+PONG\r\n$2147483647\r\n")
                                    : std::string("*2147483647\r\n");
    });
}

BOOST_AUTO_TEST_CASE(answers_of_the_wrong_kind_are_no_profile) {
    const std::string answers[] = {"-ERR unknown command\r\n",
                                   ":7\r\n",
                                   "$-1\r\n",
                                   "+OK\r\n",
                                   "-WRONGTYPE Operation against a key\r\n",
                                   "-LOADING Redis is loading the dataset in memory\r\n"};
    for (const std::string& answer : answers) {
        Edge edge({.redis = false});
        const FakeRedis redis(edge.dir / "redis.sock", [&](const FakeRedis::Command& command) {
            return command[0] == "LRANGE" ? answer : FakeRedis::empty_answer(command);
        });
        BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
        BOOST_CHECK_EQUAL(answer + edge.get("/", visitor("v")).body, answer + home_page());
        BOOST_CHECK_EQUAL(edge.result(0), "passed:redis");
    }
}

BOOST_AUTO_TEST_CASE(unreadable_events_in_the_list_are_skipped) {
    Edge edge;
    edge.remember("anna",
                  {"", "nonsense", "view_item P01", "view_item %zz 1", std::string(5000, 'x'),
                   event("view_item", "P09"), std::string("a\0b c\xff", 6)});
    CHECK_LIST(tiles_of(edge.get("/", visitor("anna")).body, "w1"), "P09 P01 P02 P03");
}

BOOST_AUTO_TEST_CASE(keys_of_another_type) {
    Edge edge;
    edge.redis->client().command({"SET", "pz:{anna}:events", "text"});
    BOOST_CHECK_EQUAL(edge.get("/", visitor("anna")).body, home_page());
    BOOST_CHECK(wait_until([&] { return edge.redis_ready(); }));
    CHECK_LIST(tiles_of(edge.get("/", visitor("bert")).body, "w1"), "P01 P02 P03 P04");
}

BOOST_AUTO_TEST_CASE(connection_cut_while_lookups_are_out) {
    Edge edge({.redis = false});
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    redis.hold();
    std::vector<HttpClient> clients;
    for (int i = 0; i < 10; i++) {
        clients.push_back(edge.nginx->client());
        clients.back().send({.path = "/", .headers = visitor("v")});
    }
    BOOST_REQUIRE(edge.status_reaches("lookups", 10));
    redis.drop_connections();
    for (HttpClient& client : clients) {
        BOOST_CHECK_EQUAL(client.finish({}).body, home_page());
    }
    redis.release();
    BOOST_CHECK(wait_until([&] { return edge.redis_ready(); }));
}

BOOST_AUTO_TEST_CASE(password_right_and_wrong) {
    const std::string socket = "unix:@dir@/redis.sock";
    Edge right({.redis_url = socket + "?password=secret&db=3", .redis_password = "secret"});
    CHECK_LIST(tiles_of(right.get("/", visitor("v")).body, "w1"), "P01 P02 P03 P04");
    Edge wrong(
        {.redis_url = socket + "?password=guess", .redis_password = "secret", .wait_ready = false});
    BOOST_CHECK(wrong.nginx->logged("WRONGPASS"));
    BOOST_CHECK_EQUAL(wrong.get("/", visitor("v")).body, home_page());
    BOOST_CHECK(wrong.nginx->log().find("guess") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(database_of_the_url_is_used) {
    Edge edge({.redis_url = "unix:@dir@/redis.sock?db=3"});
    RedisClient redis = edge.redis->client();
    redis.command({"SELECT", "3"});
    redis.command({"LPUSH", "pz:{anna}:events", event("view_item", "P09")});
    CHECK_LIST(tiles_of(edge.get("/", visitor("anna")).body, "w1"), "P09 P01 P02 P03");
}

BOOST_AUTO_TEST_CASE(redis_by_tcp) {
    const TempDir dir;
    const RedisServer redis(dir, {.tcp = true});
    Edge edge({.redis_url = redis.tcp_url(), .redis = false});
    redis.client().command({"LPUSH", "pz:{anna}:events", event("view_item", "P09")});
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    CHECK_LIST(tiles_of(edge.get("/", visitor("anna")).body, "w1"), "P09 P01 P02 P03");
}

BOOST_AUTO_TEST_CASE(redis_by_ipv6) {
    const TempDir dir;
    const RedisServer redis(dir, {.tcp = true});
    const std::string bound = redis.client().command({"CONFIG", "SET", "bind", "::1"}).text;
    if (bound != "OK") {
        std::cerr << "SKIPPED: faults/redis_by_ipv6: cannot listen on [::1]: " << bound << "\n";
        return;
    }
    const std::string port = redis.tcp_url().substr(redis.tcp_url().rfind(':'));
    Edge edge({.redis_url = "redis://[::1]" + port, .redis = false});
    redis.client().command({"LPUSH", "pz:{anna}:events", event("view_item", "P09")});
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    CHECK_LIST(tiles_of(edge.get("/", visitor("anna")).body, "w1"), "P09 P01 P02 P03");
}

BOOST_AUTO_TEST_CASE(idle_connection_closed_by_redis) {
    Edge edge;
    edge.redis->client().command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    BOOST_CHECK(edge.status_reaches("redis_connects", 2));
    CHECK_LIST(tiles_of(edge.get("/", visitor("v")).body, "w1"), "P01 P02 P03 P04");
}

BOOST_AUTO_TEST_CASE(store_missing) {
    Edge edge({.store = false});
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, home_page());
    BOOST_CHECK_EQUAL(edge.get("/").body, home_page());
    BOOST_CHECK_EQUAL(edge.result(0), "passed:store");
    BOOST_CHECK(edge.nginx->logged("store.pz"));
    write_store(edge.path("store.pz"));
    BOOST_CHECK(wait_until(
        [&] { return joined(tiles_of(edge.get("/").body, "w1")) == "P01 P02 P03 P04"; }));
}

BOOST_AUTO_TEST_CASE(store_corrupt) {
    Edge edge({.store = false});
    write_store(edge.path("good.pz"));
    const std::string good = edge.dir.read("good.pz");
    std::string flipped = good;
    flipped[good.size() / 3] = static_cast<char>(~flipped[good.size() / 3]);
    for (const std::string& bytes :
         {std::string("not a store"), std::string(), flipped, good.substr(0, good.size() / 2)}) {
        edge.dir.write("store.pz", bytes);
        edge.nginx->reload();
        BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, home_page());
    }
    edge.dir.write("store.pz", good);
    BOOST_CHECK(wait_until(
        [&] { return joined(tiles_of(edge.get("/").body, "w1")) == "P01 P02 P03 P04"; }));
}

BOOST_AUTO_TEST_CASE(corrupt_generation_leaves_the_last_good_one_in_service) {
    Edge edge;
    edge.dir.write("store.pz", "not a store");
    BOOST_CHECK(edge.nginx->logged("the last good store stays"));
    CHECK_LIST(tiles_of(edge.get("/").body, "w1"), "P01 P02 P03 P04");
    std::filesystem::remove(edge.path("store.pz"));
    CHECK_LIST(tiles_of(edge.get("/").body, "w1"), "P01 P02 P03 P04");
}

// Copied to its place byte by byte, as `cp` and `rsync --inplace` do where room is made beforehand.
BOOST_AUTO_TEST_CASE(a_store_that_is_still_being_copied_comes_into_service_when_it_is_whole) {
    Edge edge({.store = false});
    write_store(edge.path("good.pz"));
    const std::string good = edge.dir.read("good.pz");
    edge.dir.write("store.pz", std::string(good.size(), '\0'));
    BOOST_CHECK(edge.nginx->logged("not a store file"));
    std::fstream file(edge.path("store.pz"), std::ios::binary | std::ios::in | std::ios::out);
    file << good.substr(0, good.size() / 2) << std::flush;
    BOOST_CHECK(edge.nginx->logged("wrong checksum"));
    BOOST_CHECK_EQUAL(edge.get("/").body, home_page());
    file << good.substr(good.size() / 2) << std::flush;
    BOOST_CHECK(wait_until(
        [&] { return joined(tiles_of(edge.get("/").body, "w1")) == "P01 P02 P03 P04"; }));
}

BOOST_AUTO_TEST_CASE(new_generation_comes_into_service_while_serving) {
    Edge edge({.workers = 2});
    const auto check = [](const Request&, const Response& response) {
        const List tiles = tiles_of(response.body, "w1");
        return response.complete && tiles.size() == 4 ? std::string() : response.problem + "tiles";
    };
    Load load(edge.nginx->address(), 3, ask, check);
    const auto workers = edge.nginx->workers();
    for (std::uint64_t generation = 2; generation <= 6; generation++) {
        const std::string newcomer = "NEW" + std::to_string(generation);
        write_store(edge.path("store.pz"), generation, newcomer);
        BOOST_CHECK(wait_until([&] {
            return joined(tiles_of(edge.get("/").body, "w1")) == newcomer + " P01 P02 P03";
        }));
    }
    load.check(5s);
    BOOST_CHECK(edge.nginx->workers() == workers);
    // An event about an item that only the new generation knows. The other worker may still be on
    // its way to it.
    edge.remember("anna", {event("view_item", "P09"), event("view_item", "NEW6")});
    BOOST_CHECK(wait_until([&] {
        return joined(tiles_of(edge.get("/", visitor("anna")).body, "w1")) == "NEW6 P09 P01 P02";
    }));
}

BOOST_AUTO_TEST_CASE(stock_changed_in_place_shows_on_the_next_page) {
    Edge edge;
    auto writer = store::LiveWriter::open(edge.path("store.pz"));
    BOOST_REQUIRE_MESSAGE(writer.ok(), writer.message());
    store::LiveFields live = (*writer)->read("P01");
    live.stock = 0;
    BOOST_REQUIRE((*writer)->update("P01", live));
    CHECK_LIST(tiles_of(edge.get("/").body, "w1"), "P02 P03 P04 P05");
}

BOOST_AUTO_TEST_CASE(killed_worker_is_replaced_and_the_new_one_is_personal) {
    Edge edge;
    edge.remember("v0", {event("view_item", "P09")});
    edge.nginx->expect_in_log("exited on signal 9");
    const auto before = edge.nginx->workers();
    BOOST_REQUIRE_EQUAL(before.size(), 1);
    ::kill(before[0], SIGKILL);
    BOOST_CHECK(wait_until([&] {
        return joined(tiles_of(edge.get("/", visitor("v0")).body, "w1")) == "P09 P01 P02 P03";
    }));
    // Counters are shared: they survive the worker.
    BOOST_CHECK_GE(edge.status("redis_connects"), 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
