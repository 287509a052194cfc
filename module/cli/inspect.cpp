#include "cli/inspect.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "page/listing_data.hpp"
#include "rewrite/characters.hpp"
#include "store/utf8.hpp"

namespace pz::cli {

namespace {

using rewrite::Skip;

// More skipped elements of one selector are only counted.
constexpr std::size_t kMostTold = 20;

class Finder final : public rewrite::Sink, public rewrite::Observer {
  public:
    void raw(std::string_view) override {}
    void element(const rewrite::Element& element) override {
        const std::uint64_t at = element.offset;
        Found found{element.pattern,           at, at + element.inner_begin, at + element.inner_end,
                    at + element.outer.size(), {}};
        for (const rewrite::Tile& tile : element.tiles) {
            found.tiles.push_back({at + tile.begin, at + tile.end, std::string(tile.key)});
        }
        inspection.found.push_back(std::move(found));
    }
    void skipped(const Skip& skip) override {
        inspection.skipped.push_back(
            {skip.reason, skip.pattern, skip.offset, skip.at, std::string(skip.tag)});
    }
    Inspection inspection;
};

class Printer {
  public:
    Printer(std::string_view page, const Sought& sought, const Inspection& inspection)
        : page_(page), sought_(sought), inspection_(inspection) {}

    std::string text() && { return std::move(out_); }
    void found();
    void explained();

  private:
    void explain_pattern(std::size_t pattern);
    void explain_keys(std::size_t pattern);
    void explain_keys(const Found& found, const std::string& at, const std::string& what);
    std::vector<FoundTile> tiles_of(const Found& found) const;
    std::optional<rewrite::JsonArray> data_of(const Found& script) const;
    std::string why(const Skipped& skipped) const;
    std::string why_ambiguous(const Skipped& skipped, const std::string& by) const;
    std::string why_inside(const Skipped& skipped) const;
    void comment(const std::string& text) { out_ += "# " + printable(text) + "\n"; }

