// Rules: a merchandiser's file in force, changed while running, broken, and out of control.
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <unistd.h>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

constexpr std::string_view kPopular = "P01 P02 P03 P04";

EdgeOptions with_rules() {
    return {.location = "personalize_widget '#w1' popular limit=4 min=1 template=tile name=home-1;",
            .http = "personalize_rules @dir@/rules.lua; personalize_context country $arg_country;"};
}

// The rule file must be there before nginx reads its configuration.
struct RuleShop {
    explicit RuleShop(std::string_view rules, EdgeOptions options = with_rules())
        : file(write(rules)), edge(located(std::move(options))) {}

    std::string show(const std::string& path = "/", Headers headers = {}) {
        return joined(tiles_of(edge.get(path, std::move(headers)).body, "w1"));
    }
    void change(std::string_view rules) { write(rules); }
    bool shows(std::string_view expected) {
        return wait_until([&] { return show() == expected; });
    }

    TempDir rule_dir;
    std::string file;
    Edge edge;

  private:
    std::string write(std::string_view rules) { return rule_dir.write("rules.lua", rules); }
    EdgeOptions located(EdgeOptions options) {
        options.http.replace(options.http.find("@dir@"), 5, rule_dir.path());
        return options;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rules)

BOOST_AUTO_TEST_CASE(pin_hide_boost) {
    RuleShop shop(R"(
rule "pin" { pin = 2, match = { id = "P11" } }
rule "hide" { hide = true, match = { id = "P01" } }
rule "boost" { boost = 100, match = { product_type = "Shoes", price = { max = 24 } } }
)");
    BOOST_CHECK_EQUAL(shop.show(), "P13 P11 P02 P03");
}

BOOST_AUTO_TEST_CASE(rule_for_another_placement_does_nothing) {
    RuleShop shop(R"(rule "other" { on = "cart-*", pin = 1, match = { id = "P11" } })");
    BOOST_CHECK_EQUAL(shop.show(), kPopular);
}

// Of the whole catalog, in a widget whose recommender names one item.
BOOST_AUTO_TEST_CASE(a_rule_brings_what_no_recommender_named) {
    EdgeOptions options = with_rules();
    options.location.replace(options.location.find("popular"), 7, "recent");
    RuleShop shop(R"(rule "pin" { pin = 1, match = { id = "P18" } })", options);
    shop.edge.remember("zoe", {event("view_item", "P08")});
    BOOST_CHECK_EQUAL(shop.show("/", visitor("zoe")), "P18 P08");
    shop.change(R"(rule "only" { only = true, match = { id = { "P08", "P17" } } })");
    BOOST_CHECK(wait_until([&] { return shop.show("/", visitor("zoe")) == "P08 P17"; }));
}

BOOST_AUTO_TEST_CASE(condition_on_an_nginx_variable) {
    RuleShop shop(R"(
rule "alps" {
    when = function(visitor, page) return page.var.country == "CH" end,
    match = { id = "P18" }, pin = 1
})");
    BOOST_CHECK_EQUAL(shop.show("/?country=DE"), kPopular);
    BOOST_CHECK_EQUAL(shop.show("/?country=CH"), "P18 P01 P02 P03");
}

BOOST_AUTO_TEST_CASE(condition_on_a_trait) {
    RuleShop shop(R"(
rule "size" {
    when = function(visitor) return visitor.trait.size == "M" end,
    match = { size = "S" }, hide = true
})");
    shop.edge.redis->client().command({"HSET", "pz:{anna}:traits", "size", "M", "name", "Anna"});
    BOOST_CHECK_EQUAL(shop.show("/", visitor("anna")), "P02 P04 P06 P08");
    BOOST_CHECK_EQUAL(shop.show("/", visitor("bert")), kPopular);
    BOOST_CHECK_EQUAL(shop.edge.result(0), "personal");
}

BOOST_AUTO_TEST_CASE(segment_of_a_rule_file_is_a_variable_of_nginx) {
    EdgeOptions options = with_rules();
    options.http += " log_format segments '$personalize_segments';";
    options.location += "\naccess_log @dir@/segments.log segments;";
    RuleShop shop(R"(
segment "fans" { when = function(visitor) return visitor:share("brand", "Zenith") > 0.5 end }
rule "fans first" { segment = "fans", pin = 1, match = { id = "P18" } }
)",
                  options);
    shop.edge.remember("zoe", {event("view_item", "P08"), event("view_item", "P10")});
    BOOST_CHECK_EQUAL(shop.show("/", visitor("zoe")), "P18 P01 P02 P03");
    BOOST_CHECK_EQUAL(shop.show("/", visitor("bert")), kPopular);
    BOOST_CHECK(wait_until([&] { return shop.edge.dir.read("segments.log") == "fans\n\n"; }));
}

