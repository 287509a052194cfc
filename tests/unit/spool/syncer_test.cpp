#include "spool/syncer.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <thread>

#include "unit/spool/fixture.hpp"

namespace pz::spool {

namespace {

bool reaches(const Syncer& syncer, std::uint64_t request) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (syncer.finished() < request && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
    return syncer.finished() >= request;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(syncer)

BOOST_AUTO_TEST_CASE(ends_what_was_asked_for) {
    const Directory directory;
    Spool spool({.directory = directory.path}, 1);
    Syncer syncer;
    std::uint64_t last = 0;
    for (int i = 0; i < 20; ++i) {
        BOOST_REQUIRE(spool.append(frame("x"), kNow).ok());
        last = syncer.request(spool.take_unsynced());
        BOOST_TEST(last == static_cast<std::uint64_t>(i + 1));
    }
    BOOST_TEST(reaches(syncer, last));
    BOOST_TEST(syncer.failed() == 0U);
}

BOOST_AUTO_TEST_CASE(a_failure_stays_that_of_its_request) {
    const Directory directory;
    Spool spool({.directory = directory.path}, 1);
    BOOST_REQUIRE(spool.append(frame("x"), kNow).ok());
    Syncer syncer;
    for (std::uint64_t round = 0; round < 20; ++round) {
        std::vector<store::FileHandle> files = spool.take_unsynced();
        files.emplace_back(-1);
        const std::uint64_t bad = syncer.request(std::move(files));
        BOOST_REQUIRE(reaches(syncer, bad));
        BOOST_TEST(syncer.failed() == bad);
        BOOST_TEST(syncer.failure() == EBADF);
        BOOST_REQUIRE(spool.append(frame("y"), kNow).ok());
        BOOST_REQUIRE(reaches(syncer, syncer.request(spool.take_unsynced())));
        BOOST_TEST(syncer.failed() == bad);
    }
}

BOOST_AUTO_TEST_CASE(a_request_that_is_finished_is_known_to_have_failed) {
    Syncer syncer;
    for (std::uint64_t number = 1; number <= 2000; ++number) {
        std::vector<store::FileHandle> files;
        files.emplace_back(-1);
        BOOST_REQUIRE(reaches(syncer, syncer.request(std::move(files))));
        BOOST_REQUIRE(syncer.failed() == number);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::spool
