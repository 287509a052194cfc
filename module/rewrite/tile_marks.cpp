#include "rewrite/tile_marks.hpp"

#include <algorithm>
#include <optional>

#include "rewrite/attributes.hpp"
#include "rewrite/characters.hpp"
#include "rewrite/rewriter.hpp"

namespace pz::rewrite {
namespace {

constexpr char kBare = '\0';  // a value without quotes

// One attribute where it stands in the listing. A missing value is an empty one at the name's end.
struct Spelled {
    std::size_t name_begin, name_end;
    std::size_t value_begin, value_end;  // with quotes
    std::string_view value;              // without
    char quote;
    bool has_value;
};

// One start tag of the listing, its attributes parsed.
class StartTag {
  public:
    StartTag(std::string_view outer, std::size_t begin, std::size_t end)
        : outer_(outer), end_(end) {
        name_end_ = begin + 1;
        while (name_end_ < end && !byte_is(outer[name_end_], byte_class::kNameEnd)) {
            ++name_end_;
        }
        parse_attributes(outer.substr(name_end_, end - name_end_), attributes_);
    }

    bool editable() const;
    std::size_t name_end() const { return name_end_; }
    std::optional<Spelled> find(std::string_view name) const;
    // Calls found(spelled) for each attribute of that name: when one goes, the next would count.
    template <class Found>
    void for_each(std::string_view name, const Found& found) const {
        for (const Attribute& attribute : attributes_) {
            if (equal_ignoring_case(attribute.name, name)) {
                found(spelled(attribute));
            }
        }
    }
    // Whether a value without quotes may end here.
    bool ends_bare(std::size_t at) const {
        return at < end_ && byte_is(outer_[at], byte_class::kValueEnd);
    }
    // The attribute and the white space before it, unless that parts it from what follows.
    std::size_t erase_from(const Spelled& attribute) const;

  private:
    Spelled spelled(const Attribute& attribute) const;
    std::size_t offset(const char* at) const {
        return static_cast<std::size_t>(at - outer_.data());
    }

    std::string_view outer_;
    std::size_t end_, name_end_;
    std::vector<Attribute> attributes_;
};

// All its attributes are known, and none would become the value of another once what stands between
// them is gone.
bool StartTag::editable() const {
    return attributes_.size() < kMaxAttributes &&
           std::none_of(attributes_.begin(), attributes_.end(),
                        [](const Attribute& attribute) { return attribute.name.front() == '='; });
}

std::optional<Spelled> StartTag::find(std::string_view name) const {
    const Attribute* found = find_attribute(attributes_, name);
    return found != nullptr ? std::optional(spelled(*found)) : std::nullopt;
}

Spelled StartTag::spelled(const Attribute& attribute) const {
    const std::size_t begin = offset(attribute.name.data());
    const std::size_t end = begin + attribute.name.size();
    if (attribute.value.data() == nullptr) {
        return {begin, end, end, end, {}, kBare, false};
    }
    const std::size_t value = offset(attribute.value.data());
    const char before = outer_[value - 1];
    const bool quoted = before == '"' || before == '\'';
    const std::size_t extra = quoted ? 1 : 0;
    return {begin,
            end,
            value - extra,
            value + attribute.value.size() + extra,
            attribute.value,
            quoted ? before : kBare,
            true};
}

std::size_t StartTag::erase_from(const Spelled& attribute) const {
    std::size_t from = attribute.name_begin;
    if (ends_bare(attribute.value_end)) {
        while (from > name_end_ && byte_is(outer_[from - 1], byte_class::kSpace)) {
            --from;
        }
    }
    return from;
}

bool may_be_bare(std::string_view value) {
    return !value.empty() &&
           value.find_first_of(std::string_view(" \t\r\n\f\"'=<>`")) == std::string_view::npos;
}

// The value with the quotes wished for, or those that it needs.
void spell(std::string_view value, char quote, bool bare_ends, std::string& out) {
    if (quote == kBare && bare_ends && may_be_bare(value)) {
        out.append(value);
        return;
    }
    char used = quote == kBare ? '"' : quote;
    if (value.find(used) != std::string_view::npos) {
        used = used == '"' ? '\'' : '"';
    }
    out.push_back(used);
    for (const char c : value) {
        if (c == used) {
            out.append(c == '"' ? "&quot;" : "&#39;");
        } else {
            out.push_back(c);
        }
    }
    out.push_back(used);
}

void set_value(const StartTag& tag, const Spelled& old, std::string_view value, char quote,
               Edits& edits) {
    edits.replace(old.value_begin, old.value_end, [&](std::string& out) {
        if (!old.has_value) {
            out.push_back('=');
        }
        spell(value, quote, tag.ends_bare(old.value_end), out);
    });
}

void add_attribute(const StartTag& tag, std::string_view name, std::string_view value, char quote,
                   Edits& edits) {
    edits.replace(tag.name_end(), tag.name_end(), [&](std::string& out) {
        out.append(" ").append(name).append("=");
        spell(value, quote, tag.ends_bare(tag.name_end()), out);
    });
}

void erase_attribute(const StartTag& tag, std::string_view name, Edits& edits) {
    tag.for_each(name, [&](const Spelled& old) {
        edits.replace(tag.erase_from(old), old.value_end, [](std::string&) {});
    });
}

// A class attribute's value as words, each with the white space before it.
struct Word {
    std::string_view space;
    std::string_view text;
};
using Words = std::vector<Word>;

std::string_view trailing_space(std::string_view value) {
    std::size_t at = value.size();
    while (at > 0 && byte_is(value[at - 1], byte_class::kSpace)) {
        --at;
    }
    return value.substr(at);
}

Words split(std::string_view value) {
    Words words;
    std::size_t at = 0;
    while (at < value.size()) {
        const std::size_t space = at;
        while (at < value.size() && byte_is(value[at], byte_class::kSpace)) {
            ++at;
        }
        const std::size_t word = at;
        while (at < value.size() && !byte_is(value[at], byte_class::kSpace)) {
            ++at;
        }
        if (at > word) {
            words.push_back({value.substr(space, word - space), value.substr(word, at - word)});
        }
    }
    return words;
}

std::vector<std::size_t> marks_in(const Words& words, const std::vector<std::string>& names) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (std::find(names.begin(), names.end(), words[i].text) != names.end()) {
            places.push_back(i);
        }
    }
    return places;
}

