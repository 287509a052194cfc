// Mix: an order in which no brand, or what else a column says, crowds out the others.
//
// The scores of the selected candidates stay the same numbers, but who has which changes: from the
// best place on, each gets the best candidate that is left and that no limit holds back; when every
// one is held back, the best. A candidate that another rule pinned stands where it is pinned and
// counts there. Only the first kMixed places are looked at, the rest keep their order behind them.
// Thread rules: one thread for each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rules/candidate.hpp"
#include "rules/definition.hpp"
#include "rules/marks.hpp"
#include "store/snapshot.hpp"

namespace pz::rules {

inline constexpr std::size_t kMixed = 200;  // places; no placement shows more

class Mixer {
  public:
    // Those without a mark are left alone.
    void mix(const store::Snapshot& snapshot, const Rule& rule, std::size_t number,
             const Marks& marks, std::span<Candidate> candidates);

  private:
    struct Count {
        store::ValueId value;
        std::uint32_t count;
    };
    // What one limit has seen so far.
    struct Seen {
        std::vector<Count> counts;
        store::ValueId last;
    };

    void rank(const store::Snapshot& snapshot, const Marks& marks,
              std::span<const Candidate> candidates);
    bool held_back(std::span<const MixLimit> limits, std::uint32_t candidate) const;
    void note(std::span<const MixLimit> limits, std::uint32_t candidate);
    std::size_t next_allowed(std::span<const MixLimit> limits) const;
    void hand_out(std::size_t number, std::span<Candidate> candidates) const;

    // Kept for their memory.
    std::vector<std::uint32_t> left_;     // candidates, best first
    std::vector<std::uint32_t> mixed_;    // the new order
    std::vector<std::uint32_t> pinned_;   // by place
    std::vector<float> scores_;           // best first
    std::vector<store::ValueId> values_;  // of each candidate, limit after limit
    std::vector<Seen> seen_;
};

}  // namespace pz::rules
