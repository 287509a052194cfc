// Selectors: the CSS that finds a placement while the page streams.
//
// type, *, #id, .class, [a], [a=v] [a~=v] [a^=v] [a$=v] [a*=v] [a|=v] with optional " i" or " s"
// flag, :first-child, :nth-child(odd | even | an+b), :not() of one of these, descendant and child
// combinators, lists. Names of types and attributes are matched without case, values with it but for
// those attributes of HTML whose values have none ([type=submit]; its standard, 4.16.2). A value with
// a character reference that would have to be decoded to match does not match.
// Where it is not certain how manyth child an element is (see OpenElements::Outcome::child),
// :nth-child() and its :not() match nothing. Thread rules: immutable after compile(); share freely.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rewrite/tags.hpp"
#include "store/status.hpp"

namespace pz::rewrite {

enum class Combinator : std::uint8_t { none, descendant, child };

struct AttributeTest {
    enum class Op : std::uint8_t { present, equals, word, prefix, suffix, contains, dash };
    std::string name;  // lower case
    std::string value;
    Op op = Op::present;
    bool ignore_case = false;
    bool negated = false;

    bool operator==(const AttributeTest&) const = default;
};

// :nth-child(<step>n+<offset>).
struct ChildTest {
    int step = 0;
    int offset = 0;
    bool negated = false;

    // `child` counts from 1.
    bool matches(std::uint32_t child) const;
    bool operator==(const ChildTest&) const = default;
};

// `div#a.b[c]`: tests on one element.
struct Compound {
    std::string type;                       // lower case; empty: any
    std::vector<AttributeTest> attributes;  // #id and .class are attribute tests too
    std::vector<ChildTest> children;
    std::vector<std::string> not_types;        // lower case
    bool never = false;                        // :not(*)
    Combinator combinator = Combinator::none;  // to the compound on its left

    // `child`: how manyth child element of its parent, from 1; 0 if that is not certain.
    bool matches(std::string_view tag, std::span<const Attribute> attributes,
                 std::uint32_t child) const;
    bool operator==(const Compound&) const = default;
};

// `a > b c`: compounds from left to right.
struct ComplexSelector {
    std::vector<Compound> compounds;
};

struct Selector {
    std::string text;
    std::vector<ComplexSelector> alternatives;
};

// The error names the column and what to write instead: "selector 'div[': column 5: expected an
// attribute name".
Result<Selector> compile_selector(std::string_view text);

}  // namespace pz::rewrite
