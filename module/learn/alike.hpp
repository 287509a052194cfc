// How alike items are by what the catalog says of them. Internal to learn.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learn/pairs.hpp"
#include "store/builder.hpp"

namespace pz::learn {

// Items as sets of features: words of the title, values of brand, color, material, pattern, size,
// gender, age_group, each level of the product type, and bands of the price. Score: cosine with idf weights, 0..1.
// Memory and time are bounded: per feature only the `kMostWith` most popular items are compared.
class Alike {
  public:
    // `items` from the most popular to the least.
    explicit Alike(std::span<const store::ItemInput* const> items);

    // Items are named by their place in `items` of the constructor.
    float cosine(std::uint32_t a, std::uint32_t b) const;
    // The best but for `item` itself, as keep_best() keeps them. Valid until the next call.
    std::span<const Pair> nearest(std::uint32_t item, std::size_t keep,
                                  std::span<const std::uint8_t> behind);

  private:
    static constexpr std::size_t kMostWith = 200;

    std::span<const std::uint32_t> features(std::uint32_t item) const {
        return std::span(features_).subspan(begin_[item], begin_[item + 1] - begin_[item]);
    }
    void weigh(std::span<const std::uint32_t> frequency);

    std::vector<std::size_t> begin_ = {0};
    std::vector<std::uint32_t> features_;               // per item
    std::vector<std::vector<std::uint32_t>> items_of_;  // per feature
    std::vector<float> squared_idf_;                    // per feature
    std::vector<float> length_;                         // per item
    std::vector<float> sum_;
    std::vector<Pair> found_;
};

}  // namespace pz::learn
