#include "rewrite/bytes.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "rewrite/characters.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#define PZ_AVX2 __attribute__((target("avx2,bmi,pclmul")))
#endif

namespace pz::rewrite {
namespace {

const char* find_less(const char* begin, const char* end) {
    const void* found = std::memchr(begin, '<', static_cast<std::size_t>(end - begin));
    return found == nullptr ? end : static_cast<const char*>(found);
}

const char* find_markup(const char* begin, const char* end) {
    for (const char* at = begin;; ++at) {
        at = find_less(at, end);
        if (end - at < 2 || at[1] == '/' || at[1] == '!') {
            return at;
        }
    }
}

// Of letters by how often English has them; what else stands in names is about as frequent as the
// middle ones.
unsigned rarity(char c) {
    static constexpr std::string_view kFrequent = "etaoinsrlcdphumgbfywvkxqjz";
    const std::size_t place = kFrequent.find(to_lower(c));
    return static_cast<unsigned>(place == std::string_view::npos ? kFrequent.size() / 2 : place);
}

// Where the `size` bytes begin that are rarest in what shops write into tags.
std::size_t rarest(std::string_view text, std::size_t size) {
    std::size_t place = 0;
    unsigned most = 0;
    for (std::size_t at = 0; at + size <= text.size(); ++at) {
        unsigned rare = 0;
        for (const char c : text.substr(at, size)) {
            rare += rarity(c);
        }
        place = rare > most ? at : place;
        most = std::max(rare, most);
    }
    return place;
}

const char* never_certain(const char*, const char*, const char*, const Needles&) {
    return nullptr;
}

#if defined(__x86_64__)
constexpr int kWindow = 64;

// Bit i of a mask stands for byte i of a window.
struct Window {
    __m256i low, high;
};

PZ_AVX2 inline __m256i load(const char* at) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

PZ_AVX2 inline std::uint64_t mask(__m256i low, __m256i high) {
    const auto first = static_cast<std::uint32_t>(_mm256_movemask_epi8(low));
    const auto second = static_cast<std::uint32_t>(_mm256_movemask_epi8(high));
    return first | std::uint64_t{second} << 32;
}

PZ_AVX2 inline std::uint64_t equal(const Window& window, char c) {
    const __m256i wanted = _mm256_set1_epi8(c);
    return mask(_mm256_cmpeq_epi8(window.low, wanted), _mm256_cmpeq_epi8(window.high, wanted));
}

PZ_AVX2 inline __m256i below_or_space(__m256i bytes) {
    return _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(' ')), bytes);
}

// The bytes up to ' ', and '/'.
PZ_AVX2 inline std::uint64_t separators(const Window& window) {
    const __m256i slash = _mm256_set1_epi8('/');
    return mask(
        _mm256_or_si256(below_or_space(window.low), _mm256_cmpeq_epi8(window.low, slash)),
        _mm256_or_si256(below_or_space(window.high), _mm256_cmpeq_epi8(window.high, slash)));
}

// Each bit: whether the number of bits up to it, itself included, is odd.
PZ_AVX2 inline std::uint64_t parity(std::uint64_t bits) {
    const __m128i wide = _mm_cvtsi64_si128(static_cast<long long>(bits));
    return static_cast<std::uint64_t>(
        _mm_cvtsi128_si64(_mm_clmulepi64_si128(wide, _mm_set1_epi8(-1), 0)));
}

PZ_AVX2 inline __m256i table(const Needles::Halves& halves) {
    return _mm256_broadcastsi128_si256(
        _mm_load_si128(reinterpret_cast<const __m128i*>(halves.data())));
}

// The groups that each of the bytes is in at this place of the needles.
PZ_AVX2 inline __m256i groups(const Needles& needles, std::size_t place, __m256i bytes) {
    const __m256i half = _mm256_set1_epi8(0x0F);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
    return _mm256_and_si256(
        _mm256_shuffle_epi8(table(needles.low(place)), _mm256_and_si256(bytes, half)),
        _mm256_shuffle_epi8(table(needles.high(place)), high));
}

// Where the four bytes of a needle may begin, among 32 bytes: all bits but there.
PZ_AVX2 inline __m256i no_needle(const Needles& needles, const char* at) {
    const __m256i front =
        _mm256_and_si256(groups(needles, 0, load(at)), groups(needles, 1, load(at + 1)));
    const __m256i back =
        _mm256_and_si256(groups(needles, 2, load(at + 2)), groups(needles, 3, load(at + 3)));
    return _mm256_cmpeq_epi8(_mm256_and_si256(front, back), _mm256_setzero_si256());
}

bool any_stands(std::uint64_t where, const char* at, const char* begin, const char* end,
                const Needles& needles) {
    for (; where != 0; where &= where - 1) {
        if (needles.stand_at(at + std::countr_zero(where), begin, end)) {
            return true;
        }
    }
    return false;
}

PZ_AVX2 const char* find_less_avx2(const char* begin, const char* end) {
    const char* at = begin;
    for (; end - at >= kWindow; at += kWindow) {
        const std::uint64_t found = equal({load(at), load(at + 32)}, '<');
        if (found != 0) {
            return at + _tzcnt_u64(found);
        }
    }
    return find_less(at, end);
}

