#include <string>
#include <string_view>
#include <vector>

#include "redis/commands.hpp"
#include "unit/redis/session_fixture.hpp"

using namespace pz;
using namespace pz::redis;

BOOST_FIXTURE_TEST_SUITE(session, Fixture)

BOOST_AUTO_TEST_CASE(is_not_ready_before_the_handshake) {
    BOOST_TEST(!session.ready());
    BOOST_TEST(session.submit("x", 1, &one) == 0U);
    BOOST_TEST(!session.receive("+PONG\r\n").ok());

    session.connected({.password = "pw", .database = 2});
    std::string expected;
    append_handshake(expected, {.password = "pw", .database = 2});
    BOOST_TEST(session.output() == expected);
    for (const std::string_view reply : {"+OK\r\n", "+OK\r\n"}) {
        BOOST_TEST(session.receive(reply).ok());
        BOOST_TEST(!session.ready());
    }
    BOOST_TEST(session.receive("+PONG\r\n").ok());
    BOOST_TEST(session.ready());
    BOOST_TEST(session.submit("x", 1, &one) != 0U);
    BOOST_TEST(one.log.empty());
}

BOOST_AUTO_TEST_CASE(commands_wait_for_the_handshake) {
    session.fail("");
    session.connected({.database = 2});
    session.sent(session.output().size());
    BOOST_TEST(session.submit("x", 1, &one) != 0U);
    BOOST_TEST(session.output().empty());
    BOOST_TEST(session.receive("+OK\r\n").ok());
    BOOST_TEST(session.output().empty());
    BOOST_TEST(session.receive("+PONG\r\n").ok());
    BOOST_TEST(session.output() == "x");
    session.connected({.database = 2});
    BOOST_TEST(session.submit("y", 1, &one) != 0U);
    BOOST_TEST(!session.receive("-ERR DB index is out of range\r\n").ok());
    session.fail("refused");
    BOOST_TEST(session.output().empty());
}

BOOST_AUTO_TEST_CASE(a_refused_handshake) {
    const Login login{.user = "u", .password = "hunter2", .database = 9};
    const std::vector<std::pair<std::string_view, std::string_view>> table = {
        {"-WRONGPASS invalid username-password pair\r\n",
         "AUTH refused: WRONGPASS; check user and password"},
        {"-ERR unknown command `AUTH`, with args beginning with: `u`, `hunter2`\r\n",
         "AUTH refused: ERR; check user and password"},
        {"+OK\r\n-ERR DB index is out of range\r\n",
         "SELECT refused: ERR DB index is out of range"},
        {"+OK\r\n+OK\r\n-LOADING Redis is loading\x01\xff\r\n",
         "PING refused: LOADING Redis is loading??"},
        {"+OK\r\n+OK\r\n:1\r\n", "PING: not a Redis server's answer"},
        {"$2\r\nOK\r\n", "AUTH: not a Redis server's answer"},
        {"HTTP/1.1 400 Bad Request\r\n", "Protocol error, got \"H\" as reply type byte"},
    };
    for (const auto& [bytes, message] : table) {
        session.connected(login);
        BOOST_TEST(session.receive(bytes).message() == message);
        BOOST_TEST(!session.ready());
        session.fail("refused");
    }
    connect();
}

BOOST_AUTO_TEST_CASE(only_a_primary_will_do) {
    const Login login{.read_only = true, .primary = true};
    std::string expected;
    BOOST_TEST(append_handshake(expected, login) == 2U);
    BOOST_TEST(expected == "*1\r\n$8\r\nREADONLY\r\n*1\r\n$4\r\nROLE\r\n");
    session.connected(login);
    BOOST_TEST(session.output() == expected);
    BOOST_TEST(session.receive("+OK\r\n*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n").ok());
    BOOST_TEST(session.ready());
    const std::vector<std::pair<std::string_view, std::string_view>> table = {
        {"+OK\r\n*5\r\n$5\r\nslave\r\n$1\r\nh\r\n:1\r\n$2\r\nup\r\n:1\r\n",
         "it is not the primary"},
        {"+OK\r\n*0\r\n", "ROLE: not a Redis server's answer"},
        {"+OK\r\n+master\r\n", "ROLE: not a Redis server's answer"},
        {"+OK\r\n-LOADING x\r\n", "ROLE refused: LOADING x"},
        {"-ERR This instance has cluster support disabled\r\n",
         "READONLY refused: ERR This instance has cluster support disabled"},
    };
    for (const auto& [bytes, message] : table) {
        session.connected(login);
        BOOST_TEST(session.receive(bytes).message() == message);
        session.fail("refused");
    }
}

BOOST_AUTO_TEST_CASE(a_long_refusal_is_cut) {
    session.connected({});
    const Status status = session.receive("-" + std::string(5000, 'x') + "\r\n");
    BOOST_TEST(status.message() == "PING refused: " + std::string(120, 'x'));
}

