// SeenEvents: events that name themselves (parameter "eid") are learned once, however often a page
// with them is opened again or a beacon tries again. Remembers the newest 250,000 to 500,000 of
// them by a hash. Internal to learn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>

#include "learn/record_file.hpp"
#include "visitor/event.hpp"

namespace pz::learn {

class SeenEvents {
  public:
    static constexpr std::size_t kHalf = 250'000;

    // False: the visitor's event of this type, item, variant and eid was there before.
    bool add(std::string_view visitor, const visitor::Event& event);

    void save(RecordWriter& to) const;
    void restore(RecordReader& from);

  private:
    bool add(std::uint64_t hash);

    std::unordered_set<std::uint64_t> newer_,
        older_;  // when the newer is full it becomes the older
};

}  // namespace pz::learn