bool same_marks(const Words& left, const std::vector<std::size_t>& left_marks, const Words& right,
                const std::vector<std::size_t>& right_marks) {
    return std::equal(left_marks.begin(), left_marks.end(), right_marks.begin(), right_marks.end(),
                      [&](std::size_t a, std::size_t b) { return left[a].text == right[b].text; });
}

void erase_word(Words& words, std::size_t at) {
    if (at == 0 && words.size() > 1) {
        words[1].space = words[0].space;
    }
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
}

void insert_word(Words& words, std::size_t at, std::string_view text) {
    at = std::min(at, words.size());
    Word word{words.empty() ? "" : " ", text};
    if (at == 0 && !words.empty()) {
        std::swap(word.space, words[0].space);
    }
    words.insert(words.begin() + static_cast<std::ptrdiff_t>(at), word);
}

// The words of the tile that moves, with the marks of the one that was there.
Words marked(Words words, std::vector<std::size_t> old, const Words& here,
             const std::vector<std::size_t>& wanted) {
    const std::size_t both = std::min(old.size(), wanted.size());
    for (std::size_t i = 0; i < both; ++i) {
        words[old[i]].text = here[wanted[i]].text;
    }
    while (old.size() > both) {
        erase_word(words, old.back());
        old.pop_back();
    }
    for (std::size_t i = both; i < wanted.size(); ++i) {
        insert_word(words, wanted[i], here[wanted[i]].text);
    }
    return words;
}

void mark_classes(const StartTag& moved, const StartTag& here,
                  const std::vector<std::string>& names, Edits& edits) {
    const std::optional<Spelled> old = moved.find("class");
    const std::optional<Spelled> wanted = here.find("class");
    const Words old_words = split(old ? old->value : std::string_view());
    const Words here_words = split(wanted ? wanted->value : std::string_view());
    const auto old_marks = marks_in(old_words, names);
    const auto here_marks = marks_in(here_words, names);
    if (same_marks(old_words, old_marks, here_words, here_marks)) {
        return;
    }
    std::string value;
    for (const Word& word : marked(old_words, old_marks, here_words, here_marks)) {
        value.append(word.space).append(word.text);
    }
    if (old) {
        value.append(trailing_space(old->value));
    }
    const char quote = wanted ? wanted->quote : old->quote;
    if (!old) {
        add_attribute(moved, "class", value, quote, edits);
    } else if (value.empty() && !wanted) {
        erase_attribute(moved, "class", edits);
    } else {
        set_value(moved, *old, value, quote, edits);
    }
}

