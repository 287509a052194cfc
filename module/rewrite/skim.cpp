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

// A name and '>', as end tags are written.
struct EndTag {
    std::uint64_t bytes = 0;  // shifted so that the last one is the highest
    std::uint8_t shift = 0;
    std::uint8_t size = 0;  // with "</"; 0: too long
};

constexpr EndTag make_end_tag(std::string_view name) {
    EndTag tag;
    if (name.empty() || name.size() > 7) {
        return tag;
    }
    for (std::size_t i = 0; i <= name.size(); ++i) {
        const char c = i == name.size() ? '>' : name[i];
        tag.bytes = tag.bytes >> 8 | std::uint64_t{static_cast<unsigned char>(c)} << 56;
    }
    tag.shift = static_cast<std::uint8_t>(64 - 8 * (name.size() + 1));
    tag.size = static_cast<std::uint8_t>(name.size() + 3);
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
        : end_(end), needles_(needles), at_(begin), behind_(begin) {}

    // The next '<' with kAhead bytes to read, or nullptr: then at() is where it may be looked for.
    PZ_AVX2 const char* next_less() {
        const char* less = find_less(at_);
        if (less < behind_) {
            less = find_less(behind_);  // that one was in a value
        }
        at_ = less;
        return end_ - less < kAhead ? nullptr : less;
    }

    const char* at() const { return at_; }

    // Goes on at `at`, behind what was found.
    PZ_AVX2 void go_to(const char* at) { at_ = behind_ = at; }
    // The same for a tag that probably holds no other '<': so that the next one can be looked for
    // before it is known where this one ends.
    PZ_AVX2 void pass_tag(const char* less, const char* behind) {
        at_ = less + 1;
        behind_ = behind;
    }

    // Behind the start tag's '>', and goes on there; nullptr: not certain, or not in these bytes,
    // or one of the needles stands in it.
    PZ_AVX2 const char* start_tag(const char* less) {
        Carry carry;
        const Part first = look(less, less, carry);
        name_size_ = static_cast<std::size_t>(_tzcnt_u64(first.separator | first.greater)) - 1;
        if (first.uncertain) {
            return nullptr;
        }
        const char* const behind =
            first.greater != 0 ? less + _tzcnt_u64(first.greater) + 1 : long_tag_end(less, carry);
        pass_tag(less, behind);
        return behind;
    }

    // Of the tag that was given to start_tag() last.
    std::size_t name_size() const { return name_size_; }

  private:
    // The first '<' from `at` on, or the last place where none can be told.
    PZ_AVX2 const char* find_less(const char* at) const {
        for (; end_ - at >= kAhead; at += Window::kSize) {
            const std::uint64_t less = Window(at).equal('<');
            if (less != 0) {
                return at + _tzcnt_u64(less);
            }
        }
        return at;
    }

    // What a window leaves to the next one.
    struct Carry {
        std::uint64_t inside = 0;     // all bits: the window begins in a value
        std::uint64_t equals = 0;     // the byte before it is '=' outside of values
        std::uint64_t separator = 1;  // ... or none of an attribute's name
    };
    struct Part {
        std::uint64_t greater;    // outside of values
        std::uint64_t separator;  // what may be none of a name; '-' is taken for such a byte
        bool uncertain;
    };

    [[gnu::always_inline]] PZ_AVX2 Part look(const char* at, const char* less, Carry& carry) {
        const Window window(at);
        const std::uint64_t quotes = window.equal('"');
        const std::uint64_t inside = Window::parity(quotes) ^ carry.inside;
        const std::uint64_t greater = _andn_u64(inside, window.equal('>'));
        const std::uint64_t within = _blsmsk_u64(greater);  // up to the tag's end
        const std::uint64_t equals = _andn_u64(inside, window.equal('='));
        const std::uint64_t separator = window.up_to('/');
        const std::uint64_t opened = equals << 1 | carry.equals;
        const std::uint64_t unnamed = (separator << 1 | carry.separator) & equals;
        const std::uint64_t odd = ((opened ^ (quotes & inside)) | unnamed) & within;
        const std::uint64_t needle = Window::needles(needles_, at) & within;
        carry = {std::uint64_t{0} - (inside >> 63), equals >> 63, separator >> 63};
        return {greater, separator,
                odd != 0 || (needle != 0 && any_stands(needle, at, less, end_, needles_))};
    }

    // Of a tag that does not end in its first window.
    PZ_AVX2 const char* long_tag_end(const char* less, Carry carry) {
        const char* at = less + Window::kSize;
        for (; end_ - at >= kAhead; at += Window::kSize) {
            const Part part = look(at, less, carry);
            if (part.uncertain) {
                return nullptr;
            }
            if (part.greater != 0) {
                return at + _tzcnt_u64(part.greater) + 1;
            }
        }
        return nullptr;
    }

    const char* const end_;
    const Needles& needles_;
    const char* at_;
    const char* behind_;
    std::size_t name_size_ = 0;
};

