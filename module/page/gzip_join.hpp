// GzipJoin: a gzip stream joined from pieces that were deflated before and tiles that are encoded
// as they come. Sans-I/O.
//
// A piece is deflated once, at the best level, and refers to nothing before it, so it can stand
// behind anything. Tiles come from a template: what it says stands already in a tile before, at a
// distance that is only arithmetic, and so does much of what a column holds. They are written as
// such matches without searching, and what is new as literals, in DEFLATE's fixed codes (RFC 1951,
// 3.2.6). Every part ends on a byte boundary, so the parts of a response may leave in one writev.
// The checksum of a piece is combined, not computed again.
//
// A stream is begin(), add() and append_tiles() in any order, end(). Memory: the tiles' text of one
// stream. Thread rules: one thread. Errors: none, but for std::bad_alloc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rewrite/template.hpp"

namespace pz::page {

// Raw DEFLATE blocks without a last one.
struct DeflatedPiece {
    std::string bytes;
    std::size_t size = 0;            // of the text
    std::uint32_t crc = 0;           // CRC-32 of the text
    std::uint32_t crc_operator = 0;  // what combines it with that of what stands before
};

DeflatedPiece deflate_piece(std::string_view text);

class GzipJoin {
  public:
    static constexpr std::size_t kSlots = 64;

    // What it makes is appended to `out`.
    void begin(std::string& out);
    // The piece's bytes are sent here.
    void add(const DeflatedPiece& piece);
    // `segments` are in order and do not overlap. Those of one slot are likely to begin alike; what
    // is between them, and slots of kSlots and above, are like nothing.
    void append_tiles(std::string_view text, std::span<const rewrite::TilePart> segments,
                      std::string& out);
    void end(std::string& out) const;

  private:
    class Bits;
    // A segment that was written: in history_, and in the whole text.
    struct Earlier {
        std::size_t begin = 0;
        std::size_t size = 0;
        std::uint64_t at = 0;
    };

    void append_segment(const rewrite::TilePart& segment, std::string_view text, std::uint64_t at,
                        Bits& bits);

    std::uint32_t crc_ = 0;
    std::uint64_t size_ = 0;  // of the whole text so far
    std::string history_;     // the tiles' text
    std::array<Earlier, kSlots> earlier_{};
};

}  // namespace pz::page
