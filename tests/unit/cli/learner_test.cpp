#include "cli/learner.hpp"

#include <boost/test/unit_test.hpp>
#include <ctime>
#include <filesystem>

#include "cli/tune_schedule.hpp"
#include "recommend/recommender.hpp"
#include "unit/learn/folder.hpp"

namespace pz::test {

namespace {

using std::chrono::hours;
using Fields = std::vector<std::pair<std::string, std::string>>;

struct Shop : Folder {
    cli::Learner learner{path("store")};

    void item(const std::string& id, Fields fields = {}) {
        fields.insert(fields.begin(), {"id", id});
        BOOST_REQUIRE(learner.set_item(id, {.fields = fields}).ok());
    }
    void view(const std::string& visitor, const std::string& id, std::int64_t time) {
        const auto event = visitor::parse_event("view_item " + id + " " + std::to_string(time));
        BOOST_REQUIRE(event.ok());
        learner.add(visitor, *event);
    }
    std::unique_ptr<const store::Snapshot> write_and_open() {
        const Status written = learner.write();
        BOOST_REQUIRE_MESSAGE(written.ok(), written.message());
        auto snapshot = store::Snapshot::open(path("store"));
        BOOST_REQUIRE(snapshot.ok());
        return std::move(*snapshot);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(learner)

BOOST_AUTO_TEST_CASE(tuning_is_due_daily_or_when_there_is_twice_as_much) {
    cli::TuneSchedule schedule;
    const cli::TuneSchedule::Time begin{hours(1000)};
    BOOST_TEST(schedule.due(begin, 0));
    schedule.done(begin, 100);
    BOOST_TEST(!schedule.due(begin, 100));
    BOOST_TEST(!schedule.due(begin + hours(1) - std::chrono::seconds(1), 1000));
    BOOST_TEST(!schedule.due(begin + hours(1), 199));
    BOOST_TEST(schedule.due(begin + hours(1), 200));
    BOOST_TEST(!schedule.due(begin + hours(24) - std::chrono::seconds(1), 100));
    BOOST_TEST(schedule.due(begin + hours(24), 100));
    schedule.done(begin + hours(24), 100);
    BOOST_TEST(!schedule.due(begin + hours(25), 100));
}

// A worker looks for a new store now and then: until it has it, it serves from the one before.
BOOST_FIXTURE_TEST_CASE(a_change_right_after_a_swap_is_in_the_store_before_too, Shop) {
    item("a");
    const auto before = write_and_open();
    const auto after = write_and_open();
    BOOST_REQUIRE(after->generation() == before->generation() + 1);
    item("a", {{"availability", "out_of_stock"}});
    BOOST_TEST(!after->live(0).available());
    BOOST_TEST(!before->live(0).available());
}

BOOST_FIXTURE_TEST_CASE(a_checkpoint_that_was_not_kept_is_made_at_the_end, Shop) {
    item("a");
    const std::string checkpoint = path("store.checkpoint");
    learner.keep_checkpoints(hours(1), false);
    learner.all_loaded();
    view("v", "a", std::time(nullptr) - 100);
    // A directory of that name: no file can take its place.
    std::filesystem::create_directory(checkpoint);
    std::filesystem::create_directory(checkpoint + "/x");
    BOOST_REQUIRE(learner.write().ok());
    std::filesystem::remove_all(checkpoint);
    learner.end();
    BOOST_TEST(std::filesystem::is_regular_file(checkpoint));
}

BOOST_FIXTURE_TEST_CASE(events_of_no_time_are_spoken_of, Shop) {
    item("a");
    view("v", "a", std::time(nullptr) + 10 * 86400);  // a clock that is ahead
    write_and_open();
    BOOST_TEST(learner.summary().find("1 of them not learned") != std::string::npos);
}

// From events to pages: an item that nobody has looked at is shown to those who like its kind.
BOOST_FIXTURE_TEST_CASE(a_cold_item_reaches_pages, Shop) {
    const Fields mug = {{"brand", "Acme"}, {"product_type", "Mugs"}, {"price", "9.90 EUR"}};
    for (int i = 0; i < 60; ++i) {
        item("mug" + std::to_string(i), mug);
    }
    item("cold", mug);
    const std::int64_t now = std::time(nullptr);
    for (int visitor = 0; visitor < 60; ++visitor) {
        for (int i = 0; i < 40; ++i) {
            view("v" + std::to_string(visitor), "mug" + std::to_string((visitor + i) % 60),
                 now - 9000 + i);
        }
    }
    const auto snapshot = write_and_open();
    const store::ItemIndex cold = snapshot->find("cold");
    std::size_t for_you = 0;
    std::size_t similar = 0;
    recommend::Scratch scratch;
    for (int i = 0; i < 60; ++i) {
        const std::string event =
            "view_item mug" + std::to_string(i) + " " + std::to_string(now - 60);
        const std::vector<std::string_view> events = {event};
        visitor::Profile profile;
        profile.build(*snapshot, events, {}, now);
        recommend::Query query;
        query.snapshot = snapshot.get();
        query.visitor = &profile;
        query.now = now;
        query.wanted = 20;
        const auto names_it = [&](const char* name) {
            std::vector<recommend::Candidate> candidates;
            recommend::find_recommender(name)->recommend(query, scratch, candidates);
            return std::any_of(candidates.begin(), candidates.end(),
                               [cold](const auto& c) { return c.item == cold; });
        };
        for_you += names_it("for_you") ? 1 : 0;
        similar += names_it("similar") ? 1 : 0;
    }
    BOOST_TEST(for_you >= 2U);
    BOOST_TEST(similar >= 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
