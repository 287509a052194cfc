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
        end();
        char* const here = bits_.align();
        runs_.push_back({slot, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(size),
                         static_cast<std::uint32_t>(here - begin_), 0});
    }
    deflate::Bits& bits() { return bits_; }
    std::size_t end() {
        const auto bytes = static_cast<std::size_t>(bits_.at() - begin_);
        if (!runs_.empty()) {
            TileRun& last = runs_.back();
            last.bits = static_cast<std::uint32_t>((bytes - last.bits_begin) * 8 + bits_.pending());
        }
        return bytes + 1;
    }

  private:
    std::vector<TileRun>& runs_;
    char* const begin_;
    deflate::Bits bits_;
};

}  // namespace

ReadyTile TileCoder::code(std::string_view text, std::span<const rewrite::TilePart> parts,
                          std::span<const std::size_t> shared, std::uint32_t first_slot) {
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
    const CrcPart crc = {libdeflate_crc32(0, text.data(), text.size()), crc_shift(text.size())};
    return {text, runs_, std::string_view(bits_).substr(0, writer.end()), crc, {}};
}

}  // namespace pz::page
