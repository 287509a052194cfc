// personalize check: what a rule file does, what is probably wrong in it, and what it would change.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/command.hpp"
#include "cli/context.hpp"
#include "cli/moment.hpp"
#include "cli/rehearsal.hpp"
#include "cli/rule_file.hpp"
#include "cli/rule_trials.hpp"
#include "learn/catalog.hpp"
#include "page/plan.hpp"
#include "rules/lint.hpp"
#include "rules/names.hpp"

namespace pz::cli {

namespace {

struct CheckOptions {
    std::string file, catalog, against, old_file, at, column;
    std::vector<std::string> placements, context;
    DecisionOptions decisions;
    std::size_t show = 5, top = 6;
    double max_changed = 100;
    bool strict = false;
    bool limits_changes = false;  // max_changed was given
};

// What belongs together while a file is checked.
struct Check {
    const CheckOptions& options;
    std::unique_ptr<rules::RuleSet> rules;
    std::unique_ptr<const store::Snapshot> snapshot;  // may be null
    std::vector<std::pair<std::string_view, std::string_view>> variables;
    std::int64_t now = 0;
    unsigned errors = 0, warnings = 0;
    std::string told;  // all of it

    void say(bool error, const std::string& text) {
        (error ? errors : warnings)++;
        told.append(text).append("\n");
        std::printf("%s: %s\n", error ? "error" : "warning", text.c_str());
    }
};

// At most half of a placement's budget is a rule's: what needs more is an error by itself.
constexpr double kDearUs = 2000;

void tell(Check& check, const std::string& what, const RuleTrial& trial) {
    if (!trial.error.empty()) {
        check.say(true, trial.error);
    } else if (trial.cost_us > kDearUs) {
        check.say(false,
                  what + ": takes " + std::to_string(std::lround(trial.cost_us)) +
                      " us, and all rules of a placement have 5000: do less in its functions");
    }
    for (const std::string& name : trial.unknown_columns) {
        check.say(true, what + ": " + rules::no_column(*check.snapshot, name));
    }
}

// Each rule alone, for visitors of all kinds.
void list_rules(Check& check) {
    for (const auto& name : check.rules->segment_names()) {
        std::printf("segment\t%s\n", name.c_str());
    }
    if (check.snapshot == nullptr || check.snapshot->item_count() == 0) {
        for (const auto& name : check.rules->rule_names()) {
            std::printf("rule\t%s\n", name.c_str());
        }
        return;
    }
    RuleTrials trials(*check.rules, *check.snapshot, check.variables, check.now);
    const RuleTrial segments = trials.run_segments();
    const auto definitions = check.rules->definitions();
    std::vector<RuleTrial> done;
    for (std::size_t i = 0; i < definitions.rules.size(); ++i) {
        done.push_back(trials.run(i));
        std::printf("rule\t%s\t%.1f us for %zu items%s\n", definitions.rules[i].name.c_str(),
                    done.back().cost_us, trials.candidates(),
                    definitions.rules[i].needs_vm() ? ", in Lua" : "");
    }
    tell(check, check.options.file + ": segments", segments);
    for (std::size_t i = 0; i < done.size(); ++i) {
        const rules::Rule& rule = definitions.rules[i];
        tell(check,
             check.options.file + ":" + std::to_string(rule.line) + ": rule '" + rule.name + "'",
             done[i]);
    }
}

void find_faults(Check& check) {
    auto definitions = check.rules->definitions();
    for (const auto& finding : rules::lint(definitions, check.snapshot.get(), check.now)) {
        check.say(finding.error, check.options.file + ":" + std::to_string(finding.line) +
                                     ": rule '" + finding.rule + "': " + finding.text);
    }
    for (const auto& finding :
         rules::unknown_names(check.rules->source(), definitions, check.snapshot.get())) {
        // A trial may have met it.
        if (check.told.find(finding.text.substr(0, finding.text.find(';'))) == std::string::npos) {
            check.say(false, check.options.file + ":" + std::to_string(finding.line) + ": " +
                                 (finding.rule.empty() ? "" : "rule '" + finding.rule + "': ") +
                                 finding.text);
        }
    }
}

Status read_placements(const CheckOptions& options, DecisionOptions& out) {
    for (const std::string& text : options.placements) {
        const std::size_t equals = text.find('=');
        if (equals == 0 || equals == std::string::npos) {
            return Status::error("--placement: write NAME=RECOMMENDER, as home=for_you,popular");
        }
        const std::string recommenders = text.substr(equals + 1);
        if (const auto known = page::parse_recommenders(recommenders); !known.ok()) {
            return Status::error("--placement: " + known.message());
        }
        out.placements.push_back({text.substr(0, equals), recommenders});
    }
    return {};
}

std::string version_of(const rules::RuleSet* rules) {
    return rules == nullptr ? "no rules" : "version " + rules->version_text();
}

int run_rehearsal(Check& check) {
    const CheckOptions& options = check.options;
    DecisionOptions wanted = options.decisions;
    if (Status placements = read_placements(options, wanted); !placements.ok()) {
        warn(placements.message());
        return kUsage;
    }
    std::unique_ptr<rules::RuleSet> old_rules;
    if (!options.old_file.empty()) {
        auto loaded = load_rules(options.old_file);
        if (!loaded.ok()) {
            return fail(loaded.status());
        }
        old_rules = std::move(*loaded);
    }
    const auto history = learn::read_file(options.against);
    if (!history.ok()) {
        return fail(history.status());
    }
    const auto decisions = read_decisions(*history, options.against, wanted);
    if (!decisions.ok()) {
        return fail(decisions.status());
    }
    RehearsalOptions how{options.at.empty() ? 0 : check.now, options.column, options.top,
                         check.variables};
    if (!how.column.empty() && check.snapshot->find_field(how.column) == store::kNoField) {
        warn("--by: the catalog has no column '" + how.column + "'" +
             rules::nearest_column(*check.snapshot, how.column));
        return kUsage;
    }
    const Rehearsal rehearsal =
        rehearse(*check.snapshot, old_rules.get(), *check.rules, *decisions, how);
    std::printf("\nRehearsal: %zu decisions of %zu visitors (of %zu), %s -> %s\n",
                decisions->list.size(), decisions->visitors, decisions->visitors_in_all,
                version_of(old_rules.get()).c_str(), version_of(check.rules.get()).c_str());
    if (decisions->unreadable > 0) {
        std::printf("Unreadable events: %zu\n", decisions->unreadable);
    }
    std::printf("%s", report(*check.snapshot, rehearsal, options.show).c_str());
    const double changed = rehearsal.pages == 0
                               ? 0
                               : 100.0 * static_cast<double>(rehearsal.pages_changed) /
                                     static_cast<double>(rehearsal.pages);
    if (changed > options.max_changed) {
        check.say(true, "more pages change than --max-changed allows");
    }
    if (rehearsal.failed_after > 0) {
        check.say(true, "rules fail: " + rehearsal.error);
    }
    return kDone;
}

int run_check(const CheckOptions& options) {
    Check check{options, nullptr, nullptr, {}, unix_now()};
    auto rules = load_rules(options.file);
    if (!rules.ok()) {
        return fail(rules.status());
    }
    check.rules = std::move(*rules);
    auto variables = read_context(options.context);
    Status usage = variables.status();
    if (usage.ok()) {
        check.variables = std::move(*variables);
    }
    if (usage.ok() && !options.at.empty()) {
        usage = read_moment(options.at, &check.now);
    }
    if (usage.ok() && options.against.empty() &&
        (!options.old_file.empty() || !options.placements.empty() || options.limits_changes)) {
        usage =
            Status::error("--old, --placement and --max-changed need --against, what to rehearse");
    }
    if (usage.ok() && !options.against.empty() && options.catalog.empty()) {
        usage = Status::error("--against needs --catalog, the store to rank from");
    }
    if (!usage.ok()) {
        warn(usage.message());
        return kUsage;
    }
    if (!options.catalog.empty()) {
        auto snapshot = store::Snapshot::open(options.catalog);
        if (!snapshot.ok()) {
            return fail(snapshot.status());
        }
        check.snapshot = std::move(*snapshot);
    }
    list_rules(check);
    find_faults(check);
    if (!options.against.empty()) {
        if (const int status = run_rehearsal(check); status != kDone) {
            return status;
        }
    }
    return check.errors > 0 || (options.strict && check.warnings > 0) ? kNo : kDone;
}

}  // namespace

void add_check(CLI::App& app, Run& run) {
    CLI::App* command =
        app.add_subcommand("check", "Check a rule file, and rehearse what it would change");
    auto options = std::make_shared<CheckOptions>();
    command->footer(
        "Exit status: 0 all is well, or there are only warnings; 1 the file does not "
        "load, there is an error,\na rule fails, more changes than --max-changed, or "
        "a warning with --strict; 2 usage.");
    command->add_option("file", options->file, "The rule file")->required()->type_name("FILE.lua");
    command
        ->add_option("--catalog", options->catalog,
                     "A store: looks up columns and values, finds rules that select nothing or "
                     "contradict each other, and what each costs")
        ->type_name("STORE");
    command
        ->add_option("--against", options->against,
                     "Rehearse: a history as of learn --history, or the output of redis-cli XRANGE")
        ->type_name("EVENTS");
    command->add_option("--old", options->old_file, "The rules of now; without: none")
        ->type_name("FILE.lua");
    command
        ->add_option("--placement", options->placements,
                     "Where the history has no impressions: a placement and its recommenders; "
                     "without: home=for_you,popular")
        ->type_name("NAME=RECOMMENDER[,..]");
    command->add_option("--limit", options->decisions.limit, "Items of such a placement")
        ->check(CLI::Range(std::size_t{1}, page::kMaxLimit))
        ->capture_default_str()
        ->type_name("N");
    command->add_option("--top", options->top, "Personal places of a listing")
        ->capture_default_str()
        ->type_name("N");
    command->add_option("--sample", options->decisions.sample, "Decisions at most")
        ->capture_default_str()
        ->type_name("N");
    command->add_option("--at", options->at, kMomentHelp)->type_name("TIME");
    command->add_option("--context", options->context, kContextHelp)->type_name("NAME=VALUE");
    command
        ->add_option("--by", options->column,
                     "The column whose share of attention is told; without: brand")
        ->type_name("COLUMN");
    command->add_option("--show", options->show, "Items and values of each kind in the report")
        ->capture_default_str()
        ->type_name("N");
    CLI::Option* max_changed =
        command
            ->add_option("--max-changed", options->max_changed,
                         "Exit with 1 when a larger share of the pages changes")
            ->check(CLI::Range(0.0, 100.0))
            ->type_name("PERCENT");
    command->add_flag("--strict", options->strict, "Exit with 1 for warnings, too");
    command->callback([&run, options, max_changed] {
        options->limits_changes = max_changed->count() > 0;
        run = [options] { return run_check(*options); };
    });
}

}  // namespace pz::cli
