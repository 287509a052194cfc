#include "redis/history_cache.hpp"

#include <boost/test/unit_test.hpp>
#include <deque>
#include <random>

namespace pz::redis {

namespace {

using Texts = std::deque<std::string>;

// A list as Redis keeps it, cut off at `limit`, and its answers.
struct List {
    std::size_t limit = 100;
    Texts texts;
    std::vector<Reply> elements;

    void push(const std::string& text) {
        texts.push_front(text);
        texts.resize(std::min(texts.size(), limit));
    }
    void push(std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i) {
            push("view_item i" + std::to_string(i) + " " + std::to_string(1763660000 + i));
        }
    }
    Reply first(std::size_t count) {
        elements.clear();
        for (std::size_t i = 0; i < std::min(count, texts.size()); ++i) {
            elements.push_back({.type = Reply::Type::text, .text = texts[i]});
        }
        return {.type = Reply::Type::array, .elements = elements};
    }
    std::vector<Reply> check(std::size_t place) {
        Reply length{.type = Reply::Type::integer,
                     .integer = static_cast<std::int64_t>(texts.size())};
        Reply at{};
        if (place < texts.size()) {
            at = {.type = Reply::Type::text, .text = texts[place]};
        }
        return {length, at, first(HistoryCache::kNewest), {.type = Reply::Type::array}};
    }
    std::size_t keep_in(HistoryCache& cache, const std::string& visitor, Millis now = 0) {
        return cache.keep(visitor, first(100), now);
    }
};

List list_of(std::size_t events, std::size_t limit = 100) {
    List list{.limit = limit};
    list.push(0, events);
    return list;
}

Texts texts_of(const History& history) {
    Texts texts;
    for (std::size_t i = 0; i < history.size(); ++i) {
        texts.emplace_back(history[i]);
    }
    return texts;
}

// What a page would see of `list`, which the cache keeps as it was before.
std::optional<Texts> seen(HistoryCache& cache, List& list, const std::string& visitor = "anna",
                          Millis now = 0) {
    const auto place = cache.last_place(visitor, now);
    if (!place) {
        return {};
    }
    const History* history = cache.confirm(visitor, *place, list.check(*place), now);
    return history == nullptr ? std::optional<Texts>() : texts_of(*history);
}

// After `change`, the page sees the list as it is, or reads it anew.
template <class Change>
void never_stale(std::size_t events, bool known, Change change) {
    HistoryCache cache{{}};
    List list = list_of(events);
    list.keep_in(cache, "anna");
    change(list);
    const auto texts = seen(cache, list);
    BOOST_TEST(texts.has_value() == known);
    BOOST_TEST((!texts || *texts == list.texts));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(history_cache)

BOOST_AUTO_TEST_CASE(nobody_is_known_at_first_nor_with_few_events) {
    HistoryCache cache{{}};
    BOOST_TEST(!cache.last_place("anna", 0).has_value());
    list_of(HistoryCache::kLeast - 1).keep_in(cache, "anna");
    BOOST_TEST(!cache.last_place("anna", 0).has_value());
    list_of(HistoryCache::kLeast).keep_in(cache, "anna");
    BOOST_TEST(cache.last_place("anna", 0).value() == HistoryCache::kLeast - 1);
}

BOOST_AUTO_TEST_CASE(what_came_in_front_is_put_there) {
    for (const std::size_t events : {16, 50, 92, 93, 99, 100}) {
        for (std::size_t came = 0; came < HistoryCache::kNewest; ++came) {
            never_stale(events, true, [&](List& list) { list.push(events, events + came); });
        }
        never_stale(events, false,
                    [&](List& list) { list.push(events, events + HistoryCache::kNewest); });
    }
}

BOOST_AUTO_TEST_CASE(what_came_is_known_from_then_on) {
    HistoryCache cache{{}};
    List list = list_of(90);
    list.keep_in(cache, "anna");
    for (std::size_t i = 0; i < 40; ++i) {
        list.push(90 + 3 * i, 93 + 3 * i);
        BOOST_TEST((seen(cache, list).value() == list.texts));
    }
}

BOOST_AUTO_TEST_CASE(every_other_change_is_read_anew) {
    for (const std::size_t events : {20, 99, 100}) {
        never_stale(events, false, [](List& list) { list.texts.clear(); });
        never_stale(events, false, [](List& list) { list.texts.pop_front(); });
        never_stale(events, false, [](List& list) { list.texts.pop_back(); });
        never_stale(events, false, [](List& list) { list.texts.erase(list.texts.begin() + 12); });
        never_stale(events, false, [](List& list) { list.texts.resize(17); });
        never_stale(events, false, [](List& list) {  // a login joined older events
            list.texts.insert(list.texts.begin() + 12, "view_item old 1763660000");
            list.texts.resize(std::min<std::size_t>(list.texts.size(), 100));
        });
        never_stale(events, false, [](List& list) {  // forgotten, and here again
            list.texts.clear();
            list.push(500, 520);
        });
        never_stale(events, false, [](List& list) {  // cut off elsewhere
            list.push("view_item new 1763669999");
            list.texts.resize(10);
        });
    }
}

// A list may be longer than what is read of it.
BOOST_AUTO_TEST_CASE(behind_the_place_where_lists_are_cut_off_nobody_looks) {
    HistoryCache cache{{}};
    List list = list_of(300, 1000);
    list.keep_in(cache, "anna");
    list.push(300, 305);
    auto expected = list.texts;
    expected.resize(100);
    BOOST_TEST((seen(cache, list).value() == expected));
    list.texts.resize(150);
    BOOST_TEST((seen(cache, list).value() == expected));
    list.texts.resize(99);
    BOOST_TEST(!seen(cache, list).has_value());
}

// Another request of the visitor may have changed what is known since this one asked.
BOOST_AUTO_TEST_CASE(answers_may_overtake_what_is_known) {
    for (const std::size_t events : {50, 100}) {
        HistoryCache cache{{}};
        List list = list_of(events);
        list.keep_in(cache, "anna");
        const auto first = cache.last_place("anna", 0).value();
        const auto second = cache.last_place("anna", 0).value();
        list.push(events, events + 2);
        BOOST_TEST((texts_of(*cache.confirm("anna", first, list.check(first), 0)) == list.texts));
        list.push(events + 2, events + 3);
        BOOST_TEST((texts_of(*cache.confirm("anna", second, list.check(second), 0)) == list.texts));
    }
}

BOOST_AUTO_TEST_CASE(an_answer_for_somebody_who_has_left_says_nothing) {
    HistoryCache cache{{}};
    List list = list_of(50);
    BOOST_TEST(cache.confirm("anna", 49, list.check(49), 0) == nullptr);
}

// By chance, with equal texts among those of one moment.
BOOST_AUTO_TEST_CASE(random_lists_are_never_stale) {
    std::mt19937 random(7);
    HistoryCache cache{{.events = 40}};
    List list = list_of(30, 40);
    std::size_t known = 0;
    for (std::size_t n = 0; n < 20000; ++n) {
        for (std::size_t i = random() % 10; i > 0; --i) {
            list.push("view_item i" + std::to_string(random() % 3) + " " +
                      std::to_string(1763660000 + n));
        }
        if (random() % 10 == 0) {
            list.texts.erase(list.texts.begin() +
                             static_cast<std::ptrdiff_t>(random() % list.texts.size()));
        }
        if (const auto texts = seen(cache, list)) {
            ++known;
            BOOST_REQUIRE((*texts == list.texts));
        } else {
            list.keep_in(cache, "anna");
        }
    }
    BOOST_TEST(known > 8000U);
}

BOOST_AUTO_TEST_CASE(nonsense_is_no_answer) {
    List list = list_of(50);
    const auto good = list.check(49);
    for (std::size_t wrong = 0; wrong < 3; ++wrong) {
        for (const auto type : {Reply::Type::nil, Reply::Type::error, Reply::Type::status}) {
            HistoryCache cache{{}};
            List same = list_of(50);
            same.keep_in(cache, "anna");
            std::vector<Reply> replies = good;
            replies[wrong] = {.type = type, .text = "WRONGTYPE"};
            BOOST_TEST(cache.confirm("anna", 49, replies, 0) == nullptr);
            BOOST_TEST(cache.visitors() == 0U);
        }
    }
    HistoryCache cache{{}};
    list.keep_in(cache, "anna");
    BOOST_TEST(cache.confirm("anna", 49, {}, 0) == nullptr);
    list.keep_in(cache, "anna");
    auto negative = list.check(49);
    negative[0].integer = -1;
    BOOST_TEST(cache.confirm("anna", 49, negative, 0) == nullptr);
    // More than was asked for, and more than is known.
    List longer = list_of(150, 150);
    List known{.limit = 100};
    known.texts.assign(longer.texts.begin(), longer.texts.begin() + 100);
    known.keep_in(cache, "anna");
    auto everything = longer.check(99);
    everything[2] = longer.first(150);
    BOOST_TEST(cache.confirm("anna", 99, everything, 0) == nullptr);
}

BOOST_AUTO_TEST_CASE(who_may_not_ask_reads_everything) {
    HistoryCache cache{{}};
    List list = list_of(50);
    list.keep_in(cache, "anna");
    std::vector<Reply> replies = list.check(49);
    replies[1] = {.type = Reply::Type::error, .text = "NOPERM this user has no permissions"};
    BOOST_TEST(cache.confirm("anna", 49, replies, 0) == nullptr);
    list.keep_in(cache, "anna");
    BOOST_TEST(!cache.last_place("anna", 0).has_value());
    BOOST_TEST(cache.bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(everything_is_read_anew_at_times) {
    HistoryCache cache{{.max_age = 1000}};
    List list = list_of(50);
    list.keep_in(cache, "anna", 5000);
    BOOST_TEST(seen(cache, list, "anna", 5500).has_value());
    BOOST_TEST(seen(cache, list, "anna", 6000).has_value());
    BOOST_TEST(!seen(cache, list, "anna", 6001).has_value());
    BOOST_TEST(cache.visitors() == 0U);
}

BOOST_AUTO_TEST_CASE(who_stays_away_leaves) {
    HistoryCache cache{{.max_age = 1000}};
    List list = list_of(50);
    list.keep_in(cache, "anna", 0);
    list.keep_in(cache, "bert", 0);
    BOOST_TEST(seen(cache, list, "anna", 700).has_value());
    cache.expire(1000);
    BOOST_TEST(cache.visitors() == 2U);
    cache.expire(1001);
    BOOST_TEST(cache.visitors() == 1U);
    cache.expire(1701);
    BOOST_TEST(cache.visitors() == 0U);
    BOOST_TEST(cache.bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(its_memory_is_bounded_and_the_longest_unused_leave) {
    constexpr std::size_t kCapacity = 100'000;
    HistoryCache cache{{.capacity = kCapacity}};
    List list = list_of(50);
    list.keep_in(cache, "anna");
    const std::size_t one = cache.bytes();
    BOOST_TEST(one > list.first(100).elements.size() * 30);
    BOOST_TEST(one < 3000U);
    std::size_t left = 0;
    for (std::size_t i = 0; i < 200; ++i) {
        left += list.keep_in(cache, "v" + std::to_string(i));
        BOOST_TEST(cache.bytes() <= kCapacity);
        BOOST_TEST(seen(cache, list, "anna").has_value());
    }
    BOOST_TEST(left + cache.visitors() == 201U);
    BOOST_TEST(cache.visitors() > 30U);
    BOOST_TEST(!cache.last_place("v0", 0).has_value());
    BOOST_TEST(cache.last_place("v199", 0).has_value());
}

BOOST_AUTO_TEST_CASE(growing_histories_stay_within_the_memory) {
    constexpr std::size_t kCapacity = 100'000;
    HistoryCache cache{{.capacity = kCapacity}};
    std::vector<List> lists(60, list_of(20));
    for (std::size_t i = 0; i < lists.size(); ++i) {
        BOOST_TEST(lists[i].keep_in(cache, "v" + std::to_string(i)) == 0U);
    }
    for (std::size_t n = 20; n < 100; n += 5) {
        for (std::size_t i = 0; i < lists.size(); ++i) {
            lists[i].push(n, n + 5);
            (void)seen(cache, lists[i], "v" + std::to_string(i));
            BOOST_TEST(cache.bytes() <= kCapacity);
        }
    }
    BOOST_TEST(cache.visitors() < lists.size());
    BOOST_TEST(cache.visitors() > 10U);
}

BOOST_AUTO_TEST_CASE(without_memory_nothing_is_kept) {
    HistoryCache cache{{.capacity = 0}};
    list_of(50).keep_in(cache, "anna");
    BOOST_TEST(!cache.last_place("anna", 0).has_value());
    BOOST_TEST(cache.bytes() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::redis