PZ_AVX2 const char* find_markup_avx2(const char* begin, const char* end) {
    const char* at = begin;
    for (; end - at > kWindow; at += kWindow) {
        const std::uint64_t less = equal({load(at), load(at + 32)}, '<');
        if (less == 0) {
            continue;
        }
        const Window behind = {load(at + 1), load(at + 33)};
        const std::uint64_t found = less & (equal(behind, '/') | equal(behind, '!'));
        if (found != 0) {
            return at + _tzcnt_u64(found);
        }
    }
    return find_markup(at, end);
}

PZ_AVX2 const char* tag_end_avx2(const char* less, const char* begin, const char* end,
                                  const Needles& needles) {
    std::uint64_t inside_before = 0;     // all bits: the window begins in a value
    std::uint64_t equals_before = 0;     // the byte before it is '=' outside of values
    std::uint64_t separator_before = 1;  // ... or none of an attribute's name
    constexpr std::ptrdiff_t kRead = kWindow + Needles::kLength - 1;
    for (const char* at = begin; end - at >= kRead; at += kWindow) {
        const Window window = {load(at), load(at + 32)};
        const std::uint64_t quotes = equal(window, '"');
        const std::uint64_t inside = parity(quotes) ^ inside_before;  // with the opening quote
        const std::uint64_t greater = equal(window, '>') & ~inside;
        const std::uint64_t within = _blsmsk_u64(greater);  // up to the tag's end
        const std::uint64_t equals = equal(window, '=') & ~inside;
        const std::uint64_t separator = (separators(window) | quotes) & ~inside;
        const std::uint64_t opened = equals << 1 | equals_before;
        const std::uint64_t unnamed = (separator << 1 | separator_before) & equals;
        const std::uint64_t single = equal(window, '\'') & ~inside;
        const std::uint64_t needle = ~mask(no_needle(needles, at), no_needle(needles, at + 32));
        if ((((opened ^ (quotes & inside)) | unnamed | single) & within) != 0 ||
            ((needle & within) != 0 && any_stands(needle & within, at, less, end, needles))) {
            return nullptr;
        }
        if (greater != 0) {
            return at + _tzcnt_u64(greater) + 1;
        }
        inside_before = std::uint64_t{0} - (inside >> 63);
        equals_before = equals >> 63;
        separator_before = separator >> 63;
    }
    return nullptr;
}
#endif

}  // namespace

void Needles::allow_all(std::size_t place, std::uint8_t group) {
    for (std::size_t half = 0; half < low_[place].size(); ++half) {
        low_[place][half] |= group;
        high_[place][half] |= group;
    }
}

void Needles::allow(std::size_t place, unsigned char byte, std::uint8_t group) {
    low_[place][byte & 0x0F] |= group;
    high_[place][byte >> 4] |= group;
}

void Needles::add(std::string_view text, bool ignore_case) {
    const std::size_t rare = rarest(text, kLength);
    const std::size_t number = added_++ % texts_.size();
    const auto group = static_cast<std::uint8_t>(1U << number);
    texts_[number].push_back({text, static_cast<std::ptrdiff_t>(rare), ignore_case});
    for (std::size_t place = 0; place < kLength; ++place) {
        if (rare + place >= text.size()) {
            allow_all(place, group);
            continue;
        }
        const char c = text[rare + place];
        allow(place, static_cast<unsigned char>(c), group);
        if (ignore_case && byte_is(c, byte_class::kAlpha)) {
            allow(place, static_cast<unsigned char>(c) ^ 0x20U, group);
        }
    }
}

bool Needles::stand_at(const char* at, const char* begin, const char* end) const {
    unsigned groups = 0xFF;
    for (std::size_t place = 0; place < kLength; ++place) {
        const auto byte = static_cast<unsigned char>(at[place]);
        groups &= static_cast<unsigned>(low_[place][byte & 0x0F]) & high_[place][byte >> 4];
    }
    const auto stands = [at, begin, end](const Text& needle) {
        const auto size = static_cast<std::ptrdiff_t>(needle.text.size());
        if (at - begin < needle.rare || end - at < size - needle.rare) {
            return false;
        }
        const std::string_view there(at - needle.rare, needle.text.size());
        return needle.ignore_case ? equal_ignoring_case(there, needle.text) : there == needle.text;
    };
    for (; groups != 0; groups &= groups - 1) {
        const auto& texts = texts_[static_cast<std::size_t>(std::countr_zero(groups))];
        if (std::any_of(texts.begin(), texts.end(), stands)) {
            return true;
        }
    }
    return false;
}

const ByteSearch& portable_search() {
    static constexpr ByteSearch kPortable = {find_less, find_markup, never_certain};
    return kPortable;
}

const ByteSearch& byte_search() {
#if defined(__x86_64__)
    static constexpr ByteSearch kAvx2 = {find_less_avx2, find_markup_avx2, tag_end_avx2};
    static const bool can = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                            __builtin_cpu_supports("pclmul");
    return can ? kAvx2 : portable_search();
#else
    return portable_search();
#endif
}

}  // namespace pz::rewrite
