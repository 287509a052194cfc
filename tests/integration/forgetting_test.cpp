// What the streams have of a visitor who asked to be forgotten goes by the running learner.
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <ctime>

#include "integration/commands.hpp"
#include "integration/support/edge.hpp"

namespace pz::test {

namespace {

const EdgeOptions kShop = {
    .server =
        "location = /forget { personalize_forget; }\n"
        "location = /item { proxy_pass http://origin; personalize_event view_item item=$arg_id; }"};

struct Forgetful {
    Edge edge{kShop};
    RedisClient client = edge.redis->client();

    Forgetful() { edge.origin.page("/item", {"<p>item</p>"}); }

    void view(const std::string& who, int times) {
        HttpClient pages = edge.nginx->client();
        for (int i = 0; i < times; i++) {
            BOOST_REQUIRE_EQUAL(pages.get("/item?id=P01", visitor(who)).status, 200);
        }
    }
    int forget(const std::string& who) {
        return edge
            .post("/forget", "", {{"Cookie", "vid=" + who}, {"Sec-Fetch-Site", "same-origin"}})
            .status;
    }
    Process learner() const {
        return Process({{program(), "learn", "--store", edge.path("learned"), "--redis",
                         edge.redis->unix_url(), "--interval", "100ms"},
                        edge.path("learner.log")});
    }
    std::size_t entries_of(const std::string& who) const {
        std::size_t count = 0;
        for (const Values& entry : edge.stream()) {
            count += entry.at("v") == who ? 1 : 0;
        }
        return count;
    }
    std::int64_t queued() { return client.integer({"ZCARD", "pz:forget"}); }
    bool all_done() {
        return wait_until([&] { return queued() == 0; }, 60s);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(forgetting, Forgetful)

BOOST_AUTO_TEST_CASE(entries_of_the_streams_go_and_those_of_others_stay) {
    view("anna", 3);
    view("bert", 2);
    BOOST_CHECK_EQUAL(entries_of("anna"), 3);
    const Process learn = learner();
    BOOST_CHECK_EQUAL(forget("anna"), 204);
    BOOST_CHECK_EQUAL(queued(), 1);
    BOOST_CHECK_GT(client.integer({"TTL", "pz:forget"}), 0);
    BOOST_CHECK(all_done());
    BOOST_CHECK_EQUAL(entries_of("anna"), 0);
    BOOST_CHECK_EQUAL(entries_of("bert"), 2);
}

BOOST_AUTO_TEST_CASE(whom_they_were_before_a_login_goes_too) {
    view("cookie-1", 2);
    view("bert", 1);
    client.command({"ZADD", "pz:{cust}:aliases", std::to_string(std::time(nullptr)), "cookie-1"});
    client.command({"HSET", "pz:{cookie-1}:traits", "name", "A"});
    BOOST_CHECK_EQUAL(forget("cust"), 204);
    const Process learn = learner();
    BOOST_CHECK(all_done());
    BOOST_CHECK_EQUAL(entries_of("cookie-1"), 0);
    BOOST_CHECK_EQUAL(entries_of("bert"), 1);
    BOOST_CHECK_EQUAL(client.integer({"EXISTS", "pz:{cust}:aliases", "pz:{cookie-1}:events",
                                      "pz:{cookie-1}:traits"}),
                      0);
}

BOOST_AUTO_TEST_CASE(logins_after_the_request_stay) {
    const auto now = std::time(nullptr);
    view("tablet", 1);
    BOOST_CHECK_EQUAL(forget("cust"), 204);
    client.command({"ZADD", "pz:{cust}:aliases", std::to_string(now - 60), "phone",
                    std::to_string(now + 3600), "tablet"});
    client.command({"ZADD", "pz:{phone}:aliases", std::to_string(now - 90), "old"});
    client.command({"LPUSH", "pz:{phone}:events", "view_item P01 1"});
    const Process learn = learner();
    BOOST_CHECK(all_done());
    BOOST_CHECK_EQUAL(client.integer({"EXISTS", "pz:{phone}:aliases", "pz:{phone}:events"}), 0);
    BOOST_CHECK_EQUAL(client.integer({"EXISTS", "pz:{tablet}:events"}), 1);
    BOOST_CHECK_EQUAL(entries_of("tablet"), 0);  // what they did before the request
    const auto logins = client.command({"ZRANGE", "pz:{cust}:aliases", "0", "-1"}).texts();
    BOOST_REQUIRE_EQUAL(logins.size(), 1U);
    BOOST_CHECK_EQUAL(logins[0], "tablet");
}

BOOST_AUTO_TEST_CASE(a_learner_that_runs_once_works_the_queue_off) {
    view("anna", 2);
    for (int i = 0; i < 250; i++) {
        client.command({"ZADD", "pz:forget", "1", "v" + std::to_string(i)});
    }
    client.command(
        {"ZADD", "pz:forget", "1", "anna", std::to_string(std::time(nullptr) + 3600), "late"});
    client.command(
        {"XADD", "pz:events:0", "1000-1", "v", "early", "e", "view_item", "i", "P01", "t", "1"});
    client.command({"ZADD", "pz:{anna}:aliases", "1", "early"});
    client.command({"HSET", "pz:item:Q1", "title", "New", "availability", "in_stock"});
    const Outcome once = run({program(), "learn", "--store", edge.path("learned"), "--redis",
                              edge.redis->unix_url(), "--once"},
                             edge.path("once"));
    BOOST_CHECK_MESSAGE(once.status == 0, once.output);
    BOOST_CHECK_EQUAL(entries_of("early"), 0);
    BOOST_CHECK_EQUAL(queued(), 1);  // whose turn has not come
}

BOOST_AUTO_TEST_CASE(what_comes_after_the_request_stays) {
    view("anna", 1);
    BOOST_CHECK_EQUAL(forget("anna"), 204);
    const std::string later = std::to_string((std::time(nullptr) + 3600) * 1000) + "-0";
    client.command({"XADD", "pz:events:0", later, "v", "anna", "e", "view_item", "i", "P02", "t",
                    std::to_string(std::time(nullptr))});
    const Process learn = learner();
    BOOST_CHECK(all_done());
    BOOST_CHECK_EQUAL(entries_of("anna"), 1);
}

BOOST_AUTO_TEST_CASE(a_learner_that_is_killed_meanwhile_begins_again) {
    constexpr int kEntries = 30'000;
    client.command({"EVAL",
                    "for i = 1, tonumber(ARGV[1]) do redis.call('XADD', KEYS[1], '*', 'v', "
                    "i % 3 == 0 and 'anna' or 'bert', 'e', 'view_item', 'i', 'P01', 't', "
                    "'1700000000') end",
                    "1", "pz:events:0", std::to_string(kEntries)});
    BOOST_CHECK_EQUAL(forget("anna"), 204);
    Process learn = learner();
    const auto length = [&] { return client.integer({"XLEN", "pz:events:0"}); };
    BOOST_REQUIRE(wait_until([&] { return length() < kEntries; }, 60s));
    learn.signal(SIGKILL);
    BOOST_REQUIRE(learn.wait(10s));
    BOOST_CHECK(queued() == 1 || length() == kEntries / 3 * 2);
    const Process again = learner();
    BOOST_CHECK(all_done());
    BOOST_CHECK_EQUAL(length(), kEntries / 3 * 2);
}

BOOST_AUTO_TEST_CASE(a_server_that_forbids_it_is_named_and_the_learner_goes_on) {
    client.command({"ACL", "SETUSER", "learner", "on", ">SECRET", "~*", "+@all", "-zrange"});
    view("anna", 1);
    BOOST_CHECK_EQUAL(forget("anna"), 204);
    const Process learn(
        {{program(), "learn", "--store", edge.path("learned"), "--redis",
          edge.redis->unix_url() + "?user=learner&password=SECRET", "--interval", "100ms"},
         edge.path("learner.log")});
    BOOST_CHECK(wait_until([&] {
        return contains(edge.dir.read("learner.log"),
                        "visitors who had themselves forgotten are still in the streams: ");
    }));
    BOOST_CHECK_EQUAL(queued(), 1);
    client.command({"HSET", "pz:item:Q1", "title", "New", "availability", "in_stock"});
    client.command({"XADD", "pz:catalog", "*", "id", "Q1"});
    BOOST_CHECK(
        wait_until([&] { return contains(edge.dir.read("learner.log"), "generation 1:"); }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