BOOST_AUTO_TEST_CASE(rules_off_in_a_location) {
    EdgeOptions options = with_rules();
    options.location += "\npersonalize_rules off;";
    RuleShop shop(R"(rule "pin" { pin = 1, match = { id = "P11" } })", options);
    BOOST_CHECK_EQUAL(shop.show(), kPopular);
}

BOOST_AUTO_TEST_CASE(broken_file_fails_the_configuration_test_with_its_line) {
    TempDir dir;
    for (const auto& [source, line] : {std::pair{"rule \"a\" {\n  pin = 1,\n  match = }\n", ":3"},
                                       {"rule \"a\" { pin = 1 }\nrule \"b\" { bost = 2 }\n", ":2"},
                                       {"\n\nos.exit()\n", ":3"}}) {
        const std::string file = dir.write("rules.lua", source);
        const Outcome outcome = Nginx::check(dir, "personalize_rules " + file + ";");
        BOOST_CHECK_NE(outcome.status, 0);
        BOOST_CHECK_MESSAGE(
            outcome.output.find("rules.lua" + std::string(line)) != outcome.output.npos,
            outcome.output);
    }
}

BOOST_AUTO_TEST_CASE(missing_file_fails_the_configuration_test) {
    TempDir dir;
    const Outcome outcome = Nginx::check(dir, "personalize_rules nowhere.lua;");
    BOOST_CHECK_NE(outcome.status, 0);
    BOOST_CHECK_MESSAGE(outcome.output.find("nowhere.lua") != outcome.output.npos, outcome.output);
}

BOOST_AUTO_TEST_CASE(changed_file_takes_effect_without_a_reload) {
    RuleShop shop(R"(rule "a" { pin = 1, match = { id = "P11" } })");
    BOOST_CHECK_EQUAL(shop.show(), "P11 P01 P02 P03");
    const auto workers = shop.edge.nginx->workers();
    shop.change(R"(rule "a" { pin = 1, match = { id = "P12" } })");
    BOOST_CHECK(shop.shows("P12 P01 P02 P03"));
    BOOST_CHECK(shop.edge.nginx->workers() == workers);
    BOOST_CHECK_EQUAL(shop.edge.status("rule_reloads"), 1);
}

BOOST_AUTO_TEST_CASE(broken_change_keeps_the_last_good_rules_and_says_so) {
    RuleShop shop(R"(rule "a" { pin = 1, match = { id = "P11" } })");
    shop.change("rule \"a\" { pin = 1, match = { id = \"P12\" } \n");
    BOOST_CHECK(shop.edge.nginx->logged("the last good version"));
    BOOST_CHECK(shop.edge.nginx->logged("rules.lua:"));
    BOOST_CHECK_EQUAL(shop.show(), "P11 P01 P02 P03");
    BOOST_CHECK_EQUAL(shop.edge.status("rule_reload_failures"), 1);
    shop.change(R"(rule "a" { pin = 1, match = { id = "P13" } })");
    BOOST_CHECK(shop.shows("P13 P01 P02 P03"));
}

BOOST_AUTO_TEST_CASE(unreadable_file_is_named_once_and_tried_again) {
    RuleShop shop(R"(rule "a" { pin = 1, match = { id = "P11" } })");
    std::filesystem::remove(shop.file);
    std::filesystem::create_directory(shop.file);
    BOOST_CHECK(shop.edge.nginx->logged("not a regular file"));
    BOOST_CHECK(shop.edge.status_reaches("rule_reload_failures", 1));
    BOOST_CHECK_EQUAL(shop.show(), "P11 P01 P02 P03");
    std::filesystem::remove(shop.file);
    shop.change(R"(rule "a" { pin = 1, match = { id = "P13" } })");
    BOOST_CHECK(shop.shows("P13 P01 P02 P03"));
    BOOST_CHECK_EQUAL(shop.edge.status("rule_reload_failures"), 1);
}

// Half of a file may be on the disk when a worker looks.
BOOST_AUTO_TEST_CASE(emptied_file_keeps_the_last_good_rules_and_says_so) {
    RuleShop shop(R"(rule "a" { pin = 1, match = { id = "P11" } })");
    shop.change("");
    BOOST_CHECK(shop.edge.nginx->logged("has no rules any more"));
    BOOST_CHECK_EQUAL(shop.show(), "P11 P01 P02 P03");
    BOOST_CHECK_EQUAL(shop.edge.status("rule_reload_failures"), 1);
    shop.change(R"(rule "a" { pin = 1, match = { id = "P13" } })");
    BOOST_CHECK(shop.shows("P13 P01 P02 P03"));
}

