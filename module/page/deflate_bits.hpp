// Bits: DEFLATE's fixed codes (RFC 1951, 3.2.6), written from the lowest bit on. Internal to the
// room. Thread rules: one thread. Errors: none; the caller sees to the room.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace pz::page::deflate {

inline constexpr std::size_t kLeastMatch = 4;  // of those worth their code
inline constexpr std::size_t kMostMatch = 258;
inline constexpr std::size_t kWindow = 32768;
// Memory that Bits may touch behind what it writes, and put_bits() behind what it reads.
inline constexpr std::size_t kSlack = 8;

// What a text takes at most: 9 bits for a byte, and what is left of the last one.
constexpr std::size_t most_bytes(std::size_t text) {
    return text + text / 8 + 2;
}

// A code's bits in the order in which they are written, and how many.
struct Code {
    std::uint32_t bits = 0;
    unsigned count = 0;
};

inline constexpr Code kFixedBlock = {2, 3};  // not the last one
inline constexpr Code kEndOfBlock = {0, 7};
inline constexpr Code kStoredBlock = {0, 3};  // empty, if kNoBytes follow on the next boundary
inline constexpr std::string_view kNoBytes("\0\0\xff\xff", 4);

constexpr std::uint32_t reversed(std::uint32_t bits, unsigned count) {
    std::uint32_t result = 0;
    for (unsigned i = 0; i < count; ++i) {
        result |= (bits >> i & 1U) << (count - 1 - i);
    }
    return result;
}

// RFC 1951, 3.2.6: the fixed code of a literal or of a length's symbol.
constexpr Code fixed_code(unsigned symbol) {
    if (symbol < 144) {
        return {reversed(0x30 + symbol, 8), 8};
    }
    if (symbol < 256) {
        return {reversed(0x190 + symbol - 144, 9), 9};
    }
    if (symbol < 280) {
        return {reversed(symbol - 256, 7), 7};
    }
    return {reversed(0xC0 + symbol - 280, 8), 8};
}

inline constexpr auto kLiterals = [] {
    std::array<Code, 256> codes{};
    for (unsigned i = 0; i < codes.size(); ++i) {
        codes[i] = fixed_code(i);
    }
    return codes;
}();

// RFC 1951, 3.2.5: lengths in groups of four symbols, with one more extra bit in each.
constexpr Code length_code(unsigned length) {
    if (length == kMostMatch) {
        return fixed_code(285);
    }
    unsigned extra = 0;
    while ((8U << extra) + 3 <= length && extra < 5) {
        ++extra;
    }
    const unsigned base = length < 11 ? 3 : (4U << extra) + 3;
    const unsigned first = length < 11 ? 257 : 261 + 4 * extra;
    const Code code = fixed_code(first + ((length - base) >> extra));
    return {code.bits | ((length - base) & ((1U << extra) - 1)) << code.count, code.count + extra};
}

inline constexpr auto kLengths = [] {
    std::array<Code, kMostMatch + 1> codes{};
    for (unsigned i = 3; i < codes.size(); ++i) {
        codes[i] = length_code(i);
    }
    return codes;
}();

// Distances in groups of two symbols, with one more extra bit in each from 5 on: a group's symbols
// by the second-highest bit of distance - 1.
inline constexpr auto kDistanceSymbols = [] {
    std::array<std::uint8_t, 30> symbols{};
    for (unsigned i = 0; i < symbols.size(); ++i) {
        symbols[i] = static_cast<std::uint8_t>(reversed(i, 5));
    }
    return symbols;
}();

constexpr Code distance_code(std::uint32_t distance) {
    const std::uint32_t value = distance - 1;
    if (value < 4) {
        return {kDistanceSymbols[value], 5};
    }
    const unsigned extra = 30U - static_cast<unsigned>(__builtin_clz(value));
    const std::uint32_t symbol = 2 * extra + (value >> extra);
    return {kDistanceSymbols[symbol] | (value & ((1U << extra) - 1)) << 5, 5 + extra};
}

class Bits {
  public:
    Bits() = default;
    // There must be room for kSlack bytes more than will be written.
    explicit Bits(char* at) : at_(at) {}

    void put(Code code) {
        add(code);
        flush();
    }
    void literals(std::string_view text) {
        constexpr std::size_t kAtOnce = 5;  // of 9 bits, beside the 7 that may be left
        while (text.size() >= kAtOnce) {
            for (std::size_t i = 0; i < kAtOnce; ++i) {
                add(kLiterals[static_cast<unsigned char>(text[i])]);
            }
            flush();
            text.remove_prefix(kAtOnce);
        }
        for (const char c : text) {
            add(kLiterals[static_cast<unsigned char>(c)]);
        }
        flush();
    }
    // At least 3 bytes, at most kWindow back; or nothing.
    void match(std::size_t length, std::size_t distance) {
        if (length == 0) {
            return;
        }
        const Code far = distance_code(static_cast<std::uint32_t>(distance));
        while (length > 0) {
            // Never leaves less than a match can say.
            const std::size_t part = length <= kMostMatch      ? length
                                     : length < kMostMatch + 3 ? length - 3
                                                               : kMostMatch;
            add(kLengths[part]);
            put(far);
            length -= part;
        }
    }
    // Bits that were written before, from a boundary on.
    void put_bits(const char* from, std::size_t count) {
        constexpr unsigned kAtOnce = 56;
        for (; count > 0; from += kAtOnce / 8) {
            std::uint64_t bits = 0;
            std::memcpy(&bits, from, sizeof(bits));
            const auto part = static_cast<unsigned>(std::min<std::size_t>(count, kAtOnce));
            bits_ |= (bits & ((std::uint64_t{1} << part) - 1)) << count_;
            count_ += part;
            flush();
            count -= part;
        }
    }
    // Goes on at the next boundary, which is returned.
    char* align() {
        put({0, (8 - count_) % 8});
        return at_;
    }
    // Goes on elsewhere, where the bytes so far have been copied to.
    void move(char* at) { at_ = at; }
    char* at() const { return at_; }             // behind the last whole byte
    unsigned pending() const { return count_; }  // bits behind it

  private:
    void add(Code code) {
        bits_ |= std::uint64_t{code.bits} << count_;
        count_ += code.count;
    }
    void flush() {
        std::memcpy(at_, &bits_, sizeof(bits_));
        at_ += count_ / 8;
        bits_ >>= count_ & ~7U;
        count_ %= 8;
    }

    char* at_ = nullptr;
    std::uint64_t bits_ = 0;
    unsigned count_ = 0;
};

}  // namespace pz::page::deflate
