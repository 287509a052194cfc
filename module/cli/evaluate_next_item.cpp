// personalize evaluate next-item: what comes next in sessions that the training has not seen.
#include <algorithm>
#include <cstdio>
#include <unordered_map>
#include <unordered_set>

#include "cli/evaluate.hpp"
#include "cli/tune.hpp"
#include "recommend/for_you.hpp"

namespace pz::cli {

namespace {

constexpr std::size_t kCutoff = 20;

struct NextItemOptions {
    std::string train, test, output;
    std::size_t top = 50;
    bool tune = true;
};

struct Click {
    std::string item;
    std::int64_t time;
};

struct Session {
    std::string name;
    std::vector<Click> clicks;
};

Result<Click> parse_click(Row row) {
    const auto time = parse_seconds(row[2]);
    if (!time.ok()) {
        return time.status();
    }
    visitor::Event event;
    event.type = visitor::EventType::view_item;
    event.name = visitor::name(event.type);
    event.item = row[1];
    event.time = *time;
    const Status valid = visitor::validate(event);
    return !valid.ok() || row[1].empty()
               ? Result<Click>(Status::error("not an item id: '" + std::string(row[1]) + "'"))
               : Result<Click>(Click{std::string(row[1]), *time});
}

Status train(const std::string& path, learn::Trainer& trainer) {
    visitor::Event event;
    event.type = visitor::EventType::view_item;
    event.name = visitor::name(event.type);
    return read_rows(path, 3, [&](Row row) -> Status {
        auto click = parse_click(row);
        if (!click.ok()) {
            return click.status();
        }
        if (Status added = add_plain_item(trainer, click->item); !added.ok()) {
            return added;
        }
        event.item = std::move(click->item);
        event.time = click->time;
        trainer.add(row[0], event);
        return {};
    });
}

Result<std::vector<Session>> read_sessions(const std::string& path) {
    std::vector<Session> sessions;
    std::unordered_map<std::string, std::size_t> places;
    const Status read = read_rows(path, 3, [&](Row row) -> Status {
        auto click = parse_click(row);
        if (!click.ok()) {
            return click.status();
        }
        const auto [place, is_new] = places.try_emplace(std::string(row[0]), sessions.size());
        if (is_new) {
            sessions.push_back({place->first, {}});
        }
        sessions[place->second].clicks.push_back(std::move(*click));
        return {};
    });
    return read.ok() ? Result<std::vector<Session>>(std::move(sessions))
                     : Result<std::vector<Session>>(read);
}

// Answers one prefix after the other, as a worker does for its visitors' pages.
class Predictor {
  public:
    Predictor(const store::Snapshot& snapshot, std::size_t top) : snapshot_(snapshot), top_(top) {}

    // After the first `length` clicks. Valid until the next call.
    std::span<const store::ItemIndex> predict(const Session& session, std::size_t length);
    const Times& times() const { return times_; }

  private:
    void build_profile(const Session& session, std::size_t length);

