// Mixture: how much each source of evidence counts when the next item of a session is predicted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace pz::store {

// Each source names items with probabilities; what they are is said in recommend/next_item.hpp.
enum class Source : std::uint8_t {
    near,
    wide,
    link,
    second_link,
    last,
    before_last,
    earlier,
    count
};
inline constexpr std::size_t kSources = static_cast<std::size_t>(Source::count);

// Contexts: by how the session came to its latest item, by its items so far (1, 2, 3 to 4, more) and
// by the sessions that have any of them (fewer than 30, fewer than 300, more). Who has just returned
// to an item returns again far more often than who sees it for the first time.
enum class Turn : std::uint8_t {
    first_look,
    again,  // the item before was the same
    back,   // one before that was
    count
};
inline constexpr std::size_t kMixtureTurns = static_cast<std::size_t>(Turn::count);
inline constexpr std::size_t kMixtureLengths = 4;
inline constexpr std::size_t kMixtureSupports = 3;
inline constexpr std::size_t kMixtureContexts = kMixtureTurns * kMixtureSupports * kMixtureLengths;

// The context of a length and a support, each from 0.
constexpr std::size_t mixture_context(Turn turn, std::size_t support, std::size_t length) {
    return (static_cast<std::size_t>(turn) * kMixtureSupports + support) * kMixtureLengths + length;
}

struct Mixture {
    using Shares = std::array<float, kSources>;  // each 0..1

    std::array<Shares, kMixtureContexts> shares{};
};
static_assert(sizeof(Mixture) == sizeof(float) * kSources * kMixtureContexts);

// All shares are 0..1.
inline bool valid(const Mixture& mixture) {
    for (const Mixture::Shares& shares : mixture.shares) {
        for (const float share : shares) {
            if (!(share >= 0 && share <= 1)) {  // not a number neither
                return false;
            }
        }
    }
    return true;
}

}  // namespace pz::store
