// Profile::Tastes: which attributes a visitor's items have in common, and the segment that follows.
// Internal to the room.
#pragma once

#include <cstddef>
#include <string_view>

#include "visitor/profile.hpp"

namespace pz::visitor {

class Profile::Tastes {
  public:
    // Of a profile that has its touches.
    explicit Tastes(const Profile& profile) : profile_(profile), snapshot_(*profile.snapshot_) {}

    void find_affinities();
    // The segment found by machine whose attributes the visitor's share most; empty when two are
    // about as near, or when there is one item only.
    std::string_view find_segment();

  private:
    void weigh_items();
    float decay(std::int64_t time) const;
    void add(std::size_t begin, store::FieldId field, store::ValueId value, float weight);
    void add_levels(std::size_t begin);
    void finish_field(std::size_t begin);

    const Profile& profile_;
    const store::Snapshot& snapshot_;
};

}  // namespace pz::visitor
