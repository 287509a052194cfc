#include "rules/survey.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace pz::rules {
namespace {

constexpr std::size_t kBlock = 4096;  // items whose columns stay in the cache

bool is_surveyed(const Rule& rule) {
    const bool matches = !rule.conditions.empty();
    if (rule.match_call) {
        return false;
    }
    switch (rule.verb) {
        case Verb::pin:
        case Verb::only:
        case Verb::hide:
            return matches;
        case Verb::boost:
            return matches && !rule.amount_call && rule.amount > 1;
        case Verb::require:
            return !rule.require_call;
        default:
            return false;
    }
}

}  // namespace

Survey::Survey(const std::vector<Rule>& rules) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (is_surveyed(rules[i])) {
            named_.push_back({i, rules[i].verb, {}});
            searches_.push_back({rules[i].conditions, rules[i].requirements, {}, {}});
        }
    }
}

Survey::Generation Survey::generation_of(const store::Snapshot& snapshot) {
    return {&snapshot, snapshot.generation(), snapshot.created()};
}

bool Survey::better(const Found& a, const Found& b) {
    if (a.available != b.available) {
        return a.available;
    }
    return a.popularity != b.popularity ? a.popularity > b.popularity : a.item < b.item;
}

std::span<const Survey::Named> Survey::of(const store::Snapshot& snapshot) {
    const Generation wanted = generation_of(snapshot);
    if (named_of_ != wanted) {
        for (std::size_t i = 0; i < named_.size(); ++i) {
            named_[i].items.clear();
            for (const std::string& id : searches_[i].ids) {
                if (const auto item = snapshot.find(id); item != store::kNoItem) {
                    named_[i].items.push_back(item);
                }
            }
        }
        named_of_ = wanted;
    }
    return named_;
}

void Survey::begin(const store::Snapshot& snapshot) {
    looked_at_ = generation_of(snapshot);
    next_ = 0;
    for (Search& search : searches_) {
        search.best.clear();
        for (auto* list : {&search.conditions, &search.requirements}) {
            for (Condition& condition : *list) {
                condition.resolve(snapshot);
            }
        }
    }
}

bool Survey::look(const store::Snapshot& snapshot, std::int64_t now, std::size_t count) {
    if (empty()) {
        return false;
    }
    const bool other = looked_at_ != generation_of(snapshot);
    if (other) {
        begin(snapshot);
    }
    const std::size_t items = snapshot.item_count();
    if (next_ == items && !other) {
        return false;
    }
    Context context;
    context.snapshot = &snapshot;
    context.now = now;
    const std::size_t end = next_ + std::min(count, items - next_);
    while (next_ < end) {
        const std::size_t block = std::min(kBlock, end - next_);
        look_at_block(context, static_cast<store::ItemIndex>(next_), block);
        next_ += block;
    }
    if (next_ == items) {
        finish(snapshot);
    }
    return next_ < items;
}

void Survey::look_at_block(const Context& context, store::ItemIndex first, std::size_t count) {
    block_.resize(count);
    std::iota(block_.begin(), block_.end(), first);
    columns_.begin(context, block_);
    all_.assign(count, [](std::size_t) { return true; });
    for (std::size_t i = 0; i < named_.size(); ++i) {
        search(context, named_[i].verb, searches_[i]);
    }
}

void Survey::search(const Context& context, Verb verb, Search& search) {
    const store::Snapshot& snapshot = *context.snapshot;
    const auto narrow = [&](std::span<const Condition> conditions, Marks& marks) {
        for (const Condition& condition : conditions) {
            condition.narrow(snapshot, columns_, marks);
        }
    };
    marks_ = all_;
    narrow(search.conditions, marks_);
    if (verb == Verb::require) {
        fulfil_ = marks_;
        narrow(search.requirements, fulfil_);
        marks_.remove(fulfil_);
    }
    if (verb == Verb::require || verb == Verb::hide) {
        fulfil_ = all_;
        fulfil_.remove(marks_);
        std::swap(marks_, fulfil_);
    }
    marks_.each([&](std::size_t i) { offer(snapshot, block_[i], search.best); });
}

void Survey::offer(const store::Snapshot& snapshot, store::ItemIndex item,
                   std::vector<Found>& best) {
    const Found found{item, snapshot.popularity(item), snapshot.available(item)};
    if (best.size() == kMost) {
        if (!better(found, best.front())) {
            return;
        }
        std::pop_heap(best.begin(), best.end(), better);
        best.pop_back();
    }
    best.push_back(found);
    std::push_heap(best.begin(), best.end(), better);
}

void Survey::finish(const store::Snapshot& snapshot) {
    for (Search& search : searches_) {
        std::sort_heap(search.best.begin(), search.best.end(), better);
        search.ids.clear();
        for (const Found& found : search.best) {
            search.ids.emplace_back(snapshot.id(found.item));
        }
        search.best = {};
    }
    named_of_ = {};
    of(snapshot);
}

}  // namespace pz::rules
