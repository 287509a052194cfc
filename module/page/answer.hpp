// Answers of personalize_api: recommendations as JSON.
//
//   {"placement":"chat","recommender":"for_you","items":[{"id":"A","position":1,"title":"...",
//    "price":"19.90","regular_price":"24.90","availability":"in_stock","stock":3, ...}],
//    "explain":{...}}
//
// An item has every column of the catalog that is not empty, as texts; price is the current one,
// regular_price there only on sale, stock only when the shop says. `explain` is what
// recommend::explain() says, for staff.
// Thread rules: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "page/plan.hpp"
#include "recommend/rank.hpp"

namespace pz::page {

// The arguments of a question, in the order in which their values stand among Visitor::variables.
inline constexpr std::string_view kQuestionArguments[] = {"for", "item", "category", "limit",
                                                          "placement"};

struct Question {
    std::vector<const recommend::Recommender*> recommenders;
    std::size_t limit = 8;
    std::string_view placement;  // "api" when it is not given
};

// The error says which argument is wrong and what to write. Views point into `values`.
Result<Question> read_question(std::span<const std::string_view> values);

// A plan for these questions. What stands in the page is then the answer when nothing is known.
void plan_answer(Plan& plan);
inline constexpr std::string_view kNoAnswer = "{\"items\":[]}\n";

void append_answer(const store::Snapshot& snapshot, const Question& question,
                   const recommend::Ranked& ranked, bool explain, const recommend::RuleNames& rules,
                   std::string& out);

}  // namespace pz::page
