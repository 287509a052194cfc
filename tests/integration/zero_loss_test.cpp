// Zero loss: events come in while Redis is killed and restarted ten times, workers are killed and
// nginx is reloaded. Every acknowledged event is in the stream, none twice when it carries an id.
// PERSONALIZE_LONG makes it 100,000 events.
#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

constexpr unsigned kThreads = 4;
constexpr unsigned kRounds = 10;
constexpr unsigned kWorkers = 2;
constexpr std::size_t kEventsOfAVisitor = 40;

// Every other event carries an id.
bool named(std::size_t number) {
    return number % 2 == 0;
}

std::string visitor_of(std::size_t number, std::size_t visitors) {
    return "v" + std::to_string(number % visitors);
}

std::string beacon(std::size_t number) {
    const std::string text = std::to_string(number);
    const std::string id = named(number) ? "\"event_id\":\"e" + text + "\"," : "";
    return "{\"name\":\"view_item\",\"params\":{" + id + "\"items\":[{\"item_id\":\"E" + text +
           "\"}]}}";
}

// Clients that send until so many events are acknowledged. One with an id is sent again until it is.
class Senders {
  public:
    Senders(Address server, std::size_t wanted)
        : server_(std::move(server)), wanted_(wanted), visitors_(wanted / kEventsOfAVisitor) {
        for (unsigned i = 0; i < kThreads; i++) {
            threads_.emplace_back([this, i] { run(i); });
        }
    }
    ~Senders() { finish(); }
    Senders(const Senders&) = delete;
    Senders& operator=(const Senders&) = delete;

    void finish() {
        for (std::thread& thread : threads_) {
            thread.join();
        }
        threads_.clear();
    }
    std::size_t acknowledged() const { return count_; }
    bool reaches(std::size_t count) const {
        return wait_until([&] { return count_ >= std::min(count, wanted_); }, 300s);
    }
    // After finish().
    std::vector<std::size_t> numbers() const {
        std::vector<std::size_t> all;
        for (const auto& own : acknowledged_) {
            all.insert(all.end(), own.begin(), own.end());
        }
        return all;
    }
    std::size_t refused() const { return refused_; }
    std::size_t visitors() const { return visitors_; }

  private:
    void run(unsigned thread) {
        HttpClient client(server_);
        for (std::size_t number = thread; count_ < wanted_; number += kThreads) {
            bool taken = false;
            do {
                taken = client
                            .fetch({.path = "/beacon",
                                    .headers = visitor(visitor_of(number, visitors_)),
                                    .method = "POST",
                                    .body = beacon(number)})
                            .status == 204;
                refused_ += taken ? 0 : 1;
            } while (!taken && named(number) && count_ < wanted_);
            if (taken) {
                acknowledged_[thread].push_back(number);
                count_++;
            }
        }
    }

    const Address server_;
    const std::size_t wanted_, visitors_;
    std::atomic<std::size_t> count_{0}, refused_{0};
    std::array<std::vector<std::size_t>, kThreads> acknowledged_;
    std::vector<std::thread> threads_;
};

// How often each item stands in the stream.
std::map<std::string, std::size_t> streamed(const RedisServer& server) {
    std::map<std::string, std::size_t> counts;
    RedisClient client = server.client();
    for (std::string from = "-"; !from.empty();) {
        const RedisReply page =
            client.command({"XRANGE", "pz:events:0", from, "+", "COUNT", "10000"});
        from.clear();
        for (const RedisReply& entry : page.elements) {
            const auto fields = entry.elements.at(1).texts();
            counts[fields.at(5)]++;  // v VISITOR e NAME i ITEM
            from = "(" + entry.elements.at(0).text;
        }
    }
    return counts;
}

std::size_t in_lists(const RedisServer& server, std::size_t visitors) {
    std::set<std::string> items;
    RedisClient client = server.client();
    for (std::size_t i = 0; i < visitors; i++) {
        const std::string key = "pz:{v" + std::to_string(i) + "}:events";
        for (const std::string& text : client.command({"LRANGE", key, "0", "-1"}).texts()) {
            const std::size_t begin = text.find(' ') + 1;
            items.insert(text.substr(begin, text.find(' ', begin) - begin));
        }
    }
    return items.size();
}

