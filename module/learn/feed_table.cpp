// Tab-separated feeds, as Merchant Center takes them.
#include <algorithm>
#include <optional>

#include "learn/feed.hpp"

namespace pz::learn {

namespace {

constexpr std::size_t kMaxColumns = 200;
constexpr std::size_t kMaxColumnName = 100;

// Lines without their ends, counted from 1.
class Lines {
  public:
    explicit Lines(std::string_view bytes) : rest_(bytes) {}
    bool next(std::string_view* line) {
        if (rest_.empty()) {
            return false;
        }
        const std::size_t end = std::min(rest_.find('\n'), rest_.size());
        *line = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        if (line->ends_with('\r')) {
            line->remove_suffix(1);
        }
        ++number_;
        return true;
    }
    std::size_t number() const { return number_; }

  private:
    std::string_view rest_;
    std::size_t number_ = 0;
};

// A value in quotes, with "" for a quote; anything else is taken as it stands. Quotes hide neither
// tabs nor line ends: a stray quote must not swallow the items behind it.
std::string unquoted(std::string_view value) {
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') {
        return std::string(value);
    }
    const std::string_view inner = value.substr(1, value.size() - 2);
    std::string result;
    for (std::size_t i = 0; i < inner.size(); ++i) {
        result += inner[i];
        if (inner[i] == '"' && (++i == inner.size() || inner[i] != '"')) {
            return std::string(value);  // the first quote belonged to the text: "A" and "B"
        }
    }
    return result;
}

// Calls value(column, text) for each cell; false as soon as that does.
template <class Value>
bool for_cells(std::string_view line, const Value& value) {
    for (std::size_t column = 0;; ++column) {
        const std::size_t end = line.find('\t');
        if (!value(column, trim(line.substr(0, end)))) {
            return false;
        }
        if (end == std::string_view::npos) {
            return true;
        }
        line.remove_prefix(end + 1);
    }
}

Result<std::vector<std::string>> read_header(std::string_view line, std::size_t number) {
    const std::string place = "line " + std::to_string(number) + ": ";
    std::vector<std::string> names;
    const bool fits = for_cells(line, [&names](std::size_t column, std::string_view text) {
        names.push_back(column_name(unquoted(text)));
        return column < kMaxColumns && names.back().size() <= kMaxColumnName;
    });
    if (!fits) {
        return Status::error(place +
                             "over 200 columns, or a column name over 100 characters; "
                             "the first line should name the columns, parted by tabs");
    }
    if (std::find(names.begin(), names.end(), "id") == names.end()) {
        return Status::error(place +
                             "no column 'id'; the first line should name the columns, "
                             "parted by tabs: id, title, link, image_link, price, ...");
    }
    return names;
}

void read_row(std::string_view line, std::size_t number, const std::vector<std::string>& names,
              FeedOutput& output) {
    store::ItemInput input;
    const bool fits = for_cells(line, [&](std::size_t column, std::string_view text) {
        if (column >= names.size()) {
            return text.empty();
        }
        put_value(input, names[column], trim(unquoted(text)));
        return true;
    });
    if (!fits) {
        return output.skip(number, "more values than the header has columns (" +
                                       std::to_string(names.size()) +
                                       "); a tab within a value should be a space");
    }
    output.item(number, input);
}

}  // namespace

Result<FeedReport> read_table(std::string_view bytes, const ItemSink& sink) {
    Lines lines(bytes);
    FeedOutput output(sink);
    std::optional<std::vector<std::string>> names;
    for (std::string_view line; lines.next(&line);) {
        if (trim(line).empty()) {
            continue;
        }
        if (names) {
            read_row(line, lines.number(), *names, output);
            continue;
        }
        auto header = read_header(line, lines.number());
        if (!header) {
            return header.status();
        }
        names = std::move(*header);
    }
    return output.take();
}

}  // namespace pz::learn
