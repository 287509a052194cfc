// personalize evaluate listing: the order of lists that were shown, and where the click came to be.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <unordered_map>

#include "cli/evaluate.hpp"
#include "cli/evaluate_queries.hpp"
#include "cli/tune.hpp"
#include "recommend/rank.hpp"
#include "store/parse.hpp"
#include "visitor/shown_list.hpp"

namespace pz::cli {

namespace {

struct ListingOptions {
    std::string train, history, queries, output, truth, catalog, lists, listings;
};

struct Action {
    std::string event;  // its name; empty: none of an item
    std::string item;
    std::int64_t time;
};
using Sessions = std::unordered_map<std::string, std::vector<Action>>;

struct List {
    std::string name, session;
    std::int64_t time = 0;
    std::size_t prefix = 0;  // actions of the session before it
    std::vector<std::string> items;
    std::vector<std::string> prices;  // of the first items, as shown
};

// A session's action: a click, or what its fourth value says ("clickout item", "search for item").
Result<Action> parse_action(Row row) {
    const auto time = parse_seconds(row[2]);
    if (!time.ok()) {
        return time.status();
    }
    Action action{"view_item", std::string(row[1]), *time};
    const std::string_view type = row.size() > 4 ? row[3] : "";
    if (type == "clickout item") {
        action.event = "select_item";
    } else if (!type.empty() && type.find(" item") == std::string_view::npos) {
        action.event.clear();
    }
    return action;
}

Status read_sessions(const std::string& path, Sessions& sessions) {
    return read_rows(path, 3, [&](Row row) -> Status {
        auto action = parse_action(row);
        if (action.ok()) {
            sessions[std::string(row[0])].push_back(std::move(*action));
        }
        return action.status();
    });
}

// The shop's listings by category.
using Listings = std::unordered_map<std::string, std::vector<std::string>>;

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> result;
    for_each_word(text, [&](std::string_view word) { result.emplace_back(word); });
    return result;
}

Status read_listings(const std::string& path, Listings& listings) {
    return path.empty() ? Status() : read_rows(path, 2, [&](Row row) -> Status {
        listings[std::string(row[0])] = words(row[1]);
        return {};
    });
}

bool parse_count(std::string_view text, std::size_t* count) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *count);
    return error == std::errc() && end == text.data() + text.size();
}

Result<List> parse_list(Row row, const Listings& listings) {
    const auto time = parse_seconds(row[2]);
    std::size_t prefix = 0;
    if (!time.ok() || !parse_count(row[3], &prefix)) {
        return time.ok() ? Status::error("not a number of actions: '" + std::string(row[3]) + "'")
                         : time.status();
    }
    List list{std::string(row[0]), std::string(row[1]), *time, prefix, {}, {}};
    const auto listing = listings.find(std::string(row[4]));
    list.items = listing == listings.end() ? words(row[4]) : listing->second;
    list.prices = words(row.size() > 5 ? row[5] : "");
    list.prices.resize(std::min(list.prices.size(), list.items.size()));
    return list;
}

// In order of time.
Status read_lists(const std::string& path, const Listings& listings, std::vector<List>& lists) {
    Status status = path.empty() ? Status() : read_rows(path, 5, [&](Row row) -> Status {
        auto list = parse_list(row, listings);
        if (!list.ok()) {
            return list.status();
        }
        lists.push_back(std::move(*list));
        return {};
    });
    std::stable_sort(lists.begin(), lists.end(),
                     [](const List& a, const List& b) { return a.time < b.time; });
    return status;
}

// What the files say.
struct Material {
    Listings listings;
    Sessions train, history;
    std::vector<List> train_lists, queries;
    Truth truth;
};

Status read_material(const ListingOptions& options, Material& material) {
    for (const auto& step : {read_listings(options.listings, material.listings),
                             read_lists(options.lists, material.listings, material.train_lists),
                             read_lists(options.queries, material.listings, material.queries),
                             read_sessions(options.train, material.train),
                             read_sessions(options.history, material.history),
                             read_truth(options.truth, material.truth)}) {
        if (!step.ok()) {
            return step;
        }
    }
    return {};
}

// As the newest lists of the training show them.
std::unordered_map<std::string_view, std::string_view> last_prices(std::span<const List> lists) {
    std::unordered_map<std::string_view, std::string_view> prices;
    for (const List& list : lists) {
        for (std::size_t i = 0; i < list.prices.size(); ++i) {
            prices[list.items[i]] = list.prices[i];
        }
    }
    return prices;
}

