// explain: why each item stands where it stands, as JSON.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "recommend/candidates.hpp"
#include "recommend/json_text.hpp"
#include "recommend/rank.hpp"
#include "store/utf8.hpp"

namespace pz::recommend {

namespace {

constexpr std::string_view kTierNames[] = {"pre", "segment", "individual"};
constexpr std::string_view kSignalNames[] = {"popularity", "segment", "session",  "affinity",
                                             "recency",    "order",   "reminder", "exploration"};
static_assert(std::size(kSignalNames) == static_cast<std::size_t>(Signal::count));

void append_number(float number, std::string& out) {
    std::array<char, 32> digits{};
    const float finite = std::isfinite(number) ? number : 0;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), finite,
                                   std::chars_format::general, 4);
    out.append(digits.data(), end.ptr);
}

void append_signals(const Candidate& candidate, std::string& out) {
    float sum = 0;
    for (const float part : candidate.parts) {
        sum += std::max(part, 0.0F);
    }
    out += '{';
    bool first = true;
    for (std::size_t i = 0; i < std::size(kSignalNames); ++i) {
        if (candidate.parts[i] > 0 && std::isfinite(sum)) {
            out.append(first ? "\"" : ",\"").append(kSignalNames[i]).append("\":");
            append_number(candidate.parts[i] / sum, out);
            first = false;
        }
    }
    out += '}';
}

void append_rules(const Candidate& candidate, std::span<const std::string> names,
                  std::string& out) {
    out += '[';
    bool first = true;
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 64); ++i) {
        if ((candidate.rules >> i & 1U) != 0) {
            out.append(first ? "" : ",");
            append_json(names[i], out);
            first = false;
        }
    }
    out += ']';
}

void append_item(const store::Snapshot& snapshot, const Candidate& candidate,
                 std::span<const std::string> rule_names, std::string& out) {
    const auto tier = std::min<std::size_t>(static_cast<std::size_t>(candidate.tier), 2);
    out += "{\"id\":";
    append_json(snapshot.id(candidate.item), out);
    out.append(",\"tier\":\"").append(kTierNames[tier]).append("\",\"score\":");
    append_number(candidate.score, out);
    out += ",\"signals\":";
    append_signals(candidate, out);
    out += ",\"rules\":";
    append_rules(candidate, rule_names, out);
    if (candidate.named_by != 0 && candidate.named_by <= rule_names.size()) {
        out += ",\"source\":";
        append_json("rule " + rule_names[candidate.named_by - 1U], out);
    }
    out += '}';
}

}  // namespace

RuleNames RuleNames::of(const rules::RuleSet* rules) {
    return rules == nullptr ? RuleNames() : RuleNames{rules->rule_names(), rules->version_text()};
}

void explain(const store::Snapshot& snapshot, std::string_view placement,
             std::string_view recommender, std::span<const Candidate> items, const RuleNames& rules,
             std::string& out) {
    out += "{\"placement\":";
    append_json(placement, out);
    out += ",\"recommender\":";
    append_json(recommender, out);
    if (!rules.version.empty()) {
        out += ",\"rules\":";
        append_json(rules.version, out);
    }
    out += ",\"items\":[";
    for (std::size_t i = 0; i < items.size(); ++i) {
        out.append(i == 0 ? "" : ",");
        append_item(snapshot, items[i], rules.names, out);
    }
    out += "]}";
}

}  // namespace pz::recommend
