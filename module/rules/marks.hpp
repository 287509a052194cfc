// Marks: one byte for each candidate, 1 when a rule selects it. Most rules select few of many.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace pz::rules {

// Calls `use` with the place of each mark, in order. Thread rules: pure.
template <class Use>
void each_marked(std::span<const std::uint8_t> marks, Use use) {
    static_assert(std::endian::native == std::endian::little);
    std::size_t begin = 0;
    for (; begin + 8 <= marks.size(); begin += 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, marks.data() + begin, 8);
        for (; eight != 0; eight &= eight - 1) {
            use(begin + static_cast<std::size_t>(std::countr_zero(eight)) / 8);
        }
    }
    for (; begin < marks.size(); ++begin) {
        if (marks[begin] != 0) {
            use(begin);
        }
    }
}

}  // namespace pz::rules
