// Rules: a merchandiser's Lua file, loaded into a sandbox of its own, applied to candidates.
//
// The language is documented in lua/README.md. A rule file defines segments and rules; loading runs
// it once, under the same sandbox and budget. apply() then calls only what matches the placement.
//
// Failure of a rule (error, time, memory) is not failure of the page: its changes are undone, it is
// counted, and the other rules go on. What a rule over the memory cap costs us is not charged to
// them the first time in a page: garbage is collected, and if that is not enough, a new VM made.
// The second time, collecting is charged, and there is no VM until the next page. A rule that uses
// up its time or the memory again and again rests.
//
// The budget is held with the JIT on: fuel checks are compiled into every loop and function body of
// the file (see instrument.hpp; count hooks do not fire in traces), and library calls pay by their
// size. A runaway costs its half of the budget and what it does between two looks at the clock, all
// in all under 10 ms. Sandbox: text chunks only; no ffi, io, os, debug, package, jit, load*,
// coroutine, pcall, get/setfenv, metatables, string patterns or rep; memory capped by the
// allocator.
//
// Thread rules: one RuleSet per thread. Lifetime: everything in the Context must live through the
// call. C++ exceptions never cross Lua frames; no function here throws.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/candidate.hpp"
#include "store/snapshot.hpp"
#include "store/status.hpp"
#include "visitor/profile.hpp"

namespace pz::rules {

struct Clock;
struct Definitions;

struct RuleLimits {
    // On the CPU. One call of apply() or segments(), all rules together; one rule may use half of
    // what is left.
    std::uint32_t budget_us = 5000;
    // One call of load(). A sound file needs a millisecond or two; a slow machine, or a sanitizer,
    // takes many times as long.
    std::uint32_t load_budget_us = 500'000;
    std::size_t memory = 2 * 1024 * 1024;
    std::size_t max_source = 256 * 1024;
    std::size_t max_rules = 256;  // and as many segments
    // A rule or segment that failed so often, and did not work in between, rests until the file is
    // loaded again. Time and memory of which others left it too little do not count.
    unsigned max_overruns = 10;
    const Clock* clock = nullptr;  // null: the system's; see budget.hpp
    // What `recommend` may name; empty: anything. Must live as long as the RuleSet.
    std::span<const std::string_view> recommenders;
};

struct Context {
    const store::Snapshot* snapshot = nullptr;
    const visitor::Profile* visitor = nullptr;  // empty profile: nothing known; never null
    bool consent = false;        // false: rules see an empty profile, whatever `visitor` holds
    std::string_view placement;  // its name
    store::ItemIndex page_item = store::kNoItem;
    std::string_view category;  // the page's, empty if none
    std::string_view query;     // the search term, empty if none
    // Values of `personalize_context`, by name.
    std::span<const std::pair<std::string_view, std::string_view>> variables;
    std::int64_t now = 0;  // unix seconds; local time by the process's time zone
    // Of RuleSet::new_page(), the same in all calls for a page: what is asked of its visitor and
    // time is then asked once. Only what stands at `placement` to `query` may differ between them.
    std::uint64_t page = 0;  // 0: nothing is remembered
};

struct Outcome {
    unsigned applied = 0;  // rules whose condition held
    unsigned failed = 0;   // rules undone or resting: error, time or memory
    // The first failure, for the log: "rules.lua:12: rule 'spring': attempt to ...". Empty when
    // none.
    std::string error;

