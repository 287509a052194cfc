#include "cli/tune.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "cli/order_learning.hpp"
#include "cli/trial_store.hpp"
#include "recommend/mixture.hpp"
#include "visitor/profile.hpp"

namespace pz::cli {

namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::size_t kWanted = 2000;  // sessions
constexpr std::size_t kLeast = 100;

struct Trial {
    std::int64_t time;
    std::vector<std::string> ids;
};

// Newest first.
std::vector<Trial> read_trials(const learn::Trainer& trainer) {
    std::vector<Trial> trials;
    trainer.each_trial([&trials](std::int64_t time, std::span<const std::string_view> ids) {
        trials.push_back({time, {ids.begin(), ids.end()}});
    });
    std::sort(trials.begin(), trials.end(), [](const Trial& a, const Trial& b) {
        return a.time != b.time ? a.time > b.time : a.ids < b.ids;
    });
    return trials;
}

// Keeps those to predict; returns the end of the history before them.
std::int64_t keep_last(std::vector<Trial>& trials) {
    const auto old = std::find_if(trials.begin(), trials.end(), [&trials](const Trial& trial) {
        return trial.time <= trials.front().time - kDay;
    });
    const auto day = static_cast<std::size_t>(old - trials.begin());
    const std::size_t kept = std::min(std::max(day, kWanted), trials.size() / 4);
    trials.resize(kept);
    return kept == 0 ? 0 : trials.back().time - 1;
}

// Every click but the first, from those before it.
void add_trial(const Trial& trial, const store::Snapshot& snapshot, recommend::Scratch& scratch,
               recommend::MixtureFit& fit) {
    std::vector<std::string> events;
    for (const std::string& id : trial.ids) {
        std::string event = "view_item ";
        visitor::percent_encode(id, event);
        events.insert(events.begin(), event + " " + std::to_string(trial.time));
    }
    visitor::Profile profile;
    for (std::size_t length = 1; length < events.size(); ++length) {
        const std::vector<std::string_view> views(
            events.end() - static_cast<std::ptrdiff_t>(length), events.end());
        profile.build(snapshot, views, {}, trial.time);
        recommend::Query query;
        query.snapshot = &snapshot;
        query.visitor = &profile;
        query.now = trial.time;
        const store::ItemIndex next = snapshot.find(trial.ids[length]);
        if (next != store::kNoItem) {
            fit.add(query, next, scratch);
        }
    }
}

void append_shares(std::string_view name, const store::Mixture::Shares& shares, std::string& out) {
    char line[160];
    std::snprintf(line, sizeof line, "\n  %-14.*s %.2f %.2f %.2f %.2f %.2f %.2f %.2f",
                  static_cast<int>(name.size()), name.data(), static_cast<double>(shares[0]),
                  static_cast<double>(shares[1]), static_cast<double>(shares[2]),
                  static_cast<double>(shares[3]), static_cast<double>(shares[4]),
                  static_cast<double>(shares[5]), static_cast<double>(shares[6]));
    out += line;
}

// Of the contexts with many sessions to learn from.
std::string describe(const store::Mixture& mixture, std::size_t sessions, std::size_t count) {
    static_assert(store::kSources == 7);
    std::string text = "tuned on " + std::to_string(sessions) + " sessions, " +
                       std::to_string(count) +
                       " predictions; shares of near, wide, link, second_link, last, before_last, "
                       "earlier";
    constexpr std::string_view kTurns[] = {"\n when the latest is seen for the first time",
                                           "\n when it is seen again at once",
                                           "\n when the visitor came back to it"};
    constexpr std::string_view kNames[] = {"1 item", "2 items", "3 to 4 items", "more items"};
    for (std::size_t turn = 0; turn < store::kMixtureTurns; ++turn) {
        text += kTurns[turn];
        for (std::size_t i = 0; i < store::kMixtureLengths; ++i) {
            const std::size_t context = store::mixture_context(static_cast<store::Turn>(turn),
                                                               store::kMixtureSupports - 1, i);
            append_shares(kNames[i], mixture.shares[context], text);
        }
    }
    return text;
}

Status tune_mixture(learn::Trainer& trainer, std::string* said) {
    std::vector<Trial> trials = read_trials(trainer);
    const std::int64_t until = keep_last(trials);
    if (trials.size() < kLeast) {
        *said = "not tuned: " + std::to_string(4 * kLeast) +
                " sessions of two clicks or more are needed";
        return {};
    }
    const auto past = TrialStore::write_past(trainer, until);
    if (!past.ok()) {
        return past.status();
    }
    recommend::Scratch scratch;
    recommend::MixtureFit fit;
    for (const Trial& trial : trials) {
        add_trial(trial, (*past)->snapshot(), scratch, fit);
    }
    const store::Mixture mixture = fit.fit();
    trainer.set_mixture(mixture);
    *said = describe(mixture, trials.size(), fit.count());
    return {};
}

Status tune_order(learn::Trainer& trainer, std::string* said) {
    std::vector<std::int64_t> times;
    trainer.for_each_list_click(
        0, [&times](const learn::ListClick& click) { times.push_back(click.time); });
    if (times.empty()) {
        return {};
    }
    const auto middle = times.begin() + std::ssize(times) / 2;
    std::nth_element(times.begin(), middle, times.end());
    const auto past = TrialStore::write_past(trainer, *middle - 1);
    if (!past.ok()) {
        return past.status();
    }
    std::vector<float> weights = learn_order(trainer, (*past)->snapshot(), *middle);
    if (!weights.empty()) {
        *said += "\norder of listings tuned on " + std::to_string(times.end() - middle) + " lists";
        trainer.set_order_weights(std::move(weights));
    }
    return {};
}

}  // namespace

Status tune(learn::Trainer& trainer, std::string* said) {
    Status status = tune_mixture(trainer, said);
    return status.ok() ? tune_order(trainer, said) : status;
}

}  // namespace pz::cli
