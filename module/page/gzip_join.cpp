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
    piece.crc = libdeflate_crc32(0, text.data(), text.size());
    piece.crc_operator =
        static_cast<std::uint32_t>(crc32_combine_gen(static_cast<z_off_t>(text.size())));
    return piece;
}

std::string_view GzipJoin::begin() {
    constexpr std::string_view kHeader("\x1f\x8b\x08\0\0\0\0\0\x02\xff", 10);
    open_ = false;
    crc_ = 0;
    size_ = 0;
    memory_.runs.assign(memory_.runs.size(), 0);
    return kHeader;
}

void GzipJoin::add(const DeflatedPiece& piece) {
    crc_ = static_cast<std::uint32_t>(crc32_combine_op(crc_, piece.crc, piece.crc_operator));
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

void GzipJoin::add_tile(const ReadyTile& tile) {
    if (tile.runs.empty()) {
        add_text(tile.text);
        return;
    }
    open_block(tile.text.size());
    Match match;
    for (const TileRun& run : tile.runs) {
        if (run.size > 0) {
            add_run(tile, run, match);
        }
        if (run.bits > 0) {
            write(match);
            bits_.put_bits(tile.bits.data() + run.bits_begin, run.bits);
        }
    }
    write(match);
    crc_ = libdeflate_crc32(crc_, tile.text.data(), tile.text.size());
    size_ += tile.text.size();
}

// Runs that follow each other here as in the tile before are one match.
void GzipJoin::add_run(const ReadyTile& tile, const TileRun& run, Match& match) {
    std::uint64_t& last = last_run(run.slot);
    const std::uint64_t here = 1 + size_ + run.begin;
    const std::uint64_t distance = last != 0 ? here - last : 0;
    last = here;
    if (distance != 0 && distance == match.distance) {
        match.size += run.size;
        return;
    }
    write(match);
    if (distance != 0 && distance <= deflate::kWindow && run.size >= deflate::kLeastMatch) {
        match = {run.size, distance};
    } else {
        bits_.literals(tile.text.substr(run.begin, run.size));
    }
}

void GzipJoin::write(Match& match) {
    bits_.match(match.size, match.distance);
    match = {};
}

std::uint64_t& GzipJoin::last_run(std::uint32_t slot) {
    if (slot >= memory_.runs.size()) {
        memory_.runs.resize(slot + 1);
    }
    return memory_.runs[slot];
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
