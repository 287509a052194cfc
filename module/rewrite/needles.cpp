#include "rewrite/needles.hpp"

#include <bit>
#include <cstring>

#include "rewrite/characters.hpp"

namespace pz::rewrite {
namespace {

// Of letters by how often English has them; what else stands in names is about as frequent as the
// middle ones.
constexpr std::array<std::uint8_t, 256> make_rarities() {
    constexpr std::string_view kFrequent = "etaoinsrlcdphumgbfywvkxqjz";
    std::array<std::uint8_t, 256> table{};
    table.fill(kFrequent.size() / 2);
    for (std::size_t place = 0; place < kFrequent.size(); ++place) {
        const auto letter = static_cast<unsigned char>(kFrequent[place]);
        table[letter] = static_cast<std::uint8_t>(place);
        table[letter ^ 0x20U] = static_cast<std::uint8_t>(place);
    }
    return table;
}

constexpr auto kRarities = make_rarities();

// Where the `size` bytes begin that are rarest in what shops write into tags.
std::size_t rarest(std::string_view text, std::size_t size) {
    const auto rarity = [text](std::size_t at) {
        return int{kRarities[static_cast<unsigned char>(text[at])]};
    };
    std::size_t place = 0;
    int gain = 0;  // over the bytes at `place`
    for (std::size_t at = size; at < text.size(); ++at) {
        gain += rarity(at) - rarity(at - size);
        if (gain > 0) {
            place = at + 1 - size;
            gain = 0;
        }
    }
    return place;
}

}  // namespace

void Needles::allow_all(std::size_t place, std::uint8_t group) {
    for (std::size_t half = 0; half < low_[place].size(); ++half) {
        low_[place][half] |= group;
        high_[place][half] |= group;
    }
}

void Needles::allow(std::size_t place, unsigned char byte, std::uint8_t group) {
    low_[place][byte & 0x0F] |= group;
    high_[place][byte >> 4] |= group;
}

// Of a bit in known_.
std::size_t Needles::hash_of(const char* at) {
    std::uint32_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    return static_cast<std::size_t>(((bytes | 0x20202020U) * 0x9E3779B1U) >> 19);
}

void Needles::add(std::string_view text, bool ignore_case) {
    const std::size_t rare = rarest(text, kLength);
    if (text.size() < kLength) {
        shorter_ = true;
    } else {
        const std::size_t bit = hash_of(text.data() + rare);
        known_[bit / 64] |= std::uint64_t{1} << bit % 64;
    }
    const auto group = static_cast<std::uint8_t>(1U << texts_.size() % kGroups);
    texts_.push_back({text, static_cast<std::ptrdiff_t>(rare), ignore_case});
    for (std::size_t place = 0; place < kLength; ++place) {
        if (rare + place >= text.size()) {
            allow_all(place, group);
            continue;
        }
        const char c = text[rare + place];
        allow(place, static_cast<unsigned char>(c), group);
        if (ignore_case && byte_is(c, byte_class::kAlpha)) {
            allow(place, static_cast<unsigned char>(c) ^ 0x20U, group);
        }
    }
}

bool Needles::stand_at(const char* at, const char* begin, const char* end) const {
    const std::size_t bit = hash_of(at);
    if (!shorter_ && (known_[bit / 64] >> bit % 64 & 1) == 0) {
        return false;
    }
    unsigned groups = 0xFF;
    for (std::size_t place = 0; place < kLength; ++place) {
        const auto byte = static_cast<unsigned char>(at[place]);
        groups &= static_cast<unsigned>(low_[place][byte & 0x0F]) & high_[place][byte >> 4];
    }
    const auto stands = [at, begin, end](const Text& needle) {
        const auto size = static_cast<std::ptrdiff_t>(needle.text.size());
        if (at - begin < needle.rare || end - at < size - needle.rare) {
            return false;
        }
        const std::string_view there(at - needle.rare, needle.text.size());
        return needle.ignore_case ? equal_ignoring_case(there, needle.text) : there == needle.text;
    };
    for (; groups != 0; groups &= groups - 1) {
        for (auto i = static_cast<std::size_t>(std::countr_zero(groups)); i < texts_.size();
             i += kGroups) {
            if (stands(texts_[i])) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace pz::rewrite
