#include "page/answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "page/tile_fields.hpp"
#include "recommend/json_text.hpp"

namespace pz::page {

namespace {

using recommend::append_json;

enum Argument : std::size_t { kFor, kItem, kCategory, kLimit, kPlacement };

void append_member(std::string_view name, std::string_view value, std::string& out) {
    if (!value.empty()) {
        out += ',';
        append_json(name, out);
        out += ':';
        append_json(value, out);
    }
}

bool is_live(std::string_view name) {
    return name != "date_added" &&
           std::find(std::begin(store::kLiveFieldNames), std::end(store::kLiveFieldNames), name) !=
               std::end(store::kLiveFieldNames);
}

void append_live(const store::LiveFields& live, std::string& out) {
    Locale::Buffer digits;
    append_member("price", format_price(live.current_price_micros(), digits), out);
    if (live.on_sale()) {
        append_member("regular_price", format_price(live.price_micros, digits), out);
    }
    append_member("availability", availability_name(live.availability), out);
    if (live.stock != store::kUnknownStock) {
        out.append(",\"stock\":").append(std::to_string(live.stock));
    }
}

void append_item(const store::Snapshot& snapshot, store::ItemIndex item, std::size_t position,
                 std::string& out) {
    out += "{\"id\":";
    append_json(snapshot.id(item), out);
    out.append(",\"position\":").append(std::to_string(position));
    for (std::size_t i = store::field::id + 1; i < snapshot.field_count(); ++i) {
        const auto field = static_cast<store::FieldId>(i);
        if (!is_live(snapshot.field_name(field))) {
            append_member(snapshot.field_name(field), snapshot.text(item, field), out);
        }
    }
    append_live(snapshot.live(item), out);
    out += '}';
}

}  // namespace

Result<Question> read_question(std::span<const std::string_view> values) {
    Question question;
    if (values.size() != std::size(kQuestionArguments)) {
        return Status::error("not a question");
    }
    auto recommenders = parse_recommenders(values[kFor]);
    if (!recommenders.ok()) {
        return Status::error("for: " + recommenders.message());
    }
    question.recommenders = std::move(*recommenders);
    if (const std::string_view text = values[kLimit]; !text.empty()) {
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), question.limit);
        if (error != std::errc() || end != text.data() + text.size() || question.limit < 1 ||
            question.limit > kMaxLimit) {
            return Status::error("limit: write a number from 1 to " + std::to_string(kMaxLimit));
        }
    }
    question.placement = values[kPlacement].empty() ? "api" : values[kPlacement];
    if (question.placement.size() > kMaxPlacementName) {
        return Status::error("placement: over " + std::to_string(kMaxPlacementName) +
                             " characters; write a shorter name");
    }
    return question;
}

void plan_answer(Plan& plan) {
    plan.answer = true;
    plan.patterns.push_back({});
    Placement placement;
    placement.name = "api";
    placement.for_variable = kItem;
    placement.category_variable = kCategory;
    plan.placements.push_back(std::move(placement));
}

void append_answer(const store::Snapshot& snapshot, const Question& question,
                   const recommend::Ranked& ranked, bool explain, const recommend::RuleNames& rules,
                   std::string& out) {
    out += "{\"placement\":";
    append_json(question.placement, out);
    out += ",\"recommender\":";
    append_json(ranked.recommender, out);
    out += ",\"items\":[";
    for (std::size_t i = 0; i < ranked.items.size(); ++i) {
        out.append(i == 0 ? "" : ",");
        append_item(snapshot, ranked.items[i].item, i + 1, out);
    }
    out += ']';
    if (explain) {
        out += ",\"explain\":";
        recommend::explain(snapshot, question.placement, ranked.recommender, ranked.items, rules,
                           out);
    }
    out += "}\n";
}

}  // namespace pz::page