void copy_value(const StartTag& tag, const std::optional<Spelled>& old,
                const std::optional<Spelled>& wanted, std::string_view name, Edits& edits) {
    if (!old) {
        add_attribute(tag, name, wanted->value, wanted->quote, edits);
    } else if (!wanted) {
        erase_attribute(tag, name, edits);
    } else if (old->value != wanted->value) {
        set_value(tag, *old, wanted->value, wanted->quote, edits);
    }
}

// Those of one tile: all are in page order.
std::span<const Mark> marks_of(std::span<const Mark> marks, std::size_t tile) {
    const auto first = std::partition_point(marks.begin(), marks.end(),
                                            [tile](const Mark& mark) { return mark.tile < tile; });
    const auto last = std::partition_point(first, marks.end(),
                                           [tile](const Mark& mark) { return mark.tile == tile; });
    return {first, last};
}

const Mark* find_mark(std::span<const Mark> marks, std::size_t attribute) {
    const auto found = std::find_if(marks.begin(), marks.end(), [attribute](const Mark& mark) {
        return mark.attribute == attribute;
    });
    return found == marks.end() ? nullptr : &*found;
}

void mark_inside(const Element& listing, std::string_view name, const Mark& old, const Mark& wanted,
                 Edits& edits) {
    const StartTag moved(listing.outer, old.begin, old.end);
    const StartTag here(listing.outer, wanted.begin, wanted.end);
    const auto from = here.find(name);
    const auto to = moved.find(name);
    if (from && to && here.editable() && moved.editable()) {
        copy_value(moved, to, from, name, edits);
    }
}

StartTag start_tag(const Element& listing, std::size_t tile) {
    const Tile& at = listing.tiles[tile];
    return {listing.outer, at.begin, at.tag_end};
}

}  // namespace

void Edits::clear() {
    edits_.clear();
    texts_.clear();
}

void Edits::sort() {
    std::stable_sort(edits_.begin(), edits_.end(), [](const Edit& left, const Edit& right) {
        return left.begin != right.begin ? left.begin < right.begin : left.end < right.end;
    });
}

bool has_marks(const Element& listing, const MarkNames& names, std::size_t tile) {
    const StartTag tag = start_tag(listing, tile);
    const std::optional<Spelled> classes = tag.find("class");
    return !tag.editable() ||
           (classes && !marks_in(split(classes->value), names.classes).empty()) ||
           std::any_of(names.attributes.begin(), names.attributes.end(),
                       [&](const std::string& name) { return tag.find(name).has_value(); });
}

void mark_moved(const Element& listing, const MarkNames& names, std::size_t moved, std::size_t here,
                Edits& edits) {
    edits.clear();
    if (moved == here || (names.classes.empty() && names.attributes.empty())) {
        return;
    }
    const std::span<const Mark> marks = marks_of(listing.marks, moved);
    const std::span<const Mark> other_marks = marks_of(listing.marks, here);
    if (listing.tiles[moved].plain && listing.tiles[here].plain &&
        (marks.empty() || other_marks.empty())) {
        return;
    }
    const StartTag tag = start_tag(listing, moved);
    const StartTag other = start_tag(listing, here);
    if (!tag.editable() || !other.editable()) {
        return;
    }
    mark_classes(tag, other, names.classes, edits);
    for (std::size_t i = 0; i < names.attributes.size(); ++i) {
        const std::string_view name = names.attributes[i];
        const auto old = tag.find(name);
        const auto wanted = other.find(name);
        if (old || wanted) {
            copy_value(tag, old, wanted, name, edits);
            continue;
        }
        const Mark* inside = find_mark(marks, i);
        const Mark* inside_here = find_mark(other_marks, i);
        if (inside != nullptr && inside_here != nullptr) {
            mark_inside(listing, name, *inside, *inside_here, edits);
        }
    }
    edits.sort();
}

}  // namespace pz::rewrite
