#include "spool/entry.hpp"

#include <boost/test/unit_test.hpp>

namespace pz::spool {

namespace {

const std::vector<std::string> kTexts = {"view_item SKU-1 1763660000 price=19.90",
                                         "purchase SKU%202 1763660001 eid=o%201"};

std::vector<std::string> texts(const Entry& entry) {
    std::vector<std::string> list;
    for (const auto& event : entry.events) {
        list.push_back(visitor::format_event(event));
    }
    return list;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(entries)

BOOST_AUTO_TEST_CASE(come_back_as_they_were) {
    std::string bytes = encode_entry(kAllParts, "anna", kTexts);
    auto entry = decode_entry(bytes);
    BOOST_REQUIRE(entry.ok());
    BOOST_TEST(entry->visitor == "anna");
    BOOST_TEST(entry->parts == kAllParts);
    BOOST_TEST(texts(*entry) == kTexts, boost::test_tools::per_element());
    set_parts(bytes, kStream);
    entry = decode_entry(bytes);
    BOOST_REQUIRE(entry.ok());
    BOOST_TEST(entry->parts == kStream);
}

BOOST_AUTO_TEST_CASE(cut_anywhere_are_fewer_events_or_an_error) {
    const std::string bytes = encode_entry(kAllParts, "anna", kTexts);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto entry = decode_entry(std::string_view(bytes).substr(0, size));
        const bool between = size == 6 + 2 + kTexts[0].size();
        BOOST_TEST(entry.ok() == between);
    }
}

BOOST_AUTO_TEST_CASE(nonsense_is_an_error) {
    BOOST_TEST(decode_entry("").message() == "no visitor");
    BOOST_TEST(decode_entry(encode_entry(0, "anna", kTexts)).message() == "unknown parts");
    BOOST_TEST(decode_entry(encode_entry(4, "anna", kTexts)).message() == "unknown parts");
    BOOST_TEST(decode_entry(encode_entry(1, "an na", kTexts)).message() == "no visitor");
    BOOST_TEST(decode_entry(encode_entry(1, "anna", {})).message() == "no event");
    BOOST_TEST(!decode_entry(encode_entry(1, "anna", std::vector<std::string>{"what"})).ok());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::spool
