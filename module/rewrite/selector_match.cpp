// What a compound says of one element; the parser is in selector.cpp.
#include <algorithm>
#include <iterator>
#include <string>

#include "rewrite/attributes.hpp"
#include "rewrite/characters.hpp"
#include "rewrite/selector.hpp"

namespace pz::rewrite {
namespace {

bool equal(std::string_view left, std::string_view right, bool ignore_case) {
    return ignore_case ? equal_ignoring_case(left, right) : left == right;
}

bool has_word(std::string_view value, std::string_view word, bool ignore_case) {
    std::size_t at = 0;
    while (at < value.size()) {
        std::size_t end = at;
        while (end < value.size() && !byte_is(value[end], byte_class::kSpace)) {
            ++end;
        }
        if (equal(value.substr(at, end - at), word, ignore_case)) {
            return !word.empty();
        }
        at = end + 1;
    }
    return false;
}

bool contains(std::string_view value, std::string_view part, bool ignore_case) {
    if (!ignore_case) {
        return value.find(part) != std::string_view::npos;
    }
    for (std::size_t at = 0; at + part.size() <= value.size(); ++at) {
        if (equal(value.substr(at, part.size()), part, true)) {
            return true;
        }
    }
    return false;
}

bool test_value(const AttributeTest& test, std::string_view value) {
    const std::string_view wanted = test.value;
    const bool ignore = test.ignore_case;
    const bool fits = value.size() >= wanted.size();
    switch (test.op) {
        case AttributeTest::Op::present:
            return true;
        case AttributeTest::Op::equals:
            return equal(value, wanted, ignore);
        case AttributeTest::Op::word:
            return has_word(value, wanted, ignore);
        case AttributeTest::Op::prefix:
            return fits && !wanted.empty() && equal(value.substr(0, wanted.size()), wanted, ignore);
        case AttributeTest::Op::suffix:
            return fits && !wanted.empty() &&
                   equal(value.substr(value.size() - wanted.size()), wanted, ignore);
        case AttributeTest::Op::contains:
            return fits && !wanted.empty() && contains(value, wanted, ignore);
        case AttributeTest::Op::dash:
            return fits && equal(value.substr(0, wanted.size()), wanted, ignore) &&
                   (value.size() == wanted.size() || value[wanted.size()] == '-');
    }
    return false;
}

// References that need no ';'; the HTML standard, 13.5. In order.
constexpr std::string_view kWithoutSemicolon[] = {
    "AElig",  "AMP",    "Aacute", "Acirc",  "Agrave", "Aring",  "Atilde", "Auml",   "COPY",
    "Ccedil", "ETH",    "Eacute", "Ecirc",  "Egrave", "Euml",   "GT",     "Iacute", "Icirc",
    "Igrave", "Iuml",   "LT",     "Ntilde", "Oacute", "Ocirc",  "Ograve", "Oslash", "Otilde",
    "Ouml",   "QUOT",   "REG",    "THORN",  "Uacute", "Ucirc",  "Ugrave", "Uuml",   "Yacute",
    "aacute", "acirc",  "acute",  "aelig",  "agrave", "amp",    "aring",  "atilde", "auml",
    "brvbar", "ccedil", "cedil",  "cent",   "copy",   "curren", "deg",    "divide", "eacute",
    "ecirc",  "egrave", "eth",    "euml",   "frac12", "frac14", "frac34", "gt",     "iacute",
    "icirc",  "iexcl",  "igrave", "iquest", "iuml",   "laquo",  "lt",     "macr",   "micro",
    "middot", "nbsp",   "not",    "ntilde", "oacute", "ocirc",  "ograve", "ordf",   "ordm",
    "oslash", "otilde", "ouml",   "para",   "plusmn", "pound",  "quot",   "raquo",  "reg",
    "sect",   "shy",    "sup1",   "sup2",   "sup3",   "szlig",  "thorn",  "times",  "uacute",
    "ucirc",  "ugrave", "uml",    "uuml",   "yacute", "yen",    "yuml"};

// Whether browsers may read a reference there that decode_references() does not know.
bool has_other_reference(std::string_view value) {
    constexpr std::string_view kKnown[] = {"amp;", "lt;", "gt;", "quot;", "apos;"};
    for (std::size_t at = value.find('&'); at != std::string_view::npos; at = value.find('&', at)) {
        const std::string_view name = value.substr(++at);
        std::size_t size = 0;
        while (size < name.size() && (byte_is(name[size], byte_class::kAlpha) ||
                                      (name[size] >= '0' && name[size] <= '9'))) {
            ++size;
        }
        const char next = size < name.size() ? name[size] : '\0';
        const bool known = std::any_of(std::begin(kKnown), std::end(kKnown),
                                       [name](auto text) { return name.starts_with(text); });
        // Before a '=' those that need no ';' are none.
        const bool open =
            next != '=' && std::binary_search(std::begin(kWithoutSemicolon),
                                              std::end(kWithoutSemicolon), name.substr(0, size));
        if (size > 0 && !known && (next == ';' || open)) {
            return true;
        }
    }
    return false;
}

// As browsers read the value; where that is not certain, and where a value that is asked for is
// written with references, nothing matches: tags are looked for by the bytes that are asked for.
bool holds(const AttributeTest& test, std::string_view value) {
    if (test.op == AttributeTest::Op::present || value.find('&') == std::string_view::npos) {
        return test_value(test, value) != test.negated;
    }
    if (has_other_reference(value)) {
        return false;
    }
    std::string decoded;
    decode_references(value, decoded);
    const bool fits = test_value(test, decoded);
    return test.negated ? !fits : fits && contains(value, test.value, test.ignore_case);
}

}  // namespace

bool ChildTest::matches(std::uint32_t child) const {
    const std::int64_t distance = std::int64_t{child} - offset;
    if (step == 0) {
        return distance == 0;
    }
    return distance % step == 0 && distance / step >= 0;
}

bool Compound::matches(std::string_view tag, std::span<const Attribute> list,
                       std::uint32_t child) const {
    if (never || (!type.empty() && !equal_ignoring_case(type, tag))) {
        return false;
    }
    for (const std::string& other : not_types) {
        if (equal_ignoring_case(other, tag)) {
            return false;
        }
    }
    for (const ChildTest& test : children) {
        if (child == 0 || test.matches(child) == test.negated) {
            return false;
        }
    }
    return std::all_of(attributes.begin(), attributes.end(), [list](const AttributeTest& test) {
        const Attribute* attribute = find_attribute(list, test.name);
        return attribute == nullptr ? test.negated : holds(test, attribute->value);
    });
}

}  // namespace pz::rewrite
