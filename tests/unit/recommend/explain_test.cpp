#include <rapidjson/document.h>
#include <boost/test/unit_test.hpp>
#include <limits>

#include "unit/recommend/shop.hpp"

using namespace pz;
using namespace pz::test;
using recommend::Candidate;

namespace {

rapidjson::Document explain(const store::Snapshot& snapshot, std::string_view placement,
                            const std::vector<Candidate>& items,
                            const std::vector<std::string>& rules, std::string& text,
                            std::string_view version = {}) {
    text = "before";
    recommend::explain(snapshot, placement, "for_you", items, {rules, version}, text);
    BOOST_TEST(text.substr(0, 6) == "before");
    rapidjson::Document json;
    json.Parse(text.data() + 6, text.size() - 6);
    BOOST_REQUIRE(!json.HasParseError());
    return json;
}

std::string text_of(const rapidjson::Value& value) {
    return {value.GetString(), value.GetStringLength()};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(explanation, Shop)

BOOST_AUTO_TEST_CASE(names_tier_signals_and_rules) {
    std::vector<Candidate> list(2);
    list[0] = {.item = item("tea"),
               .score = 1.2F,
               .parts = {0.1F, 0, 0.3F, 0, 0, 0},
               .rules = 0b101,
               .pin = -1,
               .tier = recommend::Tier::individual};
    list[1] = {.item = item("pot"), .tier = recommend::Tier::segment};
    std::string text;
    const auto json = explain(*snapshot, "home-1", list, {"spring", "summer", "autumn"}, text);
    rapidjson::Document expected;
    expected.Parse(R"({"placement":"home-1","recommender":"for_you","items":[
        {"id":"tea","tier":"individual","score":1.2,"signals":{"popularity":0.25,"session":0.75},
         "rules":["spring","autumn"]},
        {"id":"pot","tier":"segment","score":0,"signals":{},"rules":[]}]})");
    BOOST_REQUIRE(!expected.HasParseError());
    BOOST_TEST((json == expected), text);
    const auto bare = explain(*snapshot, "x", list, {}, text);
    BOOST_TEST(bare["items"][0]["rules"].Empty());
    BOOST_TEST(!bare.HasMember("rules"));
    const auto versioned = explain(*snapshot, "x", list, {"spring"}, text, "9f2c01d4");
    BOOST_TEST(text_of(versioned["rules"]) == "9f2c01d4");
}

BOOST_AUTO_TEST_CASE(no_text_ends_the_script) {
    const std::string evil = "</script><!-- <script> & \" \\ ' \x01\n\x7f";
    store::SnapshotBuilder builder;
    BOOST_REQUIRE(builder.add_item({.fields = {{"id", evil}}}).ok());
    const auto evil_shop = open_snapshot(builder);
    std::vector<Candidate> list(1);
    list[0] = {.item = 0, .score = 1, .rules = 1};
    std::string text;
    const auto json = explain(*evil_shop, evil, list, {evil}, text);
    BOOST_TEST(text.find_first_of("<>&\n\x01") == std::string::npos);
    BOOST_TEST(text_of(json["placement"]) == evil);
    BOOST_TEST(text_of(json["items"][0]["id"]) == evil);
    BOOST_TEST(text_of(json["items"][0]["rules"][0]) == evil);
}

BOOST_AUTO_TEST_CASE(text_that_is_no_utf8_is_replaced) {
    std::string text;
    const std::string good = "\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80";
    BOOST_TEST(text_of(explain(*snapshot, good, {}, {}, text)["placement"]) == good);
    for (const std::string bad : {"\xC3", "\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80",
                                  "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
        const auto json = explain(*snapshot, "a" + bad, {}, {}, text);
        const std::string shown_text = text_of(json["placement"]);
        BOOST_TEST(shown_text.substr(0, 4) == "a\xEF\xBF\xBD");
    }
}

BOOST_AUTO_TEST_CASE(numbers_are_always_numbers) {
    std::vector<Candidate> list(3);
    list[0].score = std::numeric_limits<float>::infinity();
    list[1].score = std::numeric_limits<float>::quiet_NaN();
    list[2].item = store::kNoItem;
    list[2].parts[0] = std::numeric_limits<float>::infinity();
    std::string text;
    const auto json = explain(*snapshot, "x", list, {}, text);
    BOOST_TEST(json["items"][1]["score"].GetDouble() == 0.0);
    BOOST_TEST(text_of(json["items"][2]["id"]).empty());
}

BOOST_AUTO_TEST_SUITE_END()
