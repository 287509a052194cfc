// The learner beside its store: who hears of what, and what is done again when it failed.
#include "cli/learner.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>

#include "recommend/recommender.hpp"
#include "store/snapshot.hpp"
#include "unit/learn/folder.hpp"

namespace pz::cli {

namespace {

using namespace std::chrono_literals;
using Fields = std::vector<std::pair<std::string, std::string>>;

struct Shop : test::Folder {
    std::string store = path("shop/store");
    std::unique_ptr<Learner> learner;

    Shop() {
        std::filesystem::create_directory(path("shop"));
        learner = std::make_unique<Learner>(store, learn::TrainerOptions(), false);
        learner->keep_checkpoints(1h, false);
        learner->all_loaded();
        set("a", "in_stock");
    }
    void set(const std::string& id, Fields fields) {
        fields.insert(fields.begin(), {"id", id});
        const Status status = learner->set_item(id, {.fields = std::move(fields)});
        BOOST_REQUIRE_MESSAGE(status.ok(), status.message());
    }
    void set(const std::string& id, const char* availability) {
        set(id, Fields{{"availability", availability}});
    }
    void view(const std::string& visitor, const std::string& id, std::int64_t time) {
        const auto event = visitor::parse_event("view_item " + id + " " + std::to_string(time));
        BOOST_REQUIRE_MESSAGE(event.ok(), event.message());
        learner->add(visitor, *event);
    }
    // By a process of its own.
    Status write() {
        Status status = learner->begin_write();
        BOOST_REQUIRE_MESSAGE(status.ok(), status.message());
        const auto end = std::chrono::steady_clock::now() + 60s;
        for (;;) {
            if (const auto written = learner->end_write()) {
                return *written;
            }
            BOOST_REQUIRE(std::chrono::steady_clock::now() < end);
            std::this_thread::yield();
        }
    }
    std::unique_ptr<const store::Snapshot> open() const {
        auto opened = store::Snapshot::open(store);
        BOOST_REQUIRE_MESSAGE(opened.ok(), opened.message());
        return std::move(*opened);
    }
    bool kept() const { return std::filesystem::is_regular_file(store + ".checkpoint"); }
};

bool available(const store::Snapshot& snapshot) {
    return snapshot.live(snapshot.find("a")).available();
}

// Whether it names `wanted` to a visitor who has just looked at `seen`.
bool names(const char* recommender, const store::Snapshot& snapshot, const std::string& seen,
           const char* wanted) {
    const std::int64_t now = std::time(nullptr);
    const std::string event = "view_item " + seen + " " + std::to_string(now - 60);
    const std::vector<std::string_view> events = {event};
    visitor::Profile profile;
    profile.build(snapshot, events, {}, now);
    recommend::Query query;
    query.snapshot = &snapshot;
    query.visitor = &profile;
    query.now = now;
    query.wanted = 20;
    recommend::Scratch scratch;
    std::vector<recommend::Candidate> candidates;
    recommend::find_recommender(recommender)->recommend(query, scratch, candidates);
    return std::any_of(candidates.begin(), candidates.end(), [&](const auto& candidate) {
        return candidate.item == snapshot.find(wanted);
    });
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(learner, Shop)

BOOST_AUTO_TEST_CASE(a_worker_that_has_not_looked_yet_hears_of_stock_too) {
    BOOST_REQUIRE(write().ok());
    const auto before = open();
    BOOST_REQUIRE(write().ok());
    const auto now = open();
    BOOST_REQUIRE(now->generation() == before->generation() + 1);
    BOOST_TEST(available(*before));
    set("a", "out_of_stock");
    BOOST_TEST(!available(*now));
    BOOST_TEST(!available(*before));
}

// As a failing disk would, after the process that wrote it has ended well.
BOOST_AUTO_TEST_CASE(a_generation_that_was_damaged_never_comes_into_service) {
    BOOST_REQUIRE(write().ok());
    BOOST_REQUIRE(learner->begin_write().ok());
    siginfo_t ended{};
    BOOST_REQUIRE(::waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT) == 0);
    const std::string staged = store + ".tmp." + std::to_string(::getpid());
    {
        std::fstream file(staged, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(staged) / 2));
        file.put('\x5a').put('\xa5');
    }
    const auto written = learner->end_write();
    BOOST_REQUIRE(written.has_value());
    BOOST_TEST(written->message().find("wrong checksum") != std::string::npos, written->message());
    BOOST_TEST(open()->generation() == 1U);
    BOOST_TEST(!std::filesystem::exists(staged));
    BOOST_TEST(learner->changed());
    BOOST_REQUIRE(write().ok());
    BOOST_TEST(open()->generation() == 2U);
}

// A run over files ends; the next one finds in the store how stock was.
BOOST_AUTO_TEST_CASE(a_catalog_of_a_file_says_what_is_back) {
    const auto restocked = [this](const char* availability) {
        std::ofstream(path("feed.tsv"))
            << "id\tavailability\na\t" << availability << "\nb\tin_stock\n";
        learner = std::make_unique<Learner>(store, learn::TrainerOptions(), false);
        BOOST_REQUIRE(learner->read_catalog(path("feed.tsv")).ok());
        learner->all_loaded();
        BOOST_REQUIRE(learner->write().ok());
        const auto snapshot = open();
        BOOST_TEST(snapshot->live(snapshot->find("b")).restocked == 0U);
        return snapshot->live(snapshot->find("a")).restocked;
    };
    BOOST_TEST(restocked("in_stock") == 0U);
    BOOST_TEST(restocked("out_of_stock") == 0U);
    const std::uint32_t back = restocked("in_stock");
    BOOST_TEST(std::abs(static_cast<std::int64_t>(back) - std::time(nullptr)) < 600);
    BOOST_TEST(restocked("in_stock") == back);
    BOOST_TEST(names("back_in_stock", *open(), "a", "a"));
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_went_down_with_its_generation_is_due_again) {
    std::filesystem::remove(path("shop"));
    BOOST_TEST(!write().ok());
    BOOST_TEST(learner->changed());
    std::filesystem::create_directory(path("shop"));
    BOOST_TEST(write().ok());
    BOOST_TEST(kept());
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_could_not_be_kept_is_due_again) {
    std::filesystem::create_directories(store + ".checkpoint/full");
    BOOST_TEST(write().ok());
    BOOST_TEST(!kept());
    std::filesystem::remove_all(store + ".checkpoint");
    BOOST_TEST(write().ok());
    BOOST_TEST(kept());
    std::filesystem::remove(store + ".checkpoint");
    BOOST_TEST(write().ok());  // within the hour
    BOOST_TEST(!kept());
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_could_not_be_kept_is_made_at_the_end) {
    view("v", "a", std::time(nullptr) - 100);
    std::filesystem::create_directories(store + ".checkpoint/full");
    BOOST_TEST(write().ok());
    std::filesystem::remove_all(store + ".checkpoint");
    learner->end();
    BOOST_TEST(kept());
}

BOOST_AUTO_TEST_CASE(events_of_no_time_are_spoken_of) {
    view("v", "a", std::time(nullptr) + 10 * 86400);  // a clock that is ahead
    BOOST_REQUIRE(write().ok());
    BOOST_TEST(learner->summary().find("1 of them refused for their time") != std::string::npos);
}

// From events to pages: an item that nobody has looked at is shown to those who like its kind.
BOOST_AUTO_TEST_CASE(a_cold_item_reaches_pages) {
    const Fields mug = {{"brand", "Acme"}, {"product_type", "Mugs"}, {"price", "9.90 EUR"}};
    for (int i = 0; i < 60; ++i) {
        set("mug" + std::to_string(i), mug);
    }
    set("cold", mug);
    const std::int64_t now = std::time(nullptr);
    for (int visitor = 0; visitor < 60; ++visitor) {
        for (int i = 0; i < 40; ++i) {
            view("v" + std::to_string(visitor), "mug" + std::to_string((visitor + i) % 60),
                 now - 9000 + i);
        }
    }
    BOOST_REQUIRE(write().ok());
    const auto snapshot = open();
    std::size_t for_you = 0;
    std::size_t similar = 0;
    for (int i = 0; i < 60; ++i) {
        const std::string seen = "mug" + std::to_string(i);
        for_you += names("for_you", *snapshot, seen, "cold") ? 1 : 0;
        similar += names("similar", *snapshot, seen, "cold") ? 1 : 0;
    }
    BOOST_TEST(for_you >= 2U);
    BOOST_TEST(similar >= 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::cli
