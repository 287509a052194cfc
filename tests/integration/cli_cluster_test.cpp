// The commands that speak to all of a Redis Cluster: import, and learn, which loses and doubles
// nothing while servers and learner are lost.
#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "integration/commands.hpp"
#include "integration/support/fake_redis.hpp"
#include "integration/support/topology.hpp"
#include "redis/slots.hpp"

namespace pz::test {

namespace {

constexpr unsigned kPartitions = 4;
constexpr std::size_t kPrimaries = 3;
// A failover takes seconds, and the learner tries each second.
constexpr Duration kFailover = 30s;

std::string stream(unsigned partition) {
    return "pz:events:" + std::to_string(partition);
}

struct Shop {
    TempDir dir;
    RedisCluster cluster;
    std::string store = dir / "store";
    std::size_t runs = 0, events = 0;

    explicit Shop(bool replicas = false) : cluster(dir, kPrimaries, replicas) {}

    Outcome personalize(std::vector<std::string> words) {
        words.insert(words.begin(), program());
        words.insert(words.end(), {"--redis", cluster.url()});
        return run(words, dir / ("run" + std::to_string(runs++)));
    }
    Outcome import(std::string_view feed = kFeed, std::vector<std::string> options = {}) {
        options.insert(options.begin(), {"import", dir.write("feed.tsv", feed)});
        return personalize(options);
    }
    Outcome learn_once() {
        return personalize(
            {"learn", "--store", store, "--partitions", std::to_string(kPartitions), "--once"});
    }
    Process learner(const std::string& interval = "50ms") {
        return Process(
            {{program(), "learn", "--store", store, "--redis", cluster.url(), "--partitions",
              std::to_string(kPartitions), "--interval", interval, "--checkpoint", "50ms"},
             dir / "learn.log"});
    }
    std::string log() const { return dir.read("learn.log"); }
    // One for each stream.
    void add_events() {
        const std::string now = std::to_string(std::time(nullptr));
        for (unsigned i = 0; i < kPartitions; ++i, ++events) {
            const RedisReply reply = cluster.command(
                stream(i), {"XADD", stream(i), "*", "v", "v" + std::to_string(events % 7), "e",
                            "view_item", "i", "A", "t", now});
            BOOST_REQUIRE_MESSAGE(reply.type == RedisReply::Type::text, reply.text);
        }
    }
    bool learned_all() const {
        const std::string all = ": 3 items, " + std::to_string(events) + " events";
        return wait_until([&] { return contains(log(), all); }, kFailover);
    }
    std::string field(const std::string& id, const std::string& name) const {
        return cluster.command("pz:item:" + id, {"HGET", "pz:item:" + id, name}).text;
    }
    std::unique_ptr<const store::Snapshot> snapshot() const {
        auto opened = store::Snapshot::open(store);
        return opened.ok() ? std::move(*opened) : nullptr;
    }
};

// `count` items: I0, I1, ...
std::string feed_of(std::size_t count, std::string_view price = "1.00 GBP") {
    std::string feed = "id\ttitle\tlink\tprice\tavailability\n";
    for (std::size_t i = 0; i < count; ++i) {
        const std::string id = "I" + std::to_string(i);
        feed +=
            id + "\tItem\thttps://shop.example/" + id + "\t" + std::string(price) + "\tin_stock\n";
    }
    return feed;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cli_cluster)

BOOST_AUTO_TEST_CASE(a_feed_is_spread_over_all_servers_and_found_again) {
    Shop shop;
    const Outcome imported = shop.import(feed_of(1500));
    BOOST_TEST(imported.status == 0, imported.output);
    BOOST_TEST(contains(imported.output, "1500 items imported, 0 skipped"), imported.output);
    std::size_t items = 0;
    for (std::size_t i = 0; i < kPrimaries; ++i) {
        const auto keys = shop.cluster.node(i).command({"KEYS", "pz:item:*"}).elements.size();
        BOOST_TEST(keys > 0U);
        items += keys;
    }
    BOOST_TEST(items == 1500U);
    BOOST_TEST(shop.cluster.command("pz:catalog", {"XLEN", "pz:catalog"}).integer == 1500);
    const Outcome fewer = shop.import(feed_of(1490), {"--complete"});
    BOOST_TEST(contains(fewer.output, "10 items that the feed lacks marked out of stock"),
               fewer.output);
    BOOST_TEST(shop.field("I1495", "availability") == "out_of_stock");
    BOOST_TEST(shop.field("I1489", "availability") == "in_stock");
    const Outcome learned = shop.learn_once();
    BOOST_TEST(contains(learned.output, "generation 1: 1500 items, 0 events"), learned.output);
}

// Its stream may be on another server than the item.
BOOST_AUTO_TEST_CASE(an_item_is_named_when_its_record_is_there) {
    Shop shop;
    BOOST_REQUIRE(shop.import().status == 0);
    const std::size_t named = shop.cluster.holder("pz:catalog");
    std::string away;
    for (const std::string id : {"A", "B", "C"}) {
        away = shop.cluster.holder("pz:item:" + id) != named ? id : away;
    }
    BOOST_REQUIRE(!away.empty());
    RedisNode& holder = shop.cluster.node(shop.cluster.holder("pz:item:" + away));
    const auto names = [&] {
        return shop.cluster.node(named).command({"XLEN", "pz:catalog"}).integer;
    };
    BOOST_TEST(names() == 3);
    // It takes writes, but carries none out.
    holder.command({"CLIENT", "PAUSE", "60000", "WRITE"});
    Process import({{program(), "import", shop.dir.write("feed.tsv", std::string(kFeed)), "--redis",
                     shop.cluster.url()},
                    shop.dir / "import.log"});
    BOOST_TEST(wait_until([&] {
        return contains(holder.command({"CLIENT", "LIST"}).text, "cmd=hset");
    }));
    BOOST_TEST(!wait_until([&] { return names() != 3; }, 200ms));
    holder.command({"CLIENT", "UNPAUSE"});
    BOOST_TEST(import.wait().value_or(-1) == 0, shop.dir.read("import.log"));
    BOOST_TEST(names() == 6);
}

BOOST_AUTO_TEST_CASE(import_goes_on_while_slots_move_and_a_server_is_lost) {
    Shop shop(true);
    BOOST_REQUIRE(shop.import(feed_of(300)).status == 0);
    const std::string key = "pz:item:I7";
    const std::size_t from = shop.cluster.holder(key);
    const std::size_t to = (from + 1) % kPrimaries;
    shop.cluster.begin_move(redis::slot_of(key), from, to);
    const Outcome moving = shop.import(feed_of(301, "2.00 GBP"));
    BOOST_TEST(moving.status == 0, moving.output);
    shop.cluster.move_keys(redis::slot_of(key), from, to);
    const Outcome moved = shop.import(feed_of(300, "3.00 GBP"), {"--complete"});
    BOOST_TEST(contains(moved.output, "1 items that the feed lacks"), moved.output);
    shop.cluster.end_move(redis::slot_of(key), from, to);
    BOOST_TEST(shop.field("I7", "price") == "3.00 GBP");
    BOOST_TEST_REQUIRE(shop.cluster.replicated(to));
    shop.cluster.node(to).kill9();
    const Outcome lost = shop.import(feed_of(300, "4.00 GBP"));
    BOOST_TEST(lost.status == 0, lost.output);
    for (const std::string id : {"I1", "I7", "I299"}) {
        BOOST_TEST(shop.field(id, "price") == "4.00 GBP");
    }
}

BOOST_AUTO_TEST_CASE(prices_and_events_reach_the_store) {
    Shop shop;
    BOOST_REQUIRE(shop.import().status == 0);
    shop.add_events();
    Process learn = shop.learner("1h");
    BOOST_TEST_REQUIRE(shop.learned_all(), shop.log());
    const auto store = shop.snapshot();
    BOOST_REQUIRE(store != nullptr);
    const store::ItemIndex apron = store->find("A");
    const auto changed = [&](const std::string& price) {
        shop.cluster.command("pz:item:A", {"HSET", "pz:item:A", "price", price + ".00 GBP"});
        shop.cluster.command("pz:catalog", {"XADD", "pz:catalog", "*", "id", "A"});
        return wait_until(
            [&] { return store->live(apron).price_micros == std::stoll(price) * 1'000'000; });
    };
    BOOST_TEST(changed("4"));
    const float before = store->live(apron).popularity;
    shop.add_events();
    BOOST_TEST(wait_until([&] { return store->live(apron).popularity > before * 1.5F; }));
    BOOST_TEST(changed("5"));
    learn.signal(SIGTERM);
    BOOST_TEST(learn.wait().value_or(-1) == 0);
    const std::size_t place = shop.cluster.holder(stream(1));
    const auto groups = shop.cluster.node(place).command({"XINFO", "GROUPS", stream(1)});
    BOOST_TEST(groups.elements.size() == 1U);
}

// Streams of many pages.
BOOST_AUTO_TEST_CASE(what_waits_is_learned_in_one_go) {
    Shop shop;
    BOOST_REQUIRE(shop.import().status == 0);
    const std::string now = std::to_string(std::time(nullptr));
    for (unsigned i = 0; i < kPartitions; ++i) {
        std::vector<std::vector<std::string>> commands(
            2500, {"XADD", stream(i), "*", "v", "v", "e", "view_item", "i", "A", "t", now});
        shop.cluster.node(shop.cluster.holder(stream(i))).client().pipeline(commands);
    }
    const Outcome outcome = shop.learn_once();
    BOOST_TEST(contains(outcome.output, ": 3 items, 10000 events"), outcome.output);
    BOOST_TEST(contains(shop.learn_once().output, ": 3 items, 10000 events"));
}

// The learner is killed with kill -9 at any moment, streams move, and the server of a stream is
// lost for good: what was acknowledged is learned, once.
BOOST_AUTO_TEST_CASE(the_learner_loses_and_doubles_nothing) {
    Shop shop(true);
    BOOST_REQUIRE(shop.import().status == 0);
    for (unsigned kills = 0; kills < 12; ++kills) {
        shop.add_events();
        Process learn = shop.learner();
        shop.add_events();
        if (kills % 3 == 2) {
            BOOST_TEST_REQUIRE(shop.learned_all(), shop.log());
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(kills * 15));
        }
        learn.signal(SIGKILL);
        BOOST_REQUIRE_EQUAL(learn.wait().value_or(-1), 128 + SIGKILL);
    }
    Process learn = shop.learner();
    BOOST_TEST_REQUIRE(shop.learned_all(), shop.log());
    // A stream goes to another server while it is read.
    const unsigned slot = redis::slot_of(stream(0));
    const std::size_t from = shop.cluster.holder(stream(0));
    const std::size_t to = (from + 1) % kPrimaries;
    shop.cluster.begin_move(slot, from, to);
    shop.add_events();
    BOOST_TEST_REQUIRE(shop.learned_all(), shop.log());
    shop.cluster.move_keys(slot, from, to);
    shop.cluster.end_move(slot, from, to);
    shop.add_events();
    BOOST_TEST_REQUIRE(shop.learned_all(), shop.log());
    // Its new server is lost.
    shop.add_events();
    BOOST_TEST_REQUIRE(shop.cluster.replicated(to));
    const std::size_t successor = shop.cluster.replica_of(to);
    const auto lost = std::chrono::steady_clock::now();
    shop.cluster.node(to).kill9();
    BOOST_TEST_REQUIRE(wait_until(
        [&] {
            return shop.cluster.node(successor).command({"XLEN", stream(0)}).type ==
                   RedisReply::Type::integer;
        },
        kFailover));
    BOOST_TEST_REQUIRE(wait_until(
        [&] {
            return contains(shop.cluster.node(successor).command({"ROLE"}).elements.at(0).text,
                            "master");
        },
        kFailover));
    shop.add_events();
    BOOST_TEST_REQUIRE(shop.learned_all(), shop.log());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - lost;
    BOOST_TEST_MESSAGE("learned again " << took.count()
                                        << " s after kill -9 of the server of a stream; "
                                        << shop.events << " events, each once");
    learn.signal(SIGTERM);
    BOOST_TEST(learn.wait().value_or(-1) == 0);
    BOOST_TEST(contains(shop.learn_once().output,
                        ": 3 items, " + std::to_string(shop.events) + " events"));
}

BOOST_AUTO_TEST_CASE(what_is_no_cluster_is_said) {
    const TempDir dir;
    const RedisNode single(dir, "single");
    const auto exported = [&](const std::string& url) {
        const Outcome outcome = run({program(), "export", "anna", "--redis", url}, dir / "log");
        BOOST_TEST(outcome.status == 1);
        return outcome.output;
    };
    const std::string wrong = exported("redis+cluster://" + single.address());
    BOOST_TEST(contains(wrong, "redis at " + single.address()), wrong);
    BOOST_TEST(contains(wrong, "write redis instead of redis+cluster"), wrong);
    RedisCluster cluster(dir, kPrimaries);
    const std::size_t other = (cluster.holder("pz:{anna}:events") + 1) % kPrimaries;
    const std::string moved = exported("redis://" + cluster.node(other).address());
    BOOST_TEST(contains(moved, "write redis+cluster instead of redis"), moved);
}

// Servers that send each other's clients in a circle.
BOOST_AUTO_TEST_CASE(a_circle_of_redirections_ends) {
    const TempDir dir;
    const std::string port = std::to_string(free_port());
    const FakeRedis fake("127.0.0.1:" + port, [&](const FakeRedis::Command& command) {
        if (command[0] == "CLUSTER") {
            return "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:" + port + "\r\n";
        }
        return command[0] == "LRANGE" ? "-MOVED 1 127.0.0.1:" + port + "\r\n"
                                      : FakeRedis::empty_answer(command);
    });
    const Outcome outcome = run(
        {program(), "export", "anna", "--redis", "redis+cluster://127.0.0.1:" + port}, dir / "log");
    BOOST_TEST(outcome.status == 1);
    BOOST_TEST(contains(outcome.output, "sent from server to server"), outcome.output);
    BOOST_TEST(fake.received("LRANGE") <= 10U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
