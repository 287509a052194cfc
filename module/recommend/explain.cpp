// explain: why each item stands where it stands, as JSON.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "recommend/candidates.hpp"
#include "recommend/rank.hpp"

namespace pz::recommend {

namespace {

constexpr std::string_view kTierNames[] = {"pre", "segment", "individual"};
constexpr std::string_view kSignalNames[] = {"popularity", "segment", "session",  "affinity",
                                             "recency",    "order",   "reminder", "exploration"};
static_assert(std::size(kSignalNames) == static_cast<std::size_t>(Signal::count));

// The length of the UTF-8 sequence that `text` begins with; 0: it is none.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || text.size() < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) {
            return 0;
        }
    }
    const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
    const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
    const bool beyond = lead == 0xF4 && byte(1) >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

void append_escape(unsigned char byte, std::string& out) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out.append("\\u00").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
}

// '<', '>' and '&' are escaped so that no text can end the script element or begin a comment in it.
void append_string(std::string_view text, std::string& out) {
    out += '"';
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        const char c = text.front();
        if (length == 0) {
            out += "\\ufffd";
        } else if (length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '<' ||
                                   c == '>' || c == '&' || c == '"' || c == '\\')) {
            append_escape(static_cast<unsigned char>(c), out);
        } else {
            out.append(text.substr(0, length));
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    out += '"';
}

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
            append_string(names[i], out);
            first = false;
        }
    }
    out += ']';
}

void append_item(const store::Snapshot& snapshot, const Candidate& candidate,
                 std::span<const std::string> rule_names, std::string& out) {
    const auto tier = std::min<std::size_t>(static_cast<std::size_t>(candidate.tier), 2);
    out += "{\"id\":";
    append_string(snapshot.id(candidate.item), out);
    out.append(",\"tier\":\"").append(kTierNames[tier]).append("\",\"score\":");
    append_number(candidate.score, out);
    out += ",\"signals\":";
    append_signals(candidate, out);
    out += ",\"rules\":";
    append_rules(candidate, rule_names, out);
    out += '}';
}

}  // namespace

void explain(const store::Snapshot& snapshot, std::string_view placement,
             std::string_view recommender, std::span<const Candidate> items,
             std::span<const std::string> rule_names, std::string& out) {
    out += "{\"placement\":";
    append_string(placement, out);
    out += ",\"recommender\":";
    append_string(recommender, out);
    out += ",\"items\":[";
    for (std::size_t i = 0; i < items.size(); ++i) {
        out.append(i == 0 ? "" : ",");
        append_item(snapshot, items[i], rule_names, out);
    }
    out += "]}";
}

}  // namespace pz::recommend
