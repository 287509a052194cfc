#include "page/gzip_join.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace pz::page {

namespace {

constexpr std::size_t kLeastMatch = 4;
constexpr std::size_t kMostMatch = 258;
constexpr std::uint64_t kWindow = 32768;

// A code's bits in the order in which they are written, and how many.
struct Code {
    std::uint32_t bits = 0;
    unsigned count = 0;
};

constexpr std::uint32_t reversed(std::uint32_t bits, unsigned count) {
    std::uint32_t result = 0;
    for (unsigned i = 0; i < count; ++i) {
        result |= (bits >> i & 1U) << (count - 1 - i);
    }
    return result;
}

// RFC 1951, 3.2.6: the fixed code of a literal or of a length's symbol.
constexpr Code fixed_code(unsigned symbol) {
    if (symbol < 144) {
        return {reversed(0x30 + symbol, 8), 8};
    }
    if (symbol < 256) {
        return {reversed(0x190 + symbol - 144, 9), 9};
    }
    if (symbol < 280) {
        return {reversed(symbol - 256, 7), 7};
    }
    return {reversed(0xC0 + symbol - 280, 8), 8};
}

constexpr auto kLiterals = [] {
    std::array<Code, 256> codes{};
    for (unsigned i = 0; i < codes.size(); ++i) {
        codes[i] = fixed_code(i);
    }
    return codes;
}();

// RFC 1951, 3.2.5: lengths in groups of four symbols, with one more extra bit in each.
constexpr Code length_code(unsigned length) {
    if (length == kMostMatch) {
        return fixed_code(285);
    }
    unsigned extra = 0;
    while ((8U << extra) + 3 <= length && extra < 5) {
        ++extra;
    }
    const unsigned base = length < 11 ? 3 : (4U << extra) + 3;
    const unsigned first = length < 11 ? 257 : 261 + 4 * extra;
    const Code code = fixed_code(first + ((length - base) >> extra));
    return {code.bits | ((length - base) & ((1U << extra) - 1)) << code.count, code.count + extra};
}

constexpr auto kLengths = [] {
    std::array<Code, kMostMatch + 1> codes{};
    for (unsigned i = 3; i < codes.size(); ++i) {
        codes[i] = length_code(i);
    }
    return codes;
}();

// Distances in groups of two symbols, with one more extra bit in each from 5 on.
Code distance_code(std::uint32_t distance) {
    const std::uint32_t value = distance - 1;
    if (value < 4) {
        return {reversed(value, 5), 5};
    }
    const unsigned extra = 30U - static_cast<unsigned>(__builtin_clz(value));
    const std::uint32_t symbol = 2 * extra + (value >> extra);
    return {reversed(symbol, 5) | (value & ((1U << extra) - 1)) << 5, 5 + extra};
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
    const std::size_t size = std::min(a.size(), b.size());
    std::size_t same = 0;
    std::uint64_t left = 0;
    std::uint64_t right = 0;
    for (; same + sizeof(left) <= size && left == right; same += sizeof(left)) {
        std::memcpy(&left, a.data() + same, sizeof(left));
        std::memcpy(&right, b.data() + same, sizeof(right));
    }
    same -= left == right ? 0 : sizeof(left);
    while (same < size && a[same] == b[same]) {
        ++same;
    }
    return same;
}

void append_little_endian(std::uint32_t value, std::string& out) {
    for (int i = 0; i < 4; ++i) {
        out += static_cast<char>(value >> (8 * i) & 0xFFU);
    }
}

}  // namespace

// Writes bits from the lowest on; 56 at a time, at most.
class GzipJoin::Bits {
  public:
    // There must be room for 8 bytes more than will be written.
    explicit Bits(char* at) : at_(at) {}

    void put(Code code) {
        add(code);
        flush();
    }
    void literals(std::string_view text) {
        constexpr std::size_t kAtOnce = 5;  // of 9 bits, beside the 7 that may be left
        while (text.size() >= kAtOnce) {
            for (std::size_t i = 0; i < kAtOnce; ++i) {
                add(kLiterals[static_cast<unsigned char>(text[i])]);
            }
            flush();
            text.remove_prefix(kAtOnce);
        }
        for (const char c : text) {
            add(kLiterals[static_cast<unsigned char>(c)]);
        }
        flush();
    }
    void match(std::size_t length, std::uint32_t distance) {
        const Code far = distance_code(distance);
        while (length > 0) {
            // Never leaves less than a match can say.
            const std::size_t part = length <= kMostMatch      ? length
                                     : length < kMostMatch + 3 ? length - 3
                                                               : kMostMatch;
            put(kLengths[part]);
            put(far);
            length -= part;
        }
    }
    // The bytes up to the next boundary; returns behind them.
    char* align() {
        put({0, (8 - count_) % 8});
        return at_;
    }

