// A session with a handshake behind it, and handlers that write down what they are told.
#pragma once

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <string_view>

#include "redis/session.hpp"
#include "redis/url.hpp"

namespace pz::redis {

// A reply as one line of text: "+OK", "-ERR x", ":3", "nil", "'text'", "[a b]".
inline std::string describe(const Reply& reply) {
    switch (reply.type) {
        case Reply::Type::status:
            return "+" + std::string(reply.text);
        case Reply::Type::error:
            return "-" + std::string(reply.text);
        case Reply::Type::integer:
            return ":" + std::to_string(reply.integer);
        case Reply::Type::nil:
            return "nil";
        case Reply::Type::text:
            return "'" + std::string(reply.text) + "'";
        case Reply::Type::array:
            break;
    }
    std::string all = "[";
    for (const Reply& element : reply.elements) {
        all += (all.size() > 1 ? " " : "") + describe(element);
    }
    return all + "]";
}

struct Recorder : Handler {
    std::string log;
    std::function<void()> then;

    void on_replies(std::span<const Reply> replies) noexcept override {
        for (const Reply& reply : replies) {
            log += describe(reply) + ";";
        }
        if (then) {
            then();
        }
    }
    void on_failure(std::string_view why) noexcept override {
        log += "failed: " + std::string(why) + ";";
        if (then) {
            then();
        }
    }
};

struct Fixture {
    Session session;
    Recorder one, two, three;

    explicit Fixture(const SessionLimits& limits = {}) : session(limits) {}

    void connect(Session& to) const {
        to.connected({});
        to.sent(to.output().size());
        BOOST_REQUIRE(to.receive("+PONG\r\n").ok());
        BOOST_REQUIRE(to.ready());
    }
    void connect() { connect(session); }

    // The error that these bytes, as the answer to one command, bring.
    std::string error_of(std::string_view bytes, const SessionLimits& limits = {}) {
        Session fresh(limits);
        connect(fresh);
        Recorder recorder;
        BOOST_REQUIRE(fresh.submit("x", 1, &recorder) != 0);
        const std::string message = fresh.receive(bytes).message();
        BOOST_TEST(recorder.log.empty());
        if (!message.empty()) {
            BOOST_TEST(!fresh.ready());
            BOOST_TEST(!fresh.receive("+OK\r\n").ok());
        }
        fresh.fail("gone");
        BOOST_TEST(recorder.log == "failed: gone;");
        return message;
    }

    std::string replies_of(std::string_view bytes, unsigned replies = 1) {
        Session fresh;
        connect(fresh);
        Recorder recorder;
        BOOST_REQUIRE(fresh.submit("x", replies, &recorder) != 0);
        const Status status = fresh.receive(bytes);
        BOOST_TEST(status.ok(), status.message());
        return recorder.log;
    }
};

// An integer in `depth` arrays.
inline std::string nested(int depth) {
    std::string bytes;
    for (int i = 0; i < depth; ++i) {
        bytes += "*1\r\n";
    }
    return bytes + ":1\r\n";
}

}  // namespace pz::redis
