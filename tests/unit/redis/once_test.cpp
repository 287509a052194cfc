#include "redis/once.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "redis/slots.hpp"

using namespace pz::redis;

BOOST_AUTO_TEST_SUITE(once)

BOOST_AUTO_TEST_CASE(the_mark_stands_on_the_slot_of_its_stream) {
    BOOST_TEST(once_key({}, 3, 0xabc) == "pz:once:{pz:events:3}:0000000000000abc");
    for (const Keys& keys : {Keys{}, Keys{"shop:"}}) {
        for (unsigned partition = 0; partition < 100; ++partition) {
            BOOST_TEST(slot_of(once_key(keys, partition, 42)) == slot_of(keys.stream(partition)));
        }
    }
}

BOOST_AUTO_TEST_CASE(commands_are_one_each_with_their_keys_and_values) {
    std::string out;
    BOOST_TEST(append_stream_once(out, {}, {}, 0, 1,
                                  std::vector<std::string>{"v", "anna", "e", "purchase"}) == 1U);
    BOOST_TEST(out.starts_with("*11\r\n$4\r\nEVAL\r\n"));
    BOOST_TEST(
        out.ends_with("\r\n$1\r\n2\r\n$11\r\npz:events:0\r\n"
                      "$38\r\npz:once:{pz:events:0}:0000000000000001\r\n"
                      "$7\r\n1000000\r\n$5\r\n86400\r\n"
                      "$1\r\nv\r\n$4\r\nanna\r\n$1\r\ne\r\n$8\r\npurchase\r\n"));
    BOOST_TEST(command_size(out) == out.size());
    out.clear();
    const std::vector<std::string> texts = {"view_item 1 2", "purchase 3 4 eid=5"};
    const std::vector<std::uint64_t> identities = {0, 7};
    BOOST_TEST(append_write_once(out, {}, {}, "anna", texts, identities) == 4U);
    BOOST_TEST(
        out.starts_with("*3\r\n$5\r\nLPUSH\r\n$16\r\npz:{anna}:events\r\n"
                        "$13\r\nview_item 1 2\r\n*5\r\n$4\r\nEVAL\r\n"));
    BOOST_TEST(
        out.ends_with("$1\r\n1\r\n$16\r\npz:{anna}:events\r\n$18\r\npurchase 3 4 eid=5\r\n"
                      "*4\r\n$5\r\nLTRIM\r\n$16\r\npz:{anna}:events\r\n$1\r\n0\r\n$2\r\n99\r\n"
                      "*3\r\n$6\r\nEXPIRE\r\n$16\r\npz:{anna}:events\r\n$7\r\n7776000\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()
