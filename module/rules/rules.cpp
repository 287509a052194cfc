#include "rules/rules.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "rules/bridge.hpp"
#include "rules/definition.hpp"
#include "rules/effect.hpp"
#include "rules/instrument.hpp"
#include "rules/marks.hpp"
#include "rules/message.hpp"
#include "rules/mix.hpp"
#include "rules/vm.hpp"

namespace pz::rules {
namespace {

constexpr std::string_view kOutOfTime =
    "out of time: the rules of a placement share one budget; do less here";

void note(Outcome& outcome, std::string message) {
    ++outcome.failed;
    if (outcome.error.empty()) {
        outcome.error = std::move(message);
    }
}

}  // namespace

void Outcome::add(Outcome later) {
    applied += later.applied;
    failed += later.failed;
    if (error.empty()) {
        error = std::move(later.error);
    }
}

struct RuleSet::State {
    RuleLimits limits;
    std::string name;
    std::string source;
    std::string instrumented;
    std::uint64_t version = 0;
    std::string version_text;
    Bridge bridge;
    std::unique_ptr<Vm> vm;  // null: to be made again, or it could not be
    Definitions definitions;
    std::vector<std::string> rule_names;
    bool replaces = false;  // some rule names recommenders
    // How often they used up the memory since they last worked; and how often in a row no VM could
    // be made.
    std::vector<unsigned> rule_strikes;
    std::vector<std::uint64_t> rule_uses;
    std::vector<unsigned> segment_strikes;
    unsigned failed_starts = 0;
    // In this call of apply() or segments().
    bool renewed = false;  // the VM was made again
    bool tidied = false;   // garbage was collected

    // What the conditions are resolved for; an address may be used again by another generation.
    const store::Snapshot* snapshot = nullptr;
    std::uint64_t generation = 0;
    std::int64_t created = 0;

    // Of the candidates; kept for their memory.
    std::vector<store::ItemIndex> items;  // and kNoItem behind them
    std::vector<std::uint8_t> visible;    // 1: a rule may select it
    std::vector<std::uint8_t> marks;      // 1: the rule selects it, as far as is known
    std::vector<std::uint8_t> fulfil;     // 1: of these, it has what the rule requires
    std::vector<std::int32_t> places;     // where the marks are
    std::vector<double> amounts;
    Mixer mixer;

