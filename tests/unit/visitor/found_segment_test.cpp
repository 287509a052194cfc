// The visitor's segment among those found by machine.
#include <stdlib.h>

#include <boost/test/unit_test.hpp>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "store/builder.hpp"
#include "visitor/profile.hpp"

using namespace pz;

namespace {

constexpr std::int64_t kNow = 1763660000;

// 8 brands of 40 items each, one segment for each brand; some items are of two minds.
struct Shop {
    store::SnapshotBuilder builder;
    std::unique_ptr<const store::Snapshot> snapshot;
    visitor::Profile profile;

    Shop() {
        std::vector<store::SegmentInput> segments;
        for (int brand = 0; brand < 8; ++brand) {
            const std::string name = "b" + std::to_string(brand);
            store::SegmentInput segment{"auto: " + name, {{store::field::brand, name, 1}}};
            for (int i = 0; i < 40; ++i) {
                const std::string color = name + "-c" + std::to_string(i);
                BOOST_REQUIRE(builder
                                  .add_item({.fields = {{"id", name + "-" + std::to_string(i)},
                                                        {"brand", name},
                                                        {"color", color},
                                                        {"size", "s" + std::to_string(i)}}})
                                  .ok());
                segment.weights.push_back({store::field::color, color, 0.2F});
            }
            segments.push_back(segment);
        }
        builder.set_found_segments(segments);
        snapshot = open();
    }
    std::unique_ptr<const store::Snapshot> open() {
        std::string folder = std::filesystem::temp_directory_path() / "pz-visitor-XXXXXX";
        BOOST_REQUIRE(::mkdtemp(folder.data()) != nullptr);
        BOOST_REQUIRE(builder.write(folder + "/store", 1, kNow).ok());
        auto opened = store::Snapshot::open(folder + "/store");
        std::filesystem::remove_all(folder);
        BOOST_REQUIRE_MESSAGE(opened.ok(), opened.message());
        return std::move(*opened);
    }
    std::string segments(const std::vector<std::string>& viewed, const std::string& trait = "") {
        std::vector<std::string> texts;
        for (const std::string& id : viewed) {
            texts.push_back("view_item " + id + " " + std::to_string(kNow - 60));
        }
        const std::vector<std::string_view> views(texts.begin(), texts.end());
        const std::vector<std::pair<std::string_view, std::string_view>> traits = {
            {"segment", trait}};
        profile.build(*snapshot, views, traits, kNow);
        std::string names;
        for (const std::string& name : profile.segments()) {
            names += (names.empty() ? "" : ",") + name;
        }
        return names;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(found_segment, Shop)

BOOST_AUTO_TEST_CASE(the_nearest_beside_those_that_the_shop_gave) {
    BOOST_TEST(segments({"b3-1", "b3-2", "b1-1"}) == "auto: b3");
    BOOST_TEST(segments({"b3-1", "b3-2"}, "vip") == "vip,auto: b3");
    BOOST_TEST(profile.in_segment("auto: b3"));
}

BOOST_AUTO_TEST_CASE(it_stands_before_those_of_rules_and_goes_with_the_visitor) {
    const std::vector<std::string> texts = {"view_item b3-1 " + std::to_string(kNow),
                                            "view_item b3-2 " + std::to_string(kNow)};
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    profile.build(*snapshot, views, {}, kNow);
    profile.add_segment("ruled");
    BOOST_REQUIRE(profile.segments().size() == 2U);
    BOOST_TEST(profile.segments()[0] == "auto: b3");
    BOOST_TEST(profile.segments()[1] == "ruled");
    profile.clear();
    BOOST_TEST(profile.segments().empty());
    BOOST_TEST(profile.affinities().empty());
}

BOOST_AUTO_TEST_CASE(none_of_one_item_or_between_two) {
    BOOST_TEST(segments({}) == "");
    BOOST_TEST(segments({"b3-1"}) == "");
    BOOST_TEST(segments({"b3-1", "b4-1"}) == "");
    BOOST_TEST(segments({"unknown", "b4-1"}, "vip") == "vip");
}

// Told, not judged: what the segment adds to the profile of a visitor with 100 events of 40 items.
BOOST_AUTO_TEST_CASE(it_costs_little) {
    std::vector<std::string> texts;
    for (int i = 0; i < 100; ++i) {
        texts.push_back("view_item b" + std::to_string(i % 8) + "-" + std::to_string(i % 40) + " " +
                        std::to_string(kNow - i));
    }
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    const auto with = open();
    builder.set_found_segments({});
    const auto without = open();
    const auto cpu = [&](const store::Snapshot& of) {
        const std::clock_t begin = std::clock();
        profile.build(of, views, {}, kNow);
        return std::clock() - begin;
    };
    std::clock_t spent = 0;
    constexpr int kTimes = 4000;
    for (int i = 0; i < kTimes; ++i) {
        spent += cpu(*with) - cpu(*without);
    }
    const double micros = 1e6 * static_cast<double>(spent) / CLOCKS_PER_SEC / kTimes;
    BOOST_TEST_MESSAGE("8 segments of 41 values: " << micros << " us of CPU");
}

BOOST_AUTO_TEST_SUITE_END()
