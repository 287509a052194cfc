// What is known of the visitor: asked of Redis while the origin answers, and made a profile.
#include "nginx/request.hpp"

namespace pz::ngx {

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
    if (hold_ != Hold::none) {
        wake();
    }
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

}  // namespace pz::ngx
