// What one rule does to the candidates of a placement.
#include <algorithm>
#include <utility>

#include "rules/effect.hpp"
#include "rules/marks.hpp"
#include "rules/state.hpp"

namespace pz::rules {

// For this visitor, at this time.
bool RuleSet::State::is_meant(const Rule& rule, const Context& context) const {
    const auto is_in = [&](const std::string& segment) {
        return bridge.visitor->in_segment(segment);
    };
    if (!rule.segments.empty() && std::none_of(rule.segments.begin(), rule.segments.end(), is_in)) {
        return false;
    }
    const std::int32_t zone = rule.schedule.zone;
    return rule.schedule.holds(zone < 0 ? bridge.time : bridge.zones.time(zone, context.now));
}

bool RuleSet::State::in_force(std::size_t index) {
    const Rule& rule = definitions.rules[index];
    const Context& context = *bridge.context;
    Known& known = meant[index];
    if (known == Known::fails || true_when[index] == Known::fails ||
        true_here[index] == Known::fails) {
        return false;
    }
    const auto on_placement = [&](const std::string& glob) {
        return glob_match(glob, context.placement);
    };
    if (!rule.on.empty() && std::none_of(rule.on.begin(), rule.on.end(), on_placement)) {
        return false;
    }
    if (known == Known::no) {
        known = is_meant(rule, context) ? Known::holds : Known::fails;
    }
    return known == Known::holds;
}

void RuleSet::State::narrow(std::span<const Condition> conditions, Marks& among) {
    for (const Condition& condition : conditions) {
        condition.narrow(*snapshot, bridge.columns, among);
    }
}

// Leaves the marks of those that do not fulfil the requirements.
void RuleSet::State::require(const Rule& rule) {
    fulfil = marks;
    narrow(rule.requirements, fulfil);
    marks.remove(fulfil);
}

Status RuleSet::State::select(const Rule& rule, std::size_t index) {
    marks = visible;
    narrow(rule.conditions, marks);
    if (rule.match_call) {
        if (Status status = ask_each(rule.programs.match, Vm::Call::match, index); !status.ok()) {
            return status;
        }
    }
    if (!rule.requirements.empty()) {
        require(rule);
    }
    if (rule.require_call) {
        return ask_each(rule.programs.require, Vm::Call::require, index);
    }
    if (rule.label_call) {
        return call_each(Vm::Call::label, index);
    }
    return rule.amount_call ? ask_each(rule.programs.amount, Vm::Call::amount, index) : Status();
}

Status RuleSet::State::ask_when(std::size_t index, bool* holds) {
    Known& known = true_here[index];
    if (true_when[index] != Known::no || known != Known::no) {
        *holds = true_when[index] == Known::holds || known == Known::holds;
        return {};
    }
    bridge.frame.asked_place = 0;
    Status status = ask_page(definitions.rules[index].programs.when, Vm::Call::when, index, holds);
    known = status.ok() && *holds ? Known::holds : Known::fails;
    if (status.ok() && bridge.frame.asked_place == 0) {
        true_when[index] = known;
    }
    return status;
}

Status RuleSet::State::hold(const Rule& rule, std::size_t index, bool* holds) {
    if (rests(rule_faults[index])) {  // also where nothing of it needs the VM
        return Status::error(rule_faults[index].error);
    }
    return rule.when_call ? ask_when(index, holds) : Status();
}

// All that the file is asked: whether the rule holds, for which candidates, by which factors.
Status RuleSet::State::decide(const Rule& rule, std::size_t index, bool* holds) {
    Status status = hold(rule, index, holds);
    return status.ok() && *holds ? select(rule, index) : std::move(status);
}

// One that rests is counted where it is applied.
bool RuleSet::State::nominates(std::size_t index, Outcome& outcome) {
    if (rests(rule_faults[index]) || !in_force(index)) {
        return false;
    }
    bool holds = true;
    if (Status status = hold(definitions.rules[index], index, &holds); !status.ok()) {
        fail(Vm::Call::when, index, status, outcome);
        return false;
    }
    if (!holds) {  // then nothing else of it is asked
        rule_faults[index].strikes = 0;
    }
    return holds;
}

Status RuleSet::State::run(std::size_t index, std::span<Candidate> candidates, bool* applied) {
    const Rule& rule = definitions.rules[index];
    if (!in_force(index)) {
        return {};
    }
    bool holds = true;
    if (Status status = decide(rule, index, &holds); !status.ok()) {
        return status;
    }
    rule_faults[index].strikes = 0;
    if (!holds) {
        return {};
    }
    carry_out(rule, index, candidates);
    *applied = true;
    return {};
}

// A candidate keeps the first.
void RuleSet::State::put_labels(const Rule& rule, std::size_t index,
                                std::span<Candidate> candidates) {
    const std::uint16_t own = rule.label_call ? std::uint16_t{0} : bridge.labels.add(rule.label);
    marks.each([&](std::size_t i) {
        if (candidates[i].label == 0) {
            candidates[i].label = rule.label_call ? static_cast<std::uint16_t>(amounts[i]) : own;
            sign(candidates[i], index);
        }
    });
}

// What was brought in for a pin, and has none, does not stay.
void RuleSet::State::leave_unpinned(std::span<const Candidate> candidates) {
    marks.keep([&](std::size_t i) {
        const std::size_t by = candidates[i].named_by;
        return by == 0 || candidates[i].pin != kNoPin ||
               definitions.rules[by - 1].verb != Verb::pin;
    });
}

void RuleSet::State::carry_out(const Rule& rule, std::size_t index,
                               std::span<Candidate> candidates) {
    if (rule.verb == Verb::only) {
        fulfil = visible;
        fulfil.remove(marks);
        std::swap(marks, fulfil);
    }
    if (!marks.any()) {
        return;
    }
    ++rule_uses[index];
    if (rule.verb == Verb::mix) {
        return mixer.mix(*snapshot, rule, index, marks, candidates);
    }
    if (rule.verb == Verb::label) {
        return put_labels(rule, index, candidates);
    }
    if (rule.verb == Verb::variant) {
        leave_unpinned(candidates);
        return prefer_variants(*snapshot, index, marks, candidates);
    }
    const auto factors =
        rule.amount_call ? std::span<const double>(amounts) : std::span<const double>();
    commit(rule, index, marks, factors, candidates);
    if (rule.verb == Verb::hide || rule.verb == Verb::only || rule.verb == Verb::require) {
        visible.remove(marks);
    }
}

void RuleSet::State::run_one(std::size_t index, std::span<Candidate> candidates, Outcome& outcome) {
    bool applied = false;
    if (Status status = run(index, candidates, &applied); !status.ok()) {
        fail(Vm::Call::when, index, status, outcome);
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

}  // namespace pz::rules
