// What a request leaves behind: the events its location records, and the impressions of its
// placements.
#include <charconv>

#include "nginx/request.hpp"

namespace pz::ngx {

namespace {

// The n-th of a comma-separated list; the only one counts for all.
std::string_view nth(std::string_view list, std::size_t n) {
    if (list.find(',') == std::string_view::npos) {
        return list;
    }
    for (; n > 0 && !list.empty(); n--) {
        const std::size_t comma = list.find(',');
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return list.substr(0, list.find(','));
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    return text;
}

// An id as written, or a link that the catalog knows. Empty: a link to something else.
std::string_view item_id(const store::Snapshot* snapshot, std::string_view text) {
    if (text.find('/') == std::string_view::npos) {
        return text;
    }
    const store::ItemIndex item = snapshot != nullptr ? snapshot->find_link(text) : store::kNoItem;
    return item != store::kNoItem ? snapshot->id(item) : std::string_view();
}

}  // namespace

void Request::record_events() {
    if (!may_write()) {
        return;
    }
    for (const auto& rule : location_->events->events) {
        if (rule.when == nullptr || truthy(evaluate(r_, rule.when))) {
            record_event(rule);
        }
    }
}

void Request::record_event(const EventRule& rule) {
    const std::string_view items = evaluate(r_, rule.item);
    if (rule.item != nullptr && items.empty()) {
        return;
    }
    const SnapshotPtr snapshot = worker_.snapshot();
    std::vector<visitor::Event> events;
    std::size_t count = 1;
    for (const char c : items) {
        count += c == ',';
    }
    for (std::size_t i = 0; i < count; i++) {
        visitor::Event event;
        event.type = visitor::event_type(rule.name);
        event.name = rule.name;
        event.time = ngx_time();
        event.item = item_id(snapshot.get(), trimmed(nth(items, i)));
        for (const auto& [name, value] : rule.parameters) {
            const std::string_view text = trimmed(nth(evaluate(r_, value), i));
            if (!text.empty()) {
                event.parameters.emplace_back(name, text);
            }
        }
        add_segments(event);
        if ((rule.item != nullptr && event.item.empty()) || !visitor::validate(event).ok()) {
            continue;
        }
        own_events_.insert(own_events_.begin(), visitor::format_event(event));
        events.push_back(std::move(event));
    }
    if (!events.empty()) {
        worker_.write_events(visitor_, events);
    }
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
        count_page(page_->counters());
        record_impressions();
    }
}

// What the shop says of the visitor, if the lookup has ended: so everybody's clicks can be told by
// segment.
void Request::add_segments(visitor::Event& event) const {
    for (const auto& [name, value] : traits_) {
        if (name == "segment" && event.parameter("segment").empty() && !value.empty() &&
            value.size() <= visitor::kMaxParameterLength) {
            event.parameters.emplace_back(name, value);
        }
    }
}

void Request::count_page(const page::Counters& counters) {
    Stats& stats = worker_.stats();
    stats.widgets_filled.add(counters.filled);
    stats.listings_reordered.add(counters.reordered);
    stats.placements_kept.add(counters.kept);
    stats.over_limit.add(counters.rewrite.over_limit);
    stats.ambiguous.add(counters.rewrite.ambiguous);
    stats.rules_failed.add(counters.rules_failed);
    if (RuleWatch* watch = worker_.rules(location_->rules);
        watch != nullptr && !counters.rule_error.empty()) {
        watch->failed(counters.rule_error);
    }
}

void Request::record_impressions() {
    if (!location_->impressions || !may_write() || worker_.redis() == nullptr) {
        return;
    }
    for (const auto& shown : page_->shown()) {
        visitor::Event event;
        event.type = visitor::EventType::view_item_list;
        event.name = visitor::name(event.type);
        event.time = ngx_time();
        event.parameters.emplace_back("list", location_->plan->placements[shown.placement].name);
        event.parameters.emplace_back("items", item_list(shown.items));
        if (!shown.items.empty() && visitor::validate(event).ok()) {
            worker_.add_impression(visitor_, event);
        }
    }
}

// In order of position, as many as an event's parameter holds.
std::string Request::item_list(std::span<const store::ItemIndex> items) const {
    std::string list;
    for (const store::ItemIndex item : items) {
        const std::string_view id = snapshot_->id(item);
        if (list.size() + id.size() + 1 > visitor::kMaxParameterLength) {
            break;
        }
        list.append(list.empty() ? "" : ",").append(id);
    }
    return list;
}

}  // namespace pz::ngx
