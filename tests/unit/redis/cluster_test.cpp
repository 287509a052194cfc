// A cluster: every redirect at every place, and what becomes of the layout.
#include "unit/redis/router_fixture.hpp"

using namespace pz;
using namespace pz::redis;

namespace {

// "bar" is in slot 5061, of a:1; "foo" in 12182, of c:1.
const std::string kGet = command({"GET", "bar"});
const std::string kTwo = command({"LRANGE", "bar"}) + command({"HGETALL", "bar"});
const std::string kAsking = command({"ASKING"});
const std::string kClusterSlots = command({"CLUSTER", "SLOTS"});

}  // namespace

BOOST_FIXTURE_TEST_SUITE(cluster, RouterFixture)

BOOST_AUTO_TEST_CASE(each_slot_has_its_server) {
    make_cluster();
    router->read("bar", kGet, 1, &one);
    router->write("foo", kGet, 1, &two);
    BOOST_TEST(sent("a:1") == kGet);
    BOOST_TEST(sent("c:1") == kGet);
    answer("c:1", ":2\r\n");
    answer("a:1", "-WRONGTYPE x\r\n");
    BOOST_TEST(one.log == "-WRONGTYPE x;");
    BOOST_TEST(two.log == ":2;");
    BOOST_TEST(find("seed:1") == nullptr);  // one connection for each server
}

BOOST_AUTO_TEST_CASE(calls_wait_for_the_first_layout) {
    make("redis+cluster://seed:1");
    router->read("bar", kGet, 1, &one);
    greet("seed:1");
    router->tick();
    answer("seed:1", "+PONG\r\n" + three_shards());
    router->tick();
    greet("a:1");
    BOOST_TEST(sent("a:1") == kGet);
    answer("a:1", ":1\r\n");
    BOOST_TEST(one.log == ":1;");
}

BOOST_AUTO_TEST_CASE(no_seed_answers) {
    make("redis+cluster://seed:1,spare:2");
    router->read("bar", kGet, 1, &one);
    at("seed:1").lost("refused");
    pass(Breaker::kFirstPause);
    BOOST_TEST(one.log.empty());
    at("spare:2").lost("refused");
    pass(10);
    BOOST_TEST(one.log == "failed: nobody to ask;");
    BOOST_TEST(router->read("bar", kGet, 1, &one) == 0U);
}

BOOST_AUTO_TEST_CASE(moved_is_followed_remembered_and_asked_about) {
    make_cluster();
    pass(200);
    router->read("bar", kGet, 1, &one);
    sent("a:1");
    answer("a:1", "-MOVED 5061 b:1\r\n");
    BOOST_TEST(sent("b:1") == kGet);
    answer("b:1", ":1\r\n");
    BOOST_TEST(one.log == ":1;");
    router->read("bar", kGet, 1, &one);
    BOOST_TEST(sent("b:1") == kGet);
    answer("b:1", ":2\r\n");
    router->tick();
    const std::string all = sent("a:1") + sent("b:1") + sent("c:1");
    BOOST_TEST(all == kClusterSlots);
}

BOOST_AUTO_TEST_CASE(moved_to_a_new_server) {
    make_cluster();
    router->write("bar", kGet, 1, &one);
    answer("a:1", "-MOVED 5061 new:9\r\n");
    greet("new:9");
    BOOST_TEST(sent("new:9") == kGet);
    answer("new:9", ":1\r\n");
    BOOST_TEST(one.log == ":1;");
}

BOOST_AUTO_TEST_CASE(moved_without_a_host_is_the_same_host) {
    make_cluster();
    router->write("bar", kGet, 1, &one);
    answer("a:1", "-MOVED 5061 :9\r\n");
    BOOST_TEST(find("a:9") != nullptr);
}

BOOST_AUTO_TEST_CASE(ask_is_for_once) {
    make_cluster();
    router->read("bar", kGet, 1, &one);
    sent("a:1");
    answer("a:1", "-ASK 5061 b:1\r\n");
    BOOST_TEST(sent("b:1") == kAsking + kGet);
    answer("b:1", "+OK\r\n:1\r\n");
    BOOST_TEST(one.log == ":1;");
    router->read("bar", kGet, 1, &one);
    BOOST_TEST(sent("a:1") == kGet);
}

