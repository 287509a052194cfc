// Gather: the extent of the element being gathered, and of its tiles. Offsets only; the bytes are
// the rewriter's.
//
// An end is certain if it is the element's own end tag, or, for an element whose end tag is
// optional, whatever ends it by the standard; and if nothing irregular happened in between. Tiles
// that end without their end tag may change places only among their like, so then all must. Thread
// rules: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rewrite/open_elements.hpp"
#include "rewrite/rewriter.hpp"

namespace pz::rewrite {

// Offsets in the page.
struct Extent {
    std::uint64_t begin = 0;
    std::uint64_t inner_begin = 0;
    std::uint64_t inner_end = 0;
    std::uint64_t end = 0;
};

class Gather {
  public:
    enum class Verdict : std::uint8_t { going, complete, ambiguous, over_limit };

    explicit Gather(std::size_t max_tiles) : max_tiles_(max_tiles) {}

    bool active() const { return active_; }
    // The listing being gathered, or nullptr.
    const Pattern* listing() const { return active_ && pattern_->listing ? pattern_ : nullptr; }
    std::size_t pattern() const { return pattern_index_; }
    std::uint64_t begin_offset() const { return extent_.begin; }
    std::size_t index() const { return index_; }  // of the element in the stack
    // Valid when closed() has said complete.
    Extent extent() const { return extent_; }

    // The element of `tag` is the last of the stack.
    void begin(std::size_t pattern_index, const Pattern& pattern, const Tag& tag,
               const OpenElements& tree);
    void drop() { active_ = false; }

    // What a tag closed.
    Verdict closed(const Tag& tag, const OpenElements::Outcome& outcome, const OpenElements& tree);
    // What a start tag opened. `tile`: it matches the pattern's tile selector.
    Verdict opened(const Tag& tag, const OpenElements::Outcome& outcome, const OpenElements& tree,
                   TagAttributes& attributes, bool tile);

    // Offsets in the element. Lifetime: until the next begin().
    const std::vector<Tile>& tiles();
    const std::vector<Mark>& marks();

  private:
    struct Span {
        std::uint64_t begin;
        std::uint64_t end;
        std::uint64_t tag_end;
        std::size_t key_begin;
        std::size_t key_size;
    };
    // A Mark with offsets in the page.
    struct MarkSpan {
        std::size_t tile, attribute;
        std::uint64_t begin, end;
    };

    Verdict begin_tile(const Tag& tag, std::size_t index, const OpenElements& tree);
    bool has_unclosed(const OpenElements& tree) const;
    void end_tile(std::uint64_t end);
    void look_for_key(const Tag& tag, const OpenElements::Outcome& outcome,
                      TagAttributes& attributes);
    void look_for_marks(const Tag& tag, TagAttributes& attributes);

    std::size_t max_tiles_;
    bool active_ = false;
    std::size_t pattern_index_ = 0;
    const Pattern* pattern_ = nullptr;
    std::size_t index_ = 0;  // in the stack
    TagId id_ = TagId::other;
    Extent extent_;
    std::uint64_t irregularities_ = 0;
    bool form_open_ = false;  // before the element, and so behind it

    bool tile_open_ = false;
    bool tile_form_open_ = false;  // before the tile
    std::size_t tile_index_ = 0;
    TagId tile_id_ = TagId::other;
    std::uint32_t tile_parent_ = 0;
    TagId tile_parent_id_ = TagId::other;
    // How the tiles ended, and whether they have different names.
    bool own_ends_ = false, implied_ends_ = false, unlike_ = false;
    bool unclosed_ = false;          // what has_unclosed() said after the last tag
    std::uint32_t marks_found_ = 0;  // in the open tile, a bit for each attribute
    std::vector<Span> spans_;
    std::vector<MarkSpan> mark_spans_;
    std::string keys_;
    std::vector<Tile> tiles_;
    std::vector<Mark> marks_;
};

}  // namespace pz::rewrite
