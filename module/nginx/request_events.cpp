// What a request leaves behind: the events its location records, and the impressions of its
// placements.
#include <algorithm>
#include <array>

#include "nginx/request.hpp"
#include "nginx/seen_price.hpp"
#include "nginx/visit.hpp"
#include "visitor/beacon.hpp"
#include "visitor/identity.hpp"
#include "visitor/shown_list.hpp"
#include "visitor/values.hpp"

namespace pz::ngx {

namespace {

// GA4's own limit for the items of one event, as in a beacon.
constexpr std::size_t kMaxItems = visitor::BeaconLimits().max_items;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    return text;
}

// The parts of a comma-separated list, as many as an event may have items; at least one.
std::vector<std::string_view> split(std::string_view list) {
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    std::size_t end = 0;
    while (end != std::string_view::npos && parts.size() < kMaxItems) {
        end = list.find(',', begin);
        parts.push_back(trimmed(list.substr(begin, end - begin)));
        begin = end + 1;
    }
    return parts;
}

// Sums over all items of a purchase or cart.
bool is_sum(std::string_view parameter) {
    return parameter == "value" || parameter == "tax" || parameter == "shipping";
}

// A parameter's values, one for each item; the only one counts for all, or, where it is a sum, for
// the first alone, so that sums over events stay right.
struct Values {
    std::string_view name;
    std::vector<std::string_view> parts;

    std::string_view of(std::size_t item) const {
        if (parts.size() == 1 && !is_sum(name)) {
            return parts.front();
        }
        return item < parts.size() ? parts[item] : std::string_view();
    }
};

// An id as written, or a link that the catalog knows. Empty: a link to something else.
std::string_view item_id(const store::Snapshot* snapshot, std::string_view text) {
    if (text.find('/') == std::string_view::npos) {
        return text;
    }
    const store::ItemIndex item = snapshot != nullptr ? snapshot->find_link(text) : store::kNoItem;
    return item != store::kNoItem ? snapshot->id(item) : std::string_view();
}

visitor::Event shown_list(std::span<const Values> parameters, std::span<const std::string_view> ids,
                          const store::Snapshot* snapshot) {
    visitor::ShownList list;
    for (const Values& values : parameters) {
        list.name = values.name == "list" ? values.of(0) : list.name;
    }
    for (const std::string_view id : ids) {
        const std::string_view item = item_id(snapshot, id);
        list.items.push_back(item.size() <= visitor::kMaxItemIdLength ? item : std::string_view());
    }
    return visitor::list_event(list, ngx_time());
}

constexpr std::string_view kSegment = "segment";

// Where the shop does not say for itself.
void add_segments(std::span<visitor::Event> events, std::string_view segments) {
    for (visitor::Event& event : events) {
        if (event.parameter(kSegment).empty()) {
            (void)visitor::add_parameter(event, kSegment, segments);
        }
    }
}

}  // namespace

void Request::on_written(bool) noexcept {
    write_ = nullptr;
    if (hold_ != Hold::none) {
        wake();
    }
}

void Request::on_joined() noexcept {
    join_ = nullptr;
    if (hold_ != Hold::none) {
        wake();
    }
}

bool Request::counts() {
    const bool somebody = !visitor_.empty() || location_->aliases();
    if (!wanted_ || !consent_ || !somebody) {
        return false;
    }
    const bool visit = from_visitor(r_);
    worker_.stats().not_of_visitors.add(visit ? 0 : 1);
    return visit;
}

void Request::join_visitors() {
    if (!location_->aliases()) {
        return;
    }
    const std::string_view from = evaluate(r_, location_->alias->from);
    const std::string_view to = evaluate(r_, location_->alias->to);
    if (join_ != nullptr) {  // another answer of this request
        join_->forget();
        join_ = nullptr;
    }
    if (from != to && visitor::valid_visitor_id(from) && visitor::valid_visitor_id(to)) {
        write_events();  // first, for the join reads what is there
        join_ = worker_.join(from, to, *this);
    }
}

void Request::record_events() {
    if (!may_write()) {
        return;
    }
    std::vector<visitor::Event> events;
    for (const auto& rule : location_->events->events) {
        if (rule.when == nullptr || truthy(evaluate(r_, rule.when))) {
            collect_events(rule, events);
        }
    }
    std::erase_if(events, [this](const visitor::Event& event) { return add_shown_list(event); });
    visitor::Lines lines;
    for (visitor::Event& event : events) {
        if (!lines.number(event)) {  // it would be taken for a repetition
            worker_.stats().values_refused.add();
        }
    }
    if (events.empty()) {
        return;
    }
    // For this very page, too.
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
        own_events_.push_back(visitor::format_event(*event));
    }
    write_events();           // of another answer of this request
    if (write_ != nullptr) {  // likewise
        Worker::forget(write_);
        write_ = nullptr;
    }
    events_ = std::move(events);
    if (!lookup_.pending()) {
        write_events();
    }
}

void Request::write_events() {
    if (events_.empty()) {
        return;
    }
    for (const auto& [name, value] : work_->traits) {
        if (name == kSegment && !value.empty()) {
            add_segments(events_, value);
        }
    }
    const auto events = std::exchange(events_, {});
    write_ = worker_.write_events(visitor_, events, *this);
}

