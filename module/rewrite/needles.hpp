// Needles: texts of which one stands in any tag that can match.
//
// Found by four of their bytes, rare ones, each by its halves, in eight groups, so that many bytes
// can be looked at at once; then compared whole. Lifetime: the texts must outlive the needles.
// Thread rules: immutable after the last add().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pz::rewrite {

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
    static constexpr std::size_t kGroups = 8;

    struct Text {
        std::string_view text;
        std::ptrdiff_t rare;  // where its four bytes are
        bool ignore_case;
    };

    static std::size_t hash_of(const char* at);
    void allow_all(std::size_t place, std::uint8_t group);
    void allow(std::size_t place, unsigned char byte, std::uint8_t group);

    alignas(16) std::array<Halves, kLength> low_{};
    alignas(16) std::array<Halves, kLength> high_{};
    std::vector<Text> texts_;  // each eighth is of one group
    // By a hash of the four bytes, without case; not asked if a text is shorter.
    std::array<std::uint64_t, 128> known_{};
    bool shorter_ = false;
};

}  // namespace pz::rewrite
