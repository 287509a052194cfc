#include "cli/rule_trials.hpp"

#include <algorithm>
#include <ctime>

namespace pz::cli {
namespace {

constexpr int kCalls = 60;

double cpu_microseconds() {
    timespec time{};
    (void)::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

std::vector<rules::Candidate> sample_of(const store::Snapshot& snapshot) {
    const std::size_t count = std::min(snapshot.item_count(), RuleTrials::kCandidates);
    std::vector<rules::Candidate> list(count);
    for (std::size_t i = 0; i < count; ++i) {
        list[i].item = static_cast<store::ItemIndex>(i * snapshot.item_count() / count);
        list[i].score = static_cast<float>(count - i);
        list[i].pin = rules::kNoPin;
    }
    return list;
}

// Views of many items over some days, likes, a cart and a purchase; newest first.
std::vector<std::string> rich_history(const store::Snapshot& snapshot,
                                      std::span<const rules::Candidate> items, std::int64_t now) {
    constexpr const char* kEvents[] = {"view_item",   "like",      "view_item",
                                       "add_to_cart", "view_item", "purchase"};
    std::vector<std::string> events;
    for (std::size_t i = 0; i < std::min<std::size_t>(items.size(), 50); ++i) {
        events.push_back(std::string(kEvents[i % std::size(kEvents)]) + " " +
                         std::string(snapshot.id(items[i].item)) + " " +
                         std::to_string(now - 60 - static_cast<std::int64_t>(i) * 7200));
    }
    return events;
}

}  // namespace

RuleTrials::RuleTrials(rules::RuleSet& rules, const store::Snapshot& snapshot,
                       std::span<const std::pair<std::string_view, std::string_view>> variables,
                       std::int64_t now)
    : rules_(rules), snapshot_(snapshot), sample_(sample_of(snapshot)), visitors_(3) {
    context_.snapshot = &snapshot;
    context_.variables = variables;
    context_.now = now;
    context_.placement = "home-1";
    make_visitors();
}

void RuleTrials::make_visitors() {
    const std::vector<std::string> events = rich_history(snapshot_, sample_, context_.now);
    const std::vector<std::string_view> views(events.begin(), events.end());
    constexpr std::pair<std::string_view, std::string_view> kTraits[] = {
        {"segment", "vip"}, {"name", "Ann"}, {"birthday", "1980-05-01"}, {"size", "M"}};
    visitors_[1].profile.build(snapshot_, std::span(views).first(1), {}, context_.now);
    visitors_[1].page_item = sample_.front().item;
    visitors_[2].profile.build(snapshot_, views, kTraits, context_.now);
    for (const std::string& segment : rules_.segment_names()) {
        visitors_[2].profile.add_segment(segment);
    }
    visitors_[2].page_item = sample_.back().item;
    visitors_[2].query = "shoes";
    visitors_[2].category = "Home > Kitchen";
}

template <class Call>
RuleTrial RuleTrials::measure(Call call) {
    RuleTrial trial;
    for (Visitor& visitor : visitors_) {
        context_.visitor = &visitor.profile;
        context_.consent = &visitor != &visitors_.front();
        context_.page_item = visitor.page_item;
        context_.query = visitor.query;
        context_.category = visitor.category;
        std::vector<double> times;
        for (int i = 0; i < kCalls && trial.error.empty(); ++i) {
            const double begin = cpu_microseconds();
            trial.error = call();
            times.push_back(cpu_microseconds() - begin);
            rules_.collect();
        }
        if (!times.empty()) {
            const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
            std::nth_element(times.begin(), middle, times.end());
            trial.cost_us = std::max(trial.cost_us, *middle);
        }
    }
    trial.unknown_columns = rules_.take_unknown_columns();
    return trial;
}

RuleTrial RuleTrials::run(std::size_t rule) {
    std::vector<rules::Candidate> list;
    return measure([&] {
        list = sample_;
        return rules_.try_rule(rule, context_, list).error;
    });
}

RuleTrial RuleTrials::run_segments() {
    std::vector<std::string> names;
    return measure([&] {
        names.clear();
        return rules_.segments(context_, names).error;
    });
}

}  // namespace pz::cli
