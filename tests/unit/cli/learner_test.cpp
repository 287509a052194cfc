// The learner beside its store: who hears of what, and what is done again when it failed.
#include "cli/learner.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "store/snapshot.hpp"
#include "unit/learn/folder.hpp"

namespace pz::cli {

namespace {

using namespace std::chrono_literals;

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
    void set(const std::string& id, const std::string& availability) {
        const Status status =
            learner->set_item(id, {.fields = {{"id", id}, {"availability", availability}}});
        BOOST_REQUIRE_MESSAGE(status.ok(), status.message());
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::cli
