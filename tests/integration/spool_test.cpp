// The spool: events that are acknowledged while Redis is away, and come to it later.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "integration/spool_shop.hpp"
#include "integration/support/edge.hpp"
#include "integration/support/fake_redis.hpp"
#include "integration/support/print.hpp"
#include "redis/commands.hpp"

namespace pz::test {

namespace {

int post(const Edge& edge, std::string_view item, std::string_view id = {}) {
    return edge.post("/beacon", view_beacon(item, id), visitor("anna")).status;
}

// Items of the stream, in its order.
std::string streamed(const Edge& edge) {
    List items;
    for (const Values& entry : edge.stream()) {
        items.push_back(entry.at("i"));
    }
    return joined(items);
}

bool stream_becomes(const Edge& edge, const std::string& items) {
    return wait_until([&] { return streamed(edge) == items; });
}

// Redis is away, and the edge knows.
void take_redis_away(Edge& edge) {
    edge.redis->kill9();
    BOOST_REQUIRE(wait_until([&] { return !edge.redis_ready(); }));
}

// The process gets no descriptor more than it has.
class NoDescriptors {
  public:
    explicit NoDescriptors(pid_t process) : process_(process) {
        ::prlimit(process_, RLIMIT_NOFILE, nullptr, &before_);
        const rlimit none{0, before_.rlim_max};
        ::prlimit(process_, RLIMIT_NOFILE, &none, nullptr);
    }
    ~NoDescriptors() { ::prlimit(process_, RLIMIT_NOFILE, &before_, nullptr); }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

