#include "page/selector_doubts.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "rewrite/characters.hpp"
#include "rewrite/tags.hpp"

namespace pz::page {

namespace {

using rewrite::AttributeTest;
using rewrite::Combinator;
using rewrite::Compound;
using rewrite::TagId;
using rewrite::tag_flag::kVoid;

std::string tag(std::string_view type) {
    return "<" + std::string(type) + ">";
}

bool one_of(TagId id, std::initializer_list<TagId> ids) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

std::string of_child_test(const rewrite::ChildTest& test) {
    const bool some = test.step > 0 || test.offset >= 1;
    const bool all = test.step == 1 && test.offset <= 1;
    if (!test.negated && !some) {
        return "no element is that child: :nth-child() counts from 1";
    }
    return test.negated && all ? "every element is that child: leave the :not() out"
                               : std::string();
}

std::string of_value(const AttributeTest& test) {
    using Op = AttributeTest::Op;
    if (test.negated) {
        return {};
    }
    const bool part = test.op == Op::prefix || test.op == Op::suffix || test.op == Op::contains;
    if (test.value.empty() && (part || test.op == Op::word)) {
        return "[" + test.name + "] with an empty value matches nothing: write [" + test.name + "]";
    }
    const bool words = std::any_of(test.value.begin(), test.value.end(), [](char c) {
        return rewrite::byte_is(c, rewrite::byte_class::kSpace);
    });
    return test.op == Op::word && words
               ? "'" + test.value + "' is no single word: write a test for each of its words"
               : std::string();
}

// Two ids of one element.
std::string of_ids(const std::vector<AttributeTest>& tests) {
    const AttributeTest* first = nullptr;
    for (const AttributeTest& test : tests) {
        if (test.name != "id" || test.op != AttributeTest::Op::equals || test.negated ||
            test.ignore_case) {
            continue;
        }
        if (first != nullptr && first->value != test.value) {
            return "no element has the ids '" + first->value + "' and '" + test.value +
                   "': write a space between them if one is in the other";
        }
        first = &test;
    }
    return {};
}

std::string of_compound(const Compound& compound) {
    if (compound.never) {
        return ":not(*) matches nothing";
    }
    const auto& not_types = compound.not_types;
    if (!compound.type.empty() &&
        std::find(not_types.begin(), not_types.end(), compound.type) != not_types.end()) {
        return "no " + tag(compound.type) + " is :not(" + compound.type + ")";
    }
    std::string doubt = of_ids(compound.attributes);
    for (std::size_t i = 0; doubt.empty() && i < compound.children.size(); i++) {
        doubt = of_child_test(compound.children[i]);
    }
    for (std::size_t i = 0; doubt.empty() && i < compound.attributes.size(); i++) {
        doubt = of_value(compound.attributes[i]);
    }
    return doubt;
}

// Of a compound with others on its right: whether anything can be found within.
std::string of_parent(std::string_view type) {
    const TagId id = rewrite::tag_id(type);
    if (tag_is(id, kVoid)) {
        return "nothing is in " + tag(type) +
               ", which has no content: select what stands beside it";
    }
    if (rewrite::text_of(id) != rewrite::Text::markup) {
        return "no element is in " + tag(type) + ": browsers that run scripts read it as text";
    }
    return id == TagId::template_ ? "what is in <template> is no part of the page until a script "
                                    "puts it in: select what the page has itself"
                                  : std::string();
}

bool stays_in_table(TagId id) {
    return one_of(id, {TagId::script, TagId::style, TagId::template_});
}

std::string implied(std::string_view between, std::string_view parent, std::string_view child) {
    return tag(child) + " is never a child of " + tag(parent) + ": browsers put " + tag(between) +
           " between them, where the page does not; write '" + std::string(parent) + " " +
           std::string(child) + "'";
}

std::string moved(std::string_view parent, std::string_view child) {
    if (rewrite::tag_id(child) == TagId::form) {
        return "<form> is always empty in " + tag(parent) +
               ": browsers end it at once and read on in the table; select the cell or what is "
               "around the table";
    }
    return tag(child) + " is never a child of " + tag(parent) +
           ": browsers move it before the table; select the cell or what is around the table";
}

std::string of_table_child(TagId parent_id, std::string_view parent, std::string_view child) {
    const TagId id = rewrite::tag_id(child);
    if (stays_in_table(id)) {
        return {};
    }
    const bool cell = id == TagId::td || id == TagId::th;
    if (parent_id == TagId::tr) {
        return cell ? std::string() : moved(parent, child);
    }
    if (parent_id != TagId::table) {
        return cell ? implied("tr", parent, child) : id == TagId::tr ? "" : moved(parent, child);
    }
    if (one_of(id, {TagId::caption, TagId::colgroup, TagId::thead, TagId::tbody, TagId::tfoot})) {
        return {};
    }
    return id == TagId::tr    ? implied("tbody", parent, child)
           : cell             ? implied("tbody> and <tr", parent, child)
           : id == TagId::col ? implied("colgroup", parent, child)
                              : moved(parent, child);
}

// `parent > child`, both with a type.
std::string of_child(std::string_view parent, std::string_view child) {
    const TagId parent_id = rewrite::tag_id(parent);
    const TagId id = rewrite::tag_id(child);
    if (one_of(parent_id, {TagId::table, TagId::thead, TagId::tbody, TagId::tfoot, TagId::tr})) {
        return of_table_child(parent_id, parent, child);
    }
    if (parent_id == TagId::p && tag_is(id, rewrite::tag_flag::kClosesP)) {
        return tag(child) +
               " is never a child of <p>: it ends the paragraph; select it by what is " +
               "around both";
    }
    if (parent_id == TagId::html && !one_of(id, {TagId::head, TagId::body, TagId::frameset})) {
        return tag(child) + " is never a child of <html>: write 'body > " + std::string(child) +
               "'";
    }
    return {};
}

// Of the last compound: whether what it selects can be filled, or its children moved.
std::string of_subject(const rewrite::ComplexSelector& complex, bool script) {
    const std::size_t count = complex.compounds.size();
    const Compound& compound = complex.compounds.back();
    const Compound* const parent = count > 1 ? &complex.compounds[count - 2] : nullptr;
    const TagId id = rewrite::tag_id(compound.type);
    if (script) {
        return compound.type.empty() || id == TagId::script
                   ? std::string()
                   : "data= is found in <script> only, not in " + tag(compound.type);
    }
    if (tag_is(id, kVoid)) {
        return tag(compound.type) +
               " has no content that could be replaced: select the element "
               "around it";
    }
    if (rewrite::text_of(id) != rewrite::Text::markup || id == TagId::svg || id == TagId::math) {
        return tag(compound.type) + " can hold no tiles: select the element around it";
    }
    if (id == TagId::html || id == TagId::body) {
        return tag(compound.type) + " ends with the page only: select an element in it";
    }
    const TagId around = parent != nullptr ? rewrite::tag_id(parent->type) : TagId::other;
    return (around == TagId::svg || around == TagId::math) &&
                   compound.combinator == Combinator::child
               ? "elements of " + tag(parent->type) + " are no HTML: select the element around it"
               : std::string();
}

class Doubts {
  public:
    Doubts(const rewrite::Selector& selector, std::vector<std::string>& out)
        : selector_(selector), out_(out) {}

