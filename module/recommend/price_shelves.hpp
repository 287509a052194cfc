// Price shelves: for every range of prices the items that most people want, so that one that costs
// enough is found wherever in the catalog it stands. Internal to recommend.
//
// A shelf holds the 16 available items of the largest popularity times appeal whose price had its
// highest three bits when it was looked at: of one octave of prices there are four. The catalog is
// gone through once for each snapshot, a part of it on each request, so that no page pays for all.
// What prices and stock did since is for the reader to look up.
// Memory: 32 KiB.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "store/snapshot.hpp"

namespace pz::recommend {

class PriceShelves {
  public:
    // Looks at the next items of the snapshot, if any are left; at another snapshot's from the
    // first on.
    void fill(const store::Snapshot& snapshot);

    // Those between two prices above 0, in micros, and some that cost a little less or more. Calls
    // shelf(items), cheaper ones first, best first within; ends when it returns false.
    template <class Shelf>
    void visit(std::int64_t from, std::int64_t to, const Shelf& shelf) const {
        const std::size_t last = number(to);
        for (std::size_t i = number(from); i <= last && i < shelves_.size(); ++i) {
            if (!shelf(std::span(shelves_[i].items).first(shelves_[i].count))) {
                return;
            }
        }
    }

  private:
    static constexpr std::size_t kShelves = 256;
    static constexpr std::size_t kDeep = 16;
    struct Shelf {
        std::array<store::ScoredItem, kDeep> items{};  // best first
        std::size_t count = 0;
    };

    static std::size_t number(std::int64_t price);
    static void put(store::ScoredItem scored, Shelf& shelf);

    // Whose items are on the shelves: another snapshot may lie where one was.
    const store::Snapshot* snapshot_ = nullptr;
    std::uint64_t generation_ = 0;
    std::int64_t created_ = 0;
    std::size_t next_ = 0;
    std::vector<Shelf> shelves_;
};

}  // namespace pz::recommend
