// Matcher: all selectors at once, as the elements of a page open.
//
// Each compound of each selector is one bit; those of one complex selector are neighbours, so "what
// may match next" is a shift of "what has matched", as in bit-parallel string matching. A tag costs
// a few operations on masks; attributes are read only if a compound remains that the tag could
// match. The selectors must outlive the matcher. Thread rules: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "rewrite/attributes.hpp"
#include "rewrite/selector.hpp"
#include "rewrite/tags.hpp"

namespace pz::rewrite {

class Matcher {
  public:
    // Later matches of add()ed selectors are reported by the order of adding, from 0.
    void add(const Selector& selector);
    void compile();

    // The element at `depth` (0: the root) of the stack opens; those above it are forgotten.
    // `child_certain`: whether its parent is the element at depth - 1, as child combinators need.
    void enter(std::size_t depth, TagId id, std::string_view name, TagAttributes& attributes,
               bool child_certain);
    // The first selector in [first, last) that the element entered last matches; `last` if none.
    std::size_t matched(std::size_t first, std::size_t last) const;

  private:
    struct Bit {
        const Compound* compound;
        std::size_t selector;
        bool last;  // of its complex selector
    };
    using Mask = std::vector<std::uint64_t>;

    // Of one open element: what its descendants, and what its children may match, and what it or an
    // element around it matched.
    struct Row {
        std::uint64_t allowed = 0;
        std::uint64_t allowed_child = 0;
        std::uint64_t under = 0;
    };

    static void set(Mask& mask, std::size_t bit) {
        mask[bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
    std::uint64_t test(std::size_t word, std::uint64_t candidates, std::string_view name,
                       TagAttributes& attributes);
    void open_row(std::size_t row);

    std::vector<Bit> bits_;
    std::size_t selectors_ = 0;
    std::size_t words_ = 0;
    Mask first_, descendant_, child_, any_type_, final_;
    Mask by_tag_;            // words_ for each TagId
    Mask own_;               // what the element entered last matched
    std::vector<Row> rows_;  // words_ for each open element
};

}  // namespace pz::rewrite
