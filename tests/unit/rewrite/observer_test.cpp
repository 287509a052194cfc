#include "unit/rewrite/harness.hpp"

namespace pz::rewrite::testing {
namespace {

class Reasons : public Observer {
  public:
    void skipped(const Skip& skip) override {
        constexpr std::string_view kNames[] = {"ambiguous", "no_html", "inert", "inside",
                                               "over_limit"};
        std::ostringstream text;
        text << kNames[static_cast<std::size_t>(skip.reason)] << ' ';
        if (skip.pattern != Skip::kNone) {
            text << skip.pattern;
        }
        text << '@' << skip.offset << " by " << skip.tag << '@' << skip.at;
        list.push_back(text.str());
    }
    std::vector<std::string> list;
};

std::vector<std::string> reasons(std::span<const Pattern> patterns, std::string_view page,
                                 std::size_t split, const Limits& limits) {
    Collector sink;
    Reasons observer;
    Rewriter rewriter(patterns, sink, limits, &observer);
    for (const std::string_view chunk : {page.substr(0, split), page.substr(split)}) {
        sink.chunk(chunk);
        rewriter.write(chunk);
    }
    rewriter.end();
    BOOST_CHECK_EQUAL(sink.output(), page);
    return observer.list;
}

// Whichever chunks the page comes in.
void check_reasons(std::span<const Pattern> patterns, std::string_view page,
                   const std::vector<std::string>& expected, const Limits& limits = {}) {
    for (std::size_t split = 0; split <= page.size(); ++split) {
        BOOST_TEST_INFO("split at " << split << " of " << page);
        const auto got = reasons(patterns, page, split, limits);
        BOOST_CHECK_EQUAL_COLLECTIONS(got.begin(), got.end(), expected.begin(), expected.end());
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(observer)

BOOST_AUTO_TEST_CASE(what_is_skipped_is_told_with_its_reason) {
    const std::vector<Pattern> patterns = {widget(".a"), widget("#b")};
    check_reasons(patterns, "<p class=a>x</p>", {});
    check_reasons(patterns, "<section><div class=a>x</section>", {"ambiguous 0@9 by /section@23"});
    check_reasons(patterns, "<div class=a>x", {"ambiguous 0@0 by @0"});
    check_reasons(patterns, "<br class=a>", {"no_html 0@0 by br@0"});
    check_reasons(patterns, "<svg><g id=b></g></svg>", {"no_html 1@5 by g@5"});
    check_reasons(patterns, "<script class=a></script>", {"no_html 0@0 by script@0"});
    check_reasons(patterns, "<div class=a><i id=b></i><b class=a></b></div>",
                  {"inside 1@13 by @13", "inside 0@25 by @25"});
    check_reasons(patterns, "<template><p class=a></p></template>", {"inert 0@10 by p@10"});
}

BOOST_AUTO_TEST_CASE(limits_are_told_too) {
    const std::vector<Pattern> patterns = {widget(".a"), listing("ul")};
    const std::string wide(60, 'x');
    Limits limits;
    limits.max_depth = 3;
    check_reasons(patterns, "<html><body><div><p class=a></p></div>", {"over_limit @17 by p@17"},
                  limits);
    limits = {};
    limits.max_tiles = 1;
    check_reasons(patterns, "<ul><li>a<li>b</ul>", {"over_limit 1@0 by li@9"}, limits);
    limits = {};
    limits.max_buffer = 40;
    const auto list = reasons(patterns, "<p class=a>" + wide + "</p>", 50, limits);
    BOOST_REQUIRE_EQUAL(list.size(), 1U);
    BOOST_CHECK_EQUAL(list[0].substr(0, 15), "over_limit 0@0 ");
    check_reasons(patterns, "<p class=a title=" + wide + ">", {"over_limit @0 by p@0"}, limits);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
