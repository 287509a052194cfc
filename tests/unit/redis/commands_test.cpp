#include "redis/commands.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace pz::redis;
using namespace std::string_literals;

namespace {

using Texts = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(commands)

BOOST_AUTO_TEST_CASE(keys) {
    const Keys keys;
    BOOST_TEST(keys.events("v1") == "pz:{v1}:events");
    BOOST_TEST(keys.traits("v1") == "pz:{v1}:traits");
    BOOST_TEST(keys.stream(0) == "pz:events:0");
    BOOST_TEST(keys.stream(4294967295U) == "pz:events:4294967295");
    BOOST_TEST(keys.item("SKU 1") == "pz:item:SKU 1");
    BOOST_TEST(keys.catalog() == "pz:catalog");
    BOOST_TEST(Keys{"shop:"}.events("v") == "shop:{v}:events");
}

BOOST_AUTO_TEST_CASE(partitions_are_fnv_1a) {
    // Published values of FNV-1a 32: "" 811c9dc5, "a" e40c292c, "foobar" bf9cf968.
    constexpr unsigned kAll = 0xffffffffU;
    BOOST_TEST(partition_of("", kAll) == 0x811c9dc5U);
    BOOST_TEST(partition_of("a", kAll) == 0xe40c292cU);
    BOOST_TEST(partition_of("foobar", kAll) == 0xbf9cf968U);
    BOOST_TEST(partition_of("foobar", 16) == 8U);
    BOOST_TEST(partition_of("foobar", 1) == 0U);
    BOOST_TEST(partition_of("foobar", 0) == 0U);
}

BOOST_AUTO_TEST_CASE(commands_are_binary_safe_and_appended) {
    std::string out = "before";
    BOOST_TEST(append_command(out, {"SET", std::string_view("a\0\r\n", 4), ""}) == 1U);
    BOOST_TEST(out == "before*3\r\n$3\r\nSET\r\n$4\r\na\0\r\n\r\n$0\r\n\r\n"s);
}

BOOST_AUTO_TEST_CASE(handshake) {
    std::string out;
    BOOST_TEST(append_handshake(out, {}) == 1U);
    BOOST_TEST(out == "*1\r\n$4\r\nPING\r\n");

    out.clear();
    BOOST_TEST(append_handshake(out, {.password = "pw", .database = 12}) == 3U);
    BOOST_TEST(
        out ==
        "*2\r\n$4\r\nAUTH\r\n$2\r\npw\r\n*2\r\n$6\r\nSELECT\r\n$2\r\n12\r\n*1\r\n$4\r\nPING\r\n");

    out.clear();
    BOOST_TEST(append_handshake(out, {.user = "me", .password = "p w"}) == 2U);
    BOOST_TEST(out == "*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$3\r\np w\r\n*1\r\n$4\r\nPING\r\n");
}

BOOST_AUTO_TEST_CASE(read) {
    std::string out;
    BOOST_TEST(append_read(out, {}, "v1", 100) == 2U);
    BOOST_TEST(out ==
               "*4\r\n$6\r\nLRANGE\r\n$14\r\npz:{v1}:events\r\n$1\r\n0\r\n$2\r\n99\r\n"
               "*2\r\n$7\r\nHGETALL\r\n$14\r\npz:{v1}:traits\r\n");
    out.clear();
    // -1 would be the whole list.
    append_read(out, {}, "v1", 0);
    BOOST_TEST(out.find("$1\r\n0\r\n$1\r\n0\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(write) {
    std::string out;
    const Texts texts = {"like A 1", "like B 2"};
    const Retention retention{.events = 50, .seconds = 60, .stream_entries = 1000};
    BOOST_TEST(append_write(out, {}, retention, "v1", texts) == 3U);
    BOOST_TEST(out ==
               "*4\r\n$5\r\nLPUSH\r\n$14\r\npz:{v1}:events\r\n$8\r\nlike A 1\r\n$8\r\nlike B 2\r\n"
               "*4\r\n$5\r\nLTRIM\r\n$14\r\npz:{v1}:events\r\n$1\r\n0\r\n$2\r\n49\r\n"
               "*3\r\n$6\r\nEXPIRE\r\n$14\r\npz:{v1}:events\r\n$2\r\n60\r\n");
}

BOOST_AUTO_TEST_CASE(stream) {
    std::string out;
    const Retention retention{.stream_entries = 1000};
    const Texts fields = {"v", "v1", "e", "like"};
    BOOST_TEST(append_stream(out, {}, retention, 3, fields) == 1U);
    BOOST_TEST(out ==
               "*10\r\n$4\r\nXADD\r\n$11\r\npz:events:3\r\n$6\r\nMAXLEN\r\n$1\r\n~\r\n$"
               "4\r\n1000\r\n$1\r\n*\r\n"
               "$1\r\nv\r\n$2\r\nv1\r\n$1\r\ne\r\n$4\r\nlike\r\n");
}

BOOST_AUTO_TEST_CASE(size_of_a_command) {
    std::string out;
    append_command(out, {"GET", "a\r\n*1"});
    const std::size_t first = out.size();
    append_command(out, {"", std::string(100000, '$')});
    const std::size_t second = out.size() - first;
    append_command(out, {"PING"});
    const std::string_view bytes = out;
    BOOST_TEST(command_size(bytes) == first);
    BOOST_TEST(command_size(bytes.substr(first)) == second);
    BOOST_TEST(command_size(bytes.substr(first + second)) == 14U);
}

BOOST_AUTO_TEST_CASE(a_check_asks_for_the_ends_of_the_list_and_for_the_traits) {
    std::string commands;
    BOOST_TEST(append_check(commands, Keys(), "anna", 49, 8) == 4U);
    BOOST_TEST(commands ==
               "*2\r\n$4\r\nLLEN\r\n$16\r\npz:{anna}:events\r\n"
               "*3\r\n$6\r\nLINDEX\r\n$16\r\npz:{anna}:events\r\n$2\r\n49\r\n"
               "*4\r\n$6\r\nLRANGE\r\n$16\r\npz:{anna}:events\r\n$1\r\n0\r\n$1\r\n7\r\n"
               "*2\r\n$7\r\nHGETALL\r\n$16\r\npz:{anna}:traits\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
