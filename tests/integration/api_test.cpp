// personalize_api: recommendations as JSON.
#include <rapidjson/document.h>
#include <boost/test/unit_test.hpp>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

const std::string kApi = "location = /api { personalize_api; }";

std::string ids(const std::string& body) {
    rapidjson::Document json;
    json.Parse(body.c_str());
    BOOST_REQUIRE_MESSAGE(!json.HasParseError() && json.HasMember("items"), body);
    std::string list;
    for (const auto& item : json["items"].GetArray()) {
        list += (list.empty() ? "" : " ") + std::string(item["id"].GetString());
    }
    return list;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(api)

BOOST_AUTO_TEST_CASE(answers_for_everybody_and_for_a_visitor) {
    Edge edge({.server = kApi});
    const Response all = edge.get("/api?for=popular&limit=3");
    BOOST_CHECK_EQUAL(all.status, 200);
    BOOST_CHECK_EQUAL(ids(all.body), "P01 P02 P03");
    BOOST_CHECK_EQUAL(all.header("Content-Type").value_or(""), "application/json");
    BOOST_CHECK_EQUAL(all.header("Cache-Control").value_or(""), "private, no-cache");
    edge.remember("anna", {event("view_item", "P09", 60), event("view_item", "P07", 30)});
    BOOST_CHECK_EQUAL(ids(edge.get("/api?for=recent&placement=chat%20box", visitor("anna")).body),
                      "P07 P09");
    BOOST_REQUIRE(wait_until([&] { return !edge.stream().empty(); }));
    BOOST_CHECK_EQUAL(edge.stream()[0].at("list"), "chat box");
    BOOST_CHECK_EQUAL(edge.stream()[0].at("recommender"), "recent");
    BOOST_CHECK_EQUAL(edge.result(1), "personal");
}

BOOST_AUTO_TEST_CASE(without_consent_or_redis_nothing_of_the_visitor) {
    Edge edge({.server = kApi, .http = "personalize_consent $cookie_consent;"});
    edge.remember("anna", {event("view_item", "P09", 60)});
    BOOST_CHECK_EQUAL(ids(edge.get("/api?for=recent", visitor("anna")).body), "");
    BOOST_CHECK_EQUAL(ids(edge.get("/api?for=recent,popular&limit=2", visitor("anna")).body),
                      "P01 P02");
    BOOST_CHECK_EQUAL(edge.status("lookups"), 0);
    Edge alone({.server = kApi, .redis = false, .wait_ready = false});
    BOOST_CHECK_EQUAL(alone.get("/api?for=popular", visitor("anna")).body, "{\"items\":[]}\n");
    BOOST_CHECK_EQUAL(alone.result(0), "passed:redis");
}

BOOST_AUTO_TEST_CASE(wrong_questions_are_refused) {
    Edge edge({.server = kApi});
    for (const char* question : {"/api", "/api?for=populer", "/api?for=popular&limit=x"}) {
        const Response response = edge.get(question, visitor("anna"));
        BOOST_CHECK_EQUAL(response.status, 400);
        BOOST_CHECK_MESSAGE(response.body.find("{\"error\":") == 0, response.body);
    }
    BOOST_CHECK_EQUAL(edge.post("/api?for=popular", "x=1").status, 405);
    BOOST_CHECK_EQUAL(edge.get("/api?for=popular&limit=1").status, 200);
}

BOOST_AUTO_TEST_CASE(staff_are_told_why) {
    Edge edge({.server = kApi, .http = "personalize_explain $cookie_staff;"});
    BOOST_CHECK(edge.get("/api?for=popular").body.find("\"signals\"") == std::string::npos);
    const std::string body = edge.get("/api?for=popular", {{"Cookie", "staff=1"}}).body;
    BOOST_CHECK_MESSAGE(body.find("\"signals\":{\"popularity\":1}") != std::string::npos, body);
}

BOOST_AUTO_TEST_CASE(pages_below_it_stay_pages) {
    Edge edge({.server = "location /api { personalize_api;"
                         "  location /api/page { proxy_pass http://origin/; } }"});
    BOOST_CHECK_EQUAL(edge.get("/api/page", visitor("anna")).body, home_page());
}

BOOST_AUTO_TEST_SUITE_END()

// Widgets of a location that explores.
BOOST_AUTO_TEST_SUITE(explore)

BOOST_AUTO_TEST_CASE(differs_by_visitor_and_stays_on_reload) {
    Edge edge({.http = "personalize_explore 50%;"});
    const auto tiles = [&](const std::string& who) {
        const auto list = tiles_of(edge.get("/", visitor(who)).body, "w1");
        std::string text;
        for (const std::string& id : list) {
            text += id + " ";
        }
        return text;
    };
    const std::string plain = tiles("not a valid id");
    unsigned different = 0;
    for (int i = 0; i < 20; i++) {
        const std::string who = "v" + std::to_string(i);
        const std::string first = tiles(who);
        BOOST_CHECK_EQUAL(tiles(who), first);
        BOOST_CHECK_EQUAL(first.substr(0, 4), plain.substr(0, 4));
        different += first != plain;
    }
    BOOST_CHECK_GT(different, 5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
