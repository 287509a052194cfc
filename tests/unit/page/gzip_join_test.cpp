// Joined streams, decoded by zlib.
#include "page/gzip_join.hpp"

#include <zlib.h>

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <vector>

namespace pz::page::test {

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kJoins = 20'000;
#else
constexpr std::size_t kJoins = 1'000'000;
#endif

// zlib checks the blocks, the checksum and the length.
class Gunzip {
  public:
    Gunzip() { BOOST_REQUIRE(inflateInit2(&stream_, MAX_WBITS + 16) == Z_OK); }
    ~Gunzip() { inflateEnd(&stream_); }
    Gunzip(const Gunzip&) = delete;
    Gunzip& operator=(const Gunzip&) = delete;

    // Empty, and false, when it is no stream of that length.
    bool operator()(const std::string& stream, std::size_t size, std::string& text) {
        inflateReset(&stream_);
        text.resize(size + 1);
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(stream.data()));
        stream_.avail_in = static_cast<uInt>(stream.size());
        stream_.next_out = reinterpret_cast<Bytef*>(text.data());
        stream_.avail_out = static_cast<uInt>(text.size());
        const bool whole = inflate(&stream_, Z_FINISH) == Z_STREAM_END && stream_.avail_in == 0;
        text.resize(whole ? stream_.total_out : 0);
        return whole;
    }

  private:
    z_stream stream_{};
};

// Slots from here on have no runs.
constexpr std::uint32_t kOwn = 1000;

struct Tile {
    std::string text;
    std::vector<rewrite::TilePart> parts;
    std::vector<std::size_t> shared;

    void add(std::uint32_t slot, std::string_view part) { add(slot, part, part.size()); }
    void add(std::uint32_t slot, std::string_view part, std::size_t run) {
        parts.push_back({slot, text.size(), text.size() + part.size()});
        shared.push_back(slot < kOwn ? run : 0);
        text += part;
    }
};

struct Stream {
    Stream() { begin(); }
    void begin() { bytes = join.begin(); }
    void add(const DeflatedPiece& piece, std::string_view plain) {
        bytes += join.end_block();
        join.add(piece);
        bytes += piece.bytes;
        text += plain;
    }
    void add(const Tile& tile) {
        join.add_tile(coder.code(tile.text, tile.parts, tile.shared, 5));
        text += tile.text;
    }
    void end() {
        bytes += join.end_block();
        bytes += join.end();
    }
    void check() {
        end();
        Gunzip gunzip;
        std::string decoded;
        BOOST_TEST(gunzip(bytes, text.size(), decoded));
        BOOST_TEST(decoded == text);
    }

    GzipMemory memory;
    GzipJoin join{memory};
    TileCoder coder;
    std::string bytes, text;
};

Tile tile(std::size_t n) {
    Tile tiles;
    const std::string id = "SKU" + std::to_string(10000 + n * 7919 % 90000);
    const std::string title = "Some product of the shop, number " + std::to_string(n);
    tiles.add(0, "<a class=\"tile\" data-id=\"");
    tiles.add(10, id, 3);
    tiles.add(1, "\" href=\"/p/");
    tiles.add(10, id, 3);
    tiles.add(2, "\"><img src=\"/i/");
    tiles.add(10, id, 3);
    tiles.add(3, ".jpg\" width=\"200\" height=\"200\" loading=\"lazy\" alt=\"");
    tiles.add(11, title, 33);
    tiles.add(4, "\"><span class=\"name\">");
    tiles.add(11, title, 33);
    tiles.add(5, "</span><span class=\"price\">");
    tiles.add(kOwn, std::to_string(n % 50) + ".00 EUR");
    tiles.add(6, "</span></a>");
    return tiles;
}