void Request::collect_events(const EventRule& rule, std::vector<visitor::Event>& events) {
    const std::string_view items = evaluate(r_, rule.item);
    if (rule.item != nullptr && items.empty()) {
        return;
    }
    const SnapshotPtr snapshot = worker_.snapshot();
    std::vector<Values> parameters;
    for (const auto& [name, value] : rule.parameters) {
        parameters.push_back({name, split(evaluate(r_, value))});
    }
    const bool priced = std::any_of(parameters.begin(), parameters.end(),
                                    [](const Values& values) { return values.name == "price"; });
    visitor::Event blank;
    blank.type = visitor::event_type(rule.name);
    blank.name = rule.name;
    blank.time = ngx_time();
    const auto ids = split(items);
    if (blank.type == visitor::EventType::view_item_list && rule.item != nullptr) {
        visitor::Event list = shown_list(parameters, ids, snapshot.get());
        if (visitor::is_shown_list(list)) {
            events.push_back(std::move(list));
        }
        return;
    }
    for (std::size_t i = 0; i < ids.size(); i++) {
        visitor::Event event = blank;
        event.item = item_id(snapshot.get(), ids[i]);
        for (const Values& values : parameters) {
            add_value(values.name, values.of(i), event);
        }
        if (snapshot != nullptr && !priced) {
            add_seen_price(*snapshot, event);
        }
        if ((rule.item == nullptr || !event.item.empty()) && visitor::validate(event).ok()) {
            events.push_back(std::move(event));
        }
    }
}

// What is no price or quantity is left out: it came from a form or a query, thus from anybody.
void Request::add_value(std::string_view key, std::string_view text, visitor::Event& event) {
    if (text.empty()) {
        return;
    }
    std::string value;
    if (visitor::read_value(key, text, &value)) {
        event.parameters.emplace_back(key, std::move(value));
    } else {
        worker_.stats().values_refused.add();
    }
}

// What was shown is for the stream alone, as the impressions of our own placements.
bool Request::add_shown_list(const visitor::Event& event) {
    const bool list = visitor::is_shown_list(event);
    if (list && location_->impressions && worker_.redis() != nullptr) {
        worker_.add_impression(visitor_, event);
    }
    return list;
}

void Request::finish_log() {
    if (!wants_page_) {
        return;
    }
    Stats& stats = worker_.stats();
    if (const Skip reason = skipped(); reason != Skip::none) {
        stats.passed[static_cast<std::size_t>(reason)].add();
    } else {
        (personal() ? stats.personal : stats.popular).add();
    }
    if (page_ != nullptr) {
        stats.rewrite_time.observe(work_us_);
        stats.added_time.observe(work_us_ + held_us_);
        count_page(page_->counters());
        record_impressions();
    }
}

// Those that the shop or its rules say, with commas between; those found by machine are learned
// otherwise.
std::string Request::told_segments() const {
    std::string told;
    if (desk_ == nullptr || snapshot_ == nullptr ||
        (rules_ == nullptr && desk_->profile.trait(kSegment).empty())) {
        return told;  // none is known, or worth finding out about
    }
    const auto found = snapshot_->found_segments();
    for (const std::string& name : desk_->profile.segments()) {
        if (std::none_of(found.begin(), found.end(),
                         [&](store::ValueId id) { return snapshot_->text(id) == name; })) {
            told.append(told.empty() ? "" : ",").append(name);
        }
    }
    return told;
}

void Request::count_page(const page::Counters& counters) {
    Stats& stats = worker_.stats();
    stats.widgets_filled.add(counters.filled);
    stats.listings_reordered.add(counters.reordered);
    stats.placements_kept.add(counters.kept);
    stats.over_budget.add(counters.over_budget);
    stats.over_limit.add(counters.rewrite.over_limit);
    stats.ambiguous.add(counters.rewrite.ambiguous);
    stats.rules_failed.add(counters.rules_failed);
    for (const page::Shown& shown : page_->shown()) {
        // An answer's placement is named by who asks.
        stats.renders.add(location_->plan->answer ? "personalize_api" : shown.placement,
                          static_cast<std::size_t>(shown.tier));
    }
    if (rules_ != nullptr && counters.rules_failed > 0) {
        RuleWatch::failed(*rules_);
    }
}

void Request::record_impressions() {
    if (!location_->impressions || !seen_ || !may_write() || worker_.redis() == nullptr) {
        return;
    }
    const auto all = page_->shown();
    const std::string segments = all.empty() ? std::string() : told_segments();
    for (const auto& shown : all) {
        visitor::ShownList list{shown.placement, shown.recommender, {}, shown.places};
        for (const store::ItemIndex item : shown.items) {
            list.items.push_back(item != store::kNoItem ? snapshot_->id(item) : std::string_view());
        }
        list.page_item =
            shown.page_item != store::kNoItem ? snapshot_->id(shown.page_item) : std::string_view();
        list.category = shown.category;
        list.query = shown.query;
        list.rules = rules_ != nullptr ? rules_->version_text() : std::string_view();
        visitor::Event event = visitor::list_event(list, ngx_time());
        if (visitor::is_shown_list(event)) {
            if (!segments.empty()) {
                add_segments({&event, 1}, segments);
            }
            worker_.add_impression(visitor_, event);
        }
    }
}

}  // namespace pz::ngx
