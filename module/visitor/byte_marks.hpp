// ByteMarks: which bytes of a short text are of a kind, a bit for each, the first byte's lowest.
// Internal to the room.
//
// Sixteen bytes at a time where the processor has SSE2, eight elsewhere. Thread rules: pure
// functions.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pz::visitor {

struct ByteMarks {
    static constexpr std::size_t kMost = 64;  // bytes of a text

    std::uint64_t spaces = 0, equals = 0;
    bool strange = false;  // there is a control character or a '%'
};

#if defined(__SSE2__)

inline constexpr std::size_t kMarkBlock = 16;

inline void mark_block(const char* bytes, std::size_t at, ByteMarks& marks) {
    __m128i block;
    std::memcpy(&block, bytes, sizeof block);
    const auto is = [&block](char c) { return _mm_cmpeq_epi8(block, _mm_set1_epi8(c)); };
    const auto bits = [](__m128i bytes) {
        return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(bytes)));
    };
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
    marks.spaces |= bits(is(' ')) << at;
    marks.equals |= bits(is('=')) << at;
    marks.strange |= bits(_mm_or_si128(low, _mm_or_si128(is(0x7f), is('%')))) != 0;
}

#else

inline constexpr std::size_t kMarkBlock = 8;

inline void mark_block(const char* bytes, std::size_t at, ByteMarks& marks) {
    constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
    constexpr std::uint64_t kGather = 0x0102040810204080;
    std::uint64_t block;
    std::memcpy(&block, bytes, sizeof block);
    block = std::endian::native == std::endian::little ? block : __builtin_bswap64(block);
    // The high bit of every byte that is 0, and no other (H. Warren, Hacker's Delight, 6-1).
    const auto zeros = [](std::uint64_t word) {
        return ~(((word & ~kHighs) + ~kHighs) | word | ~kHighs);
    };
    const auto is = [&](unsigned char c) { return zeros(block ^ kOnes * c); };
    const auto bits = [](std::uint64_t highs) { return (highs >> 7U) * kGather >> 56U; };
    const std::uint64_t low = zeros(block & kOnes * 0xe0);
    marks.spaces |= bits(is(' ')) << at;
    marks.equals |= bits(is('=')) << at;
    marks.strange |= (low | is(0x7f) | is('%')) != 0;
}

#endif

// Of at most kMost bytes.
inline ByteMarks marks_of(std::string_view text) {
    ByteMarks marks;
    if (text.size() < kMarkBlock) {
        std::array<char, kMarkBlock> block;
        block.fill('a');
        text.copy(block.data(), block.size());
        mark_block(block.data(), 0, marks);
        return marks;
    }
    std::size_t at = 0;
    for (; at + kMarkBlock <= text.size(); at += kMarkBlock) {
        mark_block(text.data() + at, at, marks);
    }
    if (at != text.size()) {  // again what stands before the rest
        at = text.size() - kMarkBlock;
        mark_block(text.data() + at, at, marks);
    }
    return marks;
}

}  // namespace pz::visitor
