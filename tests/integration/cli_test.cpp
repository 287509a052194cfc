// The program `personalize`, as a person or a unit file runs it; `learn` is in learner_test.cpp.
#include <boost/test/unit_test.hpp>
#include <tuple>

#include "integration/commands.hpp"

namespace pz::test {

BOOST_FIXTURE_TEST_SUITE(cli, Commands)

BOOST_AUTO_TEST_CASE(help_names_every_command_and_each_has_its_own) {
    const Outcome help = personalize({"help"});
    BOOST_TEST(help.status == 0);
    BOOST_TEST(personalize({"--help"}).output == help.output);
    for (const std::string command : {"import", "learn", "recommend", "evaluate", "check", "alias",
                                      "forget", "export", "version"}) {
        BOOST_TEST(contains(help.output, "  " + command + " "));
        const Outcome own = personalize({command, "--help"});
        BOOST_TEST(own.status == 0);
        BOOST_TEST(contains(own.output, "Usage: personalize " + command));
        BOOST_TEST(personalize({"help", command}).output == own.output);
    }
    BOOST_TEST(contains(personalize({"help", "recommend"}).output, "cross_sell"));
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_status_2_and_says_what_to_write) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{}, "which command?"},
        {{"nothing"}, "nothing"},
        {{"help", "nothing"}, "there is no command 'nothing'"},
        {{"import"}, "feed is required: see personalize import --help"},
        {{"import", "feed.tsv"}, "--redis is required"},
        {{"learn", "--store", store}, "name a feed with --catalog, or a server with --redis"},
        {{"learn", "--store", store, "--redis", "http://x"}, "write redis://"},
        {{"learn", "--store", store, "--redis", redis.unix_url(), "--interval", "soon"},
         "--interval: not a time: write it like 30s, 500ms or 5m"},
        {{"learn", "--store", store, "--redis", redis.unix_url(), "--partitions", "0"},
         "--partitions"},
        {{"recommend", "--store", store, "--for", "poplar"}, "did you mean 'popular'?"},
        {{"recommend", "--store", store, "--for", "popular", "--limit", "0"}, "--limit"},
        {{"recommend", "--store", store, "--for", "popular", "--visitor", "v"},
         "--visitor needs --redis"},
        {{"recommend", "--store", store, "--for", "popular", "--visitor", "v w"},
         "not a visitor id"},
        {{"recommend", "--store", store, "--for", "popular,free_shipping"}, "needs --gap"},
        {{"recommend", "--store", store, "--for", "free_shipping", "--gap", "a lot"},
         "--gap: write an amount"},
        {{"forget", "a b", "--redis", redis.unix_url()}, "not a visitor id"},
        {{"export", "*", "--redis", redis.unix_url()}, "not a visitor id"}};
    for (const auto& [arguments, message] : cases) {
        const Outcome outcome = personalize(arguments);
        BOOST_TEST(outcome.status == 2, message << ": " << outcome.output);
        BOOST_TEST(contains(outcome.output, message), message << ": " << outcome.output);
    }
}

BOOST_AUTO_TEST_CASE(version_is_printed) {
    const Outcome outcome = personalize({"version"});
    BOOST_TEST(outcome.status == 0);
    BOOST_TEST(outcome.output.starts_with("personalize "));
}

BOOST_AUTO_TEST_CASE(import_writes_records_and_names_them_in_the_stream) {
    const Outcome outcome = import();
    BOOST_TEST(outcome.status == 0);
    BOOST_TEST(contains(outcome.output, "3 items imported, 0 skipped"));
    BOOST_TEST(client.command({"HGET", "pz:item:A", "title"}).text == "Apron");
    BOOST_TEST(client.command({"HGET", "pz:item:A", "sale_price"}).text == "8.00 GBP");
    BOOST_TEST(client.integer({"HEXISTS", "pz:item:B", "sale_price"}) == 0);
    const RedisReply entries = client.command({"XRANGE", "pz:catalog", "-", "+"});
    BOOST_REQUIRE(entries.elements.size() == 3);
    BOOST_TEST((entries.elements[0].elements[1].texts() == std::vector<std::string>{"id", "A"}));
}

