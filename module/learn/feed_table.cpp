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
        ended_ = end < rest_.size();
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        if (line->ends_with('\r')) {
            line->remove_suffix(1);
        }
        ++number_;
        return true;
    }
    std::size_t number() const { return number_; }
    // The last one read had an end: it is whole.
    bool ended() const { return ended_; }

  private:
    std::string_view rest_;
    std::size_t number_ = 0;
    bool ended_ = false;
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

// What a row must have, whatever it leaves empty. A header may end with columns of no name.
std::size_t cells_of(const std::vector<std::string>& names) {
    const auto last = std::find_if(names.rbegin(), names.rend(),
                                   [](const std::string& name) { return !name.empty(); });
    return static_cast<std::size_t>(names.rend() - last);
}

// A row that ends early was cut, or broken in two by a line end within a value: what it does not
// reach is not known to be empty.
std::string too_few(std::size_t cells, const std::vector<std::string>& names) {
    return std::to_string(cells) + " values, but the header has " +
           std::to_string(cells_of(names)) +
           " columns; a row has a tab for every column, and no line end within a value";
}

std::string too_many(const std::vector<std::string>& names) {
    return "more values than the header has columns (" + std::to_string(names.size()) +
           "); a tab within a value should be a space";
}

Status read_row(std::string_view line, const Lines& lines, const std::vector<std::string>& names,
                FeedOutput& output) {
    store::ItemInput input;
    std::size_t cells = 0;
    const bool fits = for_cells(line, [&](std::size_t column, std::string_view text) {
        cells = column + 1;
        if (column >= names.size()) {
            return text.empty();
        }
        put_value(input, names[column], trim(unquoted(text)));
        return true;
    });
    const bool whole = cells >= cells_of(names);
    if (!whole && !lines.ended()) {
        return Status::error("line " + std::to_string(lines.number()) +
                             ": the feed ends within this row; was it cut off?");
    }
    if (!fits || !whole) {
        output.skip(lines.number(), fits ? too_few(cells, names) : too_many(names));
    } else {
        output.item(lines.number(), input);
    }
    return {};
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
            if (Status status = read_row(line, lines, *names, output); !status) {
                return status;
            }
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
