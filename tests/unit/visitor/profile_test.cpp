#include "visitor/profile.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/builder.hpp"

using namespace pz;
using namespace pz::visitor;

namespace {

constexpr std::int64_t kNow = 1763660000;
constexpr std::int64_t kWeek = 7 * 24 * 3600;

using Traits = std::vector<std::pair<std::string_view, std::string_view>>;

std::unique_ptr<const store::Snapshot> make_snapshot() {
    store::SnapshotBuilder builder;
    const std::vector<std::vector<std::pair<std::string, std::string>>> items = {
        {{"id", "mug"},
         {"brand", "Acme"},
         {"product_type", "Home > Kitchen > Mugs"},
         {"color", "red"}},
        {{"id", "cup"}, {"brand", "Acme"}, {"product_type", "Home > Kitchen"}, {"color", "blue"}},
        {{"id", "bed"}, {"brand", "Doze"}, {"product_type", "Home > Bedroom"}, {"color", "red"}},
        {{"id", "hat"}, {"product_type", "Hats"}},
        {{"id", "home"}, {"product_type", "Home"}},
        {{"id", "with space"}}};
    for (const auto& fields : items) {
        BOOST_REQUIRE(builder.add_item({.fields = fields}).ok());
    }
    const std::string path = "/tmp/pz_profile_test." + std::to_string(getpid());
    const Status written = builder.write(path, 1, kNow);
    BOOST_REQUIRE_MESSAGE(written.ok(), written.message());
    auto snapshot = store::Snapshot::open(path);
    BOOST_REQUIRE_MESSAGE(snapshot.ok(), snapshot.message());
    std::remove(path.c_str());
    return std::move(*snapshot);
}

struct Fixture {
    std::unique_ptr<const store::Snapshot> snapshot = make_snapshot();
    Profile profile;

    // Newest first; "@" stands for kNow, "@-60" for a minute before.
    void build(const std::vector<std::string>& lines, const Traits& traits = {}) {
        std::vector<std::string> texts;
        for (const std::string& line : lines) {
            const std::size_t at = line.find('@');
            if (at == std::string::npos) {
                texts.push_back(line);
                continue;
            }
            std::size_t end = line.find(' ', at);
            end = end == std::string::npos ? line.size() : end;
            const std::int64_t offset =
                end - at > 1 ? std::stoll(line.substr(at + 1, end - at - 1)) : 0;
            texts.push_back(line.substr(0, at) + std::to_string(kNow + offset) + line.substr(end));
        }
        const std::vector<std::string_view> views(texts.begin(), texts.end());
        profile.build(*snapshot, views, traits, kNow);
    }

    std::string ids(std::span<const store::ItemIndex> items) const {
        std::string all;
        for (const store::ItemIndex item : items) {
            all += (all.empty() ? "" : " ") + std::string(snapshot->id(item));
        }
        return all;
    }

    store::ItemIndex item(std::string_view id) const { return snapshot->find(id); }

    float share(store::FieldId field, std::string_view value) const {
        return profile.share(field, snapshot->find_value(value));
    }

    float weight(store::FieldId field, std::string_view value) const {
        for (const Affinity& affinity : profile.affinities()) {
            if (affinity.field == field && snapshot->text(affinity.value) == value) {
                return affinity.weight;
            }
        }
        return 0;
    }
};

const auto kClose = boost::test_tools::tolerance(1e-4F);

}  // namespace

BOOST_FIXTURE_TEST_SUITE(profile, Fixture)

BOOST_AUTO_TEST_CASE(nobody) {
    build({});
    BOOST_TEST(profile.empty());
    BOOST_TEST(profile.event_count() == 0U);
    BOOST_TEST(profile.session().empty());
    BOOST_TEST(profile.affinities().empty());
    BOOST_TEST(share(store::field::brand, "Acme") == 0);
    BOOST_TEST(profile.trait("name").empty());
}

BOOST_AUTO_TEST_CASE(touches_carry_what_the_event_said) {
    build({"add_to_cart mug @-5 price=19.90 qty=3", "view_item mug @-9"});
    BOOST_REQUIRE(profile.touches().size() == 2U);
    const Touch& touch = profile.touches()[0];
    BOOST_TEST(touch.item == item("mug"));
    BOOST_TEST((touch.type == EventType::add_to_cart));
    BOOST_TEST(touch.time == kNow - 5);
    BOOST_TEST(touch.price_micros == 19900000);
    BOOST_TEST(touch.quantity == 3U);
    BOOST_TEST(profile.touches()[1].price_micros == 0);
    BOOST_TEST(profile.touches()[1].quantity == 1U);
}

