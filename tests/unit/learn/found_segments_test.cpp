// Segments found by machine, on made shops whose clusters are known.
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "learn/found_segments.hpp"
#include "unit/learn/school.hpp"
#include "visitor/profile.hpp"

using namespace pz;
using namespace pz::test;

namespace {

// Bakers, gardeners and readers, 40 items each, and some that everybody buys.
struct Guild {
    std::string type, brand, color;
};
const std::vector<Guild> kGuilds = {{"Kitchen > Baking", "Sift", "pink"},
                                    {"Outdoor > Garden", "Moss", "green"},
                                    {"Media > Books", "Quill", "brown"}};

struct Made : School {
    std::mt19937_64 random{11};
    int visitors = 0;

    std::size_t below(std::size_t limit) { return random() % limit; }
    static std::string id(std::size_t guild, std::size_t number) {
        return "g" + std::to_string(guild) + "-" + std::to_string(number);
    }
    void open_shop(std::size_t guilds = 3) {
        for (std::size_t guild = 0; guild < guilds; ++guild) {
            for (std::size_t i = 0; i < 40; ++i) {
                const Guild& made = kGuilds[guild];
                item(id(guild, i), {{"product_type", made.type},
                                    {"brand", made.brand},
                                    {"color", below(4) > 0 ? made.color : "white"}});
            }
        }
        for (int i = 0; i < 20; ++i) {
            item("all-" + std::to_string(i), {{"product_type", "Cards"}, {"brand", "Common"}});
        }
    }
    void session(std::size_t guild, std::int64_t ago) {
        const std::string visitor = "v" + std::to_string(visitors++);
        for (std::size_t i = 0; i < 3 + below(4); ++i) {
            event(visitor, "view_item",
                  below(6) == 0 ? "all-" + std::to_string(below(20)) : id(guild, below(40)), ago);
        }
    }
    void sessions(std::size_t count, std::size_t guilds = 3) {
        for (std::size_t i = 0; i < count; ++i) {
            session(below(guilds), static_cast<std::int64_t>(count - i));
        }
    }
    std::set<std::string> names() const {
        std::set<std::string> result;
        for (const store::ValueId name : snapshot->found_segments()) {
            result.emplace(snapshot->text(name));
        }
        return result;
    }
    std::string segment_of(const std::vector<std::string>& viewed) const {
        std::vector<std::string> texts;
        for (const std::string& id : viewed) {
            texts.push_back("view_item " + id + " " + std::to_string(kNow));
        }
        visitor::Profile profile;
        const std::vector<std::string_view> views(texts.begin(), texts.end());
        profile.build(*snapshot, views, {}, kNow);
        return profile.segments().empty() ? "" : profile.segments().front();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(found_segments, Made)

BOOST_AUTO_TEST_CASE(as_many_as_there_are_named_by_what_sets_them_apart) {
    open_shop();
    sessions(900);
    write();
    BOOST_TEST(names() == (std::set<std::string>{"auto: Baking + Sift", "auto: Books + Quill",
                                                 "auto: Garden + Moss"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(two_where_there_are_two) {
    open_shop(2);
    sessions(900, 2);
    write();
    BOOST_TEST(names().size() == 2U);
}

BOOST_AUTO_TEST_CASE(popular_items_of_a_segment_are_its_own) {
    open_shop();
    sessions(900);
    write();
    const auto key = snapshot->find_value("auto: Garden + Moss");
    const auto list = snapshot->ranked(ListKind::in_segment, key);
    BOOST_REQUIRE(list.size() >= 40U);
    for (std::size_t i = 0; i < 20; ++i) {
        BOOST_TEST(snapshot->id(list[i].item).starts_with("g1-"));
    }
}

BOOST_AUTO_TEST_CASE(a_visitor_is_in_the_segment_of_what_they_look_at) {
    open_shop();
    sessions(900);
    write();
    BOOST_TEST(segment_of({"g0-1", "g0-2", "g0-3"}) == "auto: Baking + Sift");
    BOOST_TEST(segment_of({"g1-5", "all-1", "g1-6"}) == "auto: Garden + Moss");
    BOOST_TEST(segment_of({"g0-1"}) == "");            // one item is no taste
    BOOST_TEST(segment_of({"all-1", "all-2"}) == "");  // everybody's
    BOOST_TEST(segment_of({}) == "");
}

BOOST_AUTO_TEST_CASE(equal_input_gives_equal_segments) {
    const auto learn = [](std::string& bytes) {
        Made made;
        made.open_shop();
        made.sessions(600);
        made.write();
        for (const store::Attribute& attribute : made.snapshot->found_attributes()) {
            for (const float weight : made.snapshot->weights_of(attribute)) {
                bytes += std::to_string(weight) + " ";
            }
        }
    };
    std::string first;
    std::string second;
    learn(first);
    learn(second);
    BOOST_TEST(!first.empty());
    BOOST_TEST(first == second);
}

BOOST_AUTO_TEST_CASE(they_last_from_generation_to_generation) {
    open_shop();
    sessions(600);
    write();
    const auto before = names();
    std::map<std::string, std::string> segments;
    for (const char* item : {"1", "7", "20"}) {
        for (const char* guild : {"g0-", "g1-", "g2-"}) {
            const std::string id = std::string(guild) + item;
            segments[id] = segment_of({id, guild + std::string("3")});
        }
    }
    for (int generation = 0; generation < 3; ++generation) {
        trainer.continue_from(*snapshot);
        sessions(300);
        write();
        BOOST_TEST(names() == before, boost::test_tools::per_element());
        for (const auto& [id, segment] : segments) {
            BOOST_TEST(segment_of({id, id.substr(0, 3) + "3"}) == segment);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_kept_segment_keeps_its_name_though_another_value_leads) {
    open_shop();
    sessions(600);
    write();
    BOOST_REQUIRE(names().contains("auto: Garden + Moss"));
    for (std::size_t i = 0; i < 40; ++i) {
        item(id(1, i), {{"product_type", "Outdoor > Garden"}, {"brand", "Fern"}});
    }
    trainer.continue_from(*snapshot);
    write();
    BOOST_TEST(names().contains("auto: Garden + Moss"));
}

BOOST_AUTO_TEST_CASE(a_new_taste_gets_a_segment_of_its_own) {
    open_shop();
    sessions(1200, 2);
    write();
    BOOST_REQUIRE(names().contains("auto: Garden + Moss"));
    BOOST_TEST(!names().contains("auto: Books + Quill"));
    trainer.continue_from(*snapshot);
    for (int i = 0; i < 800; ++i) {
        session(2, 1);
    }
    write();
    BOOST_TEST(names().size() == 3U);
    BOOST_TEST(names().contains("auto: Books + Quill"));
    BOOST_TEST(names().contains("auto: Garden + Moss"));
}

BOOST_AUTO_TEST_CASE(none_without_enough_sessions_or_without_taste_or_when_switched_off) {
    open_shop();
    sessions(200);
    write();
    BOOST_TEST(names().empty());
    BOOST_TEST(segment_of({"g0-1", "g0-2", "g0-3"}) == "");

    start_again({.found_segments = 0});
    open_shop();
    sessions(600);
    write();
    BOOST_TEST(names().empty());

    start_again({});
    for (int i = 0; i < 100; ++i) {
        item("x" + std::to_string(i), {{"brand", "b" + std::to_string(below(30))},
                                       {"color", "c" + std::to_string(below(30))}});
    }
    for (int i = 0; i < 900; ++i) {
        for (int k = 0; k < 4; ++k) {
            event("r" + std::to_string(i), "view_item", "x" + std::to_string(below(100)), 900 - i);
        }
    }
    write();
    BOOST_TEST(names().empty());
}

// Visits are closed late, and in the log after newer ones.
BOOST_AUTO_TEST_CASE(of_the_newest_sessions_wherever_they_stand) {
    std::vector<store::ItemInput> inputs;
    for (const char* type : {"Baking", "Garden", "Books", "Games"}) {
        for (int i = 0; i < 20; ++i) {
            inputs.push_back({.fields = {{"product_type", type}}});
        }
    }
    std::vector<const store::ItemInput*> items;
    std::vector<store::ItemIndex> item_of;
    for (const store::ItemInput& input : inputs) {
        item_of.push_back(static_cast<store::ItemIndex>(items.size()));
        items.push_back(&input);
    }
    learn::SessionLog log(100'000);
    for (const std::size_t first : {0U, 2U}) {  // of now; then of long ago
        for (std::size_t i = 0; i < 10'000; ++i) {
            const auto start = static_cast<learn::Slot>(20 * (first + i % 2));
            std::vector<learn::Slot> session;
            for (int k = 0; k < 2; ++k) {
                session.push_back(start + static_cast<learn::Slot>(below(20)));
            }
            log.add(kNow - static_cast<std::int64_t>(first) * 100 * kDay, session);
        }
    }
    const auto found = learn::find_segments(items, item_of, log, {}, 8);
    std::set<std::string> all;
    for (const store::SegmentInput& segment : found.segments) {
        all.insert(segment.name);
    }
    const std::set<std::string> wanted = {"auto: Baking", "auto: Garden"};
    BOOST_TEST(all == wanted, boost::test_tools::per_element());
    BOOST_REQUIRE(found.segment_of.size() == log.size());
    BOOST_TEST(found.segment_of.front() != learn::FoundSegments::kNone);
}

BOOST_AUTO_TEST_CASE(long_values_are_cut_between_characters_and_blanks_are_no_part) {
    std::vector<store::ItemInput> inputs;
    const std::string flower = "\xe8\x8a\xb1";  // 3 bytes
    std::string flowers;
    for (int i = 0; i < 30; ++i) {
        flowers += flower;
    }
    for (const std::string& type : {std::string("Tees,"), flowers}) {
        for (int i = 0; i < 20; ++i) {
            inputs.push_back({.fields = {{"product_type", type}}});
        }
    }
    std::vector<const store::ItemInput*> items;
    std::vector<store::ItemIndex> item_of;
    learn::SessionLog log(1000);
    for (const store::ItemInput& input : inputs) {
        item_of.push_back(static_cast<store::ItemIndex>(items.size()));
        items.push_back(&input);
    }
    for (int i = 0; i < 600; ++i) {
        const auto start = static_cast<learn::Slot>(i % 2 * 20);
        log.add(kNow, std::vector<learn::Slot>{start + static_cast<learn::Slot>(below(10)),
                                               start + 10 + static_cast<learn::Slot>(below(10))});
    }
    std::set<std::string> all;
    for (const auto& segment : learn::find_segments(items, item_of, log, {}, 8).segments) {
        all.insert(segment.name);
    }
    const std::set<std::string> wanted = {"auto: Tees", "auto: " + flowers.substr(0, 19 * 3)};
    BOOST_TEST(all == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(items_of_no_attributes_make_no_segments) {
    for (int i = 0; i < 10; ++i) {
        item("x" + std::to_string(i));
    }
    for (int i = 0; i < 900; ++i) {
        event("r" + std::to_string(i), "view_item", "x" + std::to_string(below(10)), 900 - i);
        event("r" + std::to_string(i), "view_item", "x" + std::to_string(below(10)), 900 - i);
    }
    write();
    BOOST_TEST(names().empty());
}

BOOST_AUTO_TEST_SUITE_END()