// The catalog, and what is in lists or training but not in it, with the prices of the training: those
// of a query are known when its list is shown.
Status set_items(const ListingOptions& options, const Material& material, learn::Trainer& trainer) {
    Status status = read_catalog(options.catalog, trainer);
    const auto prices = last_prices(material.train_lists);
    const auto add = [&](const std::string& id) {
        if (!status.ok() || id.empty() || trainer.knows(id)) {
            return;
        }
        store::ItemInput item{.fields = {{"id", id}}};
        if (const auto price = prices.find(id); price != prices.end()) {
            item.fields.emplace_back("price", std::string(price->second).append(" EUR"));
        }
        status = trainer.set_item(item);
    };
    for (const std::vector<List>* lists : {&material.train_lists, &material.queries}) {
        for (const List& list : *lists) {
            std::for_each(list.items.begin(), list.items.end(), add);
        }
    }
    for (const auto& [name, actions] : material.train) {
        for (const Action& action : actions) {
            add(action.event.empty() ? std::string() : action.item);
        }
    }
    return status;
}

// One thing that happened in the training: an action, or a list that was shown.
struct Step {
    std::int64_t time;
    const std::string* session;
    const Action* action;  // null: a list
    const List* list;
};

// All of the training in order of time; a list right before the action that it led to.
std::vector<Step> steps_of(const Material& material) {
    std::unordered_map<std::string_view, std::vector<const List*>> lists;
    for (const List& list : material.train_lists) {
        lists[list.session].push_back(&list);
    }
    std::vector<Step> steps;
    for (const auto& [name, actions] : material.train) {
        const auto& own = lists[name];
        for (std::size_t i = 0; i < actions.size(); ++i) {
            for (const List* list : own) {
                if (list->prefix == i) {
                    steps.push_back({actions[i].time, &name, nullptr, list});
                }
            }
            steps.push_back({actions[i].time, &name, &actions[i], nullptr});
        }
    }
    // Sessions come in no order: of the same second the names decide.
    std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
        return a.time != b.time ? a.time < b.time : *a.session < *b.session;
    });
    return steps;
}

// What the edge tells of a listing that it left as the shop made it.
visitor::Event shown_as_it_was(const List& list, std::int64_t time) {
    visitor::ShownList shown{"listing", {}, {list.items.begin(), list.items.end()}, {}};
    for (std::uint32_t place = 0; place < shown.items.size(); ++place) {
        shown.places.push_back(place);
    }
    return visitor::list_event(shown, time);
}

void teach(std::span<const Step> steps, learn::Trainer& trainer) {
    for (const Step& step : steps) {
        if (step.list != nullptr) {
            trainer.add(*step.session, shown_as_it_was(*step.list, step.time));
        } else if (!step.action->event.empty()) {
            visitor::Event event;
            event.name = step.action->event;
            event.type = visitor::event_type(event.name);
            event.item = step.action->item;
            event.time = step.time;
            trainer.add(*step.session, event);
        }
    }
}

Result<std::unique_ptr<TrialStore>> learn_store(const Material& material, learn::Trainer& trainer) {
    teach(steps_of(material), trainer);
    std::string tuned;
    if (Status status = tune(trainer, &tuned); !status.ok()) {
        return status;
    }
    std::printf("%s\n", tuned.c_str());
    return TrialStore::write_live(trainer);
}

class ListPredictor {
  public:
    explicit ListPredictor(const store::Snapshot& snapshot) : snapshot_(snapshot) {}

    // Valid until the next call.
    std::span<const store::ItemIndex> predict(std::span<const Action> known, const List& list);
    const Times& times() const { return times_; }

  private:
    const store::Snapshot& snapshot_;
    visitor::Profile profile_;
    recommend::Scratch scratch_;
    recommend::Order order_;
    std::vector<store::ItemIndex> before_, items_;
    Times times_;
};

std::span<const store::ItemIndex> ListPredictor::predict(std::span<const Action> known,
                                                         const List& list) {
    std::vector<std::string> events;
    for (std::size_t i = known.size(); i-- > 0 && events.size() < kMostEvents;) {
        if (!known[i].event.empty()) {
            events.push_back(event_text(known[i].event, known[i].item, known[i].time));
        }
    }
    const std::vector<std::string_view> views(events.begin(), events.end());
    profile_.build(snapshot_, views, {}, list.time);
    before_.clear();
    for (const std::string& id : list.items) {
        before_.push_back(snapshot_.find(id));
    }
    recommend::Request request;
    request.query.snapshot = &snapshot_;
    request.query.visitor = &profile_;
    request.query.now = list.time;
    const double begin = cpu_now();
    recommend::reorder(request, {"listing", before_, before_.size()}, scratch_, order_);
    times_.add(cpu_now() - begin);
    items_.clear();
    for (const std::uint32_t place : order_.order) {
        items_.push_back(before_[place]);
    }
    return items_;
}

