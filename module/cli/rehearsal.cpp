#include "cli/rehearsal.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "page/plan.hpp"
#include "recommend/nominees.hpp"
#include "recommend/rank.hpp"
#include "rules/bridge.hpp"

namespace pz::cli {

namespace {

// What one set of rules shows for one decision.
struct Shown {
    std::vector<store::ItemIndex> items;
    rules::Outcome outcome;
};

class Rehearser {
  public:
    Rehearser(const store::Snapshot& snapshot, const RehearsalOptions& options)
        : snapshot_(snapshot), options_(options), margin_(rules::margin_columns(snapshot)) {}

    void run(const Decision& decision, rules::RuleSet* before, rules::RuleSet& after);
    Rehearsal take() { return std::move(out_); }
    void begin(const rules::RuleSet& after);
    void end_page();

  private:
    Shown show(const Decision& decision, rules::RuleSet* rules);
    recommend::Request request_for(const Decision& decision, rules::RuleSet* rules);
    void fill(const Decision& decision, recommend::Request& request, Shown& out);
    void reorder(const Decision& decision, recommend::Request& request, Shown& out);
    void add(const std::vector<store::ItemIndex>& items, double BeforeAfter::*side, Shift& shift);
    std::string group_of(store::ItemIndex item) const;
    bool compare(const Decision& decision, const Shown& before, const Shown& after);

