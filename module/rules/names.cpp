#include "rules/names.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "rules/lexical.hpp"
#include "rules/nearest.hpp"

namespace pz::rules {
namespace {

// As in access.lua.
constexpr std::string_view kItemNames[] = {"price",  "sale_price", "current_price",
                                           "stock",  "age_days",   "popularity",
                                           "margin", "available",  "on_sale"};
constexpr std::string_view kVisitorNames[] = {
    "trait",      "share",  "viewed",  "bought",    "in_cart",    "liked",
    "in_segment", "count",  "visits",  "returning", "cart_count", "session_share",
    "days_since", "events", "consent", "cart_value"};
constexpr std::string_view kPageNames[] = {"placement", "category", "query",  "item",
                                           "var",       "hour",     "minute", "weekday",
                                           "date",      "day",      "month",  "days_left"};

bool has(std::span<const std::string_view> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// The words and signs of a file that loads, without comments, texts and numbers.
class Tokens {
  public:
    explicit Tokens(std::string_view source) : source_(source) {}

    // Empty: the end.
    std::string_view next() {
        while (at_ < source_.size()) {
            const std::size_t begin = at_;
            const char c = source_[at_];
            if (is_name_start(c)) {
                skip_to(std::find_if_not(source_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         source_.end(), is_name));
                return source_.substr(begin, at_ - begin);
            }
            if (!skip_dull(c)) {
                at_ += source_.substr(at_, 2) == ".." ? 2 : 1;
                return source_.substr(begin, at_ - begin);
            }
        }
        return {};
    }
    int line() const { return line_; }

  private:
    void skip_to(std::string_view::iterator end) {
        const auto begin = source_.begin() + static_cast<std::ptrdiff_t>(at_);
        line_ += static_cast<int>(std::count(begin, end, '\n'));
        at_ = static_cast<std::size_t>(end - source_.begin());
    }
    void skip_to(std::size_t end) {
        skip_to(source_.begin() + static_cast<std::ptrdiff_t>(std::min(end, source_.size())));
    }
    // Behind a text or comment in long brackets that begins there; npos: none does.
    std::size_t end_of_brackets(std::size_t at) const {
        std::size_t level = at + 1;
        while (level < source_.size() && source_[level] == '=') {
            ++level;
        }
        if (source_.substr(at, 1) != "[" || source_.substr(level, 1) != "[") {
            return std::string_view::npos;
        }
        const std::string close = "]" + std::string(level - at - 1, '=') + "]";
        const std::size_t end = source_.find(close, level);
        return end == std::string_view::npos ? source_.size() : end + close.size();
    }
    // What is no part of a name's use.
    bool skip_dull(char c) {
        const bool comment = source_.substr(at_, 2) == "--";
        const std::size_t brackets = end_of_brackets(at_ + (comment ? 2 : 0));
        if (brackets != std::string_view::npos) {
            skip_to(brackets);
        } else if (comment) {
            skip_to(source_.find('\n', at_));
        } else if (c == '"' || c == '\'') {
            skip_to(end_of_text(source_, at_) + 1);
        } else if (is_digit(c)) {
            skip_to(end_of_number(source_, at_));
        } else if (is_space(c)) {
            skip_to(at_ + 1);
        } else {
            return false;
        }
        return true;
    }

    std::string_view source_;
    std::size_t at_ = 0;
    int line_ = 1;
};

struct Use {
    std::string_view object, name;
    int line;
};

struct Token {
    std::string_view text;
    int line;
    bool is_name() const { return is_name_start(text.front()) && !is_keyword(text); }
    bool is_access() const { return text == "." || text == ":"; }
};

// Names that the file gives to something itself.
std::set<std::string_view> own_names(std::span<const Token> tokens) {
    std::set<std::string_view> own;
    bool naming = false;  // in the list behind `local` or `for`
    for (const Token& token : tokens) {
        if (token.is_name() && naming) {
            own.insert(token.text);
        } else if (!token.is_name()) {
            naming = token.text == "local" || token.text == "for" || (naming && token.text == ",");
        }
    }
    return own;
}

// What item, visitor and page are asked for; page.item is an item.
std::vector<Use> uses_of(std::string_view source) {
    std::vector<Token> tokens;
    Tokens reader(source);
    for (auto token = reader.next(); !token.empty(); token = reader.next()) {
        tokens.push_back({token, reader.line()});
    }
    const auto own = own_names(tokens);
    std::vector<Use> uses;
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
        const bool of_page = i > 1 && tokens[i - 1].text == "." && tokens[i - 2].text == "page" &&
                             tokens[i].text == "item";
        const bool alone = i == 0 || !tokens[i - 1].is_access();
        if ((of_page || (alone && !own.contains(tokens[i].text))) && tokens[i + 1].is_access() &&
            tokens[i + 2].is_name()) {
            uses.push_back({tokens[i].text, tokens[i + 2].text, tokens[i + 2].line});
        }
    }
    return uses;
}

// Empty: it is known, or nobody can tell.
std::string fault_of(const Use& use, const store::Snapshot* snapshot) {
    const std::string name(use.name);
    if (use.object == "item") {
        const bool known = snapshot == nullptr || has(kItemNames, use.name) ||
                           snapshot->find_field(use.name) != store::kNoField;
        return known ? "" : no_column(*snapshot, name);
    }
    const bool of_page = use.object == "page";
    const std::span<const std::string_view> names =
        of_page ? std::span<const std::string_view>(kPageNames) : kVisitorNames;
    if ((!of_page && use.object != "visitor") || has(names, use.name)) {
        return "";
    }
    Nearest nearest(use.name);
    for (const std::string_view known : names) {
        nearest.offer(known);
    }
    return "a " + std::string(use.object) + " has no '" + name + "'" + nearest.question();
}

}  // namespace

std::string no_column(const store::Snapshot& snapshot, const std::string& name) {
    Nearest nearest(name);
    for (const std::string_view known : kItemNames) {
        nearest.offer(known);
    }
    for (std::size_t i = 0; i < snapshot.field_count(); ++i) {
        nearest.offer(snapshot.field_name(static_cast<store::FieldId>(i)));
    }
    return "item." + name + ": the catalog has no such column" + nearest.question();
}

std::vector<Finding> unknown_names(std::string_view source, const Definitions& definitions,
                                   const store::Snapshot* snapshot) {
    std::vector<Finding> findings;
    std::set<std::pair<int, std::string>> said;
    for (const Use& use : uses_of(source)) {
        std::string fault = fault_of(use, snapshot);
        if (fault.empty() || !said.emplace(use.line, fault).second) {
            continue;
        }
        std::string rule;
        for (const Rule& each : definitions.rules) {
            rule = each.line <= use.line ? each.name : rule;
        }
        findings.push_back({false, use.line, std::move(rule), std::move(fault)});
    }
    return findings;
}

}  // namespace pz::rules
