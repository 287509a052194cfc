// What the rewriter's tests share: a sink that checks the contract, and runs at any chunking.
#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "rewrite/rewriter.hpp"

namespace pz::rewrite::testing {

// Collects everything; matches are written out so that runs can be compared.
class Collector final : public Sink {
  public:
    void raw(std::string_view bytes) override {
        BOOST_CHECK(!bytes.empty());
        in_chunk_ += inside(bytes) ? bytes.size() : 0;
        output_.append(bytes);
        if (on_call_) {
            on_call_();
        }
    }

    void element(const Element& e) override {
        BOOST_CHECK_EQUAL(e.offset, output_.size());
        BOOST_CHECK(e.inner_begin <= e.inner_end && e.inner_end <= e.outer.size());
        std::ostringstream text;
        text << e.pattern << '@' << e.offset << ' ' << e.outer
             << " inner=" << e.outer.substr(e.inner_begin, e.inner_end - e.inner_begin);
        for (const Tile& tile : e.tiles) {
            BOOST_REQUIRE(tile.begin <= tile.end && tile.end <= e.outer.size());
            text << " tile(" << tile.key
                 << ")=" << e.outer.substr(tile.begin, tile.end - tile.begin);
        }
        matches_.push_back(text.str());
        output_.append(e.outer);
        if (on_call_) {
            on_call_();
        }
    }

    void chunk(std::string_view bytes) { chunk_ = bytes; }
    void on_call(std::function<void()> call) { on_call_ = std::move(call); }
    const std::string& output() const { return output_; }
    const std::vector<std::string>& matches() const { return matches_; }
    std::size_t in_chunk() const { return in_chunk_; }

  private:
    bool inside(std::string_view bytes) const {
        return std::less_equal<>()(chunk_.data(), bytes.data()) &&
               std::less_equal<>()(bytes.data() + bytes.size(), chunk_.data() + chunk_.size());
    }

    std::string output_;
    std::vector<std::string> matches_;
    std::string_view chunk_;
    std::size_t in_chunk_ = 0;
    std::function<void()> on_call_;
};

struct Run {
    std::string output;
    std::vector<std::string> matches;
    Counters counters;
};

inline Selector selector(std::string_view text) {
    Result<Selector> result = compile_selector(text);
    BOOST_REQUIRE_MESSAGE(result.ok(), result.message());
    return *result;
}

inline Pattern widget(std::string_view text) {
    return Pattern{selector(text), false, {}, {}};
}

inline Pattern listing(std::string_view text, std::string_view tile = {}) {
    Pattern pattern{selector(text), true, {}, {}};
    if (!tile.empty()) {
        pattern.tile = selector(tile);
    }
    return pattern;
}

// The chunks are copied to memory of their own size, so that a sanitizer sees any step beyond them.
class Feeder {
  public:
    Feeder(std::span<const Pattern> patterns, const Limits& limits)
        : rewriter_(patterns, sink_, limits), limits_(limits) {}

    void write(std::string_view bytes) {
        const std::vector<char> copy(bytes.begin(), bytes.end());
        const std::string_view chunk(copy.data(), copy.size());
        sink_.chunk(chunk);
        rewriter_.write(chunk);
        BOOST_CHECK(rewriter_.buffered() <= limits_.max_buffer);
    }
    Rewriter& rewriter() { return rewriter_; }
    Collector& sink() { return sink_; }
    Run finish() {
        rewriter_.end();
        BOOST_CHECK_EQUAL(rewriter_.buffered(), 0U);
        return {sink_.output(), sink_.matches(), rewriter_.counters()};
    }

  private:
    Collector sink_;
    Rewriter rewriter_;
    Limits limits_;
};

inline Run run(std::span<const Pattern> patterns, std::string_view page, std::size_t chunk,
               const Limits& limits = {}) {
    Feeder feeder(patterns, limits);
    for (std::size_t at = 0; at < page.size(); at += chunk) {
        feeder.write(page.substr(at, chunk));
    }
    return feeder.finish();
}

inline void check_same(const Run& expected, const Run& got, std::string_view page,
                       const std::string& how) {
    BOOST_TEST_INFO(how << " of " << page.substr(0, 300));
    BOOST_CHECK(got.output == page);
    BOOST_TEST_INFO(how << " of " << page.substr(0, 300));
    BOOST_CHECK_EQUAL_COLLECTIONS(expected.matches.begin(), expected.matches.end(),
                                  got.matches.begin(), got.matches.end());
    BOOST_CHECK_EQUAL(expected.counters.matched, got.counters.matched);
    BOOST_CHECK_EQUAL(expected.counters.ambiguous, got.counters.ambiguous);
    BOOST_CHECK_EQUAL(expected.counters.over_limit, got.counters.over_limit);
}

// Whole, byte by byte, and in two pieces at every place: always the same.
inline Run run_everywhere(std::span<const Pattern> patterns, std::string_view page,
                          const Limits& limits = {}) {
    const Run whole = run(patterns, page, std::max<std::size_t>(page.size(), 1), limits);
    check_same(whole, whole, page, "whole");
    check_same(whole, run(patterns, page, 1, limits), page, "bytes");
    for (std::size_t split = 1; split < page.size(); ++split) {
        Feeder feeder(patterns, limits);
        feeder.write(page.substr(0, split));
        feeder.write(page.substr(split));
        check_same(whole, feeder.finish(), page, "split at " + std::to_string(split));
    }
    return whole;
}

// The directory of real pages and suites, if this machine has it.
inline std::optional<std::filesystem::path> shared_directory(const std::string& part) {
    const char* set = std::getenv("PERSONALIZE_SHARED");
    const std::filesystem::path root =
        set != nullptr ? std::filesystem::path(set)
                       : std::filesystem::path(TESTS_DIR).parent_path().parent_path() / "shared";
    if (std::filesystem::exists(root / part)) {
        return root / part;
    }
    BOOST_TEST_MESSAGE("SKIPPED: " << (root / part) << " is not there");
    std::cerr << "SKIPPED: " << (root / part) << " is not there; set PERSONALIZE_SHARED\n";
    return {};
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace pz::rewrite::testing
