// personalize recommend: what a widget would show a visitor.
#include <cstdio>

#include "cli/command.hpp"
#include "cli/context.hpp"
#include "cli/moment.hpp"
#include "cli/rule_file.hpp"
#include "cli/visitor_state.hpp"
#include "page/plan.hpp"
#include "page/tile_fields.hpp"
#include "store/parse.hpp"

namespace pz::cli {

namespace {

struct RecommendOptions {
    std::string store, visitor, events, recommenders, item, category, rules;
    std::string at, gap;
    std::vector<std::string> context;
    std::string placement = "recommend";
    std::size_t limit = 8;
    bool explain = false;
    RedisOptions redis;
};

Result<VisitorState> read_state(const RecommendOptions& options) {
    if (!options.events.empty()) {
        return read_events(options.events);
    }
    if (options.visitor.empty()) {
        return VisitorState();
    }
    auto client = RedisClient::connect(options.redis.access);
    return client.ok() ? read_visitor(*client, options.redis.keys, options.visitor)
                       : Result<VisitorState>(client.status());
}

// 0: no amount.
std::int64_t gap_of(const RecommendOptions& options) {
    std::int64_t micros = 0;
    std::string_view currency;
    return store::parse_price(options.gap, &micros, &currency) ? micros : 0;
}

// Empty: the options go together.
std::string misused(const RecommendOptions& options) {
    if (!options.visitor.empty() && !visitor::valid_visitor_id(options.visitor)) {
        return "--visitor: not a visitor id: write 1 to 64 of A-Z a-z 0-9 . _ -";
    }
    if (!options.visitor.empty() && options.redis.access.url.empty()) {
        return "--visitor needs --redis, where the visitor's events are";
    }
    if (options.recommenders.find("free_shipping") != std::string::npos && options.gap.empty()) {
        return "free_shipping needs --gap, what the cart lacks, as in --gap 12.50";
    }
    if (!options.context.empty() && options.rules.empty()) {
        return "--context needs --rules, which ask for it";
    }
    return options.gap.empty() || gap_of(options) > 0 ? "" : "--gap: write an amount, as in 12.50";
}

struct Shop {
    std::unique_ptr<const store::Snapshot> snapshot;
    std::unique_ptr<rules::RuleSet> rules;
    visitor::Profile profile;
    std::vector<std::pair<std::string_view, std::string_view>> variables;
    std::int64_t now = unix_now();
    bool known = false;  // a visitor was named: the rules may look at the profile
};

// What needs no store.
Status read_values(const RecommendOptions& options, Shop& shop) {
    auto variables = read_context(options.context);
    if (!variables.ok()) {
        return variables.status();
    }
    shop.variables = std::move(*variables);
    return options.at.empty() ? Status() : read_moment(options.at, &shop.now);
}

Status open_shop(const RecommendOptions& options, Shop& shop) {
    auto snapshot = store::Snapshot::open(options.store);
    if (!snapshot.ok()) {
        return snapshot.status();
    }
    shop.snapshot = std::move(*snapshot);
    if (!options.rules.empty()) {
        auto rules = load_rules(options.rules);
        if (!rules.ok()) {
            return rules.status();
        }
        shop.rules = std::move(*rules);
        shop.rules->survey(*shop.snapshot, shop.now);
    }
    const auto state = read_state(options);
    if (state.ok()) {
        state->build(*shop.snapshot, shop.now, shop.profile);
        shop.known = !options.visitor.empty() || !options.events.empty();
    }
    return state.status();
}

void warn_of_rules(const rules::Outcome& outcome) {
    if (!outcome.error.empty()) {
        warn(outcome.error);
    }
}

Result<recommend::Request> make_request(const RecommendOptions& options, Shop& shop) {
    recommend::Request request;
    request.query.snapshot = shop.snapshot.get();
    request.query.visitor = &shop.profile;
    request.query.now = shop.now;
    request.query.category = shop.snapshot->find_value(options.category);
    if (!options.item.empty()) {
        request.query.page_item = shop.snapshot->find(options.item);
        if (request.query.page_item == store::kNoItem) {
            return Status::error("--item: the store has no item '" + options.item + "'");
        }
    }
    if (!options.category.empty() && request.query.category == store::kNoValue) {
        return Status::error("--category: the store has no product type '" + options.category +
                             "'; write it as in the feed: \"Kitchen > Mugs\"");
    }
    request.query.gap_micros = gap_of(options);
    request.rules = shop.rules.get();
    request.rule_context.snapshot = shop.snapshot.get();
    request.rule_context.visitor = &shop.profile;
    request.rule_context.consent = shop.known;
    request.rule_context.page_item = request.query.page_item;
    request.rule_context.category = options.category;
    request.rule_context.variables = shop.variables;
    request.rule_context.now = request.query.now;
    request.rule_context.page = shop.rules != nullptr ? shop.rules->new_page() : 0;
    return request;
}

void add_segments(Shop& shop, const rules::Context& context) {
    if (shop.rules == nullptr) {
        return;
    }
    std::vector<std::string> names;
    warn_of_rules(shop.rules->segments(context, names));
    for (const auto& name : names) {
        shop.profile.add_segment(name);
    }
}

void print(const Shop& shop, const recommend::Ranked& ranked) {
    for (std::size_t i = 0; i < ranked.items.size(); i++) {
        const auto& candidate = ranked.items[i];
        const std::string_view id = shop.snapshot->id(candidate.item);
        const std::string_view title = shop.snapshot->text(candidate.item, store::field::title);
        const std::string_view tier = page::tier_name(candidate.tier);
        std::printf("%zu\t%.*s\t%.*s\t%.*s\t%.4f\n", i + 1, static_cast<int>(id.size()), id.data(),
                    static_cast<int>(title.size()), title.data(), static_cast<int>(tier.size()),
                    tier.data(), static_cast<double>(candidate.score));
    }
}

void print_explanation(const RecommendOptions& options, const Shop& shop,
                       const recommend::Ranked& ranked) {
    std::string json;
    recommend::explain(*shop.snapshot, options.placement, ranked.recommender, ranked.items,
                       recommend::RuleNames::of(shop.rules.get()), json);
    std::printf("%s\n", json.c_str());
}

int run_recommend(const RecommendOptions& options) {
    const std::string misuse = misused(options);
    const auto recommenders = page::parse_recommenders(options.recommenders);
    if (!misuse.empty() || !recommenders.ok()) {
        warn(misuse.empty() ? "--for: " + recommenders.message() : misuse);
        return kUsage;
    }
    Shop shop;
    if (const Status read = read_values(options, shop); !read.ok()) {
        warn(read.message());
        return kUsage;
    }
    const Status opened = open_shop(options, shop);
    if (!opened.ok()) {
        return fail(opened);
    }
    auto request = make_request(options, shop);
    if (!request.ok()) {
        return fail(request.status());
    }
    add_segments(shop, request->rule_context);
    recommend::Scratch scratch;
    recommend::Ranked ranked;
    std::vector<store::ItemIndex> shown;
    request->shown = &shown;
    recommend::fill(*request, {options.placement, *recommenders, options.limit, 1}, scratch,
                    ranked);
    warn_of_rules(ranked.rules);
    if (ranked.items.empty()) {
        return fail("nothing to recommend");
    }
    print(shop, ranked);
    if (options.explain) {
        print_explanation(options, shop, ranked);
    }
    return kDone;
}

std::string known_recommenders() {
    std::string text = "Recommenders:\n";
    for (const auto& recommender : recommend::recommenders()) {
        const std::string name(recommender.name);
        text += "  " + name + std::string(name.size() < 12 ? 12 - name.size() : 1, ' ') +
                std::string(recommender.summary) + "\n";
    }
    return text;
}

}  // namespace

void add_recommend(CLI::App& app, Run& run) {
    CLI::App* command = app.add_subcommand(
        "recommend", "Print what a widget would show: position, id, title, tier, score");
    command->footer(known_recommenders());
    auto options = std::make_shared<RecommendOptions>();
    command->add_option("--store", options->store, "The store")->required()->type_name("PATH");
    command->add_option("--for", options->recommenders, "Recommender, and fallbacks behind commas")
        ->required()
        ->type_name("NAME[,..]");
    CLI::Option* visitor =
        command->add_option("--visitor", options->visitor, "For this visitor; needs --redis")
            ->type_name("ID");
    command
        ->add_option("--events", options->events,
                     "For who did this: events in text form, one a line, oldest first")
        ->excludes(visitor)
        ->type_name("FILE");
    options->redis.add_to(*command, false);
    command->add_option("--item", options->item, "The item that the page is about")
        ->type_name("ID");
    command->add_option("--category", options->category, "The product type of the page")
        ->type_name("TEXT");
    command
        ->add_option("--gap", options->gap,
                     "What the cart lacks to free shipping, for free_shipping")
        ->type_name("AMOUNT");
    command->add_option("--limit", options->limit, "How many")
        ->check(CLI::Range(std::size_t{1}, page::kMaxLimit))
        ->capture_default_str()
        ->type_name("N");
    command->add_option("--rules", options->rules, "A rule file to apply")->type_name("FILE.lua");
    command->add_option("--placement", options->placement, "The placement's name, as rules see it")
        ->capture_default_str()
        ->type_name("TEXT");
    command->add_option("--context", options->context, kContextHelp)->type_name("NAME=VALUE");
    command->add_option("--at", options->at, kMomentHelp)->type_name("TIME");
    command->add_flag("--explain", options->explain, "Also print why, as one line of JSON");
    command->callback([&run, options] { run = [options] { return run_recommend(*options); }; });
}

}  // namespace pz::cli
