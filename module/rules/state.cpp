// The life of a rule file's VM, and calls into it.
#include "rules/state.hpp"

#include <algorithm>
#include <utility>

#include "rules/marks.hpp"
#include "rules/message.hpp"

namespace pz::rules {
namespace {

constexpr std::string_view kOutOfTime =
    "out of time: the rules of a placement share one budget; do less here";

// Who had no less than this part of the budget has used it up itself.
constexpr std::int64_t kFairShare = 8;

}  // namespace

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
    if (renewed || failed_starts >= limits.max_overruns) {
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

RuleSet::State::Fault& RuleSet::State::fault(Vm::Call kind, std::size_t index) {
    return (kind == Vm::Call::segment ? segment_faults : rule_faults)[index];
}

std::string RuleSet::State::title(Vm::Call kind, std::size_t index) const {
    return kind == Vm::Call::segment ? "segment '" + definitions.segments[index] + "': "
                                     : "rule '" + rule_names[index] + "': ";
}

// Counts a failure of a rule (any call but segment) or segment.
void RuleSet::State::fail(Vm::Call kind, std::size_t index, const Status& status,
                          Outcome& outcome) {
    Fault& at = fault(kind, index);
    ++at.failures;
    at.unsaid = true;
    if (at.error != status.message()) {
        at.error = status.message();
    }
    ++outcome.failed;
    if (outcome.error.empty()) {
        outcome.error = explain(at.error, name, title(kind, index));
    }
}

// Whether the rule is to blame: an error is its own; time and memory may have been used by others.
void RuleSet::State::strike(Fault& fault, const Status& status, std::int64_t cut, bool alone) {
    if (vm->met_cap() || vm->broken()) {
        recover(fault.strikes, alone);
    } else if (!bridge.out_of_time || cut >= std::int64_t{limits.budget_us} * 1000 / kFairShare) {
        ++fault.strikes;
    }
    if (rests(fault)) {
        fault.error = with_reason(status.message(), "rests until the file changes, after " +
                                                        std::to_string(fault.strikes) +
                                                        " failures in a row: ");
    }
}

void RuleSet::State::resolve(const store::Snapshot& now) {
    if (snapshot == &now && generation == now.generation() && created == now.created()) {
        return;
    }
    snapshot = nullptr;  // until all is resolved
    page = 0;
    bridge.margin = margin_columns(now);
    for (Rule& rule : definitions.rules) {
        rule.resolve(now);
    }
    for (Program& program : definitions.segment_programs) {
        program.resolve(now);
    }
    snapshot = &now;
    generation = now.generation();
    created = now.created();
    if (vm != nullptr && !vm->reset().ok()) {
        restart();
    }
}

void RuleSet::State::look_at(std::span<const Candidate> candidates) {
    items.resize(candidates.size() + 1);
    items.back() = store::kNoItem;
    visible.assign(candidates.size(), [&](std::size_t i) {
        items[i] = candidates[i].item;
        return candidates[i].hidden == 0 && candidates[i].item != store::kNoItem;
    });
}

bool RuleSet::State::begin(const Context& context, std::span<const Candidate> candidates) {
    if (context.snapshot == nullptr) {
        return false;
    }
    renewed = false;
    tidied = false;
    started = goes_on;
    look_at(candidates);
    bridge.bind(context, items);
    resolve(*context.snapshot);
    begin_page(context);
    if (vm == nullptr) {
        restart();
    }
    places.resize(candidates.size());
    answers.resize(candidates.size());
    amounts.resize(candidates.size());
    bridge.frame.places = places.data();
    bridge.frame.answers = answers.data();
    bridge.frame.amounts = amounts.data();
    return true;
}

void RuleSet::State::begin_page(const Context& context) {
    if (context.page == 0 || context.page != page) {
        meant.assign(definitions.rules.size(), Known::no);
        true_when.assign(definitions.rules.size(), Known::no);
        true_here.clear();
    }
    page = context.page;
    begin_place(context);
}

void RuleSet::State::begin_place(const Context& context) {
    if (true_here.empty() || place.placement != context.placement ||
        place.category != context.category || place.query != context.query ||
        place.page_item != context.page_item) {
        true_here.assign(definitions.rules.size(), Known::no);
        place.placement = context.placement;
        place.category = context.category;
        place.query = context.query;
        place.page_item = context.page_item;
    }
}

// One rule may use half of what is left, so that a runaway leaves the others their time. A call that did
// not look at the clock was short: the next one goes on with its fuel.
Status RuleSet::State::call(Vm::Call kind, std::size_t index, std::size_t asked, bool* answer) {
    Fault& at = fault(kind, index);
    if (rests(at)) {
        return Status::error(at.error);
    }
    if (!started) {
        started = true;
        bridge.budget.give(limits.budget_us);
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
    bridge.out_of_time = false;
    Status status = vm->call(kind, index, asked, answer);
    bridge.budget.restore(cut);
    if (!status.ok()) {
        strike(at, status, cut, alone);
    }
    return rests(at) ? Status::error(at.error) : status;
}

// The marked candidates, one after the other.
Status RuleSet::State::call_each(Vm::Call kind, std::size_t index) {
    std::size_t asked = 0;
    marks.each([&](std::size_t i) {
        places[asked++] = static_cast<std::int32_t>(i);
        answers[i] = 1;
    });
    if (asked == 0) {
        return {};
    }
    Status status = call(kind, index, asked, nullptr);
    marks.keep([&](std::size_t i) { return answers[i] != 0; });
    return status;
}

// False when Lua has to be asked.
bool RuleSet::State::evaluate_each(const Program& program, Vm::Call kind) {
    if (program.empty()) {
        return false;
    }
    if (kind == Vm::Call::amount) {
        return evaluator.amounts(program, bridge, marks, amounts);
    }
    if (kind == Vm::Call::match) {
        return evaluator.keep(program, bridge, marks);
    }
    fulfil = marks;
    if (!evaluator.keep(program, bridge, fulfil)) {
        return false;
    }
    marks.remove(fulfil);
    return true;
}

// About each of the marked candidates.
Status RuleSet::State::ask_each(const Program& program, Vm::Call kind, std::size_t index) {
    return evaluate_each(program, kind) ? Status() : call_each(kind, index);
}

// About visitor and page.
Status RuleSet::State::ask_page(const Program& program, Vm::Call kind, std::size_t index,
                                bool* answer) {
    const bool known = !program.empty() && evaluator.ask(program, bridge, answer);
    return known ? Status() : call(kind, index, 0, answer);
}

}  // namespace pz::rules