BOOST_AUTO_TEST_CASE(deleted_file_is_named_once) {
    RuleShop shop(R"(rule "a" { pin = 1, match = { id = "P11" } })");
    std::filesystem::remove(shop.file);
    BOOST_CHECK(shop.edge.nginx->logged("cannot be looked at: No such file or directory"));
    BOOST_CHECK_EQUAL(shop.show(), "P11 P01 P02 P03");
    shop.change(R"(rule "a" { pin = 1, match = { id = "P13" } })");
    BOOST_CHECK(shop.shows("P13 P01 P02 P03"));
    BOOST_CHECK_EQUAL(shop.edge.status("rule_reload_failures"), 1);
}

BOOST_AUTO_TEST_CASE(change_that_never_ends_is_given_up_early) {
    RuleShop shop(R"(rule "a" { pin = 1, match = { id = "P11" } })");
    shop.change("while true do end");
    BOOST_CHECK(shop.edge.nginx->logged("out of time while the file is loaded"));
    BOOST_CHECK_EQUAL(shop.show(), "P11 P01 P02 P03");
}

// For root every file can be read.
BOOST_AUTO_TEST_CASE(file_made_readable_again_takes_effect) {
    if (::geteuid() == 0) {
        std::cerr << "SKIPPED: rules/file_made_readable_again_takes_effect: not as root\n";
        return;
    }
    RuleShop shop(R"(rule "a" { pin = 1, match = { id = "P11" } })");
    const std::string next =
        shop.rule_dir.write("next.lua", "rule \"a\" { hide = true, match = { id = \"P01\" } }");
    std::filesystem::permissions(next, std::filesystem::perms::none);
    std::filesystem::rename(next, shop.file);
    BOOST_CHECK(shop.edge.nginx->logged("Permission denied"));
    std::filesystem::permissions(shop.file, std::filesystem::perms::owner_read);
    BOOST_CHECK(shop.shows("P02 P03 P04 P05"));
    BOOST_CHECK_EQUAL(shop.edge.status("rule_reload_failures"), 1);
}

BOOST_AUTO_TEST_CASE(worker_born_beside_a_broken_file_starts_with_what_was_good) {
    RuleShop shop(R"(rule "a" { pin = 1, match = { id = "P11" } })");
    shop.change("rule rule rule");
    BOOST_REQUIRE(shop.edge.nginx->logged("the last good version"));
    shop.edge.nginx->expect_in_log("exited on signal 9");
    const auto before = shop.edge.nginx->workers();
    BOOST_REQUIRE_EQUAL(before.size(), 1);
    ::kill(before[0], SIGKILL);
    BOOST_REQUIRE(wait_until([&] {
        const auto now = shop.edge.nginx->workers();
        return now.size() == 1 && now != before;
    }));
    BOOST_CHECK(shop.shows("P11 P01 P02 P03"));
}

BOOST_AUTO_TEST_CASE(failing_rule_leaves_the_order_and_is_counted) {
    RuleShop shop(R"(
rule "bad" { pin = 1, match = function(item) return item.price + nil > 3 end }
rule "good" { pin = 2, match = { id = "P11" } }
)");
    BOOST_CHECK_EQUAL(shop.show(), "P01 P11 P02 P03");
    BOOST_CHECK(shop.edge.status_reaches("rules_failed", 1));
    BOOST_CHECK(shop.edge.nginx->logged("rule 'bad'"));
}

BOOST_AUTO_TEST_CASE(each_failing_rule_is_named_and_in_status_until_it_rests) {
    RuleShop shop(R"(
rule "one" { pin = 1, match = function(item) return item.price + nil > 3 end }
rule "two" { pin = 1, when = function(visitor) return visitor.trait.x.y end }
rule "good" { pin = 2, match = { id = "P11" } }
)");
    for (int i = 0; i < 10; ++i) {
        BOOST_CHECK_EQUAL(shop.show(), "P01 P11 P02 P03");
    }
    BOOST_CHECK(shop.edge.nginx->logged("rules.lua:2: rule 'one'"));
    BOOST_CHECK(shop.edge.nginx->logged("rules.lua:3: rule 'two'"));
    const std::string status = shop.edge.get("/-/status").body;
    BOOST_CHECK_MESSAGE(
        status.find(R"("failing":[{"rule":"one","failures":10,"resting":true)") != status.npos,
        status);
    BOOST_CHECK_MESSAGE(status.find(R"({"rule":"two","failures":10,"resting":true)") != status.npos,
                        status);
}

