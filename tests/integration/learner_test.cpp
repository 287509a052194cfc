// `personalize learn`, from files and beside Redis.
#include <signal.h>
#include <sys/stat.h>
#include <zlib.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <thread>
#include <utility>

#include "integration/commands.hpp"

namespace pz::test {

namespace {

// 'R', 'T', 'Z' and so on; '-' when there is no such process.
char state_of(pid_t pid) {
    const std::string stat = read_text("/proc/" + std::to_string(pid) + "/stat");
    const std::size_t end = stat.rfind(") ");
    return end == std::string::npos ? '-' : stat[end + 2];
}

bool ended(pid_t pid) {
    return state_of(pid) == '-' || state_of(pid) == 'Z';
}

struct Learning : Commands {
    Outcome learn_once(std::vector<std::string> options = {}) {
        options.insert(options.begin(),
                       {"learn", "--store", store, "--redis", redis.unix_url(), "--once"});
        return personalize(options);
    }
    std::string log() const { return dir.read("daemon.log"); }
    // So many that writing them takes a while.
    void import_many() {
        std::string feed = "id\ttitle\tprice\tavailability\n";
        for (int i = 0; i < 5000; ++i) {
            const std::string id = std::to_string(i);
            feed += id + "\tThing number " + id + "\t1.00 GBP\tin_stock\n";
        }
        BOOST_REQUIRE(import(feed).status == 0);
    }
    std::size_t generations_told() const {
        const std::string lines = "\n" + log();
        std::size_t count = 0;
        for (std::size_t at = 0; (at = lines.find("\ngeneration ", at)) != std::string::npos;
             ++at) {
            ++count;
        }
        return count;
    }
    std::size_t staged_files() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
            count += contains(entry.path().filename(), "store.tmp.") ? 1 : 0;
        }
        return count;
    }
    void change_price(const std::string& id, const std::string& price) {
        client.command({"HSET", "pz:item:" + id, "price", price});
        client.command({"XADD", "pz:catalog", "*", "id", id});
    }
};

// A daemon whose process that writes the generation is stopped; the generation before it is in
// service.
struct Stopped : Learning {
    Process learn;
    pid_t writer = 0;
    std::unique_ptr<const store::Snapshot> in_service;

