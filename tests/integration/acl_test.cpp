// The README's users of Redis: each can do its work, and is refused nothing on the way.
#include <boost/test/unit_test.hpp>

#include <fstream>

#include "integration/commands.hpp"
#include "integration/event_shop.hpp"
#include "integration/support/core_commands.hpp"

namespace pz::test {

namespace {

constexpr std::string_view kLine = "    ACL SETUSER ";

// The words behind ACL SETUSER, of each such line.
std::vector<std::vector<std::string>> users_of_readme() {
    std::ifstream readme(TESTS_DIR "/../README.md");
    std::vector<std::vector<std::string>> users;
    for (std::string line; std::getline(readme, line);) {
        if (line.starts_with(kLine)) {
            std::istringstream words(line.substr(kLine.size()));
            users.emplace_back();
            for (std::string word; words >> word;) {
                users.back().push_back(word);
            }
        }
    }
    return users;
}

void add_users(RedisClient client) {
    const auto users = users_of_readme();
    BOOST_REQUIRE_EQUAL(users.size(), 3U);
    for (std::vector<std::string> words : users) {
        words.insert(words.begin(), {"ACL", "SETUSER"});
        BOOST_REQUIRE_EQUAL(client.command(words).text, "OK");
    }
}

// What Redis refused.
std::string refused(RedisClient client) {
    std::string all;
    for (const RedisReply& entry : client.command({"ACL", "LOG"}).elements) {
        for (const RedisReply& field : entry.elements) {
            all += field.text + " ";
        }
        all += "\n";
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(acl)

BOOST_AUTO_TEST_CASE(what_they_may_is_of_redis_6_2) {
    const TempDir dir;
    const RedisServer redis(dir);
    std::vector<std::string> allowed;
    for (const auto& words : users_of_readme()) {
        for (const std::string& word : words) {
            if (word.starts_with('+')) {
                allowed.push_back(word.substr(1));
            }
        }
    }
    BOOST_TEST(allowed.size() > 40U);
    CoreCommands(redis.client()).check(allowed);
}

BOOST_AUTO_TEST_CASE(the_edge_does_all_its_work_as_its_user) {
    const TempDir dir;
    const RedisServer redis(dir);
    add_users(redis.client());
    CoreCommands core(redis.client());
    EdgeOptions options = kEventShop;
    options.redis = false;
    options.redis_url = redis.unix_url() + "?user=edge&password=SECRET&db=0";
    options.http = "personalize_spool @dir@/spool; personalize_visitor_cache size=1m;";
    options.server +=
        "location = /login { proxy_pass http://origin; personalize_alias $cookie_vid c-1; }\n"
        "location = /forget { personalize_forget; }";
    Edge edge(options);
    add_pages(edge);
    edge.origin.page("/login", {"<p>welcome</p>"});
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    const auto beacon_status = [&](const std::string& body) {
        return edge.post("/beacon", body, visitor("anna"), "application/json").status;
    };
    for (int i = 0; i < 20; i++) {
        BOOST_REQUIRE_EQUAL(beacon_status(beacon("P0" + std::to_string(1 + i % 9))), 204);
    }
    BOOST_CHECK_EQUAL(
        beacon_status(R"({"name":"purchase","params":{"transaction_id":"T1","items":[)"
                      R"({"item_id":"P07"}]}})"),
        204);
    for (int i = 0; i < 2; i++) {  // read whole, then compared with what is known
        BOOST_CHECK(!tiles_of(edge.get("/", visitor("anna")).body, "w1").empty());
    }
    BOOST_CHECK_EQUAL(edge.get("/login", visitor("anna")).status, 200);
    BOOST_CHECK(edge.status_reaches("joins", 1));
    const Response forgotten =
        edge.post("/forget", "", {{"Cookie", "vid=c-1"}, {"Sec-Fetch-Site", "same-origin"}});
    BOOST_CHECK_EQUAL(forgotten.status, 204);
    BOOST_CHECK_EQUAL(refused(redis.client()), "");
    BOOST_CHECK_EQUAL(edge.status("events_spooled"), 0);
    core.check_sent();
}

BOOST_FIXTURE_TEST_CASE(commands_do_their_work_as_their_users, Commands) {
    add_users(client);
    CoreCommands core(redis.client());
    const std::string feed = dir.write("feed.tsv", kFeed);
    const auto url = [&](const std::string& user) {
        return redis.unix_url() + "?user=" + user + "&password=SECRET";
    };
    const auto done = [&](std::vector<std::string> command, const std::string& user) {
        command.insert(command.end(), {"--redis", url(user)});
        const Outcome outcome = personalize(command);
        BOOST_CHECK_MESSAGE(outcome.status == 0, command[0] << ": " << outcome.output);
    };
    done({"import", feed}, "learner");
    done({"import", dir.write("less.tsv", kFeed.substr(0, kFeed.rfind("\nC\t") + 1)), "--complete",
          "--force"},
         "learner");
    event("anna", "view_item", "A");
    client.command({"LPUSH", "pz:{anna}:events", "view_item A 1"});
    done({"learn", "--store", store, "--once"}, "learner");
    event("anna", "view_item", "B");
    done({"learn", "--store", store, "--once"}, "learner");
    client.command({"ZADD", "pz:forget", "1", "dora"});
    client.command({"ZADD", "pz:{dora}:aliases", "1", "cookie"});
    {
        const Process learn({{program(), "learn", "--store", store, "--redis", url("learner")},
                             dir / "learner.log"});
        BOOST_CHECK(wait_until([&] { return client.integer({"EXISTS", "pz:forget"}) == 0; }, 60s));
    }
    done({"alias", "anna", "cust"}, "privacy");
    done({"export", "cust"}, "privacy");
    done({"forget", "cust"}, "privacy");
    BOOST_CHECK_EQUAL(client.integer({"XLEN", "pz:events:0"}), 0);
    BOOST_CHECK_EQUAL(refused(client), "");
    core.check_sent();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
