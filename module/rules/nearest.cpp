#include "rules/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace pz::rules {
namespace {

constexpr std::size_t kLongest = 64;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
        }
    }
    return row[b.size()];
}

Nearest::Nearest(std::string_view wanted)
    : wanted_(wanted), distance_(std::min<std::size_t>((wanted.size() + 2) / 3, 3) + 1) {}

void Nearest::offer(std::string_view known) {
    if (wanted_.size() > kLongest || known.size() > kLongest) {
        return;
    }
    if (const std::size_t distance = edit_distance(wanted_, known); distance < distance_) {
        distance_ = distance;
        best_ = known;
    }
}

std::string Nearest::question() const {
    return best_.empty() ? std::string() : "; did you mean '" + best_ + "'?";
}

}  // namespace pz::rules