    explicit Stopped(const std::string& interval = "1h") {
        import_many();
        BOOST_REQUIRE(learn_once().status == 0);
        // A writer may be too quick for us, then the next daemon's is to be caught.
        BOOST_REQUIRE(wait_until([&] {
            in_service = snapshot();
            learn = daemon(interval);
            return stop_writer();
        }));
    }
    bool stop_writer() {
        const std::size_t before = generations_told();
        const bool begun = wait_until([&] {
            const auto children = children_of(learn.pid());
            writer = children.empty() ? 0 : children.front();
            if (writer != 0) {
                ::kill(writer, SIGSTOP);
            } else {
                std::this_thread::yield();
            }
            return writer != 0 || generations_told() != before;
        });
        return begun && writer != 0 &&
               wait_until([&] { return state_of(writer) == 'T' || ended(writer); }) &&
               state_of(writer) == 'T';
    }
    store::LiveFields served(const std::string& id) const {
        return in_service->live(in_service->find(id));
    }
    bool next_is_in_service() const { return snapshot()->generation() > in_service->generation(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(learner, Learning)

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

BOOST_AUTO_TEST_CASE(what_is_available_again_is_dated_at_once_and_by_the_next_generations) {
    import();
    const auto now = static_cast<std::uint32_t>(std::time(nullptr));
    const auto set_availability = [&](const std::string& text) {
        client.command({"HSET", "pz:item:B", "availability", text});
        client.command({"XADD", "pz:catalog", "*", "id", "B"});
    };
    Process learn = daemon("100ms");
    BOOST_REQUIRE(wait_until([&] { return generation_with("B"); }));
    set_availability("out_of_stock");
    BOOST_REQUIRE(wait_until([&] { return !live("B").available(); }));
    BOOST_TEST(live("B").restocked == 0U);
    set_availability("in_stock");
    BOOST_REQUIRE(wait_until([&] { return live("B").restocked >= now; }));
    BOOST_TEST(live("A").restocked == 0U);
    const std::uint32_t restocked = live("B").restocked;
    const std::uint64_t generation = snapshot()->generation();
    event("v", "view_item", "A");
    BOOST_REQUIRE(wait_until([&] { return snapshot()->generation() > generation; }));
    BOOST_TEST(live("B").restocked == restocked);
    learn.signal(SIGTERM);
    BOOST_TEST(learn.wait().value_or(-1) == 0);
    BOOST_REQUIRE(learn_once().status == 0);  // another learner
    BOOST_TEST(live("B").restocked == restocked);
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

BOOST_AUTO_TEST_CASE(the_catalog_is_what_redis_has_not_what_the_stream_names) {
    for (const std::string id : {"A", "B", "C"}) {
        client.command({"HSET", "pz:item:" + id, "title", id});
    }
    BOOST_TEST(contains(learn_once().output, "generation 1: 3 items"));
    client.command({"HSET", "pz:item:D", "title", "D"});
    client.command({"XADD", "pz:catalog", "*", "id", "D"});
    BOOST_TEST(contains(learn_once().output, "generation 2: 4 items"));
}

BOOST_AUTO_TEST_CASE(a_change_that_redis_refuses_to_tell_is_asked_for_again) {
    import();
    Process learn = daemon("1h");
    BOOST_REQUIRE(wait_until([&] { return generation_with("B"); }));
    const auto in_service = snapshot();
    client.command({"ACL", "SETUSER", "default", "-hgetall"});
    change_price("B", "4.00 GBP");
    BOOST_TEST(wait_until([&] { return contains(log(), "trying again every second"); }), log());
    client.command({"ACL", "SETUSER", "default", "+hgetall"});
    BOOST_TEST(wait_until(
        [&] { return in_service->live(in_service->find("B")).price_micros == 4'000'000; }));
}

// Without XREAD loading fails when all items have been read.
BOOST_AUTO_TEST_CASE(an_item_removed_between_two_attempts_to_load_is_gone) {
    import();
    client.command({"ACL", "SETUSER", "default", "-xread"});
    Process learn = daemon();
    BOOST_REQUIRE(wait_until([&] { return contains(log(), "trying again every second"); }));
    client.command({"DEL", "pz:item:A"});
    client.command({"XADD", "pz:catalog", "*", "id", "A"});
    client.command({"ACL", "SETUSER", "default", "+xread"});
    BOOST_REQUIRE(wait_until([&] { return generation_with("C"); }));
    BOOST_TEST(!generation_with("A"));
}

BOOST_AUTO_TEST_CASE(a_redis_that_lost_all_while_it_was_loaded_changes_nothing_until_filled_again) {
    import();
    BOOST_REQUIRE(learn_once().status == 0);
    client.command({"ACL", "SETUSER", "default", "-xread"});
    Process learn = daemon();
    BOOST_REQUIRE(wait_until([&] { return contains(log(), "trying again every second"); }));
    redis.kill9();
    redis.start();
    client = redis.client();
    BOOST_REQUIRE(wait_until([&] { return contains(log(), "answers again"); }));
    BOOST_TEST(live("A").available());
    client.command({"HSET", "pz:item:D", "title", "Dish", "price", "2.00 GBP"});
    client.command({"XADD", "pz:catalog", "1-1", "id", "D"});  // a clock that went back
    BOOST_REQUIRE(wait_until([&] { return snapshot()->generation() > 1; }));
    BOOST_TEST(generation_with("D"));
    BOOST_TEST(!generation_with("A"));
}

BOOST_AUTO_TEST_CASE(a_daemon_whose_parent_ignores_its_children_writes) {
    import();
    const auto before = ::signal(SIGCHLD, SIG_IGN);
    Process learn = daemon();
    ::signal(SIGCHLD, before);
    BOOST_TEST(wait_until([&] { return generation_with("A"); }), log());
}

BOOST_AUTO_TEST_CASE(odd_columns_do_not_stop_the_generations) {
    import();
    for (const std::string id : {"X", "Y"}) {
        std::vector<std::string> odd = {"HSET", "pz:item:" + id};
        for (int i = 0; i < 200; ++i) {
            odd.insert(odd.end(), {id + std::to_string(i), "x"});
        }
        client.command(odd);
    }
    const Outcome outcome = learn_once();
    BOOST_TEST(outcome.status == 0, outcome.output);
    BOOST_TEST(contains(outcome.output, "more than 256 columns"), outcome.output);
    BOOST_TEST(contains(outcome.output, ", Y99"), outcome.output);
    BOOST_TEST(contains(outcome.output, "generation 1: 5 items"), outcome.output);
    BOOST_TEST(live("A").price_micros == 10'000'000);
}

// The history is a pipe that nobody writes into: the items are loaded, the events are not.
BOOST_AUTO_TEST_CASE(the_store_in_service_keeps_its_popularity_while_a_learner_starts) {
    import();
    event("v", "purchase", "B");
    BOOST_REQUIRE(learn_once().status == 0);
    const float before = live("B").popularity;
    BOOST_TEST(before > 0);
    client.command({"HSET", "pz:item:B", "price", "4.00 GBP"});
    const std::string pipe = dir / "history";
    BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    Process learn(
        {{program(), "learn", "--store", store, "--redis", redis.unix_url(), "--history", pipe},
         dir / "daemon.log"});
    BOOST_TEST(wait_until([&] { return live("B").price_micros == 4'000'000; }));
    BOOST_TEST(live("B").popularity == before);
}

BOOST_AUTO_TEST_CASE(strangers_share_no_basket) {
    import();
    const std::string now = std::to_string(std::time(nullptr) - 10);
    for (const std::string id : {"A", "B", "C"}) {
        client.command(
            {"XADD", "pz:events:0", "*", "v", "not valid!", "e", "purchase", "i", id, "t", now});
    }
    const Outcome outcome = learn_once();
    BOOST_TEST(contains(outcome.output, "3 events without a visitor id"), outcome.output);
    BOOST_TEST(contains(outcome.output, "3 events, 3 of them without a visitor"), outcome.output);
    BOOST_TEST(live("B").popularity > 0);
    BOOST_TEST(snapshot()->sessions().size() == 0U);
    BOOST_TEST(snapshot()->neighbours(store::NeighbourKind::cross_sell, 0).empty());
}

BOOST_AUTO_TEST_CASE(a_history_that_was_cut_off_ends_the_daemon) {
    import();
    const std::string path = dir / "history.gz";
    gzFile file = gzopen(path.c_str(), "wb");
    for (int i = 0; i < 20'000; ++i) {
        gzprintf(file, "v%d\tview_item A 1763%06d\n", i * 7919 % 10007, i);
    }
    gzclose(file);
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    Process learn(
        {{program(), "learn", "--store", store, "--redis", redis.unix_url(), "--history", path},
         dir / "daemon.log"});
    BOOST_TEST(learn.wait().value_or(-1) == 1);
    BOOST_TEST(contains(log(), "history.gz: unreadable after line"), log());
    BOOST_TEST(snapshot() == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(learner_writing, Stopped)

BOOST_AUTO_TEST_CASE(changes_reach_the_old_generation_at_once_and_the_new_one) {
    change_price("7", "4.00 GBP");
    event("v", "purchase", "8");
    client.command({"DEL", "pz:item:9"});
    client.command({"XADD", "pz:catalog", "*", "id", "9"});
    BOOST_TEST(wait_until([&] {
        return served("7").price_micros == 4'000'000 && served("8").popularity > 0 &&
               !served("9").available();
    }));
    BOOST_TEST(!next_is_in_service());
    ::kill(writer, SIGCONT);
    BOOST_REQUIRE(wait_until([&] { return next_is_in_service(); }));
    BOOST_TEST(live("7").price_micros == 4'000'000);
    BOOST_TEST(live("8").popularity > 0);
    BOOST_TEST(!live("9").available());
    // And those that come later.
    change_price("7", "5.00 GBP");
    BOOST_TEST(wait_until([&] { return live("7").price_micros == 5'000'000; }));
    BOOST_TEST(staged_files() == 0U);
    learn.signal(SIGTERM);
    BOOST_TEST(learn.wait().value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(asked_to_end_it_leaves_nothing_behind) {
    learn.signal(SIGTERM);
    BOOST_TEST(learn.wait().value_or(-1) == 0);
    BOOST_TEST(ended(writer));
    BOOST_TEST(staged_files() == 0U);
    BOOST_TEST(!next_is_in_service());
}

BOOST_AUTO_TEST_CASE(killed_it_takes_its_writer_along) {
    learn.signal(SIGKILL);
    BOOST_TEST(learn.wait().value_or(-1) == 128 + SIGKILL);
    BOOST_TEST(wait_until([&] { return ended(writer); }));
    BOOST_TEST(!next_is_in_service());
    BOOST_TEST(learn_once().status == 0);
    BOOST_TEST(next_is_in_service());
    BOOST_TEST(staged_files() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_killed_writer_is_reported_and_another_one_writes) {
    Stopped stopped("1ms");
    ::kill(stopped.writer, SIGKILL);
    BOOST_TEST(wait_until([&] { return stopped.next_is_in_service(); }));
    BOOST_TEST(contains(stopped.log(), "killed by signal 9; trying again at the next interval"),
               stopped.log());
    BOOST_TEST(stopped.learn.running());
}

}  // namespace pz::test
