// Held: the pieces of a page that wait for the verdict, in one buffer. Internal to the room.
// Thread rules: one thread. Lifetime: views given out live until the next add() or clear().
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "rewrite/rewriter.hpp"

namespace pz::page {

class Held {
  public:
    void add(std::string_view raw);
    void add(const rewrite::Element& element);
    void clear();

    bool empty() const { return pieces_.empty(); }
    // Memory that the page's bytes and the tiles' keys take.
    std::size_t size() const;
    // All pieces as the page had them.
    std::string_view bytes() const { return bytes_; }
    // In page order.
    void for_each(const std::function<void(std::string_view)>& raw,
                  const std::function<void(const rewrite::Element&)>& element) const;
    // The first element of that pattern, if there is one.
    void find(std::size_t pattern,
              const std::function<void(const rewrite::Element&)>& element) const;

  private:
    struct Tile {
        std::size_t begin, end, tag_end;  // in the element
        std::size_t key_begin, key_end;   // in keys_
    };
    struct Piece {
        std::size_t begin, end;  // in bytes_
        bool matched;            // the rest is of an element
        std::size_t pattern;
        std::uint64_t offset;
        std::size_t inner_begin, inner_end;
        std::size_t tiles_begin, tiles_end;  // in tiles_
        std::size_t marks_begin, marks_end;  // in marks_
        std::size_t base_begin, base_end;    // in keys_
    };

    void give(const Piece& piece,
              const std::function<void(const rewrite::Element&)>& element) const;

    std::vector<Piece> pieces_;
    std::vector<Tile> tiles_;
    std::vector<rewrite::Mark> marks_;
    std::string bytes_, keys_;
};

}  // namespace pz::page
