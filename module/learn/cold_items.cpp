#include "learn/cold_items.hpp"

#include <algorithm>

namespace pz::learn {

namespace {

constexpr std::size_t kSeats = 2;   // of each cold item
constexpr std::size_t kHosts = 32;  // whose seats it may take

bool names(const std::vector<Pair>& row, std::uint32_t item) {
    return std::any_of(row.begin(), row.end(),
                       [item](const Pair& pair) { return pair.other == item; });
}

}  // namespace

void seat_cold(Alike& alike, std::span<const std::uint32_t> cold, const PairOptions& options,
               std::vector<std::vector<Pair>>& rows) {
    std::vector<std::uint8_t> closed(rows.size(), 0);
    for (const std::uint32_t item : cold) {
        closed[item] = 1;
    }
    const std::size_t room = std::max<std::size_t>(options.keep / 8, 1);
    std::vector<std::vector<Pair>> guests(rows.size());
    for (const std::uint32_t item : cold) {
        std::size_t seats = 0;
        for (const Pair& host : alike.nearest(item, kHosts, {})) {
            if (closed[host.other] != 0 || guests[host.other].size() >= room) {
                continue;
            }
            if (!names(rows[host.other], item)) {
                guests[host.other].push_back({item, kAlikeShare * host.score});
            }
            if (++seats == kSeats) {
                break;
            }
        }
    }
    for (std::size_t host = 0; host < rows.size(); ++host) {
        if (!guests[host].empty()) {
            keep_best(rows[host], options.keep - guests[host].size(), options.behind);
            rows[host].insert(rows[host].end(), guests[host].begin(), guests[host].end());
        }
    }
}

}  // namespace pz::learn