BOOST_AUTO_TEST_CASE(import_again_empties_what_the_feed_no_longer_says) {
    import();
    client.command({"HSET", "pz:item:A", "stock", "4"});  // another writer's field
    std::string ended(kFeed);
    ended.replace(ended.find("8.00 GBP"), 8, "");
    BOOST_TEST(import(ended).status == 0);
    BOOST_TEST(client.integer({"HEXISTS", "pz:item:A", "sale_price"}) == 0);
    BOOST_TEST(client.command({"HGET", "pz:item:A", "stock"}).text == "4");
}

BOOST_AUTO_TEST_CASE(import_reads_standard_input_and_obeys_the_prefix) {
    const Outcome outcome =
        piped("import - --prefix x: --redis " + redis.unix_url(), std::string(kFeed));
    BOOST_TEST(outcome.status == 0, outcome.output);
    BOOST_TEST(client.command({"HGET", "x:item:C", "title"}).text == "Cup");
    BOOST_TEST(client.integer({"XLEN", "x:catalog"}) == 3);
}

BOOST_AUTO_TEST_CASE(import_reports_what_it_skips) {
    const Outcome outcome = import("id\ttitle\tprice\nA\tApron\tcheap\nB\tBowl\t5.00 GBP\n");
    BOOST_TEST(outcome.status == 0);
    BOOST_TEST(contains(outcome.output, "feed.tsv: line 2: "), outcome.output);
    BOOST_TEST(contains(outcome.output, "not a price: 'cheap'"), outcome.output);
    BOOST_TEST(contains(outcome.output, "1 items imported, 1 skipped"));
    BOOST_TEST(client.integer({"EXISTS", "pz:item:A"}) == 0);
}

BOOST_AUTO_TEST_CASE(a_feed_that_was_cut_off_changes_nothing) {
    std::string feed(kFeed);
    feed.replace(feed.find("in_stock"), 8, "out_of_stock");
    import(feed);
    const std::string row = "A\tApron\thttps://shop.example/p/A\t1";  // of 10.00 GBP
    const Outcome cut = import(feed.substr(0, feed.find('\n') + 1) + "D\tDish\t\t\t\t\t\n" + row);
    BOOST_TEST(cut.status == 1, cut.output);
    BOOST_TEST(contains(cut.output, "feed.tsv: line 3: the feed ends within this row"), cut.output);
    BOOST_TEST(client.integer({"EXISTS", "pz:item:D"}) == 0);
    const Outcome broken =
        import(feed.substr(0, feed.find('\n') + 1) + row + "\nB\tBowl\t\t4.00 GBP\t\t\t\n");
    BOOST_TEST(broken.status == 0, broken.output);
    BOOST_TEST(contains(broken.output, "line 2: 4 values, but the header has 7"), broken.output);
    BOOST_TEST(client.command({"HGET", "pz:item:A", "price"}).text == "10.00 GBP");
    BOOST_TEST(client.command({"HGET", "pz:item:A", "availability"}).text == "out_of_stock");
    BOOST_TEST(client.command({"HGET", "pz:item:B", "price"}).text == "4.00 GBP");
    const Outcome help = personalize({"import", "--help"});
    BOOST_TEST(contains(help.output, "fewer values than the header has columns"));
}

BOOST_AUTO_TEST_CASE(a_complete_feed_takes_the_rest_off_sale) {
    import();
    client.command({"HSET", "pz:item:gone", "title", "Gone", "availability", "out of stock"});
    const std::string path = dir.write("part.tsv", kFeed.substr(0, kFeed.find("C\tCup")));
    const std::vector<std::string> complete = {"import", path, "--complete", "--redis",
                                               redis.unix_url()};
    const Outcome outcome = personalize(complete);
    BOOST_TEST(outcome.status == 0, outcome.output);
    BOOST_TEST(contains(outcome.output, "1 items that the feed lacks marked"), outcome.output);
    BOOST_TEST(client.command({"HGET", "pz:item:C", "availability"}).text == "out_of_stock");
    BOOST_TEST(client.command({"HGET", "pz:item:C", "title"}).text == "Cup");
    BOOST_TEST(client.command({"HGET", "pz:item:B", "availability"}).text == "in_stock");
    const RedisReply last = client.command({"XREVRANGE", "pz:catalog", "+", "-", "COUNT", "1"});
    BOOST_REQUIRE(last.elements.size() == 1);
    BOOST_TEST((last.elements[0].elements[1].texts() == std::vector<std::string>{"id", "C"}));
    BOOST_TEST(contains(personalize(complete).output, "0 items that the feed lacks"));
    import();
    BOOST_TEST(client.command({"HGET", "pz:item:C", "availability"}).text == "in_stock");
}

