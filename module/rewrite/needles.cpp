#include "rewrite/needles.hpp"

#include <algorithm>
#include <bit>

#include "rewrite/characters.hpp"

namespace pz::rewrite {
namespace {

// Of letters by how often English has them; what else stands in names is about as frequent as the
// middle ones.
unsigned rarity(char c) {
    static constexpr std::string_view kFrequent = "etaoinsrlcdphumgbfywvkxqjz";
    const std::size_t place = kFrequent.find(to_lower(c));
    return static_cast<unsigned>(place == std::string_view::npos ? kFrequent.size() / 2 : place);
}

// Where the `size` bytes begin that are rarest in what shops write into tags.
std::size_t rarest(std::string_view text, std::size_t size) {
    std::size_t place = 0;
    unsigned most = 0;
    for (std::size_t at = 0; at + size <= text.size(); ++at) {
        unsigned rare = 0;
        for (const char c : text.substr(at, size)) {
            rare += rarity(c);
        }
        place = rare > most ? at : place;
        most = std::max(rare, most);
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

void Needles::add(std::string_view text, bool ignore_case) {
    const std::size_t rare = rarest(text, kLength);
    const std::size_t number = added_++ % texts_.size();
    const auto group = static_cast<std::uint8_t>(1U << number);
    texts_[number].push_back({text, static_cast<std::ptrdiff_t>(rare), ignore_case});
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
        const auto& texts = texts_[static_cast<std::size_t>(std::countr_zero(groups))];
        if (std::any_of(texts.begin(), texts.end(), stands)) {
            return true;
        }
    }
    return false;
}

}  // namespace pz::rewrite
