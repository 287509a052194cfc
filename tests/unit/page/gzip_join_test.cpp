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

struct Tiles {
    std::string text;
    std::vector<rewrite::TilePart> segments;

    void add(std::uint32_t slot, std::string_view part) {
        segments.push_back({slot, text.size(), text.size() + part.size()});
        text += part;
    }
};

struct Stream {
    Stream() { join.begin(bytes); }
    void add(const DeflatedPiece& piece, std::string_view plain) {
        join.add(piece);
        bytes += piece.bytes;
        text += plain;
    }
    void add(const Tiles& tiles) {
        join.append_tiles(tiles.text, tiles.segments, bytes);
        text += tiles.text;
    }
    void check() {
        join.end(bytes);
        Gunzip gunzip;
        std::string decoded;
        BOOST_TEST(gunzip(bytes, text.size(), decoded));
        BOOST_TEST(decoded == text);
    }

    GzipJoin join;
    std::string bytes, text;
};

void add_tile(Tiles& tiles, std::size_t n) {
    const std::string id = "SKU" + std::to_string(10000 + n * 7919 % 90000);
    const std::string title = "Some product of the shop, number " + std::to_string(n);
    tiles.add(0, "<a class=\"tile\" data-id=\"");
    tiles.add(10, id);
    tiles.add(1, "\" href=\"/p/");
    tiles.add(10, id);
    tiles.add(2, "\"><img src=\"/i/");
    tiles.add(10, id);
    tiles.add(3, ".jpg\" width=\"200\" height=\"200\" loading=\"lazy\" alt=\"");
    tiles.add(11, title);
    tiles.add(4, "\"><span class=\"name\">");
    tiles.add(11, title);
    tiles.add(5, "</span><span class=\"price\">");
    tiles.add(12, std::to_string(n % 50) + ".00 EUR");
    tiles.add(6, "</span></a>");
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
    BOOST_REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
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
    empty.add(Tiles());
    empty.check();
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
        Tiles tiles;
        tiles.add(1, text);
        tiles.add(GzipJoin::kSlots, all);
        tiles.add(1, text);
        tiles.add(1, text + "more");
        Stream stream;
        stream.add(tiles);
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
        Tiles first;
        first.add(3, text);
        Tiles second;
        second.add(3, text);
        Stream stream;
        stream.add(first);
        stream.add(deflate_piece(gap), gap);
        stream.add(second);
        stream.check();
    }
}

BOOST_AUTO_TEST_CASE(tiles_behind_tiles_cost_little) {
    Tiles one;
    add_tile(one, 1);
    Tiles many;
    for (std::size_t n = 0; n < 33; n++) {
        add_tile(many, n);
    }
    Stream first;
    first.add(one);
    Stream all;
    all.add(many);
    const std::size_t each = (all.bytes.size() - first.bytes.size()) / 32;
    BOOST_TEST(each < one.text.size() / 5);
    BOOST_TEST(all.bytes.size() < deflated(many.text, 1).size() * 2);
    first.check();
    all.check();
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
    Tiles tiles;
    for (std::size_t n = 0; n < kJoins; n++) {
        stream.bytes.clear();
        stream.text.clear();
        stream.join.begin(stream.bytes);
        for (std::size_t parts = below(5); parts > 0; parts--) {
            if (below(2) == 0) {
                const std::size_t i = below(n % 1000 == 0 ? plain.size() : 290);
                stream.add(pieces[i], plain[i]);
                continue;
            }
            tiles.text.clear();
            tiles.segments.clear();
            for (std::size_t k = below(6); k > 0; k--) {
                const std::string& part = plain[below(290)];
                tiles.text += below(4) == 0 ? "gap" : "";
                tiles.add(static_cast<std::uint32_t>(below(6) * 13),
                          std::string_view(part).substr(0, below(part.size() + 1)));
            }
            stream.add(tiles);
        }
        stream.join.end(stream.bytes);
        const bool right =
            gunzip(stream.bytes, stream.text.size(), decoded) && decoded == stream.text;
        wrong += right ? 0 : 1;
    }
    BOOST_TEST(wrong == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page::test
