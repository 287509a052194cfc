#include "redis/visitor_commands.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace pz::redis;

namespace {

const Keys kKeys;

// How many commands there are, by the bytes of each.
unsigned count(std::string_view bytes) {
    unsigned commands = 0;
    for (; !bytes.empty(); ++commands) {
        bytes.remove_prefix(command_size(bytes));
    }
    return commands;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(visitor_commands)

BOOST_AUTO_TEST_CASE(forget_names_all_keys_of_the_visitor) {
    std::string out;
    BOOST_TEST(append_forget(out, kKeys, "anna") == 1U);
    BOOST_TEST(out ==
               "*3\r\n$6\r\nUNLINK\r\n$16\r\npz:{anna}:events\r\n$16\r\npz:{anna}:traits\r\n");
}

BOOST_AUTO_TEST_CASE(who_is_to_be_forgotten_waits_in_a_queue_of_limited_life) {
    std::string out;
    BOOST_TEST(append_forget_later(out, kKeys, {.seconds = 60}, "anna", 1700000000) == 2U);
    BOOST_TEST(out ==
               "*4\r\n$4\r\nZADD\r\n$9\r\npz:forget\r\n$10\r\n1700000000\r\n$4\r\nanna\r\n"
               "*3\r\n$6\r\nEXPIRE\r\n$9\r\npz:forget\r\n$7\r\n7776000\r\n");
    out.clear();
    append_forget_later(out, kKeys, {.seconds = 7776001}, "anna", 1700000000);
    BOOST_TEST(out.ends_with("$7\r\n7776001\r\n"));
}

BOOST_AUTO_TEST_CASE(a_join_reads_no_more_than_a_list_keeps) {
    std::string out;
    BOOST_TEST(append_join_read(out, kKeys, {.events = 7}, "a") == 1U);
    BOOST_TEST(out == "*4\r\n$6\r\nLRANGE\r\n$13\r\npz:{a}:events\r\n$1\r\n0\r\n$1\r\n6\r\n");
    out.clear();
    append_join_read(out, kKeys, {.events = 0}, "a");
    BOOST_TEST(out.ends_with("$1\r\n0\r\n$1\r\n0\r\n"));  // -1 would be all
}

BOOST_AUTO_TEST_CASE(a_join_merges_texts_as_they_are) {
    const std::vector<std::string_view> texts = {"view_item A 2", "x\r\ny", ""};
    std::string out;
    BOOST_TEST(append_join_merge(out, kKeys, {.events = 7, .seconds = 60},
                                 {.from = "a", .to = "c", .time = 99}, texts) == 1U);
    BOOST_TEST(count(out) == 1U);
    BOOST_TEST(out.starts_with("*13\r\n$4\r\nEVAL\r\n"));
    BOOST_TEST(
        out.ends_with("$1\r\n2\r\n$13\r\npz:{c}:events\r\n$14\r\npz:{c}:aliases\r\n"
                      "$1\r\n7\r\n$2\r\n60\r\n$2\r\n99\r\n$1\r\na\r\n$4\r\n-101\r\n"
                      "$13\r\nview_item A 2\r\n$4\r\nx\r\ny\r\n$0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_join_drops_one_of_each) {
    const std::vector<std::string_view> texts = {"one", "two"};
    std::string out;
    BOOST_TEST(append_join_drop(out, kKeys, "a", texts) == 2U);
    BOOST_TEST(count(out) == 2U);
    BOOST_TEST(
        out.starts_with("*4\r\n$4\r\nLREM\r\n$13\r\npz:{a}:events\r\n$2\r\n-1\r\n$3\r\none\r\n"));
    out.clear();
    BOOST_TEST(append_join_drop(out, kKeys, "a", {}) == 0U);
    BOOST_TEST(out.empty());
}

BOOST_AUTO_TEST_SUITE_END()