BOOST_AUTO_TEST_CASE(unknown_items_only_count) {
    build({"view_item gone @-5", "add_to_cart gone @-6", "purchase gone @-7", "dislike gone @-8"});
    BOOST_TEST(profile.event_count() == 4U);
    BOOST_TEST(profile.empty());
    BOOST_TEST(profile.recent().empty());
    BOOST_TEST(profile.cart().empty());
    BOOST_TEST(profile.affinities().empty());
}

BOOST_AUTO_TEST_CASE(unreadable_events_are_skipped_and_counted) {
    build({"view_item mug @-5", "", "rubbish", "view_item mug x", "view_item %zz 1",
           std::string(5000, 'x'), "view_item cup @-6 v=1", "view_item cup @-7"});
    BOOST_TEST(profile.unreadable() == 6U);
    BOOST_TEST(profile.event_count() == 2U);
    BOOST_TEST(ids(profile.recent()) == "mug cup");
}

BOOST_AUTO_TEST_CASE(encoded_ids_are_found) {
    build({"view%5Fitem with%20space @-5", "view_item m%75g @-6"});
    BOOST_TEST(ids(profile.recent()) == "with space mug");
    // Among others, none of them leaves its place.
    build({"view_item bed @-1", "view_item c%75p @-2", "view_item gone @-3", "view_item g%6fne @-4",
           "search - @-5", "view_item hat @-6", "view_item h%6fme @-7"});
    BOOST_TEST(ids(profile.recent()) == "bed cup hat home");
    BOOST_TEST(profile.event_count() == 7U);
}

BOOST_AUTO_TEST_CASE(recent_is_by_last_touch_each_once) {
    build({"view_item mug @-1", "select_item cup @-2", "view_item mug @-3", "like bed @-4",
           "purchase hat @-5", "view_item_list home @-6"});
    BOOST_TEST(ids(profile.recent()) == "mug cup bed hat");
    BOOST_TEST(profile.touches().size() == 6U);
}

BOOST_AUTO_TEST_CASE(events_out_of_order_are_put_in_order) {
    build({"view_item mug @-30", "view_item cup @-10", "view_item bed @-20"});
    BOOST_TEST(ids(profile.recent()) == "cup bed mug");
    BOOST_TEST(ids(profile.session()) == "mug bed cup");
}

BOOST_AUTO_TEST_CASE(equal_times_keep_the_lists_order) {
    build({"remove_from_cart mug @-10", "add_to_cart mug @-10", "view_item cup @-10"});
    BOOST_TEST(profile.cart().empty());
    BOOST_TEST(ids(profile.recent()) == "mug cup");
}

BOOST_AUTO_TEST_CASE(the_future_counts_as_now) {
    build({"view_item mug @+999999", "view_item cup @-60"});
    BOOST_TEST(profile.touches()[0].time == kNow);
    BOOST_TEST(ids(profile.session()) == "cup mug");
}

BOOST_AUTO_TEST_CASE(the_session_ends_at_a_gap_of_more_than_half_an_hour) {
    build({"view_item mug @-10", "view_item cup @-1810", "view_item mug @-1811",
           "view_item bed @-3612"});
    BOOST_TEST(ids(profile.session()) == "cup mug");
    build({"view_item mug @-10", "view_item cup @-1810", "view_item mug @-1811",
           "view_item bed @-3611"});
    BOOST_TEST(ids(profile.session()) == "bed cup mug");
}

BOOST_AUTO_TEST_CASE(a_session_of_long_ago_is_none) {
    build({"view_item mug @-1800"});
    BOOST_TEST(ids(profile.session()) == "mug");
    build({"view_item mug @-1801"});
    BOOST_TEST(profile.session().empty());
    BOOST_TEST(ids(profile.recent()) == "mug");
}