BOOST_AUTO_TEST_CASE(a_feed_that_may_not_be_complete_takes_nothing_off_sale) {
    import();
    const std::string header(kFeed.substr(0, kFeed.find('\n') + 1));
    const auto complete = [&](const std::string& feed, std::vector<std::string> options = {}) {
        options.insert(options.begin(), {"import", dir.write("part.tsv", feed), "--complete",
                                         "--redis", redis.unix_url()});
        return personalize(options);
    };
    const std::string one = header + "A\tApron\t\t9.00 GBP\t\tin_stock\t\n";
    const Outcome lost = complete(one);
    BOOST_TEST(lost.status == 1, lost.output);
    BOOST_TEST(contains(lost.output, "the feed lacks 2 of 3 items"), lost.output);
    BOOST_TEST(contains(lost.output, "--force"), lost.output);
    BOOST_TEST(client.command({"HGET", "pz:item:A", "price"}).text == "9.00 GBP");
    const Outcome bad = complete(std::string(kFeed) + "D\tDish\t\tcheap\t\t\t\n");
    BOOST_TEST(bad.status == 1, bad.output);
    BOOST_TEST(contains(bad.output, "1 items of the feed cannot be read"), bad.output);
    const Outcome blind = complete("id\ttitle\nA\tApron\nB\tBowl\n");
    BOOST_TEST(blind.status == 1, blind.output);
    BOOST_TEST(contains(blind.output, "needs the column availability"), blind.output);
    BOOST_TEST(client.command({"HGET", "pz:item:C", "availability"}).text == "in_stock");
    BOOST_TEST(complete(one, {"--force"}).status == 0);
    BOOST_TEST(client.command({"HGET", "pz:item:C", "availability"}).text == "out_of_stock");
    BOOST_TEST(personalize({"import", "x", "--force", "--redis", "unix:x"}).status == 2);
}

BOOST_AUTO_TEST_CASE(failures_are_status_1_and_name_what_failed) {
    const std::string feed = dir.write("feed.tsv", kFeed);
    const std::string wrong = dir.write("wrong.tsv", "a\tb\n1\t2\n");
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{"import", dir / "none", "--redis", redis.unix_url()}, dir / "none"},
        {{"import", wrong, "--redis", redis.unix_url()}, wrong},
        {{"import", feed, "--redis", "unix:" + (dir / "none")}, "is it running"},
        {{"learn", "--store", store, "--catalog", dir / "none"}, dir / "none"},
        {{"learn", "--store", dir / "no/such/folder", "--catalog", feed}, "no/such/folder"},
        {{"learn", "--store", store, "--redis", redis.unix_url(), "--once"}, "no items"},
        {{"learn", "--store", store, "--redis", "unix:" + (dir / "none"), "--once"},
         "is it running"},
        {{"recommend", "--store", store, "--for", "popular"}, store},
        {{"check", dir / "none.lua"}, "none.lua"},
        {{"export", "nobody", "--redis", redis.unix_url()}, "nothing is kept"}};
    for (const auto& [arguments, message] : cases) {
        const Outcome outcome = personalize(arguments);
        BOOST_TEST(outcome.status == 1, message << ": " << outcome.output);
        BOOST_TEST(contains(outcome.output, message), message << ": " << outcome.output);
    }
    BOOST_TEST(snapshot() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_password_is_used_and_its_lack_explained) {
    const RedisServer guarded(dir, {.password = "secret", .name = "guarded"});
    const std::string feed = dir.write("feed.tsv", kFeed);
    const Outcome without = personalize({"import", feed, "--redis", guarded.unix_url()});
    BOOST_TEST(without.status == 1);
    BOOST_TEST(contains(without.output, "write the password into the URL"), without.output);
    const Outcome wrong =
        personalize({"import", feed, "--redis", guarded.unix_url() + "?password=guess"});
    BOOST_TEST(wrong.status == 1);
    BOOST_TEST(!contains(wrong.output, "guess"), wrong.output);
    const Outcome with =
        personalize({"import", feed, "--redis", guarded.unix_url() + "?password=secret&db=2"});
    BOOST_TEST(with.status == 0, with.output);
    RedisClient inside = guarded.client();
    inside.command({"SELECT", "2"});
    BOOST_TEST(inside.integer({"EXISTS", "pz:item:A"}) == 1);
}

