// Answers: a page of one chunk that becomes JSON.
#include <rapidjson/document.h>
#include <boost/test/unit_test.hpp>

#include "page/answer.hpp"
#include "unit/page/fixture.hpp"

namespace pz::page::test {

namespace {

using List = std::vector<std::string_view>;

struct Asked : Shop {
    Asked() { plan_answer(plan); }
    rapidjson::Document ask(const List& question, const Script& script = {}) {
        variables = question;
        ran = run(*this, {kNoAnswer}, script);
        rapidjson::Document json;
        json.Parse(ran.text.data(), ran.text.size());
        BOOST_REQUIRE_MESSAGE(!json.HasParseError(), ran.text);
        return json;
    }
    Ran ran;
};

std::string problem(const List& values) {
    const auto question = read_question(values);
    BOOST_REQUIRE(!question.ok());
    return question.message();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(answer, Asked)

BOOST_AUTO_TEST_CASE(items_with_their_fields) {
    views({"a", "b"});
    const auto json = ask({"recent", "", "", "", "chat"});
    BOOST_TEST(json["placement"].GetString() == "chat");
    BOOST_TEST(json["recommender"].GetString() == "recent");
    BOOST_REQUIRE(json["items"].Size() == 2U);
    const auto& b = json["items"][0];
    BOOST_TEST(b["id"].GetString() == "b");
    BOOST_TEST(b["position"].GetInt() == 1);
    BOOST_TEST(b["title"].GetString() == "Item <b>");
    BOOST_TEST(b["price"].GetString() == "1.50");
    BOOST_TEST(b["regular_price"].GetString() == "2.00");
    BOOST_TEST(b["availability"].GetString() == "in_stock");
    BOOST_TEST(b["brand"].GetString() == "Acme");
    BOOST_TEST(!b.HasMember("sale_price"));
    BOOST_TEST(b["stock"].GetInt() == 7);
    BOOST_TEST(!json["items"][1].HasMember("stock"));
    BOOST_TEST(!json["items"][1].HasMember("regular_price"));
    BOOST_TEST(!json.HasMember("explain"));
    BOOST_REQUIRE(ran.shown.size() == 1U);
    BOOST_TEST(ran.shown[0].placement == "chat");
    BOOST_TEST(ran.shown[0].recommender == "recent");
    BOOST_TEST(ran.counters.filled == 1U);
}

BOOST_AUTO_TEST_CASE(the_arguments_are_honoured) {
    views({"a", "b", "c"});
    BOOST_TEST(ask({"recent", "", "", "1", ""})["items"].Size() == 1U);
    BOOST_TEST(ask({"recent", "c", "", "", ""})["items"].Size() == 2U);
    BOOST_TEST(ask({"recent", "https://shop.example/p/c", "", "", ""})["items"].Size() == 2U);
    BOOST_TEST(std::string(ask({"recent", "", "", "", ""})["placement"].GetString()) == "api");
}

BOOST_AUTO_TEST_CASE(staff_are_told_why) {
    views({"a"});
    explain = true;
    const auto json = ask({"recent", "", "", "", ""});
    const auto& why = json["explain"]["items"][0];
    BOOST_TEST(why["tier"].GetString() == "individual");
    BOOST_TEST(why["signals"]["recency"].GetDouble() == 1);
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_no_answer) {
    BOOST_TEST(ask({"recent", "", "", "", ""})["items"].Empty());
    BOOST_TEST(ran.shown.empty());
    views({"a"});
    BOOST_TEST(ask({"recent", "", "", "", ""}, {.verdict = Verdict::pass})["items"].Empty());
    for (const std::size_t at : {0U, 1U, 2U}) {  // whenever the visitor becomes known
        BOOST_TEST(ask({"recent", "", "", "", ""}, {.at = at})["items"].Size() == 1U);
    }
    ask({"nonsense", "", "", "", ""});
    BOOST_TEST(ran.text == kNoAnswer);
}

BOOST_AUTO_TEST_CASE(wrong_questions_say_what_to_write) {
    BOOST_TEST(problem({"populer", "", "", "", ""}).find("did you mean 'popular'") !=
               std::string::npos);
    BOOST_TEST(problem({"", "", "", "", ""}).find("for: ") == 0U);
    for (const char* limit : {"0", "101", "x", "1x", "-1"}) {
        BOOST_TEST(problem({"popular", "", "", limit, ""}).find("from 1 to 100") !=
                   std::string::npos);
    }
    const std::string name(101, 'x');
    BOOST_TEST(problem({"popular", "", "", "", name}).find("placement") == 0U);
    BOOST_TEST(!read_question({}).ok());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page::test