BOOST_AUTO_TEST_CASE(all_types_of_reply) {
    BOOST_TEST(replies_of("+OK\r\n") == "+OK;");
    BOOST_TEST(replies_of("+\r\n") == "+;");
    BOOST_TEST(replies_of(":-9223372036854775808\r\n") == ":-9223372036854775808;");
    BOOST_TEST(replies_of("$-1\r\n") == "nil;");
    BOOST_TEST(replies_of("*-1\r\n") == "nil;");
    BOOST_TEST(replies_of("$0\r\n\r\n") == "'';");
    BOOST_TEST(replies_of("*0\r\n") == "[];");
    BOOST_TEST(replies_of("$4\r\n\r\n\r\n\r\n") == "'\r\n\r\n';");
    BOOST_TEST(replies_of("*3\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n-ERR x\r\n") ==
               "['a' [:1 nil] -ERR x];");
    BOOST_TEST(replies_of(nested(8)) == "[[[[[[[[:1]]]]]]]];");
    BOOST_TEST(replies_of(std::string("$3\r\na\0b\r\n", 9)) == std::string("'a\0b';", 6));
}

BOOST_AUTO_TEST_CASE(errors_are_replies) {
    for (const std::string error :
         {"ERR wrong number of arguments", "LOADING Redis is loading", "MOVED 3999 127.0.0.1:6381",
          "WRONGTYPE Operation against a key", "OOM command not allowed", "NOAUTH"}) {
        BOOST_TEST(replies_of("-" + error + "\r\n+OK\r\n", 2) == "-" + error + ";+OK;");
    }
}

BOOST_AUTO_TEST_CASE(each_ticket_gets_its_own_replies_in_order) {
    connect();
    const Ticket first = session.submit("a", 1, &one);
    const Ticket second = session.submit("bb", 2, &two);
    BOOST_TEST((first != 0 && second != 0 && first != second));
    BOOST_TEST(session.submit("c", 1, &three) != 0U);
    BOOST_TEST(session.output() == "abbc");
    BOOST_TEST(session.pending() == 3U);
    BOOST_TEST(session.receive(":1\r\n:2\r\n").ok());
    BOOST_TEST(one.log == ":1;");
    BOOST_TEST(two.log.empty());
    BOOST_TEST(session.pending() == 2U);
    BOOST_TEST(session.receive("$1\r\nx\r\n:4\r\n").ok());
    BOOST_TEST(two.log == ":2;'x';");
    BOOST_TEST(three.log == ":4;");
    BOOST_TEST(session.pending() == 0U);
}

BOOST_AUTO_TEST_CASE(every_split_gives_the_same_replies) {
    const std::string bytes =
        "*3\r\n$20\r\nview_item mug 176366\r\n$0\r\n\r\n$-1\r\n*0\r\n"
        "-ERR no\r\n*2\r\n*1\r\n:-7\r\n+QUEUED\r\n*-1\r\n";
    const std::string expected_one = "['view_item mug 176366' '' nil];[];";
    const std::string expected_two = "-ERR no;[[:-7] +QUEUED];nil;";
    const auto run = [&](const std::vector<std::string_view>& pieces) {
        Session fresh;
        connect(fresh);
        Recorder first, second;
        fresh.submit("x", 2, &first);
        fresh.submit("y", 3, &second);
        for (const std::string_view piece : pieces) {
            BOOST_REQUIRE(fresh.receive(piece).ok());
        }
        BOOST_TEST(first.log == expected_one);
        BOOST_TEST(second.log == expected_two);
        BOOST_TEST(fresh.pending() == 0U);
    };
    const std::string_view view = bytes;
    std::vector<std::string_view> single;
    for (std::size_t at = 0; at < view.size(); ++at) {
        single.push_back(view.substr(at, 1));
        for (std::size_t to = at; to <= view.size(); ++to) {
            run({view.substr(0, at), view.substr(at, to - at), view.substr(to)});
        }
    }
    run(single);
}

BOOST_AUTO_TEST_CASE(large_replies_around_the_slice_size) {
    for (const std::size_t size : {1000U, 16383U, 16384U, 16385U, 65536U, 1000000U}) {
        const std::string text(size, 'x');
        const std::string bytes = "$" + std::to_string(size) + "\r\n" + text + "\r\n";
        BOOST_TEST(replies_of(bytes + ":1\r\n" + ":2\r\n", 3) == "'" + text + "';:1;:2;");
    }
}

BOOST_AUTO_TEST_CASE(ten_thousand_pipelined_tickets_reuse_the_queue) {
    connect();
    std::size_t answered = 0;
    Recorder recorder;
    recorder.then = [&] { ++answered; };
    for (int round = 0; round < 100; ++round) {
        std::string bytes;
        for (int i = 0; i < 100; ++i) {
            BOOST_REQUIRE(session.submit("x", 1, &recorder) != 0);
            bytes += "$3\r\nabc\r\n";
        }
        session.sent(session.output().size());
        BOOST_REQUIRE(session.receive(bytes).ok());
    }
    BOOST_TEST(answered == 10000U);
    BOOST_TEST(session.pending() == 0U);
    BOOST_TEST(session.output().empty());
}

