// KnownPage: a page whose bytes are all there, and where its placements are.
//
// What is found depends on the bytes and the plan's patterns and limits alone, never on a visitor:
// so one of these serves everybody, and Page::play() neither copies nor scans. It finds what a Page
// finds that is given the same bytes in chunks.
//
// Lifetime: the plan must outlive the constructor only; views live as long as the object. Thread
// rules: read-only once made. Errors: none, but for std::bad_alloc.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "page/plan.hpp"

namespace pz::page {

class KnownPage final : private rewrite::Sink {
  public:
    KnownPage(const Plan& plan, std::unique_ptr<char[]> bytes, std::size_t size);

    std::string_view bytes() const { return {bytes_.get(), size_}; }
    // In page order; `outer` is a part of bytes(), at `offset`.
    std::span<const rewrite::Element> elements() const { return elements_; }
    const rewrite::Counters& counters() const { return counters_; }
    // All that it takes, in bytes.
    std::size_t memory() const;

  private:
    // What an element's views point to.
    struct Parts {
        std::vector<rewrite::Tile> tiles;
        std::vector<rewrite::Mark> marks;
        std::string texts;  // the tiles' keys and the base
    };

    void raw(std::string_view) override {}
    void element(const rewrite::Element& element) override;

    std::unique_ptr<char[]> bytes_;
    std::size_t size_;
    std::vector<rewrite::Element> elements_;
    std::deque<Parts> parts_;  // its elements stay where they are
    rewrite::Counters counters_;
};

}  // namespace pz::page