BOOST_AUTO_TEST_CASE(a_search_bridges_a_gap_but_an_unknown_item_does_not) {
    build({"view_item mug @-10", "search - @-1500 term=x", "view_item cup @-3000"});
    BOOST_TEST(ids(profile.session()) == "cup mug");
    BOOST_TEST(profile.touches().size() == 2U);
    build({"view_item mug @-10", "view_item gone @-1500", "view_item cup @-3000"});
    BOOST_TEST(ids(profile.session()) == "mug");
}

BOOST_AUTO_TEST_CASE(the_cart_after_removal_and_purchase) {
    build({"add_to_cart hat @-1", "remove_from_cart mug @-2", "purchase cup @-3",
           "add_to_cart bed @-4", "add_to_cart mug @-5", "add_to_cart cup @-6"});
    BOOST_TEST(ids(profile.cart()) == "hat bed");
    BOOST_TEST(ids(profile.purchased()) == "cup");
}

BOOST_AUTO_TEST_CASE(added_again_after_removal_and_purchase) {
    build({"add_to_cart mug @-1", "remove_from_cart mug @-2", "add_to_cart cup @-3",
           "purchase cup @-4", "add_to_cart cup @-5", "add_to_cart mug @-6"});
    BOOST_TEST(ids(profile.cart()) == "mug cup");
    BOOST_TEST(ids(profile.purchased()) == "cup");
}

BOOST_AUTO_TEST_CASE(a_purchase_without_items_buys_the_cart) {
    build({"add_to_cart hat @-1", "purchase - @-2", "add_to_cart mug @-3",
           "remove_from_cart cup @-4", "add_to_cart cup @-5"});
    BOOST_TEST(ids(profile.cart()) == "hat");
    BOOST_TEST(ids(profile.purchased()) == "mug");
}

BOOST_AUTO_TEST_CASE(the_newest_opinion_counts) {
    build({"dislike mug @-1", "like mug @-2", "like cup @-3", "dislike cup @-4", "unlike bed @-5",
           "like bed @-6"});
    BOOST_TEST(profile.disliked(item("mug")));
    BOOST_TEST(!profile.liked(item("mug")));
    BOOST_TEST(profile.liked(item("cup")));
    BOOST_TEST(!profile.disliked(item("cup")));
    BOOST_TEST(!profile.liked(item("bed")));
    BOOST_TEST(!profile.disliked(item("bed")));
    BOOST_TEST(!profile.disliked(store::kNoItem));
    BOOST_TEST(weight(store::field::brand, "Doze") == 0);
}

BOOST_AUTO_TEST_CASE(weights_by_event) {
    const std::vector<std::pair<std::string, float>> table = {{"view_item", 1.0F},
                                                              {"select_item", 1.0F},
                                                              {"add_to_wishlist", 3.0F},
                                                              {"like", 3.0F},
                                                              {"add_to_cart", 4.0F},
                                                              {"purchase", 6.0F},
                                                              {"remove_from_cart", 0.0F},
                                                              {"view_item_list", 0.0F},
                                                              {"my_own", 0.0F}};
    for (const auto& [name, expected] : table) {
        build({name + " bed @"});
        BOOST_TEST(weight(store::field::brand, "Doze") == expected, kClose);
    }
}

BOOST_AUTO_TEST_CASE(weights_halve_every_week) {
    build({"view_item bed @"});
    const float fresh = weight(store::field::brand, "Doze");
    build({"view_item bed @-" + std::to_string(kWeek)});
    BOOST_TEST(weight(store::field::brand, "Doze") == fresh / 2, kClose);
    build({"view_item bed @-" + std::to_string(3 * kWeek)});
    BOOST_TEST(weight(store::field::brand, "Doze") == fresh / 8, kClose);
    build({"view_item bed 0"});
    BOOST_TEST(profile.affinities().empty());
}

BOOST_AUTO_TEST_CASE(shares_are_of_the_field_and_best_come_first) {
    build({"view_item bed @", "add_to_cart cup @", "view_item mug @"});
    BOOST_TEST(share(store::field::brand, "Acme") == 5.0F / 6, kClose);
    BOOST_TEST(share(store::field::brand, "Doze") == 1.0F / 6, kClose);
    BOOST_TEST(share(store::field::color, "red") == 2.0F / 6, kClose);
    BOOST_TEST(share(store::field::color, "Acme") == 0);
    store::FieldId field = store::kNoField;
    float last = 0;
    for (const Affinity& affinity : profile.affinities()) {
        BOOST_TEST(affinity.weight > 0);
        BOOST_TEST((affinity.field != field || affinity.weight <= last));
        field = affinity.field;
        last = affinity.weight;
    }
}

