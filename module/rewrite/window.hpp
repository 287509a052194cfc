// Window: 64 bytes of a page, looked at at once, on machines with AVX2. Bit i of a mask stands for
// byte i. Only for functions marked PZ_AVX2, and only where avx2() says so. Thread rules: none.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "rewrite/needles.hpp"

#define PZ_AVX2 __attribute__((target("avx2,bmi,pclmul")))

namespace pz::rewrite {

inline bool avx2() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("pclmul");
}

class Window {
  public:
    static constexpr std::ptrdiff_t kSize = 64;

    PZ_AVX2 explicit Window(const char* at) : low_(load(at)), high_(load(at + 32)) {}

    PZ_AVX2 std::uint64_t equal(char c) const {
        const __m256i wanted = _mm256_set1_epi8(c);
        return mask(_mm256_cmpeq_epi8(low_, wanted), _mm256_cmpeq_epi8(high_, wanted));
    }

    // The bytes up to `last`.
    PZ_AVX2 std::uint64_t up_to(char last) const {
        const __m256i bound = _mm256_set1_epi8(last);
        return mask(_mm256_cmpeq_epi8(_mm256_min_epu8(low_, bound), low_),
                    _mm256_cmpeq_epi8(_mm256_min_epu8(high_, bound), high_));
    }

    // Where the four bytes of a needle may begin. `at`: of the window; three more bytes are read.
    // Nearly always the lower halves of the bytes already tell that none does.
    PZ_AVX2 static std::uint64_t needles(const Needles& needles, const char* at) {
        const __m256i front = low_groups(needles, at);
        const __m256i back = low_groups(needles, at + 32);
        const __m256i any = _mm256_or_si256(front, back);
        if (_mm256_testz_si256(any, any) != 0) {
            return 0;
        }
        return ~mask(no_needle(needles, front, at), no_needle(needles, back, at + 32));
    }

    // Each bit: whether the number of bits up to it, itself included, is odd.
    PZ_AVX2 static std::uint64_t parity(std::uint64_t bits) {
        const __m128i wide = _mm_cvtsi64_si128(static_cast<long long>(bits));
        return static_cast<std::uint64_t>(
            _mm_cvtsi128_si64(_mm_clmulepi64_si128(wide, _mm_set1_epi8(-1), 0)));
    }

  private:
    PZ_AVX2 static __m256i load(const char* at) {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    }

    PZ_AVX2 static std::uint64_t mask(__m256i low, __m256i high) {
        const auto first = static_cast<std::uint32_t>(_mm256_movemask_epi8(low));
        const auto second = static_cast<std::uint32_t>(_mm256_movemask_epi8(high));
        return first | std::uint64_t{second} << 32;
    }

    PZ_AVX2 static __m256i table(const Needles::Halves& halves) {
        return _mm256_broadcastsi128_si256(
            _mm_load_si128(reinterpret_cast<const __m128i*>(halves.data())));
    }

    // The groups that the lower halves of the four bytes allow ...
    PZ_AVX2 static __m256i low_groups(const Needles& needles, const char* at) {
        const __m256i half = _mm256_set1_epi8(0x0F);
        const auto groups = [&needles, at, half](std::size_t place) PZ_AVX2 {
            return _mm256_shuffle_epi8(table(needles.low(place)),
                                       _mm256_and_si256(load(at + place), half));
        };
        return _mm256_and_si256(_mm256_and_si256(groups(0), groups(1)),
                                _mm256_and_si256(groups(2), groups(3)));
    }

    // ... and then the upper ones.
    PZ_AVX2 static __m256i no_needle(const Needles& needles, __m256i low, const char* at) {
        const __m256i half = _mm256_set1_epi8(0x0F);
        for (std::size_t place = 0; place < Needles::kLength; ++place) {
            const __m256i high = _mm256_and_si256(_mm256_srli_epi16(load(at + place), 4), half);
            low = _mm256_and_si256(low, _mm256_shuffle_epi8(table(needles.high(place)), high));
        }
        return _mm256_cmpeq_epi8(low, _mm256_setzero_si256());
    }

    __m256i low_, high_;
};

}  // namespace pz::rewrite
#endif
