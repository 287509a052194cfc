#include "page/crc_join.hpp"

#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace pz::page {

namespace {

#if defined(__x86_64__)

// V. Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction" (Intel,
// 2009), of bit-reflected data: the product, moved by the bit that reflection leaves out, then
// Barrett's reduction.
__attribute__((target("pclmul,sse4.1"))) std::uint32_t multiply(std::uint32_t a, std::uint32_t b) {
    constexpr long long kQuotient = 0x1F7011641;  // of x^64 and the polynomial
    constexpr long long kPolynomial = 0x1DB710641;
    const __m128i constants = _mm_set_epi64x(kPolynomial, kQuotient);
    const __m128i low = _mm_cvtsi64_si128(0xffffffff);
    const __m128i factors = _mm_clmulepi64_si128(_mm_cvtsi32_si128(static_cast<int>(a)),
                                                 _mm_cvtsi32_si128(static_cast<int>(b)), 0x00);
    const __m128i product = _mm_slli_epi64(factors, 1);
    const __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(product, low), constants, 0x00);
    const __m128i back = _mm_clmulepi64_si128(_mm_and_si128(quotient, low), constants, 0x10);
    return static_cast<std::uint32_t>(_mm_extract_epi32(_mm_xor_si128(product, back), 1));
}

bool multiplies() {
    return __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("sse4.1") != 0;
}

#else

std::uint32_t multiply(std::uint32_t, std::uint32_t) {
    return 0;
}

constexpr bool multiplies() {
    return false;
}

#endif

}  // namespace

std::uint32_t crc_shift(std::size_t size) {
    return static_cast<std::uint32_t>(crc32_combine_gen(static_cast<z_off_t>(size)));
}

std::uint32_t crc_join(std::uint32_t before, const CrcPart& part) {
    return multiplies()
               ? multiply(before, part.shift) ^ part.crc
               : static_cast<std::uint32_t>(crc32_combine_op(before, part.crc, part.shift));
}

}  // namespace pz::page
