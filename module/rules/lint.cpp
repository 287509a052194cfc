#include "rules/lint.hpp"

#include <algorithm>
#include <ctime>
#include <numeric>
#include <set>
#include <utility>

#include "rules/nearest.hpp"
#include "rules/rules.hpp"

namespace pz::rules {
namespace {

constexpr std::int64_t kDaySeconds = 86400;

bool may_overlap(const std::string& a, const std::string& b) {
    return glob_match(a, b) || glob_match(b, a);
}

bool same_placement(const Rule& a, const Rule& b) {
    if (a.on.empty() || b.on.empty()) {
        return true;
    }
    return std::any_of(a.on.begin(), a.on.end(), [&](const std::string& left) {
        return std::any_of(b.on.begin(), b.on.end(),
                           [&](const std::string& right) { return may_overlap(left, right); });
    });
}

bool same_visitors(const Rule& a, const Rule& b) {
    if (a.segments.empty() || b.segments.empty()) {
        return true;
    }
    return std::any_of(a.segments.begin(), a.segments.end(), [&](const std::string& segment) {
        return std::find(b.segments.begin(), b.segments.end(), segment) != b.segments.end();
    });
}

// Of one zone; what crosses midnight may meet anything.
bool same_time(const Schedule& a, const Schedule& b) {
    if (a.zone != b.zone) {
        return true;
    }
    const bool days = (a.days & b.days) != 0;
    const bool dates = (a.to == 0 || b.from == 0 || b.from <= a.to) &&
                       (b.to == 0 || a.from == 0 || a.from <= b.to);
    const bool wraps = a.start > a.end || b.start > b.end;
    return days && dates && (wraps || (a.start < b.end && b.start < a.end));
}

// Both can be in force at once, as far as is declared.
bool meet(const Rule& a, const Rule& b) {
    return !(a.when_call && b.when_call) && same_placement(a, b) && same_visitors(a, b) &&
           same_time(a.schedule, b.schedule);
}

bool is_one(const Marks& marks) {
    std::size_t count = 0;
    marks.each([&count](std::size_t) { ++count; });
    return count == 1;
}

std::string quoted(const std::string& name) {
    return "'" + name + "'";
}

void add_missing(const Rule& rule, const store::Snapshot& snapshot, std::vector<Finding>& out) {
    const auto look_up = [&](const std::string& column) {
        if (snapshot.find_field(column) == store::kNoField) {
            out.push_back(
                {true, rule.line, rule.name,
                 "the catalog has no column " + quoted(column) + nearest_column(snapshot, column)});
        }
    };
    for (const auto* list : {&rule.conditions, &rule.requirements}) {
        for (const Condition& condition : *list) {
            if (condition.needs_column()) {
                look_up(condition.column);
            }
        }
    }
    for (const MixLimit& limit : rule.mix) {
        look_up(limit.column);
    }
}

class Linter {
  public:
    Linter(Definitions& definitions, const store::Snapshot* snapshot, std::int64_t now)
        : definitions_(definitions), snapshot_(snapshot), now_(now) {
        context_.snapshot = snapshot;
        context_.now = now;
        all_.resize(snapshot == nullptr ? 0 : snapshot->item_count());
        std::iota(all_.begin(), all_.end(), 0);
        columns_.begin(context_, all_);
    }

    std::vector<Finding> run();

  private:
    using Items = Marks;  // by item; of none: not known

    void say(const Rule& rule, std::string text, bool error = false) {
        findings_.push_back({error, rule.line, rule.name, std::move(text)});
    }
    void values(const Rule& rule, const Condition& condition);
    void segments(const Rule& rule);
    void time(const Rule& rule);
    void selection(const Rule& rule, const Items& items);
    Items selected(const Rule& rule);
    Items marks_of(std::span<const Condition> conditions);  // items that fulfil all of them
    void compare(const Rule& a, const Items& of_a, const Rule& b, const Items& of_b);

