#include "cli/decisions.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <span>
#include <utility>

#include "visitor/event.hpp"
#include "visitor/shown_list.hpp"

namespace pz::cli {

namespace {

constexpr std::size_t kStateEvents = 100;  // of a visitor's list, as personalize_retention has it

struct Entry {
    std::string visitor;
    visitor::Event event;
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "1763660000000-0"
bool is_stream_id(std::string_view text) {
    const std::size_t dash = text.find('-');
    return dash != std::string_view::npos && dash > 0 && dash + 1 < text.size() &&
           std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(dash), is_digit) &&
           std::all_of(text.begin() + static_cast<std::ptrdiff_t>(dash) + 1, text.end(), is_digit);
}

// Takes a line off the front, without its end.
std::string_view next_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    return hash;
}

// Where each visitor's events are, before they are read.
class Index {
  public:
    explicit Index(std::string_view history) {
        std::string_view rest = history;
        std::string_view first;
        while (!rest.empty() && first.empty()) {
            first = next_line(rest);
        }
        stream_ = is_stream_id(first);
        stream_ ? read_stream(history) : read_lines(history);
    }

    std::map<std::string_view, std::vector<std::string_view>> visitors;
    std::size_t unreadable = 0;

    Result<visitor::Event> event(std::string_view text) const {
        return stream_ ? visitor::event_of_stream(fields(text), nullptr)
                       : visitor::parse_event(text);
    }

  private:
    static std::vector<std::string_view> fields(std::string_view text) {
        std::vector<std::string_view> list;
        while (!text.empty()) {
            list.push_back(next_line(text));
        }
        return list;
    }
    void read_lines(std::string_view rest);
    void read_stream(std::string_view rest);
    void take_entry(std::string_view entry);

    bool stream_ = false;
};

void Index::read_lines(std::string_view rest) {
    while (!rest.empty()) {
        const std::string_view line = next_line(rest);
        const std::size_t tab = line.find('\t');
        if (line.empty() || line.front() == '#') {
            continue;
        }
        if (tab == std::string_view::npos || !visitor::valid_visitor_id(line.substr(0, tab))) {
            ++unreadable;
        } else {
            visitors[line.substr(0, tab)].push_back(line.substr(tab + 1));
        }
    }
}

// An id, then names and values in turns; an id cannot stand where a name is due.
void Index::read_stream(std::string_view rest) {
    const char* begin = nullptr;
    bool name_due = true;
    while (!rest.empty()) {
        const std::string_view line = next_line(rest);
        if (name_due && is_stream_id(line)) {
            take_entry(begin == nullptr ? std::string_view()
                                        : std::string_view(begin, static_cast<std::size_t>(
                                                                      line.data() - begin)));
            begin = rest.data();
        } else if (name_due && line.empty()) {
            continue;
        } else {
            name_due = !name_due;
        }
    }
    if (begin != nullptr) {
        take_entry({begin, static_cast<std::size_t>(rest.data() - begin)});
    }
}

void Index::take_entry(std::string_view entry) {
    const auto list = fields(entry);
    for (std::size_t i = 0; i + 1 < list.size(); i += 2) {
        if (list[i] == "v" && visitor::valid_visitor_id(list[i + 1])) {
            visitors[list[i + 1]].push_back(entry);
            return;
        }
    }
    unreadable += list.empty() ? 0 : 1;
}

bool is_impression(const visitor::Event& event) {
    return visitor::is_shown_list(event) && !event.parameter("list").empty();
}

// The tiles in the order in which the shop had them; those that were not among its first stand
// behind.
std::vector<std::string> in_the_shops_order(const visitor::ShownList& list) {
    std::vector<std::size_t> order(list.items.size());
    std::iota(order.begin(), order.end(), 0);
    if (list.places.size() == order.size()) {
        std::sort(order.begin(), order.end(),
                  [&](std::size_t a, std::size_t b) { return list.places[a] < list.places[b]; });
    }
    std::vector<std::string> items;
    for (const std::size_t i : order) {
        items.emplace_back(list.items[i]);
    }
    return items;
}

Decision decision_of(const visitor::Event& event) {
    const visitor::ShownList list = visitor::read_list(event);
    Decision decision;
    decision.placement = list.name;
    decision.recommenders = list.recommender;
    decision.shown = in_the_shops_order(list);
    decision.page_item = list.page_item;
    decision.category = list.category;
    decision.query = list.query;
    decision.limit = decision.shown.size();
    decision.time = event.time;
    return decision;
}

// What is known of the visitor after the first `count` events: the list that Redis would hold, and
// the segment that the newest event names.
VisitorState state_after(std::span<const visitor::Event> events, std::size_t count) {
    VisitorState state;
    for (std::size_t i = count; i-- > 0 && state.events.size() < kStateEvents;) {
        if (is_impression(events[i])) {
            continue;
        }
        state.events.push_back(visitor::format_event(events[i]));
        if (state.traits.empty() && !events[i].parameter("segment").empty()) {
            state.traits.emplace_back("segment", events[i].parameter("segment"));
        }
    }
    return state;
}

class Sampler {
  public:
    explicit Sampler(const DecisionOptions& options) : options_(options) {
        if (options_.placements.empty()) {
            options_.placements.push_back({"home", "for_you,popular"});
        }
    }

