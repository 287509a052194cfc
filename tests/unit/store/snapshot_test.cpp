#include "store/snapshot.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <numeric>

#include "store/builder.hpp"
#include "store/format.hpp"
#include "unit/store/fixture.hpp"
#include "unit/store/walk.hpp"

namespace pz::store::test {

namespace {

using SnapshotPointer = std::unique_ptr<const Snapshot>;

SnapshotPointer open_ok(const std::string& path) {
    Result<SnapshotPointer> snapshot = Snapshot::open(path);
    BOOST_REQUIRE_MESSAGE(snapshot.ok(), snapshot.message());
    return std::move(*snapshot);
}

SnapshotPointer write_and_open(SnapshotBuilder& builder, const Folder& folder) {
    const Status status = builder.write(folder.path("store"), 42, 1763660000);
    BOOST_REQUIRE_MESSAGE(status.ok(), status.message());
    return open_ok(folder.path("store"));
}

struct SmallShop {
    SmallShop() {
        fill_small_shop(builder);
        snapshot = write_and_open(builder, folder);
    }
    Folder folder;
    SnapshotBuilder builder;
    SnapshotPointer snapshot;
};

template <class List>
std::vector<ItemIndex> items_of(const List& list) {
    std::vector<ItemIndex> items;
    for (const ScoredItem scored : list) {
        items.push_back(scored.item);
    }
    return items;
}

using Items = std::vector<ItemIndex>;

template <class T>
std::vector<T> vector_of(std::span<const T> values) {
    return {values.begin(), values.end()};
}

void add(SnapshotBuilder& builder, const ItemInput& item) {
    const Result<ItemIndex> index = builder.add_item(item);
    BOOST_REQUIRE_MESSAGE(index.ok(), index.message());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(snapshot, SmallShop)

BOOST_AUTO_TEST_CASE(says_what_it_is) {
    BOOST_TEST(snapshot->generation() == 42U);
    BOOST_TEST(snapshot->created() == 1763660000);
    BOOST_TEST(snapshot->item_count() == 4U);
    BOOST_TEST(snapshot->bytes() == std::filesystem::file_size(folder.path("store")));
}

BOOST_AUTO_TEST_CASE(finds_items_by_id) {
    BOOST_TEST(snapshot->find("mug") == 0U);
    BOOST_TEST(snapshot->find("bowl") == 1U);
    BOOST_TEST(snapshot->find("rug") == 3U);
    BOOST_TEST(snapshot->id(2) == "lamp");
    BOOST_TEST(snapshot->find("") == kNoItem);
    BOOST_TEST(snapshot->find("mu") == kNoItem);
    BOOST_TEST(snapshot->find("mug ") == kNoItem);
    // A text of the store that is no id.
    BOOST_TEST(snapshot->find("Acme") == kNoItem);
}

BOOST_AUTO_TEST_CASE(finds_many_as_it_finds_one) {
    const std::vector<std::string_view> few = {"rug", "", "mug", "Acme", "gone", "mug ", "lamp"};
    std::vector<std::string_view> ids;
    for (std::size_t count = 0; count <= 100; ++count) {
        std::vector<ItemIndex> items(ids.size(), 7);
        snapshot->find_all(ids, items);
        for (std::size_t i = 0; i < ids.size(); ++i) {
            BOOST_TEST(items[i] == snapshot->find(ids[i]), ids[i]);
        }
        ids.push_back(few[count % few.size()]);
    }
}

BOOST_AUTO_TEST_CASE(values_are_a_row) {
    const auto row = snapshot->values(1);
    BOOST_TEST(row.size() == snapshot->field_count());
    for (FieldId field = 0; field < row.size(); ++field) {
        BOOST_TEST(row[field] == snapshot->value(1, field));
    }
    BOOST_TEST(snapshot->values(4).empty());
    BOOST_TEST(snapshot->values(kNoItem).empty());
}

BOOST_AUTO_TEST_CASE(finds_items_by_link) {
    for (const char* link :
         {"/product/mug", "/product/mug/", "https://shop.example/product/mug?x=1#top",
          "http://other.example:8080/product/mug//", "//shop.example/product/mug"}) {
        BOOST_TEST(snapshot->find_link(link) == 0U, link);
    }
    BOOST_TEST(snapshot->find_link("/product/bowl") == 1U);
    for (const char* link : {"", "/", "product/mug", "/product", "/product/mugs", "mailto:a@b.c",
                             "https://shop.example", "https://shop.example/?p=/product/mug"}) {
        BOOST_TEST(snapshot->find_link(link) == kNoItem, link);
    }
}

BOOST_AUTO_TEST_CASE(keeps_columns_and_values) {
    BOOST_TEST(snapshot->field_name(field::brand) == "brand");
    BOOST_TEST(snapshot->find_field("brand") == FieldId{field::brand});
    const FieldId label = snapshot->find_field("custom_label_0");
    BOOST_REQUIRE(label != kNoField);
    BOOST_TEST(label >= FieldId{field::fixed_count});
    BOOST_TEST(snapshot->text(0, label) == "gift");
    BOOST_TEST(snapshot->value(1, label) == kNoValue);
    BOOST_TEST(snapshot->text(2, snapshot->find_field("margin")) == "0.4");
    BOOST_TEST(snapshot->text(0, field::title) == "Mug \"Tea & Co\"");
    BOOST_TEST(snapshot->text(0, snapshot->find_field("price")) == "19.90 GBP");
    BOOST_TEST(snapshot->text(0, field::currency) == "GBP");
    BOOST_TEST(snapshot->value(0, field::brand) == snapshot->value(1, field::brand));
    BOOST_TEST(snapshot->value(0, field::brand) == snapshot->find_value("Acme"));
    BOOST_TEST(snapshot->find_value("acme") == kNoValue);
    BOOST_TEST(snapshot->find_field("nothing") == kNoField);
    BOOST_TEST(snapshot->find_field("Acme") == kNoField);
    BOOST_TEST(snapshot->find_field("") == kNoField);
}

BOOST_AUTO_TEST_CASE(every_text_is_found_under_its_own_id) {
    for (ValueId value = 0; value < snapshot->value_count(); ++value) {
        BOOST_TEST(snapshot->find_value(snapshot->text(value)) == value);
    }
}

BOOST_AUTO_TEST_CASE(leading_levels_of_product_types_are_texts) {
    for (const char* level : {"Kitchen", "Kitchen > Mugs", "Kitchen > Mugs > Large"}) {
        BOOST_TEST(snapshot->find_value(level) != kNoValue, level);
    }
    BOOST_TEST(snapshot->find_value("Mugs") == kNoValue);
}

BOOST_AUTO_TEST_CASE(reads_numbers_of_the_feed) {
    const LiveFields mug = snapshot->live(0);
    BOOST_TEST(mug.price_micros == 19'900'000);
    BOOST_TEST(mug.sale_price_micros == 14'900'000);
    BOOST_TEST(mug.stock == 7U);
    BOOST_TEST(mug.available());
    BOOST_TEST(snapshot->first_seen(0) == 1709164800);
    BOOST_TEST(!snapshot->live(1).available());
    BOOST_TEST(snapshot->live(1).popularity == 2.5F);
    BOOST_TEST(snapshot->first_seen(2) == 1700000000);
    BOOST_TEST(snapshot->live(3).stock == kUnknownStock);
    BOOST_TEST(snapshot->live(3).available());
    BOOST_TEST(snapshot->first_seen(3) == 0);
}

BOOST_AUTO_TEST_CASE(lists_are_best_first) {
    BOOST_TEST(items_of(snapshot->ranked(ListKind::popular)) == Items({1, 2, 0}));
    BOOST_TEST(snapshot->ranked(ListKind::popular)[0].score == 3.F);
    BOOST_TEST(items_of(snapshot->ranked(ListKind::in_category, snapshot->find_value("Kitchen"))) ==
               Items({0}));
    BOOST_TEST(items_of(snapshot->ranked(ListKind::in_brand, snapshot->find_value("Acme"))) ==
               Items({0, 1}));
    BOOST_TEST(items_of(snapshot->ranked(ListKind::in_segment, snapshot->find_value("vip"))) ==
               Items({2}));
    BOOST_TEST(snapshot->ranked(ListKind::new_items).empty());
    BOOST_TEST(snapshot->ranked(ListKind::in_brand).empty());
    BOOST_TEST(snapshot->ranked(ListKind::in_category, snapshot->find_value("Acme")).empty());
}

BOOST_AUTO_TEST_CASE(neighbours_are_best_first) {
    BOOST_TEST(items_of(snapshot->neighbours(NeighbourKind::cross_sell, 0)) == Items({1, 2}));
    BOOST_TEST(items_of(snapshot->neighbours(NeighbourKind::similar, 2)) == Items({3}));
    BOOST_TEST(snapshot->neighbours(NeighbourKind::similar, 0).empty());
    BOOST_TEST(snapshot->neighbours(NeighbourKind::cross_sell, 3).empty());
}

// Four bytes each: the item exactly, the score nearly.
BOOST_AUTO_TEST_CASE(a_neighbour_comes_back_from_its_code) {
    for (const std::size_t items : {0UL, 4UL, 511UL, 512UL, 1000000UL, kMaxItems}) {
        const NeighbourCode code(items);
        const float off = items <= 1000000 ? 0.004F : 0.0626F;
        for (const ItemIndex item :
             {std::size_t{0}, items / 2, std::max<std::size_t>(items, 1) - 1}) {
            for (const float score : {6e-8F, 1e-6F, 0.0123F, 0.5F, 0.999F, 1.0F, 1.25F, 250.0F}) {
                const ScoredItem back =
                    code.decode(code.encode({static_cast<ItemIndex>(item), score}));
                BOOST_TEST(back.item == item);
                BOOST_TEST(std::abs(back.score - score) <= off * score, items << " " << score);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(scores_beyond_a_code_become_the_nearest) {
    const NeighbourCode code(1000);
    BOOST_TEST(code.score(code.encode({7, 1e-30F})) == std::ldexp(1.0F, -24));
    BOOST_TEST(code.score(code.encode({7, 1e30F})) > 255.0F);
    BOOST_TEST(code.item(code.encode({7, 1e30F})) == 7U);
    // Never out of order.
    std::uint32_t before = 0;
    for (float score = 1e-9F; score < 1e4F; score *= 1.01F) {
        const std::uint32_t word = code.encode({7, score});
        BOOST_TEST(word >= before);
        before = word;
    }
}

BOOST_AUTO_TEST_CASE(neighbours_without_a_score_are_none) {
    SnapshotBuilder other;
    for (const char* id : {"a", "b", "c", "d"}) {
        add(other, make_item(id));
    }
    other.set_neighbours(NeighbourKind::similar, 0, {{1, 0}, {2, -1}, {3, 0.5F}});
    const SnapshotPointer made = write_and_open(other, folder);
    BOOST_TEST(items_of(made->neighbours(NeighbourKind::similar, 0)) == Items({3}));
    BOOST_TEST(made->neighbours(NeighbourKind::similar, 0)[0].score == 0.5F);
}

BOOST_AUTO_TEST_CASE(sessions_are_numbered_by_time) {
    BOOST_TEST(snapshot->sessions().size() == 3U);
    BOOST_TEST(snapshot->sessions().time(0) == 1000U);
    BOOST_TEST(snapshot->sessions().time(2) == 3000U);
    BOOST_TEST(vector_of(snapshot->sessions().items_of(0)) == Items({2, 1}));
    // Item 0 twice: once, at its last place.
    BOOST_TEST(vector_of(snapshot->sessions().items_of(2)) == Items({1, 0, 2}));
    BOOST_TEST(vector_of(snapshot->sessions_of(1)) == Items({2, 1, 0}));
    BOOST_TEST(vector_of(snapshot->sessions_of(2)) == Items({2, 0}));
    BOOST_TEST(snapshot->sessions_of(3).empty());
    BOOST_TEST(snapshot->sessions().frequency(1) == 3U);
    BOOST_TEST(snapshot->sessions().frequency(0) == 1U);
}

// In blocks, but never beyond the end of the file's list: sessions shorter and longer than a block,
// the last one of all among them.
BOOST_AUTO_TEST_CASE(sessions_are_copied_as_they_are) {
    constexpr std::size_t kBlock = SessionTable::kBlock;
    for (const std::size_t last : {std::size_t{1}, kBlock - 1, kBlock, kBlock + 1}) {
        SnapshotBuilder other;
        for (std::uint32_t i = 0; i < 2 * kBlock; ++i) {
            add(other, make_item("i" + std::to_string(i)));
        }
        std::uint32_t time = 1000;
        for (const std::size_t length : {std::size_t{2}, kBlock, 2 * kBlock, last}) {
            std::vector<ItemIndex> items(length);
            std::iota(items.rbegin(), items.rend(), 0U);
            other.add_session(time++, items);
        }
        const SnapshotPointer made = write_and_open(other, folder);
        const SessionTable sessions = made->sessions();
        for (std::uint32_t session = 0; session < 5; ++session) {
            const auto expected = vector_of(sessions.items_of(session));
            std::vector<ItemIndex> copy(expected.size() + kBlock);
            BOOST_TEST(sessions.copy_items(session, copy.data()) == expected.size());
            copy.resize(expected.size());
            BOOST_TEST(copy == expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(arguments_out_of_range_give_nothing) {
    for (const ItemIndex item : {4U, 5U, 0x7fffffffU, kNoItem}) {
        BOOST_TEST(snapshot->value(item, field::id) == kNoValue);
        BOOST_TEST(snapshot->text(item, field::id).empty());
        BOOST_TEST(snapshot->neighbours(NeighbourKind::similar, item).empty());
        BOOST_TEST(snapshot->sessions_of(item).empty());
        BOOST_TEST(snapshot->sessions().frequency(item) == 0U);
        BOOST_TEST(snapshot->live(item).price_micros == 0);
        BOOST_TEST(snapshot->first_seen(item) == 0);
    }
    BOOST_TEST(snapshot->value(0, kNoField) == kNoValue);
    BOOST_TEST(snapshot->field_name(kNoField).empty());
    BOOST_TEST(snapshot->text(static_cast<ValueId>(snapshot->value_count())).empty());
    BOOST_TEST(snapshot->text(0xffffffffU).empty());
    BOOST_TEST(snapshot->sessions().items_of(3).empty());
    BOOST_TEST(snapshot->sessions().time(0xffffffffU) == 0U);
    BOOST_TEST(snapshot->ranked(ListKind::count).empty());
    BOOST_TEST(snapshot->ranked(ListKind::popular, 0xffffffffU).empty());
    BOOST_TEST(snapshot->neighbours(NeighbourKind::count, 0).empty());
}

BOOST_AUTO_TEST_CASE(a_new_generation_leaves_the_open_one_readable) {
    const std::uint64_t before = walk(*snapshot);
    SnapshotBuilder other;
    add(other, make_item("chair"));
    BOOST_REQUIRE(other.write(folder.path("store"), 43, 1).ok());
    BOOST_TEST(walk(*snapshot) == before);
    BOOST_TEST(snapshot->find("mug") == 0U);
    const SnapshotPointer next = open_ok(folder.path("store"));
    BOOST_TEST(next->generation() == 43U);
    BOOST_TEST(next->find("mug") == kNoItem);
    BOOST_TEST(next->find("chair") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(snapshot_open)

BOOST_AUTO_TEST_CASE(an_empty_store_opens) {
    const Folder folder;
    SnapshotBuilder builder;
    const SnapshotPointer snapshot = write_and_open(builder, folder);
    BOOST_TEST(snapshot->item_count() == 0U);
    BOOST_TEST(snapshot->sessions().size() == 0U);
    BOOST_TEST(snapshot->field_count() == std::size_t{field::fixed_count});
    BOOST_TEST(snapshot->find("mug") == kNoItem);
    BOOST_TEST(snapshot->find_link("/mug") == kNoItem);
    BOOST_TEST(snapshot->ranked(ListKind::popular).empty());
    walk(*snapshot);
}

BOOST_AUTO_TEST_CASE(errors_name_the_path) {
    const Folder folder;
    const auto missing = Snapshot::open(folder.path("missing"));
    BOOST_REQUIRE(!missing.ok());
    BOOST_TEST(missing.message() ==
               folder.path("missing") + ": cannot open: No such file or directory");
    write_bytes(folder.path("empty"), "");
    BOOST_TEST(!Snapshot::open(folder.path("empty")).ok());
    BOOST_TEST(!Snapshot::open(folder.path("")).ok());
    write_bytes(folder.path("page"), std::string(5000, '<'));
    const auto page = Snapshot::open(folder.path("page"));
    BOOST_REQUIRE(!page.ok());
    BOOST_TEST(page.message().starts_with(folder.path("page") + ": not a store file"));
}

BOOST_AUTO_TEST_CASE(a_fifo_of_that_name_does_not_stop_us) {
    const Folder folder;
    BOOST_REQUIRE(::mkfifo(folder.path("fifo").c_str(), 0600) == 0);
    BOOST_TEST(!Snapshot::open(folder.path("fifo")).ok());
}

BOOST_AUTO_TEST_CASE(no_prefix_of_a_file_opens) {
    const Folder folder;
    const std::string bytes = small_shop_file(folder);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        write_bytes(folder.path("cut"), std::string_view(bytes).substr(0, length));
        BOOST_REQUIRE_MESSAGE(!Snapshot::open(folder.path("cut")).ok(), length);
    }
    write_bytes(folder.path("grown"), bytes + std::string(8, '\0'));
    BOOST_TEST(!Snapshot::open(folder.path("grown")).ok());
    write_bytes(folder.path("whole"), bytes);
    BOOST_TEST(Snapshot::open(folder.path("whole")).ok());
}

// A file made to harm: its checksum is right, one number in it is not.
BOOST_AUTO_TEST_CASE(no_wrong_number_does_harm) {
    const Folder folder;
    const std::string bytes = small_shop_file(folder);
    unsigned opened = 0;
    for (std::size_t at = 0; at + 4 <= bytes.size() - std::size_t{4} * 32; at += 4) {
        std::uint32_t old = 0;
        std::memcpy(&old, bytes.data() + at, 4);
        for (const std::uint32_t number :
             {0U, 1U, old + 1, old - 1, old ^ 8U, 0x7fffffffU, 0x7fc00000U, 0xffffffffU}) {
            std::string changed = bytes;
            std::memcpy(changed.data() + at, &number, 4);
            mend_checksum(changed);
            write_bytes(folder.path("wrong"), changed);
            if (const auto snapshot = Snapshot::open(folder.path("wrong")); snapshot.ok()) {
                ++opened;
                walk(**snapshot);
            }
        }
    }
    BOOST_TEST(opened > 100U);
}

// Only the live fields are outside the checksum, and they are sound whatever their bytes say.
BOOST_AUTO_TEST_CASE(no_flipped_byte_does_harm) {
    const Folder folder;
    std::string bytes = small_shop_file(folder);
    const std::size_t live = bytes.size() - std::size_t{4} * 32;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<char>(~bytes[i]);
        write_bytes(folder.path("flipped"), bytes);
        const auto snapshot = Snapshot::open(folder.path("flipped"));
        BOOST_REQUIRE_MESSAGE(snapshot.ok() == (i >= live), i);
        if (snapshot.ok()) {
            walk(**snapshot);
        }
        bytes[i] = static_cast<char>(~bytes[i]);
    }
}

BOOST_AUTO_TEST_CASE(live_fields_of_any_bytes_are_sound) {
    const Folder folder;
    const std::string bytes = small_shop_file(folder);
    for (const char fill : {'\0', '\x7f', '\x80', '\xff'}) {
        std::string changed = bytes;
        std::fill(changed.end() - 128, changed.end(), fill);
        write_bytes(folder.path("live"), changed);
        const auto snapshot = open_ok(folder.path("live"));
        const LiveFields live = snapshot->live(0);
        BOOST_TEST(snapshot->available(0) == live.available());
        BOOST_TEST(live.price_micros >= 0);
        BOOST_TEST(live.sale_price_micros >= 0);
        BOOST_TEST(live.popularity >= 0);
        BOOST_TEST((live.availability <= Availability::backorder));
    }
}

BOOST_AUTO_TEST_CASE(many_items_are_all_found) {
    const Folder folder;
    SnapshotBuilder builder;
    constexpr ItemIndex kItems = 20000;
    for (ItemIndex i = 0; i < kItems; ++i) {
        const std::string id = "sku-" + std::to_string(i);
        add(builder, make_item(id, {{"link", "https://a.example/p/" + id}}));
    }
    const SnapshotPointer snapshot = write_and_open(builder, folder);
    for (ItemIndex i = 0; i < kItems; ++i) {
        const std::string id = "sku-" + std::to_string(i);
        BOOST_REQUIRE(snapshot->find(id) == i);
        BOOST_REQUIRE(snapshot->find_link("/p/" + id) == i);
    }
    BOOST_TEST(snapshot->find("sku-20000") == kNoItem);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::store::test
