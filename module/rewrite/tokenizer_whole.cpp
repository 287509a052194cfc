// Tags that lie in the chunk whole and are written in the usual form, which is nearly all of them:
// taken at once, 64 bytes at a time. Whatever is not certain here (a tag at the end of the chunk,
// quotes in odd places, control characters) is left to the states, from its '<' on.
#include <bit>
#include <cstring>

#include "rewrite/characters.hpp"
#include "rewrite/tokenizer.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pz::rewrite {
namespace {

constexpr int kBlock = 64;

// Bit i stands for byte i of a block.
struct Block {
    std::uint64_t greater, equals, double_quote, single_quote;
    std::uint64_t space;  // may stand between attributes: any byte <= ' ', and '/'
};

#if defined(__SSE2__)
std::uint64_t bits(__m128i bytes) {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
}

__m128i load(const char* at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

__m128i below_or_space(__m128i bytes) {
    return _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ')), bytes);
}

struct Lines {
    __m128i a, b, c, d;
};

inline std::uint64_t all_bits(const Lines& lines) {
    return bits(lines.a) | bits(lines.b) << 16 | bits(lines.c) << 32 | bits(lines.d) << 48;
}

inline Lines equal_to(const Lines& lines, char c) {
    const __m128i wanted = _mm_set1_epi8(c);
    return {_mm_cmpeq_epi8(lines.a, wanted), _mm_cmpeq_epi8(lines.b, wanted),
            _mm_cmpeq_epi8(lines.c, wanted), _mm_cmpeq_epi8(lines.d, wanted)};
}

inline __m128i space_or_slash(__m128i bytes) {
    return _mm_or_si128(below_or_space(bytes), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('/')));
}

inline Block read_block(const char* at) {
    const Lines lines = {load(at), load(at + 16), load(at + 32), load(at + 48)};
    return {all_bits(equal_to(lines, '>')), all_bits(equal_to(lines, '=')),
            all_bits(equal_to(lines, '"')), all_bits(equal_to(lines, '\'')),
            all_bits({space_or_slash(lines.a), space_or_slash(lines.b), space_or_slash(lines.c),
                      space_or_slash(lines.d)})};
}

// How many of the 16 bytes come before one that may end a name.
inline int name_length(const char* at) {
    const __m128i bytes = load(at);
    const __m128i ends = _mm_or_si128(below_or_space(bytes),
                                      _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('>')),
                                                   _mm_cmpeq_epi8(bytes, _mm_set1_epi8('/'))));
    return std::countr_zero(bits(ends) | 0x10000U);
}

// The first '<', or nullptr. Tags stand close together: most are found without a call.
inline const char* find_less(const char* at, const char* end) {
    for (int tries = 0; tries < 4 && end - at >= 16; ++tries, at += 16) {
        const std::uint64_t found = bits(_mm_cmpeq_epi8(load(at), _mm_set1_epi8('<')));
        if (found != 0) {
            return at + std::countr_zero(found);
        }
    }
    return static_cast<const char*>(std::memchr(at, '<', static_cast<std::size_t>(end - at)));
}
#else
inline Block read_block(const char* at) {
    Block block{};
    for (int i = 0; i < kBlock; ++i) {
        const auto c = static_cast<unsigned char>(at[i]);
        block.greater |= std::uint64_t{c == '>'} << i;
        block.equals |= std::uint64_t{c == '='} << i;
        block.double_quote |= std::uint64_t{c == '"'} << i;
        block.single_quote |= std::uint64_t{c == '\''} << i;
        block.space |= std::uint64_t{c <= ' ' || c == '/'} << i;
    }
    return block;
}

inline int name_length(const char* at) {
    int length = 0;
    while (length < 16 && static_cast<unsigned char>(at[length]) > ' ' && at[length] != '>' &&
           at[length] != '/') {
        ++length;
    }
    return length;
}

inline const char* find_less(const char* at, const char* end) {
    return static_cast<const char*>(std::memchr(at, '<', static_cast<std::size_t>(end - at)));
}
#endif

constexpr std::uint64_t kAll = ~std::uint64_t{0};

constexpr std::uint64_t below(int bit) {
    return (std::uint64_t{1} << bit) - 1;
}

constexpr std::uint64_t above(int bit) {
    return ~std::uint64_t{1} << bit;
}

// Whether these bytes are no attribute, not even one that is a control character.
inline bool separators(const char* at, std::uint64_t which) {
    for (; which != 0; which &= which - 1) {
        const char c = at[std::countr_zero(which)];
        if (c != '/' && !byte_is(c, byte_class::kSpace)) {
            return false;
        }
    }
    return true;
}

// From behind the name of a start tag to behind its '>'.
//
// A quote opens a value only behind '=', and '=' only behind a name: what stands between values must
// hold one '=' alone, behind a name and before the quote. Then nothing but the quotes decides where
// the tag ends. A '>' outside of values ends the tag whatever stands before it.
class AttributeScan {
  public:
    AttributeScan(std::span<Attribute> out, const char* end) : out_(out), end_(end) {}

    // nullptr: not certain, or not in this chunk.
    const char* run(const char* at) {
        while (!done_ && at != nullptr && end_ - at >= kBlock) {
            at = part(at);
        }
        return done_ ? at : nullptr;
    }