// What was carried out is not carried out again; what is known is kept.
BOOST_AUTO_TEST_CASE(only_what_was_sent_on_is_sent_again) {
    make_cluster();
    router->write("bar", kTwo, 2, &one);
    sent("a:1");
    answer("a:1", "*2\r\n$1\r\nx\r\n*1\r\n$1\r\ny\r\n-ASK 5061 b:1\r\n");
    BOOST_TEST(sent("b:1") == kAsking + command({"HGETALL", "bar"}));
    BOOST_TEST(one.log.empty());
    answer("b:1", "+OK\r\n*1\r\n$1\r\nz\r\n");
    BOOST_TEST(one.log == "['x' ['y']];['z'];");

    router->write("bar", kTwo, 2, &two);
    sent("a:1");
    answer("a:1", "-ASK 5061 b:1\r\n:2\r\n");
    BOOST_TEST(sent("b:1") == kAsking + command({"LRANGE", "bar"}));
    answer("b:1", "+OK\r\n-MOVED 5061 c:1\r\n");
    BOOST_TEST(sent("c:1") == command({"LRANGE", "bar"}));
    answer("c:1", "$1\r\nv\r\n");
    BOOST_TEST(two.log == "'v';:2;");
}

BOOST_AUTO_TEST_CASE(try_again_is_later) {
    make_cluster();
    router->read("bar", kGet, 1, &one);
    sent("a:1");
    answer("a:1", "-TRYAGAIN x\r\n");
    router->tick();
    BOOST_TEST(sent("a:1").empty());
    pass(10);
    BOOST_TEST(sent("a:1") == kGet);
    answer("a:1", ":1\r\n");
    BOOST_TEST(one.log == ":1;");
}

BOOST_AUTO_TEST_CASE(a_cluster_that_is_down_is_waited_for_within_the_time) {
    make_cluster();
    const Millis patience = router->patience();
    router->write("bar", kGet, 1, &one);
    for (Millis time = 0; time < patience; time += 10) {
        BOOST_REQUIRE(one.log.empty());
        for (const std::string_view name : {"a:1", "b:1", "c:1"}) {
            serve(name, "-CLUSTERDOWN The cluster is down\r\n");
        }
        pass(10);
    }
    BOOST_TEST(one.log == "failed: no answer in time;");
}

BOOST_AUTO_TEST_CASE(from_server_to_server_without_end) {
    make_cluster();
    router->read("bar", kGet, 1, &one);
    for (int i = 0; i < 20; ++i) {
        const std::string_view name = i % 2 == 0 ? "a:1" : "b:1";
        if (sent(name).find(kGet) != std::string::npos) {
            answer(name, i % 2 == 0 ? "-MOVED 5061 b:1\r\n" : "-MOVED 5061 a:1\r\n");
        }
    }
    BOOST_TEST(one.log == "failed: sent from server to server;");
}

BOOST_AUTO_TEST_CASE(a_cancelled_read_is_not_sent_on_a_forgotten_write_is) {
    make_cluster();
    router->cancel(router->read("bar", kGet, 1, &one));
    sent("a:1");
    answer("a:1", "-MOVED 5061 b:1\r\n");
    BOOST_TEST(sent("b:1").empty());
    router->cancel(router->write("bar", kGet, 1, &one));
    sent("a:1");
    answer("a:1", "-MOVED 5061 b:1\r\n");
    BOOST_TEST(sent("b:1") == kGet);
    answer("b:1", ":1\r\n");
    BOOST_TEST(one.log.empty());
}