BOOST_AUTO_TEST_CASE(runaway_rule_leaves_the_order_and_is_counted) {
    RuleShop shop(R"(
rule "forever" { boost = 9, match = function(item) while true do end end }
)");
    HttpClient client = shop.edge.nginx->client();
    for (int i = 0; i < 20; i++) {
        const Response page = client.get("/", visitor("v"));
        BOOST_REQUIRE(page.complete);
        BOOST_REQUIRE_EQUAL(joined(tiles_of(page.body, "w1")), kPopular);
    }
    BOOST_CHECK(shop.edge.status_reaches("rules_failed", 20));
    BOOST_CHECK(shop.edge.nginx->logged("rule 'forever'"));
}

BOOST_AUTO_TEST_CASE(a_listing_never_loses_a_tile_to_a_rule) {
    EdgeOptions options = with_rules();
    options.location = "personalize_listing '#list' name=shirts;";
    RuleShop shop(R"(
rule "hide" { hide = true, match = { id = "P03" } }
rule "pin" { pin = 1, match = { id = "P09" } }
)",
                  options);
    const List order = listed(shop.edge.get("/list").body);
    BOOST_REQUIRE_EQUAL(order.size(), 12);
    BOOST_CHECK_EQUAL(order.front() + " " + order.back(), "P09 P03");
}

BOOST_AUTO_TEST_CASE(the_version_is_in_status_explanation_and_impressions) {
    EdgeOptions options = with_rules();
    options.http += " personalize_explain $arg_why;";
    RuleShop shop(R"(rule "a" { pin = 1, match = { id = "P11" } })", options);
    const std::string page = shop.edge.get("/?why=1", visitor("anna")).body;
    const std::string key = R"(,"rules":")";
    const std::size_t at = page.find(key);
    BOOST_REQUIRE_NE(at, page.npos);
    const std::string version = page.substr(at + key.size(), 8);
    BOOST_CHECK_EQUAL(version.find_first_not_of("0123456789abcdef"), version.npos);
    const std::string status = shop.edge.get("/-/status").body;
    BOOST_CHECK_MESSAGE(status.find("\"version\":\"" + version + "\",\"rules\":1,") != status.npos,
                        status);
    BOOST_REQUIRE(wait_until([&] { return !shop.edge.stream().empty(); }));
    BOOST_CHECK_EQUAL(shop.edge.stream()[0].at("rules"), version);
    shop.change(R"(rule "a" { pin = 1, match = { id = "P12" } })");
    BOOST_CHECK(wait_until([&] {
        const std::string now = shop.edge.get("/-/status").body;
        return now.find("\"version\":\"") != now.npos && now.find(version) == now.npos;
    }));
}

BOOST_AUTO_TEST_CASE(a_column_that_the_catalog_lacks_is_named) {
    RuleShop shop("\nrule \"a\" { match = { colro = \"red\" }, hide = true }");
    BOOST_CHECK(
        shop.edge.nginx->logged("rules.lua:2: rule 'a': the catalog has no column 'colro'"));
}

BOOST_AUTO_TEST_CASE(time_can_be_frozen) {
    EdgeOptions options = with_rules();
    options.http += " personalize_now $arg_at;";
    RuleShop shop(
        R"(rule "gifts" { from = "2031-12-01", to = "2031-12-24", pin = 1, match = { id = "P11" } })",
        options);
    BOOST_CHECK_EQUAL(shop.show("/?at=2031-12-24T10:00"), "P11 P01 P02 P03");
    BOOST_CHECK_EQUAL(shop.show("/?at=2031-12-25"), kPopular);
    BOOST_CHECK_EQUAL(shop.show("/?at=soon"), kPopular);
    BOOST_CHECK_EQUAL(shop.show("/"), kPopular);
    shop.show("/?at=2031-12-24", visitor("preview"));
    shop.show("/", visitor("anna"));
    BOOST_REQUIRE(wait_until([&] { return !shop.edge.stream().empty(); }));
    BOOST_CHECK_EQUAL(shop.edge.stream()[0].at("v"), "anna");
}

BOOST_AUTO_TEST_CASE(other_recommenders_for_a_placement) {
    RuleShop shop(R"(
rule "new ones" {
    when = function(visitor, page) return page.var.country == "CH" end,
    recommend = "new",
})");
    BOOST_CHECK_EQUAL(shop.show("/?country=DE"), kPopular);
    BOOST_CHECK_NE(shop.show("/?country=CH"), kPopular);
}

