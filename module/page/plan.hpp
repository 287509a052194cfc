// Plan: what a location's directives ask of its pages. Built at configuration time, then immutable.
// Thread rules: share freely after configuration.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "recommend/rank.hpp"
#include "recommend/recommender.hpp"
#include "rewrite/json_finder.hpp"
#include "rewrite/rewriter.hpp"
#include "rewrite/template.hpp"
#include "store/status.hpp"

namespace pz::page {

// `personalize_widget selector recommender[,fallback...] [limit=8] [min=4] [template=name]
//  [name=..] [level=pre|segment|individual] [for=$var] [category=$var] [gap=$var]`
// `personalize_listing selector [item=selector] [id=attribute|attribute:..{id}..|field:name|href]
//  [top=6] [rest=shop|learned] [name=..] [level=..] [query=$var] [category=$var]
//  [position_classes=first,last,odd,even|off] [position_attributes=name,..|off]
//  [data=selector data_path=$.path [data_id=field|link:field]]`
// `personalize_json path [id=field|link:field] [top=6] [name=..] [level=..] [query=$var]
//  [category=$var]`: a listing that is an array of a JSON document
struct Placement {
    bool listing = false;
    bool json = false;
    // Listings: the page has the list once more, in the script that is the placement behind this
    // one.
    bool has_data = false;
    std::optional<rewrite::JsonPattern> data;  // that script's: the array
    std::string name;  // in rules, explanations and impressions; default: the selector or path
    std::vector<const recommend::Recommender*> recommenders;
    std::size_t limit = 8;
    std::size_t min = 4;  // never more than limit
    std::size_t top = 6;
    recommend::Rest rest = recommend::Rest::shop;  // listings
    recommend::Tier level = recommend::Tier::individual;
    const rewrite::Template* tile = nullptr;  // widgets
    // Indices that the glue gives back with values per request; -1: none.
    int for_variable = -1;
    int gap_variable = -1;
    int category_variable = -1;
    int query_variable = -1;
};

struct Plan {
    // patterns[i] belongs to placements[i]; that of an array matches no element of a page, that of
    // a listing's data a script.
    rewrite::Patterns patterns;
    std::vector<Placement> placements;
    // Of JSON documents: arrays, and strings that are pages of their own.
    std::vector<rewrite::JsonPattern> json;
    std::vector<std::size_t> json_placements;  // of json[i]; strings have kNoPlacement
    rewrite::Limits limits;
    bool answer = false;  // the whole page is the one placement, and leaves as JSON

    static constexpr std::size_t kNoPlacement = static_cast<std::size_t>(-1);

    bool empty() const { return placements.empty() && json.empty(); }
    // Something is to be done in pages, in strings that are pages, in JSON documents.
    bool of_html() const;
    bool of_json_html() const;
    bool of_json() const { return !json.empty(); }
};

// A directive's arguments, without its name; $variables already replaced by "$<index>" by the
// glue. `find` resolves the names of templates; without template= it is asked for "default". The
// error begins with the directive's name, says which argument is wrong and what to write; the plan
// is then as it was before.
using FindTemplate = const rewrite::Template* (*)(void* data, std::string_view name);
Status add_widget(Plan& plan, std::span<const std::string_view> arguments, FindTemplate find,
                  void* data);
Status add_listing(Plan& plan, std::span<const std::string_view> arguments);
Status add_json(Plan& plan, std::span<const std::string_view> arguments);
// `personalize_json_html path`: the plan's other placements apply within the strings there.
Status add_json_html(Plan& plan, std::span<const std::string_view> arguments);

// "for_you,popular". The error names the unknown one and those that are known.
Result<std::vector<const recommend::Recommender*>> parse_recommenders(std::string_view text);

// Names are sent with impressions and written into rules.
inline constexpr std::size_t kMaxPlacementName = 100;
inline constexpr std::size_t kMaxLimit = 100;  // of limit=, min= and top=
// Of personalize_buffer_size, in bytes: with less not even a start tag could be read.
inline constexpr std::size_t kMinBuffer = 1024;

}  // namespace pz::page
