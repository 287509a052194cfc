// What the cache finds, and what it lets go.
#include "page/page_cache.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

namespace pz::page::test {

namespace {

std::shared_ptr<const KnownPage> page_of(const Plan& plan, std::size_t size, char fill = 'x') {
    auto bytes = std::make_unique<char[]>(size);
    std::fill_n(bytes.get(), size, fill);
    return std::make_shared<const KnownPage>(plan, std::move(bytes), size);
}

FileRange file(std::uint64_t inode) {
    return {1, inode, 1000, 5, 6, 100, 1000};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(page_cache)

BOOST_AUTO_TEST_CASE(finds_a_page_by_all_that_its_file_says) {
    const Plan plan;
    const Plan other;
    PageCache cache(1 << 20);
    const auto page = page_of(plan, 10);
    BOOST_TEST(cache.find(file(7), plan) == nullptr);
    cache.add(file(7), plan, page);
    BOOST_TEST(cache.find(file(7), plan) == page);
    BOOST_TEST(cache.find(file(7), other) == nullptr);
    using Member = std::int64_t FileRange::*;
    for (const Member member : {&FileRange::size, &FileRange::modified_ns, &FileRange::changed_ns,
                                &FileRange::begin, &FileRange::end}) {
        FileRange changed = file(7);
        changed.*member += 1;
        BOOST_TEST(cache.find(changed, plan) == nullptr);
    }
    FileRange elsewhere = file(7);
    elsewhere.device = 2;
    BOOST_TEST(cache.find(elsewhere, plan) == nullptr);
    BOOST_TEST(cache.find(file(8), plan) == nullptr);
}

BOOST_AUTO_TEST_CASE(lets_what_was_not_used_for_longest_go_and_stays_within_its_bytes) {
    const Plan plan;
    PageCache measure(1 << 20);
    measure.add(file(1), plan, page_of(plan, 1000));
    const std::size_t one = measure.bytes();
    BOOST_TEST(one > 1000U);

    PageCache cache(3 * one);
    std::size_t evicted = 0;
    for (std::uint64_t i = 1; i <= 3; i++) {
        evicted += cache.add(file(i), plan, page_of(plan, 1000));
    }
    BOOST_TEST(evicted == 0U);
    BOOST_TEST((cache.find(file(1), plan) != nullptr));
    BOOST_TEST(cache.add(file(4), plan, page_of(plan, 1000)) == 1U);
    BOOST_TEST((cache.find(file(2), plan) == nullptr));
    BOOST_TEST((cache.find(file(1), plan) != nullptr));
    BOOST_TEST(cache.pages() == 3U);
    BOOST_TEST(cache.bytes() == 3 * one);
    BOOST_TEST(cache.add(file(5), plan, page_of(plan, 2000)) == 2U);
    BOOST_TEST(cache.bytes() <= cache.capacity());
}

BOOST_AUTO_TEST_CASE(a_page_larger_than_the_cache_is_not_kept_and_one_in_use_stays) {
    const Plan plan;
    PageCache cache(4096);
    BOOST_TEST(cache.add(file(1), plan, page_of(plan, 4096)) == 0U);
    BOOST_TEST(cache.pages() == 0U);
    cache.add(file(2), plan, page_of(plan, 2000, 'y'));
    const auto used = cache.find(file(2), plan);
    BOOST_TEST(cache.add(file(3), plan, page_of(plan, 3000)) == 1U);
    BOOST_TEST(used->bytes() == std::string(2000, 'y'));
}

BOOST_AUTO_TEST_CASE(a_page_added_twice_is_kept_once) {
    const Plan plan;
    PageCache cache(1 << 20);
    const auto first = page_of(plan, 10);
    cache.add(file(1), plan, first);
    const std::size_t bytes = cache.bytes();
    cache.add(file(1), plan, page_of(plan, 10));
    BOOST_TEST(cache.bytes() == bytes);
    BOOST_TEST(cache.find(file(1), plan) == first);
}

BOOST_AUTO_TEST_CASE(a_file_is_settled_a_second_after_its_last_change) {
    FileRange changed = file(1);
    changed.changed_ns = 5'000'000'000;
    BOOST_TEST(!settled(changed, 5'000'000'000));
    BOOST_TEST(!settled(changed, 5'999'999'999));
    BOOST_TEST(settled(changed, 6'000'000'000));
    BOOST_TEST(!settled(changed, 4'000'000'000));  // the clock was set back
    changed.modified_ns = 9'000'000'000;           // which anybody can set
    BOOST_TEST(settled(changed, 6'000'000'000));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page::test