    Definitions& definitions_;
    const store::Snapshot* snapshot_;
    std::int64_t now_;
    Context context_;
    std::vector<store::ItemIndex> all_;
    Columns columns_;  // of all items
    std::vector<Finding> findings_;
};

Linter::Items Linter::marks_of(std::span<const Condition> conditions) {
    Items marks;
    marks.assign(all_.size(), [](std::size_t) { return true; });
    for (const Condition& condition : conditions) {
        condition.narrow(*snapshot_, columns_, marks);
    }
    return marks;
}

// Texts that no item has in the column.
void Linter::values(const Rule& rule, const Condition& condition) {
    if (condition.column_id == store::kNoField || !condition.is_text) {
        return;
    }
    for (const std::string& value : condition.values) {
        Condition alone = condition;
        alone.values = {value};
        alone.resolve(*snapshot_);
        const bool found = marks_of({&alone, 1}).any();
        if (!found) {
            std::set<store::ValueId> seen;
            Nearest nearest(value);
            for (const store::ValueId other : columns_.values(condition.column_id)) {
                if (seen.size() < 20'000 && seen.insert(other).second) {
                    nearest.offer(snapshot_->text(other));
                }
            }
            say(rule, "no item has " + condition.column + " " + quoted(value) + nearest.question());
        }
    }
}

void Linter::segments(const Rule& rule) {
    for (const std::string& wanted : rule.segments) {
        const auto& known = definitions_.segments;
        if (std::find(known.begin(), known.end(), wanted) != known.end()) {
            continue;
        }
        Nearest nearest(wanted);
        for (const std::string& name : known) {
            nearest.offer(name);
        }
        if (!nearest.best().empty()) {
            say(rule, "this file has no segment " + quoted(wanted) + nearest.question());
        }
    }
}

void Linter::time(const Rule& rule) {
    const Schedule& schedule = rule.schedule;
    if (schedule.to != 0 && schedule.to < local_time(now_ - kDaySeconds).date) {
        say(rule, "its time is over since " + std::to_string(schedule.to / 10000) + "-" +
                      std::to_string(100 + schedule.to / 100 % 100).substr(1) + "-" +
                      std::to_string(100 + schedule.to % 100).substr(1));
    }
    if (schedule.from == 0 || schedule.to == 0) {
        return;
    }
    // The days between, a week of them at most.
    std::tm day{};
    day.tm_year = schedule.from / 10000 - 1900;
    day.tm_mon = schedule.from / 100 % 100 - 1;
    day.tm_mday = schedule.from % 100;
    day.tm_hour = 12;
    day.tm_isdst = -1;
    const std::int64_t first = std::mktime(&day);
    bool ever = false;
    for (int i = 0; i < 7 && !ever; ++i) {
        const LocalTime at = local_time(first + i * kDaySeconds);
        ever = at.date <= schedule.to && (schedule.days >> at.weekday & 1) != 0;
    }
    if (!ever) {
        say(rule, "can never be in force: none of its days is between from and to");
    }
}

// Items that its tables select; not known where functions do.
Linter::Items Linter::selected(const Rule& rule) {
    const bool fulfils = rule.verb == Verb::require;
    if (snapshot_ == nullptr || rule.match_call || rule.require_call) {
        return {};
    }
    Items items = marks_of(rule.conditions);
    if (fulfils) {
        items.remove(marks_of(rule.requirements));
    }
    return items;
}

void Linter::selection(const Rule& rule, const Items& items) {
    const bool any = rule.verb == Verb::require && items.size() > 0
                         ? marks_of(rule.conditions).any()
                         : items.any();
    if (rule.conditions.empty() || items.size() == 0 || any) {
        return;
    }
    say(rule, "selects none of the catalog's " + std::to_string(items.size()) + " items" +
                  (rule.verb == Verb::only ? ": it hides all" : ""));
}

void Linter::compare(const Rule& a, const Items& of_a, const Rule& b, const Items& of_b) {
    const std::string other = " (line " + std::to_string(a.line) + ", " + quoted(a.name) + ")";
    if (a.verb == Verb::pin && b.verb == Verb::pin && a.amount == b.amount) {
        say(b, "pins place " + std::to_string(static_cast<int>(b.amount)) +
                   ", as does another rule" + other + "; it comes on the next free one");
    }
    if (a.verb == Verb::recommend && b.verb == Verb::recommend && a.segments.empty() &&
        !a.when_call) {
        say(b, "is never asked for its recommenders where another rule is" + other);
    }
    if (of_a.size() == 0 || of_b.size() == 0) {
        return;
    }
    Items only_a = of_a;
    only_a.remove(of_b);
    Items only_b = of_b;
    only_b.remove(of_a);
    Items both = of_a;
    both.remove(only_a);
    const auto hides = [](const Rule& rule) {
        return rule.verb == Verb::hide || rule.verb == Verb::require;
    };
    const auto lifts = [](const Rule& rule) {
        return rule.verb == Verb::boost || rule.verb == Verb::bury || rule.verb == Verb::pin;
    };
    if (a.verb == Verb::only && b.verb == Verb::only && !both.any()) {
        say(b, "leaves nothing together with another only" + other);
    } else if (a.verb == Verb::only && lifts(b) && !both.any()) {
        say(b, "is for none of the items that another rule leaves" + other);
    } else if (b.verb == Verb::only && lifts(a) && !both.any()) {
        say(b, "leaves none of the items that another rule is for" + other);
    } else if (!both.any()) {
        return;
    } else if (a.verb == Verb::only && hides(b) && !only_a.any()) {
        say(b, "hides all that another rule leaves" + other);
    } else if (hides(a) && b.verb == Verb::only && !only_b.any()) {
        say(b, "leaves only what another rule hides" + other);
    } else if (a.verb == Verb::pin && b.verb == Verb::pin && a.amount != b.amount &&
               !only_a.any() && !only_b.any() && is_one(both)) {
        say(b, "pins the item that another rule pins" + other + "; it stays where that puts it");
    } else if (hides(a) && lifts(b) && !only_b.any()) {
        say(b, "all its items are hidden by another rule" + other);
    } else if (lifts(a) && hides(b) && !only_a.any()) {
        say(b, "hides all that another rule is for" + other);
    } else if (((a.verb == Verb::boost && b.verb == Verb::bury) ||
                (a.verb == Verb::bury && b.verb == Verb::boost)) &&
               (!only_a.any() || !only_b.any())) {
        say(b, std::string(a.verb == Verb::boost ? "buries" : "boosts") + " what another rule " +
                   (a.verb == Verb::boost ? "boosts" : "buries") + other);
    }
}

std::vector<Finding> Linter::run() {
    std::vector<Items> items;
    for (Rule& rule : definitions_.rules) {
        if (snapshot_ != nullptr) {
            rule.resolve(*snapshot_);
            add_missing(rule, *snapshot_, findings_);
            for (const auto* list : {&rule.conditions, &rule.requirements}) {
                for (const Condition& condition : *list) {
                    values(rule, condition);
                }
            }
        }
        segments(rule);
        time(rule);
        items.push_back(selected(rule));
        selection(rule, items.back());
        for (std::size_t before = 0; before + 1 < items.size(); ++before) {
            if (meet(definitions_.rules[before], rule)) {
                compare(definitions_.rules[before], items[before], rule, items.back());
            }
        }
    }
    return std::move(findings_);
}

}  // namespace

std::vector<Finding> lint(Definitions& definitions, const store::Snapshot* snapshot,
                          std::int64_t now) {
    return Linter(definitions, snapshot, now).run();
}

std::vector<Finding> missing_columns(const Definitions& definitions,
                                     const store::Snapshot& snapshot) {
    std::vector<Finding> findings;
    for (const Rule& rule : definitions.rules) {
        add_missing(rule, snapshot, findings);
    }
    return findings;
}

std::string nearest_column(const store::Snapshot& snapshot, std::string_view wanted) {
    Nearest nearest(wanted);
    for (std::size_t i = 0; i < snapshot.field_count(); ++i) {
        nearest.offer(snapshot.field_name(static_cast<store::FieldId>(i)));
    }
    return nearest.question();
}

}  // namespace pz::rules
