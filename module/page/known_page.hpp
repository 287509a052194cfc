// KnownPage: a page whose bytes are all there, and where its placements are.
//
// What is found depends on the bytes and the plan's patterns and limits alone, never on a visitor:
// so one of these serves everybody, and Page::play() neither copies nor scans. It finds what a Page
// finds that is given the same bytes in chunks.
//
// Lifetime: the plan must outlive the constructor only; views live as long as the object. Thread
// rules: one thread, since located() is filled later. Errors: none, but for std::bad_alloc.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "page/gzip_join.hpp"
#include "page/plan.hpp"

namespace pz::page {

class KnownPage final : private rewrite::Sink {
  public:
    // `deflate`: the pieces between placements are deflated, which takes milliseconds.
    KnownPage(const Plan& plan, std::unique_ptr<char[]> bytes, std::size_t size,
              bool deflate = false);

    std::string_view bytes() const { return {bytes_.get(), size_}; }
    // In page order; `outer` is a part of bytes(), at `offset`.
    std::span<const rewrite::Element> elements() const { return elements_; }
    // Which items an element's tiles are, as somebody found them before who knew the same; nullptr:
    // it is none of elements(). To be filled by whoever finds them anew.
    struct Located {
        static constexpr std::size_t kMaxAddress =
            512;                  // bytes; with a longer one, nothing is kept
        std::uint64_t epoch = 0;  // of the snapshot; 0: nobody found them yet
        std::string address;      // of the page, where links decide
        std::vector<store::ItemIndex> items;
    };
    Located* located(const rewrite::Element& element) const;
    const rewrite::Counters& counters() const { return counters_; }
    bool deflated() const { return deflated_; }
    // Of the bytes [begin, end), which may be a part of several pieces, the longest piece that
    // stands at its begin and within it; nullptr: none does.
    const DeflatedPiece* piece(std::size_t begin, std::size_t end) const;
    // Where the next piece begins behind `begin`; `end` if none does before it.
    std::size_t next_piece(std::size_t begin, std::size_t end) const;
    // All that it takes, in bytes.
    std::size_t memory() const;

  private:
    // What an element's views point to.
    struct Parts {
        std::vector<rewrite::Tile> tiles;
        std::vector<rewrite::Mark> marks;
        std::string texts;  // the tiles' keys and the base
        mutable Located located;
    };

    struct Piece {
        std::size_t begin, end;
        DeflatedPiece deflated;
    };

    void raw(std::string_view) override {}
    void element(const rewrite::Element& element) override;
    void find_plain_tiles(const Plan& plan);
    void deflate(const Plan& plan);
    void add_piece(std::size_t begin, std::size_t end);
    std::size_t add_listing(const rewrite::Element& listing, std::size_t begin);

    std::unique_ptr<char[]> bytes_;
    std::size_t size_;
    std::vector<rewrite::Element> elements_;
    std::deque<Parts> parts_;  // its elements stay where they are
    rewrite::Counters counters_;
    bool deflated_ = false;
    std::vector<Piece> pieces_;  // by begin, the longest first
};

}  // namespace pz::page