BOOST_AUTO_TEST_CASE(recommend_is_what_the_edge_would_show) {
    import();
    event("v1", "purchase", "C");
    event("v2", "view_item", "B");
    personalize({"learn", "--store", store, "--redis", redis.unix_url(), "--once"});
    const Outcome popular =
        personalize({"recommend", "--store", store, "--for", "popular", "--limit", "2"});
    BOOST_TEST(popular.status == 0, popular.output);
    const auto lines = lines_of(popular.output);
    BOOST_REQUIRE(lines.size() == 2);
    BOOST_TEST(lines[0].starts_with("1\tC\tCup\tpre\t"));
    BOOST_TEST(lines[1].starts_with("2\tB\tBowl\tpre\t"));
    const Outcome bridges = personalize(
        {"recommend", "--store", store, "--for", "free_shipping", "--gap", "4.50", "--limit", "1"});
    BOOST_TEST(bridges.output.starts_with("1\tB\t"), bridges.output);
    const Outcome without = personalize(
        {"recommend", "--store", store, "--for", "popular", "--item", "C", "--explain"});
    BOOST_TEST(without.output.starts_with("1\tB\t"), without.output);
    BOOST_TEST(contains(without.output, "{\"placement\":\"recommend\""), without.output);
    BOOST_TEST(
        personalize({"recommend", "--store", store, "--for", "popular", "--item", "none"}).status ==
        1);
}

BOOST_AUTO_TEST_CASE(recommend_for_a_visitor_from_redis_or_from_a_file) {
    const std::string feed = dir.write("feed.tsv", kFeed);
    personalize({"learn", "--store", store, "--catalog", feed});
    const std::string now = std::to_string(std::time(nullptr) - 5);
    client.command({"LPUSH", "pz:{v7}:events", "view_item A " + now, "view_item B " + now});
    const Outcome recent = personalize({"recommend", "--store", store, "--for", "recent",
                                        "--visitor", "v7", "--redis", redis.unix_url()});
    BOOST_TEST(recent.status == 0, recent.output);
    BOOST_TEST(recent.output.starts_with("1\tB\tBowl\tindividual\t"), recent.output);
    const std::string events =
        dir.write("events", "# a visit\nview_item A " + now + "\n\nview_item B " + now + "\r\n");
    BOOST_TEST(personalize({"recommend", "--store", store, "--for", "recent", "--events", events})
                   .output == recent.output);
    const Outcome nobody = personalize({"recommend", "--store", store, "--for", "recent"});
    BOOST_TEST(nobody.status == 1);
    BOOST_TEST(contains(nobody.output, "nothing to recommend"));
    const std::string broken = dir.write("broken", "view_item A " + now + "\nview_item A soon\n");
    const Outcome refused =
        personalize({"recommend", "--store", store, "--for", "recent", "--events", broken});
    BOOST_TEST(refused.status == 1);
    BOOST_TEST(contains(refused.output, "broken:2: time"), refused.output);
}

BOOST_AUTO_TEST_CASE(rules_are_checked_and_applied) {
    const std::string good = dir.write("good.lua",
                                       "segment \"keen\" { when = function(visitor) return "
                                       "visitor.events > 0 end }\n"
                                       "rule \"push A\" { match = { id = \"A\" }, pin = 1 }\n");
    const Outcome checked = personalize({"check", good});
    BOOST_TEST(checked.status == 0, checked.output);
    BOOST_TEST(checked.output == "segment\tkeen\nrule\tpush A\n");
    const std::string bad = dir.write("bad.lua", "rule \"x\" {\n  boots = 2\n}\n");
    const Outcome refused = personalize({"check", bad});
    BOOST_TEST(refused.status == 1);
    BOOST_TEST(contains(refused.output, "bad.lua:"), refused.output);

    const std::string feed = dir.write("feed.tsv", kFeed);
    const std::string now = std::to_string(std::time(nullptr) - 5);
    const std::string history =
        dir.write("history.tsv", "v\tpurchase B " + now + "\nv\tview_item A " + now + "\n");
    personalize({"learn", "--store", store, "--catalog", feed, "--history", history});
    const Outcome pinned =
        personalize({"recommend", "--store", store, "--for", "popular", "--rules", good});
    BOOST_TEST(pinned.output.starts_with("1\tA\t"), pinned.output);
}

