// What is known of the visitor: asked of Redis while the origin answers, or before, and made a
// profile.
#include "nginx/clock.hpp"
#include "nginx/request.hpp"
#include "visitor/fields.hpp"

namespace pz::ngx {

namespace {

std::string joined(std::span<const std::string> names) {
    std::string text;
    for (const std::string& name : names) {
        text.append(text.empty() ? "" : ",").append(name);
    }
    return text;
}

}  // namespace

// Only a page that waits for them is sure to have its visitor's own events.
bool Request::on_events() {
    if (hold_ != Hold::placement || skip_ != Skip::none) {
        return false;
    }
    build_profile();
    return true;
}

// Not held: the request may be in a phase of another module; the body will ask.
void Request::on_looked_up() noexcept {
    if (lookup_.state() == Lookup::State::failed) {
        skip(Skip::redis);
    }
    if (awaits_lookup()) {
        resume();
    } else if (hold_ != Hold::none) {
        wake();
    }
}

bool Request::await_lookup() {
    const bool waits = reads_ && lookup_.pending();
    wait_ = waits ? Wait::waits : Wait::none;
    if (waits) {
        hold_began_us_ = monotonic_us();
        deadline_.set(location_->timeout);
    }
    return waits;
}

bool Request::take_resumed() {
    return std::exchange(wait_, Wait::none) == Wait::over;
}

// After that the request may be gone.
void Request::resume() {
    ngx_connection_t* c = r_->connection;
    wait_ = Wait::over;
    held_us_ += monotonic_us() - hold_began_us_;
    deadline_.unset();
    ngx_http_set_log_request(c->log, r_);
    ngx_http_core_run_phases(r_);
    ngx_http_run_posted_requests(c);
}

// Of the worker's snapshot, if there is one; the texts are not asked for again.
void Request::build_profile() {
    snapshot_ = worker_.snapshot();
    profiled_ = true;
    std::vector<std::string_view>& events = work_->events;
    if (snapshot_ != nullptr) {
        events.insert(events.begin(), own_events_.begin(), own_events_.end());
        desk().profile.build(*snapshot_, events, work_->traits, now());
    }
    events.clear();
}

std::string_view Request::trait(std::string_view name) const {
    for (const auto& [key, value] : work_->traits) {
        if (visitor::matches_variable(name, key)) {
            return value;
        }
    }
    return {};
}

// Those of the page, once there is one; before, where the location waited for the lookup.
std::string Request::segments() {
    if (profiled_ && snapshot_ != nullptr) {
        return joined(desk().profile.segments());
    }
    if (reads_ && !profiled_ && !segments_ && lookup_.state() == Lookup::State::ready) {
        find_segments();
    }
    return segments_.value_or(std::string());
}

void Request::add_rule_segments(rules::RuleSet& rules, const store::Snapshot& snapshot,
                                visitor::Profile& profile) {
    std::vector<std::pair<std::string_view, std::string_view>> values;
    for (const auto& [name, value] : location_->context->context) {
        values.emplace_back(name, evaluate(r_, value));
    }
    rules::Context context;
    context.snapshot = &snapshot;
    context.visitor = &profile;
    context.consent = true;
    context.variables = values;
    context.now = now();
    std::vector<std::string> names;
    worker_.stats().rules_failed.add(rules.segments(context, names).failed);
    for (const std::string& name : names) {
        profile.add_segment(name);
    }
}

// By a profile of the moment: the page makes its own, with the events of this request.
void Request::find_segments() {
    segments_.emplace();  // should a value that they depend on ask for them
    const SnapshotPtr snapshot = worker_.snapshot();
    if (snapshot == nullptr) {
        *segments_ = trait("segment");
        return;
    }
    visitor::Profile& profile = desk().profile;
    profile.build(*snapshot, work_->events, work_->traits, now());
    if (RuleWatch* const watch = worker_.rules(location_->rules)) {
        const std::shared_ptr<rules::RuleSet> rules = watch->current();
        if (rules != nullptr) {
            add_rule_segments(*rules, *snapshot, profile);
        }
    }
    *segments_ = joined(profile.segments());
}

}  // namespace pz::ngx
