// The rewriter of JSON documents: its contract at any chunking, and at its limits.
#include "rewrite/json_rewriter.hpp"

#include <algorithm>

#include "unit/rewrite/harness.hpp"

namespace pz::rewrite::testing {
namespace {

const std::vector<JsonPattern> kPatterns = {
    {JsonPattern::Kind::array, *compile_json_path("$.list"), *compile_json_member("id")},
    {JsonPattern::Kind::string, *compile_json_path("$.html.*"), {}}};

Run rewrite(std::string_view document, const std::vector<std::size_t>& cuts, const Limits& limits) {
    Collector sink;
    JsonRewriter rewriter(kPatterns, sink, limits);
    std::size_t at = 0;
    for (const std::size_t cut : cuts) {
        const std::string_view piece = document.substr(at, cut - at);
        const std::vector<char> copy(piece.begin(), piece.end());
        sink.chunk({copy.data(), copy.size()});
        rewriter.write({copy.data(), copy.size()});
        BOOST_CHECK(rewriter.buffered() <= limits.max_buffer);
        at = cut;
    }
    rewriter.end();
    BOOST_CHECK_EQUAL(rewriter.buffered(), 0U);
    return {sink.output(), sink.matches(), rewriter.counters()};
}

Run rewrite_everywhere(std::string_view document, const Limits& limits = {}) {
    const Run whole = rewrite(document, {document.size()}, limits);
    BOOST_CHECK_EQUAL(whole.output, document);
    std::vector<std::size_t> bytes;
    for (std::size_t i = 1; i <= document.size(); i++) {
        bytes.push_back(i);
        check_same(whole, rewrite(document, {i, document.size()}, limits), document,
                   "split at " + std::to_string(i));
    }
    check_same(whole, rewrite(document, bytes, limits), document, "bytes");
    return whole;
}

void check_nothing(std::string_view document) {
    BOOST_TEST_INFO(document);
    BOOST_CHECK(rewrite_everywhere(document).matches.empty());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_rewriter)

BOOST_AUTO_TEST_CASE(arrays_and_strings_are_given_whole) {
    const Run run = rewrite_everywhere(
        R"({"n":1.50,"list": [ {"id":"a"} , {"id":2},null ],"html":{"x":"<p>\u003c\/p>","y":""}} )");
    const std::vector<std::string> expected = {
        R"(0@18 [ {"id":"a"} , {"id":2},null ] inner= {"id":"a"} , {"id":2},null  tile(a)={"id":"a"} tile(2)={"id":2} tile()=null)",
        R"(1@61 "<p>\u003c\/p>" inner=<p>\u003c\/p>)", "1@81 \"\" inner="};
    BOOST_CHECK_EQUAL_COLLECTIONS(run.matches.begin(), run.matches.end(), expected.begin(),
                                  expected.end());
    BOOST_CHECK_EQUAL(run.counters.matched, 3U);
}

BOOST_AUTO_TEST_CASE(a_document_that_proves_invalid_leaves_as_it_came) {
    const std::string good = R"({"list":[1,2],"x":"y"})";
    for (std::size_t i = 0; i < good.size(); i++) {
        check_nothing(good.substr(0, i));
    }
    check_nothing(good + "x");
    check_nothing(good + good);
    check_nothing(R"({"list":[1,2],"x":"y)"
                  "\xff\"}");
    check_nothing(R"({"list":[1,2],"list":[1,2]})");
    check_nothing("");
    check_nothing("<html>");
}

BOOST_AUTO_TEST_CASE(bytes_before_a_match_leave_at_once) {
    Collector sink;
    JsonRewriter rewriter(kPatterns, sink);
    const std::string_view head = R"({"n":[1,2,3],"list":)";
    sink.chunk(head);
    rewriter.write(head);
    BOOST_CHECK_EQUAL(sink.output(), head);
    BOOST_CHECK_EQUAL(sink.in_chunk(), head.size());
    rewriter.write("[1,2]");
    BOOST_CHECK_EQUAL(sink.output(), head);
    BOOST_CHECK_GE(rewriter.buffered(), 5U);
    rewriter.write("}");
    rewriter.end();
    BOOST_CHECK_EQUAL(sink.output(), std::string(head) + "[1,2]}");
    BOOST_CHECK_EQUAL(sink.matches().size(), 1U);
}

BOOST_AUTO_TEST_CASE(over_the_limit_everything_leaves_as_it_came) {
    std::string document = R"({"n":0,"list":[)";
    for (int i = 0; i < 10; i++) {
        document += (i == 0 ? "{\"id\":" : ",{\"id\":") + std::to_string(i) + "}";
    }
    document += R"(],"tail":"............"})";
    bool small = false, large = false;
    for (std::size_t limit = 0; limit < 1200; limit += 7) {
        Limits limits;
        limits.max_buffer = limit;
        const Run run = rewrite_everywhere(document, limits);
        BOOST_CHECK_EQUAL(run.matches.empty(), run.counters.over_limit == 1);
        (run.matches.empty() ? small : large) = true;
    }
    BOOST_CHECK(small && large);
    Limits limits;
    limits.max_tiles = 9;
    BOOST_CHECK_EQUAL(rewrite_everywhere(document, limits).counters.over_limit, 1U);
    limits = {};
    limits.max_depth = 2;
    BOOST_CHECK_EQUAL(rewrite_everywhere(document, limits).counters.over_limit, 1U);
}

// What is remembered of names counts before there is a match too.
BOOST_AUTO_TEST_CASE(names_without_end_are_over_the_limit) {
    Limits limits;
    limits.max_buffer = 4096;
    std::string document = R"({"html":{)";
    for (int i = 0; i < 2000; i++) {
        document += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
    }
    document += R"(,"text":"<b>"}})";
    for (const std::size_t size : {std::size_t{1}, std::size_t{100}, document.size()}) {
        std::vector<std::size_t> cuts;
        for (std::size_t at = size; at < document.size(); at += size) {
            cuts.push_back(at);
        }
        cuts.push_back(document.size());
        const Run run = rewrite(document, cuts, limits);
        BOOST_CHECK_EQUAL(run.output, document);
        BOOST_CHECK(run.matches.empty());
        BOOST_CHECK_EQUAL(run.counters.over_limit, 1U);
    }
}

BOOST_AUTO_TEST_CASE(the_sink_may_abandon_at_any_call) {
    const std::string_view document = R"({"a":1,"html":{"x":"<p>","y":"<i>"},"list":[1],"z":2})";
    for (int calls = 0; calls < 9; calls++) {
        for (std::size_t cut = 1; cut < document.size(); cut++) {
            Collector sink;
            JsonRewriter rewriter(kPatterns, sink);
            int left = calls;
            sink.on_call([&] {
                if (left-- == 0) {
                    rewriter.abandon();
                }
            });
            rewriter.write(document.substr(0, cut));
            rewriter.write(document.substr(cut));
            rewriter.end();
            BOOST_CHECK_EQUAL(sink.output(), document);
            BOOST_CHECK_EQUAL(rewriter.buffered(), 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(abandoned_between_chunks_it_gives_out_what_it_kept) {
    Collector sink;
    JsonRewriter rewriter(kPatterns, sink);
    rewriter.write(R"({"list":[1,)");
    rewriter.abandon();
    BOOST_CHECK_EQUAL(sink.output(), R"({"list":[1,)");
    rewriter.write("2]}");
    rewriter.end();
    BOOST_CHECK_EQUAL(sink.output(), R"({"list":[1,2]})");
    BOOST_CHECK(sink.matches().empty());
}

// Put in any order and back again, an array is what it was.
BOOST_AUTO_TEST_CASE(a_permutation_and_its_inverse_restore_the_document) {
    const std::string document = R"({"list": [{"id":1} , "two",3.0e0,[ 4 ]	,null]})";
    const JsonPattern& pattern = kPatterns[0];
    const auto permute = [&pattern](const std::string& text,
                                    const std::vector<std::size_t>& order) {
        const JsonArrays found = find_arrays(text, pattern);
        BOOST_REQUIRE(found.arrays.size() == 1 && found.arrays[0].elements.size() == order.size());
        const auto& elements = found.arrays[0].elements;
        std::string out;
        std::size_t at = 0;
        for (std::size_t place = 0; place < order.size(); place++) {
            out += text.substr(at, elements[place].begin - at);
            const auto& moved = elements[order[place]];
            out += text.substr(moved.begin, moved.end - moved.begin);
            at = elements[place].end;
        }
        return out + text.substr(at);
    };
    std::vector<std::size_t> order = {0, 1, 2, 3, 4};
    do {
        std::vector<std::size_t> inverse(order.size());
        for (std::size_t i = 0; i < order.size(); i++) {
            inverse[order[i]] = i;
        }
        const std::string other = permute(document, order);
        BOOST_CHECK_EQUAL(other.size(), document.size());
        BOOST_REQUIRE_EQUAL(permute(other, inverse), document);
    } while (std::next_permutation(order.begin(), order.end()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
