#include "spool/spool.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

#include <sys/resource.h>

#include "unit/spool/fixture.hpp"

namespace pz::spool {

namespace {

// From here on no file of this process may be longer than that: writes beyond are short, then fail.
class LimitedDisk {
  public:
    explicit LimitedDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~LimitedDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

  private:
    void (*handler_)(int);
    rlimit before_{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(spool)

BOOST_AUTO_TEST_CASE(gives_back_in_order_what_it_took) {
    const Directory directory;
    Spool spool({.directory = directory.path}, 1);
    BOOST_TEST(spool.drained());
    BOOST_REQUIRE(spool.append(frame("a") + frame("b"), kNow).ok());
    BOOST_REQUIRE(spool.append(frame("c"), kNow).ok());
    BOOST_TEST(!spool.drained());
    BOOST_TEST(read_all(spool) == "a b c");
    BOOST_REQUIRE(spool.append(frame("d"), kNow).ok());
    BOOST_TEST(read_all(spool) == "d");
    BOOST_REQUIRE(spool.save().ok());
    BOOST_TEST(spool.drained());
    BOOST_TEST(directory.files("").empty());
    BOOST_REQUIRE(spool.append(frame("e"), kNow).ok());
    BOOST_TEST(read_all(spool) == "e");
}

BOOST_AUTO_TEST_CASE(files_are_their_owners_alone) {
    const Directory directory;
    Spool spool({.directory = directory.path}, 1);
    BOOST_REQUIRE(spool.append(frame("a"), kNow).ok());
    const auto permissions = std::filesystem::status(directory.files().at(0)).permissions();
    BOOST_CHECK(permissions ==
                (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

BOOST_AUTO_TEST_CASE(who_lives_keeps_its_files) {
    const Directory directory;
    Spool one({.directory = directory.path}, 1);
    Spool other({.directory = directory.path}, 2);
    BOOST_REQUIRE(one.append(frame("a"), kNow).ok());
    BOOST_TEST(other.adopt().ok());
    BOOST_TEST(other.drained());
    BOOST_TEST(one.adopt().ok());
    BOOST_TEST(read_all(one) == "a");
}

BOOST_AUTO_TEST_CASE(who_comes_after_takes_over_what_is_not_done) {
    const Directory directory;
    {
        Spool spool({.directory = directory.path}, 1);
        BOOST_REQUIRE(spool.append(frame("a") + frame("b") + frame("c"), kNow).ok());
        for (const char* expected : {"a", "b"}) {
            const auto record = spool.next();
            BOOST_REQUIRE(record.ok() && record->has_value());
            BOOST_TEST((*record)->payload == expected);
        }
        spool.done(1);
        BOOST_REQUIRE(spool.save().ok());
        spool.done(2);  // and not saved
    }
    Spool after({.directory = directory.path}, 2);
    BOOST_REQUIRE(after.append(frame("new"), kNow + 1).ok());
    BOOST_REQUIRE(after.adopt().ok());
    BOOST_TEST(read_all(after) == "b c new");
    BOOST_REQUIRE(after.save().ok());
    BOOST_TEST(directory.files("").empty());
}

// As where a server of a cluster is away, whose events wait.
BOOST_AUTO_TEST_CASE(what_is_taken_over_waits_for_nothing_of_ours) {
    const Directory directory;
    Spool ours({.directory = directory.path}, 1);
    {
        Spool theirs({.directory = directory.path}, 2);
        BOOST_REQUIRE(theirs.append(frame("old"), kNow).ok());
        BOOST_REQUIRE(ours.append(frame("a"), kNow).ok());
        const auto waiting = ours.next();
        BOOST_REQUIRE(waiting.ok() && waiting->has_value());
    }
    BOOST_REQUIRE(ours.adopt().ok());
    BOOST_REQUIRE(ours.append(frame("b"), kNow).ok());
    BOOST_TEST(read_all(ours) == "old b");
}

BOOST_AUTO_TEST_CASE(what_is_done_out_of_order_nobody_replays) {
    const Directory directory;
    {
        Spool spool({.directory = directory.path}, 1);
        BOOST_REQUIRE(
            spool.append(frame("a") + frame("b") + frame("") + frame("d") + frame("e"), kNow).ok());
        BOOST_TEST(read_all(spool, false) == "a b  d e");
        spool.done(2);
        spool.done(3);
        spool.done(5);
        BOOST_REQUIRE(spool.save().ok());
        BOOST_TEST(!spool.drained());
        BOOST_TEST(!spool.has_unread());
        spool.done(4);  // and not saved
    }
    Spool after({.directory = directory.path}, 2);
    BOOST_REQUIRE(after.adopt().ok());
    BOOST_TEST(after.has_unread());
    BOOST_TEST(read_all(after) == "a d");
    BOOST_REQUIRE(after.save().ok());
    BOOST_TEST(directory.files("").empty());
}

BOOST_AUTO_TEST_CASE(a_file_in_which_all_is_marked_goes) {
    const Directory directory;
    const std::string path = directory.write("x.spool", [] {
        const Directory other;
        Spool spool({.directory = other.path}, 1);
        BOOST_REQUIRE(spool.append(frame("a") + frame("b"), kNow).ok());
        return Directory::read(other.files().at(0));
    }());
    std::string bytes = Directory::read(path);
    bytes[Segment::kBegin + kDoneAt] = kDone;
    bytes[Segment::kBegin + frame("a").size() + kDoneAt] = kDone;
    directory.write("x.spool", bytes);
    Spool after({.directory = directory.path}, 2);
    BOOST_REQUIRE(after.adopt().ok());
    BOOST_TEST(read_all(after).empty());
    BOOST_REQUIRE(after.save().ok());
    BOOST_TEST(directory.files("").empty());
}

BOOST_AUTO_TEST_CASE(a_record_that_is_not_done_can_be_read_again) {
    const Directory directory;
    Spool spool({.directory = directory.path, .segment_bytes = 64}, 1);
    const std::vector<std::string> payloads = {"first", "", std::string(70000, 'x'), "last"};
    for (const std::string& payload : payloads) {
        BOOST_REQUIRE(spool.append(frame(payload), kNow).ok());
    }
    (void)read_all(spool, false);
    spool.done(2);
    BOOST_REQUIRE(spool.save().ok());
    for (const std::size_t n : {3U, 0U, 2U, 3U}) {
        if (n != 2) {
            const auto payload = spool.again(n + 1);
            BOOST_REQUIRE(payload.ok());
            BOOST_TEST(*payload == payloads[n]);
        }
    }
    BOOST_TEST(*spool.again(3) == payloads[2]);
    for (const std::string& file : directory.files()) {
        std::filesystem::resize_file(file, Segment::kBegin);
    }
    BOOST_TEST(!spool.again(1).ok());
}

BOOST_AUTO_TEST_CASE(a_file_torn_at_any_byte_gives_its_whole_records) {
    const Directory from;
    Spool spool({.directory = from.path}, 1);
    const std::vector<std::string> payloads = {"first", "", "the third record", "4"};
    std::vector<std::size_t> ends = {Segment::kBegin};
    for (const std::string& payload : payloads) {
        BOOST_REQUIRE(spool.append(frame(payload), kNow).ok());
        ends.push_back(ends.back() + kFrameHead + payload.size());
    }
    const std::string whole = Directory::read(from.files().at(0));
    BOOST_REQUIRE_EQUAL(whole.size(), ends.back());
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const Directory directory;
        directory.write("torn.spool", std::string_view(whole).substr(0, size));
        Spool after({.directory = directory.path}, 2);
        BOOST_TEST(after.adopt().ok() == (size >= Segment::kBegin));
        std::size_t records = 0;
        for (auto record = after.next(); record.ok() && record->has_value();
             record = after.next()) {
            BOOST_TEST((*record)->payload == payloads.at(records));
            after.done((*record)->serial);
            ++records;
        }
        const auto behind = std::upper_bound(ends.begin(), ends.end(), size);
        BOOST_TEST(records == static_cast<std::size_t>(
                                  std::max<std::ptrdiff_t>(behind - ends.begin() - 1, 0)));
        BOOST_TEST(after.save().ok());
        BOOST_TEST(directory.files().empty());
    }
}

BOOST_AUTO_TEST_CASE(a_torn_position_means_from_the_begin) {
    const Directory directory;
    {
        Spool spool({.directory = directory.path}, 1);
        BOOST_REQUIRE(spool.append(frame("a") + frame("b"), kNow).ok());
        const auto record = spool.next();
        BOOST_REQUIRE(record.ok() && record->has_value());
        spool.done((*record)->serial);
        BOOST_REQUIRE(spool.save().ok());
    }
    const std::string path = directory.files().at(0);
    const std::string bytes = Directory::read(path);
    for (std::size_t at = 16; at < 32; ++at) {
        std::string torn = bytes;
        torn[at] = static_cast<char>(torn[at] ^ 0x55);
        const Directory other;
        other.write("x.spool", torn);
        Spool after({.directory = other.path}, 2);
        BOOST_REQUIRE(after.adopt().ok());
        BOOST_TEST(read_all(after) == "a b");
    }
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_read_up_to_there_and_put_aside) {
    const Directory directory;
    {
        Spool spool({.directory = directory.path}, 1);
        BOOST_REQUIRE(spool.append(frame("a") + frame("b") + frame("c"), kNow).ok());
    }
    std::string bytes = Directory::read(directory.files().at(0));
    bytes[Segment::kBegin + 2 * kFrameHead + 1] ^= 1;  // the payload of b
    const std::string path = directory.files().at(0);
    std::filesystem::remove(path);
    directory.write(std::filesystem::path(path).filename().string(), bytes);
    Spool after({.directory = directory.path}, 2);
    BOOST_REQUIRE(after.adopt().ok());
    BOOST_REQUIRE(after.append(frame("new"), kNow).ok());
    auto record = after.next();
    BOOST_REQUIRE(record.ok() && record->has_value());
    after.done((*record)->serial);
    record = after.next();
    BOOST_REQUIRE(!record.ok());
    BOOST_TEST(record.message().find("at byte 49; what follows, 34 bytes, is put aside") !=
               std::string::npos);
    BOOST_TEST(read_all(after) == "new");
    BOOST_REQUIRE(after.save().ok());
    BOOST_TEST(directory.files(kDamagedSuffix).size() == 1U);
    BOOST_TEST(directory.files().empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_spool_file_is_told_of_and_put_aside) {
    const Directory directory;
    directory.write("a.spool", std::string(100, 'x'));
    directory.write("b.txt", "not ours");
    Spool spool({.directory = directory.path}, 1);
    BOOST_TEST(spool.adopt().message().find("is no spool file") != std::string::npos);
    BOOST_TEST(spool.adopt().ok());
    BOOST_TEST(directory.files(kDamagedSuffix).size() == 1U);
    BOOST_TEST(directory.files(".txt").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_file_of_a_later_version_is_left_alone) {
    const Directory directory;
    {
        Spool spool({.directory = directory.path}, 1);
        BOOST_REQUIRE(spool.append(frame("a"), kNow).ok());
    }
    const std::string path = directory.files().at(0);
    std::string bytes = Directory::read(path);
    bytes[8] = 2;
    std::filesystem::remove(path);
    directory.write(std::filesystem::path(path).filename().string(), bytes);
    Spool spool({.directory = directory.path}, 2);
    BOOST_TEST(spool.adopt().message().find("is of version 2") != std::string::npos);
    BOOST_TEST(spool.adopt().ok());  // told once
    BOOST_TEST(directory.files().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_file_that_could_not_be_opened_is_tried_again) {
    const Directory directory;
    const Directory elsewhere;
    {
        Spool spool({.directory = elsewhere.path}, 1);
        BOOST_REQUIRE(spool.append(frame("a"), kNow).ok());
    }
    const std::string path = directory.path + "/x.spool";
    std::filesystem::create_symlink(elsewhere.files().at(0), path);  // is not followed
    Spool spool({.directory = directory.path}, 2);
    BOOST_TEST(spool.adopt().message().find("cannot be opened") != std::string::npos);
    BOOST_TEST(spool.adopt().ok());  // told once
    BOOST_TEST(spool.drained());
    std::filesystem::remove(path);
    std::filesystem::rename(elsewhere.files().at(0), path);
    BOOST_TEST(spool.adopt().ok());
    BOOST_TEST(read_all(spool) == "a");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_deleted_is_not_replayed_again) {
    const Directory directory;
    const Directory elsewhere;
    Spool spool({.directory = directory.path}, 1);
    BOOST_REQUIRE(spool.append(frame("a") + frame("b"), kNow).ok());
    const std::string path = directory.files().at(0);
    const std::string aside = elsewhere.path + "/x.spool";
    BOOST_TEST(read_all(spool) == "a b");
    std::filesystem::rename(path, aside);
    std::filesystem::create_directory(path);
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(spool.save().message().find("cannot be removed") != std::string::npos);
        BOOST_TEST(spool.drained());
        BOOST_TEST(read_all(spool).empty());
    }
    BOOST_REQUIRE(spool.append(frame("c"), kNow).ok());
    BOOST_TEST(!spool.drained());
    BOOST_TEST(read_all(spool) == "c");

    elsewhere.write("copy.spool", Directory::read(aside));
    Spool after({.directory = elsewhere.path}, 2);
    BOOST_TEST(after.adopt().ok());
    BOOST_TEST(read_all(after).empty());

    std::filesystem::remove(path);
    std::filesystem::rename(aside, path);
    BOOST_TEST(spool.save().ok());
    BOOST_TEST(directory.files("").empty());
    BOOST_TEST(spool.bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(a_file_that_somebody_else_deleted_is_gone) {
    const Directory directory;
    Spool spool({.directory = directory.path}, 1);
    BOOST_REQUIRE(spool.append(frame("a"), kNow).ok());
    BOOST_TEST(read_all(spool) == "a");
    std::filesystem::remove(directory.files().at(0));
    BOOST_TEST(spool.save().ok());
    BOOST_TEST(spool.bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(what_comes_after_a_file_was_ended_stands_in_another) {
    const Directory directory;
    Spool spool({.directory = directory.path}, 1);
    BOOST_REQUIRE(spool.append(frame("a"), kNow).ok());
    spool.end_file();
    BOOST_REQUIRE(spool.append(frame("b"), kNow).ok());
    BOOST_TEST(directory.files().size() == 2U);
    BOOST_TEST(spool.take_unsynced().size() == 3U);
    BOOST_TEST(read_all(spool) == "a b");
    spool.end_file();
    BOOST_REQUIRE(spool.append(frame("c"), kNow).ok());
    BOOST_TEST(read_all(spool) == "c");
    BOOST_TEST(spool.save().ok());
    BOOST_TEST(spool.drained());
    BOOST_TEST(directory.files("").empty());
}

BOOST_AUTO_TEST_CASE(what_is_released_another_takes_over) {
    const Directory directory;
    Spool spool({.directory = directory.path}, 1);
    BOOST_REQUIRE(spool.append(frame("a") + frame("b") + frame("c"), kNow).ok());
    BOOST_TEST(read_all(spool, false) == "a b c");
    spool.done(1);
    spool.done(3);
    BOOST_REQUIRE(spool.release().ok());
    BOOST_TEST(spool.drained());
    Spool other({.directory = directory.path}, 2);
    BOOST_REQUIRE(other.adopt().ok());
    BOOST_TEST(read_all(other) == "b");
    BOOST_REQUIRE(other.save().ok());
    BOOST_REQUIRE(spool.append(frame("d"), kNow).ok());
    BOOST_TEST(read_all(spool) == "d");
    BOOST_REQUIRE(spool.save().ok());
    BOOST_TEST(directory.files("").empty());
}

BOOST_AUTO_TEST_CASE(is_bounded) {
    const Directory directory;
    Spool spool({.directory = directory.path, .max_bytes = 1000, .segment_bytes = 200}, 1);
    const std::string record = frame(std::string(84, 'x'));  // 100 bytes
    unsigned taken = 0;
    while (spool.has_room(record.size())) {
        BOOST_REQUIRE(spool.append(record, kNow).ok());
        ++taken;
    }
    BOOST_TEST(taken == 8U);
    BOOST_TEST(spool.bytes() <= 1000U);
    BOOST_TEST(directory.files().size() == 4U);
    BOOST_TEST(survey(directory.path).files == 4U);
    BOOST_TEST(survey(directory.path).bytes == spool.bytes());
    BOOST_TEST(survey(directory.path).oldest == kNow);
    for (int i = 0; i < 3; ++i) {
        const auto read = spool.next();
        BOOST_REQUIRE(read.ok() && read->has_value());
        spool.done((*read)->serial);
    }
    BOOST_REQUIRE(spool.save().ok());
    BOOST_TEST(directory.files().size() == 3U);
    BOOST_TEST(spool.has_room(record.size()));
}

BOOST_AUTO_TEST_CASE(a_full_disk_takes_all_or_nothing) {
    const Directory directory;
    const std::string record = frame("0123456789");
    for (std::size_t room = 0; room <= 2 * record.size(); ++room) {
        Spool spool({.directory = directory.path}, room + 1);
        BOOST_REQUIRE(spool.append(frame("first"), kNow).ok());
        {
            const LimitedDisk disk(Segment::kBegin + kFrameHead + 5 + room);
            BOOST_TEST(spool.append(record + record, kNow).ok() == (room == 2 * record.size()));
        }
        BOOST_REQUIRE(spool.append(frame("last"), kNow).ok());
        const std::string expected =
            room == 2 * record.size() ? "first 0123456789 0123456789 last" : "first last";
        BOOST_TEST(read_all(spool) == expected);
        BOOST_REQUIRE(spool.save().ok());
    }
    const LimitedDisk disk(10);
    Spool spool({.directory = directory.path}, 0);
    BOOST_TEST(!spool.append(record, kNow).ok());
    BOOST_TEST(directory.files("").empty());
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_away_is_an_error) {
    Spool spool({.directory = "/nowhere/at/all"}, 1);
    BOOST_TEST(spool.append(frame("x"), kNow).message().find("/nowhere/at/all") == 0U);
    BOOST_TEST(!spool.adopt().ok());
    BOOST_TEST(survey("/nowhere/at/all").files == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_to_be_synced_is_given_once) {
    const Directory directory;
    Spool spool({.directory = directory.path}, 1);
    BOOST_TEST(spool.take_unsynced().empty());
    BOOST_REQUIRE(spool.append(frame("x"), kNow).ok());
    BOOST_TEST(spool.take_unsynced().size() == 2U);  // the file, and the directory it is new in
    BOOST_TEST(spool.take_unsynced().empty());
    BOOST_REQUIRE(spool.append(frame("y"), kNow).ok());
    BOOST_TEST(spool.take_unsynced().size() == 1U);
}

BOOST_AUTO_TEST_CASE(records_larger_than_what_is_read_at_once) {
    const Directory directory;
    Spool spool({.directory = directory.path}, 1);
    std::string expected;
    for (std::size_t size : {100, 70'000, 3, 200'000, 65'520, 65'521}) {
        const std::string payload(size, static_cast<char>('a' + size % 26));
        BOOST_REQUIRE(spool.append(frame(payload), kNow).ok());
        expected.append(expected.empty() ? "" : " ").append(payload);
    }
    BOOST_CHECK(read_all(spool) == expected);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::spool