std::string deflated(const std::string& text, int level) {
    std::string out(compressBound(text.size()) + 64, '\0');
    z_stream stream{};
    BOOST_REQUIRE(deflateInit2(&stream, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) ==
                  Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    BOOST_REQUIRE(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gzip_join)

BOOST_AUTO_TEST_CASE(nothing_is_a_stream_too) {
    Stream().check();
    Stream empty;
    empty.add(deflate_piece(""), "");
    empty.add(Tile());
    empty.check();
    Stream text;
    text.join.add_text("");
    text.join.add_text("text");
    text.text = "text";
    text.check();
}

BOOST_AUTO_TEST_CASE(every_byte_and_every_length_of_a_match) {
    std::string all;
    for (int c = 0; c < 256; c++) {
        all += static_cast<char>(c);
    }
    for (std::size_t size = 0; size < 1100; size++) {
        std::string text;
        for (std::size_t i = 0; i < size; i++) {
            text += static_cast<char>(i * 31 + i / 256);
        }
        Tile first;
        first.add(1, text);
        first.add(kOwn, all);
        Tile second;
        second.add(1, text + "more", text.size());
        second.add(2, all);
        second.add(kOwn, text);
        second.add(kOwn, text);  // stands there already
        Stream stream;
        stream.add(first);
        stream.add(second);
        stream.add(first);
        stream.add(second);
        stream.check();
    }
}

BOOST_AUTO_TEST_CASE(every_distance_up_to_the_window_and_beyond) {
    const std::string text = "the same again";
    std::string gap;
    for (const std::size_t distance :
         {14,   15,   16,   17,    24,    25,    32,    33,    48,    64,    65,   96,
          97,   128,  192,  193,   256,   385,   512,   769,   1024,  1537,  2048, 3073,
          4096, 6145, 8192, 12289, 16384, 24577, 32766, 32767, 32768, 32769, 40000}) {
        gap.assign(distance - text.size(), '-');
        Tile tile;
        tile.add(3, text);
        Stream stream;
        stream.add(tile);
        stream.add(deflate_piece(gap), gap);
        stream.add(tile);
        stream.check();
        Tile twice;
        twice.add(kOwn, text);
        twice.add(kOwn + 1, gap);
        twice.add(kOwn, text);
        Stream alone;
        alone.add(twice);
        alone.check();
    }
}

BOOST_AUTO_TEST_CASE(runs_that_follow_each_other_are_one_match) {
    Tile one;
    one.add(1, "<a class=\"tile\" href=\"");
    one.add(2, "/p/");
    Tile cut = one;
    cut.add(kOwn, "x");
    Stream pair;
    pair.add(one);
    const std::size_t first = (pair.bytes += pair.join.end_block()).size();
    pair.add(one);
    pair.bytes += pair.join.end_block();
    // A block's own bytes are 7 or 8, a match here takes 20 bits.
    BOOST_TEST(pair.bytes.size() - first < 12U);
    pair.add(cut);
    pair.add(one);
    pair.check();
}

// What a run's bits are counted with ends at 64 Ki: at 7 KB of text. What a tile is counted with, too.
BOOST_AUTO_TEST_CASE(long_texts_between_runs_and_long_tiles) {
    for (const std::size_t size : {7280U, 7281U, 7282U, 8190U, 8191U, 8192U, 20000U, 65520U, 65521U,
                                   65522U, 65523U, 70000U}) {
        std::string text;
        for (std::size_t i = 0; i < size; i++) {
            text += static_cast<char>(i % 251 * (i / 251 % 7 + 1));
        }
        Tile tile;
        tile.add(1, "before");
        tile.add(kOwn, text);
        tile.add(2, "behind it");
        BOOST_TEST(TileCoder().code(tile.text, tile.parts, tile.shared, 5).runs.empty() ==
                   (tile.text.size() > TileCoder::kMostText));
        Stream stream;
        stream.add(tile);
        stream.add(tile);
        stream.check();
    }
}

BOOST_AUTO_TEST_CASE(tiles_behind_tiles_cost_little) {
    Stream first;
    first.add(tile(1));
    first.check();
    Stream all;
    for (std::size_t n = 0; n < 33; n++) {
        all.add(tile(n));
    }
    all.check();
    const std::size_t each = (all.bytes.size() - first.bytes.size()) / 32;
    BOOST_TEST(each < first.text.size() / 5);
    BOOST_TEST(all.bytes.size() < deflated(all.text, 1).size() * 2);
}

BOOST_AUTO_TEST_CASE(a_million_random_joins) {
    std::mt19937 random(1);
    const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    std::vector<std::string> plain;
    std::vector<DeflatedPiece> pieces;
    for (std::size_t i = 0; i < 300; i++) {
        std::string text;
        for (std::size_t left = below(i < 290 ? 120 : 70'000); left > 0; left--) {
            text += static_cast<char>(i % 3 == 0 ? random() : 'a' + random() % 5);
        }
        pieces.push_back(deflate_piece(text));
        plain.push_back(std::move(text));
    }
    Gunzip gunzip;
    std::string decoded;
    std::size_t wrong = 0;
    Stream stream;
    for (std::size_t n = 0; n < kJoins; n++) {
        stream.text.clear();
        stream.begin();
        for (std::size_t parts = below(5); parts > 0; parts--) {
            if (below(2) == 0) {
                const std::size_t i = below(n % 1000 == 0 ? plain.size() : 290);
                stream.add(pieces[i], plain[i]);
                continue;
            }
            Tile tile;
            for (std::size_t k = below(6); k > 0; k--) {
                tile.text += below(4) == 0 ? "gap" : "";
                const std::size_t slot = below(8);
                const std::string& part = plain[slot < 5 ? slot * 17 : below(290)];
                tile.add(static_cast<std::uint32_t>(slot < 5 ? slot * 13 : kOwn + slot), part,
                         part.size() / (1 + slot % 2));
            }
            stream.add(tile);
        }
        stream.end();
        const bool right =
            gunzip(stream.bytes, stream.text.size(), decoded) && decoded == stream.text;
        wrong += right ? 0 : 1;
    }
    BOOST_TEST(wrong == 0U);
}

// Slots are numbers: those of another snapshot's tiles say something else.
BOOST_AUTO_TEST_CASE(runs_of_another_space_are_no_match) {
    Stream stream;
    for (const std::uint64_t epoch : {1, 2, 2, 1, 3}) {
        Tile other = tile(epoch);
        for (rewrite::TilePart& part : other.parts) {
            part.slot =
                part.slot < 10 ? (part.slot + static_cast<std::uint32_t>(epoch)) % 7 : part.slot;
        }
        ReadyTile ready = stream.coder.code(other.text, other.parts, other.shared, 5);
        ready.slots = {&stream, epoch};
        stream.join.add_tile(ready);
        stream.text += other.text;
    }
    stream.check();
}

BOOST_AUTO_TEST_CASE(checksums_are_joined_as_zlib_joins_them) {
    std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
    for (int i = 0; i < 2000; i++) {
        const std::size_t size = i < 300 ? static_cast<std::size_t>(i) : random() % 1'000'000;
        const CrcPart part = {static_cast<std::uint32_t>(random()), crc_shift(size)};
        const auto before = static_cast<std::uint32_t>(i % 3 == 0 ? 0xffffffffU - i : random());
        BOOST_REQUIRE_EQUAL(crc_join(before, part),
                            crc32_combine(before, part.crc, static_cast<z_off_t>(size)));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page::test
