// The CRC-32 of texts that stand behind each other, from theirs: no text is read again. Internal to
// the room. Thread rules: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pz::page {

// A text's CRC-32, and what combines it with that of whatever stands before it.
struct CrcPart {
    std::uint32_t crc = 0;
    std::uint32_t shift = 0;  // crc_shift() of its size
};

// What a text of this size does to the CRC before it: x^(8 * size) modulo the polynomial, as zlib's
// crc32_combine_gen() gives it. Some hundred nanoseconds.
std::uint32_t crc_shift(std::size_t size);

// Of both texts, as zlib's crc32_combine_op(): some nanoseconds where the processor multiplies
// without carries.
std::uint32_t crc_join(std::uint32_t before, const CrcPart& part);

}  // namespace pz::page