    std::size_t count() const { return count_; }
    bool known() const { return known_; }  // all attributes were recorded
    bool self_closing() const { return self_closing_; }

  private:
    // One block. Returns behind its last value or the tag.
    const char* part(const char* at) {
        const Block block = read_block(at);
        std::uint64_t left = kAll;  // not passed over yet
        for (;;) {
            const std::uint64_t stops =
                (block.greater | block.double_quote | block.single_quote) & left;
            if (stops == 0) {
                return left == kAll ? nullptr : at + std::countr_zero(left);
            }
            const int stop = std::countr_zero(stops);
            const std::uint64_t segment = left & below(stop);
            if (at[stop] == '>') {
                return finish(at, stop, block, segment);
            }
            const int name = name_begin(at, stop, block, segment);
            if (name < 0) {
                return nullptr;
            }
            const std::uint64_t closing =
                (at[stop] == '"' ? block.double_quote : block.single_quote) & above(stop);
            if (closing == 0) {
                return long_value(at, name, stop);
            }
            const int close = std::countr_zero(closing);
            add(at + name, at + stop, at + close);
            left = above(close);
        }
    }

    const char* finish(const char* at, int stop, const Block& block, std::uint64_t segment) {
        const bool slash = segment != 0 && at[stop - 1] == '/';
        if (slash && (block.equals & segment) != 0) {
            return nullptr;  // the '/' may belong to a value
        }
        known_ = known_ && separators(at, segment);
        self_closing_ = slash;
        done_ = true;
        return at + stop + 1;
    }

    // Of the attribute whose value the quote at `stop` opens; -1 if it may open none.
    int name_begin(const char* at, int stop, const Block& block, std::uint64_t segment) {
        const std::uint64_t spaces = block.space & segment;
        const int begin = spaces != 0 ? kBlock - std::countl_zero(spaces)
                                      : std::countr_zero(segment | (std::uint64_t{1} << stop));
        const bool opens = stop > begin + 1 &&
                           (block.equals & segment) == std::uint64_t{1} << (stop - 1) &&
                           (spaces == 0 || byte_is(at[begin - 1], byte_class::kNameEnd));
        known_ = known_ && separators(at, segment & below(begin));
        return opens ? begin : -1;
    }

    const char* long_value(const char* at, int name, int stop) {
        const char* from = at + kBlock;
        const auto* close = static_cast<const char*>(
            std::memchr(from, at[stop], static_cast<std::size_t>(end_ - from)));
        if (close == nullptr) {
            return nullptr;
        }
        add(at + name, at + stop, close);
        return close + 1;
    }

    // `quote`: the one that opens the value, behind '='.
    void add(const char* name, const char* quote, const char* value_end) {
        if (count_ == out_.size()) {
            known_ = false;
            return;
        }
        out_[count_++] = {{name, static_cast<std::size_t>(quote - 1 - name)},
                          {quote + 1, static_cast<std::size_t>(value_end - quote - 1)}};
    }

    std::span<Attribute> out_;
    const char* end_;
    std::size_t count_ = 0;
    bool known_ = true;
    bool self_closing_ = false;
    bool done_ = false;
};

}  // namespace

// Goes to the next '<' and takes its tag. False: cursor_ is at what the states must read, or at the
// end.
bool Tokenizer::whole_tag(Tag& tag) {
    const char* less = find_less(cursor_, end_);
    if (less == nullptr) {
        cursor_ = end_;
        return false;
    }
    cursor_ = less;
    if (end_ - less < kBlock) {
        return false;
    }
    const bool is_end = less[1] == '/';
    tag.attributes_known = true;
    tag.attributes = {};
    tag.self_closing = false;
    const char* end = whole_name(less + (is_end ? 2 : 1), tag);
    if (end == nullptr) {
        return false;
    }
    if (*end == '>') {
        ++end;
    } else if (is_end || (end = whole_attributes(end, tag)) == nullptr) {
        return false;
    }
    cursor_ = end;
    tag.begin = base_ + static_cast<std::uint64_t>(less - begin_);
    tag.end = position();
    tag.is_end = is_end;
    tag.overlong = false;
    return true;
}

// Each of these returns where the tag goes on or ends; nullptr: left to the states.
inline const char* Tokenizer::whole_name(const char* begin, Tag& tag) {
    const int length = name_length(begin);
    if (!byte_is(*begin, byte_class::kAlpha) || length > 15 ||
        !byte_is(begin[length], byte_class::kNameEnd)) {
        return nullptr;
    }
    tag.id = tag_id_at(begin, static_cast<std::size_t>(length));
    tag.name = rewrite::tag_name(tag.id);
    if (tag.id == TagId::other) {
        for (int i = 0; i < length; ++i) {
            name_[static_cast<std::size_t>(i)] = to_lower(begin[i]);
        }
        tag.name = std::string_view(name_.data(), static_cast<std::size_t>(length));
    }
    return begin + length;
}

inline const char* Tokenizer::whole_attributes(const char* at, Tag& tag) {
    AttributeScan scan(attributes_, end_);
    const char* end = scan.run(at);
    tag.self_closing = scan.self_closing();
    tag.attributes_known = scan.known();
    tag.attributes = std::span<const Attribute>(attributes_.data(), scan.count());
    return end;
}

}  // namespace pz::rewrite
