#include "page/pairs.hpp"

#include <algorithm>

namespace pz::page {

Pairs::Pairs(const Plan& plan) : plan_(plan) {
    const bool any = std::any_of(plan.placements.begin(), plan.placements.end(),
                                 [](const Placement& each) { return each.has_data; });
    states_.assign(any ? plan.placements.size() : 0, State::none);
}

std::size_t Pairs::index(std::size_t placement) const {
    if (states_.empty()) {
        return kNone;
    }
    const Placement& at = plan_.placements[placement];
    return at.has_data ? placement : at.data ? placement - 1 : kNone;
}

void Pairs::see(std::size_t placement) {
    const std::size_t at = index(placement);
    if (at == kNone) {
        return;
    }
    State& state = states_[at];
    const State own = at == placement ? State::listing : State::data;
    if (state == State::none) {
        state = own;
        ++open_;
    } else if (state != own && (state == State::listing || state == State::data)) {
        state = State::both;
        --open_;
    }
}

void Pairs::expire() {
    for (State& state : states_) {
        state = state == State::both ? state : State::over;
    }
    open_ = 0;
}

std::size_t Pairs::take(std::size_t placement) {
    const std::size_t at = index(placement);
    if (at == kNone || states_[at] != State::both) {
        return kNone;
    }
    states_[at] = State::over;
    return at;
}

}  // namespace pz::page
