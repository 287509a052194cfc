#include "page/gzip_join.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <new>
#include <stdexcept>

namespace pz::page {

namespace {

// Beside what the text of a block takes: its header, its end, and kNoBytes.
constexpr std::size_t kBlockEnds = 16;

char* append(std::string_view bytes, char* at) {
    return std::copy(bytes.begin(), bytes.end(), at);
}

char* append_little_endian(std::uint32_t value, char* at) {
    for (unsigned i = 0; i < 4; ++i) {
        *at++ = static_cast<char>(value >> (8 * i) & 0xFFU);
    }
    return at;
}

}  // namespace

DeflatedPiece deflate_piece(std::string_view text) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::bad_alloc();
    }
    DeflatedPiece piece;
    piece.size = text.size();
    piece.bytes.resize(deflateBound(&stream, text.size()) + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(piece.bytes.data());
    stream.avail_out = static_cast<uInt>(piece.bytes.size());
    // Only what ends on a byte may be joined.
    const bool whole =
        ::deflate(&stream, Z_SYNC_FLUSH) == Z_OK && stream.avail_in == 0 && stream.avail_out > 0;
    deflateEnd(&stream);
    if (!whole) {
        throw std::runtime_error("zlib did not deflate a piece as a whole");
    }
    piece.bytes.resize(stream.total_out);
    piece.bytes.shrink_to_fit();
    piece.crc = {libdeflate_crc32(0, text.data(), text.size()), crc_shift(text.size())};
    return piece;
}

std::string_view GzipJoin::begin() {
    constexpr std::string_view kHeader("\x1f\x8b\x08\0\0\0\0\0\x02\xff", 10);
    open_ = false;
    crc_ = 0;
    size_ = 0;
    slots_.reset();
    return kHeader;
}

void GzipJoin::add(const DeflatedPiece& piece) {
    crc_ = crc_join(crc_, piece.crc);
    size_ += piece.size;
}

// Makes room for so much text more.
void GzipJoin::open_block(std::size_t text) {
    const auto used =
        open_ ? static_cast<std::size_t>(bits_.at() - memory_.block.data()) : std::size_t{0};
    const std::size_t needed = used + deflate::most_bytes(text) + kBlockEnds + deflate::kSlack;
    if (memory_.block.size() < needed) {
        memory_.block.resize(std::max(needed, 2 * memory_.block.size()));
        bits_.move(memory_.block.data() + used);
    }
    if (!open_) {
        open_ = true;
        bits_ = deflate::Bits(memory_.block.data());
        bits_.put(deflate::kFixedBlock);
    }
}

void GzipJoin::add_text(std::string_view text) {
    if (text.empty()) {
        return;
    }
    open_block(text.size());
    bits_.literals(text);
    crc_ = libdeflate_crc32(crc_, text.data(), text.size());
    size_ += text.size();
}

// Runs are told by slots, and those by their space: in another one nothing has been written yet.
void GzipJoin::enter(const SlotSpace& slots) {
    if (slots_ != slots) {
        slots_ = slots;
        std::fill(memory_.runs.begin(), memory_.runs.end(), 0);
    }
}

// Writes a tile's runs. Its members live in registers where nothing of it is called (write_runs()):
// elsewhere the compiler must take them for what the bytes are written to.
class GzipJoin::TileWriter {
  public:
    TileWriter(deflate::Bits bits, const ReadyTile& tile, std::uint64_t begin)
        : bits_(bits), text_(tile.text), code_(tile.bits.data()), begin_(begin + 1) {}

    // Runs that follow each other here as in the tile before are one match.
    void add(const TileRun& run, std::uint64_t& last) {
        const std::uint64_t here = begin_ + run.begin;
        const std::uint64_t distance = last != 0 ? here - last : 0;
        last = here;
        if (distance != 0 && distance == distance_) {
            match_ += run.size;
            return;
        }
        end_match();
        if (distance != 0 && distance <= deflate::kWindow && run.size >= deflate::kLeastMatch) {
            match_ = run.size;
            distance_ = distance;
        } else {
            bits_.literals(text_.substr(run.begin, run.size));
        }
    }
    void add_bits(const TileRun& run) {
        end_match();
        bits_.put_bits(code_, run.bits);
        code_ += (run.bits + 7U) / 8;
    }
    deflate::Bits end() {
        end_match();
        return bits_;
    }

  private:
    void end_match() {
        if (match_ != 0) {
            bits_.match(match_, distance_);
            match_ = 0;
            distance_ = 0;
        }
    }

    deflate::Bits bits_;
    const std::string_view text_;
    const char* code_;           // of the next run
    const std::uint64_t begin_;  // 1 + where the tile begins
    // A match that may go on with the next run.
    std::size_t match_ = 0;
    std::uint64_t distance_ = 0;
};

[[gnu::flatten]] void GzipJoin::write_runs(const ReadyTile& tile) {
    TileWriter writer(bits_, tile, size_);
    for (const TileRun& run : tile.runs) {
        if (run.size > 0) {
            if (run.slot >= memory_.runs.size()) {
                make_room_for(run.slot);
            }
            writer.add(run, memory_.runs[run.slot]);
        }
        if (run.bits > 0) {
            writer.add_bits(run);
        }
    }
    bits_ = writer.end();
}

[[gnu::noinline]] void GzipJoin::make_room_for(std::uint32_t slot) {
    memory_.runs.resize(slot + 1);
}

void GzipJoin::add_tile(const ReadyTile& tile) {
    if (tile.runs.empty()) {
        add_text(tile.text);
        return;
    }
    enter(tile.slots);
    open_block(tile.text.size());
    write_runs(tile);
    crc_ = crc_join(crc_, tile.crc);
    size_ += tile.text.size();
}

std::string_view GzipJoin::end_block() {
    if (!open_) {
        return {};
    }
    open_ = false;
    bits_.put(deflate::kEndOfBlock);
    bits_.put(deflate::kStoredBlock);
    char* const end = append(deflate::kNoBytes, bits_.align());
    return {memory_.block.data(), static_cast<std::size_t>(end - memory_.block.data())};
}

std::string_view GzipJoin::end() {
    constexpr std::string_view kLastBlock("\x03\0", 2);  // a fixed one without anything
    constexpr std::size_t kSize = 10;
    if (memory_.block.size() < kSize) {
        memory_.block.resize(kSize);
    }
    char* at = append(kLastBlock, memory_.block.data());
    at = append_little_endian(crc_, at);
    append_little_endian(static_cast<std::uint32_t>(size_), at);
    return {memory_.block.data(), kSize};
}

}  // namespace pz::page