BOOST_AUTO_TEST_CASE(a_lost_server_fails_its_slots_alone_and_the_layout_is_asked_for) {
    make_cluster();
    pass(200);
    router->read("bar", kGet, 1, &one);
    router->read("foo", kGet, 1, &two);
    at("a:1").lost("reset");
    BOOST_TEST(one.log == "failed: reset;");
    BOOST_TEST(router->read("bar", kGet, 1, &one) == 0U);
    sent("c:1");
    answer("c:1", ":2\r\n");
    BOOST_TEST(two.log == ":2;");
    router->tick();
    const bool by_b = sent("b:1") == kClusterSlots;
    // x:1 has taken a:1's place.
    std::string taken_over = three_shards();
    taken_over.replace(taken_over.find("$1\r\na"), 5, "$1\r\nx");
    answer(by_b ? "b:1" : "c:1", taken_over);
    router->tick();
    greet("x:1");
    BOOST_TEST(router->ready());
    BOOST_TEST(router->read("bar", kGet, 1, &three) != 0U);
    settle("x:1");
    BOOST_TEST(find("a:1") == nullptr);
}

// A server that holds no slot any more answers what it was asked, then is left.
BOOST_AUTO_TEST_CASE(a_server_that_leaves_answers_first) {
    make_cluster();
    pass(200);
    world.random_value = 1;  // asks b:1
    router->write("bar", kGet, 1, &one);
    router->read("foo", kGet, 1, &two);
    answer("c:1", "-MOVED 12182 b:1\r\n");
    sent("b:1");
    router->tick();
    BOOST_TEST(sent("b:1") == kClusterSlots);
    std::string gone = three_shards();
    gone.replace(gone.find("$1\r\na"), 5, "$1\r\nb");
    answer("b:1", ":2\r\n" + gone);
    router->tick();
    BOOST_TEST(router->read("bar", kGet, 1, &three) != 0U);
    BOOST_TEST(sent("b:1") == kGet);
    BOOST_TEST(one.log.empty());
    answer("a:1", ":1\r\n");
    BOOST_TEST(one.log == ":1;");
    router->tick();
    BOOST_TEST(find("a:1") == nullptr);
}

// A server that a redirect names is not in the layout yet; a call may wait for its connection.
BOOST_AUTO_TEST_CASE(a_new_layout_fails_no_call_of_a_server_that_is_just_named) {
    make_cluster();
    pass(200);
    router->read("bar", kGet, 1, &one);
    sent("a:1");
    answer("a:1", "-ASK 5061 new:9\r\n");
    router->read("foo", kGet, 1, &two);
    sent("c:1");
    answer("c:1", "-MOVED 12182 b:1\r\n");
    router->tick();
    serve("a:1", "");
    router->tick();
    pass(100);
    greet("new:9");
    BOOST_TEST(sent("new:9") == kAsking + kGet);
    answer("new:9", "+OK\r\n:1\r\n");
    BOOST_TEST(one.log == ":1;");
}

BOOST_AUTO_TEST_CASE(what_is_no_layout) {
    make("redis+cluster://seed:1");
    greet("seed:1");
    router->tick();
    answer("seed:1", "+PONG\r\n-ERR This instance has cluster support disabled\r\n");
    BOOST_TEST(world.log ==
               "layout: CLUSTER SLOTS: ERR This instance has cluster support disabled;");
    BOOST_TEST(!router->ready());
    BOOST_TEST(router->read("bar", kGet, 1, &one) == 0U);
}

BOOST_AUTO_TEST_CASE(replies_of_redirects_split_everywhere) {
    const std::string from_a = "*1\r\n$1\r\nx\r\n-ASK 5061 b:1\r\n";
    const std::string from_b = "+OK\r\n*1\r\n$1\r\nz\r\n";
    for (std::size_t i = 0; i <= from_a.size(); ++i) {
        RouterFixture fresh;
        fresh.make_cluster();
        fresh.router->read("bar", kTwo, 2, &fresh.one);
        fresh.answer("a:1", from_a.substr(0, i));
        fresh.answer("a:1", from_a.substr(i));
        const std::size_t half = std::min(i, from_b.size());
        fresh.answer("b:1", from_b.substr(0, half));
        fresh.answer("b:1", from_b.substr(half));
        BOOST_REQUIRE(fresh.one.log == "['x'];['z'];");
    }
}

BOOST_AUTO_TEST_SUITE_END()
