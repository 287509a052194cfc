#include "visitor/tcf.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

using namespace pz::visitor;

namespace {

// Of the documentation of GDPR::IAB::TCFv2.
constexpr std::string_view kMetacpan =
    "CLcVDxRMWfGmWAVAHCENAXCkAKDAADnAABRgA5mdfCKZuYJez-NQm0TBMYA4oCAAGQYIAAAAAAEAIAEgAA."
    "argAC0gAAAAAAAAAAAA";
// Of the specification; of the time when strings were for all sites.
constexpr std::string_view kSpecification =
    "COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA."
    "IFoEUQQgAIQwgIwQABAEAAAAOIAACAIAAAAQAIAgEAACEAAAAAgAQBAAAAAAAGBAAgAAAAAAAFAAECAAAgAAQARAEQAAAA"
    "AJ"
    "AAIAAgAAAYQEAAAQmAgBC3ZAYzUw";

std::uint32_t purposes(std::initializer_list<unsigned> list) {
    std::uint32_t mask = 0;
    for (const unsigned purpose : list) {
        mask |= 1U << (purpose - 1);
    }
    return mask;
}

// Writes a core as a consent manager does.
class Writer {
  public:
    void number(unsigned value, unsigned bits) {
        for (unsigned i = bits; i > 0; --i) {
            bits_.push_back((value >> (i - 1) & 1U) != 0);
        }
    }
    std::string text() {
        bits_.resize((bits_.size() + 5) / 6 * 6);
        std::string text;
        for (std::size_t at = 0; at < bits_.size(); at += 6) {
            unsigned digit = 0;
            for (std::size_t i = 0; i < 6; ++i) {
                digit = digit << 1U | static_cast<unsigned>(bits_[at + i]);
            }
            text += "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[digit];
        }
        return text;
    }

  private:
    std::vector<bool> bits_;
};

struct Core {
    unsigned version = 2;
    bool service_specific = true;
    std::initializer_list<unsigned> consents = {1, 5, 6};
    std::initializer_list<unsigned> legitimate = {};
};

Writer core(const Core& of) {
    Writer writer;
    writer.number(of.version, 6);
    for (int i = 6; i < 138; ++i) {
        writer.number(i % 3 == 0 ? 1 : 0, 1);
    }
    writer.number(of.service_specific ? 1 : 0, 1);
    writer.number(0, 13);
    for (const auto& list : {of.consents, of.legitimate}) {
        for (unsigned n = 1; n <= kMaxTcfPurpose; ++n) {
            writer.number((purposes(list) >> (n - 1)) & 1U, 1);
        }
    }
    writer.number(0, 13);
    return writer;
}

// With vendors 3 and 10 to 20, in ranges.
std::string with_ranges() {
    Writer writer = core({});
    writer.number(20, 16);
    writer.number(1, 1);
    writer.number(2, 12);
    writer.number(0, 1);
    writer.number(3, 16);
    writer.number(1, 1);
    writer.number(10, 16);
    writer.number(20, 16);
    return writer.text();
}

std::string with_field(unsigned max, unsigned vendor) {
    Writer writer = core({});
    writer.number(max, 16);
    writer.number(0, 1);
    for (unsigned id = 1; id <= max; ++id) {
        writer.number(id == vendor ? 1 : 0, 1);
    }
    return writer.text();
}

constexpr TcfDemand kPersonal = {0b110001, 0};

}  // namespace

BOOST_AUTO_TEST_SUITE(tcf)

BOOST_AUTO_TEST_CASE(published_strings_say_what_their_documents_say) {
    const auto metacpan = parse_tcf(kMetacpan);
    BOOST_REQUIRE(metacpan.ok());
    BOOST_TEST(metacpan->purposes == purposes({1, 3, 9, 10}));
    BOOST_TEST(metacpan->service_specific);
    for (const auto& [vendor, consent] :
         std::vector<std::pair<unsigned, bool>>{{1, false}, {2, true}, {8, true}, {9, false}}) {
        BOOST_TEST(parse_tcf(kMetacpan, vendor)->vendor == consent, vendor);
    }
    BOOST_TEST(parse_tcf(kMetacpan, 115)->vendor);
    BOOST_TEST(!parse_tcf(kMetacpan, 116)->vendor);  // beyond its highest vendor
    const auto specification = parse_tcf(kSpecification, 6);
    BOOST_REQUIRE(specification.ok());
    BOOST_TEST(specification->purposes == purposes({1, 2, 3}));
    BOOST_TEST(specification->vendor);
    BOOST_TEST(!specification->service_specific);
}

