// Checkpoints: a trainer that was saved and restored goes on as if nothing had happened.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "unit/learn/school.hpp"

using namespace pz;
using namespace pz::test;

namespace {

struct Step {
    const char *visitor, *name, *item;
    std::int64_t ago;
    const char* parameters = "";
};

// Sessions that go on and end, baskets, lists and clicks on them, things bought again, segments, strangers' and unknown items' events.
constexpr Step kSteps[] = {
    {"ann", "view_item", "a", 90000, " segment=vip"},
    {"ann", "view_item", "b", 89990, " segment=vip,new"},
    {"bob", "purchase", "b", 50000, " qty=2"},
    {"bob", "purchase", "c", 49990},
    {"ann", "view_item_list", "-", 9100, " list=home recommender=popular items=c,zzz,a"},
    {"ann", "view_item", "c", 9000},
    {"", "view_item", "d", 8000},
    {"ann", "add_to_cart", "d", 7990},
    {"bob", "view_item", "zzz", 7000},
    {"bob", "dislike", "a", 6990},
    {"eve", "purchase", "a", 1500},
    {"eve", "purchase", "d", 1490, " segment=new"},
    {"ann", "view_item_list", "-", 1010, " items=b,a,e places=2"},
    {"eve", "view_item_list", "-", 1005, " list=home recommender=popular items=e,c,a segment=keen"},
    {"ann", "view_item", "a", 1000},
    {"ann", "view_item", "b", 990},
    {"eve", "purchase", "e", 600},
    {"eve", "add_to_cart", "b", 590},
    {"eve", "add_to_cart", "c", 580},
    {"eve", "remove_from_cart", "c", 570},
    {"eve", "purchase", "-", 560},
    {"bob", "view_item", "e", 500},
    {"bob", "like", "b", 400},
    {"ann", "view_item", "a", 300},
};

struct Kept : School {
    learn::Sources sources{
        {{"pz:events:0", {"12-3", 77}}, {"pz:events:1", {"0-0", {}}}}, {{9, 8, 7}}, 5};

