// One server, several of one address, a primary with replicas, Sentinels.
#include "unit/redis/router_fixture.hpp"

using namespace pz;
using namespace pz::redis;

namespace {

const std::string kRead = command({"GET", "k"});
const std::string kPing = command({"PING"});

// What a Sentinel answers when it is asked for the primary.
std::string named(std::string_view host) {
    return "*2\r\n$1\r\n" + std::string(host) + "\r\n$1\r\n1\r\n";
}

// A Sentinel at s:1, and a primary at a:1 that was there and is lost.
void lose_primary(RouterFixture& fixture) {
    fixture.make("redis+sentinel://s:1/shop");
    fixture.greet("s:1");
    fixture.router->tick();
    fixture.answer("s:1", "+PONG\r\n" + named("a"));
    fixture.router->tick();
    fixture.greet("a:1");
    fixture.settle("a:1");
    fixture.at("a:1").lost("reset");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(router, RouterFixture)

BOOST_AUTO_TEST_CASE(the_first_connection_takes_commands_before_it_is_ready) {
    make("redis://h:1");
    BOOST_TEST(!router->ready());
    BOOST_TEST(router->read("k", kRead, 1, &one) != 0U);
    greet("h:1");
    BOOST_TEST(router->ready());
    BOOST_TEST(sent("h:1") == kRead);
    answer("h:1", "$1\r\nv\r\n");
    BOOST_TEST(one.log == "'v';");
}

BOOST_AUTO_TEST_CASE(away_means_at_once) {
    world.refuses = true;
    make("redis://h:1");
    BOOST_TEST(world.log == "h:1 lost: cannot connect;");
    BOOST_TEST(router->read("k", kRead, 1, &one) == 0U);
    BOOST_TEST(router->write("k", kRead, 1, &one) == 0U);
    world.refuses = false;
    pass(Breaker::kFirstPause);
    // A later connection proves itself first.
    BOOST_TEST(router->read("k", kRead, 1, &one) == 0U);
    greet("h:1");
    BOOST_TEST(router->read("k", kRead, 1, &one) != 0U);
    BOOST_TEST(one.log.empty());
}

BOOST_AUTO_TEST_CASE(pauses_grow_while_it_is_away) {
    make("redis://h:1");
    at("h:1").lost("reset");
    std::vector<Millis> pauses;
    for (int i = 0; i < 8; ++i) {
        const std::size_t before = world.opened.size();
        Millis pause = 0;
        for (; world.opened.size() == before; ++pause) {
            pass(1);
        }
        pauses.push_back(pause);
        at("h:1").lost("reset");
    }
    BOOST_TEST(pauses == (std::vector<Millis>{25, 50, 100, 200, 400, 800, 1500, 1500}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(silence_is_death) {
    make("redis://h:1");
    greet("h:1");
    settle("h:1");
    router->read("k", kRead, 1, &one);
    pass(399);
    BOOST_TEST(router->ready());
    pass(1);
    BOOST_TEST(!router->ready());
    BOOST_TEST(one.log == "failed: no answer;");
}

BOOST_AUTO_TEST_CASE(bytes_are_life) {
    make("redis://h:1");
    greet("h:1");
    settle("h:1");
    router->read("k", kRead, 1, &one);
    for (const char c : std::string("$5\r\nslow!")) {
        pass(300);
        answer("h:1", {&c, 1});
        BOOST_REQUIRE(router->ready());
    }
}

// A peer that went away without a word.
BOOST_AUTO_TEST_CASE(an_idle_connection_is_probed) {
    make("redis://h:1");
    greet("h:1");
    settle("h:1");
    BOOST_TEST(sent("h:1").empty());
    pass(Node::kProbeEvery);
    BOOST_TEST(sent("h:1") == kPing);
    answer("h:1", "+PONG\r\n");
    pass(Node::kProbeEvery);
    pass(400);
    BOOST_TEST(!router->ready());
    BOOST_TEST(world.log == "h:1 ready;h:1 lost: no answer;");
}

BOOST_AUTO_TEST_CASE(no_handshake_no_patience) {
    make("redis://h:1");
    pass(999);
    BOOST_TEST(find("h:1") != nullptr);
    router->read("k", kRead, 1, &one);
    pass(1);
    BOOST_TEST(find("h:1") == nullptr);
    BOOST_TEST(one.log == "failed: no answer;");
}

BOOST_AUTO_TEST_CASE(slow_reads_open_the_breaker_and_a_probe_closes_it) {
    make("redis://h:1");
    greet("h:1");
    settle("h:1");
    for (unsigned i = 0; i < Breaker::kSlowInRow; ++i) {
        BOOST_REQUIRE(router->read("k", kRead, 1, &one) != 0U);
    }
    sent("h:1");
    world.clock_us += 21'000;
    for (unsigned i = 0; i < Breaker::kSlowInRow; ++i) {
        answer("h:1", ":1\r\n");
    }
    BOOST_TEST(!router->ready());
    BOOST_TEST(router->read("k", kRead, 1, &two) == 0U);
    BOOST_TEST(router->write("k", kRead, 1, &two) != 0U);  // writes are in no hurry
    answer("h:1", ":2\r\n");
    BOOST_TEST(two.log == ":2;");
    sent("h:1");

    pass(Breaker::kFirstPause);
    BOOST_TEST(sent("h:1") == kPing);
    world.clock_us += 21'000;
    answer("h:1", "+PONG\r\n");
    BOOST_TEST(router->read("k", kRead, 1, &two) == 0U);
    pass(2 * Breaker::kFirstPause);
    BOOST_TEST(sent("h:1") == kPing);
    answer("h:1", "+PONG\r\n");
    BOOST_TEST(router->ready());
    BOOST_TEST(router->read("k", kRead, 1, &two) != 0U);
}

BOOST_AUTO_TEST_CASE(a_cancelled_call_is_silent_and_counts_as_slow) {
    make("redis://h:1");
    greet("h:1");
    settle("h:1");
    const Ticket ticket = router->read("k", kRead, 1, &one);
    router->cancel(ticket);
    router->cancel(ticket);
    router->cancel(0);
    router->cancel(12345678);
    answer("h:1", ":1\r\n");
    BOOST_TEST(one.log.empty());
    router->read("k", kRead, 1, &two);
    router->cancel(ticket);  // of another call's earlier life
    answer("h:1", ":2\r\n");
    BOOST_TEST(two.log == ":2;");
}

BOOST_AUTO_TEST_CASE(no_call_outlives_its_time) {
    make("redis://h:1");
    greet("h:1");
    settle("h:1");
    router->read("k", kRead, 1, &one);
    for (Millis time = 0; time < router->patience(); time += 100) {
        BOOST_TEST(one.log.empty());
        answer("h:1", time == 0 ? "$99\r\n" : "x");
        pass(100);
    }
    BOOST_TEST(one.log == "failed: no answer in time;");
    answer("h:1", std::string(99, 'x').substr(router->patience() / 100 - 1) + "\r\n");
    BOOST_TEST(one.log == "failed: no answer in time;");
    BOOST_TEST(router->ready());
}

BOOST_AUTO_TEST_CASE(calls_are_bounded) {
    make("redis://h:1");
    greet("h:1");
    std::size_t taken = 0;
    while (router->read("k", kRead, 1, nullptr) != 0) {
        ++taken;
    }
    BOOST_TEST(taken == SessionLimits().max_pending);
}

BOOST_AUTO_TEST_CASE(of_several_hosts_the_primary) {
    make("redis://a:1,b:2/3");
    BOOST_TEST(sent("a:1") == command({"SELECT", "3"}) + command({"ROLE"}));
    answer("a:1", "+OK\r\n*5\r\n$5\r\nslave\r\n$1\r\nb\r\n:2\r\n$9\r\nconnected\r\n:1\r\n");
    BOOST_TEST(world.log == "a:1 lost: it is not the primary;");
    pass(Breaker::kFirstPause);
    greet("b:2");
    BOOST_TEST(router->ready());
}

BOOST_AUTO_TEST_CASE(reads_go_to_the_nearest_and_own_writes_are_read_from_the_primary) {
    make("redis://p:1?replicas=on");
    greet("p:1");
    router->tick();
    BOOST_TEST(sent("p:1") == kPing);
    pass(100);
    BOOST_TEST(sent("p:1") == command({"ROLE"}));
    answer("p:1",
           "+PONG\r\n*3\r\n$6\r\nmaster\r\n:9\r\n*1\r\n*3\r\n$1\r\nr\r\n$1\r\n2\r\n$1\r\n9\r\n");
    router->tick();
    greet("r:2");
    router->tick();
    sent("r:2");
    world.clock_us += 1000;
    answer("r:2", "+PONG\r\n");
    router->tick();
    BOOST_TEST(router->read("k", kRead, 1, &one) != 0U);
    BOOST_TEST(sent("r:2") == kRead);
    answer("r:2", ":1\r\n");

    BOOST_TEST(router->write("k", kRead, 1, &two) != 0U);
    answer("p:1", ":1\r\n");
    sent("p:1");
    router->read("k", kRead, 1, &one);
    BOOST_TEST(sent("p:1") == kRead);
    answer("p:1", ":2\r\n");
    router->read("another", kRead, 1, &one);
    BOOST_TEST(sent("r:2") == kRead);
    // A replica that dies passes its reads on.
    at("r:2").lost("reset");
    BOOST_TEST(sent("p:1") == kRead);
    answer("p:1", ":3\r\n");
    BOOST_TEST(one.log == ":1;:2;:3;");
}

BOOST_AUTO_TEST_CASE(own_writes_are_remembered_for_a_bounded_time) {
    std::vector<RecentWrites::Cell> table(RecentWrites::kCells);
    RecentWrites recent(table);
    recent.mark("k", 5000);
    BOOST_TEST(recent.holds("k", 5000, 2000));
    BOOST_TEST(recent.holds("k", 6998, 2000));
    BOOST_TEST(!recent.holds("k", 7002, 2000));
    BOOST_TEST(!recent.holds("other", 5000, 2000));
}

BOOST_AUTO_TEST_CASE(sentinels_name_the_primary_and_its_successor) {
    make("redis+sentinel://s1:1,s2:2/shop");
    BOOST_TEST(router->write("k", kRead, 1, &one) != 0U);  // waits until the primary is known
    at("s1:1").lost("refused");
    pass(Breaker::kFirstPause);
    greet("s2:2");
    const std::string question = command({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", "shop"});
    pass(100);
    BOOST_TEST(sent("s2:2") == kPing + question);
    answer("s2:2", "+PONG\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n");
    router->tick();
    greet("a:1");
    router->tick();
    BOOST_TEST(sent("a:1").find(kRead) != std::string::npos);
    answer("a:1", ":1\r\n+PONG\r\n");
    BOOST_TEST(one.log == ":1;");

    // It is demoted: the write waits for the next one.
    router->write("k", kRead, 1, &two);
    sent("a:1");
    answer("a:1", "-READONLY You can't write against a read only replica.\r\n");
    pass(100);
    BOOST_TEST(sent("s2:2") == question);
    answer("s2:2", "*2\r\n$1\r\nb\r\n$1\r\n2\r\n");
    router->tick();
    greet("b:2");
    // Asked again meanwhile, it still cannot; it is left when it has said so.
    BOOST_TEST(sent("a:1") == kRead);
    answer("a:1", "-READONLY You can't write against a read only replica.\r\n");
    pass(100);
    BOOST_TEST(sent("b:2").find(kRead) != std::string::npos);
    answer("b:2", "+PONG\r\n:7\r\n");
    BOOST_TEST(two.log == ":7;");
    BOOST_TEST(router->ready());
    BOOST_TEST(find("a:1") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_write_waits_for_the_successor_of_a_lost_primary) {
    lose_primary(*this);
    BOOST_TEST(router->read("k", kRead, 1, &two) == 0U);  // a page does not wait
    BOOST_TEST(router->write("k", kRead, 1, &one) != 0U);
    pass(100);
    sent("s:1");
    answer("s:1", named("b"));
    router->tick();
    greet("b:1");
    pass(10);
    BOOST_TEST(sent("b:1").find(kRead) != std::string::npos);
    answer("b:1", ":1\r\n+PONG\r\n");
    BOOST_TEST(one.log == ":1;");

    // Nobody follows: the call's time is the bound, and nobody waits for one that is lost for long.
    at("b:1").lost("reset");
    BOOST_TEST(router->write("k", kRead, 1, &three) != 0U);
    const auto go_on = [&] {
        pass(100);
        if (find("b:1") != nullptr) {
            at("b:1").lost("refused");
        }
    };
    for (Millis passed = 0; passed < router->patience(); passed += 100) {
        BOOST_TEST(three.log.empty());
        go_on();
    }
    BOOST_TEST(three.log == "failed: no answer in time;");
    for (int i = 0; i < 60; ++i) {
        go_on();
    }
    BOOST_TEST(router->write("k", kRead, 1, &three) == 0U);
}

BOOST_AUTO_TEST_CASE(writes_that_wait_are_bounded) {
    lose_primary(*this);
    for (int i = 0; i < 1024; ++i) {
        BOOST_REQUIRE(router->write("k", kRead, 1, &one) != 0U);
    }
    BOOST_TEST(router->write("k", kRead, 1, &two) == 0U);
}

BOOST_AUTO_TEST_CASE(a_sentinel_that_does_not_know_is_left_for_the_next) {
    make("redis+sentinel://s1:1,s2:2/shop");
    router->read("k", kRead, 1, &one);
    greet("s1:1");
    router->tick();
    answer("s1:1", "+PONG\r\n*-1\r\n");
    pass(10);
    BOOST_TEST(one.log == "failed: nobody to ask;");
    BOOST_TEST(world.log.find("the Sentinels know no primary of that name") != std::string::npos);
    pass(Breaker::kFirstPause);
    BOOST_TEST(find("s2:2") != nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
