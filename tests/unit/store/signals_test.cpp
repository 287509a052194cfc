// What the learner found out: signals of items, and segments.
#include <array>
#include <boost/test/unit_test.hpp>
#include <limits>

#include "unit/store/fixture.hpp"
#include "unit/store/walk.hpp"

namespace pz::store::test {

namespace {

struct Found {
    Folder folder;
    SnapshotBuilder builder;
    std::unique_ptr<const Snapshot> snapshot;

    Found() { fill_small_shop(builder); }
    Status write() {
        const Status status = builder.write(folder.path("store"), 1, 2);
        if (status) {
            auto opened = Snapshot::open(folder.path("store"));
            BOOST_REQUIRE_MESSAGE(opened.ok(), opened.message());
            snapshot = std::move(*opened);
        }
        return status;
    }
    std::string weights(std::uint32_t field, const std::string& text) const {
        std::string result;
        for (const float weight : snapshot->weights_of({field, snapshot->find_value(text)})) {
            result += std::to_string(weight).substr(0, 4) + " ";
        }
        return result;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(signals, Found)

BOOST_AUTO_TEST_CASE(signals_of_an_item) {
    const ItemIndex mug = builder.find("mug");
    builder.set_signals(mug, {1.5F, 12, 86400});
    builder.set_restocked(mug, 1700000000);
    BOOST_REQUIRE(write().ok());
    const ItemSignals signals = snapshot->signals(snapshot->find("mug"));
    BOOST_TEST(signals.appeal == 1.5F);
    BOOST_TEST(signals.exposure == 12);
    BOOST_TEST(signals.interval == 86400U);
    BOOST_TEST(snapshot->live(snapshot->find("mug")).restocked == 1700000000U);
    for (const ItemIndex other : {ItemIndex{mug + 1}, kNoItem}) {
        BOOST_TEST(snapshot->signals(other).appeal == 1);
        BOOST_TEST(snapshot->signals(other).exposure == 0);
        BOOST_TEST(snapshot->signals(other).interval == 0U);
    }
}

BOOST_AUTO_TEST_CASE(an_appeal_has_bounds) {
    builder.set_signals(0, {100, -5, 0});
    builder.set_signals(1, {0, 0, 0});
    BOOST_REQUIRE(write().ok());
    BOOST_TEST(snapshot->signals(0).appeal == kMostAppeal);
    BOOST_TEST(snapshot->signals(0).exposure == 0);
    BOOST_TEST(snapshot->signals(1).appeal == kLeastAppeal);
}

BOOST_AUTO_TEST_CASE(what_is_no_number_fails_the_write) {
    builder.set_signals(0, {std::numeric_limits<float>::quiet_NaN(), 0, 0});
    BOOST_TEST(write().message().find("set_signals") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_unknown_item_fails_the_write) {
    builder.set_restocked(99, 1);
    BOOST_TEST(write().message().find("set_restocked") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(segments_are_found_by_attribute) {
    BOOST_REQUIRE(builder.find("mug") != kNoItem);
    const std::array segments = {
        SegmentInput{"auto: one", {{field::brand, "Acme", 0.5F}, {field::color, "red", 0.25F}}},
        SegmentInput{"auto: two", {{field::brand, "Acme", 0.75F}}}};
    builder.set_found_segments(segments);
    BOOST_REQUIRE(write().ok());
    BOOST_REQUIRE(snapshot->found_segments().size() == 2U);
    BOOST_TEST(snapshot->text(snapshot->found_segments()[1]) == "auto: two");
    BOOST_TEST(snapshot->found_attributes().size() == 2U);
    BOOST_TEST(weights(field::brand, "Acme") == "0.50 0.75 ");
    BOOST_TEST(weights(field::color, "red") == "0.25 0.00 ");
    BOOST_TEST(weights(field::color, "Acme") == "");
    BOOST_TEST(weights(field::fixed_count, "red") == "");
    walk(*snapshot);
}

BOOST_AUTO_TEST_CASE(no_more_segments_than_the_format_has) {
    builder.set_found_segments(std::vector<SegmentInput>(20, {"s", {{field::brand, "Acme", 1}}}));
    BOOST_REQUIRE(write().ok());
    BOOST_TEST(snapshot->found_segments().size() == kMaxFoundSegments);
    builder.set_found_segments({});
    BOOST_REQUIRE(write().ok());
    BOOST_TEST(snapshot->found_segments().empty());
}

BOOST_AUTO_TEST_CASE(a_segment_of_an_unknown_column_fails_the_write) {
    builder.set_found_segments(std::array{SegmentInput{"s", {{kNoField, "red", 1}}}});
    BOOST_TEST(write().message().find("set_found_segments") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::store::test