    bool full() const { return out_.list.size() >= options_.sample; }
    void add(std::string_view visitor, std::vector<visitor::Event> events);
    Decisions take() { return std::move(out_); }

  private:
    void add_impressions(std::string_view visitor, std::span<const visitor::Event> events);
    void add_asked(std::string_view visitor, std::span<const visitor::Event> events);
    void push(Decision decision, std::string_view visitor) {
        decision.visitor = visitor;
        if (!full()) {
            out_.list.push_back(std::move(decision));
        }
    }

    DecisionOptions options_;
    Decisions out_;
};

void Sampler::add(std::string_view visitor, std::vector<visitor::Event> events) {
    std::stable_sort(
        events.begin(), events.end(),
        [](const visitor::Event& a, const visitor::Event& b) { return a.time < b.time; });
    ++out_.visitors;
    out_.events += events.size();
    if (std::any_of(events.begin(), events.end(), is_impression)) {
        add_impressions(visitor, events);
    } else if (!events.empty()) {
        add_asked(visitor, events);
    }
}

// The newest ones.
void Sampler::add_impressions(std::string_view visitor, std::span<const visitor::Event> events) {
    std::size_t taken = 0;
    for (std::size_t i = events.size(); i-- > 0 && taken < DecisionOptions::kMostOfOne;) {
        if (!is_impression(events[i])) {
            continue;
        }
        Decision decision = decision_of(events[i]);
        decision.state = state_after(events, i);
        push(std::move(decision), visitor);
        ++taken;
    }
}

void Sampler::add_asked(std::string_view visitor, std::span<const visitor::Event> events) {
    for (const PlacementChoice& placement : options_.placements) {
        Decision decision;
        decision.placement = placement.name;
        decision.recommenders = placement.recommenders;
        decision.limit = options_.limit;
        decision.time = events.back().time;
        decision.state = state_after(events, events.size());
        push(std::move(decision), visitor);
    }
}

}  // namespace

Result<Decisions> read_decisions(std::string_view history, const std::string& name,
                                 const DecisionOptions& options) {
    Index index(history);
    std::vector<std::pair<std::uint64_t, std::string_view>> order;
    for (const auto& [visitor, texts] : index.visitors) {
        order.emplace_back(hash_of(visitor), visitor);
    }
    std::sort(order.begin(), order.end());
    Sampler sampler(options);
    for (const auto& [hash, visitor] : order) {
        if (sampler.full()) {
            break;
        }
        std::vector<visitor::Event> events;
        for (const std::string_view text : index.visitors[visitor]) {
            auto event = index.event(text);
            event.ok() ? events.push_back(std::move(*event))
                       : static_cast<void>(++index.unreadable);
        }
        sampler.add(visitor, std::move(events));
    }
    Decisions decisions = sampler.take();
    decisions.visitors_in_all = order.size();
    decisions.unreadable = index.unreadable;
    if (decisions.list.empty()) {
        return Status::error(name +
                             ": no events of a visitor in it; write lines of <visitor> TAB "
                             "<event> <item> <unix-seconds>, or what redis-cli XRANGE prints");
    }
    return decisions;
}

}  // namespace pz::cli