    const store::Snapshot& snapshot_;
    const std::size_t top_;
    visitor::Profile profile_;
    recommend::Scratch scratch_;
    std::vector<recommend::Candidate> candidates_;
    std::vector<store::ItemIndex> items_;
    std::vector<std::string> events_;
    std::vector<std::string_view> views_;
    Times times_;
};

void Predictor::build_profile(const Session& session, std::size_t length) {
    events_.clear();
    views_.clear();
    for (std::size_t i = length; i-- > 0 && events_.size() < kMostEvents;) {
        std::string event = "view_item ";
        visitor::percent_encode(session.clicks[i].item, event);
        events_.push_back(event + " " + std::to_string(session.clicks[i].time));
    }
    views_.assign(events_.begin(), events_.end());
    profile_.build(snapshot_, views_, {}, session.clicks[length - 1].time);
}

std::span<const store::ItemIndex> Predictor::predict(const Session& session, std::size_t length) {
    build_profile(session, length);
    recommend::Query query;
    query.snapshot = &snapshot_;
    query.visitor = &profile_;
    query.now = session.clicks[length - 1].time;
    query.wanted = top_;
    const double begin = cpu_now();
    candidates_.clear();
    recommend::rank_for_you(query, recommend::Known::ranked, scratch_, candidates_);
    times_.add(cpu_now() - begin);
    // What a widget "for_you,popular" falls back to.
    recommend::find_recommender("popular")->recommend(query, scratch_, candidates_);
    items_.clear();
    for (const recommend::Candidate& candidate : candidates_) {
        if (items_.size() == top_) {
            break;
        }
        if (std::find(items_.begin(), items_.end(), candidate.item) == items_.end()) {
            items_.push_back(candidate.item);
        }
    }
    return items_;
}

struct Score {
    Hits all, first_time;
    std::unordered_set<store::ItemIndex> shown;
};

// Both protocols. Papers: whatever comes next, and the items of the session may be predicted again.
// new-: only first-time items count, and the known ones are taken out of the list before.
void judge(const store::Snapshot& snapshot, const Session& session, std::size_t length,
           std::span<const store::ItemIndex> predicted, Score& score) {
    const auto known = std::span(session.clicks).first(length);
    const auto in_session = [known](std::string_view id) {
        return std::any_of(known.begin(), known.end(),
                           [id](const Click& c) { return c.item == id; });
    };
    const std::string& next = session.clicks[length].item;
    std::size_t rank = 0;
    std::size_t new_rank = 0;
    std::size_t new_items = 0;
    for (std::size_t i = 0; i < predicted.size(); ++i) {
        const std::string_view id = snapshot.id(predicted[i]);
        if (i < kCutoff) {
            score.shown.insert(predicted[i]);
        }
        const bool is_new = !in_session(id);
        new_items += is_new ? 1 : 0;
        if (id == next) {
            rank = i + 1;
            new_rank = is_new ? new_items : 0;
        }
    }
    score.all.add(rank, kCutoff);
    if (!in_session(next)) {
        score.first_time.add(new_rank, kCutoff);
    }
}

Status predict_all(const std::vector<Session>& sessions, Predictor& predictor,
                   const store::Snapshot& snapshot, const std::string& output, Score& score) {
    auto file = PredictionFile::create(output);
    if (!file.ok()) {
        return file.status();
    }
    for (const Session& session : sessions) {
        for (std::size_t length = 1; length < session.clicks.size(); ++length) {
            const auto predicted = predictor.predict(session, length);
            file->add(session.name + "\t" + std::to_string(length), snapshot, predicted);
            judge(snapshot, session, length, predicted, score);
        }
    }
    return file->close();
}

void print_score(const Score& score, const store::Snapshot& snapshot) {
    const double items = static_cast<double>(std::max<std::size_t>(snapshot.item_count(), 1));
    std::printf("HR@%zu %.4f  MRR@%zu %.4f  new-HR@%zu %.4f  new-MRR@%zu %.4f  coverage@%zu %.4f\n",
                kCutoff, score.all.rate(), kCutoff, score.all.reciprocal(), kCutoff,
                score.first_time.rate(), kCutoff, score.first_time.reciprocal(), kCutoff,
                static_cast<double>(score.shown.size()) / items);
    std::printf("predictions %zu, next item new to the session %zu\n", score.all.count(),
                score.first_time.count());
}

Result<std::unique_ptr<TrialStore>> learn_store(const NextItemOptions& options, double* seconds) {
    const double begin = cpu_now();
    learn::Trainer trainer;
    Status status = train(options.train, trainer);
    std::string tuned;
    if (status.ok() && options.tune) {
        status = tune(trainer, &tuned);
    }
    if (!status.ok()) {
        return status;
    }
    std::printf("%s\n", options.tune ? tuned.c_str() : "not tuned: default shares");
    auto trial = TrialStore::write(trainer);
    *seconds = (cpu_now() - begin) / 1e6;
    return trial;
}

int evaluate_next_item(const NextItemOptions& options) {
    const auto sessions = read_sessions(options.test);
    if (!sessions.ok()) {
        return fail(sessions.status());
    }
    double training_seconds = 0;
    const auto trial = learn_store(options, &training_seconds);
    if (!trial.ok()) {
        return fail(trial.status());
    }
    const store::Snapshot& snapshot = (*trial)->snapshot();
    Predictor predictor(snapshot, options.top);
    Score score;
    if (Status status = predict_all(*sessions, predictor, snapshot, options.output, score);
        !status.ok()) {
        return fail(status);
    }
    print_score(score, snapshot);
    print_cost(predictor.times(), snapshot, training_seconds);
    return kDone;
}

}  // namespace

void add_evaluate_next_item(CLI::App& evaluate, Run& run) {
    CLI::App* command = evaluate.add_subcommand(
        "next-item", "Predict the next click after every prefix of the test sessions");
    command->footer(
        "Files: session TAB item TAB unix seconds, one click a line, in click order, plain or "
        "gzip.\n"
        "Output: session TAB prefix length TAB item TAB item ..., best first.\n"
        "HR and MRR count the item of the next click, known or not; new-HR and new-MRR only items\n"
        "that are new to the session, after the known ones were taken out of the list.");
    auto options = std::make_shared<NextItemOptions>();
    command->add_option("--train", options->train, "Sessions to learn from")
        ->required()
        ->type_name("FILE");
    command->add_option("--test", options->test, "Sessions to predict")
        ->required()
        ->type_name("FILE");
    command->add_option("--output", options->output, "The predictions to write")
        ->required()
        ->type_name("FILE");
    command->add_option("--top", options->top, "Items of a prediction")
        ->check(CLI::Range(std::size_t{1}, std::size_t{200}))
        ->capture_default_str()
        ->type_name("N");
    command->add_flag("--tune,!--no-tune", options->tune,
                      "Tune on the last day of the training, as learn does; or not");
    command->callback(
        [&run, options] { run = [options] { return evaluate_next_item(*options); }; });
}

}  // namespace pz::cli