  private:
    const pid_t process_;
    rlimit before_{};
};

// A file system of its own, of 96 KiB, that only the tests and what they start see.
class SmallDisk {
  public:
    explicit SmallDisk(std::string path) : path_(std::move(path)) {
        std::filesystem::create_directory(path_);
        mounted_ = ::unshare(CLONE_NEWNS) == 0 &&
                   ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                   ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=96k") == 0;
    }
    ~SmallDisk() {
        if (mounted_) {
            ::umount2(path_.c_str(), MNT_DETACH);
        }
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    bool mounted() const { return mounted_; }
    // Takes so much of it, or all that is left, until free().
    void take(std::size_t bytes) const {
        std::ofstream file(path_ + "/taken");
        file << std::string(bytes, 'x') << std::flush;
    }
    void free() const { std::filesystem::remove(path_ + "/taken"); }

  private:
    const std::string path_;
    bool mounted_ = false;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(spool)

BOOST_AUTO_TEST_CASE(events_taken_while_redis_is_away_come_when_it_is_back) {
    Edge edge(shop());
    take_redis_away(edge);
    BOOST_CHECK_EQUAL(post(edge, "A"), 204);
    edge.origin.page("/item", {"<p>ok</p>"});
    BOOST_CHECK_EQUAL(edge.get("/item?id=B", visitor("anna")).body, "<p>ok</p>");
    BOOST_CHECK_EQUAL(post(edge, "C", "c1"), 204);
    BOOST_CHECK_EQUAL(edge.status("events_spooled"), 3);
    BOOST_CHECK_EQUAL(edge.status("events_failed"), 0);
    BOOST_CHECK_EQUAL(edge.status("spool.files"), 1);
    BOOST_CHECK_GT(edge.status("spool.bytes"), 100);
    BOOST_CHECK(edge.nginx->logged("for Redis: Redis is away"));
    edge.redis->start();
    BOOST_CHECK(stream_becomes(edge, "A B C"));
    BOOST_CHECK(edge.status_reaches("events_replayed", 3));
    BOOST_CHECK(wait_until([&] { return files(edge) == 0; }));
    BOOST_CHECK(edge.nginx->logged("Redis has the 3 events that waited for it"));
    const List events = edge.events("anna");
    BOOST_REQUIRE_EQUAL(events.size(), 3);
    BOOST_CHECK(events[0].starts_with("view_item C ") && events[2].starts_with("view_item A "));
    BOOST_CHECK_GT(edge.redis->client().integer({"TTL", "pz:{anna}:events"}), 0);
    BOOST_CHECK_EQUAL(post(edge, "D"), 204);
    BOOST_CHECK_EQUAL(streamed(edge), "A B C D");
    BOOST_CHECK_EQUAL(edge.status("events_spooled"), 3);
}

BOOST_AUTO_TEST_CASE(an_event_with_an_id_whose_answer_was_lost_is_there_once) {
    Edge edge(shop());
    edge.redis->freeze();
    BOOST_CHECK_EQUAL(post(edge, "A", "a1"), 204);  // it waits in Redis's socket, and in the spool
    BOOST_CHECK_EQUAL(edge.status("events_spooled"), 1);
    edge.redis->thaw();
    BOOST_CHECK(edge.status_reaches("events_replayed", 1));
    BOOST_CHECK_EQUAL(streamed(edge), "A");
    BOOST_CHECK_EQUAL(edge.events("anna").size(), 1);
}

BOOST_AUTO_TEST_CASE(an_event_with_an_id_is_there_once_however_often_it_comes) {
    Edge edge(shop());
    BOOST_CHECK_EQUAL(post(edge, "A", "a1"), 204);
    BOOST_CHECK_EQUAL(post(edge, "A", "a1"), 204);
    BOOST_CHECK_EQUAL(post(edge, "B", "a1"), 204);  // another item of the same purchase
    BOOST_CHECK_EQUAL(streamed(edge), "A B");
    take_redis_away(edge);
    edge.redis->start();
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    BOOST_CHECK_EQUAL(post(edge, "C", "c1"), 204);
    BOOST_CHECK_EQUAL(post(edge, "C", "c1"), 204);
    BOOST_CHECK(stream_becomes(edge, "C"));
    const auto redis = edge.redis->client();
    const auto marks = RedisClient(redis).command({"KEYS", "pz:once:*"}).texts();
    BOOST_REQUIRE_EQUAL(marks.size(), 1);
    BOOST_CHECK_GT(RedisClient(redis).integer({"TTL", marks[0]}), 86000);
    const auto bytes = RedisClient(redis).integer({"MEMORY", "USAGE", marks[0]});
    BOOST_TEST_MESSAGE("a mark takes " << bytes << " bytes");
}

BOOST_AUTO_TEST_CASE(what_a_killed_worker_held_another_replays) {
    Edge edge(shop("fsync=off", 2));
    edge.nginx->expect_in_log("exited on signal 9");
    take_redis_away(edge);
    std::string items;
    for (int i = 0; i < 20; i++) {
        items += "I" + std::to_string(i) + " ";
        BOOST_CHECK_EQUAL(post(edge, "I" + std::to_string(i), std::to_string(i)), 204);
    }
    for (const pid_t worker : edge.nginx->workers()) {
        ::kill(worker, SIGKILL);
    }
    BOOST_REQUIRE(wait_until([&] { return edge.nginx->workers().size() == 2; }));
    edge.redis->start();
    BOOST_CHECK(wait_until([&] { return edge.stream().size() == 20; }));
    BOOST_CHECK(wait_until([&] { return files(edge) == 0; }));
    BOOST_CHECK_EQUAL(edge.stream().size(), 20);
}

BOOST_AUTO_TEST_CASE(what_a_worker_that_left_held_its_successor_replays) {
    Edge edge(shop("fsync=always"));
    take_redis_away(edge);
    BOOST_CHECK_EQUAL(post(edge, "A"), 204);
    BOOST_REQUIRE(edge.nginx->reload());
    BOOST_CHECK_EQUAL(post(edge, "B"), 204);
    edge.redis->start();
    BOOST_CHECK(wait_until([&] { return edge.stream().size() == 2; }));
    BOOST_CHECK(wait_until([&] { return files(edge) == 0; }));
    const auto took = edge.nginx->quit();
    BOOST_REQUIRE(took.has_value());
    BOOST_CHECK_LT(took->count(), 5000);
}

BOOST_AUTO_TEST_CASE(a_worker_that_leaves_in_a_replay_waits_for_the_answers) {
    std::atomic<bool> held = true;
    FakeRedis::Answer answer = [&](const FakeRedis::Command& command) {
        if (command[0] == "LPUSH") {
            wait_until([&] { return !held; });
        }
        return FakeRedis::empty_answer(command);
    };
    EdgeOptions options = shop();
    options.redis = false;
    options.timeout = "5s";  // within which the answer must come
    Edge edge(options);
    BOOST_CHECK_EQUAL(post(edge, "A"), 204);
    BOOST_CHECK_EQUAL(edge.status("events_spooled"), 1);
    const FakeRedis redis(edge.dir / "redis.sock", answer);
    BOOST_REQUIRE(wait_until([&] { return redis.received("LPUSH") == 1; }));
    BOOST_CHECK(edge.nginx->reload());
    held = false;
    BOOST_CHECK(wait_until([&] { return files(edge) == 0; }));
    BOOST_CHECK_EQUAL(redis.received("LPUSH"), 1);
    BOOST_CHECK_EQUAL(edge.status("events_replayed"), 1);
}

BOOST_AUTO_TEST_CASE(what_the_disk_did_not_get_is_not_acknowledged) {
    Edge edge(shop("fsync=always"));
    edge.nginx->expect_in_log("Too many open files");
    take_redis_away(edge);
    HttpClient client = edge.nginx->client();
    const auto send = [&](std::string_view item) {
        return client
            .fetch({.path = "/beacon",
                    .headers = visitor("anna"),
                    .method = "POST",
                    .body = view_beacon(item)})
            .status;
    };
    // Two of them: what checks a type when it is first met (UBSan) needs a descriptor for it.
    BOOST_CHECK_EQUAL(send("A"), 204);
    BOOST_CHECK_EQUAL(send("B"), 204);
    {
        const NoDescriptors worker(edge.nginx->workers().at(0));
        BOOST_CHECK_EQUAL(send("C"), 503);  // there is none to sync it by
    }
    BOOST_CHECK_EQUAL(send("D"), 204);
    BOOST_CHECK_EQUAL(files(edge), 2);  // never again into the file of which a sync failed
    BOOST_CHECK_EQUAL(edge.status("events_failed"), 1);
    BOOST_CHECK(edge.nginx->logged("fdatasync: Bad file descriptor"));
    edge.redis->start();
    BOOST_CHECK(stream_becomes(edge, "A B C D"));
}

BOOST_AUTO_TEST_CASE(where_eval_is_denied_events_with_an_id_come_without_it) {
    Edge edge(shop());
    edge.redis->client().command({"ACL", "SETUSER", "default", "-eval"});
    BOOST_CHECK_EQUAL(post(edge, "A", "a1"), 204);
    BOOST_CHECK(stream_becomes(edge, "A"));
    BOOST_CHECK(wait_until([&] { return files(edge) == 0; }));
    BOOST_CHECK_EQUAL(edge.events("anna").size(), 1);
    BOOST_CHECK(edge.nginx->logged("Redis allows no EVAL"));
    BOOST_CHECK_EQUAL(post(edge, "B"), 204);
    BOOST_CHECK(stream_becomes(edge, "A B"));
}

BOOST_AUTO_TEST_CASE(a_redis_that_is_loading_is_away) {
    FakeRedis::Answer loading = [](const FakeRedis::Command& command) {
        const bool write = command[0] == "LPUSH" || command[0] == "XADD" || command[0] == "EVAL";
        return write ? "-LOADING Redis is loading the dataset in memory\r\n"
                     : FakeRedis::empty_answer(command);
    };
    EdgeOptions options = shop();
    options.redis = false;
    Edge edge(options);
    const FakeRedis redis(edge.dir / "redis.sock", loading);
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    BOOST_CHECK_EQUAL(post(edge, "A"), 204);
    BOOST_CHECK_EQUAL(post(edge, "B", "b"), 204);
    BOOST_CHECK_EQUAL(edge.status("events_spooled"), 2);
    BOOST_CHECK(edge.nginx->logged("for Redis: LOADING"));
}

BOOST_AUTO_TEST_CASE(what_redis_will_never_take_holds_nobody_up) {
    std::atomic<bool> loading = true;
    FakeRedis::Answer answer = [&](const FakeRedis::Command& command) -> std::string {
        if (command[0] == "LPUSH" && loading) {
            return "-LOADING Redis is loading the dataset in memory\r\n";
        }
        return command[0] == "LPUSH" && command[1] == "pz:{anna}:events"
                   ? "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
                   : FakeRedis::empty_answer(command);
    };
    EdgeOptions options = shop();
    options.redis = false;
    Edge edge(options);
    const FakeRedis redis(edge.dir / "redis.sock", answer);
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    BOOST_CHECK_EQUAL(post(edge, "A"), 204);
    BOOST_CHECK_EQUAL(edge.post("/beacon", view_beacon("B"), visitor("bert")).status, 204);
    BOOST_CHECK_EQUAL(edge.status("events_spooled"), 2);
    loading = false;
    BOOST_CHECK(wait_until([&] { return files(edge) == 0; }));
    BOOST_CHECK_EQUAL(edge.status("events_replayed"), 1);
    BOOST_CHECK_EQUAL(edge.status("events_unreplayable"), 1);
    BOOST_CHECK_EQUAL(redis.received("XADD"), 2);  // the stream had both the first time
    BOOST_CHECK(edge.nginx->logged("will never take are dropped: WRONGTYPE"));
    BOOST_CHECK_EQUAL(post(edge, "C"), 503);
    BOOST_CHECK_EQUAL(edge.status("events_spooled"), 2);
}

BOOST_AUTO_TEST_CASE(a_full_spool_acknowledges_nothing_more) {
    Edge edge(shop("max_size=1m"));
    take_redis_away(edge);
    std::string many;
    for (int i = 0; i < 25; i++) {
        many += (i == 0 ? "[" : ",") + view_beacon(std::string(50, 'x'), std::string(200, 'y'));
    }
    many += "]";
    std::size_t taken = 0;
    int status = 204;
    for (int i = 0; i < 1000 && status == 204; i++) {
        status = edge.post("/beacon", many, visitor("anna")).status;
        taken += status == 204 ? 25 : 0;
    }
    BOOST_CHECK_EQUAL(status, 503);
    BOOST_CHECK_GT(taken, 1000);
    BOOST_CHECK_EQUAL(edge.status("events_spooled"), static_cast<double>(taken));
    BOOST_CHECK_EQUAL(edge.status("spool_full"), 25);
    BOOST_CHECK_EQUAL(edge.status("events_failed"), 25);
    BOOST_CHECK_LE(edge.status("spool.bytes"), 1024 * 1024);
    edge.redis->start();
    BOOST_REQUIRE(edge.status_reaches("events_replayed", 1));
    const auto began = std::chrono::steady_clock::now();
    BOOST_CHECK(wait_until([&] { return files(edge) == 0; }));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    BOOST_TEST_MESSAGE("about " << taken << " events replayed within " << took.count() << " s");
    BOOST_CHECK_EQUAL(post(edge, "A"), 204);
}

BOOST_AUTO_TEST_CASE(a_spool_that_cannot_be_written_acknowledges_nothing) {
    Edge edge(shop());
    take_redis_away(edge);
    std::filesystem::remove_all(edge.path("spool"));
    BOOST_CHECK_EQUAL(post(edge, "A"), 503);
    BOOST_CHECK_GE(edge.status("spool_failures"), 1);
    BOOST_CHECK(edge.nginx->logged("cannot be created"));
    std::filesystem::create_directory(edge.path("spool"));
    BOOST_CHECK_EQUAL(post(edge, "B"), 204);
    edge.redis->start();
    BOOST_CHECK(stream_becomes(edge, "B"));
}

// What is acknowledged comes, though the disk is full: while it is written, and while it is replayed.
BOOST_AUTO_TEST_CASE(a_full_disk_acknowledges_nothing_more) {
    const TempDir dir;
    const SmallDisk disk(dir / "disk");
    if (!disk.mounted()) {
        BOOST_TEST_MESSAGE("SKIPPED: a full disk: these tests may not mount one; run them as root");
        return;
    }
    disk.take(32 * 1024);
    EdgeOptions options = shop();
    options.http = "personalize_spool " + (dir / "disk/spool") + ";";
    Edge edge(options);
    take_redis_away(edge);
    const std::string filler(40, 'x');
    List taken;
    int status = 204;
    for (int i = 0; i < 10'000 && status == 204; i++) {
        const std::string item = "I" + std::to_string(i) + "-" + filler;
        status = post(edge, item);
        if (status == 204) {
            taken.push_back(item);
        }
    }
    BOOST_CHECK_EQUAL(status, 503);
    BOOST_CHECK_GT(taken.size(), 100);
    BOOST_CHECK(edge.nginx->logged("No space left on device"));
    BOOST_CHECK_GE(edge.status("spool_failures"), 1);
    BOOST_CHECK_EQUAL(edge.status("events_failed"), 1);
    disk.free();
    BOOST_CHECK_EQUAL(post(edge, "again-" + filler), 204);  // there is room once more
    taken.push_back("again-" + filler);
    disk.take(64 * 1024);
    edge.redis->start();
    BOOST_CHECK(stream_becomes(edge, joined(taken)));
    disk.free();
    BOOST_CHECK_EQUAL(post(edge, "last"), 204);
    taken.push_back("last");
    BOOST_CHECK(streamed(edge) == joined(taken));
}

BOOST_AUTO_TEST_CASE(damage_is_told_of_and_costs_only_what_is_damaged) {
    Edge edge(shop());
    take_redis_away(edge);
    BOOST_CHECK_EQUAL(post(edge, "A"), 204);
    BOOST_REQUIRE(edge.nginx->quit().has_value());
    for (const auto& entry : std::filesystem::directory_iterator(edge.path("spool"))) {
        std::ofstream(entry.path(), std::ios::app) << std::string(100, 'x');
    }
    edge.redis->start();
    edge.nginx = std::make_unique<Nginx>(edge.dir, edge.config());
    BOOST_CHECK(stream_becomes(edge, "A"));
    BOOST_CHECK(edge.nginx->logged("what follows, 100 bytes, is put aside"));
    BOOST_CHECK(wait_until([&] { return files(edge) == 1; }));
}

BOOST_AUTO_TEST_CASE(wrong_directives_are_refused) {
    const TempDir dir;
    dir.write("file", "");
    const std::string redis = "personalize_redis redis://127.0.0.1:6379;\n";
    const std::vector<std::pair<std::string, std::string>> table = {
        {"@dir@/file", "is no directory"},
        {"@dir@/a/b", "make the directory"},
        {"@dir@/spool max_size=1k", "max_size=64m (1m or more)"},
        {"@dir@/spool max_size=x", "max_size=64m (1m or more)"},
        {"@dir@/spool fsync=0", "fsync=1s, fsync=always or fsync=off"},
        {"@dir@/spool fsync=often", "fsync=1s, fsync=always or fsync=off"},
        {"@dir@/spool keep", "write max_size=64m"}};
    const std::string place = "check.conf:" + std::to_string(first_http_line(1));
    for (const auto& [arguments, remedy] : table) {
        const Outcome outcome = Nginx::check(
            dir, redis + "personalize_spool " + arguments + ";\nserver { listen @listen@; }");
        BOOST_CHECK_EQUAL(outcome.status, 1);
        BOOST_CHECK_MESSAGE(outcome.output.find(remedy) != outcome.output.npos, outcome.output);
        BOOST_CHECK_MESSAGE(outcome.output.find(place) != outcome.output.npos, outcome.output);
    }
    BOOST_CHECK(Nginx::check(dir, "personalize_spool @dir@/spool;\nserver { listen @listen@; }")
                    .output.find("add personalize_redis") != std::string::npos);
    for (const char* right : {"off", "@dir@/s max_size=1m fsync=250ms", "@dir@/t/ fsync=off"}) {
        const Outcome outcome = Nginx::check(
            dir, redis + "personalize_spool " + right + ";\nserver { listen @listen@; }");
        BOOST_CHECK_MESSAGE(outcome.status == 0, outcome.output);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
