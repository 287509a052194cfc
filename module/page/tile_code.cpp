#include "page/tile_code.hpp"

#include <libdeflate.h>

#include "page/deflate_bits.hpp"

namespace pz::page {

namespace {

std::string_view text_of(std::string_view text, const rewrite::TilePart& part) {
    return text.substr(part.begin, part.end - part.begin);
}

// How far back the same name wrote the same; 0: nowhere that a match can reach.
std::size_t repetition(std::string_view text, std::span<const rewrite::TilePart> parts,
                       std::size_t which) {
    const rewrite::TilePart& part = parts[which];
    if (part.end - part.begin < deflate::kLeastMatch) {
        return 0;
    }
    for (std::size_t i = which; i-- > 0;) {
        if (parts[i].slot == part.slot) {
            const std::size_t distance = part.begin - parts[i].begin;
            const bool same = text_of(text, parts[i]) == text_of(text, part);
            return same && distance <= deflate::kWindow ? distance : 0;
        }
    }
    return 0;
}

// Writes the runs, each with the bits behind it.
class RunWriter {
  public:
    RunWriter(std::vector<TileRun>& runs, char* begin) : runs_(runs), begin_(begin), bits_(begin) {}

    void begin(std::uint32_t slot, std::size_t at, std::size_t size) {
        if (!runs_.empty()) {
            end();
        }
        last_ = bits_.align();
        runs_.push_back({static_cast<std::uint16_t>(slot), static_cast<std::uint16_t>(at),
                         static_cast<std::uint16_t>(size), 0});
    }
    deflate::Bits& bits() { return bits_; }
    // Of the last run, which may have to be several. Returns what they all take.
    std::size_t end() {
        constexpr std::size_t kMostBits = 0xfff8;  // so that the next ones begin on a byte
        std::size_t left = static_cast<std::size_t>(bits_.at() - last_) * 8 + bits_.pending();
        for (; left > kMostBits; left -= kMostBits) {
            runs_.back().bits = kMostBits;
            runs_.push_back({});
        }
        runs_.back().bits = static_cast<std::uint16_t>(left);
        return static_cast<std::size_t>(bits_.at() - begin_) + 1;
    }

  private:
    std::vector<TileRun>& runs_;
    char* const begin_;
    char* last_ = nullptr;  // where the last run's bits begin
    deflate::Bits bits_;
};

}  // namespace

ReadyTile TileCoder::code(std::string_view text, std::span<const rewrite::TilePart> parts,
                          std::span<const std::size_t> shared, std::uint32_t first_slot) {
    if (text.size() > kMostText) {
        return {text, {}, {}, {}, {}};
    }
    runs_.clear();
    bits_.resize(deflate::most_bytes(text.size()) + parts.size() + deflate::kSlack + 1);
    RunWriter writer(runs_, bits_.data());
    writer.begin(0, 0, 0);
    std::size_t at = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const rewrite::TilePart& part = parts[i];
        writer.bits().literals(text.substr(at, part.begin - at));
        at = part.end;
        if (const std::size_t distance = repetition(text, parts, i); distance > 0) {
            writer.bits().match(part.end - part.begin, distance);
            continue;
        }
        if (shared[i] > 0) {
            writer.begin(first_slot + part.slot, part.begin, shared[i]);
        }
        writer.bits().literals(text_of(text, part).substr(shared[i]));
    }
    writer.bits().literals(text.substr(at));
    const std::size_t size = writer.end();
    const CrcPart crc = {libdeflate_crc32(0, text.data(), text.size()), crc_shift(text.size())};
    return {text, runs_, std::string_view(bits_).substr(0, size), crc, {}};
}

}  // namespace pz::page
