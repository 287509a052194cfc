// What a tile looks like in a gzip stream, as far as that can be known beforehand.
//
// Tiles come from a template: what it says stands already in a tile before, at a distance that is
// only arithmetic, and so does what the values of a name have in common ("/p/"). Those runs are
// named by a slot; all else of a tile is ready bits: its own values as literals, and a value that
// stands in the tile a second time as a match with the first. Internal to the room.
//
// Thread rules: one thread. Errors: none, but for std::bad_alloc.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "page/crc_join.hpp"
#include "rewrite/template.hpp"

namespace pz::page {

// A run of the tile's text that is the same in all tiles with a run of this slot, and the bits of
// what stands between it and the next one, which begin on a byte. Small, since a page reads hundreds
// of them from memory.
struct TileRun {
    std::uint16_t slot;
    std::uint16_t begin, size;  // size 0: there is none, and no slot
    std::uint16_t bits;         // how many
};

// Whose the numbers of slots are: those of one space have nothing to do with another's.
struct SlotSpace {
    const void* owner = nullptr;
    std::uint64_t epoch = 0;  // the owner's

    bool operator==(const SlotSpace&) const = default;
};

// A tile as it leaves, plain or as a part of a gzip stream.
struct ReadyTile {
    std::string_view text;
    std::span<const TileRun> runs;  // all of the text; empty: only the text is asked for
    std::string_view bits;          // deflate::kSlack bytes behind it may be read
    CrcPart crc;                    // of the text, if it has runs
    SlotSpace slots;                // that the runs are of
    bool kept = false;  // it is one of ReadyTiles, and the text lives as long as they say
};

class TileCoder {
  public:
    // Longer tiles have no code.
    static constexpr std::size_t kMostText = 0xffff;

    // `parts` are in order and do not overlap; of parts[i], the first shared[i] bytes are a run of
    // the slot first_slot + parts[i].slot, which is at most 0xffff. Parts of one slot are looked at
    // for repetitions. Lifetime: the tile's, until the next call; `text` is the caller's.
    // The slots are of no space yet.
    ReadyTile code(std::string_view text, std::span<const rewrite::TilePart> parts,
                   std::span<const std::size_t> shared, std::uint32_t first_slot);

  private:
    std::string bits_;
    std::vector<TileRun> runs_;
};

}  // namespace pz::page