    Status start(Definitions& out);
    void restart();
    void tidy();
    void recover(unsigned& count, bool alone);
    unsigned& strikes(Vm::Call kind, std::size_t index);
    bool begin(const Context& context, std::span<const Candidate> candidates);
    void resolve(const store::Snapshot& now);
    Status call(Vm::Call kind, std::size_t index, std::size_t asked, bool* answer);
    Status call_each(Vm::Call kind, std::size_t index);
    bool in_force(const Rule& rule, const Context& context) const;
    void look_at(std::span<const Candidate> candidates);
    Status decide(const Rule& rule, std::size_t index, bool* holds);
    void narrow(std::span<const Condition> conditions, std::span<std::uint8_t> among);
    void require(const Rule& rule);
    Status select(const Rule& rule, std::size_t index);
    void carry_out(const Rule& rule, std::size_t index, std::span<Candidate> candidates);
    void run_one(std::size_t index, std::span<Candidate> candidates, Outcome& outcome);
    void run_all(bool mixing, std::span<Candidate> candidates, Outcome& outcome);
    Status run(std::size_t index, std::span<Candidate> candidates, bool* applied);
};

// A fresh VM with the file in it.
Status RuleSet::State::start(Definitions& out) {
    vm = std::make_unique<Vm>(bridge, limits);
    bridge.budget.give(limits.load_budget_us);
    return vm->load(source, instrumented, out);
}

// In the place of a VM whose memory stays over its cap. The file has loaded before; its definitions
// are kept. A page does not pay for it, but has only one.
void RuleSet::State::restart() {
    vm.reset();
    if (renewed || failed_starts >= limits.max_memory_failures) {
        return;
    }
    renewed = true;
    const Budget budget = bridge.budget;
    const Moment before = budget.now();
    Definitions again;
    if (!start(again).ok() || again.rules.size() != definitions.rules.size()) {
        vm.reset();
        ++failed_starts;
    } else {
        failed_starts = 0;
    }
    bridge.budget = budget;
    bridge.budget.exclude(before);
}

// The first time in a page, it does not pay: who needs the room need not have made the garbage.
void RuleSet::State::tidy() {
    const Moment before = bridge.budget.now();
    vm->collect();
    if (!tidied) {
        bridge.budget.exclude(before);
    }
    tidied = true;
}

// After a call that met the memory limit. It is blamed when it used most of the memory `alone`, or
// when the memory stays in use; not when it met the garbage of others.
void RuleSet::State::recover(unsigned& count, bool alone) {
    if (!vm->broken()) {
        tidy();
    }
    count += alone || vm->broken() ? 1 : 0;
    if (vm->broken()) {
        restart();
    }
}

unsigned& RuleSet::State::strikes(Vm::Call kind, std::size_t index) {
    return (kind == Vm::Call::segment ? segment_strikes : rule_strikes)[index];
}

void RuleSet::State::resolve(const store::Snapshot& now) {
    if (snapshot == &now && generation == now.generation() && created == now.created()) {
        return;
    }
    snapshot = nullptr;  // until all is resolved
    bridge.margin = margin_columns(now);
    for (Rule& rule : definitions.rules) {
        rule.resolve(now);
    }
    snapshot = &now;
    generation = now.generation();
    created = now.created();
    if (vm != nullptr && !vm->reset().ok()) {
        restart();
    }
}

bool RuleSet::State::begin(const Context& context, std::span<const Candidate> candidates) {
    if (context.snapshot == nullptr) {
        return false;
    }
    renewed = false;
    tidied = false;
    items.resize(candidates.size());
    std::transform(candidates.begin(), candidates.end(), items.begin(),
                   [](const Candidate& candidate) { return candidate.item; });
    items.push_back(store::kNoItem);
    bridge.bind(context, items);
    resolve(*context.snapshot);
    if (vm == nullptr) {
        restart();
    }
    marks.resize(candidates.size());
    places.resize(candidates.size());
    amounts.resize(candidates.size());
    bridge.frame.places = places.data();
    bridge.frame.marks = marks.data();
    bridge.frame.amounts = amounts.data();
    look_at(candidates);
    bridge.budget.give(limits.budget_us);
    return true;
}

// One rule may use half of what is left, so that a runaway leaves the others their time.
Status RuleSet::State::call(Vm::Call kind, std::size_t index, std::size_t asked, bool* answer) {
    if (strikes(kind, index) >= limits.max_memory_failures) {
        return Status::error("met the memory limit again and again; rests until the file changes");
    }
    if (vm != nullptr && vm->crowded()) {
        tidy();
    }
    if (vm == nullptr) {
        return Status::error(failed_starts == 0
                                 ? "no Lua VM until the next page: the memory limit was met again"
                                 : "no Lua VM: the memory limit is too small for this file");
    }
    const bool alone = vm->memory() < limits.memory / 2;
    const std::int64_t cut = bridge.budget.halve();
    if (cut == 0) {
        return Status::error(std::string(kOutOfTime));
    }
    bridge.frame.place =
        static_cast<std::int32_t>(items.size() - 1);  // no item until one is asked about
    Status status = vm->call(kind, index, asked, answer);
    bridge.budget.restore(cut);
    if (vm->met_cap() || vm->broken()) {
        recover(strikes(kind, index), alone);
    }
    return status;
}

bool RuleSet::State::in_force(const Rule& rule, const Context& context) const {
    const auto on_placement = [&](const std::string& glob) {
        return glob_match(glob, context.placement);
    };
    if (!rule.on.empty() && std::none_of(rule.on.begin(), rule.on.end(), on_placement)) {
        return false;
    }
    const auto is_in = [&](const std::string& segment) {
        return bridge.visitor->in_segment(segment);
    };
    if (!rule.segments.empty() && std::none_of(rule.segments.begin(), rule.segments.end(), is_in)) {
        return false;
    }
    const std::int32_t zone = rule.schedule.zone;
    return rule.schedule.holds(zone < 0 ? bridge.time : bridge.zones.time(zone, context.now));
}

// The marked candidates, one after the other.
Status RuleSet::State::call_each(Vm::Call kind, std::size_t index) {
    std::size_t asked = 0;
    each_marked(marks, [&](std::size_t i) { places[asked++] = static_cast<std::int32_t>(i); });
    return asked == 0 ? Status() : call(kind, index, asked, nullptr);
}

void RuleSet::State::look_at(std::span<const Candidate> candidates) {
    visible.resize(candidates.size());
    std::transform(candidates.begin(), candidates.end(), visible.begin(),
                   [](const Candidate& candidate) -> std::uint8_t {
                       return candidate.hidden == 0 && candidate.item != store::kNoItem ? 1 : 0;
                   });
}

void RuleSet::State::narrow(std::span<const Condition> conditions, std::span<std::uint8_t> among) {
    for (const Condition& condition : conditions) {
        condition.narrow(*snapshot, bridge.columns, among);
    }
}

// Leaves the marks of those that do not fulfil the requirements.
void RuleSet::State::require(const Rule& rule) {
    fulfil = marks;
    narrow(rule.requirements, fulfil);
    for (std::size_t i = 0; i < marks.size(); ++i) {
        marks[i] &= static_cast<std::uint8_t>(1 - fulfil[i]);
    }
}

Status RuleSet::State::select(const Rule& rule, std::size_t index) {
    marks = visible;
    narrow(rule.conditions, marks);
    if (rule.match_call) {
        if (Status status = call_each(Vm::Call::match, index); !status.ok()) {
            return status;
        }
    }
    if (!rule.requirements.empty()) {
        require(rule);
    }
    if (rule.require_call) {
        return call_each(Vm::Call::require, index);
    }
    return rule.amount_call ? call_each(Vm::Call::amount, index) : Status();
}

// All that the file is asked: whether the rule holds, for which candidates, by which factors.
Status RuleSet::State::decide(const Rule& rule, std::size_t index, bool* holds) {
    if (rule.when_call) {
        if (Status status = call(Vm::Call::when, index, 0, holds); !status.ok() || !*holds) {
            return status;
        }
    }
    return select(rule, index);
}

Status RuleSet::State::run(std::size_t index, std::span<Candidate> candidates, bool* applied) {
    const Rule& rule = definitions.rules[index];
    if (!in_force(rule, *bridge.context)) {
        return {};
    }
    bool holds = true;
    if (Status status = decide(rule, index, &holds); !status.ok()) {
        return status;
    }
    rule_strikes[index] = 0;
    if (!holds) {
        return {};
    }
    carry_out(rule, index, candidates);
    *applied = true;
    return {};
}

void RuleSet::State::carry_out(const Rule& rule, std::size_t index,
                               std::span<Candidate> candidates) {
    const std::uint8_t wanted = rule.verb == Verb::only ? 0 : 1;
    if (std::memchr(marks.data(), wanted, marks.size()) == nullptr) {
        return;
    }
    ++rule_uses[index];
    if (rule.verb == Verb::mix) {
        return mixer.mix(*snapshot, rule, index, marks, candidates);
    }
    if (rule.verb == Verb::variant) {
        return prefer_variants(*snapshot, index, marks, candidates);
    }
    const auto factors =
        rule.amount_call ? std::span<const double>(amounts) : std::span<const double>();
    commit(rule, index, marks, factors, candidates);
    if (rule.verb == Verb::hide || rule.verb == Verb::only || rule.verb == Verb::require) {
        look_at(candidates);
    }
}

void RuleSet::State::run_one(std::size_t index, std::span<Candidate> candidates, Outcome& outcome) {
    bool applied = false;
    if (Status status = run(index, candidates, &applied); !status.ok()) {
        note(outcome, explain(status.message(), name, "rule '" + rule_names[index] + "': "));
    }
    outcome.applied += applied ? 1 : 0;
}

// Rules that mix need the order that all others made.
void RuleSet::State::run_all(bool mixing, std::span<Candidate> candidates, Outcome& outcome) {
    for (std::size_t i = 0; i < definitions.rules.size(); ++i) {
        const Verb verb = definitions.rules[i].verb;
        if (verb == Verb::recommend || (verb == Verb::mix) != mixing) {
            continue;
        }
        run_one(i, candidates, outcome);
    }
}

RuleSet::RuleSet(std::unique_ptr<State> state) : state_(std::move(state)) {}
RuleSet::~RuleSet() = default;

Result<std::unique_ptr<RuleSet>> RuleSet::load(std::string_view source, std::string_view name,
                                               const RuleLimits& limits) {
    auto state = std::make_unique<State>();
    state->limits = limits;
    state->name = name;
    state->bridge.recommenders = limits.recommenders;
    if (limits.clock != nullptr) {
        state->bridge.budget = Budget(*limits.clock);
    }
    if (source.size() > limits.max_source) {
        return Status::error(state->name + ": " + std::to_string(source.size()) +
                             " bytes, more than the limit of " + std::to_string(limits.max_source) +
                             ": split the file");
    }
    auto instrumented = instrument(source);
    if (!instrumented.ok()) {
        return Status::error(explain(instrumented.message(), state->name, ""));
    }
    state->source = source;
    state->instrumented = std::move(*instrumented);
    state->version = hash_of(source);
    state->version_text = first_digits(state->version);
    if (Status started = state->start(state->definitions); !started.ok()) {
        return Status::error(explain(started.message(), state->name, ""));
    }
    for (const Rule& rule : state->definitions.rules) {
        state->rule_names.push_back(rule.name);
        state->replaces = state->replaces || rule.verb == Verb::recommend;
    }
    state->rule_strikes.resize(state->definitions.rules.size());
    state->rule_uses.resize(state->definitions.rules.size());
    state->segment_strikes.resize(state->definitions.segments.size());
    return std::unique_ptr<RuleSet>(new RuleSet(std::move(state)));
}

std::uint64_t RuleSet::version() const {
    return state_->version;
}
const std::string& RuleSet::version_text() const {
    return state_->version_text;
}
std::span<const std::string> RuleSet::rule_names() const {
    return state_->rule_names;
}
std::span<const std::string> RuleSet::segment_names() const {
    return state_->definitions.segments;
}

Outcome RuleSet::segments(const Context& context, std::vector<std::string>& out) {
    Outcome outcome;
    State& state = *state_;
    if (!state.begin(context, {})) {
        return outcome;
    }
    const auto& names = state.definitions.segments;
    for (std::size_t i = 0; i < names.size(); ++i) {
        bool inside = false;
        if (Status status = state.call(Vm::Call::segment, i, 0, &inside); !status.ok()) {
            note(outcome, explain(status.message(), state.name, "segment '" + names[i] + "': "));
            continue;
        }
        state.segment_strikes[i] = 0;
        if (inside) {
            ++outcome.applied;
            state.bridge.segments.push_back(names[i]);
            out.push_back(names[i]);
        }
    }
    state.bridge.release();
    return outcome;
}

Outcome RuleSet::apply(const Context& context, std::span<Candidate> candidates) {
    Outcome outcome;
    if (!candidates.empty() && state_->begin(context, candidates)) {
        state_->run_all(false, candidates, outcome);
        state_->run_all(true, candidates, outcome);
        state_->bridge.release();
    }
    return outcome;
}

Outcome RuleSet::apply_rule(std::size_t rule, const Context& context,
                            std::span<Candidate> candidates) {
    Outcome outcome;
    if (rule < state_->definitions.rules.size() && !candidates.empty() &&
        state_->begin(context, candidates)) {
        state_->run_one(rule, candidates, outcome);
        state_->bridge.release();
    }
    return outcome;
}

Replacement RuleSet::replacement(const Context& context, Outcome& outcome) {
    State& state = *state_;
    Replacement found;
    if (!state.replaces || !state.begin(context, {})) {
        return found;
    }
    for (std::size_t i = 0; i < state.definitions.rules.size() && found.recommenders.empty(); ++i) {
        const Rule& rule = state.definitions.rules[i];
        if (rule.verb != Verb::recommend || !state.in_force(rule, context)) {
            continue;
        }
        bool holds = true;
        if (Status status = state.decide(rule, i, &holds); !status.ok()) {
            note(outcome,
                 explain(status.message(), state.name, "rule '" + state.rule_names[i] + "': "));
        } else if (holds) {
            found = {rule.recommend, i};
            ++state.rule_uses[i];
        }
    }
    state.bridge.release();
    return found;
}

std::span<const std::uint64_t> RuleSet::uses() const {
    return state_->rule_uses;
}

std::vector<std::string> RuleSet::take_unknown_columns() {
    return std::exchange(state_->bridge.unknown_columns, {});
}

Definitions RuleSet::definitions() const {
    return state_->definitions;
}

void RuleSet::collect() {
    if (state_->vm == nullptr) {
        return;
    }
    state_->vm->collect();
    if (state_->vm->broken()) {
        state_->vm.reset();  // the next page makes a new one
    }
}

std::size_t RuleSet::memory() const {
    return state_->vm == nullptr ? 0 : state_->vm->memory();
}

}  // namespace pz::rules
