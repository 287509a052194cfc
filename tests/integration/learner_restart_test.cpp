// `personalize learn` ends and begins again: what was learned stays, and nothing counts twice.
#include <signal.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "integration/commands.hpp"

namespace pz::test {

namespace {

struct Restarts : Commands {
    Restarts() { import(); }
    Outcome learn_once(std::vector<std::string> options = {}) {
        options.insert(options.begin(), {"learn", "--store", store, "--redis", redis.unix_url(),
                                         "--once", "--group", "g"});
        return personalize(options);
    }
    std::string log() const { return dir.read("daemon.log"); }
    // A field of XINFO GROUPS; empty when there is none.
    std::string group(const std::string& field) {
        for (const RedisReply& group :
             client.command({"XINFO", "GROUPS", "pz:events:0"}).elements) {
            for (std::size_t i = 0; i + 1 < group.elements.size(); i += 2) {
                const RedisReply& value = group.elements[i + 1];
                if (group.elements[i].text == field) {
                    return value.type == RedisReply::Type::integer ? std::to_string(value.integer)
                                                                   : value.text;
                }
            }
        }
        return {};
    }
    // Redis 7 does.
    bool counts_entries() {
        const RedisReply info = client.command({"XINFO", "STREAM", "pz:events:0"});
        return std::any_of(info.elements.begin(), info.elements.end(),
                           [](const RedisReply& part) { return part.text == "entries-added"; });
    }
    std::string last_id() {
        return client.command({"XREVRANGE", "pz:events:0", "+", "-", "COUNT", "1"})
            .elements.at(0)
            .elements.at(0)
            .text;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(learner_restart, Restarts)

BOOST_AUTO_TEST_CASE(what_streams_have_trimmed_meanwhile_stays_learned) {
    event("v", "purchase", "B");
    event("v", "purchase", "C");
    BOOST_TEST(contains(learn_once().output, "3 items, 2 events"));
    const float before = live("B").popularity;
    client.command({"DEL", "pz:events:0"});
    event("w", "view_item", "A");
    const Outcome again = learn_once();
    BOOST_TEST(contains(again.output, "goes on from 2 events"), again.output);
    BOOST_TEST(contains(again.output, "generation 2: 3 items, 3 events"), again.output);
    BOOST_TEST(live("B").popularity > before * 0.999F);
    BOOST_TEST(live("B").popularity <= before);
    const auto now = snapshot();
    BOOST_TEST(now->neighbours(store::NeighbourKind::cross_sell, now->find("B")).size() == 1U);
}

BOOST_AUTO_TEST_CASE(asked_to_end_it_keeps_all_that_it_has_learned) {
    Process learn = daemon("1h");
    BOOST_REQUIRE(wait_until([&] { return generation_with("A"); }));
    event("v", "purchase", "B");
    BOOST_REQUIRE(wait_until([&] { return live("B").popularity > 0; }));
    learn.signal(SIGTERM);
    BOOST_TEST(learn.wait().value_or(-1) == 0);
    client.command({"DEL", "pz:events:0"});
    BOOST_TEST(contains(learn_once().output, "3 items, 1 events"));
}

BOOST_AUTO_TEST_CASE(events_of_an_absence_count_once_and_so_does_the_history) {
    const std::string now = std::to_string(std::time(nullptr) - 3600);
    const std::string history = dir.write("history.tsv", "v1\tpurchase B " + now + "\n");
    event("v", "view_item", "A");
    const Outcome first = learn_once({"--history", history, "--history", history});
    BOOST_TEST(contains(first.output, "3 items, 2 events"), first.output);
    BOOST_TEST(contains(first.output, "history: 0.00 million events in "), first.output);
    for (int i = 0; i < 2500; ++i) {
        event("v" + std::to_string(i), "view_item", "A");
    }
    const std::string copy = dir.write("copy.tsv", dir.read("history.tsv"));
    const Outcome second = learn_once({"--history", copy});
    BOOST_TEST(contains(second.output, "copy.tsv: learned before"), second.output);
    BOOST_TEST(contains(second.output, "3 items, 2502 events"), second.output);
    BOOST_TEST(contains(learn_once().output, "3 items, 2502 events"));
    BOOST_TEST(contains(learn_once({"--anew"}).output, "3 items, 2501 events"));
}

BOOST_AUTO_TEST_CASE(what_a_long_history_takes_is_said) {
    const std::string now = std::to_string(std::time(nullptr) - 3600);
    std::string lines;
    for (int i = 0; i < 100'000; ++i) {
        lines += "v" + std::to_string(i / 5) + "\tview_item B " + now + "\n";
    }
    const Outcome outcome = learn_once({"--history", dir.write("history.tsv", lines)});
    BOOST_TEST(contains(outcome.output, "history: 0.10 million events in "), outcome.output);
    BOOST_TEST(contains(outcome.output, "; for each million "), outcome.output);
    BOOST_TEST(contains(outcome.output, " s of a core and "), outcome.output);
}

// A wrong clock or unit, and a partition too few, would else look like a shop without visitors.
BOOST_AUTO_TEST_CASE(what_it_does_not_learn_is_told_of) {
    client.command({"XADD", "pz:events:0", "*", "v", "ann", "e", "view_item", "i", "A", "t",
                    std::to_string((std::time(nullptr) + 3 * 86400))});
    event("v", "view_item", "A");
    client.command({"XADD", "pz:events:1", "*", "v", "ann", "e", "view_item", "i", "A", "t",
                    std::to_string(std::time(nullptr))});
    const Outcome one = learn_once();
    BOOST_TEST(contains(one.output, "2 events, 1 of them refused for their time"), one.output);
    BOOST_TEST(contains(one.output, "1 events teach nothing: they are dated"), one.output);
    BOOST_TEST(contains(one.output, "pz:events:1 exists, and is not read"), one.output);
    const Outcome both = learn_once({"--partitions", "2"});
    BOOST_TEST(contains(both.output, ": 3 items, 3 events"), both.output);
    BOOST_TEST(!contains(both.output, "is not read"), both.output);
}

BOOST_AUTO_TEST_CASE(a_history_that_has_grown_is_refused) {
    const std::string now = std::to_string(std::time(nullptr) - 3600);
    std::string lines;
    for (int i = 0; i < 500; ++i) {
        lines += "v1\tview_item B " + now + "\n";
    }
    const std::string history = dir.write("history.tsv", lines);
    BOOST_TEST(learn_once({"--history", history}).status == 0);
    dir.write("history.tsv", lines + "v2\tview_item B " + now + "\n");
    const Outcome outcome = learn_once({"--history", history});
    BOOST_TEST(outcome.status == 1);
    BOOST_TEST(contains(outcome.output, "has grown since it was learned"), outcome.output);
    BOOST_TEST(snapshot()->generation() == 1U);
}

BOOST_AUTO_TEST_CASE(events_trimmed_before_they_were_learned_are_told_of) {
    event("v", "view_item", "A");
    BOOST_TEST(learn_once().status == 0);
    for (int i = 0; i < 10; ++i) {
        event("v", "view_item", "A");
    }
    client.command({"XTRIM", "pz:events:0", "MAXLEN", "4"});
    const Outcome outcome = learn_once();
    BOOST_TEST(contains(outcome.output, "3 items, 5 events"), outcome.output);
    if (!counts_entries()) {
        BOOST_TEST_MESSAGE("SKIPPED: this Redis does not count the entries that streams had");
        return;
    }
    BOOST_TEST(contains(outcome.output, "pz:events:0: 6 events were trimmed before"),
               outcome.output);
    BOOST_TEST(!contains(learn_once().output, "trimmed"));
}

BOOST_AUTO_TEST_CASE(a_redis_that_begins_anew_with_lower_ids_is_read_from_there) {
    event("v", "view_item", "A");
    Process learn = daemon();
    BOOST_TEST_REQUIRE(wait_until([&] { return contains(log(), "3 items, 1 events"); }), log());
    redis.kill9();
    redis.start();
    client = redis.client();
    BOOST_TEST_REQUIRE(wait_until([&] { return contains(log(), "answers again"); }), log());
    client.command({"XADD", "pz:events:0", "5-1", "v", "v", "e", "view_item", "i", "A", "t",
                    std::to_string(std::time(nullptr))});
    BOOST_TEST(wait_until([&] { return contains(log(), "3 items, 2 events"); }), log());
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_cannot_be_read_is_put_aside) {
    event("v", "view_item", "A");
    BOOST_TEST(learn_once().status == 0);
    dir.write("store.checkpoint", "no checkpoint at all");
    const Outcome outcome = learn_once();
    BOOST_TEST(outcome.status == 0, outcome.output);
    BOOST_TEST(contains(outcome.output, "store.checkpoint: damaged: "), outcome.output);
    BOOST_TEST(contains(outcome.output, "3 items, 1 events"), outcome.output);
    BOOST_TEST(dir.read("store.checkpoint.unreadable") == "no checkpoint at all");
    BOOST_TEST(contains(learn_once().output, "goes on from 1 events"));
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_cannot_be_written_keeps_no_generation_from_the_shop) {
    BOOST_REQUIRE(std::filesystem::create_directory(dir / "store.checkpoint"));
    std::filesystem::create_directory(dir / "store.checkpoint/full");
    std::filesystem::create_directory(dir / "store.checkpoint.unreadable");
    std::filesystem::create_directory(dir / "store.checkpoint.unreadable/full");
    const Outcome outcome = learn_once();
    BOOST_TEST(outcome.status == 0, outcome.output);
    BOOST_TEST(contains(outcome.output, "the last checkpoint stays"), outcome.output);
    BOOST_TEST(generation_with("A"));
}

BOOST_AUTO_TEST_CASE(a_second_learner_stands_by_and_takes_over) {
    event("v", "view_item", "A");
    Process first = daemon("1h");
    BOOST_REQUIRE(wait_until([&] { return generation_with("A"); }));
    const Outcome refused = learn_once();
    BOOST_TEST(refused.status == 1, refused.output);
    BOOST_TEST(contains(refused.output, "process " + std::to_string(first.pid()) + " is learning"),
               refused.output);
    Process second = daemon("1h");
    BOOST_TEST_REQUIRE(wait_until([&] { return contains(log(), "standing by"); }), log());
    BOOST_TEST(snapshot()->generation() == 1U);
    first.kill();
    BOOST_TEST(wait_until([&] { return snapshot()->generation() == 2U; }), log());
    BOOST_TEST(contains(log(), "taking over"), log());
    // Said once it is in service.
    BOOST_TEST(wait_until([&] { return contains(log(), "generation 2: 3 items, 1 events"); }),
               log());
    second.signal(SIGTERM);
    BOOST_TEST(second.wait().value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(learners_with_stores_of_their_own_take_nothing_from_each_other) {
    Process learn = daemon();
    const std::string other = dir / "other";
    Process second(
        {{program(), "learn", "--store", other, "--redis", redis.unix_url(), "--interval", "100ms"},
         dir / "other.log"});
    for (int i = 0; i < 100; ++i) {
        event("v", "view_item", "A");
    }
    BOOST_TEST(wait_until([&] { return contains(log(), "3 items, 100 events"); }), log());
    BOOST_TEST(wait_until([&] { return contains(dir.read("other.log"), ", 100 events"); }),
               dir.read("other.log"));
}

BOOST_AUTO_TEST_CASE(a_group_shows_how_far_the_stream_was_read) {
    event("v", "view_item", "A");
    event("v", "view_item", "B");
    BOOST_TEST(learn_once().status == 0);
    BOOST_TEST(group("name") == "g");
    BOOST_TEST(group("last-delivered-id") == last_id());
    BOOST_TEST(group("pending") == "0");
    const bool counts = counts_entries();
    BOOST_TEST((!counts || group("lag") == "0"));
    for (int i = 0; i < 3; ++i) {
        event("v", "view_item", "A");
    }
    BOOST_TEST((!counts || group("lag") == "3"));
    // Whoever reads as this group takes nothing from the learner.
    client.command({"XREADGROUP", "GROUP", "g", "thief", "STREAMS", "pz:events:0", ">"});
    BOOST_TEST(contains(learn_once().output, "3 items, 5 events"));
    BOOST_TEST(group("last-delivered-id") == last_id());
    Process learn(
        {{program(), "learn", "--store", store, "--redis", redis.unix_url(), "--group", "g"},
         dir / "daemon.log"});
    event("v", "view_item", "C");
    BOOST_TEST(wait_until([&] {
        return group("last-delivered-id") == last_id() && (!counts || group("lag") == "0");
    }));
}

BOOST_AUTO_TEST_CASE(a_redis_that_allows_no_groups_is_learned_from_all_the_same) {
    client.command({"ACL", "SETUSER", "default", "-xgroup"});
    event("v", "view_item", "A");
    const Outcome outcome = learn_once();
    BOOST_TEST(outcome.status == 0, outcome.output);
    BOOST_TEST(contains(outcome.output, "XINFO GROUPS does not show how far"), outcome.output);
    client.command({"ACL", "SETUSER", "default", "-xinfo"});
    event("v", "view_item", "A");
    BOOST_TEST(contains(learn_once().output, "3 items, 2 events"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