BOOST_AUTO_TEST_CASE(a_product_type_counts_for_its_leading_levels) {
    build({"view_item mug @", "view_item cup @", "view_item bed @", "view_item hat @",
           "view_item home @"});
    const auto type = store::field::product_type;
    BOOST_TEST(weight(type, "Home > Kitchen > Mugs") == 1.0F, kClose);
    BOOST_TEST(weight(type, "Home > Kitchen") == 2.0F, kClose);
    BOOST_TEST(weight(type, "Home") == 4.0F, kClose);
    BOOST_TEST(weight(type, "Hats") == 1.0F, kClose);
    BOOST_TEST(share(type, "Home") == 0.8F, kClose);
    BOOST_TEST(share(type, "Hats") == 0.2F, kClose);
}

BOOST_AUTO_TEST_CASE(dislike_outweighs_views) {
    build({"dislike cup @", "view_item cup @", "view_item mug @"});
    BOOST_TEST(share(store::field::brand, "Acme") == 0);
    BOOST_TEST(share(store::field::color, "red") == 1.0F, kClose);
    BOOST_TEST(share(store::field::color, "blue") == 0);
    BOOST_TEST(share(store::field::product_type, "Home > Kitchen > Mugs") == 1.0F, kClose);
    BOOST_TEST(share(store::field::product_type, "Home") == 0);
}

BOOST_AUTO_TEST_CASE(traits_and_segments) {
    build({}, {{"name", "Ada"},
               {"segment", " gold, b2b,,gold ,\tnew\n,"},
               {"segment", "x"},
               {"empty", ""}});
    BOOST_TEST(profile.traits().size() == 4U);
    BOOST_TEST(profile.trait("name") == "Ada");
    BOOST_TEST(profile.trait("Name").empty());
    const std::vector<std::string> expected = {"gold", "b2b", "new"};
    BOOST_TEST(profile.segments() == expected, boost::test_tools::per_element());
    profile.add_segment("vip");
    profile.add_segment("gold");
    profile.add_segment("  ");
    BOOST_TEST(profile.segments().size() == 4U);
    BOOST_TEST(profile.in_segment("vip"));
    BOOST_TEST(!profile.in_segment("vi"));
    BOOST_TEST(!profile.in_segment(""));
}

BOOST_AUTO_TEST_CASE(traits_and_segments_are_capped) {
    const std::string big(kMaxTraitLength + 1, 'x');
    std::string many;
    for (std::size_t i = 0; i < kMaxSegments + 10; ++i) {
        many += "s" + std::to_string(i) + ",";
    }
    Traits traits = {{"a", big}, {big, "a"}, {"segment", many}};
    traits.insert(traits.end(), 2 * kMaxTraits, {"k", "v"});
    build({}, traits);
    BOOST_TEST(profile.traits().size() == kMaxTraits);
    BOOST_TEST(profile.trait("a").empty());
    BOOST_TEST(profile.segments().size() == kMaxSegments);
    build({});
    profile.add_segment(std::string(kMaxSegmentLength + 1, 's'));
    BOOST_TEST(profile.segments().empty());
}

BOOST_AUTO_TEST_CASE(building_again_forgets_the_visitor_before) {
    build({"like mug @", "dislike bed @", "add_to_cart cup @", "purchase hat @", "x"},
          {{"segment", "a"}});
    build({});
    BOOST_TEST(profile.empty());
    BOOST_TEST(profile.recent().empty());
    BOOST_TEST(profile.session().empty());
    BOOST_TEST(profile.cart().empty());
    BOOST_TEST(profile.purchased().empty());
    BOOST_TEST(!profile.liked(item("mug")));
    BOOST_TEST(!profile.disliked(item("bed")));
    BOOST_TEST(profile.affinities().empty());
    BOOST_TEST(profile.traits().empty());
    BOOST_TEST(profile.segments().empty());
    BOOST_TEST(profile.unreadable() == 0U);
    BOOST_TEST(profile.event_count() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
