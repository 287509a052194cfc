// personalize evaluate cart: what else belongs into carts that the training has not seen.
#include <algorithm>
#include <cstdio>
#include <unordered_map>
#include <unordered_set>

#include "cli/evaluate.hpp"
#include "cli/evaluate_queries.hpp"
#include "recommend/rank.hpp"

namespace pz::cli {

namespace {

constexpr std::string_view kNobody = "-";

struct CartOptions {
    std::string train, queries, output, truth, catalog;
    std::size_t top = 50;
};

struct Line {
    std::string item;
    std::int64_t time;
};

// By customer, oldest first.
using Purchases = std::unordered_map<std::string, std::vector<Line>>;

struct OrderLine {
    std::string visitor;  // the customer; of an unknown one the order itself
    visitor::Event event;
};

Result<OrderLine> parse_order_line(Row row) {
    const auto time = parse_seconds(row[2]);
    if (!time.ok()) {
        return time.status();
    }
    OrderLine line;
    line.visitor = row[5] == kNobody ? "order " + std::string(row[0]) : std::string(row[5]);
    line.event.type = visitor::EventType::purchase;
    line.event.name = visitor::name(line.event.type);
    line.event.item = row[1];
    line.event.time = *time;
    line.event.parameters = {{"qty", std::string(row[3])}, {"price", std::string(row[4])}};
    const Status valid = visitor::validate(line.event);
    return valid.ok() && !row[1].empty() ? Result<OrderLine>(std::move(line))
                                         : Status::error(valid.ok() ? "no item" : valid.message());
}

Status train(const std::string& path, learn::Trainer& trainer, Purchases& purchases) {
    return read_rows(path, 6, [&](Row row) -> Status {
        auto line = parse_order_line(row);
        if (!line.ok()) {
            return line.status();
        }
        if (Status added = add_plain_item(trainer, line->event.item); !added.ok()) {
            return added;
        }
        trainer.add(line->visitor, line->event);
        if (row[5] != kNobody) {
            purchases[line->visitor].push_back({line->event.item, line->event.time});
        }
        return {};
    });
}

// The visitor's list as Redis would have it: the cart on top of what was bought.
std::vector<std::string> visitor_events(const std::vector<Line>& bought, std::string_view cart,
                                        std::int64_t now) {
    std::vector<std::string> events;
    for_each_word(cart, [&](std::string_view item) {
        events.push_back(event_text("add_to_cart", item, now));
    });
    for (auto line = bought.rbegin(); line != bought.rend() && events.size() < kMostEvents;
         ++line) {
        events.push_back(event_text("purchase", line->item, line->time));
    }
    return events;
}

class CartPredictor {
  public:
    CartPredictor(const store::Snapshot& snapshot, std::size_t top)
        : snapshot_(snapshot), top_(top) {}

    // Valid until the next call.
    std::span<const store::ItemIndex> predict(std::span<const std::string> events,
                                              std::int64_t now);
    const Times& times() const { return times_; }

  private:
    const store::Snapshot& snapshot_;
    const std::size_t top_;
    const recommend::Recommender* const widget_[2] = {recommend::find_recommender("cross_sell"),
                                                      recommend::find_recommender("popular")};
    visitor::Profile profile_;
    recommend::Scratch scratch_;
    recommend::Ranked ranked_;
    std::vector<store::ItemIndex> items_;
    Times times_;
};

std::span<const store::ItemIndex> CartPredictor::predict(std::span<const std::string> events,
                                                         std::int64_t now) {
    const std::vector<std::string_view> views(events.begin(), events.end());
    profile_.build(snapshot_, views, {}, now);
    recommend::Request request;
    request.query.snapshot = &snapshot_;
    request.query.visitor = &profile_;
    request.query.now = now;
    const double begin = cpu_now();
    recommend::fill(request, {"cart", widget_, top_, 1}, scratch_, ranked_);
    times_.add(cpu_now() - begin);
    items_.clear();
    for (const recommend::Candidate& candidate : ranked_.items) {
        items_.push_back(candidate.item);
    }
    return items_;
}

Status predict_all(const CartOptions& options, const Purchases& purchases, const Truth& truth,
                   const store::Snapshot& snapshot, CartPredictor& predictor, QueryScore& score) {
    auto file = PredictionFile::create(options.output);
    if (!file.ok()) {
        return file.status();
    }
    const std::vector<Line> nothing;
    Status status = read_rows(options.queries, 4, [&](Row row) -> Status {
        const auto time = parse_seconds(row[2]);
        if (!time.ok()) {
            return time.status();
        }
        const auto known = purchases.find(std::string(row[1]));
        const auto events =
            visitor_events(known == purchases.end() ? nothing : known->second, row[3], *time);
        const auto items = predictor.predict(events, *time);
        file->add(row[0], snapshot, items);
        score.add(truth, row[0], snapshot, items);
        return {};
    });
    const Status closed = file->close();
    return status.ok() ? closed : status;
}

int evaluate_cart(const CartOptions& options) {
    const double begin = cpu_now();
    learn::Trainer trainer;
    Purchases purchases;
    Truth truth;
    for (const auto& step :
         {read_catalog(options.catalog, trainer), train(options.train, trainer, purchases),
          read_truth(options.truth, truth)}) {
        if (!step.ok()) {
            return fail(step);
        }
    }
    const auto trial = TrialStore::write(trainer);
    if (!trial.ok()) {
        return fail(trial.status());
    }
    const double seconds = (cpu_now() - begin) / 1e6;
    const store::Snapshot& snapshot = (*trial)->snapshot();
    CartPredictor predictor(snapshot, options.top);
    QueryScore score;
    if (Status status = predict_all(options, purchases, truth, snapshot, predictor, score);
        !status.ok()) {
        return fail(status);
    }
    score.print(truth, snapshot);
    print_cost(predictor.times(), snapshot, seconds);
    return kDone;
}

}  // namespace

void add_evaluate_cart(CLI::App& evaluate, Run& run) {
    CLI::App* command =
        evaluate.add_subcommand("cart", "Predict what else belongs into carts, by cross_sell");
    command->footer(
        "Files, plain or gzip, values parted by tabs:\n"
        "  train    order, item, unix seconds, quantity, price, customer or -\n"
        "  queries  question, customer or -, unix seconds, items in the cart (spaces between)\n"
        "  truth    question, the item wanted\n"
        "  catalog  a header with item_id (category, colour, price ... are understood), items\n"
        "Output: question, items, best first.");
    auto options = std::make_shared<CartOptions>();
    command->add_option("--train", options->train, "Orders to learn from")
        ->required()
        ->type_name("FILE");
    command->add_option("--queries", options->queries, "Carts to complete")
        ->required()
        ->type_name("FILE");
    command->add_option("--output", options->output, "The predictions to write")
        ->required()
        ->type_name("FILE");
    command->add_option("--truth", options->truth, "Prints HR@10 and MRR@10, too")
        ->type_name("FILE");
    command->add_option("--catalog", options->catalog, "What is known of the items")
        ->type_name("FILE");
    command->add_option("--top", options->top, "Items of a prediction")
        ->check(CLI::Range(std::size_t{1}, std::size_t{200}))
        ->capture_default_str()
        ->type_name("N");
    command->callback([&run, options] { run = [options] { return evaluate_cart(*options); }; });
}

}  // namespace pz::cli
