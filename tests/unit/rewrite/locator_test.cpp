// Item locators by themselves: one start tag, one key. (With tiles: rewriter_test.cpp.)
#include "rewrite/locator.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

namespace pz::rewrite::testing {
namespace {

// The key of one tag: "-" when it gives none.
std::string key_of(std::string_view locator, TagId id, std::string_view tag,
                   std::size_t name_size = 1) {
    const Result<ItemLocator> parsed = ItemLocator::parse(locator);
    BOOST_REQUIRE_MESSAGE(parsed.ok(), parsed.message());
    TagAttributes attributes;
    attributes.reset(tag, name_size);
    std::string key;
    return parsed->find(id, false, attributes, key) ? key : "-";
}

// The documented meaning, at any cost.
std::string id_in(std::string_view value, std::string_view before, std::string_view behind) {
    const std::string_view not_in_ids = " \t\r\n\f\"'<>/=?#&";
    for (std::size_t at = 0; at + before.size() <= value.size(); ++at) {
        if (!value.substr(at).starts_with(before)) {
            continue;
        }
        const std::string_view rest = value.substr(at + before.size());
        const std::size_t most = std::min(rest.find_first_of(not_in_ids), rest.size());
        for (std::size_t size = behind.empty() ? most : 1; size > 0 && size <= most; ++size) {
            if (rest.substr(size).starts_with(behind)) {
                return std::string(rest.substr(0, size));
            }
        }
    }
    return "-";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(locator)

BOOST_AUTO_TEST_CASE(patterns_are_text) {
    BOOST_CHECK_EQUAL(key_of("x:a.b{id}*c", TagId::a, "<a x='aXb1*c a.b2*c'>"), "2");
    BOOST_CHECK_EQUAL(key_of("x:^[(\\{id})$", TagId::a, "<a x='^[(\\7)$'>"), "7");
    BOOST_CHECK_EQUAL(key_of("class:a+{id}.*", TagId::a, "<a class='aa3.* a+4.*'>"), "4");
    BOOST_CHECK_EQUAL(key_of("x:/{id}.", TagId::a, "<a x='/a&amp;b. /c&#46;'>"), "c");
    BOOST_CHECK_EQUAL(key_of("x:{id}", TagId::a, "<a x='///'>"), "-");
}

BOOST_AUTO_TEST_CASE(the_first_place_that_fits_counts) {
    std::mt19937 random(7);
    const auto text = [&random](std::size_t most) {
        std::string made;
        for (std::size_t i = random() % (most + 1); i > 0; --i) {
            made += "aab/ "[random() % 4];
        }
        return made;
    };
    for (int round = 0; round < 20000; ++round) {
        const std::string before = text(2), behind = text(2), value = "b" + text(10) + "b";
        BOOST_REQUIRE_EQUAL(
            key_of("x:" + before + "{id}" + behind, TagId::a, "<a x='" + value + "'>"),
            id_in(value, before, behind));
    }
}

BOOST_AUTO_TEST_CASE(decoys_before_the_field) {
    const auto field = [](std::string_view tag) {
        return key_of("field:id", TagId::input, tag, 5);
    };
    BOOST_CHECK_EQUAL(field("<input name=id value=''>"), "-");
    BOOST_CHECK_EQUAL(field("<input name=id>"), "-");
    BOOST_CHECK_EQUAL(field("<input name='id[]' value=1>"), "-");
    BOOST_CHECK_EQUAL(field("<input name=ID value=1>"), "-");
    BOOST_CHECK_EQUAL(field("<input data-name=id value=1>"), "-");
    BOOST_CHECK_EQUAL(field("<input name=x name=id value=1>"), "-");
    BOOST_CHECK_EQUAL(field("<input VALUE=1 value=2 NAME='&#105;d'>"), "1");
    BOOST_CHECK_EQUAL(key_of("field:id", TagId::a, "<a name=id value=1>"), "-");
}

BOOST_AUTO_TEST_CASE(links_to_pages_only) {
    for (const std::string_view href : {"tel:+3212", "mailto:a@b.c", "JavaScript:void(0)", "#top",
                                        "", "data:text/html,x", "sms:1?body=/p/1"}) {
        const std::string tag = "<a href=\"" + std::string(href) + "\">";
        BOOST_TEST_INFO(href);
        BOOST_CHECK_EQUAL(key_of("href", TagId::a, tag), "-");
    }
    for (const std::string_view href :
         {"/p/1", "p-1.html?a:b", "HTTPS://shop/p/1", "//shop/p/1", "?id=1:2", "p/1:2"}) {
        const std::string tag = "<a href=\"" + std::string(href) + "\">";
        BOOST_CHECK_EQUAL(key_of("href", TagId::a, tag), href);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