    std::string_view page_;
    const Sought& sought_;
    const Inspection& inspection_;
    std::string out_;
};

void Printer::found() {
    for (const Found& found : inspection_.found) {
        out_ += std::to_string(found.begin) + ' ' + std::to_string(found.inner_begin) + ' ' +
                std::to_string(found.inner_end) + ' ' + std::to_string(found.end) + ' ' +
                tag_at(page_, found.begin) + '\n';
        for (const FoundTile& tile : tiles_of(found)) {
            out_ += "  " + std::to_string(tile.begin) + ' ' + std::to_string(tile.end);
            out_ += (tile.key.empty() ? "" : " " + printable(tile.key)) + '\n';
        }
    }
}

// Of a listing's data: the elements of its array.
std::vector<FoundTile> Printer::tiles_of(const Found& found) const {
    const auto array = data_of(found);
    std::vector<FoundTile> tiles = found.tiles;
    for (std::size_t i = 0; array && i < array->elements.size(); i++) {
        const rewrite::JsonArray::Element& element = array->elements[i];
        tiles.push_back({found.inner_begin + element.begin, found.inner_begin + element.end,
                         std::string(element.id)});
    }
    return tiles;
}

std::optional<rewrite::JsonArray> Printer::data_of(const Found& script) const {
    const auto& data = sought_.plan.placements[script.pattern].data;
    if (!data) {
        return std::nullopt;
    }
    const std::string_view text =
        page_.substr(static_cast<std::size_t>(script.inner_begin),
                     static_cast<std::size_t>(script.inner_end - script.inner_begin));
    return page::find_listing_data(text, *data, sought_.plan.limits);
}

void Printer::explained() {
    for (std::size_t pattern = 0; pattern < sought_.plan.patterns.size(); pattern++) {
        explain_pattern(pattern);
    }
    for (const Skipped& skipped : inspection_.skipped) {
        if (skipped.pattern == Skip::kNone) {
            comment(why(skipped));
        }
    }
    if (inspection_.found.size() > page::kMaxPlaced) {
        comment("the edge fills the first " + std::to_string(page::kMaxPlaced) +
                " elements of a page and leaves the others as they are");
    }
}

void Printer::explain_pattern(std::size_t pattern) {
    const rewrite::Pattern& sought = sought_.plan.patterns[pattern];
    const auto of_pattern = [pattern](const auto& each) { return each.pattern == pattern; };
    const auto found =
        std::count_if(inspection_.found.begin(), inspection_.found.end(), of_pattern);
    const auto skipped =
        std::count_if(inspection_.skipped.begin(), inspection_.skipped.end(), of_pattern);
    comment("'" + sought.selector.text + "': " + std::to_string(found) + " found, " +
            std::to_string(skipped) + " passed over");
    std::size_t told = 0;
    for (const Skipped& each : inspection_.skipped) {
        if (each.pattern == pattern && told++ < kMostTold) {
            comment("  " + why(each));
        }
    }
    if (told > kMostTold) {
        comment("  and " + std::to_string(told - kMostTold) + " more");
    }
    if (found == 0 && skipped == 0) {
        comment("  " + hint_of(page_, sought, sought_.plan.limits));
    }
    if (sought.listing || sought_.plan.placements[pattern].data) {
        explain_keys(pattern);
    }
}

void Printer::explain_keys(std::size_t pattern) {
    bool first = true;
    for (const Found& found : inspection_.found) {
        if (found.pattern != pattern) {
            continue;
        }
        const auto& data = sought_.plan.placements[pattern].data;
        const std::string at = "  " + std::to_string(found.begin) + ": ";
        if (data && !std::exchange(first, false)) {
            comment(at + "not looked at: the first script counts; name it more exactly");
        } else if (data && !data_of(found)) {
            comment(at + "no array, or more than one, at " + data->path.text +
                    ", or no JSON: listing and script stay as they are");
        } else {
            explain_keys(found, at, data ? "elements" : "tiles");
        }
    }
}

void Printer::explain_keys(const Found& found, const std::string& at, const std::string& what) {
    const std::vector<FoundTile> tiles = tiles_of(found);
    const auto without = std::count_if(tiles.begin(), tiles.end(),
                                       [](const FoundTile& tile) { return tile.key.empty(); });
    const std::string advice = what == "tiles" ? "--id and --item" : "data_id=";
    comment(at + std::to_string(tiles.size()) + " " + what + ", " + std::to_string(without) +
            " of them without a key" +
            (without > 0 ? ": they keep their places; see " + advice : std::string()));
    if (what == "tiles" && static_cast<std::size_t>(without) == tiles.size()) {
        comment("    " + tiles_hint_of(page_, found, sought_.plan.patterns[found.pattern]));
    }
}

std::string Printer::why(const Skipped& skipped) const {
    const std::string subject = "passed over <" + tag_at(page_, skipped.offset) + "> at " +
                                place_of(page_, skipped.offset) + ": ";
    const std::string by = skipped.tag.empty()
                               ? std::string()
                               : "<" + skipped.tag + "> at " + place_of(page_, skipped.at);
    switch (skipped.reason) {
        case Skip::Reason::ambiguous:
            return subject + why_ambiguous(skipped, by);
        case Skip::Reason::no_html:
            return subject +
                   "it can hold no HTML (void, raw text, in svg or math) or browsers put it "
                   "elsewhere";
        case Skip::Reason::inert:
            return subject + "it is in a <template>: no part of the page until a script puts it in";
        case Skip::Reason::inside:
            return subject + why_inside(skipped);
        case Skip::Reason::over_limit:
            break;
    }
    if (skipped.pattern == Skip::kNone) {
        return subject + "this tag is too long, or the page too deep from here on";
    }
    return subject + "it is larger than personalize_buffer_size or has too many tiles" +
           (by.empty() ? "" : ", seen at " + by);
}

std::string Printer::why_ambiguous(const Skipped& skipped, const std::string& by) const {
    if (by.empty()) {
        return "it is not closed when the page ends";
    }
    const bool listing =
        skipped.pattern != Skip::kNone && sought_.plan.patterns[skipped.pattern].listing;
    return listing ? "where it or one of its tiles ends is not certain, because of " + by +
                         "; tiles with and without an end tag do not change places either"
                   : "where it ends is not certain, because of " + by;
}

std::string Printer::why_inside(const Skipped& skipped) const {
    for (const Found& found : inspection_.found) {
        if (found.begin < skipped.offset && skipped.offset < found.end) {
            return "it is inside what is found at " + std::to_string(found.begin);
        }
    }
    return "it is inside an element that was passed over";
}

}  // namespace

Status Sought::add_selector(std::string_view selector) {
    auto compiled = rewrite::compile_selector(selector);
    if (!compiled.ok()) {
        return compiled.status();
    }
    plan.patterns.push_back({std::move(*compiled), false, {}, {}});
    plan.placements.emplace_back();
    return {};
}

Status Sought::add_listing(std::string_view selector, std::span<const std::string> options) {
    std::vector<std::string_view> arguments = {selector};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return page::add_listing(plan, arguments);
}

Inspection inspect(std::string_view page, const rewrite::Patterns& patterns,
                   const rewrite::Limits& limits) {
    Finder finder;
    rewrite::Rewriter rewriter(patterns, finder, limits, &finder);
    rewriter.write(page);
    rewriter.end();
    return std::move(finder.inspection);
}

std::string lines_of(std::string_view page, const Sought& sought, const Inspection& inspection,
                     bool explain) {
    Printer printer(page, sought, inspection);
    printer.found();
    if (explain) {
        printer.explained();
    }
    return std::move(printer).text();
}

std::string place_of(std::string_view page, std::uint64_t offset) {
    const std::string_view before = page.substr(0, static_cast<std::size_t>(offset));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
    return std::to_string(offset) + " (line " + std::to_string(line) + ", column " +
           std::to_string(column) + ")";
}

std::string tag_at(std::string_view page, std::uint64_t offset) {
    const std::string_view tag = page.substr(static_cast<std::size_t>(offset) + 1, 64);
    std::string name(tag.substr(0, tag.find_first_of(" \t\r\n\f/>")));
    std::transform(name.begin(), name.end(), name.begin(), rewrite::to_lower);
    return name;
}

std::string printable(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string out;
    while (!text.empty()) {
        const store::CodePoint code = store::decode_utf8(text);
        const bool control = code.value < 0x20 || (code.value >= 0x7F && code.value < 0xA0);
        for (const char c : text.substr(0, code.size)) {
            const auto byte = static_cast<unsigned char>(c);
            if (control || !code.valid) {
                out.append("\\x").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
            } else {
                out += c;
            }
        }
        text.remove_prefix(code.size);
    }
    return out;
}

}  // namespace pz::cli
