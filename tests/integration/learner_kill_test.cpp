// The learner is killed again and again, at moments that nobody chose, while visitors ask for pages
// and events come in.
#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>

#include "integration/commands.hpp"
#include "integration/support/edge.hpp"
#include "integration/support/load.hpp"

namespace pz::test {

namespace {

constexpr int kKills = 200;
constexpr int kKillsBetweenTrims = 20;
constexpr unsigned kPartitions = 2;
// Another shop with the same catalog, which gets all events too and keeps them.
constexpr const char* kKeeping = "keeping:";

struct Killed {
    Edge edge{{.location = "personalize_widget '#w1' popular limit=4 min=1 template=tile;",
               .store = false}};
    RedisClient client = edge.redis->client();
    std::string store = edge.path("store.pz");
    std::mt19937 random{20240607};
    std::uint64_t events = 0, generation = 0;
    int staged = 0, staged_checkpoints = 0;  // how often a kill left one

    Killed() {
        for (std::size_t i = 1; i <= kItems; ++i) {
            for (const std::string prefix : {"pz:", kKeeping}) {
                client.command({"HSET", prefix + "item:" + item_id(i), "title", item_id(i), "link",
                                "/product/" + item_id(i), "price", "1.00 GBP"});
            }
        }
    }
    std::vector<std::string> command(const std::string& path) const {
        return {program(),      "learn",
                "--store",      path,
                "--redis",      edge.redis->unix_url(),
                "--partitions", std::to_string(kPartitions),
                "--interval",   "1ms",
                "--checkpoint", "1ms"};
    }
    Process learner() { return Process({command(store), edge.path("learn.log")}); }
    unsigned below(unsigned limit) { return static_cast<unsigned>(random() % limit); }
    void add_events(unsigned count) {
        const std::string now = std::to_string(std::time(nullptr));
        for (unsigned i = 0; i < count; ++i, ++events) {
            const std::string stream = "events:" + std::to_string(below(kPartitions));
            const std::string visitor = "v" + std::to_string(below(30));
            const std::string name = below(4) == 0 ? "purchase" : "view_item";
            const std::string item = item_id(1 + below(kItems));
            for (const std::string prefix : {"pz:", kKeeping}) {
                client.command(
                    {"XADD", prefix + stream, "*", "v", visitor, "e", name, "i", item, "t", now});
            }
        }
    }
    std::unique_ptr<const store::Snapshot> open(const std::string& path) const {
        auto opened = store::Snapshot::open(path);
        return opened.ok() ? std::move(*opened) : nullptr;
    }
    bool there(const std::string& part) const {
        for (const auto& entry : std::filesystem::directory_iterator(edge.dir.path())) {
            if (contains(entry.path().filename(), part)) {
                return true;
            }
        }
        return false;
    }
    // A moment of the learner's life: its start, a generation being written, a checkpoint being
    // written, after a generation; then some more time, which is what this test is about.
    void wait_for_some_moment() {
        constexpr Duration kLongEnough{300};
        const unsigned kind = below(4);
        if (kind == 2) {
            meet_a_checkpoint(kLongEnough);
            return;
        }
        if (kind > 0) {
            wait_until(
                [&] {
                    const auto now = kind == 3 ? open(store) : nullptr;
                    return kind == 3 ? now && now->generation() > generation
                                     : there("store.pz.tmp.");
                },
                kLongEnough);
        }
        std::this_thread::sleep_for(std::chrono::microseconds(below(kind == 0 ? 60'000 : 4'000)));
    }
    // It is written in less than wait_until() would sleep.
    void meet_a_checkpoint(Duration patience) const {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (!there(".checkpoint.tmp.") && std::chrono::steady_clock::now() < end) {
        }
    }
    void kill_once() {
        add_events(below(6));
        Process learn = learner();
        add_events(below(6));
        wait_for_some_moment();
        learn.signal(SIGKILL);
        BOOST_REQUIRE_EQUAL(learn.wait().value_or(-1), 128 + SIGKILL);
        staged += there("store.pz.tmp.") ? 1 : 0;
        staged_checkpoints += there(".checkpoint.tmp.") ? 1 : 0;
        check_store();
    }
    void check_store() {
        if (generation == 0 && !std::filesystem::exists(store)) {
            return;  // none was written yet
        }
        const auto now = open(store);
        BOOST_REQUIRE(now != nullptr);
        BOOST_REQUIRE_EQUAL(now->item_count(), kItems);
        BOOST_REQUIRE_GE(now->generation(), generation);
        generation = now->generation();
    }
    // A learner that is not killed has all events, each once. What it keeps when it is asked to end
    // is all that there is then: the streams are emptied.
    void catch_up() {
        add_events(1);  // whose number stands in no line of before
        Process learn = learner();
        const std::string all = ": 20 items, " + std::to_string(events) + " events";
        BOOST_TEST_REQUIRE(wait_until([&] { return contains(edge.dir.read("learn.log"), all); }),
                           "wanted " << all);
        learn.signal(SIGTERM);
        BOOST_TEST(learn.wait().value_or(-1) == 0);
        for (unsigned i = 0; i < kPartitions; ++i) {
            client.command({"XTRIM", "pz:events:" + std::to_string(i), "MAXLEN", "0"});
        }
        check_store();
    }
    // As one that reads all events in one go.
    void compare_with_one_that_never_ended() {
        std::vector<std::string> once = command(edge.path("whole.pz"));
        once.insert(once.end(), {"--once", "--prefix", kKeeping});
        const Outcome outcome = run(once, edge.path("whole.log"));
        BOOST_REQUIRE_EQUAL(outcome.status, 0);
        const auto killed = open(store);
        const auto whole = open(edge.path("whole.pz"));
        BOOST_REQUIRE((killed && whole));
        BOOST_TEST(killed->sessions().size() == whole->sessions().size());
        for (std::size_t i = 1; i <= kItems; ++i) {
            const auto item = whole->find(item_id(i));
            const auto same = killed->find(item_id(i));
            BOOST_TEST(std::abs(killed->live(same).popularity / whole->live(item).popularity - 1) <
                       1e-3);
            const auto pairs = whole->neighbours(store::NeighbourKind::cross_sell, item);
            const auto others = killed->neighbours(store::NeighbourKind::cross_sell, same);
            BOOST_REQUIRE(pairs.size() == others.size());
            for (std::size_t k = 0; k < pairs.size(); ++k) {
                BOOST_TEST(std::abs(pairs[k].score - others[k].score) < 1e-3F);
            }
        }
    }
};

std::string whole_page(const Request&, const Response& response) {
    return response.status == 200 && response.complete &&
                   without_widgets(response.body) == without_widgets(home_page())
               ? ""
               : "status " + std::to_string(response.status) + " " + response.problem;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(learner_kill)

BOOST_AUTO_TEST_CASE(killed_two_hundred_times_it_loses_and_doubles_nothing) {
    Killed shop;
    Load visitors(
        shop.edge.nginx->address(), 1, [](std::size_t) { return Request{.path = "/"}; },
        whole_page);
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < kKills; ++i) {
        shop.kill_once();
        if (i % kKillsBetweenTrims == kKillsBetweenTrims - 1) {
            shop.catch_up();
        }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    BOOST_TEST(visitors.more(10));
    visitors.stop();
    BOOST_TEST(visitors.failures() == 0U, visitors.messages());
    BOOST_TEST(shop.generation > 1U);
    shop.compare_with_one_that_never_ended();
    BOOST_TEST(!shop.there(".tmp."));
    BOOST_TEST(!shop.there(".unreadable"));
    BOOST_TEST(wait_until([&] {
        return !tiles_of(shop.edge.get("/").body, "w1").empty() &&
               contains(shop.edge.get("/").body, "data-id");
    }));
    // Else no kill ever met what it is about.
    BOOST_TEST(shop.staged > 0);
    BOOST_TEST(shop.staged_checkpoints > 0);
    std::cout << kKills << " kills in " << took.count() << " s: " << shop.staged
              << " while a generation was written, " << shop.staged_checkpoints
              << " while a checkpoint was; " << shop.generation << " generations, " << shop.events
              << " events, each learned once; " << visitors.requests() << " pages, "
              << visitors.failures() << " failed\n";
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