BOOST_AUTO_TEST_CASE(a_rule_that_asks_for_context_is_tried) {
    personalize({"learn", "--store", store, "--catalog", dir.write("feed.tsv", kFeed)});
    const std::string rules = dir.write(
        "alps.lua",
        "rule \"alps\" { when = function(visitor, page) return page.var.country == \"CH\" "
        "and page.var.weather == \"snow=deep\" end, match = {id = \"B\"}, pin = 1 }\n");
    const std::vector<std::string> command = {"recommend", "--store",   store,
                                              "--for",     "popular",   "--rules",
                                              rules,       "--context", "country=CH"};
    const auto with = [&](const std::string& more) {
        std::vector<std::string> all = command;
        all.insert(all.end(), {"--context", more});
        return personalize(all);
    };
    BOOST_TEST(with("weather=snow=deep").output.starts_with("1\tB\t"));
    BOOST_TEST(with("weather=rain").output.starts_with("1\tA\t"));
    BOOST_TEST(with("weather").status == 2);
    const Outcome alone =
        personalize({"recommend", "--store", store, "--for", "popular", "--context", "country=CH"});
    BOOST_TEST(alone.status == 2);
    BOOST_TEST(contains(alone.output, "--context needs --rules"), alone.output);
    BOOST_TEST(contains(personalize({"help", "recommend"}).output, "--context"));
}

BOOST_AUTO_TEST_CASE(check_runs_what_only_some_visitors_meet) {
    personalize({"learn", "--store", store, "--catalog", dir.write("feed.tsv", kFeed)});
    const std::string rules = dir.write(
        "hidden.lua",
        "segment \"vip\" { when = function(visitor) return visitor.trait.segment == \"vip\" end }\n"
        "rule \"one\" { segment = \"vip\", when = function(visitor) return visitor.trait.a.b end, "
        "hide = true }\n"
        "rule \"two\" { from = \"2001-01-01\", to = \"2001-01-02\",\n"
        "match = function(item, visitor) return visitor.events > 0 and item.titel == nil end, "
        "hide = true }\n"
        "rule \"three\" { when = function() return false end,\n"
        "boost = function(item, visitor) return visitor:viewed(item) and \"x\" or nil end }\n");
    const Outcome checked = personalize({"check", rules, "--catalog", store});
    BOOST_TEST(checked.status == 1, checked.output);
    BOOST_TEST(contains(checked.output, "hidden.lua:2: rule 'one': attempt to index"),
               checked.output);
    BOOST_TEST(contains(checked.output, "hidden.lua:3: rule 'two': item.titel"), checked.output);
    BOOST_TEST(contains(checked.output, "rule 'three': the function must return a number"),
               checked.output);
}

BOOST_AUTO_TEST_CASE(check_with_a_rehearsal) {
    const std::string feed = dir.write("feed.tsv", kFeed);
    const std::string now = std::to_string(std::time(nullptr) - 5);
    const std::string history =
        dir.write("history.tsv", "v\tpurchase B " + now + "\nv\tview_item A " + now + "\n");
    personalize({"learn", "--store", store, "--catalog", feed, "--history", history});
    const std::string rules =
        dir.write("push.lua", "rule \"p\" { match = {id = \"A\"}, pin = 1 }\n");
    const Outcome rehearsed =
        personalize({"check", rules, "--catalog", store, "--against", history});
    BOOST_TEST(rehearsed.status == 0, rehearsed.output);
    BOOST_TEST(contains(rehearsed.output, "Rehearsal: "), rehearsed.output);
    for (const auto& [most, hidden, status] :
         {std::tuple("0", "A", 1), std::tuple("99", "A", 1), std::tuple("100", "A", 0),
          std::tuple("0", "Z", 0)}) {
        const std::string hide =
            dir.write("hide.lua", "rule \"h\" { match = {id = \"" + std::string(hidden) +
                                      "\"}, hide = true }\n");
        const Outcome limited =
            personalize({"check", hide, "--catalog", store, "--against", history, "--placement",
                         "home=popular", "--max-changed", most});
        BOOST_TEST(limited.status == status, limited.output);
        BOOST_TEST(contains(limited.output, "error: more pages change than --max-changed allows") ==
                       (status == 1),
                   limited.output);
    }
    BOOST_TEST(personalize({"check", rules, "--catalog", store, "--against", history,
                            "--max-changed", "101"})
                   .status == 2);
    const std::string none =
        dir.write("none.lua", "rule \"n\" { match = {id = \"Z9\"}, pin = 1 }\n");
    BOOST_TEST(personalize({"check", none, "--catalog", store}).status == 0);
    BOOST_TEST(personalize({"check", none, "--catalog", store, "--strict"}).status == 1);
    for (const std::string option : {"--old", "--placement", "--max-changed"}) {
        const Outcome refused = personalize(
            {"check", rules, "--catalog", store, option, option == "--max-changed" ? "5" : "x=y"});
        BOOST_TEST(refused.status == 2, option);
        BOOST_TEST(contains(refused.output, "need --against"), refused.output);
    }
}

