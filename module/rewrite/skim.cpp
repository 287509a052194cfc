#include "rewrite/skim.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "rewrite/characters.hpp"
#include "rewrite/window.hpp"

namespace pz::rewrite {

#if defined(__x86_64__)
namespace {

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
        tag.bytes |= std::uint64_t{static_cast<unsigned char>(c)} << 8 * i;
        tag.mask |= std::uint64_t{0xFF} << 8 * i;
    }
    tag.size = name.size() + 3;
    return tag;
}

constexpr std::array<EndTag, kTagCount> kEndTags = {EndTag{},
#define X(identifier, name, flags) make_end_tag(name),
                                                    PZ_REWRITE_TAGS(X)
#undef X
};

// Bytes that may be read from a '<' on.
constexpr std::ptrdiff_t kAhead = Window::kSize + Needles::kLength - 1;

// Behind "-->", or nullptr: not in these bytes, or of an odd form.
const char* comment_end(const char* less, const char* end) {
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

// Where there are many needles, looking at a few places costs as much as taking the tag apart.
bool any_stands(std::uint64_t where, const char* at, const char* begin, const char* end,
                const Needles& needles) {
    constexpr int kPlaces = 3;
    for (int place = 0; where != 0; ++place, where &= where - 1) {
        if (place == kPlaces || needles.stand_at(at + std::countr_zero(where), begin, end)) {
            return true;
        }
    }
    return false;
}

// The first "</" or "<!" with kAhead bytes to read, or the last place where none can be told.
PZ_AVX2 const char* find_markup(const char* at, const char* end) {
    for (; end - at >= kAhead; at += Window::kSize) {
        const std::uint64_t less = Window(at).equal('<');
        if (less == 0) {
            continue;
        }
        const Window behind(at + 1);
        const std::uint64_t found = less & (behind.equal('/') | behind.equal('!'));
        if (found != 0) {
            return at + _tzcnt_u64(found);
        }
    }
    return at;
}

// Where the text of a <script> or the like may end, or where it may escape its end.
PZ_AVX2 const char* find_text_end(const char* at, const char* end, TagId element) {
    const char first = tag_name(element).front();
    for (;;) {
        at = find_markup(at, end);
        if (end - at < kAhead || at[1] != '/' || to_lower(at[2]) == first) {
            return at;
        }
        at += 2;
    }
}

// The '<' of a page, and the ends of start tags.
class Scan {
  public:
    PZ_AVX2 Scan(const char* begin, const char* end, const Needles& needles)
        : end_(end), needles_(needles), at_(begin) {}

    // The next '<' with kAhead bytes to read, or nullptr: then at() is where it may be looked for.
    PZ_AVX2 const char* next_less() {
        for (; end_ - at_ >= kAhead; at_ += Window::kSize) {
            const std::uint64_t less = Window(at_).equal('<');
            if (less != 0) {
                at_ += _tzcnt_u64(less);
                return end_ - at_ < kAhead ? nullptr : at_;
            }
        }
        return nullptr;
    }

    const char* at() const { return at_; }

    // Goes on at `at`, behind what was found.
    PZ_AVX2 void go_to(const char* at) { at_ = at; }

    // Behind the start tag's '>', and goes on there; nullptr: not certain, or not in these bytes,
    // or one of the needles stands in it. name_size() is known anyway.
    PZ_AVX2 const char* start_tag(const char* less) {
        std::uint64_t inside_before = 0;     // all bits: the window begins in a value
        std::uint64_t equals_before = 0;     // the byte before it is '=' outside of values
        std::uint64_t separator_before = 1;  // ... or none of an attribute's name
        for (const char* at = less; end_ - at >= kAhead; at += Window::kSize) {
            const Window window(at);
            const std::uint64_t quotes = window.equal('"');
            const std::uint64_t inside = Window::parity(quotes) ^ inside_before;
            const std::uint64_t greater = window.equal('>') & ~inside;
            const std::uint64_t within = _blsmsk_u64(greater);  // up to the tag's end
            const std::uint64_t equals = window.equal('=') & ~inside;
            const std::uint64_t separator = (window.separators() | quotes) & ~inside;
            const std::uint64_t opened = equals << 1 | equals_before;
            const std::uint64_t unnamed = (separator << 1 | separator_before) & equals;
            const std::uint64_t single = window.equal('\'') & ~inside;
            const std::uint64_t needle = Window::needles(needles_, at) & within;
            if (at == less) {
                name_size_ = static_cast<int>(_tzcnt_u64(separator | greater)) - 1;
            }
            if ((((opened ^ (quotes & inside)) | unnamed | single) & within) != 0 ||
                (needle != 0 && any_stands(needle, at, less, end_, needles_))) {
                return nullptr;
            }
            if (greater != 0) {
                at_ = at + _tzcnt_u64(greater) + 1;
                return at_;
            }
            inside_before = std::uint64_t{0} - (inside >> 63);
            equals_before = equals >> 63;
            separator_before = separator >> 63;
        }
        return nullptr;
    }

    int name_size() const { return name_size_; }

  private:
    const char* const end_;
    const Needles& needles_;
    const char* at_;
    int name_size_ = 0;
};

}  // namespace