    void add(const std::string& doubt) {
        if (!doubt.empty()) {
            out_.push_back("selector '" + selector_.text + "': " + doubt);
        }
    }

    void add_structure(const rewrite::ComplexSelector& complex) {
        const std::vector<Compound>& compounds = complex.compounds;
        for (std::size_t i = 0; i < compounds.size(); i++) {
            add(of_compound(compounds[i]));
            if (i == 0) {
                continue;
            }
            add(of_parent(compounds[i - 1].type));
            if (compounds[i].combinator == Combinator::child && !compounds[i].type.empty()) {
                add(of_child(compounds[i - 1].type, compounds[i].type));
            }
        }
    }

  private:
    const rewrite::Selector& selector_;
    std::vector<std::string>& out_;
};

}  // namespace

std::vector<std::string> selector_doubts(const rewrite::Pattern& pattern) {
    std::vector<std::string> out;
    Doubts doubts(pattern.selector, out);
    for (const rewrite::ComplexSelector& complex : pattern.selector.alternatives) {
        const std::size_t told = out.size();
        doubts.add_structure(complex);
        if (out.size() == told) {
            doubts.add(of_subject(complex, pattern.script));
        }
    }
    if (pattern.tile) {
        Doubts of_tiles(*pattern.tile, out);
        for (const rewrite::ComplexSelector& complex : pattern.tile->alternatives) {
            of_tiles.add_structure(complex);
        }
    }
    return out;
}

}  // namespace pz::page
