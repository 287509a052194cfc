// Labels: the texts that rules gave to the candidates of a placement, by number.
// Thread rules: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pz::rules {

inline constexpr std::size_t kMaxLabel = 100;  // bytes

class Labels {
  public:
    // 1 to kMaxLabel bytes of UTF-8 without control characters.
    static bool fits(std::string_view text);

    void clear();
    // Its number; 0 when there are too many. The text fits.
    std::uint16_t add(std::string_view text);
    // Empty for 0. Lifetime: until the next add() or clear().
    std::string_view text(std::uint16_t number) const;

  private:
    std::string texts_;
    std::vector<std::uint32_t> ends_;  // in texts_
};

}  // namespace pz::rules
