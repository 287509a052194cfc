#include "rewrite/skim.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "rewrite/characters.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pz::rewrite {
namespace {

// Bytes that may be read from a '<' on.
constexpr std::ptrdiff_t kAhead = 32;

std::uint64_t load8(const char* at) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

// A name and '>', as end tags are written, in 8 bytes.
struct EndTag {
    std::uint64_t bytes = 0;
    std::uint64_t mask = 0;
    std::size_t size = 0;  // with "</"; 0: too long
};

constexpr EndTag make_end_tag(std::string_view name) {
    EndTag tag;
    if (name.empty() || name.size() > 7) {
        return tag;
    }
    for (std::size_t i = 0; i <= name.size(); ++i) {
        const char c = i == name.size() ? '>' : name[i];
        const std::size_t shift = std::endian::native == std::endian::little ? 8 * i : 56 - 8 * i;
        tag.bytes |= std::uint64_t{static_cast<unsigned char>(c)} << shift;
        tag.mask |= std::uint64_t{0xFF} << shift;
    }
    tag.size = name.size() + 3;
    return tag;
}

constexpr std::array<EndTag, kTagCount> kEndTags = {EndTag{},
#define X(identifier, name, flags) make_end_tag(name),
                                                    PZ_REWRITE_TAGS(X)
#undef X
};

#if defined(__SSE2__)
inline std::uint32_t equal(__m128i bytes, char c) {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c))));
}

// How many of the 16 bytes come before one up to ' ', a '/' or a '>'.
inline int name_length(const char* at) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i space = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ')), bytes);
    const __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('/'));
    const __m128i greater = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('>'));
    const __m128i ends = _mm_or_si128(space, _mm_or_si128(slash, greater));
    return std::countr_zero(static_cast<std::uint32_t>(_mm_movemask_epi8(ends)) | 0x10000U);
}

// Tags stand close together: most are found without a call.
inline const char* next_less(const char* at, const char* end, const ByteSearch& search) {
    if (end - at >= 16) {
        const std::uint32_t found =
            equal(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)), '<');
        if (found != 0) {
            return at + std::countr_zero(found);
        }
    }
    return search.find_less(at, end);
}
#else
inline int name_length(const char* at) {
    int length = 0;
    while (length < 16 && static_cast<unsigned char>(at[length]) > ' ' && at[length] != '>' &&
           at[length] != '/') {
        ++length;
    }
    return length;
}

inline const char* next_less(const char* at, const char* end, const ByteSearch& search) {
    return search.find_less(at, end);
}
#endif

}  // namespace

Skim::Passed Skim::run(std::string_view bytes, const Limits& limits) {
    const char* const begin = bytes.data();
    const char* const end = begin + bytes.size();
    const char* at = begin;
    lowest_ = static_cast<std::size_t>(-1);
    Text text = Text::markup;
    opened_ = TagId::other;
    for (;;) {
        const char* less = next_less(at, end, search_);
        at = less;
        if (end - less < kAhead) {
            break;
        }
        const char* behind = less[1] == '/'   ? end_tag(less, limits.depth)
                             : less[1] == '!' ? comment(less, end)
                                              : start_tag(less, end, limits.max_tag);
        if (behind == nullptr) {
            break;
        }
        at = behind;
        if (text_of(opened_) != Text::markup) {
            text = text_of(opened_);
            break;
        }
    }
    if (lowest_ != static_cast<std::size_t>(-1)) {
        matcher_.skip(lowest_);
    }
    return {static_cast<std::size_t>(at - begin), text, opened_};
}

// These return where the tag or comment ends; nullptr: it is not for here.
inline const char* Skim::comment(const char* less, const char* end) {
    const char* const begin = less + 4;
    if (less[2] != '-' || less[3] != '-' || begin[0] == '>' ||
        (begin[0] == '-' && begin[1] == '>')) {
        return nullptr;
    }
    const char* at = begin + 2;
    while ((at = static_cast<const char*>(
                std::memchr(at, '>', static_cast<std::size_t>(end - at)))) != nullptr) {
        const bool bang = at[-1] == '!' && at - begin >= 3;
        if (std::string_view(at - (bang ? 3 : 2), 2) == "--") {
            return at + 1;
        }
        ++at;
    }
    return nullptr;
}

inline const char* Skim::end_tag(const char* less, std::size_t depth) {
    const EndTag& own = kEndTags[static_cast<std::size_t>(tree_.closes_plainly())];
    if (((load8(less + 2) ^ own.bytes) & own.mask) != 0 || own.size == 0 ||
        tree_.depth() - 1 <= depth) {
        return nullptr;
    }
    tree_.close_plain();
    return less + own.size;
}

inline const char* Skim::start_tag(const char* less, const char* end, std::size_t max_tag) {
    const auto length = static_cast<std::size_t>(name_length(less + 1));
    if (length - 1 >= detail::kShortName) {
        return nullptr;
    }
    const TagId id = tag_id_at(less + 1, length);
    if (id == TagId::other || !tree_.plain(id) || matcher_.wants(id)) {
        return nullptr;
    }
    const char* behind = less + 1 + length;
    if (*behind == '>') {
        ++behind;
    } else if (!byte_is(*behind, byte_class::kNameEnd) ||
               (behind = search_.tag_end(less, behind, end, matcher_.needles())) == nullptr) {
        return nullptr;
    }
    const std::size_t index = tree_.depth();
    if (static_cast<std::size_t>(behind - less) > max_tag || !tree_.open_plain(id)) {
        return nullptr;
    }
    lowest_ = std::min(lowest_, index);
    opened_ = id;
    return behind;
}

}  // namespace pz::rewrite
