// Lanes: 64 candidates at a time, in vectors of 16 bytes, which every processor of 64 bits has. What
// a loop finds out about them is a word of bits, the first candidate's lowest.
//
// Arrays are read in whole words of 64: whoever allocates one makes room (padded()); what stands
// behind the last candidate may be anything, and so are its bits.
// Thread rules: pure functions.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "store/item.hpp"

namespace pz::rules {

inline constexpr std::size_t kLanes = 64;

constexpr std::size_t padded(std::size_t count) {
    return (count + kLanes - 1) / kLanes * kLanes;
}

namespace lanes {

using Doubles [[gnu::vector_size(16)]] = double;
using Longs [[gnu::vector_size(16)]] = std::int64_t;
using Ints [[gnu::vector_size(16)]] = std::int32_t;
using Ids [[gnu::vector_size(16)]] = store::ValueId;
static_assert(std::is_same_v<store::ValueId, std::uint32_t>);

template <class Vector, class Element>
[[gnu::always_inline]] inline Vector load(const Element* from) {
    Vector vector;
    std::memcpy(&vector, from, sizeof vector);
    return vector;
}

// One bit for each of the elements that a word of bits is made of.
template <class Element>
struct Weights {
    static constexpr std::size_t kCount = 8 * sizeof(Element);
    alignas(16) Element bit[kCount];
    constexpr Weights() : bit() {
        for (std::size_t i = 0; i < kCount; ++i) {
            bit[i] = static_cast<Element>(std::uint64_t{1} << i);
        }
    }
};
inline constexpr Weights<std::int64_t> kLongWeights;
inline constexpr Weights<std::int32_t> kIntWeights;

}  // namespace lanes

// `holds(a, b)`, of two vectors, is a vector of 0 and -1.
template <class Holds>
[[gnu::always_inline]] inline std::uint64_t where(const double* a, const double* b, Holds holds) {
    using namespace lanes;
    Longs found = {};
    for (std::size_t i = 0; i < kLanes; i += 2) {
        found |=
            holds(load<Doubles>(a + i), load<Doubles>(b + i)) & load<Longs>(kLongWeights.bit + i);
    }
    return static_cast<std::uint64_t>(found[0] | found[1]);
}
template <class Holds>
[[gnu::always_inline]] inline std::uint64_t where(const double* values, Holds holds) {
    return where(values, values, [holds](lanes::Doubles a, lanes::Doubles) { return holds(a); });
}
// Likewise.
template <class Holds>
[[gnu::always_inline]] inline std::uint64_t where(const store::ValueId* values, Holds holds) {
    using namespace lanes;
    std::uint64_t bits = 0;
    for (std::size_t half = 0; half < kLanes; half += 32) {
        Ints found = {};
        for (std::size_t i = 0; i < 32; i += 4) {
            found |= holds(load<Ids>(values + half + i)) & load<Ints>(kIntWeights.bit + i);
        }
        const auto word = static_cast<std::uint32_t>(found[0] | found[1] | found[2] | found[3]);
        bits |= std::uint64_t{word} << half;
    }
    return bits;
}

// Of 64 numbers: out = result(a, b), of vectors. `out` may be one of the others.
template <class Result>
[[gnu::always_inline]] inline void calculate(const double* a, const double* b, double* out,
                                             Result result) {
    using namespace lanes;
    for (std::size_t i = 0; i < kLanes; i += 2) {
        const Doubles vector = result(load<Doubles>(a + i), load<Doubles>(b + i));
        std::memcpy(out + i, &vector, sizeof vector);
    }
}

// One number for all.
inline void spread(double number, double* out) {
    calculate(out, out, out, [number](lanes::Doubles, lanes::Doubles) {
        return lanes::Doubles{number, number};
    });
}

// Of `count` places (at most 64), one after the other: where `holds(place)`.
template <class Holds>
[[gnu::always_inline]] inline std::uint64_t where_each(std::size_t count, Holds holds) {
    std::uint64_t bits = 0;
    for (std::size_t i = count; i-- > 0;) {
        bits = bits + bits + static_cast<std::uint64_t>(holds(i));
    }
    return bits;
}

// Calls `use(place)` for each set bit, in order.
template <class Use>
[[gnu::always_inline]] inline void each_bit(std::uint64_t bits, Use use) {
    for (; bits != 0; bits &= bits - 1) {
        use(static_cast<std::size_t>(std::countr_zero(bits)));
    }
}

}  // namespace pz::rules
