// Relations: what the visitor did with the candidates of a placement, as arrays.
// Thread rules: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "visitor/profile.hpp"

namespace pz::rules {

// The numbers stand in access.lua, too.
enum class Relation : std::uint8_t { viewed, bought, in_cart, liked, count };
inline constexpr std::size_t kRelations = static_cast<std::size_t>(Relation::count);

bool related(const visitor::Profile& profile, Relation relation, store::ItemIndex item);

// Lifetime: begin() borrows the profile and the items until the next begin(); what of() returns is
// good until then.
class Relations {
  public:
    void begin(const visitor::Profile& profile, std::span<const store::ItemIndex> items);
    // As related() of each item: 1 or 0. Found when it is first asked for.
    std::span<const std::uint8_t> of(Relation relation);

  private:
    void find(Relation relation, std::vector<std::uint8_t>& out) const;

    const visitor::Profile* profile_ = nullptr;
    std::span<const store::ItemIndex> items_;
    std::array<std::vector<std::uint8_t>, kRelations> known_;  // empty: not found yet
};

}  // namespace pz::rules