// One pass over the bytes, as far as it goes.
class Walk {
  public:
    PZ_AVX2 Walk(std::string_view bytes, OpenElements& tree, const Matcher& matcher,
                 const Skim::Limits& limits)
        : begin_(bytes.data()),
          end_(begin_ + bytes.size()),
          tree_(tree),
          matcher_(matcher),
          limits_(limits) {}

    PZ_AVX2 Skim::Passed run() {
        Scan scan(begin_, end_, matcher_.needles());
        while (const char* less = scan.next_less()) {
            if (less[1] == '/') {
                const char* const behind = end_tag(less);
                if (behind == nullptr) {
                    return {passed(less)};
                }
                scan.pass_tag(less, behind);
                continue;
            }
            if (less[1] == '!') {
                const char* const behind = comment_end(less, end_);
                if (behind == nullptr) {
                    return {passed(less)};
                }
                scan.go_to(behind);
                continue;
            }
            const char* const behind = scan.start_tag(less);
            const TagId id = behind == nullptr ? TagId::other : name(less, scan.name_size());
            if (id == TagId::other || static_cast<std::size_t>(behind - less) > limits_.max_tag ||
                !open(id, behind[-2] == '/')) {
                return {passed(less)};
            }
            const Text text = text_of(id);
            if (text == Text::markup || tree_.foreign()) {
                continue;
            }
            const char* const text_end = find_text_end(behind, end_, id);
            const char* const ended =
                end_ - text_end < kAhead || text_end[1] != '/' ? nullptr : end_tag(text_end);
            if (ended == nullptr) {
                return {passed(text_end), text, id};
            }
            scan.go_to(ended);
        }
        return {passed(scan.at())};
    }

    // The lowest index at which an element was opened.
    std::size_t lowest() const { return lowest_; }

  private:
    std::size_t passed(const char* at) const { return static_cast<std::size_t>(at - begin_); }

    // TagId::other: it may match by its name, or has no name that is known here.
    TagId name(const char* less, std::size_t size) const {
        if (size - 1 >= detail::kShortName || !byte_is(less[1 + size], byte_class::kNameEnd)) {
            return TagId::other;
        }
        const TagId id = tag_id_at(less + 1, size);
        return matcher_.wants(id) ? TagId::other : id;
    }

    // nullptr: it does more than to close the element opened last, or that is not to be closed.
    const char* end_tag(const char* less) {
        const EndTag& own = kEndTags[static_cast<std::size_t>(tree_.closes_plainly())];
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, less + 2, sizeof bytes);
        if (bytes << own.shift != own.bytes || own.size == 0 ||
            tree_.depth() - 1 <= limits_.depth) {
            return nullptr;
        }
        tree_.close_plain();
        return less + own.size;
    }

    bool open(TagId id, bool self_closing) {
        const std::size_t index = tree_.depth();
        if (!tree_.open_plain(id, self_closing)) {
            return false;
        }
        lowest_ = std::min(lowest_, index);
        return true;
    }

    const char* const begin_;
    const char* const end_;
    OpenElements& tree_;
    const Matcher& matcher_;
    const Skim::Limits limits_;
    std::size_t lowest_ = OpenElements::kNone;
};

}  // namespace

Skim::Passed Skim::run(std::string_view bytes, const Limits& limits) {
    static const bool can = avx2();
    if (!can) {
        return {0};
    }
    Walk walk(bytes, tree_, matcher_, limits);
    const Passed passed = walk.run();
    if (walk.lowest() != OpenElements::kNone) {
        matching_.skip(walk.lowest());
    }
    return passed;
}
#else
Skim::Passed Skim::run(std::string_view, const Limits&) {
    return {0};
}
#endif

}  // namespace pz::rewrite
