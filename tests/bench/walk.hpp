// Walk: the sessions of a made shop. Items by a power law, each leading to those near it.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace pz::bench {

// Sessions of 2 to 10 items, 5 in the middle; 1 in 3 steps goes to any item, the others to one near.
class Walk {
  public:
    explicit Walk(std::uint32_t items, std::uint32_t seed = 1) : items_(items), random_(seed) {}

    std::vector<std::uint32_t> session(std::size_t length) {
        std::vector<std::uint32_t> walk = {any()};
        while (walk.size() < length) {
            walk.push_back(random_() % 3 == 0 ? any() : near(walk.back()));
        }
        return walk;
    }
    std::size_t length() { return 2 + random_() % 4 + random_() % 6; }

  private:
    // Inverse of the distribution function of rank^-0.9.
    std::uint32_t any() {
        const double share = std::uniform_real_distribution<double>()(random_);
        const double rank = std::pow(share, 1 / 0.1) * static_cast<double>(items_);
        return static_cast<std::uint32_t>(rank) % items_;
    }
    std::uint32_t near(std::uint32_t item) {
        return (item * 7919U + static_cast<std::uint32_t>(random_() % 12)) % items_;
    }

    std::uint32_t items_;
    std::mt19937 random_;
};

}  // namespace pz::bench
