#include "rewrite/selector.hpp"

#include "rewrite/attributes.hpp"
#include "unit/rewrite/harness.hpp"

namespace pz::rewrite::testing {
namespace {

// Does the last compound of the one alternative match this start tag?
bool matches(std::string_view text, std::string_view name, std::string_view attributes) {
    std::vector<Attribute> list;
    parse_attributes(attributes, list);
    const Selector compiled = selector(text);
    for (const ComplexSelector& complex : compiled.alternatives) {
        if (complex.compounds.back().matches(name, list, 0)) {
            return true;
        }
    }
    return false;
}

struct Case {
    std::string_view selector;
    std::string_view attributes;  // of a <div>
    bool expected;
};

constexpr Case kCases[] = {
    {"div", "", true},
    {"DIV", "", true},
    {"span", "", false},
    {"*", "", true},
    {"#a", "id=a", true},
    {"#a", "ID=a", true},
    {"#a", "id=A", false},
    {"#a", "id='a b'", false},
    {".a", "class=a", true},
    {".a", "class='b a\tc'", true},
    {".a", "class='aa b-a'", false},
    {".a.b", "class='b a'", true},
    {".a.b", "class=b", false},
    {"div#a.b[c]", "id=a class=b c", true},
    {"div#a.b[c]", "id=a class=b", false},
    {"[a]", "a", true},
    {"[ a ]", "A=1", true},
    {"[a=v]", "a=v", true},
    {"[a=v]", "a=v2", false},
    {"[a=v]", "a=V", false},
    {"[a=v i]", "a=V", true},
    {"[a='v'I]", "a=V", true},
    {"[a=v s]", "a=V", false},
    {"[a=12]", "a=12", true},
    {"[a='']", "a", true},
    {"[a='x y']", "a='x y'", true},
    {"[a=\"]\"]", "a=']'", true},
    {"[a~=v]", "a='u v'", true},
    {"[a~=v]", "a='uv'", false},
    {"[a~=V i]", "a='u v'", true},
    {"[a~='']", "a='u v'", false},
    {"[a~='u v']", "a='u v'", false},
    {"[a^=v]", "a=vw", true},
    {"[a^=v]", "a=wv", false},
    {"[a^='']", "a=wv", false},
    {"[a$=v]", "a=wv", true},
    {"[a$=v]", "a=vw", false},
    {"[a$='']", "a=vw", false},
    {"[a*=v]", "a=uvw", true},
    {"[a*=V i]", "a=uvw", true},
    {"[a*='']", "a=uvw", false},
    {"[a*=abc]", "a=ab", false},
    {"[a*=ABC i]", "a=ab", false},
    {"[a|=en]", "a=en", true},
    {"[a|=en]", "a=en-US", true},
    {"[a|=en]", "a=english", false},
    {"[a=v]", "a=u a=v", false},
    {".md\\:w-1\\/2", "class=md:w-1/2", true},
    {"#\\31 23", "id=123", true},
    {"#\\000031x", "id=1x", true},
    {"#\xC3\xA4", "id=\xC3\xA4", true},
    {"[a='\\\"']", "a='\"'", true},
    {"a, div", "", true},
    {"a,b , i", "", false},
    {"--x", "", false},
    {":not(.a)", "class=b", true},
    {":not(.a)", "class='b a'", false},
    {"div:not(span)", "", true},
    {"div:not( DIV )", "", false},
    {":not([a]):not(#b)", "id=c", true},
    {":not([a]):not(#b)", "id=b", false},
    {":NOT([a=v i])", "a=V", false},
    {":not(*)", "", false},
    // References: as browsers read them, but what is asked for must stand there as it is.
    {"[a='u&v']", "a='u&v'", true},
    {"[a='u&v']", "a='u&amp;v'", false},
    {"[a='u&amp;v']", "a='u&amp;v'", false},
    {":not([a='u&v'])", "a='u&amp;v'", false},
    {":not([a=u])", "a='&#117;'", false},
    {":not([a=u])", "a='u&amp;v'", true},
    {"[a*=amp]", "a='u&amp;v'", false},
    {"[a^=u]", "a='u&amp;v'", true},
    {"[a^=u]", "a='u&v=1&w=2'", true},
    {"[a^=u]", "a='u&utm_x=1&b'", true},
    {"[a^=u]", "a='u&copy_x=1'", false},
    {"[a^=u]", "a='u&auml;'", false},
    {":not([a=v])", "a='u&auml;'", false},
    {":not([a=v])", "a='u&copy'", false},
    {"[a]", "a='u&auml;'", true},
    // HTML's attributes without case.
    {"[type=submit]", "type=SUBMIT", true},
    {"[type=submit s]", "type=SUBMIT", false},
    {":not([TYPE=submit])", "type=SUBMIT", false},
    {"[data-type=submit]", "data-type=SUBMIT", false},
    {":first-child", "", false},  // where it stands is not certain here
    {":not(:first-child)", "", false},
};

struct Wrong {
    std::string_view selector;
    std::string_view error;
};

constexpr Wrong kWrong[] = {
    {"", "column 1: expected a selector: a type, '#', '.' or '['"},
    {"  ", "column 3: expected a selector"},
    {"div[", "column 5: expected an attribute name"},
    {"div[a", "column 6: expected ']' or one of = ~= ^= $= *= |="},
    {"div[a=", "column 7: expected a value; put it in quotes"},
    {"div[a=b", "column 8: expected ']'"},
    {"[a=b c]", "column 6: expected ']'; put the value in quotes"},
    {"[a='b]", "column 4: this ' has no end"},
    {"[a~b]", "column 3: expected ']' or one of"},
    {"[a=/x]", "column 4: expected a value; put it in quotes"},
    {"div >", "column 6: expected a type, '#', '.' or '[' after '>'"},
    {"> div", "column 1: expected a selector"},
    {"a > > b", "column 5: expected a type, '#', '.' or '[' after '>'"},
    {"a,", "column 3: expected a selector after ','"},
    {"a,,b", "column 3: expected a selector after ','"},
    {"a + b", "column 3: sibling combinators are not supported; use ' ' or '>'"},
    {"a~b", "column 2: sibling combinators are not supported"},
    {"li:hover", "column 3: ':hover' is not supported; use a class or an attribute"},
    {"li :last-child", "column 4: ':last-child' depends on what comes later in the page"},
    {"ul:has(li)", "column 3: ':has' depends on what comes later"},
    {"p:nth-of-type(2)", "column 2: ':nth-of-type' is not supported; use :nth-child()"},
    {":is(a,b) c", "column 1: ':is()' is not supported; write a list: 'a b, a c'"},
    {"p::before", "column 2: a pseudo-element is no element; select the element it belongs to"},
    {"p:", "column 3: expected a pseudo-class"},
    {"p:nth-child", "column 12: expected '(' behind ':nth-child'"},
    {"p:nth-child()", "column 13: expected odd, even or a number like 2 or 2n+1"},
    {"p:nth-child(2n+)", "column 16: expected a number"},
    {"p:nth-child(2 of .a)", "column 15: expected odd, even or a number like 2 or 2n+1, and ')'"},
    {"p:not()", "column 7: expected a simple selector"},
    {"p:not(.a.b)", "column 9: expected ')': :not() takes one"},
    {"p:not(.a, .b)", "column 9: expected ')': :not() takes one"},
    {"p:not(:not(a))", "column 7: :not() cannot stand in :not()"},
    {"p:not(:NOT(a))", "column 7: :not() cannot stand in :not()"},
    {"p:not(.a", "column 9: expected ')'"},
    {"svg|a", "column 4: namespaces are not supported"},
    {"#1", "column 2: a name cannot begin with a digit; write [id='...'] or [class~='...']"},
    {"1a", "column 1: a name cannot begin with a digit"},
    {".", "column 2: expected a class name"},
    {"#", "column 2: expected an id"},
    {"a{", "column 2: unexpected '{'"},
    {"a\\", "column 2: expected a character after '\\'"},
    {"[data-a.b]", "column 8: expected ']' or one of"},
    {"a@b", "column 2: unexpected '@'"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(selectors)

BOOST_AUTO_TEST_CASE(one_element) {
    for (const Case& c : kCases) {
        BOOST_TEST_INFO(c.selector << " on " << c.attributes);
        BOOST_CHECK_EQUAL(matches(c.selector, "div", c.attributes), c.expected);
    }
}

struct ChildCase {
    std::string_view selector;
    std::string_view children;  // of the first ten
};

constexpr ChildCase kChildCases[] = {
    {":first-child", "1"},
    {":nth-child(3)", "3"},
    {":nth-child( odd )", "1 3 5 7 9"},
    {":nth-child(EVEN)", "2 4 6 8 10"},
    {":nth-child(2n+1)", "1 3 5 7 9"},
    {":nth-child(3n)", "3 6 9"},
    {":nth-child(3n - 1)", "2 5 8"},
    {":nth-child(+4N + 10)", "10"},
    {":nth-child(n)", "1 2 3 4 5 6 7 8 9 10"},
    {":nth-child(n+9)", "9 10"},
    {":nth-child(-n+2)", "1 2"},
    {":nth-child(-2n+5)", "1 3 5"},
    {":nth-child(-n)", ""},
    {":nth-child(0)", ""},
    {":nth-child(-3)", ""},
    {":nth-child(99999999999999999999)", ""},
    {":not(:first-child):nth-child(-n+4)", "2 3 4"},
    {":not(:nth-child(even))", "1 3 5 7 9"},
};

BOOST_AUTO_TEST_CASE(children) {
    for (const ChildCase& c : kChildCases) {
        const Selector compiled = selector(c.selector);
        std::string found;
        for (std::uint32_t child = 1; child <= 10; ++child) {
            if (compiled.alternatives.at(0).compounds.at(0).matches("li", {}, child)) {
                found += (found.empty() ? "" : " ") + std::to_string(child);
            }
        }
        BOOST_TEST_INFO(c.selector);
        BOOST_CHECK_EQUAL(found, c.children);
    }
}

BOOST_AUTO_TEST_CASE(structure) {
    const Selector s = selector(" ul.a  >  li b , i ");
    BOOST_CHECK_EQUAL(s.text, " ul.a  >  li b , i ");
    BOOST_REQUIRE_EQUAL(s.alternatives.size(), 2U);
    const auto& compounds = s.alternatives[0].compounds;
    BOOST_REQUIRE_EQUAL(compounds.size(), 3U);
    BOOST_CHECK(compounds[0].combinator == Combinator::none);
    BOOST_CHECK(compounds[1].combinator == Combinator::child);
    BOOST_CHECK(compounds[2].combinator == Combinator::descendant);
    BOOST_CHECK_EQUAL(compounds[1].type, "li");
    BOOST_CHECK_EQUAL(s.alternatives[1].compounds.at(0).type, "i");
}

BOOST_AUTO_TEST_CASE(errors_say_where_and_what) {
    for (const Wrong& wrong : kWrong) {
        const Result<Selector> result = compile_selector(wrong.selector);
        const std::string prefix = "selector '" + std::string(wrong.selector) + "': ";
        BOOST_TEST_INFO(wrong.selector << ": " << result.message());
        BOOST_CHECK(!result.ok());
        BOOST_TEST_INFO(wrong.selector << ": " << result.message());
        BOOST_CHECK(result.message().starts_with(prefix + std::string(wrong.error)));
    }
}

BOOST_AUTO_TEST_CASE(size_is_limited) {
    BOOST_CHECK(!compile_selector(std::string(5000, 'a')).ok());
    BOOST_CHECK(!compile_selector(std::string(65, 'a')).ok());
    BOOST_CHECK(compile_selector(std::string(64, 'a')).ok());
    std::string many;
    for (int i = 0; i < 257; ++i) {
        many += "a ";
    }
    BOOST_CHECK(!compile_selector(many).ok());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