// What the shop shows is what its items cost from then on. A price that cannot be read says nothing.
void set_prices(const List& list, store::LiveWriter& live) {
    for (std::size_t i = 0; i < list.prices.size(); ++i) {
        store::LiveFields fields = live.read(list.items[i]);
        std::string_view currency;
        if (store::parse_price(list.prices[i], &fields.price_micros, &currency)) {
            live.update(list.items[i], fields);
        }
    }
}

Status predict_all(const ListingOptions& options, const Material& material, TrialStore& trial,
                   ListPredictor& predictor, QueryScore& score) {
    const store::Snapshot& snapshot = trial.snapshot();
    auto file = PredictionFile::create(options.output);
    if (!file.ok()) {
        return file.status();
    }
    for (const List& list : material.queries) {
        const auto session = material.history.find(list.session);
        std::span<const Action> known;
        if (session != material.history.end()) {
            known = std::span(session->second).first(std::min(list.prefix, session->second.size()));
        }
        set_prices(list, trial.live());
        const auto items = predictor.predict(known, list);
        file->add(list.name, snapshot, items);
        score.add(material.truth, list.name, snapshot, items);
    }
    return file->close();
}

// A file of that name beside `path`, or nothing.
std::string beside(const std::string& path, std::string_view name) {
    for (const std::string_view end : {".tsv.gz", ".tsv"}) {
        const auto file =
            std::filesystem::path(path).parent_path() / (std::string(name) + std::string(end));
        if (std::filesystem::exists(file)) {
            return file.string();
        }
    }
    return {};
}

void find_files(ListingOptions& options) {
    for (const auto& [option, name] :
         {std::pair(&options.catalog, "catalog"), std::pair(&options.listings, "listings"),
          std::pair(&options.lists, "train_list_queries")}) {
        if (option->empty()) {
            *option = beside(options.train, name);
        }
    }
}

int evaluate_listing(ListingOptions options) {
    find_files(options);
    const double begin = cpu_now();
    Material material;
    learn::Trainer trainer;
    Status status = read_material(options, material);
    if (status.ok()) {
        status = set_items(options, material, trainer);
    }
    if (!status.ok()) {
        return fail(status);
    }
    const auto trial = learn_store(material, trainer);
    if (!trial.ok()) {
        return fail(trial.status());
    }
    const double seconds = (cpu_now() - begin) / 1e6;
    const store::Snapshot& snapshot = (*trial)->snapshot();
    ListPredictor predictor(snapshot);
    QueryScore score;
    status = predict_all(options, material, **trial, predictor, score);
    if (!status.ok()) {
        return fail(status);
    }
    score.print(material.truth, snapshot);
    print_cost(predictor.times(), snapshot, seconds);
    return kDone;
}

void add_file(CLI::App& command, const std::string& name, std::string& path,
              const std::string& what, bool required) {
    command.add_option(name, path, what)->required(required)->type_name("FILE");
}

}  // namespace

void add_evaluate_listing(CLI::App& evaluate, Run& run) {
    CLI::App* command = evaluate.add_subcommand(
        "listing", "Order lists as personalize_listing does, all of their places");
    command->footer(
        "Files, plain or gzip, values parted by tabs:\n"
        "  train, history  session, item, unix seconds (and action), in the order of the clicks\n"
        "  queries, lists  list, session, unix seconds, how many actions of the session came\n"
        "                  before, category or items shown (spaces between), their prices\n"
        "  listings        category, items in the shop's order\n"
        "  truth           list, the item clicked\n"
        "Not named, catalog, listings and lists are catalog.tsv[.gz], listings.tsv[.gz] and\n"
        "train_list_queries.tsv[.gz] beside the training, if there. Prices of queries count from\n"
        "their time on. Output, by time: list, items in order.");
    auto options = std::make_shared<ListingOptions>();
    add_file(*command, "--train", options->train, "Sessions to learn from", true);
    add_file(*command, "--history", options->history, "The sessions that the lists belong to",
             true);
    add_file(*command, "--queries", options->queries, "The lists to order", true);
    add_file(*command, "--output", options->output, "The orders to write", true);
    add_file(*command, "--truth", options->truth, "Prints MRR and HR@10, too", false);
    add_file(*command, "--catalog", options->catalog, "What is known of the items", false);
    add_file(*command, "--lists", options->lists, "Lists shown in the training", false);
    add_file(*command, "--listings", options->listings, "The shop's lists by category", false);
    command->callback([&run, options] { run = [options] { return evaluate_listing(*options); }; });
}

}  // namespace pz::cli
