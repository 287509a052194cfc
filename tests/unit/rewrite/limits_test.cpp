// What the rewriter keeps of a page, and what it does at its limits and when it is to stop.
#include "unit/rewrite/harness.hpp"

namespace pz::rewrite::testing {

BOOST_AUTO_TEST_SUITE(rewriter_limits)

// Compiled once, the patterns are found in any number of pages, also when the list is gone.
BOOST_AUTO_TEST_CASE(pages_share_patterns) {
    std::vector<Collector> sinks(2);
    std::vector<std::unique_ptr<Rewriter>> rewriters;
    {
        Patterns patterns({widget("div > .a")});
        patterns.push_back(widget("#w"));
        BOOST_CHECK_EQUAL(patterns.size(), 2U);
        for (Collector& sink : sinks) {
            rewriters.push_back(std::make_unique<Rewriter>(patterns, sink));
        }
        patterns.push_back(widget("i"));
    }
    for (const char* piece : {"<div>", "<p class=a>x</p>", "<i id=w>y</i>", "</div>"}) {
        rewriters[0]->write(piece);
        rewriters[1]->write(std::string(piece[1] == 'd' ? "<b>" : piece));
    }
    BOOST_CHECK_EQUAL(sinks[0].matches().size(), 2U);
    BOOST_CHECK_EQUAL(sinks[1].matches().size(), 1U);
}

BOOST_AUTO_TEST_CASE(raw_bytes_are_not_copied) {
    const Pattern patterns[] = {widget("#w")};
    const std::string page = "<p>before</p><div id=w>x</div><p>after</p><b cl";
    Collector sink;
    Rewriter rewriter(patterns, sink);
    sink.chunk(page);
    rewriter.write(page);
    BOOST_CHECK_EQUAL(sink.in_chunk(), std::string_view("<p>before</p><p>after</p>").size());
    BOOST_CHECK_EQUAL(rewriter.buffered(), 5U);
    const std::string rest = "ass=x>y<i>";
    sink.chunk(rest);
    rewriter.write(rest);
    BOOST_CHECK_EQUAL(sink.in_chunk(), 25U + rest.size());
    BOOST_CHECK_EQUAL(rewriter.buffered(), 0U);
    BOOST_CHECK_EQUAL(sink.output(), page + rest);
}

BOOST_AUTO_TEST_CASE(text_comments_and_end_tags_are_not_held) {
    const Pattern patterns[] = {widget("#w")};
    for (const char* text :
         {"a", "<!-- a", "</di", "<script>a<", "<script></scr", "<!DOCTYPE ht"}) {
        Collector sink;
        Rewriter rewriter(patterns, sink);
        rewriter.write(text);
        BOOST_TEST_INFO(text);
        BOOST_CHECK_EQUAL(rewriter.buffered(), 0U);
    }
}

BOOST_AUTO_TEST_CASE(the_buffer_is_limited) {
    const Pattern patterns[] = {widget("#w, .v")};
    Limits limits;
    limits.max_buffer = 30;
    const auto count = [&](std::string_view page) {
        return run_everywhere(patterns, page, limits);
    };
    const std::string fits = "<div id=w>" + std::string(14, 'x') + "</div>";
    BOOST_CHECK_EQUAL(count(fits).counters.matched, 1U);
    const std::string over = "<div id=w>" + std::string(15, 'x') + "</div><p class=v></p>";
    BOOST_CHECK_EQUAL(count(over).counters.over_limit, 1U);
    BOOST_CHECK_EQUAL(count(over).counters.matched, 1U);
    const std::string inner = "<div id=w>xxxxxxxxxxxx<p class=v></p></div>";
    BOOST_CHECK_EQUAL(count(inner).counters.matched, 1U);
    const std::string tag = "<p id=w title='" + std::string(40, 'x') + "'></p><p class=v></p>";
    BOOST_CHECK_EQUAL(count(tag).counters.over_limit, 1U);
    BOOST_CHECK_EQUAL(count(tag).counters.matched, 1U);
    const std::string open = "<div id=w>" + std::string(100, 'x');
    BOOST_CHECK_EQUAL(count(open).counters.over_limit, 1U);
    BOOST_CHECK_EQUAL(count(open).counters.ambiguous, 0U);
    const std::string attribute = "<div id=w><p title='" + std::string(40, 'x') + "'></p></div>";
    count(attribute);
}

BOOST_AUTO_TEST_CASE(depth_and_tiles_are_limited) {
    const Pattern patterns[] = {widget("#w"), listing("#l")};
    Limits limits;
    limits.max_depth = 4;  // html, body and two more
    limits.max_tiles = 2;
    const auto count = [&](std::string_view page) {
        return run_everywhere(patterns, page, limits);
    };
    BOOST_CHECK_EQUAL(count("<i><i id=w></i></i>").counters.matched, 1U);
    const Run deep = count("<i><i><i></i></i></i><i id=w></i>");
    BOOST_CHECK_EQUAL(deep.counters.matched, 0U);
    BOOST_CHECK_EQUAL(deep.counters.over_limit, 1U);
    BOOST_CHECK_EQUAL(count("<ul id=l><li>1<li>2</ul>").counters.matched, 1U);
    const Run many = count("<ul id=l><li>1<li>2<li>3</ul><i id=w></i>");
    BOOST_CHECK_EQUAL(many.counters.over_limit, 1U);
    BOOST_CHECK_EQUAL(many.counters.matched, 1U);
}

BOOST_AUTO_TEST_CASE(abandon_at_every_point) {
    const Pattern patterns[] = {widget("#w"), listing("#l")};
    const std::string page = "<p>a</p><div id=w><b>x</b></div><ul id=l><li>a<li>b</ul><i id=w></i>";
    for (std::size_t at = 0; at <= page.size(); ++at) {
        Feeder feeder(patterns, {});
        feeder.write(std::string_view(page).substr(0, at));
        feeder.rewriter().abandon();
        BOOST_CHECK_EQUAL(feeder.rewriter().buffered(), 0U);
        BOOST_CHECK_EQUAL(feeder.sink().output(), page.substr(0, at));
        const std::size_t matches = feeder.sink().matches().size();
        feeder.write(std::string_view(page).substr(at));
        const Run result = feeder.finish();
        BOOST_CHECK_EQUAL(result.output, page);
        BOOST_CHECK_EQUAL(result.matches.size(), matches);
    }
}

BOOST_AUTO_TEST_CASE(the_sink_may_abandon) {
    const Pattern patterns[] = {widget("i"), widget("br")};
    const std::string page = "a<i>1</i>b<i>2</i><br>c<i>3</i>d<br>e";
    for (std::size_t chunk : {1UL, 5UL, page.size()}) {
        for (int calls = 1; calls < 8; ++calls) {
            Feeder feeder(patterns, {});
            int left = calls;
            std::size_t matches = 0;
            feeder.sink().on_call([&] {
                if (--left == 0) {
                    feeder.rewriter().abandon();
                    matches = feeder.sink().matches().size();
                }
            });
            for (std::size_t at = 0; at < page.size(); at += chunk) {
                feeder.write(std::string_view(page).substr(at, chunk));
            }
            const Run result = feeder.finish();
            BOOST_CHECK_EQUAL(result.output, page);
            if (left <= 0) {
                BOOST_CHECK_EQUAL(result.matches.size(), matches);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(odd_uses) {
    Collector sink;
    Rewriter none(Patterns(), sink);
    none.write("<div id=w>");
    BOOST_CHECK_EQUAL(none.buffered(), 0U);
    none.write("");
    none.end();
    none.end();
    none.write("late");
    BOOST_CHECK_EQUAL(sink.output(), "<div id=w>late");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
