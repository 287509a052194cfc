#include "page/suggest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace pz::page {

namespace {

// Longer texts are no misspelt names; the distance is quadratic.
constexpr std::size_t kMaxCompared = 40;

// Levenshtein's distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); i++) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); j++) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string_view nearest(std::string_view name, std::span<const std::string_view> known) {
    if (name.size() > kMaxCompared) {
        return {};
    }
    std::string_view best;
    std::size_t least = std::max<std::size_t>(name.size() / 3, 1) + 1;
    for (const std::string_view candidate : known) {
        const std::size_t changes = distance(name, candidate);
        if (changes < least) {
            least = changes;
            best = candidate;
        }
    }
    return best;
}

std::string unknown_name(std::string_view what, std::string_view name,
                         std::span<const std::string_view> known) {
    std::string message = "unknown " + std::string(what) + " '";
    message.append(name.substr(0, kMaxCompared)).append("': ");
    const std::string_view suggestion = nearest(name, known);
    if (!suggestion.empty()) {
        message.append("did you mean '").append(suggestion).append("'? ");
    }
    message.append("known are ");
    for (std::size_t i = 0; i < known.size(); i++) {
        message.append(i == 0 ? "" : ", ").append(known[i]);
    }
    return message;
}

}  // namespace pz::page