// kill -9 to so many of nginx's workers.
void kill_workers(const Edge& edge, std::size_t count) {
    BOOST_REQUIRE(wait_until([&] { return edge.nginx->workers().size() == kWorkers; }));
    const auto workers = edge.nginx->workers();
    for (std::size_t i = 0; i < std::min(count, workers.size()); i++) {
        ::kill(workers[i], SIGKILL);
    }
}

// Events come in before, while Redis is away, and after.
void one_round(Edge& edge, RedisServer& redis, const Senders& senders, std::size_t wanted,
               unsigned round) {
    BOOST_REQUIRE(senders.reaches(wanted * (round + 1) / (kRounds + 2)));
    redis.kill9();
    BOOST_REQUIRE(senders.reaches(senders.acknowledged() + wanted / 40));
    if (round % 3 == 1) {
        kill_workers(edge, 1);
    } else if (round % 3 == 2) {
        BOOST_REQUIRE(edge.nginx->reload());
    }
    BOOST_REQUIRE(senders.reaches(senders.acknowledged() + wanted / 80));
    redis.start();
    if (round % 4 == 3) {  // in the midst of the replay
        kill_workers(edge, kWorkers);
    }
}

// Waits as long as the replay gets on, for a Redis that syncs every write takes its time.
bool drained(const Edge& edge) {
    const auto empty = [&] { return std::filesystem::is_empty(edge.path("spool")); };
    double replayed = -1;
    while (!empty() && edge.status("events_replayed") > replayed) {
        replayed = edge.status("events_replayed");
        wait_until([&] { return empty() || edge.status("events_replayed") > replayed; }, 30s);
    }
    return empty();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(zero_loss)

BOOST_AUTO_TEST_CASE(every_acknowledged_event_is_in_the_stream) {
    const bool is_long = !environment("PERSONALIZE_LONG").empty();
    const std::size_t wanted = is_long ? 100'000 : 2000;
    const TempDir dir;
    RedisServer redis(dir, {.durable = true});
    Edge edge({.server = "location = /beacon { personalize_events; access_log off; }",
               .http = "personalize_spool @dir@/spool; personalize_retention 1000 1d;",
               .redis_url = redis.unix_url(),
               .redis = false,
               .workers = kWorkers});
    edge.nginx->expect_in_log("exited on signal 9");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    Senders senders(edge.nginx->address(), wanted);
    for (unsigned round = 0; round < kRounds; round++) {
        one_round(edge, redis, senders, wanted, round);
    }
    senders.finish();
    BOOST_CHECK(drained(edge));

    const auto counts = streamed(redis);
    const auto acknowledged = senders.numbers();
    std::size_t lost = 0;
    for (const std::size_t number : acknowledged) {
        lost += counts.contains("E" + std::to_string(number)) ? 0 : 1;
    }
    std::size_t named_twice = 0;
    std::size_t others_twice = 0;
    for (const auto& [item, count] : counts) {
        (named(std::stoul(item.substr(1))) ? named_twice : others_twice) += count - 1;
    }
    BOOST_CHECK_GE(acknowledged.size(), wanted);
    BOOST_CHECK_EQUAL(lost, 0);
    BOOST_CHECK_EQUAL(named_twice, 0);
    BOOST_CHECK_GE(in_lists(redis, senders.visitors()), acknowledged.size());
    BOOST_CHECK_GT(edge.status("events_spooled"), static_cast<double>(wanted) / 10);
    BOOST_TEST_MESSAGE(acknowledged.size()
                       << " events acknowledged, " << edge.status("events_spooled")
                       << " of them through the spool; " << senders.refused()
                       << " requests refused or cut off; lost: " << lost << "; twice: "
                       << named_twice << " with an id, " << others_twice << " without");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
