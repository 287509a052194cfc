// Survey: which items of the whole catalog the tables of a file's rules name, so that a rule reaches
// those that no recommender thought of.
//
// The catalog is looked through a few thousand items at a time, once for each generation and file;
// what was found for the generation before is used until that is done. Only rules with
// tables are surveyed, and verbs for which other items are of use. Thread rules: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rules/definition.hpp"
#include "rules/rules.hpp"

namespace pz::rules {

class Survey {
  public:
    static constexpr std::size_t kMost = 64;  // items of a rule

    Survey() = default;
    explicit Survey(const std::vector<Rule>& rules);

    // What a rule names: items that it pins, boosts or leaves in.
    struct Named {
        std::size_t rule;
        Verb verb;
        std::vector<store::ItemIndex> items;  // available ones first, then by popularity
    };
    bool empty() const { return named_.empty(); }
    // Of this snapshot: as far as they are known, for those items that it has.
    std::span<const Named> of(const store::Snapshot& snapshot);

    // Looks at up to `count` further items. False: all are known.
    bool look(const store::Snapshot& snapshot, std::int64_t now, std::size_t count);

  private:
    // An address may be used again by another generation.
    struct Generation {
        const store::Snapshot* snapshot = nullptr;
        std::uint64_t generation = 0;
        std::int64_t created = 0;
        bool operator==(const Generation&) const = default;
    };
    static Generation generation_of(const store::Snapshot& snapshot);
    struct Found {
        store::ItemIndex item;
        float popularity;
        bool available;
    };
    // Of one of named_.
    struct Search {
        std::vector<Condition> conditions, requirements;
        std::vector<Found> best;       // a heap, the least one first
        std::vector<std::string> ids;  // what was found when all was looked at, for the next one
    };

    static bool better(const Found& a, const Found& b);
    void begin(const store::Snapshot& snapshot);
    void look_at_block(const Context& context, store::ItemIndex first, std::size_t count);
    void search(const Context& context, Verb verb, Search& search);
    static void offer(const store::Snapshot& snapshot, store::ItemIndex item,
                      std::vector<Found>& best);
    void finish(const store::Snapshot& snapshot);

    std::vector<Named> named_;
    std::vector<Search> searches_;  // one for each
    Generation named_of_;           // whose items these are
    Generation looked_at_;
    std::size_t next_ = 0;  // item to look at
    // Of a block; kept for their memory.
    std::vector<store::ItemIndex> block_;
    Columns columns_;
    Marks all_, marks_, fulfil_;
};

}  // namespace pz::rules
