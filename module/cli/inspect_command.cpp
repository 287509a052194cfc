// personalize inspect: what would be found in this page.
#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <limits>

#include "cli/command.hpp"
#include "cli/inspect.hpp"
#include "page/selector_doubts.hpp"

namespace pz::cli {

namespace {

struct InspectOptions {
    std::string file, listing, item, id, html, json_path, json_html;
    std::vector<std::string> selectors, more;
    std::size_t buffer_size = rewrite::Limits().max_buffer;
    bool explain = false;
};

// A variable of a request, as in query=$arg_q, changes nothing of what is found.
std::string numbered(const std::string& option) {
    const std::size_t dollar = option.find("=$");
    const bool path = option.starts_with("data_path=") || dollar == option.npos;
    return path ? option : option.substr(0, dollar) + "=$0";
}

Result<Sought> sought_by(const InspectOptions& options) {
    Sought sought;
    sought.plan.limits.max_buffer = options.buffer_size;
    for (const std::string& selector : options.selectors) {
        if (const Status status = sought.add_selector(selector); !status.ok()) {
            return Status::error("--select: " + status.message());
        }
    }
    if (!options.listing.empty()) {
        std::vector<std::string> more;
        std::transform(options.more.begin(), options.more.end(), std::back_inserter(more),
                       numbered);
        for (const auto& [key, value] : {std::pair{"item=", options.item}, {"id=", options.id}}) {
            if (!value.empty()) {
                more.push_back(key + value);
            }
        }
        if (const Status status = sought.add_listing(options.listing, more); !status.ok()) {
            return status;
        }
    }
    return sought;
}

// The bytes as the edge would see them.
Result<std::string> read_plain(const std::string& file) {
    auto bytes = read_input(file);
    const std::string_view compression = bytes.ok() ? compression_of(*bytes) : std::string_view();
    if (!compression.empty()) {
        return Status::error(file + " is compressed (" + std::string(compression) +
                             "), which the edge leaves alone: fetch it with curl --compressed, or "
                             "pipe it through " +
                             std::string(compression) + " -dc");
    }
    return bytes;
}

bool write_text(const std::string& path, const std::string& text) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) {
        return false;
    }
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    return (std::fclose(file) == 0) && written;
}

Result<rewrite::JsonPattern> json_pattern(const InspectOptions& options) {
    const std::string id = "id=" + options.id;
    std::vector<std::string_view> arguments = {options.json_path};
    if (!options.id.empty()) {
        arguments.emplace_back(id);
    }
    page::Plan plan;
    if (Status status = page::add_json(plan, arguments); !status.ok()) {
        return status;
    }
    return std::move(plan.json.front());
}

int run_json(const InspectOptions& options) {
    const auto pattern = json_pattern(options);
    if (!pattern.ok()) {
        warn(pattern.message());
        return kUsage;
    }
    const auto document = read_plain(options.file);
    if (!document.ok()) {
        return fail(document.status());
    }
    rewrite::Limits limits;
    limits.max_buffer = options.buffer_size;
    std::string text;
    const bool found = json_lines_of(*document, *pattern, limits, options.explain, text);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return found ? kDone : kNo;
}

// A document whose strings are pages.
int inspect_strings(const InspectOptions& options, const Sought& sought,
                    std::string_view document) {
    page::Plan plan;
    const std::string_view path = options.json_html;
    if (const Status status = page::add_json_html(plan, {&path, 1}); !status.ok()) {
        warn(status.message());
        return kUsage;
    }
    std::string text;
    const bool found =
        json_html_lines_of(document, plan.json.front(), sought, options.explain, text);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return found ? kDone : kNo;
}

int inspect_page(const InspectOptions& options, const Sought& sought, std::string_view page) {
    const Inspection inspection = inspect(page, sought.plan.patterns, sought.plan.limits);
    const std::string text = lines_of(page, sought, inspection, options.explain);
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (!options.html.empty() && !write_text(options.html, outlined(page, sought, inspection))) {
        return fail("--html: cannot write " + options.html);
    }
    return inspection.found.empty() ? kNo : kDone;
}

void warn_of_selectors(const Sought& sought) {
    for (const rewrite::Pattern& pattern : sought.plan.patterns.list()) {
        for (const std::string& doubt : page::selector_doubts(pattern)) {
            warn(printable(doubt));
        }
    }
}

