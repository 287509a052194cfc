#include "rules/rules.hpp"

#include <utility>

#include "rules/instrument.hpp"
#include "rules/message.hpp"
#include "rules/state.hpp"

namespace pz::rules {

void Outcome::add(Outcome later) {
    applied += later.applied;
    failed += later.failed;
    if (error.empty()) {
        error = std::move(later.error);
    }
}

namespace {

Nomination::Reason reason_of(Verb verb) {
    switch (verb) {
        case Verb::pin:
            return Nomination::Reason::pinned;
        case Verb::only:
            return Nomination::Reason::alone;
        case Verb::boost:
            return Nomination::Reason::lifted;
        default:
            return Nomination::Reason::left;
    }
}

}  // namespace

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
    state->survey = Survey(state->definitions.rules);
    state->rule_faults.resize(state->definitions.rules.size());
    state->rule_uses.resize(state->definitions.rules.size());
    state->segment_faults.resize(state->definitions.segments.size());
    return std::unique_ptr<RuleSet>(new RuleSet(std::move(state)));
}

std::uint64_t RuleSet::version() const {
    return state_->version;
}
const std::string& RuleSet::version_text() const {
    return state_->version_text;
}
std::string_view RuleSet::source() const {
    return state_->source;
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
        if (const State::Fault& fault = state.segment_faults[i]; state.rests(fault)) {
            state.fail(Vm::Call::segment, i, Status::error(fault.error), outcome);
            continue;
        }
        if (Status status = state.ask_page(state.definitions.segment_programs[i], Vm::Call::segment,
                                           i, &inside);
            !status.ok()) {
            state.fail(Vm::Call::segment, i, status, outcome);
            continue;
        }
        state.segment_faults[i].strikes = 0;
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
        state_->bridge.labels.clear();
        state_->run_all(false, candidates, outcome);
        state_->run_all(true, candidates, outcome);
        state_->bridge.release();
    }
    return outcome;
}

Outcome RuleSet::apply_again(const Context& context, std::span<Candidate> candidates) {
    const auto uses = state_->rule_uses;
    const auto faults = state_->rule_faults;
    state_->goes_on = state_->started;
    Outcome outcome = apply(context, candidates);
    state_->goes_on = false;
    state_->rule_uses = uses;
    state_->rule_faults = faults;
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

Outcome RuleSet::try_rule(std::size_t rule, const Context& context,
                          std::span<Candidate> candidates) {
    Outcome outcome;
    State& state = *state_;
    if (rule >= state.definitions.rules.size() || !state.begin(context, candidates)) {
        return outcome;
    }
    const Rule& tried = state.definitions.rules[rule];
    bool holds = false;
    Status status = tried.when_call
                        ? state.ask_page(tried.programs.when, Vm::Call::when, rule, &holds)
                        : Status();
    if (status.ok()) {
        status = state.select(tried, rule);
    }
    if (!status.ok()) {
        state.fail(Vm::Call::when, rule, status, outcome);
    }
    state.bridge.release();
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
        if (rule.verb != Verb::recommend || !state.in_force(i)) {
            continue;
        }
        bool holds = true;
        if (Status status = state.decide(rule, i, &holds); !status.ok()) {
            state.fail(Vm::Call::when, i, status, outcome);
            continue;
        }
        state.rule_faults[i].strikes = 0;
        if (holds) {
            found = {rule.recommend, i};
            ++state.rule_uses[i];
        }
    }
    state.bridge.release();
    return found;
}

bool RuleSet::survey(const store::Snapshot& snapshot, std::int64_t now, std::size_t items) {
    return state_->survey.look(snapshot, now, items);
}

std::span<const Nomination> RuleSet::nominate(const Context& context, Outcome& outcome) {
    State& state = *state_;
    state.nominations.clear();
    if (state.survey.empty() || !state.begin(context, {})) {
        return {};
    }
    for (const Survey::Named& named : state.survey.of(*context.snapshot)) {
        if (!named.items.empty() && state.nominates(named.rule, outcome)) {
            const Rule& rule = state.definitions.rules[named.rule];
            const bool lifted = rule.verb == Verb::boost;
            state.nominations.push_back({named.rule, reason_of(rule.verb), named.items,
                                         lifted ? static_cast<float>(rule.amount) : 1.0F});
        }
    }
    state.bridge.release();
    return state.nominations;
}

std::uint64_t RuleSet::new_page() {
    return ++state_->last_page;
}

std::string_view RuleSet::label(std::uint16_t number) const {
    return state_->bridge.labels.text(number);
}

std::span<const std::uint64_t> RuleSet::uses() const {
    return state_->rule_uses;
}

std::vector<RuleSet::Failing> RuleSet::failing() const {
    std::vector<Failing> list;
    const auto add = [&](Vm::Call kind, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const State::Fault& fault = state_->fault(kind, i);
            if (fault.failures > 0) {
                const bool segment = kind == Vm::Call::segment;
                list.push_back({segment ? "segment" : "rule",
                                segment ? segment_names()[i] : rule_names()[i], fault.failures,
                                state_->rests(fault),
                                explain(fault.error, state_->name, state_->title(kind, i))});
            }
        }
    };
    add(Vm::Call::segment, state_->segment_faults.size());
    add(Vm::Call::when, state_->rule_faults.size());
    return list;
}

std::vector<std::string> RuleSet::take_complaints(std::int64_t now) {
    constexpr std::int64_t kMinute = 60;
    std::vector<std::string> list;
    const auto add = [&](Vm::Call kind, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            State::Fault& fault = state_->fault(kind, i);
            if (fault.unsaid && (fault.told == 0 || now - fault.told >= kMinute)) {
                fault.told = now;
                fault.unsaid = false;
                list.push_back(explain(fault.error, state_->name, state_->title(kind, i)));
            }
        }
    };
    add(Vm::Call::segment, state_->segment_faults.size());
    add(Vm::Call::when, state_->rule_faults.size());
    return list;
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