  private:
    void add(Code code) {
        bits_ |= std::uint64_t{code.bits} << count_;
        count_ += code.count;
    }
    void flush() {
        std::memcpy(at_, &bits_, sizeof(bits_));
        at_ += count_ / 8;
        bits_ >>= count_ & ~7U;
        count_ %= 8;
    }

    char* at_;
    std::uint64_t bits_ = 0;
    unsigned count_ = 0;
};

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
    deflate(&stream, Z_SYNC_FLUSH);
    piece.bytes.resize(stream.total_out);
    piece.bytes.shrink_to_fit();
    deflateEnd(&stream);
    piece.crc = libdeflate_crc32(0, text.data(), text.size());
    piece.crc_operator =
        static_cast<std::uint32_t>(crc32_combine_gen(static_cast<z_off_t>(text.size())));
    return piece;
}

void GzipJoin::begin(std::string& out) {
    constexpr std::string_view kHeader("\x1f\x8b\x08\0\0\0\0\0\x02\xff", 10);
    out.append(kHeader);
    crc_ = 0;
    size_ = 0;
    history_.clear();
    earlier_ = {};
}

void GzipJoin::add(const DeflatedPiece& piece) {
    crc_ = static_cast<std::uint32_t>(crc32_combine_op(crc_, piece.crc, piece.crc_operator));
    size_ += piece.size;
}

void GzipJoin::append_tiles(std::string_view text, std::span<const rewrite::TilePart> segments,
                            std::string& out) {
    if (text.empty()) {
        return;
    }
    constexpr Code kFixedBlock = {2, 3};  // not the last one
    constexpr Code kEndOfBlock = {0, 7};
    constexpr Code kStoredBlock = {0, 3};  // empty: only ends on a byte boundary
    constexpr std::string_view kNoBytes("\0\0\xff\xff", 4);
    const std::size_t begin = out.size();
    out.resize(begin + text.size() + text.size() / 8 + 16);  // 9 bits for a byte, at most
    history_.append(text);
    Bits bits(out.data() + begin);
    bits.put(kFixedBlock);
    std::size_t at = 0;
    for (const rewrite::TilePart& segment : segments) {
        bits.literals(text.substr(at, segment.begin - at));
        append_segment(segment, text, size_, bits);
        at = segment.end;
    }
    bits.literals(text.substr(at));
    bits.put(kEndOfBlock);
    bits.put(kStoredBlock);
    out.resize(static_cast<std::size_t>(bits.align() - out.data()));
    out.append(kNoBytes);
    crc_ = libdeflate_crc32(crc_, text.data(), text.size());
    size_ += text.size();
}

// `at`: where the text begins in the whole.
void GzipJoin::append_segment(const rewrite::TilePart& segment, std::string_view text,
                              std::uint64_t at, Bits& bits) {
    const std::string_view bytes = text.substr(segment.begin, segment.end - segment.begin);
    if (segment.slot >= kSlots) {
        bits.literals(bytes);
        return;
    }
    Earlier& earlier = earlier_[segment.slot];
    const std::uint64_t here = at + segment.begin;
    const std::uint64_t distance = here - earlier.at;
    const std::size_t same =
        distance > 0 && distance <= kWindow
            ? common_prefix(std::string_view(history_).substr(earlier.begin, earlier.size), bytes)
            : 0;
    if (same >= kLeastMatch) {
        bits.match(same, static_cast<std::uint32_t>(distance));
        bits.literals(bytes.substr(same));
    } else {
        bits.literals(bytes);
    }
    earlier = {history_.size() - text.size() + segment.begin, bytes.size(), here};
}

void GzipJoin::end(std::string& out) const {
    constexpr std::string_view kLastBlock("\x03\0", 2);  // a fixed one without anything
    out.append(kLastBlock);
    append_little_endian(crc_, out);
    append_little_endian(static_cast<std::uint32_t>(size_), out);
}

}  // namespace pz::page