BOOST_AUTO_TEST_CASE(all_purposes_that_are_asked_for) {
    BOOST_TEST(tcf_consents(core({}).text(), kPersonal));
    BOOST_TEST(tcf_consents(core({}).text() + ".argAC0gAAAAAAAAAAAA", kPersonal));
    BOOST_TEST(tcf_consents(core({.consents = {1, 2, 5, 6, 24}}).text(), kPersonal));
    BOOST_TEST(!tcf_consents(core({.consents = {1, 5}}).text(), kPersonal));
    BOOST_TEST(!tcf_consents(core({.consents = {}}).text(), kPersonal));
    BOOST_TEST(!tcf_consents(kMetacpan, kPersonal));
    BOOST_TEST(tcf_consents(kMetacpan, {purposes({1, 3, 9, 10}), 0}));
}

BOOST_AUTO_TEST_CASE(legitimate_interest_is_no_consent) {
    const Core interest{.consents = {1, 5}, .legitimate = {1, 5, 6}};
    BOOST_TEST(!tcf_consents(core(interest).text(), kPersonal));
}

BOOST_AUTO_TEST_CASE(strings_for_all_sites_and_of_other_versions_are_void) {
    BOOST_TEST(!tcf_consents(core({.service_specific = false}).text(), kPersonal));
    BOOST_TEST(!tcf_consents(kSpecification, {purposes({1, 2, 3}), 0}));
    for (const unsigned version : {0U, 1U, 3U, 63U}) {
        BOOST_TEST(!tcf_consents(core({.version = version}).text(), kPersonal), version);
    }
}

BOOST_AUTO_TEST_CASE(vendors_in_ranges_and_in_a_field) {
    const std::vector<std::pair<unsigned, bool>> ranges = {{1, false}, {3, true},   {4, false},
                                                           {9, false}, {10, true},  {15, true},
                                                           {20, true}, {21, false}, {65535, false}};
    for (const auto& [vendor, consent] : ranges) {
        BOOST_TEST(tcf_consents(with_ranges(), {kPersonal.purposes, vendor}) == consent, vendor);
    }
    for (const unsigned max : {1U, 7U, 1000U}) {
        BOOST_TEST(tcf_consents(with_field(max, max), {kPersonal.purposes, max}), max);
        BOOST_TEST(!tcf_consents(with_field(max, max), {kPersonal.purposes, max + 1}), max);
    }
    BOOST_TEST(tcf_consents(with_field(7, 0), kPersonal));
    BOOST_TEST(!tcf_consents(with_field(7, 0), {kPersonal.purposes, 3}));
}

// Wherever it is cut, there is no consent that the whole does not give; and none before the
// purposes end.
BOOST_AUTO_TEST_CASE(cut_off_anywhere) {
    for (const std::string& whole : {with_ranges(), with_field(20, 15)}) {
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const std::string cut = whole.substr(0, length);
            BOOST_TEST(tcf_consents(cut, kPersonal) == (length * 6 >= 176), length);
            BOOST_TEST(!tcf_consents(cut, {kPersonal.purposes, 4}), length);
            BOOST_TEST((parse_tcf(cut, 4).ok() || !parse_tcf(cut, 4).message().empty()));
        }
    }
    BOOST_TEST(!tcf_consents(with_ranges().substr(0, 45), {kPersonal.purposes, 15}));
}

BOOST_AUTO_TEST_CASE(errors_say_what_is_wrong) {
    BOOST_TEST(parse_tcf("").message() == "TC string: not base64url");
    BOOST_TEST(parse_tcf(".abc").message() == "TC string: not base64url");
    BOOST_TEST(parse_tcf("C+/=").message() == "TC string: not base64url");
    BOOST_TEST(parse_tcf("BOVeoB").message() == "TC string: not of version 2");
    BOOST_TEST(parse_tcf("COvFyG").message() == "TC string: ends before its purposes");
    BOOST_TEST(parse_tcf(core({}).text(), 7).message() == "TC string: ends before its vendors");
    BOOST_TEST(parse_tcf(with_field(20, 1).substr(0, 40), 7).message() ==
               "TC string: ends within its vendors");
}

BOOST_AUTO_TEST_CASE(lists_of_purposes) {
    BOOST_TEST(parse_tcf_purposes("1,5,6") == kPersonal.purposes);
    BOOST_TEST(parse_tcf_purposes("24") == 1U << 23U);
    for (const char* wrong : {"", "0", "25", "1,", ",1", "1,,2", "1 2", "one", "-1", "1;2"}) {
        BOOST_TEST(parse_tcf_purposes(wrong) == 0U, wrong);
    }
}

BOOST_AUTO_TEST_SUITE_END()