    const store::Snapshot& snapshot_;
    const RehearsalOptions& options_;
    const rules::MarginColumns margin_;
    store::FieldId column_ = store::field::brand;
    recommend::Scratch scratch_;
    visitor::Profile profile_;
    Rehearsal out_;
    std::string page_;  // visitor and time of the decisions so far
    bool page_changed_ = false;
};

void Rehearser::begin(const rules::RuleSet& after) {
    out_.column = options_.column;
    if (out_.column.empty()) {
        bool brands = false;
        for (store::ItemIndex i = 0; i < snapshot_.item_count() && !brands; ++i) {
            brands = snapshot_.value(i, store::field::brand) != store::kNoValue;
        }
        out_.column = brands ? "brand" : "product_type";
    }
    column_ = snapshot_.find_field(out_.column);
    for (const std::string& name : after.rule_names()) {
        out_.rules.push_back({name, 0});
    }
}

recommend::Request Rehearser::request_for(const Decision& decision, rules::RuleSet* rules) {
    const std::int64_t now = options_.at != 0 ? options_.at : decision.time;
    decision.state.build(snapshot_, now, profile_);
    recommend::Request request;
    request.query.snapshot = &snapshot_;
    request.query.visitor = &profile_;
    request.query.now = now;
    request.query.page_item = snapshot_.find(decision.page_item);
    request.query.category = snapshot_.find_value(decision.category);
    request.rules = rules;
    request.rule_context.snapshot = &snapshot_;
    request.rule_context.visitor = &profile_;
    request.rule_context.consent = true;
    request.rule_context.placement = decision.placement;
    request.rule_context.page_item = request.query.page_item;
    request.rule_context.category = decision.category;
    request.rule_context.query = decision.query;
    request.rule_context.variables = options_.variables;
    request.rule_context.now = now;
    request.rule_context.page = rules != nullptr ? rules->new_page() : 0;
    return request;
}

void Rehearser::fill(const Decision& decision, recommend::Request& request, Shown& out) {
    // What an impression names was the first of several; popular items fill up.
    std::vector<const recommend::Recommender*> recommenders;
    if (decision.recommenders != recommend::kByRules) {
        auto named = page::parse_recommenders(decision.recommenders);
        if (!named.ok()) {
            return;
        }
        recommenders = std::move(*named);
    }
    if (recommenders.size() == 1 && recommenders.front()->name != "popular") {
        recommenders.push_back(recommend::find_recommender("popular"));
    }
    recommend::Ranked ranked;
    recommend::fill(request, {decision.placement, recommenders, decision.limit, 1}, scratch_,
                    ranked);
    for (const recommend::Candidate& candidate : ranked.items) {
        out.items.push_back(candidate.item);
    }
    out.outcome.add(std::move(ranked.rules));
}

void Rehearser::reorder(const Decision& decision, recommend::Request& request, Shown& out) {
    std::vector<store::ItemIndex> items;
    for (const std::string& id : decision.shown) {
        items.push_back(snapshot_.find(id));
    }
    recommend::Order order;
    recommend::reorder(request, {decision.placement, items, options_.top}, scratch_, order);
    for (const std::uint32_t from : order.order) {
        if (items[from] != store::kNoItem) {
            out.items.push_back(items[from]);
        }
    }
    out.outcome.add(std::move(order.rules));
}

Shown Rehearser::show(const Decision& decision, rules::RuleSet* rules) {
    Shown out;
    recommend::Request request = request_for(decision, rules);
    if (rules != nullptr) {
        std::vector<std::string> segments;
        out.outcome = rules->segments(request.rule_context, segments);
        for (const std::string& name : segments) {
            profile_.add_segment(name);
        }
    }
    decision.recommenders.empty() ? reorder(decision, request, out) : fill(decision, request, out);
    if (rules != nullptr) {
        rules->collect();
    }
    return out;
}

// The first level of a product type.
std::string Rehearser::group_of(store::ItemIndex item) const {
    const std::string_view text = snapshot_.text(item, column_);
    return std::string(column_ == store::field::product_type ? text.substr(0, text.find(" > "))
                                                             : text);
}

void Rehearser::add(const std::vector<store::ItemIndex>& items, double BeforeAfter::*side,
                    Shift& shift) {
    rules::Context context;
    context.snapshot = &snapshot_;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const double weight = 1 / std::log2(static_cast<double>(i) + 2);
        shift.attention.*side += weight;
        shift.exposure[group_of(items[i])].*side += weight;
        const double price =
            live_value(context, margin_, items[i], rules::LiveField::current_price);
        const double margin = live_value(context, margin_, items[i], rules::LiveField::margin);
        if (price > 0) {
            shift.price.*side += weight * price;
            shift.priced.*side += weight;
        }
        if (!std::isnan(margin)) {
            shift.margin.*side += weight * margin;
            shift.with_margin.*side += weight;
        }
        ItemShift& item = shift.items[items[i]];
        const auto places = static_cast<long>(items.size() - i);
        const bool before = side == &BeforeAfter::before;
        item.places += before ? -places : places;
        (before ? item.shown_before : item.shown_after)++;
    }
}

bool Rehearser::compare(const Decision& decision, const Shown& before, const Shown& after) {
    Shift& shift = out_.placements[decision.placement];
    const bool changed = before.items != after.items;
    ++shift.decisions;
    shift.changed += changed ? 1 : 0;
    add(before.items, &BeforeAfter::before, shift);
    add(after.items, &BeforeAfter::after, shift);
    return changed;
}

void Rehearser::run(const Decision& decision, rules::RuleSet* before, rules::RuleSet& after) {
    const Shown old_one = show(decision, before);
    const Shown new_one = show(decision, &after);
    out_.failed_before += old_one.outcome.failed;
    out_.failed_after += new_one.outcome.failed;
    if (out_.error.empty()) {
        out_.error = new_one.outcome.error;
    }
    if (old_one.items.empty() && new_one.items.empty()) {
        ++out_.skipped;
        return;
    }
    const std::string page = decision.visitor + ' ' + std::to_string(decision.time);
    if (page != page_) {
        end_page();
        page_ = page;
        ++out_.pages;
    }
    page_changed_ = compare(decision, old_one, new_one) || page_changed_;
}

void Rehearser::end_page() {
    out_.pages_changed += page_changed_ ? 1 : 0;
    page_changed_ = false;
}

}  // namespace

Rehearsal rehearse(const store::Snapshot& snapshot, rules::RuleSet* before, rules::RuleSet& after,
                   const Decisions& decisions, const RehearsalOptions& options) {
    for (rules::RuleSet* each : {before, &after}) {
        if (each != nullptr && !decisions.list.empty()) {
            each->survey(snapshot, options.at != 0 ? options.at : decisions.list.front().time);
        }
    }
    Rehearser rehearser(snapshot, options);
    rehearser.begin(after);
    const std::vector<std::uint64_t> used(after.uses().begin(), after.uses().end());
    for (const Decision& decision : decisions.list) {
        rehearser.run(decision, before, after);
    }
    rehearser.end_page();
    Rehearsal rehearsal = rehearser.take();
    for (std::size_t i = 0; i < rehearsal.rules.size(); ++i) {
        rehearsal.rules[i].uses = after.uses()[i] - used[i];
    }
    return rehearsal;
}

}  // namespace pz::cli
