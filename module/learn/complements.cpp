#include "learn/complements.hpp"

#include <algorithm>
#include <utility>

namespace pz::learn {

std::vector<float> kept_within_kinds(const SessionLog& baskets,
                                     std::span<const std::uint32_t> unit_of,
                                     std::span<const std::uint32_t> kind_of, std::size_t kinds) {
    std::vector<double> any(kinds);
    std::vector<double> several(kinds);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> bought;  // kind, unit
    for (std::size_t basket = 0; basket < baskets.size(); ++basket) {
        bought.clear();
        for (const Slot slot : baskets.items(basket)) {
            if (kind_of[slot] != kNoKind) {
                bought.emplace_back(kind_of[slot], unit_of[slot]);
            }
        }
        std::sort(bought.begin(), bought.end());
        bought.erase(std::unique(bought.begin(), bought.end()), bought.end());
        for (std::size_t i = 0; i < bought.size(); ++i) {
            const auto nth = [&](std::size_t n) {
                return i >= n && bought[i - n].first == bought[i].first;
            };
            any[bought[i].first] += nth(1) ? 0 : 1;
            several[bought[i].first] += nth(1) && !nth(2) ? 1 : 0;
        }
    }
    std::vector<float> kept(kinds);
    std::transform(any.begin(), any.end(), several.begin(), kept.begin(), [](double n1, double n2) {
        return static_cast<float>(std::clamp(2 * (n2 + 1) / (n1 + 4), 0.25, 1.0));
    });
    return kept;
}

}  // namespace pz::learn