BOOST_AUTO_TEST_CASE(what_a_rule_says_of_an_item_stands_on_its_tile) {
    TempDir dir;
    EdgeOptions options = with_rules();
    options.location =
        "personalize_widget '#w1' popular limit=4 min=1 template=labelled name=home-1;";
    options.http += " personalize_template labelled " +
                    dir.write("labelled.html", "<i>{{id}}{{#label}}:{{label}}{{/label}}</i>") + ";";
    RuleShop shop(R"(
rule "a" { match = { id = "P02" }, label = "only <3> left" }
rule "b" { match = { id = "P03" },
    when = function(visitor, page) return page.var.country == "CH" end,
    label = function(item, visitor, page) return "sent to " .. page.var.country end }
)",
                  std::move(options));
    const auto tiles = [&](const std::string& path) {
        const std::string body = shop.edge.get(path).body;
        const std::size_t begin = body.find("<i>");
        return body.substr(begin, body.find("</div>", begin) - begin);
    };
    for (int i = 0; i < 2; i++) {
        BOOST_CHECK_EQUAL(tiles("/?country=DE"),
                          "<i>P01</i><i>P02:only &lt;3&gt; left</i><i>P03</i><i>P04</i>");
        BOOST_CHECK_EQUAL(
            tiles("/?country=CH"),
            "<i>P01</i><i>P02:only &lt;3&gt; left</i><i>P03:sent to CH</i><i>P04</i>");
    }
}

namespace {

// Resident bytes of a process.
std::size_t resident(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/statm");
    std::size_t pages = 0;
    file >> pages >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Ten thousand runaways, twelve a page; then the worker is the same, small and well. `other`: a page
// of another module, which must go on giving "500500".
void run_away(EdgeOptions options, const std::string& other = {}) {
    constexpr int kPages = 834;
    constexpr int kOfAPage = 12;
    std::string rules;
    for (int i = 0; i < kOfAPage; i++) {
        const std::string body = i % 3 == 0   ? "while true do end"
                                 : i % 3 == 1 ? "local t = {} while true do t[#t + 1] = {} end"
                                              : "local function f(n) return 1 + f(n + 1) end f(1)";
        rules += "rule \"r" + std::to_string(i) +
                 "\" { hide = true, when = function(visitor, page) return page.var.country ~= 'CH' "
                 "end, match = function() " +
                 body + " end }\n";
    }
    RuleShop shop(rules, std::move(options));
    const auto workers = shop.edge.nginx->workers();
    HttpClient client = shop.edge.nginx->client();
    std::size_t before = 0;
    for (int i = 0; i < kPages; i++) {
        if (i % 8 == 7) {  // or they would come to rest
            BOOST_REQUIRE_EQUAL(joined(tiles_of(client.get("/?country=CH").body, "w1")), kPopular);
        }
        const Response page = client.get("/");
        BOOST_REQUIRE(page.complete);
        BOOST_REQUIRE_EQUAL(joined(tiles_of(page.body, "w1")), kPopular);
        if (!other.empty() && i % 10 == 0) {
            BOOST_REQUIRE_EQUAL(client.get(other).body, "500500");
        }
        before = i == 100 ? resident(workers.at(0)) : before;
    }
    BOOST_CHECK(shop.edge.status_reaches("rules_failed", kPages * kOfAPage));
    BOOST_CHECK(shop.edge.nginx->workers() == workers);
    // A sanitizer keeps what was freed for a while.
    BOOST_CHECK(!environment("PERSONALIZE_PRELOAD").empty() ||
                resident(workers.at(0)) <= before + 8 * 1024 * 1024);
    shop.change(R"(rule "a" { pin = 1, match = { id = "P12" } })");
    BOOST_CHECK(shop.shows("P12 P01 P02 P03"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(ten_thousand_runaways) {
    run_away(with_rules());
}

// Both bring LuaJIT into the same process.
BOOST_AUTO_TEST_CASE(ten_thousand_runaways_beside_nginx_lua) {
    const std::string modules = "/usr/lib/nginx/modules/";
    if (!std::filesystem::exists(modules + "ngx_http_lua_module.so")) {
        std::cerr << "SKIPPED: rules/ten_thousand_runaways_beside_nginx_lua: "
                     "install libnginx-mod-http-lua\n";
        return;
    }
    EdgeOptions options = with_rules();
    options.main = "load_module " + modules + "ndk_http_module.so;\nload_module " + modules +
                   "ngx_http_lua_module.so;";
    options.http += " lua_shared_dict beside 64k;";
    options.server =
        "location /lua { content_by_lua_block { local sum = 0 for i = 1, 1000 do sum = "
        "sum + i end ngx.print(sum) } }";
    run_away(options, "/lua");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