// nullptr: it does more than to close the element opened last, or that is not to be closed.
inline const char* Skim::end_tag(const char* less, std::size_t depth) {
    const EndTag& own = kEndTags[static_cast<std::size_t>(tree_.closes_plainly())];
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, less + 2, sizeof bytes);
    if (((bytes ^ own.bytes) & own.mask) != 0 || own.size == 0 || tree_.depth() - 1 <= depth) {
        return nullptr;
    }
    tree_.close_plain();
    return less + own.size;
}

PZ_AVX2 Skim::Passed Skim::walk(std::string_view bytes, const Limits& limits) {
    const char* const begin = bytes.data();
    const char* const end = begin + bytes.size();
    Scan scan(begin, end, matcher_.needles());
    const char* less = nullptr;
    const auto passed = [begin](const char* at) { return static_cast<std::size_t>(at - begin); };
    while ((less = scan.next_less()) != nullptr) {
        if (less[1] == '/' || less[1] == '!') {
            const char* behind =
                less[1] == '/' ? end_tag(less, limits.depth) : comment_end(less, end);
            if (behind == nullptr) {
                return {passed(less)};
            }
            scan.go_to(behind);
            continue;
        }
        const char* behind = scan.start_tag(less);
        const auto length = static_cast<std::size_t>(scan.name_size());
        if (behind == nullptr || length - 1 >= detail::kShortName ||
            static_cast<std::size_t>(behind - less) > limits.max_tag) {
            return {passed(less)};
        }
        const TagId id = tag_id_at(less + 1, length);
        if (!byte_is(less[1 + length], byte_class::kNameEnd) || id == TagId::other ||
            matcher_.wants(id) || !open(id, behind[-2] == '/')) {
            return {passed(less)};
        }
        const Text text = tree_.foreign() ? Text::markup : text_of(id);
        if (text == Text::markup) {
            continue;
        }
        const char* found = find_text_end(behind, end, id);
        const char* ended =
            end - found < kAhead || found[1] != '/' ? nullptr : end_tag(found, limits.depth);
        if (ended == nullptr) {
            return {passed(found), text, id};
        }
        scan.go_to(ended);
    }
    return {passed(scan.at())};
}

inline bool Skim::open(TagId id, bool self_closing) {
    const std::size_t index = tree_.depth();
    if (!tree_.open_plain(id, self_closing)) {
        return false;
    }
    lowest_ = std::min(lowest_, index);
    return true;
}

Skim::Passed Skim::run(std::string_view bytes, const Limits& limits) {
    static const bool can = avx2();
    if (!can) {
        return {0};
    }
    lowest_ = kNone;
    const Passed passed = walk(bytes, limits);
    if (lowest_ != kNone) {
        matcher_.skip(lowest_);
    }
    return passed;
}
#else
Skim::Passed Skim::run(std::string_view, const Limits&) {
    return {0};
}
#endif

}  // namespace pz::rewrite
