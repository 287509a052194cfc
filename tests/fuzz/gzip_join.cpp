// A joined gzip stream is decoded by zlib to what went in. Input: parts of one byte that says what
// the part is, one that says how long, then its text: a piece, text of a tile, or a tile's part of a
// slot. Pieces and parts of slot 0 end a tile. What the first part of a slot says is its run.
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "page/gzip_join.hpp"

namespace {

using namespace pz;  // NOLINT: a program of one file

void require(bool condition) {
    if (!condition) {
        abort();
    }
}

struct Stream {
    page::GzipMemory memory;
    page::GzipJoin join{memory};
    page::TileCoder coder;
    std::map<std::uint32_t, std::string> runs;
    std::string bytes, text, tile;
    std::vector<rewrite::TilePart> parts;
    std::vector<std::size_t> shared;

    void end_tile() {
        join.add_tile(coder.code(tile, parts, shared, 0));
        text += tile;
        tile.clear();
        parts.clear();
        shared.clear();
    }
    void add_piece(std::string_view part) {
        end_tile();
        bytes += join.end_block();
        const page::DeflatedPiece piece = page::deflate_piece(part);
        join.add(piece);
        bytes += piece.bytes;
        text += part;
    }
    void add_part(std::uint32_t slot, std::string_view part) {
        const std::string& run = runs.try_emplace(slot, part).first->second;
        parts.push_back({slot, tile.size(), tile.size() + part.size()});
        shared.push_back(part.starts_with(run) ? run.size() : 0);
        tile += part;
        if (slot == 0) {
            end_tile();
        }
    }
};

void check(const std::string& bytes, const std::string& text) {
    std::string decoded(text.size() + 1, '\0');
    z_stream stream{};
    require(inflateInit2(&stream, MAX_WBITS + 16) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(decoded.data());
    stream.avail_out = static_cast<uInt>(decoded.size());
    require(inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0);
    decoded.resize(stream.total_out);
    inflateEnd(&stream);
    require(decoded == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    Stream stream;
    stream.bytes = stream.join.begin();
    while (rest.size() >= 2) {
        const auto what = static_cast<unsigned char>(rest[0]);
        const std::size_t length =
            std::min<std::size_t>(static_cast<unsigned char>(rest[1]), rest.size() - 2);
        const std::string_view part = rest.substr(2, length);
        rest.remove_prefix(2 + length);
        if (what < 64) {
            stream.add_piece(part);
        } else if (what < 80) {
            stream.add_piece(std::string(length * 150, 'x'));  // so that distances grow
        } else if (what < 96) {
            stream.tile += part;
        } else {
            stream.add_part(what - 96U, part);
        }
    }
    stream.end_tile();
    stream.bytes += stream.join.end_block();
    stream.bytes += stream.join.end();
    check(stream.bytes, stream.text);
    return 0;
}
