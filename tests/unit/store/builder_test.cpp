#include "store/builder.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <limits>

#include "store/snapshot.hpp"
#include "unit/store/fixture.hpp"
#include "unit/store/walk.hpp"

namespace pz::store::test {

namespace {

using SnapshotPointer = std::unique_ptr<const Snapshot>;

ItemIndex add(SnapshotBuilder& builder, const ItemInput& item) {
    const Result<ItemIndex> index = builder.add_item(item);
    BOOST_REQUIRE_MESSAGE(index.ok(), index.message());
    return *index;
}

std::string add_error(SnapshotBuilder& builder, const ItemInput& item) {
    const Result<ItemIndex> index = builder.add_item(item);
    BOOST_REQUIRE(!index.ok());
    return index.message();
}

SnapshotPointer write_and_open(SnapshotBuilder& builder, const Folder& folder) {
    const Status status = builder.write(folder.path("store"), 1, 2);
    BOOST_REQUIRE_MESSAGE(status.ok(), status.message());
    Result<SnapshotPointer> snapshot = Snapshot::open(folder.path("store"));
    BOOST_REQUIRE_MESSAGE(snapshot.ok(), snapshot.message());
    return std::move(*snapshot);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(builder)

BOOST_AUTO_TEST_CASE(a_second_item_of_an_id_replaces_the_first) {
    const Folder folder;
    SnapshotBuilder builder;
    BOOST_TEST(add(builder, make_item("a", {{"title", "old"}, {"price", "1"}, {"brand", "b"}})) ==
               0U);
    BOOST_TEST(add(builder, make_item("b")) == 1U);
    builder.set_first_seen(0, 77);
    BOOST_TEST(add(builder, make_item("a", {{"title", "new"}})) == 0U);
    BOOST_TEST(builder.item_count() == 2U);
    BOOST_TEST(builder.find("a") == 0U);
    const SnapshotPointer snapshot = write_and_open(builder, folder);
    BOOST_TEST(snapshot->item_count() == 2U);
    BOOST_TEST(snapshot->text(0, field::title) == "new");
    BOOST_TEST(snapshot->text(0, field::brand).empty());
    BOOST_TEST(snapshot->live(0).price_micros == 0);
    BOOST_TEST(snapshot->first_seen(0) == 77);
}

BOOST_AUTO_TEST_CASE(finds_what_was_added) {
    SnapshotBuilder builder;
    BOOST_TEST(builder.find("") == kNoItem);
    BOOST_TEST(builder.find("title") == kNoItem);
    add(builder, make_item("title"));
    BOOST_TEST(builder.find("title") == 0U);
}

// Ids come first among the file's texts; an id that was seen as another text before must move
// there.
BOOST_AUTO_TEST_CASE(an_id_that_is_also_another_text) {
    const Folder folder;
    SnapshotBuilder builder;
    add(builder, make_item("a", {{"title", "b"}, {"brand", "title"}}));
    add(builder, make_item("b", {{"title", "a"}}));
    add(builder, make_item("title"));
    const SnapshotPointer snapshot = write_and_open(builder, folder);
    BOOST_TEST(snapshot->find("b") == 1U);
    BOOST_TEST(snapshot->text(0, field::title) == "b");
    BOOST_TEST(snapshot->text(1, field::title) == "a");
    BOOST_TEST(snapshot->find("title") == 2U);
    BOOST_TEST(snapshot->find_field("title") == FieldId{field::title});
}

BOOST_AUTO_TEST_CASE(two_items_of_one_path_are_found_by_none) {
    const Folder folder;
    SnapshotBuilder builder;
    add(builder, make_item("a", {{"link", "https://x.example/p/1?colour=red"}}));
    add(builder, make_item("b", {{"link", "https://x.example/p/1/"}}));
    add(builder, make_item("c", {{"link", "/p/2"}}));
    const SnapshotPointer snapshot = write_and_open(builder, folder);
    BOOST_TEST(snapshot->find_link("/p/1") == kNoItem);
    BOOST_TEST(snapshot->find_link("/p/2") == 2U);
}

BOOST_AUTO_TEST_CASE(errors_name_item_and_field) {
    SnapshotBuilder builder;
    BOOST_TEST(add_error(builder, ItemInput{}) ==
               "an item without id; give every item a text in the field 'id'");
    BOOST_TEST(add_error(builder, make_item("")).starts_with("an item without id"));
    BOOST_TEST(add_error(builder, make_item(std::string(51, 'x'))).find("id: longer than 50") !=
               std::string::npos);
    BOOST_TEST(add_error(builder, make_item("a", {{"price", "cheap"}})) ==
               "item 'a': price: not a price: 'cheap'; write it like 19.90 GBP");
    BOOST_TEST(add_error(builder, make_item("a", {{"sale_price", "-1"}}))
                   .starts_with("item 'a': sale_price: not a price"));
    BOOST_TEST(add_error(builder, make_item("a", {{"availability", "maybe"}}))
                   .starts_with("item 'a': availability: unknown: 'maybe'"));
    BOOST_TEST(add_error(builder, make_item("a", {{"stock", "few"}}))
                   .starts_with("item 'a': stock: not a whole number"));
    BOOST_TEST(add_error(builder, make_item("a", {{"quantity", "few"}}))
                   .starts_with("item 'a': quantity: not a whole number"));
    BOOST_TEST(add_error(builder, make_item("a", {{"date_added", "soon"}}))
                   .starts_with("item 'a': date_added: not a date"));
    BOOST_TEST(add_error(builder, make_item("a", {{"", "x"}})).find("name") != std::string::npos);
    BOOST_TEST(add_error(builder, make_item("a", {{"title", std::string(65537, 'x')}})) ==
               "item 'a': title: longer than 64 KiB");
    BOOST_TEST(builder.item_count() == 0U);
    BOOST_TEST(builder.find("a") == kNoItem);
    add(builder, make_item(std::string(50, 'x'), {{"price", ""}, {"availability", ""}}));
}

BOOST_AUTO_TEST_CASE(too_many_columns_are_refused) {
    SnapshotBuilder builder;
    ItemInput item = make_item("a");
    for (int i = 0; i < 256 - field::fixed_count; ++i) {
        item.fields.emplace_back("c" + std::to_string(i), "x");
    }
    add(builder, item);
    BOOST_TEST(add_error(builder, make_item("b", {{"one_more", "x"}})).find("256") !=
               std::string::npos);
    BOOST_TEST(builder.item_count() == 1U);
}

BOOST_AUTO_TEST_CASE(the_currency_comes_from_the_price) {
    const Folder folder;
    SnapshotBuilder builder;
    add(builder, make_item("a", {{"price", "1 eur"}}));
    add(builder, make_item("b", {{"price", "1"}, {"currency", "CHF"}}));
    add(builder, make_item("c", {{"price", "2"}, {"sale_price", "1 USD"}}));
    const SnapshotPointer snapshot = write_and_open(builder, folder);
    BOOST_TEST(snapshot->text(0, field::currency) == "EUR");
    BOOST_TEST(snapshot->text(1, field::currency) == "CHF");
    BOOST_TEST(snapshot->text(2, field::currency) == "USD");
}

BOOST_AUTO_TEST_CASE(lists_hold_an_item_once_at_its_best) {
    const Folder folder;
    SnapshotBuilder builder;
    for (const char* id : {"a", "b", "c"}) {
        add(builder, make_item(id));
    }
    builder.set_list(ListKind::popular, "", {{0, 1.F}, {2, 2.F}, {1, 2.F}, {0, 5.F}});
    const SnapshotPointer snapshot = write_and_open(builder, folder);
    const auto list = snapshot->ranked(ListKind::popular);
    BOOST_REQUIRE(list.size() == 3U);
    BOOST_TEST(list[0].item == 0U);
    BOOST_TEST(list[0].score == 5.F);
    BOOST_TEST(list[1].item == 1U);
    BOOST_TEST(list[2].item == 2U);
}

BOOST_AUTO_TEST_CASE(sessions_of_an_item_are_capped_to_the_newest) {
    const Folder folder;
    SnapshotBuilder builder;
    add(builder, make_item("a"));
    add(builder, make_item("b"));
    builder.set_sessions_per_item(2);
    for (const unsigned time : {50U, 10U, 40U, 20U}) {
        builder.add_session(time, {0});
    }
    builder.add_session(30, {1, 1});
    builder.add_session(60, {});
    const SnapshotPointer snapshot = write_and_open(builder, folder);
    BOOST_TEST(snapshot->sessions().size() == 5U);
    BOOST_REQUIRE(snapshot->sessions_of(0).size() == 2U);
    BOOST_TEST(snapshot->sessions().time(snapshot->sessions_of(0)[0]) == 50U);
    BOOST_TEST(snapshot->sessions().time(snapshot->sessions_of(0)[1]) == 40U);
    BOOST_TEST(snapshot->sessions().frequency(0) == 4U);
    BOOST_TEST(snapshot->sessions().frequency(1) == 1U);
    BOOST_TEST(snapshot->sessions().items_of(2).size() == 1U);
}

BOOST_AUTO_TEST_CASE(unknown_items_and_scores_fail_the_write) {
    const Folder folder;
    const auto fails = [&folder](const auto& misuse) {
        SnapshotBuilder builder;
        add(builder, make_item("a"));
        misuse(builder);
        const Status status = builder.write(folder.path("store"), 1, 1);
        BOOST_TEST(!status.ok());
        BOOST_TEST(status.message().starts_with(folder.path("store") + ": "));
        BOOST_TEST(folder.names().empty());
    };
    fails([](auto& b) { b.set_list(ListKind::popular, "", {{1, 1.F}}); });
    fails([](auto& b) {
        b.set_list(ListKind::popular, "", {{0, std::numeric_limits<float>::quiet_NaN()}});
    });
    fails([](auto& b) { b.set_list(ListKind::popular, "", {{0, 3e38F}}); });
    fails([](auto& b) { b.set_order_weights({3e38F}); });
    fails([](auto& b) { b.set_neighbours(NeighbourKind::similar, 1, {{0, 1.F}}); });
    fails([](auto& b) { b.set_neighbours(NeighbourKind::similar, 0, {{kNoItem, 1.F}}); });
    fails([](auto& b) { b.add_session(1, {0, 1}); });
    fails([](auto& b) { b.set_first_seen(1, 1); });
    fails([](auto& b) { b.set_popularity(kNoItem, 1); });
    fails([](auto& b) { b.set_order_weights({1, INFINITY}); });
    fails([](auto& b) { b.set_order_weights(std::vector<float>(65)); });
}

BOOST_AUTO_TEST_CASE(write_errors_name_the_path) {
    const Folder folder;
    SnapshotBuilder builder;
    const Status status = builder.write(folder.path("no/such/store"), 1, 1);
    BOOST_REQUIRE(!status.ok());
    BOOST_TEST(status.message().starts_with(folder.path("no/such/store.tmp.")));
    BOOST_TEST(status.message().ends_with("No such file or directory"));
    std::filesystem::create_directory(folder.path("taken"));
    write_bytes(folder.path("taken/file"), "");
    BOOST_TEST(!builder.write(folder.path("taken"), 1, 1).ok());
    BOOST_TEST(folder.names().size() == 1U);
}

BOOST_AUTO_TEST_CASE(temporary_files_of_the_dead_are_removed) {
    const Folder folder;
    const pid_t dead = ::fork();
    if (dead == 0) {
        ::_exit(0);
    }
    ::waitpid(dead, nullptr, 0);
    const std::string mine = folder.path("store.tmp." + std::to_string(::getpid()));
    const std::string other = folder.path("store.tmp." + std::to_string(::getppid()));
    for (const std::string& name :
         {mine, other, folder.path("store.tmp." + std::to_string(dead)), folder.path("store.tmp.x"),
          folder.path("other.tmp." + std::to_string(dead))}) {
        write_bytes(name, "half");
    }
    SnapshotBuilder builder;
    write_and_open(builder, folder);
    BOOST_TEST(!std::filesystem::exists(mine));
    BOOST_TEST(!std::filesystem::exists(folder.path("store.tmp." + std::to_string(dead))));
    BOOST_TEST(std::filesystem::exists(other));
    BOOST_TEST(folder.names().size() == 4U);
}

BOOST_AUTO_TEST_CASE(a_staged_store_is_not_in_service_yet) {
    const Folder folder;
    const std::string path = folder.path("store");
    SnapshotBuilder builder;
    fill_small_shop(builder);
    BOOST_REQUIRE(builder.write(path, 1, 1).ok());
    const StagedFile staged(path);
    BOOST_REQUIRE(builder.write(staged, 2, 1).ok());
    BOOST_TEST((*Snapshot::open(path))->generation() == 1U);
    BOOST_TEST((*Snapshot::open(staged.name()))->generation() == 2U);
    BOOST_REQUIRE(builder.write(staged, 3, 1).ok());  // what a killed writer left does not hinder
    staged.discard();
    BOOST_TEST(folder.names().size() == 1U);
    BOOST_TEST(!staged.publish().ok());
    BOOST_REQUIRE(builder.write(staged, 4, 1).ok());
    // Another process may write what this one publishes.
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(builder.write(staged, 5, 1).ok() ? 0 : 1);
    }
    int status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
    BOOST_TEST(staged.publish().ok());
    BOOST_TEST((*Snapshot::open(path))->generation() == 5U);
    BOOST_TEST(folder.names().size() == 1U);
}

// A directory that may be searched and changed, but neither read nor synced.
BOOST_AUTO_TEST_CASE(a_store_in_service_is_no_error) {
    const Folder folder;
    const std::string closed = folder.path("closed");
    std::filesystem::create_directory(closed);
    constexpr uid_t kNobody = 65534;
    const uid_t user = ::geteuid();
    BOOST_REQUIRE(::chmod(folder.path(".").c_str(), 0711) == 0);
    BOOST_REQUIRE(::chmod(closed.c_str(), 0300) == 0);
    if (user == 0) {  // who may do anything
        BOOST_REQUIRE(::chown(closed.c_str(), kNobody, static_cast<gid_t>(-1)) == 0);
        BOOST_REQUIRE(::seteuid(kNobody) == 0);
    }
    SnapshotBuilder builder;
    fill_small_shop(builder);
    const Status status = builder.write(closed + "/store", 1, 1);
    BOOST_REQUIRE(::seteuid(user) == 0);
    BOOST_TEST(status.ok(), status.message());
    BOOST_REQUIRE(::chmod(closed.c_str(), 0700) == 0);
    BOOST_TEST(Snapshot::open(closed + "/store").ok());
}

// The child writes generation after generation until it is killed at a moment that differs each
// time.
BOOST_AUTO_TEST_CASE(killed_at_any_time_the_store_is_whole) {
    const Folder folder;
    SnapshotBuilder builder;
    fill_small_shop(builder);
    BOOST_REQUIRE(builder.write(folder.path("store"), 1, 1).ok());
    for (int round = 0; round < 20; ++round) {
        int pipe[2];
        BOOST_REQUIRE(::pipe(pipe) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            for (std::uint64_t generation = 2; builder.write(folder.path("store"), generation, 1);
                 ++generation) {
                if (::write(pipe[1], "x", 1) != 1) {
                    break;
                }
            }
            ::_exit(1);
        }
        for (int written = 0; written <= round % 5; ++written) {
            char byte = 0;
            BOOST_REQUIRE(::read(pipe[0], &byte, 1) == 1);
        }
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        ::close(pipe[0]);
        ::close(pipe[1]);
        const Result<SnapshotPointer> snapshot = Snapshot::open(folder.path("store"));
        BOOST_REQUIRE_MESSAGE(snapshot.ok(), snapshot.message());
        BOOST_TEST((*snapshot)->generation() > 1U);
        BOOST_TEST((*snapshot)->find("rug") == 3U);
    }
}

BOOST_AUTO_TEST_CASE(a_store_stays_compact) {
    const Folder folder;
    SnapshotBuilder builder;
    constexpr unsigned kItems = 5000;
    std::size_t text = 0;
    for (unsigned i = 0; i < kItems; ++i) {
        const std::string n = std::to_string(i);
        const ItemInput item = make_item(n, {{"title", "Title of " + n},
                                             {"description", "Description of " + n},
                                             {"link", "https://shop.example/p/" + n},
                                             {"image_link", "/i/" + n + ".jpg"},
                                             {"brand", "Brand"},
                                             {"product_type", "A > B"},
                                             {"price", "1.00 GBP"},
                                             {"availability", "in_stock"},
                                             {"stock", "3"}});
        for (const auto& [name, value] : item.fields) {
            text += value.size();
        }
        add(builder, item);
    }
    const std::size_t without = write_and_open(builder, folder)->bytes();
    BOOST_TEST(without < text + kItems * 300);
    constexpr unsigned kSessions = 20000;
    for (unsigned i = 0; i < kSessions; ++i) {
        builder.add_session(i, {i % kItems, (i * 7) % kItems, (i * 31) % kItems, i / 9, i / 7});
    }
    const std::size_t with = write_and_open(builder, folder)->bytes();
    BOOST_TEST_MESSAGE("bytes per item " << (without - text) / kItems << ", per session "
                                         << (with - without) / kSessions);
    BOOST_TEST(with - without < kSessions * 50);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(live_writer)

BOOST_AUTO_TEST_CASE(updates_are_seen_by_an_open_snapshot) {
    const Folder folder;
    SnapshotBuilder builder;
    fill_small_shop(builder);
    const SnapshotPointer snapshot = write_and_open(builder, folder);
    const std::string before = read_bytes(folder.path("store"));
    auto writer = LiveWriter::open(folder.path("store"));
    BOOST_REQUIRE_MESSAGE(writer.ok(), writer.message());
    LiveFields live = (*writer)->read("mug");
    BOOST_TEST(live.price_micros == 19'900'000);
    live.price_micros = 21'000'000;
    live.sale_price_micros = 0;
    live.stock = 0;
    live.popularity = 8.5F;
    live.availability = Availability::preorder;
    BOOST_TEST((*writer)->update("mug", live));
    const LiveFields seen = snapshot->live(0);
    BOOST_TEST(seen.price_micros == 21'000'000);
    BOOST_TEST(!seen.on_sale());
    BOOST_TEST(seen.stock == 0U);
    BOOST_TEST(!seen.available());
    BOOST_TEST(!snapshot->available(0));
    BOOST_TEST(seen.popularity == 8.5F);
    BOOST_TEST((seen.availability == Availability::preorder));
    BOOST_TEST((*writer)->read("mug").stock == 0U);
    // The others, and the immutable part, are as they were; the file opens again.
    BOOST_TEST(snapshot->live(1).price_micros == 5'000'000);
    const std::string after = read_bytes(folder.path("store"));
    const std::size_t immutable = before.size() - std::size_t{4} * 32;
    BOOST_TEST(before.substr(0, immutable) == after.substr(0, immutable));
    BOOST_TEST(before != after);
    BOOST_TEST(Snapshot::open(folder.path("store")).ok());
}

BOOST_AUTO_TEST_CASE(unknown_items_are_refused) {
    const Folder folder;
    SnapshotBuilder builder;
    fill_small_shop(builder);
    write_and_open(builder, folder);
    auto writer = LiveWriter::open(folder.path("store"));
    BOOST_REQUIRE(writer.ok());
    BOOST_TEST(!(*writer)->update("nothing", LiveFields()));
    BOOST_TEST(!(*writer)->update("", LiveFields()));
    BOOST_TEST(!(*writer)->update("Acme", LiveFields()));
    BOOST_TEST((*writer)->read("nothing").price_micros == 0);
}

BOOST_AUTO_TEST_CASE(unsound_values_are_stored_as_unknown) {
    const Folder folder;
    SnapshotBuilder builder;
    fill_small_shop(builder);
    const SnapshotPointer snapshot = write_and_open(builder, folder);
    auto writer = LiveWriter::open(folder.path("store"));
    BOOST_REQUIRE(writer.ok());
    LiveFields live;
    live.price_micros = -5;
    live.popularity = std::numeric_limits<float>::infinity();
    BOOST_TEST((*writer)->update("mug", live));
    BOOST_TEST(snapshot->live(0).price_micros == 0);
    BOOST_TEST(snapshot->live(0).popularity == 0);
}

BOOST_AUTO_TEST_CASE(files_that_do_not_validate_are_refused) {
    const Folder folder;
    BOOST_TEST(!LiveWriter::open(folder.path("missing")).ok());
    std::string bytes = small_shop_file(folder);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] + 1);
    write_bytes(folder.path("broken"), bytes);
    const auto writer = LiveWriter::open(folder.path("broken"));
    BOOST_REQUIRE(!writer.ok());
    BOOST_TEST(writer.message().starts_with(folder.path("broken") + ": wrong checksum"));
    BOOST_TEST(read_bytes(folder.path("broken")) == bytes);
}

BOOST_AUTO_TEST_CASE(an_empty_store_can_be_opened) {
    const Folder folder;
    SnapshotBuilder builder;
    write_and_open(builder, folder);
    const auto writer = LiveWriter::open(folder.path("store"));
    BOOST_REQUIRE_MESSAGE(writer.ok(), writer.message());
    BOOST_TEST(!(*writer)->update("mug", LiveFields()));
}

BOOST_AUTO_TEST_CASE(a_new_generation_is_not_touched) {
    const Folder folder;
    SnapshotBuilder builder;
    fill_small_shop(builder);
    write_and_open(builder, folder);
    auto writer = LiveWriter::open(folder.path("store"));
    BOOST_REQUIRE(writer.ok());
    const SnapshotPointer next = write_and_open(builder, folder);
    LiveFields live;
    live.stock = 1234;
    BOOST_TEST((*writer)->update("mug", live));
    BOOST_TEST(next->live(0).stock == 7U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::store::test
