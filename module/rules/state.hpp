// State: what a RuleSet has and does. Internal to the room.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rules/bridge.hpp"
#include "rules/definition.hpp"
#include "rules/mix.hpp"
#include "rules/rules.hpp"
#include "rules/survey.hpp"
#include "rules/vm.hpp"

namespace pz::rules {

struct RuleSet::State {
    RuleLimits limits;
    std::string name;
    std::string source;
    Instrumented instrumented;
    std::uint64_t version = 0;
    std::string version_text;
    Bridge bridge;
    std::unique_ptr<Vm> vm;  // null: to be made again, or it could not be
    Definitions definitions;
    std::vector<std::string> rule_names;
    bool replaces = false;  // some rule names recommenders
    std::vector<std::uint64_t> rule_uses;
    // What went wrong with a rule or segment.
    struct Fault {
        unsigned strikes = 0;        // since it last worked
        std::uint64_t failures = 0;  // since the file was loaded
        std::int64_t told = 0;       // when take_complaints() gave it, unix seconds; 0: never
        bool unsaid = false;         // it failed since
        std::string error;           // the last, as the VM says it
    };
    std::vector<Fault> rule_faults, segment_faults;
    unsigned failed_starts = 0;  // so often in a row no VM could be made
    // In this call of apply() or segments().
    bool started = false;  // the budget runs
    bool goes_on = false;  // and does not begin anew
    bool renewed = false;  // the VM was made again
    bool tidied = false;   // garbage was collected

    // What is known of each rule for all placements of the page: whether it is for this visitor and
    // time; whether its `when` holds, which is only known of a place if that asked about it.
    enum class Known : std::uint8_t { no, holds, fails };
    std::uint64_t page = 0;
    std::uint64_t last_page = 0;  // given out
    std::vector<Known> meant;
    std::vector<Known> true_when;
    struct Place {
        std::string placement, category, query;
        store::ItemIndex page_item = store::kNoItem;
    };
    Place place;
    std::vector<Known> true_here;

    Survey survey;
    std::vector<Nomination> nominations;

    // What the conditions are resolved for; an address may be used again by another generation.
    const store::Snapshot* snapshot = nullptr;
    std::uint64_t generation = 0;
    std::int64_t created = 0;

    // Of the candidates; kept for their memory.
    std::vector<store::ItemIndex> items;  // and kNoItem behind them
    Marks visible;                        // a rule may select it
    Marks marks;                          // the rule selects it, as far as is known
    Marks fulfil;                         // of these, it has what the rule requires
    std::vector<std::int32_t> places;     // where the marks are, for Lua
    std::vector<std::uint8_t> answers;    // of Lua: 0 takes the mark away
    std::vector<double> amounts;          // factors, or numbers of labels
    Mixer mixer;
    Evaluator evaluator;

    Status start(Definitions& out);
    void restart();
    void tidy();
    void recover(unsigned& count, bool alone);
    void look_at(std::span<const Candidate> candidates);
    Fault& fault(Vm::Call kind, std::size_t index);
    std::string title(Vm::Call kind, std::size_t index) const;
    void fail(Vm::Call kind, std::size_t index, const Status& status, Outcome& outcome);
    bool rests(const Fault& fault) const { return fault.strikes >= limits.max_overruns; }
    void strike(Fault& fault, const Status& status, std::int64_t cut, bool alone);
    bool begin(const Context& context, std::span<const Candidate> candidates);
    void resolve(const store::Snapshot& now);
    Status call(Vm::Call kind, std::size_t index, std::size_t asked, bool* answer);
    Status call_each(Vm::Call kind, std::size_t index);
    bool evaluate_each(const Program& program, Vm::Call kind);
    Status ask_each(const Program& program, Vm::Call kind, std::size_t index);
    Status ask_page(const Program& program, Vm::Call kind, std::size_t index, bool* answer);
    void begin_page(const Context& context);
    void begin_place(const Context& context);
    bool is_meant(const Rule& rule, const Context& context) const;
    bool in_force(std::size_t index);
    Status ask_when(std::size_t index, bool* holds);
    Status hold(const Rule& rule, std::size_t index, bool* holds);
    void leave_unpinned(std::span<const Candidate> candidates);
    bool nominates(std::size_t index, Outcome& outcome);
    Status decide(const Rule& rule, std::size_t index, bool* holds);
    void narrow(std::span<const Condition> conditions, Marks& among);
    void require(const Rule& rule);
    Status select(const Rule& rule, std::size_t index);
    void put_labels(const Rule& rule, std::size_t index, std::span<Candidate> candidates);
    void carry_out(const Rule& rule, std::size_t index, std::span<Candidate> candidates);
    void run_one(std::size_t index, std::span<Candidate> candidates, Outcome& outcome);
    void run_all(bool mixing, std::span<Candidate> candidates, Outcome& outcome);
    Status run(std::size_t index, std::span<Candidate> candidates, bool* applied);
};

}  // namespace pz::rules
