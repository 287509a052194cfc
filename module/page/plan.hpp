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

#include "recommend/recommender.hpp"
#include "rewrite/rewriter.hpp"
#include "rewrite/template.hpp"
#include "store/status.hpp"

namespace pz::page {

// `personalize_widget selector recommender[,fallback...] [limit=8] [min=4] [template=name]
//  [name=..] [level=pre|segment|individual] [for=$var] [category=$var]`
// `personalize_listing selector [item=selector] [id=attribute|href] [top=6] [name=..] [level=..]
//  [query=$var] [category=$var]`
struct Placement {
    bool listing = false;
    std::string name;  // in rules, explanations and impressions; default: the selector
    std::vector<const recommend::Recommender*> recommenders;
    std::size_t limit = 8;
    std::size_t min = 4;  // never more than limit
    std::size_t top = 6;
    recommend::Tier level = recommend::Tier::individual;
    const rewrite::Template* tile = nullptr;  // widgets
    // Indices that the glue gives back with values per request; -1: none.
    int for_variable = -1;
    int category_variable = -1;
    int query_variable = -1;
};

struct Plan {
    std::vector<rewrite::Pattern> patterns;  // patterns[i] belongs to placements[i]
    std::vector<Placement> placements;
    rewrite::Limits limits;
    bool answer = false;  // the whole page is the one placement, and leaves as JSON
    bool empty() const { return placements.empty(); }
};

// A directive's arguments, without its name; $variables already replaced by "$<index>" by the
// glue. `find` resolves the names of templates; without template= it is asked for "default". The
// error begins with the directive's name, says which argument is wrong and what to write; the plan
// is then as it was before.
using FindTemplate = const rewrite::Template* (*)(void* data, std::string_view name);
Status add_widget(Plan& plan, std::span<const std::string_view> arguments, FindTemplate find,
                  void* data);
Status add_listing(Plan& plan, std::span<const std::string_view> arguments);

// "for_you,popular". The error names the unknown one and those that are known.
Result<std::vector<const recommend::Recommender*>> parse_recommenders(std::string_view text);

// Names are sent with impressions and written into rules.
inline constexpr std::size_t kMaxPlacementName = 100;
inline constexpr std::size_t kMaxLimit = 100;  // of limit=, min= and top=

}  // namespace pz::page