int run_inspect(const InspectOptions& options) {
    if (!options.json_path.empty()) {
        return run_json(options);
    }
    if (options.selectors.empty() && options.listing.empty()) {
        warn(
            "what is to be found? give --select, --listing or --json-path: see personalize inspect "
            "--help");
        return kUsage;
    }
    const auto sought = sought_by(options);
    if (!sought.ok()) {
        warn(sought.message());
        return kUsage;
    }
    warn_of_selectors(*sought);
    const auto page = read_plain(options.file);
    if (!page.ok()) {
        return fail(page.status());
    }
    return options.json_html.empty() ? inspect_page(options, *sought, *page)
                                     : inspect_strings(options, *sought, *page);
}

constexpr const char* kFooter =
    "Output, one line for each element that is found, offsets in bytes:\n"
    "  START INNER_START INNER_END END TAG\n"
    "and indented below a listing, for each of its tiles (no KEY: it names no item):\n"
    "    START END KEY\n"
    "In a JSON document TAG is `array`, and its elements are the tiles; or `string`, and what is\n"
    "found in the page that it says stands indented below it, offsets in what it says.\n"
    "Exit status: 0 something is found, 1 nothing is, 2 usage.\n"
    "Examples:\n"
    "  curl -s https://shop.example/ | personalize inspect - --listing ul.products --id href "
    "--explain\n"
    "  personalize inspect page.html --listing ul.products --id 'class:post-{id}' --html out.html\n"
    "  personalize inspect list.json --json-path '$.data.products' --id link:url\n";

// FILE is a JSON document then. `of_pages`: select, listing and html.
void add_json_options(CLI::App& command, InspectOptions& options,
                      const std::array<CLI::Option*, 3>& of_pages) {
    CLI::Option* strings =
        command
            .add_option("--json-html", options.json_html,
                        "FILE is JSON: where the strings are that are pages, as in "
                        "personalize_json_html; with --select or --listing")
            ->excludes(of_pages.back())
            ->type_name("PATH");
    CLI::Option* array = command
                             .add_option("--json-path", options.json_path,
                                         "FILE is JSON: where its array is, as in personalize_json")
                             ->excludes(strings)
                             ->type_name("PATH");
    for (CLI::Option* option : of_pages) {
        array->excludes(option);
    }
}

}  // namespace

void add_inspect(CLI::App& app, Run& run) {
    CLI::App* command =
        app.add_subcommand("inspect", "Say what the edge would find in a page, and why not");
    command->footer(kFooter);
    auto options = std::make_shared<InspectOptions>();
    command->add_option("file", options->file, "The page; -: standard input")
        ->required()
        ->type_name("FILE");
    CLI::Option* select =
        command
            ->add_option(
                "--select", options->selectors,
                "A widget's selector, as in personalize_widget; may be given several times")
            ->take_all()
            ->allow_extra_args(false)  // else "[a]" would be a list of values, and FILE another
            ->type_name("SELECTOR");
    CLI::Option* listing = command
                               ->add_option("--listing", options->listing,
                                            "A listing's selector, as in personalize_listing")
                               ->type_name("SELECTOR");
    command->add_option("--item", options->item, "Which of the listing's elements are tiles")
        ->needs(listing)
        ->type_name("SELECTOR");
    command
        ->add_option("--id", options->id,
                     "Where a tile says which item it is, as id= of personalize_listing; an "
                     "element, as id= of personalize_json")
        ->type_name("ID");
    command->add_option("--option", options->more, "Any other option of personalize_listing")
        ->needs(listing)
        ->take_all()
        ->allow_extra_args(false)
        ->type_name("KEY=VALUE");
    command
        ->add_option("--buffer-size", options->buffer_size,
                     "As personalize_buffer_size would have it")
        ->transform(CLI::AsSizeValue(false))
        ->check(CLI::Range(page::kMinBuffer, std::numeric_limits<std::size_t>::max() / 2))
        ->capture_default_str()
        ->type_name("SIZE");
    CLI::Option* html = command
                            ->add_option("--html", options->html,
                                         "Write a copy of the page with all that is found outlined")
                            ->type_name("FILE");
    add_json_options(*command, *options, {select, listing, html});
    command->add_flag("--explain", options->explain,
                      "Also say why something is not found, in lines that begin with #");
    command->callback([&run, options] { run = [options] { return run_inspect(*options); }; });
}

}  // namespace pz::cli
