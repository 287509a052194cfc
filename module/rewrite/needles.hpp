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

}  // namespace pz::rewrite