BOOST_AUTO_TEST_CASE(export_prints_and_forget_removes_both_keys) {
    client.command({"LPUSH", "pz:{v}:events", "view_item A 1", "search - 2 term=\xff\"q\"\n"});
    client.command({"HSET", "pz:{v}:traits", "name", "Ann"});
    client.command({"SET", "pz:{w}:events", "another visitor's"});
    const Outcome exported = personalize({"export", "v", "--redis", redis.unix_url()});
    BOOST_TEST(exported.status == 0);
    BOOST_TEST(exported.output ==
               "{\"visitor\":\"v\",\"events\":[\n"
               "\"search - 2 term=\xEF\xBF\xBD\\\"q\\\"\\u000a\",\n"
               "\"view_item A 1\"],\n"
               "\"traits\":{\n\"name\":\"Ann\"},\n\"aliases\":[],\n\"stream\":[]}\n");
    const Outcome forgotten = personalize({"forget", "v", "--redis", redis.unix_url()});
    BOOST_TEST(forgotten.status == 0);
    BOOST_TEST(forgotten.output == "2 keys removed, and 0 events from the streams\n");
    BOOST_TEST(client.integer({"EXISTS", "pz:{v}:events", "pz:{v}:traits"}) == 0);
    BOOST_TEST(client.integer({"EXISTS", "pz:{w}:events"}) == 1);
    BOOST_TEST(personalize({"forget", "v", "--redis", redis.unix_url()}).output ==
               "0 keys removed, and 0 events from the streams\n");
}

BOOST_AUTO_TEST_CASE(alias_gives_events_to_a_customer) {
    client.command({"RPUSH", "pz:{anon}:events", "like C 9", "like B 5", "nonsense"});
    client.command({"RPUSH", "pz:{cust}:events", "like X 7", "like Y 1"});
    const std::vector<std::string> command = {
        "alias", "anon", "cust", "--redis", redis.unix_url(), "--keep", "3", "--days", "2"};
    const Outcome joined = personalize(command);
    BOOST_TEST(joined.status == 0);
    BOOST_TEST(joined.output == "2 events joined\n");
    BOOST_TEST((client.command({"LRANGE", "pz:{cust}:events", "0", "-1"}).texts() ==
                std::vector<std::string>{"like C 9", "like X 7", "like B 5"}));
    BOOST_TEST((client.command({"LRANGE", "pz:{anon}:events", "0", "-1"}).texts() ==
                std::vector<std::string>{"nonsense"}));
    BOOST_TEST(client.integer({"TTL", "pz:{cust}:events"}) > 47 * 3600);
    BOOST_TEST(personalize(command).output == "0 events joined\n");
    const Outcome same = personalize({"alias", "anon", "anon", "--redis", redis.unix_url()});
    BOOST_TEST(same.status == 2);
    BOOST_TEST(contains(same.output, "two different visitor ids"));
}

BOOST_AUTO_TEST_CASE(export_prints_entries_of_all_streams) {
    for (int i = 0; i < 2500; i++) {
        client.command({"XADD", i % 5 == 0 ? "pz:events:7" : "pz:events:0", "*", "e", "search", "v",
                        i % 10 < 5 ? "v" : "w", "i", "-", "t", "1"});
    }
    client.command({"XADD", "pz:events:7", "5000000000000-1", "v", "x", "e", "\"", "t", "5"});
    const Outcome one = personalize({"export", "x", "--redis", redis.unix_url()});
    BOOST_TEST(one.output ==
               "{\"visitor\":\"x\",\"events\":[],\n\"traits\":{},\n\"aliases\":[],\n\"stream\":[\n"
               "{\"stream\":\"pz:events:7\",\"id\":\"5000000000000-1\",\"fields\":"
               "{\"v\":\"x\",\"e\":\"\\\"\",\"t\":\"5\"}}]}\n");
    const Outcome many = personalize({"export", "v", "--redis", redis.unix_url()});
    BOOST_TEST(many.status == 0);
    const auto lines = lines_of(many.output);
    BOOST_TEST(std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
                   return contains(line, "\"v\":\"v\"");
               }) == 1250);
    BOOST_TEST(!contains(many.output, "\"v\":\"w\""));
}

