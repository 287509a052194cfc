// GzipJoin: a gzip stream joined from pieces that were deflated before and tiles whose code is
// ready but for distances (tile_code.hpp). Sans-I/O.
//
// A piece is deflated once, at the best level, and refers to nothing before it, so it can stand
// behind anything. What tiles have in common is written as matches with the last tile that has it,
// without searching, all else in DEFLATE's fixed codes (RFC 1951, 3.2.6). Every part ends on a byte
// boundary, so the parts of a response may leave in one writev. The checksum of a piece is combined,
// not computed again.
//
// A stream is begin(); pieces and blocks in any order; end(). Thread rules: one thread. Errors:
// none, but for std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "page/deflate_bits.hpp"
#include "page/tile_code.hpp"

namespace pz::page {

// Raw DEFLATE blocks without a last one.
struct DeflatedPiece {
    std::string bytes;
    std::size_t size = 0;  // of the text
    CrcPart crc;           // of the text
};

DeflatedPiece deflate_piece(std::string_view text);

// Of one stream at a time; kept for the next one, so that it need not be asked for again.
struct GzipMemory {
    std::vector<char> block;
    std::vector<std::uint64_t> runs;  // of each slot: 1 + where its last run began; 0: nowhere
};

class GzipJoin {
  public:
    // Slots from here on have no runs: what stands there is written as it is.
    static constexpr std::size_t kSlots = 4096;

    explicit GzipJoin(GzipMemory& memory) : memory_(memory) {}

    // What it returns is to be sent. So for the others; lifetime: until the next call.
    std::string_view begin();
    // The piece's bytes are to be sent, behind what end_block() returns.
    void add(const DeflatedPiece& piece);
    // Into a block; end_block() returns all of it, and nothing if there is none.
    void add_text(std::string_view text);
    void add_tile(const ReadyTile& tile);
    std::string_view end_block();
    std::string_view end();

  private:
    class TileWriter;

    void open_block(std::size_t text);
    void enter(const SlotSpace& slots);
    void write_runs(const ReadyTile& tile);
    void make_room_for(std::uint32_t slot);

    GzipMemory& memory_;
    deflate::Bits bits_;
    bool open_ = false;               // a block
    std::optional<SlotSpace> slots_;  // that memory_.runs are of
    std::uint32_t crc_ = 0;
    std::uint64_t size_ = 0;  // of the whole text so far
};

}  // namespace pz::page
