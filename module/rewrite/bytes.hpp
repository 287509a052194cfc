// Bytes: searches that the rewriter's speed depends on, over many bytes at once.
//
// Each has an implementation for what the machine can do, chosen when the program runs, and a
// portable one; all give the same answers, but that the portable tag_end() is never certain.
// Nothing outside of [begin, end) is read. Thread rules: constants; Needles are immutable after
// the last add().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pz::rewrite {

// Texts of which one stands in any tag that can match. Found by four of their bytes, rare ones, each
// by its halves, in eight groups; then compared whole. Lifetime: the texts must outlive the needles.
class Needles {
  public:
    static constexpr std::size_t kLength = 4;
    using Halves = std::array<std::uint8_t, 16>;  // the groups that allow each value of a half byte

    void add(std::string_view text, bool ignore_case);
    const Halves& low(std::size_t place) const { return low_[place]; }
    const Halves& high(std::size_t place) const { return high_[place]; }
    // Whether one stands in [begin, end) whose four bytes are at `at`.
    bool stand_at(const char* at, const char* begin, const char* end) const;

  private:
    struct Text {
        std::string_view text;
        std::ptrdiff_t rare;  // where its four bytes are
        bool ignore_case;
    };

    void allow_all(std::size_t place, std::uint8_t group);
    void allow(std::size_t place, unsigned char byte, std::uint8_t group);

    std::size_t added_ = 0;
    alignas(16) std::array<Halves, kLength> low_{};
    alignas(16) std::array<Halves, kLength> high_{};
    std::array<std::vector<Text>, 8> texts_;  // of each group
};

struct ByteSearch {
    // The first '<', or `end`.
    const char* (*find_less)(const char* begin, const char* end);
    // The first "</" or "<!", or a '<' that is the last byte, or `end`.
    const char* (*find_markup)(const char* begin, const char* end);
    // From behind a start tag's name to behind its '>'; `less`: its '<'. nullptr: not certain, not far enough from `end`, or one of the needles stands in the tag. It
    // is certain where every '=' outside of values stands behind an attribute's name and before a
    // '"', and every '"' closes a value or opens one so: then '>' ends the tag in all states that
    // the standard could be in. Control characters and single quotes outside of values are left to
    // those states.
    const char* (*tag_end)(const char* less, const char* begin, const char* end,
                           const Needles& needles);
};

const ByteSearch& portable_search();
// The fastest for this machine.
const ByteSearch& byte_search();

}  // namespace pz::rewrite
