// A joined gzip stream is decoded by zlib to what went in. Input: parts of one byte that says what
// the part is, one that says how long, then its text: a piece, a segment of a slot, or the end of a
// tile's block.
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
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
    page::GzipJoin join;
    std::string bytes, text, tiles;
    std::vector<rewrite::TilePart> parts;

    void end_tiles() {
        join.append_tiles(tiles, parts, bytes);
        text += tiles;
        tiles.clear();
        parts.clear();
    }
    void add_piece(std::string_view part) {
        end_tiles();
        const page::DeflatedPiece piece = page::deflate_piece(part);
        join.add(piece);
        bytes += piece.bytes;
        text += part;
    }
    void add_part(std::uint32_t slot, std::string_view part) {
        parts.push_back({slot, tiles.size(), tiles.size() + part.size()});
        tiles += part;
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
    stream.join.begin(stream.bytes);
    while (rest.size() >= 2) {
        const auto what = static_cast<unsigned char>(rest[0]);
        const std::size_t length =
            std::min<std::size_t>(static_cast<unsigned char>(rest[1]), rest.size() - 2);
        const std::string_view part = rest.substr(2, length);
        rest.remove_prefix(2 + length);
        if (what < 64) {
            stream.add_piece(part);
        } else if (what < 80) {
            stream.end_tiles();
            stream.add_piece(std::string(length * 150, 'x'));  // so that distances grow
        } else if (what < 96) {
            stream.tiles += part;
        } else {
            stream.add_part(what - 96U, part);
        }
    }
    stream.end_tiles();
    stream.join.end(stream.bytes);
    check(stream.bytes, stream.text);
    return 0;
}