    Kept() { items("abcde"); }
    void step(const Step& step) {
        event(step.visitor, step.name, step.item, step.ago, step.parameters);
    }
    Status save() const {
        return trainer.save(store::StagedFile(path("checkpoint")), sources, kNow);
    }
    Status restore() {
        start_again({});
        sources = {};
        return trainer.restore(path("checkpoint"), &sources);
    }
    std::string bytes(const std::string& name) const {
        std::ifstream file(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::string generation() {
        write();
        return bytes("store");
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(checkpoint, Kept)

BOOST_AUTO_TEST_CASE(interrupted_anywhere_the_same_is_learned) {
    for (const Step& each : kSteps) {
        step(each);
    }
    const std::string whole = generation();
    for (std::size_t cut = 0; cut <= std::size(kSteps); ++cut) {
        start_again({});
        items("abcde");
        for (std::size_t i = 0; i < std::size(kSteps); ++i) {
            if (i == cut) {
                BOOST_REQUIRE(save().ok());
                BOOST_REQUIRE(restore().ok());
                items("abcde");
            }
            step(kSteps[i]);
        }
        BOOST_TEST((generation() == whole), "cut before event " << cut);
        BOOST_TEST(trainer.event_count() == std::size(kSteps));
    }
}

// Intervals between purchases need many of them.
BOOST_AUTO_TEST_CASE(interrupted_anywhere_intervals_clicks_and_trials_are_learned) {
    const auto buy = [this](int i) {
        event("v" + std::to_string(i % 6), "purchase", i % 2 == 0 ? "b" : "d", (40 - i) * kDay);
        event("v" + std::to_string(i % 6), "view_item", "b", (40 - i) * kDay - 1);
    };
    const auto trials = [this] {
        std::vector<std::string> all;
        trainer.each_trial([&all](std::int64_t time, std::span<const std::string_view> ids) {
            all.push_back(std::to_string(time));
            all.back().append(ids.front()).append(ids.back());
        });
        std::sort(all.begin(), all.end());
        return all;
    };
    trainer.remove_item("a");  // slots are numbered anew
    for (int i = 0; i < 40; ++i) {
        buy(i);
    }
    const std::string whole = generation();
    const auto tried = trials();
    BOOST_TEST(snapshot->signals(snapshot->find("b")).interval == 6 * kDay);
    for (int cut = 0; cut < 40; ++cut) {
        start_again({});
        items("abcde");
        trainer.remove_item("a");
        for (int i = 0; i < 40; ++i) {
            if (i == cut) {
                BOOST_REQUIRE(save().ok());
                BOOST_REQUIRE(restore().ok());
                items("bcde");
            }
            buy(i);
        }
        BOOST_TEST((generation() == whole), "cut before " << cut);
        BOOST_TEST((trials() == tried), "cut before " << cut);
    }
}

BOOST_AUTO_TEST_CASE(lists_and_their_clicks_come_back) {
    for (int i = 0; i < 9; ++i) {
        const std::string visitor = "v" + std::to_string(i);
        event(visitor, "view_item", "d", 100);
        event(visitor, "view_item_list", "-", 90, " items=a,zzz,c places=3,1,2");
        if (i == 5) {
            BOOST_REQUIRE(save().ok());
            BOOST_REQUIRE(restore().ok());
            items("abcde");
        }
        event(visitor, "view_item", "c", 80);
    }
    std::size_t clicks = 0;
    trainer.for_each_list_click(0, [&clicks](const learn::ListClick& click) {
        clicks +=
            click.shown[click.clicked] == "c" && click.shown[1].empty() && click.places[0] == 2 ? 1
                                                                                                : 0;
        BOOST_TEST(click.touches.size() == (clicks == 1 ? 0U : 1U));  // none before the first list
    });
    BOOST_TEST(clicks == 9U);
}

BOOST_AUTO_TEST_CASE(what_names_itself_is_known_again) {
    event("v", "purchase", "a", 100, " eid=T1");
    BOOST_REQUIRE(save().ok());
    BOOST_REQUIRE(restore().ok());
    items("abcde");
    const float before = trainer.popularity("a", kNow);
    event("v", "purchase", "a", 100, " eid=T1");
    BOOST_TEST(trainer.popularity("a", kNow) == before);
    event("v", "purchase", "a", 100, " eid=T2");
    BOOST_TEST(trainer.popularity("a", kNow) > before);
}

BOOST_AUTO_TEST_CASE(sources_come_back) {
    const learn::Sources before = sources;
    BOOST_REQUIRE(save().ok());
    BOOST_REQUIRE(restore().ok());
    BOOST_TEST((sources.streams == before.streams));
    BOOST_TEST((sources.histories == before.histories));
    BOOST_TEST(sources.strangers == 5U);
}

BOOST_AUTO_TEST_CASE(items_come_back_with_the_catalog_and_forgotten_ones_do_not) {
    event("v", "view_item", "a", 300 * kDay);
    event("v", "view_item", "b", 10);
    event("v", "view_item", "c", 300 * kDay);
    event("w", "purchase", "d", 300 * kDay);
    event("w", "purchase", "e", 300 * kDay);
    for (const char id : std::string("abde")) {
        trainer.remove_item(std::string(1, id));
    }
    BOOST_REQUIRE(save().ok());
    BOOST_REQUIRE(restore().ok());
    BOOST_TEST(trainer.item_count() == 0U);
    items("abcde");
    const auto seen = [&](const std::string& id) {
        return snapshot->first_seen(snapshot->find(id)) > 0;
    };
    write();
    BOOST_TEST(!seen("a"));  // not in the catalog any more, and nothing remembers it
    BOOST_TEST(seen("b"));
    BOOST_TEST(seen("c"));
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "d")) == "e");
}

BOOST_AUTO_TEST_CASE(it_names_the_visitors_of_the_last_half_hour_alone_and_is_the_owners) {
    event("long-ago", "view_item", "a", 4000);
    event("long-ago", "view_item", "b", 3990);
    event("of-now", "view_item", "a", 20);
    BOOST_REQUIRE(save().ok());
    BOOST_TEST(bytes("checkpoint").find("long-ago") == std::string::npos);
    BOOST_TEST(bytes("checkpoint").find("of-now") != std::string::npos);
    struct stat info {};
    BOOST_REQUIRE(::stat(path("checkpoint").c_str(), &info) == 0);
    BOOST_TEST((info.st_mode & 0777) == 0600);
    BOOST_REQUIRE(restore().ok());
    items("ab");
    write();
    BOOST_TEST(session(0) == "ab");
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_refused_wherever_it_is_damaged) {
    for (const Step& each : kSteps) {
        step(each);
    }
    BOOST_REQUIRE(save().ok());
    const std::string sound = bytes("checkpoint");
    const auto refused = [&](const std::string& damaged) {
        Folder::write("checkpoint", damaged);
        const Status status = restore();
        return !status.ok() && status.message().find(path("checkpoint")) == 0 &&
               trainer.event_count() == 0 && sources.streams.empty();
    };
    for (std::size_t at = 0; at < sound.size(); ++at) {
        std::string damaged = sound;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
        BOOST_TEST(refused(damaged), "byte " << at);
        BOOST_TEST(refused(sound.substr(0, at)), "cut at " << at);
    }
    Folder::write("checkpoint", sound);
    BOOST_TEST(restore().ok());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_or_read_is_said) {
    const store::StagedFile nowhere(path("no/such/folder"));
    BOOST_TEST(trainer.save(nowhere, sources, kNow).message().find("cannot create") !=
               std::string::npos);
    BOOST_TEST(restore().message().find("cannot open") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_larger_than_any_buffer) {
    for (int i = 0; i < 20'000; ++i) {
        const std::string visitor = "v" + std::to_string(i);
        event(visitor, "view_item", "a", 1000 - i % 900);
        event(visitor, "view_item", "b", 1000 - i % 900);
    }
    write();
    const std::size_t sessions = snapshot->sessions().size();
    BOOST_REQUIRE(save().ok());
    BOOST_TEST(bytes("checkpoint").size() > 500'000U);
    BOOST_REQUIRE(restore().ok());
    items("abcde");
    write();
    BOOST_TEST(snapshot->sessions().size() == sessions);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(histories, Folder)

BOOST_AUTO_TEST_CASE(a_history_is_known_by_its_content) {
    const std::string text(10'000, 'x');
    write("one", text + "1");
    write("same", text + "1");
    write("other", text + "2");
    write("more", text + "1\n2");
    write("empty", "");
    const auto look = [&](const std::string& name) {
        return learn::look_at_history(path(name)).value().value();
    };
    const auto grown = [&](const std::string& name, const std::string& before) {
        return learn::grown(path(name), look(name), look(before));
    };
    BOOST_TEST((look("one") == look("same")));
    BOOST_TEST((look("one") != look("other")));
    BOOST_TEST(!grown("other", "one"));
    BOOST_TEST(grown("more", "one"));
    BOOST_TEST(!grown("one", "more"));
    BOOST_TEST(!grown("one", "empty"));
    for (const std::size_t size : {1U, 100U, 4095U, 4096U, 4097U}) {
        write("small", text.substr(0, size));
        BOOST_TEST(grown("one", "small"));
        BOOST_TEST(!grown("small", "small"));
        write("small", "y" + text.substr(1, size - 1));
        BOOST_TEST(!grown("one", "small"));
    }
    BOOST_TEST((look("empty") == look("empty")));
    BOOST_TEST(!learn::look_at_history(path("none")).ok());
    BOOST_TEST(!learn::look_at_history("/dev/null").value().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