BOOST_AUTO_TEST_CASE(export_and_forget_follow_logins) {
    const auto now = std::time(nullptr);
    const auto seen = [&](const std::string& who, std::int64_t time, const std::string& item) {
        client.command({"XADD", "pz:events:0", "*", "v", who, "e", "view_item", "i", item, "t",
                        std::to_string(time)});
    };
    const auto join = [&](const std::string& from, const std::string& to) {
        BOOST_TEST(personalize({"alias", from, to, "--redis", redis.unix_url()}).status == 0);
    };
    seen("anon", now - 60, "A");
    client.command({"LPUSH", "pz:{anon}:events", "view_item A " + std::to_string(now - 60)});
    join("anon", "old");
    join("old", "cust");  // of whom nothing but the alias was kept is an identity, too
    join("anon2", "cust");
    seen("anon2", now - 50, "B");
    seen("anon", now + 3600, "C");  // the device's next user
    seen("bert", now, "D");
    BOOST_TEST(client.integer({"TTL", "pz:{cust}:aliases"}) > 89 * 24 * 3600);

    const std::string kept = personalize({"export", "cust", "--redis", redis.unix_url()}).output;
    BOOST_TEST(contains(kept, "\"aliases\":[\n\"anon\",\n\"anon2\",\n\"old\"]"));
    BOOST_TEST(contains(kept, "\"i\":\"A\""));
    BOOST_TEST(contains(kept, "\"i\":\"B\""));
    BOOST_TEST(!contains(kept, "\"i\":\"C\""));
    BOOST_TEST(!contains(kept, "bert"));

    BOOST_TEST(personalize({"forget", "cust", "--redis", redis.unix_url()}).output ==
               "3 keys removed, and 3 events from the streams\n");
    BOOST_TEST(client.integer({"XLEN", "pz:events:0"}) == 1);
    BOOST_TEST(client.integer({"DBSIZE"}) == 1);
    BOOST_TEST(personalize({"export", "cust", "--redis", redis.unix_url()}).status == 1);
}

BOOST_AUTO_TEST_CASE(aliases_are_bounded) {
    for (int i = 0; i < 120; i++) {
        client.command(
            {"ZADD", "pz:{cust}:aliases", std::to_string(1000 + i), "anon" + std::to_string(i)});
    }
    personalize({"alias", "newest", "cust", "--redis", redis.unix_url()});
    const auto kept = client.command({"ZRANGE", "pz:{cust}:aliases", "0", "-1"}).texts();
    BOOST_REQUIRE(kept.size() == 100U);
    BOOST_TEST(kept.front() == "anon21");
    BOOST_TEST(kept.back() == "newest");
}

BOOST_AUTO_TEST_CASE(forget_erases_a_visitor_from_every_stream) {
    for (int i = 0; i < 2500; i++) {
        const std::string stream = i % 5 == 0 ? "pz:events:7" : "pz:events:0";
        client.command(
            {"XADD", stream, "*", "v", i % 2 == 0 ? "v" : "w", "e", "search", "i", "v", "t", "1"});
    }
    client.command({"XADD", "other:events:0", "*", "v", "v", "e", "search", "i", "", "t", "1"});
    const Outcome forgotten = personalize({"forget", "v", "--redis", redis.unix_url()});
    BOOST_TEST(forgotten.status == 0);
    BOOST_TEST(forgotten.output == "0 keys removed, and 1250 events from the streams\n");
    BOOST_TEST(client.integer({"XLEN", "pz:events:0"}) == 1000);
    BOOST_TEST(client.integer({"XLEN", "pz:events:7"}) == 250);
    BOOST_TEST(client.integer({"XLEN", "other:events:0"}) == 1);
    client.command({"SET", "pz:events:9", "no stream"});
    const Outcome refused = personalize({"forget", "v", "--redis", redis.unix_url()});
    BOOST_TEST(refused.status == 1);
    BOOST_TEST(contains(refused.output, "WRONGTYPE"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
