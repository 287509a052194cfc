// What tuning learns from lists, and the stores that it tries predictions on.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "cli/trial_store.hpp"
#include "cli/tune.hpp"
#include "unit/learn/school.hpp"

namespace pz::cli {

namespace {

// Visitors who looked at an item, were shown it with others, and turned to it again.
struct Lists : test::School {
    Lists() { items("abcdefgh"); }
    void show(const std::string& parameters) {
        for (int i = 0; i < 400; ++i) {
            const std::string visitor = "v" + std::to_string(i);
            const std::string item(1, static_cast<char>('a' + i % 8));
            const std::int64_t ago = 40000 - i * 100;
            event(visitor, "view_item", item, ago);
            event(visitor, "view_item_list", "-", ago - 10, parameters);
            event(visitor, "view_item", item, ago - 20);
        }
        std::string said;
        const Status status = tune(trainer, &said);
        BOOST_REQUIRE_MESSAGE(status.ok(), status.message());
        write();
    }
};

struct TemporaryFolder : test::School {
    TemporaryFolder() {
        ::setenv("TMPDIR", path("").c_str(), 1);
        item("a");
    }
    ~TemporaryFolder() { ::unsetenv("TMPDIR"); }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path("")),
                                                      std::filesystem::directory_iterator()));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(order_learning, Lists)

BOOST_AUTO_TEST_CASE(widgets_teach_no_order_of_listings) {
    show(" list=home recommender=for_you items=a,b,c,d,e,f,g,h");
    BOOST_TEST(snapshot->order_weights().empty());
}

BOOST_AUTO_TEST_CASE(lists_of_unknown_order_teach_none) {
    show(" list=feed items=a,b,c,d,e,f,g,h");
    BOOST_TEST(snapshot->order_weights().empty());
}

BOOST_AUTO_TEST_CASE(listings_do) {
    show(" list=grid items=a,b,c,d,e,f,g,h places=1");
    BOOST_TEST(!snapshot->order_weights().empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(trial_store, TemporaryFolder)

BOOST_AUTO_TEST_CASE(has_no_name_while_it_is_used) {
    const auto trial = TrialStore::write(trainer);
    BOOST_REQUIRE_MESSAGE(trial.ok(), trial.message());
    BOOST_TEST(files() == 0U);
    BOOST_TEST((*trial)->snapshot().find("a") != store::kNoItem);
}

BOOST_AUTO_TEST_CASE(those_of_the_killed_are_removed) {
    const pid_t dead = ::fork();
    if (dead == 0) {
        ::_exit(0);
    }
    ::waitpid(dead, nullptr, 0);
    for (const pid_t pid : {dead, ::getpid()}) {
        const std::string left = "personalize-trial-" + std::to_string(pid) + "-abcdef";
        std::filesystem::create_directory(path(left));
        Folder::write(left + "/store.tmp", "half");
    }
    std::filesystem::create_directory(path("personalize-trial-x"));
    const auto trial = TrialStore::write(trainer);
    BOOST_TEST(trial.ok());
    BOOST_TEST(files() == 2U);
    BOOST_TEST(
        !std::filesystem::exists(path("personalize-trial-" + std::to_string(dead) + "-abcdef")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::cli
