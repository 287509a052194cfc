// The program `personalize`, as a person or a unit file runs it.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <ctime>

#include "integration/support/process.hpp"
#include "integration/support/redis_server.hpp"
#include "integration/support/temp_dir.hpp"
#include "store/snapshot.hpp"

namespace pz::test {

namespace {

std::string program() {
    return environment("PERSONALIZE_BIN", TESTS_DIR "/../build/personalize");
}

constexpr std::string_view kFeed =
    "id\ttitle\tlink\tprice\tsale_price\tavailability\tproduct_type\n"
    "A\tApron\thttps://shop.example/p/A\t10.00 GBP\t8.00 GBP\tin_stock\tKitchen > Aprons\n"
    "B\tBowl\thttps://shop.example/p/B\t5.00 GBP\t\tin_stock\tKitchen > Bowls\n"
    "C\tCup\thttps://shop.example/p/C\t3.00 GBP\t\tin_stock\tKitchen > Cups\n";

struct Fixture {
    TempDir dir;
    RedisServer redis{dir};
    RedisClient client = redis.client();
    std::string store = dir / "store";
    std::size_t runs = 0;

    Outcome personalize(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), program());
        return run(arguments, dir / ("run" + std::to_string(runs++)));
    }
    // The last argument is fed through standard input.
    Outcome piped(const std::string& arguments, const std::string& input) {
        const std::string path = dir.write("input", input);
        return run({"sh", "-c", program() + " " + arguments + " < " + path},
                   dir / ("run" + std::to_string(runs++)));
    }
    Outcome import(std::string_view feed = kFeed) {
        return personalize({"import", dir.write("feed.tsv", feed), "--redis", redis.unix_url()});
    }
    Process daemon(const std::string& interval = "100ms") {
        return Process({{program(), "learn", "--store", store, "--redis", redis.unix_url(),
                         "--interval", interval},
                        dir / "daemon.log"});
    }
    void event(const std::string& visitor, const std::string& name, const std::string& item,
               const std::string& stream = "pz:events:0") {
        client.command({"XADD", stream, "*", "v", visitor, "e", name, "i", item, "t",
                        std::to_string(std::time(nullptr) - 10)});
    }
    // The store as a worker would see it; null when there is none.
    std::unique_ptr<const store::Snapshot> snapshot() const {
        auto opened = store::Snapshot::open(store);
        return opened.ok() ? std::move(*opened) : nullptr;
    }
    store::LiveFields live(std::string_view id) const {
        const auto opened = snapshot();
        return opened ? opened->live(opened->find(id)) : store::LiveFields();
    }
    bool generation_with(std::string_view id) const {
        const auto opened = snapshot();
        return opened && opened->find(id) != store::kNoItem;
    }
};

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(cli, Fixture)

