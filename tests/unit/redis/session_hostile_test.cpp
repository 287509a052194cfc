// Servers that are none: garbage, floods and answers to questions that nobody asked.
#include <string>
#include <string_view>
#include <vector>

#include "unit/redis/session_fixture.hpp"

using namespace pz;
using namespace pz::redis;

BOOST_FIXTURE_TEST_SUITE(session_hostile, Fixture)

BOOST_AUTO_TEST_CASE(a_reply_that_nobody_asked_for) {
    connect();
    BOOST_TEST(session.receive("+OK\r\n").message() == "a reply that nobody asked for");
    BOOST_TEST(!session.ready());
    session.fail("x");
    connect();
    session.submit("a", 1, &one);
    BOOST_TEST(session.receive("+OK\r\n+OK\r\n").message() == "a reply that nobody asked for");
    BOOST_TEST(one.log == "+OK;");
}

BOOST_AUTO_TEST_CASE(garbage_is_a_protocol_error) {
    for (const std::string_view bytes : {"x",
                                         "\r\n",
                                         "GET / HTTP/1.1\r\n\r\n",
                                         "%1\r\n",
                                         "~1\r\n",
                                         "_\r\n",
                                         "#t\r\n",
                                         ",1.5\r\n",
                                         ">2\r\n",
                                         "(1\r\n",
                                         "!3\r\nERR\r\n",
                                         "=5\r\ntxt:a\r\n",
                                         "|1\r\n",
                                         ":x\r\n",
                                         ":\r\n",
                                         ":12a\r\n",
                                         ":9223372036854775808\r\n",
                                         "$x\r\n",
                                         "$-2\r\n",
                                         "$\r\n",
                                         "*x\r\n",
                                         "*-2\r\n",
                                         "*\r\n",
                                         "*1\r\nz",
                                         "$1\r\nabc\r\n",
                                         "$3\r\nabcd\r\n",
                                         "*2147483648\r\n",
                                         "*99999999999999999999\r\n",
                                         "$99999999999999999999\r\n"}) {
        BOOST_TEST(!error_of(bytes).empty(), bytes);
    }
    BOOST_TEST(error_of("\xff").find('\xff') == std::string::npos);
    BOOST_TEST(!error_of(nested(9)).empty());
    BOOST_TEST(!error_of(nested(1000)).empty());
}

BOOST_AUTO_TEST_CASE(huge_announcements_are_refused_before_anything_follows) {
    const std::string too_long = "a reply longer than the limit";
    const std::string too_many = "a reply with more elements than the limit";
    for (const std::string_view bytes :
         {"$536870913\r\n", "$2147483647\r\n", "$9223372036854775807\r\n", "$9223372036854775806",
          "*1\r\n$536870913\r\n", "*2\r\n$1\r\na\r\n$536870912\r\n"}) {
        BOOST_TEST(error_of(bytes) == too_long, bytes);
    }
    for (const std::string_view bytes : {"*16777217\r\n", "*2147483647\r\n"}) {
        BOOST_TEST(error_of(bytes) == too_many, bytes);
    }
    BOOST_TEST(error_of("*1\r\n*65535\r\n").empty());
    BOOST_TEST(error_of("$1048576\r\n").empty());
}

BOOST_AUTO_TEST_CASE(endless_lines_are_refused) {
    for (const std::string_view begin : {"+", "-", ":", "*", "$", "*1\r\n$"}) {
        connect();
        session.submit("a", 1, nullptr);
        std::size_t taken = 0;
        Status status = session.receive(begin);
        while (status.ok() && taken < 64 * 1024) {
            status = session.receive("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
            taken += 32;
        }
        BOOST_TEST(status.message() == "a reply longer than the limit", begin);
        session.fail("x");
    }
}

BOOST_AUTO_TEST_CASE(a_broken_text_end_is_noticed) {
    BOOST_TEST(error_of("$3\r\nabc+OK\r\n") == "a text without its line end");
    BOOST_TEST(error_of("*2\r\n$3\r\nabc\n\r$1\r\nx\r\n") == "a text without its line end");
}

BOOST_AUTO_TEST_CASE(a_line_holds_neither_cr_nor_lf) {
    for (const std::string_view bytes : {"+OK\n", "+O\rK\r\n", "+O\nK\r\n", "+OK\r\r\n", ":1\n",
                                         "$1\nx\r\n", "*1\n", "-ERR\rx\r\n", "*2\r\n$1\nx\r\n"}) {
        for (std::size_t at = 0; at <= bytes.size(); ++at) {
            Session fresh;
            connect(fresh);
            fresh.submit("x", 1, nullptr);
            Status status = fresh.receive(bytes.substr(0, at));
            status = status.ok() ? fresh.receive(bytes.substr(at)) : status;
            BOOST_TEST(status.message() == "a line that does not end as it should", bytes);
        }
    }
}

// Deep, wide, empty and none, at every split.
BOOST_AUTO_TEST_CASE(a_tree_of_everything_in_pieces) {
    const std::string bytes =
        "*7\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n*2\r\n:-7\r\n$4\r\n\r\n\r\n\r\n+OK\r\n-ERR no\r\n" +
        nested(8);
    const std::string_view tree = "['' nil nil [] [:-7 '\r\n\r\n'] +OK -ERR no];";
    for (std::size_t at = 0; at <= bytes.size(); ++at) {
        for (std::size_t to = at; to <= bytes.size(); ++to) {
            Session fresh;
            connect(fresh);
            Recorder whole, deep;
            fresh.submit("x", 1, &whole);
            fresh.submit("y", 1, &deep);
            const std::string_view view = bytes;
            BOOST_REQUIRE(fresh.receive(view.substr(0, at)).ok());
            BOOST_REQUIRE(fresh.receive(view.substr(at, to - at)).ok());
            BOOST_REQUIRE(fresh.receive(view.substr(to)).ok());
            BOOST_REQUIRE(whole.log == tree);
            BOOST_REQUIRE(deep.log == "[[[[[[[[:1]]]]]]]];");
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
