#include "redis/layout.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <string_view>

#include "redis/reply_reader.hpp"

using namespace pz;
using namespace pz::redis;

namespace {

const Endpoint kAsked{.host = "asked", .port = 7000};

// One reply's bytes, read by `read`: what it says, in words.
std::string layout_of(std::string_view bytes,
                      const std::function<Result<Layout>(const Reply&)>& read) {
    ReplyReader reader{SessionLimits()};
    reader.feed(bytes);
    const auto reply = reader.next();
    BOOST_REQUIRE(reply.ok() && *reply != nullptr);
    const auto layout = read(**reply);
    if (!layout.ok()) {
        return layout.message();
    }
    std::string text;
    for (const Shard& shard : layout->shards) {
        text += shard.primary.name();
        for (const Endpoint& replica : shard.replicas) {
            text += "<" + replica.name();
        }
        text += " ";
    }
    return text + std::to_string(layout->shard_of[0]) + " " +
           std::to_string(layout->shard_of[16383]);
}

std::string slots(std::string_view bytes) {
    return layout_of(bytes, [](const Reply& reply) { return read_cluster_slots(reply, kAsked); });
}

std::string role(std::string_view bytes) {
    return layout_of(bytes, [](const Reply& reply) { return read_role(reply, kAsked); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(layout)

BOOST_AUTO_TEST_CASE(cluster_slots) {
    BOOST_TEST(slots("*2\r\n"
                     "*4\r\n:0\r\n:16382\r\n*4\r\n$1\r\na\r\n:1\r\n$2\r\nid\r\n*0\r\n"
                     "*3\r\n$1\r\nb\r\n:2\r\n$2\r\nid\r\n"
                     "*3\r\n:16383\r\n:16383\r\n*2\r\n$0\r\n\r\n:3\r\n") == "a:1<b:2 asked:3 0 1");
    // One server with several ranges is one shard; slots of nobody.
    BOOST_TEST(slots("*2\r\n*3\r\n:1\r\n:5\r\n*2\r\n$1\r\na\r\n:1\r\n"
                     "*3\r\n:9\r\n:16383\r\n*2\r\n$1\r\na\r\n:1\r\n") == "a:1 65535 0");
    // A server that does not know its address, in the words of several versions.
    BOOST_TEST(slots("*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$-1\r\n:1\r\n") == "asked:1 0 0");
    BOOST_TEST(slots("*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$1\r\n?\r\n:1\r\n") == "asked:1 0 0");
}

BOOST_AUTO_TEST_CASE(no_cluster_slots) {
    constexpr std::string_view kNonsense =
        "CLUSTER SLOTS: not the answer of a server that knows the command";
    for (const std::string_view bytes :
         {"+OK\r\n", "*0\r\n", ":1\r\n", "*1\r\n:1\r\n", "*1\r\n*2\r\n:0\r\n:1\r\n",
          "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n$1\r\na\r\n:1\r\n",
          "*1\r\n*3\r\n:5\r\n:4\r\n*2\r\n$1\r\na\r\n:1\r\n",
          "*1\r\n*3\r\n:-1\r\n:4\r\n*2\r\n$1\r\na\r\n:1\r\n",
          "*1\r\n*3\r\n:0\r\n:4\r\n*2\r\n$1\r\na\r\n:0\r\n",
          "*1\r\n*3\r\n:0\r\n:4\r\n*2\r\n$1\r\na\r\n:65536\r\n",
          "*1\r\n*3\r\n:0\r\n:4\r\n*1\r\n$1\r\na\r\n",
          "*1\r\n*3\r\n:0\r\n:4\r\n*2\r\n$3\r\na b\r\n:1\r\n"}) {
        BOOST_TEST(slots(bytes) == kNonsense, bytes);
    }
    BOOST_TEST(slots("-ERR no\r\n") == "CLUSTER SLOTS: ERR no");
}

BOOST_AUTO_TEST_CASE(roles) {
    BOOST_TEST(role("*3\r\n$6\r\nmaster\r\n:9\r\n*2\r\n"
                    "*3\r\n$1\r\ns\r\n$4\r\n6380\r\n$1\r\n9\r\n"
                    "*3\r\n$1\r\nr\r\n$4\r\n6381\r\n$1\r\n9\r\n") ==
               "asked:7000<r:6381<s:6380 0 0");
    BOOST_TEST(role("*5\r\n$5\r\nslave\r\n$1\r\nh\r\n:1\r\n$9\r\nconnected\r\n:1\r\n") ==
               "ROLE: not the answer of a server that knows the command");
}

BOOST_AUTO_TEST_CASE(sentinels) {
    const auto read = [](const Reply& all) {
        return read_sentinel(all.elements[0], &all.elements[1]);
    };
    const std::string primary = "*2\r\n*2\r\n$1\r\np\r\n$1\r\n1\r\n";
    const auto replica = [](std::string_view flags, std::string_view link) {
        const auto text = [](std::string_view value) {
            return "$" + std::to_string(value.size()) + "\r\n" + std::string(value) + "\r\n";
        };
        return "*8\r\n" + text("ip") + text("r") + text("port") + text("2") + text("flags") +
               text(flags) + text("master-link-status") + text(link);
    };
    BOOST_TEST(layout_of(primary + "*1\r\n" + replica("slave", "ok"), read) == "p:1<r:2 0 0");
    for (const auto& [flags, link] : {std::pair("s_down,slave", "ok"), std::pair("slave", "err"),
                                      std::pair("slave,disconnected", "ok")}) {
        BOOST_TEST(layout_of(primary + "*1\r\n" + replica(flags, link), read) == "p:1 0 0");
    }
    BOOST_TEST(layout_of("*2\r\n*-1\r\n*0\r\n", read).starts_with("the Sentinels know no primary"));
    BOOST_TEST(
        layout_of("*2\r\n*1\r\n$1\r\np\r\n*0\r\n", read) ==
        "SENTINEL GET-MASTER-ADDR-BY-NAME: not the answer of a server that knows the command");
}

BOOST_AUTO_TEST_SUITE_END()