BOOST_AUTO_TEST_CASE(help_names_every_command_and_each_has_its_own) {
    const Outcome help = personalize({"help"});
    BOOST_TEST(help.status == 0);
    BOOST_TEST(personalize({"--help"}).output == help.output);
    for (const std::string command :
         {"import", "learn", "recommend", "check", "forget", "export", "version"}) {
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

BOOST_AUTO_TEST_CASE(learn_from_files_and_the_next_generation_follows) {
    const std::string feed = dir.write("feed.tsv", kFeed);
    const std::string now = std::to_string(std::time(nullptr) - 3600);
    const std::string history =
        dir.write("history.tsv", "v1\tpurchase B " + now + "\nv1\tpurchase C " + now +
                                     "\nv2\tview_item A " + now + "\nbroken line\n");
    const Outcome first =
        personalize({"learn", "--store", store, "--catalog", feed, "--history", history});
    BOOST_TEST(first.status == 0, first.output);
    BOOST_TEST(contains(first.output, "history.tsv:4"), first.output);
    BOOST_TEST(contains(first.output, "100 %"), first.output);
    BOOST_TEST(contains(first.output, "generation 1: 3 items, 3 events"), first.output);
    const Outcome second = personalize({"learn", "--store", store, "--catalog", feed});
    BOOST_TEST(contains(second.output, "generation 2: 3 items, 0 events"), second.output);
    BOOST_REQUIRE(snapshot());
    BOOST_TEST(snapshot()->generation() == 2U);
}

BOOST_AUTO_TEST_CASE(learn_once_reads_all_of_redis) {
    import();
    for (int i = 0; i < 3; i++) {
        event("v" + std::to_string(i), "view_item", "B", "pz:events:" + std::to_string(i));
    }
    client.command({"XADD", "pz:events:0", "*", "what", "is this"});
    const Outcome outcome = personalize(
        {"learn", "--store", store, "--redis", redis.unix_url(), "--once", "--partitions", "3"});
    BOOST_TEST(outcome.status == 0, outcome.output);
    BOOST_TEST(contains(outcome.output, "personalize: event: "), outcome.output);
    BOOST_TEST(contains(outcome.output, "generation 1: 3 items, 3 events"), outcome.output);
    BOOST_TEST(live("B").popularity > 0);
    BOOST_TEST(live("A").sale_price_micros == 8'000'000);
}

BOOST_AUTO_TEST_CASE(learn_reads_the_history_when_the_catalog_of_redis_is_known) {
    import();
    const std::string now = std::to_string(std::time(nullptr) - 3600);
    const std::string history = dir.write("history.tsv", "v1\tpurchase B " + now + "\n");
    const Outcome outcome = personalize(
        {"learn", "--store", store, "--redis", redis.unix_url(), "--once", "--history", history});
    BOOST_TEST(outcome.status == 0, outcome.output);
    BOOST_TEST(contains(outcome.output, "generation 1: 3 items, 1 events"), outcome.output);
    BOOST_TEST(live("B").popularity > 0);
    const Outcome missing = personalize({"learn", "--store", store, "--redis", redis.unix_url(),
                                         "--once", "--history", history + ".old"});
    BOOST_TEST(missing.status == 1, missing.output);
    BOOST_TEST(contains(missing.output, "history.tsv.old: cannot open"), missing.output);
}

BOOST_AUTO_TEST_CASE(learn_finds_items_that_no_stream_names) {
    client.command({"HSET", "pz:item:X/1", "title", "Xylophone", "price", "9.00 GBP"});
    client.command({"HSET", "other:item:Y", "title", "Yoyo", "price", "1.00 GBP"});
    client.command({"SET", "pz:item:Z", "not a hash"});
    const Outcome outcome =
        personalize({"learn", "--store", store, "--redis", redis.unix_url(), "--once"});
    BOOST_TEST(outcome.status == 0, outcome.output);
    BOOST_TEST(contains(outcome.output, "item 'Z'"), outcome.output);
    BOOST_REQUIRE(snapshot());
    BOOST_TEST(snapshot()->item_count() == 1U);
    BOOST_TEST(generation_with("X/1"));
}

BOOST_AUTO_TEST_CASE(the_daemon_updates_live_fields_in_place) {
    import();
    Process learn = daemon("1h");
    BOOST_REQUIRE(wait_until([&] { return generation_with("A"); }));
    const auto in_service = snapshot();
    client.command({"HSET", "pz:item:B", "price", "4.00 GBP", "stock", "2"});
    client.command({"XADD", "pz:catalog", "*", "id", "B"});
    const store::ItemIndex bowl = in_service->find("B");
    BOOST_TEST(wait_until([&] { return in_service->live(bowl).price_micros == 4'000'000; }));
    BOOST_TEST(in_service->live(bowl).stock == 2U);
    client.command({"DEL", "pz:item:C"});
    client.command({"XADD", "pz:catalog", "*", "id", "C"});
    BOOST_TEST(wait_until([&] { return !in_service->live(in_service->find("C")).available(); }));
    event("v", "purchase", "B");
    BOOST_TEST(wait_until([&] { return in_service->live(bowl).popularity > 0; }));
    BOOST_TEST(snapshot()->generation() == 1U);
    learn.signal(SIGTERM);
    BOOST_TEST(learn.wait().value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(the_daemon_writes_generations_only_when_something_was_learned) {
    import();
    Process learn = daemon();
    BOOST_REQUIRE(wait_until([&] { return generation_with("A"); }));
    client.command({"HSET", "pz:item:D", "title", "Dish", "price", "2.00 GBP"});
    client.command({"XADD", "pz:catalog", "*", "id", "D"});
    BOOST_TEST(wait_until([&] { return generation_with("D"); }));
    const std::uint64_t generation = snapshot()->generation();
    event("v", "view_item", "D");
    BOOST_TEST(wait_until([&] { return snapshot()->generation() > generation; }));
    learn.signal(SIGINT);
    BOOST_TEST(learn.wait().value_or(-1) == 0);
    const std::string log = dir.read("daemon.log");
    BOOST_TEST(contains(log, "4 items, 1 events"), log);
    BOOST_TEST(lines_of(log).size() <= 8U, log);
}

BOOST_AUTO_TEST_CASE(the_daemon_survives_redis_and_learns_nothing_twice) {
    import();
    event("v", "view_item", "A");
    Process learn = daemon();
    BOOST_REQUIRE(wait_until([&] { return contains(dir.read("daemon.log"), "1 events"); }));
    redis.kill9();
    BOOST_TEST(wait_until([&] { return contains(dir.read("daemon.log"), "trying again"); }));
    redis.start();
    client = redis.client();
    BOOST_TEST(wait_until([&] { return contains(dir.read("daemon.log"), "answers again"); }));
    event("v", "view_item", "B");
    BOOST_TEST(wait_until([&] { return contains(dir.read("daemon.log"), "3 items, 2 events"); }));
    BOOST_TEST(learn.running());
    BOOST_TEST(generation_with("C"));
}

BOOST_AUTO_TEST_CASE(a_killed_daemon_leaves_a_whole_store) {
    import();
    for (int round = 0; round < 10; round++) {
        Process learn = daemon("1ms");
        const std::uint64_t before = snapshot() ? snapshot()->generation() : 0;
        const bool written = wait_until([&] {
            event("v", "view_item", "A");
            const auto now = snapshot();
            return now && now->generation() > before;
        });
        BOOST_TEST(written);
        learn.kill();
        BOOST_REQUIRE(snapshot());
        BOOST_REQUIRE_EQUAL(snapshot()->item_count(), 3U);
    }
}

BOOST_AUTO_TEST_CASE(the_daemon_waits_for_redis_and_for_items) {
    redis.kill9();
    Process learn = daemon();
    BOOST_TEST(wait_until([&] { return contains(dir.read("daemon.log"), "trying again"); }));
    redis.start();
    client = redis.client();
    BOOST_TEST(wait_until([&] { return contains(dir.read("daemon.log"), "answers again"); }));
    BOOST_TEST(snapshot() == nullptr);
    import();
    BOOST_TEST(wait_until([&] { return generation_with("A"); }));
    learn.signal(SIGTERM);
    BOOST_TEST(learn.wait().value_or(-1) == 0);
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
               "\"traits\":{\n\"name\":\"Ann\"}}\n");
    const Outcome forgotten = personalize({"forget", "v", "--redis", redis.unix_url()});
    BOOST_TEST(forgotten.status == 0);
    BOOST_TEST(forgotten.output == "2 keys removed\n");
    BOOST_TEST(client.integer({"EXISTS", "pz:{v}:events", "pz:{v}:traits"}) == 0);
    BOOST_TEST(client.integer({"EXISTS", "pz:{w}:events"}) == 1);
    BOOST_TEST(personalize({"forget", "v", "--redis", redis.unix_url()}).output ==
               "0 keys removed\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
