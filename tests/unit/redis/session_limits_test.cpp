// Replies beyond a ticket's limits: that ticket fails, the connection and all others go on.
#include <string>
#include <string_view>
#include <vector>

#include "redis/reply_reader.hpp"
#include "unit/redis/session_fixture.hpp"

using namespace pz;
using namespace pz::redis;

namespace {

constexpr std::string_view kTooLong = "failed: a reply longer than the limit;";
constexpr std::string_view kTooMany = "failed: a reply with more elements than the limit;";
constexpr SessionLimits kSmall{.max_reply = 10, .max_elements = 4};

std::string text(std::size_t size) {
    return "$" + std::to_string(size) + "\r\n" + std::string(size, 'x') + "\r\n";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(session_limits, Fixture)

BOOST_AUTO_TEST_CASE(all_replies_of_a_ticket_count_and_of_no_other) {
    Session small({.max_reply = 10, .max_elements = 3});
    connect(small);
    small.submit("a", 2, &one);
    small.submit("b", 1, &two);
    BOOST_TEST(small.receive("$6\r\nabcdef\r\n$4\r\nabcd\r\n$10\r\n0123456789\r\n").ok());
    BOOST_TEST(one.log == "'abcdef';'abcd';");
    BOOST_TEST(two.log == "'0123456789';");
    one.log.clear();

    small.submit("a", 2, &one);
    BOOST_TEST(small.receive("$6\r\nabcdef\r\n$5\r\n").ok());
    BOOST_TEST(one.log == kTooLong);
    BOOST_TEST(small.pending() == 1U);
    BOOST_TEST(small.receive("01234\r\n").ok());
    BOOST_TEST(small.pending() == 0U);

    small.submit("a", 2, &three);
    BOOST_TEST(small.receive("*2\r\n:1\r\n:2\r\n*2\r\n").ok());
    BOOST_TEST(three.log == kTooMany);
    BOOST_TEST(small.receive(":3\r\n:4\r\n").ok());
    BOOST_TEST(small.pending() == 0U);
    BOOST_TEST(one.log == kTooLong);
}

BOOST_AUTO_TEST_CASE(every_split_fails_the_same_ticket_alone) {
    const std::vector<std::pair<std::string, std::string_view>> replies = {
        {text(11) + ":1\r\n", kTooLong},
        {text(10) + text(1), kTooLong},
        {":1\r\n" + text(40), kTooLong},
        {"*2\r\n" + text(30) + text(2) + "*0\r\n", kTooLong},
        {"*2\r\n*1\r\n" + text(30) + "*1\r\n" + text(5) + "*1\r\n" + text(7), kTooLong},
        {"*2\r\n" + text(6) + text(6) + "*-1\r\n", kTooLong},
        {"+" + std::string(11, 's') + "\r\n-" + std::string(11, 'e') + "\r\n", kTooLong},
        {"*1\r\n" + text(12) + "*3\r\n$0\r\n\r\n$-1\r\n:5\r\n", kTooLong},
        {"*2\r\n*2\r\n:1\r\n:2\r\n*2\r\n$2\r\n\r\n\r\n" + text(9) + "+OK\r\n", kTooMany},
    };
    for (const auto& [over, why] : replies) {
        const std::string bytes = "+before\r\n" + over + "*2\r\n$3\r\nabc\r\n:7\r\n";
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            for (std::size_t to = at; to <= bytes.size(); ++to) {
                Session small(kSmall);
                connect(small);
                Recorder before, failed, after;
                small.submit("x", 1, &before);
                small.submit("y", 2, &failed);
                small.submit("z", 1, &after);
                const std::string_view view = bytes;
                BOOST_REQUIRE(small.receive(view.substr(0, at)).ok());
                BOOST_REQUIRE(small.receive(view.substr(at, to - at)).ok());
                BOOST_REQUIRE(small.receive(view.substr(to)).ok());
                BOOST_REQUIRE(before.log == "+before;");
                BOOST_REQUIRE(failed.log == why);
                BOOST_REQUIRE(after.log == "['abc' :7];");
                BOOST_REQUIRE(small.pending() == 0U);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(byte_by_byte) {
    Session small(kSmall);
    connect(small);
    small.submit("a", 2, &one);
    small.submit("b", 1, &two);
    const std::string bytes = "*3\r\n" + text(3) + text(50) + text(50) + text(50) + text(10);
    for (const char& byte : bytes) {
        BOOST_REQUIRE(small.receive({&byte, 1}).ok());
    }
    BOOST_TEST(one.log == kTooLong);
    BOOST_TEST(two.log == "'xxxxxxxxxx';");
}

BOOST_AUTO_TEST_CASE(it_fails_when_announced_and_may_be_followed_by_the_next) {
    connect();
    Ticket next = 0;
    one.then = [&] { next = session.submit("c", 1, &three); };
    session.submit("a", 1, &one);
    session.submit("b", 1, &two);
    BOOST_TEST(session.receive("$4194305\r\n").ok());
    BOOST_TEST(one.log == kTooLong);
    BOOST_TEST(next != 0U);
    session.cancel(next - 2);
    const std::string slice(65536, 'x');
    for (int i = 0; i < 64; ++i) {
        BOOST_REQUIRE(session.receive(slice).ok());
    }
    BOOST_TEST(session.receive("x\r\n:2\r\n:3\r\n").ok());
    BOOST_TEST(one.log == kTooLong);
    BOOST_TEST(two.log == ":2;");
    BOOST_TEST(three.log == ":3;");
}

BOOST_AUTO_TEST_CASE(a_cancelled_ticket_is_passed_over_in_silence) {
    connect();
    const Ticket first = session.submit("a", 2, &one);
    session.submit("b", 1, &two);
    BOOST_TEST(session.receive("$3\r\nabc\r\n").ok());
    session.cancel(first);
    BOOST_TEST(session.receive("*1\r\n$5000000\r\n").ok());
    BOOST_TEST(session.receive(std::string(5000000, 'x') + "\r\n:2\r\n").ok());
    BOOST_TEST(one.log.empty());
    BOOST_TEST(two.log == ":2;");
}

BOOST_AUTO_TEST_CASE(the_connection_may_fail_meanwhile) {
    connect();
    session.submit("a", 1, &one);
    session.submit("b", 1, &two);
    BOOST_TEST(session.receive("*2\r\n$5000000\r\nxxx").ok());
    session.fail("reset");
    BOOST_TEST(one.log == kTooLong);
    BOOST_TEST(two.log == "failed: reset;");
    connect();
    session.submit("c", 1, &three);
    BOOST_TEST(session.receive("$3\r\nabc\r\n").ok());
    BOOST_TEST(three.log == "'abc';");
}

BOOST_AUTO_TEST_CASE(nonsense_behind_the_limit_is_still_an_error) {
    for (const std::string& bytes :
         {"*2\r\n" + text(11) + "x", text(11) + "%1\r\n", "*2\r\n" + text(11) + nested(8),
          "*2\r\n" + text(11) + "$536870912\r\n", "*2\r\n" + text(11) + "*16777215\r\n",
          "$11\r\n" + std::string(11, 'x') + "x\r\n", "$11\r\n" + std::string(11, 'x') + "\rx"}) {
        for (std::size_t at = 0; at <= bytes.size(); ++at) {
            Session small(kSmall);
            connect(small);
            Recorder recorder, behind;
            small.submit("x", 2, &recorder);
            small.submit("y", 1, &behind);
            const std::string_view view = bytes;
            Status status = small.receive(view.substr(0, at));
            status = status.ok() ? small.receive(view.substr(at)) : status;
            BOOST_TEST(!status.ok(), bytes << " at " << at);
            small.fail("error");
            BOOST_TEST(behind.log == "failed: error;");
        }
    }
}

BOOST_AUTO_TEST_CASE(too_long_for_a_handshake_or_for_nobody_is_an_error) {
    Session fresh(kSmall);
    fresh.connected({});
    BOOST_TEST(!fresh.receive("$20\r\n").ok());
    fresh.fail("x");
    connect(fresh);
    BOOST_TEST(!fresh.receive("$20\r\n").ok());
}

BOOST_AUTO_TEST_CASE(the_longest_history_fits) {
    std::string list = "*1000\r\n";
    for (int i = 0; i < 1000; ++i) {
        list += text(2048);
    }
    connect();
    std::size_t elements = 0;
    struct Count final : Handler {
        explicit Count(std::size_t& all) : all_(all) {}
        void on_replies(std::span<const Reply> replies) noexcept override {
            all_ = replies[0].elements.size() + replies[1].elements.size();
        }
        void on_failure(std::string_view) noexcept override {}
        std::size_t& all_;
    } count(elements);
    session.submit("a", 2, &count);
    BOOST_TEST(session.receive(list + "*2\r\n" + text(10) + text(1024 * 1024)).ok());
    BOOST_TEST(elements == 1002U);
}

// What is passed over takes no room.
BOOST_AUTO_TEST_CASE(passing_over_keeps_nothing) {
    ReplyReader reader(kSmall);
    reader.feed("*100000\r\n");
    BOOST_REQUIRE(reader.next().ok());
    BOOST_TEST(reader.over_limit() != nullptr);
    const std::size_t held = reader.held();
    const std::string element = text(16 * 1024);
    for (int i = 0; i < 1000; ++i) {
        reader.feed(element);
        const auto reply = reader.next();
        BOOST_REQUIRE(reply.ok());
        BOOST_REQUIRE(*reply == nullptr);
        BOOST_REQUIRE(reader.held() == held);
    }
}

BOOST_AUTO_TEST_SUITE_END()