    void add(Outcome later);
};

// What takes the place of a placement's recommenders.
struct Replacement {
    std::span<const std::string> recommenders;  // as long as the RuleSet; empty: nothing does
    std::size_t rule = 0;                       // whose doing it is
};

// Items of the catalog that a rule in force names, whatever recommenders thought of.
struct Nomination {
    enum class Reason : std::uint8_t {
        pinned,  // they have a place of their own
        alone,   // the others are taken out
        lifted,  // boosted
        left     // what a hide or require leaves in
    };
    std::size_t rule;
    Reason reason;
    std::span<const store::ItemIndex> items;  // available ones first, then by popularity
    float factor = 1;                         // lifted: of their scores
};

class RuleSet {
  public:
    // `name` stands in messages ("rules.lua:12: ..."). The error names line and remedy.
    static Result<std::unique_ptr<RuleSet>> load(std::string_view source, std::string_view name,
                                                 const RuleLimits& limits = {});
    ~RuleSet();
    RuleSet(const RuleSet&) = delete;
    RuleSet& operator=(const RuleSet&) = delete;

    std::uint64_t version() const;            // a hash of the source
    const std::string& version_text() const;  // its first 8 hex digits, as it is shown
    std::string_view source() const;
    std::span<const std::string> rule_names() const;
    std::span<const std::string> segment_names() const;

    // The names of the file's segments that the visitor is in are added to `out` (the Profile of
    // the context may be the one that is then given them).
    Outcome segments(const Context& context, std::vector<std::string>& out);

    // Rules that mix come last. Changes score, pin, hidden, label and rules of the candidates, no order;
    // those that are hidden or without an item (kNoItem) are left alone. A rule's `segment` looks at
    // the visitor's Profile: give it what segments() found before. Pins are unique: when a place is
    // taken, the next free one is used; of several matches the best score is pinned.
    Outcome apply(const Context& context, std::span<Candidate> candidates);

    // apply() once more for the same placement, with other candidates: counts nothing, and has what
    // is left of the time.
    Outcome apply_again(const Context& context, std::span<Candidate> candidates);

    // Of a candidate of the last apply(); empty for 0. Lifetime: until the next one.
    std::string_view label(std::uint16_t number) const;

    // Looks at up to `items` further items of the catalog for those that rules name by their tables;
    // false when all are known. Until then, of another generation too, what was known before is
    // nominated. Call it between requests.
    bool survey(const store::Snapshot& snapshot, std::int64_t now,
                std::size_t items = ~std::size_t{0});
    // What the rules in force for the placement name, at most 64 items each. apply() looks at them
    // as at all candidates: here nothing but their tables was asked. Failures go to `outcome`; on the
    // same page and placement apply() neither asks nor counts them again. Lifetime: until the next.
    std::span<const Nomination> nominate(const Context& context, Outcome& outcome);

    // Another number each time.
    std::uint64_t new_page();

    // The first rule that names other recommenders for the placement. Failures go to `outcome`.
    Replacement replacement(const Context& context, Outcome& outcome);

    // How often each rule was in force and found a candidate that it is for, since it was loaded.
    std::span<const std::uint64_t> uses() const;
    // Rules and segments that failed since the file was loaded.
    struct Failing {
        std::string_view kind;  // "rule" or "segment"
        std::string name;
        std::uint64_t failures;
        bool resting;
        std::string error;  // the last: "rules.lua:12: rule 'spring': attempt to ..."
    };
    std::vector<Failing> failing() const;
    // For the log: the errors of those that failed since they were given out here, each once a
    // minute. `now`: unix seconds.
    std::vector<std::string> take_complaints(std::int64_t now);
    // What functions asked for so far, and no catalog had, since the last call; at most 32.
    std::vector<std::string> take_unknown_columns();
    Definitions definitions() const;  // a copy, for those who look through a file
    // As apply(), but by one rule alone: so are its two ways, columns and Lua, compared in tests.
    Outcome apply_rule(std::size_t rule, const Context& context, std::span<Candidate> candidates);

    // Calls all functions of one rule, whatever its placement, segment, time and `when` say. Only
    // `failed` and `error` of the Outcome are set.
    Outcome try_rule(std::size_t rule, const Context& context, std::span<Candidate> candidates);

    // Collects garbage; call between requests.
    void collect();
    // Bytes that the VM holds.
    std::size_t memory() const;

  private:
    struct State;
    explicit RuleSet(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace pz::rules