BOOST_AUTO_TEST_CASE(a_cancelled_ticket_is_silent_and_keeps_the_order) {
    connect();
    const Ticket first = session.submit("a", 2, &one);
    session.submit("b", 1, &two);
    BOOST_TEST(session.receive(":1\r\n").ok());
    session.cancel(first);
    session.cancel(first);
    session.cancel(0);
    session.cancel(999);
    BOOST_TEST(session.pending() == 2U);
    BOOST_TEST(session.receive(":2\r\n:3\r\n").ok());
    BOOST_TEST(one.log.empty());
    BOOST_TEST(two.log == ":3;");
    session.cancel(first);
}

BOOST_AUTO_TEST_CASE(without_a_handler_replies_are_discarded) {
    connect();
    BOOST_TEST(session.submit("a", 1, nullptr) != 0U);
    session.submit("b", 1, &two);
    BOOST_TEST(session.receive("-ERR\r\n+OK\r\n").ok());
    BOOST_TEST(two.log == "+OK;");
    session.submit("a", 1, nullptr);
    session.fail("gone");
    BOOST_TEST(session.pending() == 0U);
}

BOOST_AUTO_TEST_CASE(a_handler_may_submit_and_cancel) {
    connect();
    Ticket second = 0;
    one.then = [&] {
        session.cancel(second);
        for (int i = 0; i < 200; ++i) {
            BOOST_REQUIRE(session.submit("c", 1, &three) != 0);
        }
    };
    session.submit("a", 1, &one);
    second = session.submit("b", 1, &two);
    BOOST_TEST(session.receive("*1\r\n$1\r\na\r\n:2\r\n:3\r\n").ok());
    BOOST_TEST(one.log == "['a'];");
    BOOST_TEST(two.log.empty());
    BOOST_TEST(three.log == ":3;");
    BOOST_TEST(session.pending() == 199U);
}

BOOST_AUTO_TEST_CASE(failure_reaches_every_ticket_once) {
    connect();
    session.submit("a", 1, &one);
    const Ticket second = session.submit("b", 1, &two);
    session.submit("c", 1, &three);
    one.then = [&] {
        session.cancel(second);
        BOOST_TEST(session.submit("d", 1, &three) == 0U);
    };
    BOOST_TEST(session.receive("*2\r\n:1").ok());
    session.fail("connection closed");
    BOOST_TEST(one.log == "failed: connection closed;");
    BOOST_TEST(two.log.empty());
    BOOST_TEST(three.log == "failed: connection closed;");
    BOOST_TEST(session.pending() == 0U);
    BOOST_TEST(session.output().empty());
    BOOST_TEST(!session.ready());
    session.fail("again");
    BOOST_TEST(three.log == "failed: connection closed;");
}

BOOST_AUTO_TEST_CASE(a_new_connection_knows_nothing_of_the_old) {
    connect();
    session.submit("a", 2, &one);
    BOOST_TEST(session.receive("+OK\r\n$10\r\nhalf").ok());
    session.fail("reset");
    connect();
    session.submit("b", 1, &two);
    BOOST_TEST(session.output() == "b");
    BOOST_TEST(session.receive(":2\r\n").ok());
    BOOST_TEST(two.log == ":2;");
    session.submit("c", 1, &three);
    session.connected({});
    BOOST_TEST(three.log == "failed: connected anew;");
}

BOOST_AUTO_TEST_CASE(output_leaves_in_pieces) {
    connect();
    session.submit("abc", 1, &one);
    session.sent(2);
    BOOST_TEST(session.output() == "c");
    session.submit("def", 1, &two);
    BOOST_TEST(session.output() == "cdef");
    session.sent(99);
    BOOST_TEST(session.output().empty());

    const std::string big(300 * 1024, 'x');
    session.submit(big + "tail", 1, &three);
    for (std::size_t sent = 0; sent < big.size(); sent += 1024) {
        session.sent(1024);
        BOOST_REQUIRE(session.output().size() == big.size() + 4 - sent - 1024);
    }
    BOOST_TEST(session.output() == "tail");
}

BOOST_AUTO_TEST_CASE(the_queue_is_bounded) {
    Session small({.max_pending = 2});
    connect(small);
    BOOST_TEST(small.submit("a", 1, &one) != 0U);
    BOOST_TEST(small.submit("b", 1, &one) != 0U);
    BOOST_TEST(small.submit("c", 1, &one) == 0U);
    BOOST_TEST(small.output() == "ab");
    BOOST_TEST(small.receive(":1\r\n").ok());
    BOOST_TEST(small.submit("c", 1, &one) != 0U);
    BOOST_TEST(small.submit("d", 0, &one) == 0U);
}

BOOST_AUTO_TEST_CASE(the_output_is_bounded) {
    Session small({.max_output = 4});
    connect(small);
    BOOST_TEST(small.submit("abcde", 1, &one) == 0U);
    BOOST_TEST(small.submit("abc", 1, &one) != 0U);
    BOOST_TEST(small.submit("de", 1, &one) == 0U);
    BOOST_TEST(small.submit("d", 1, &one) != 0U);
    small.sent(2);
    BOOST_TEST(small.submit("ef", 1, &one) != 0U);
    BOOST_TEST(small.output() == "cdef");
}

BOOST_AUTO_TEST_SUITE_END()
