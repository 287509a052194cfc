#include "visitor/multipart.hpp"

#include <algorithm>

#include "visitor/fields.hpp"

namespace pz::visitor {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kDashes = "--";

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool same(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

bool blank(char c) {
    return c == ' ' || c == '\t';
}

void skip_blanks(std::string_view& text) {
    while (!text.empty() && blank(text.front())) {
        text.remove_prefix(1);
    }
}

std::string_view trimmed(std::string_view text) {
    skip_blanks(text);
    while (!text.empty() && blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

// Takes what stands before the first of `ends`, and leaves that.
std::string_view take_until(std::string_view& text, std::string_view ends) {
    const std::size_t end = std::min(text.find_first_of(ends), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(end);
    return taken;
}

// `name=value` or `name="value"` of a header. The value as it stands between the quotes.
struct Parameter {
    std::string_view name, value;
    bool quoted = false;
};

// A quoted text up to the quote that no backslash stands before; false: there is none.
bool take_quoted(std::string_view& text, std::string_view* value) {
    std::size_t end = 1;
    while (end < text.size() && text[end] != '"') {
        end += text[end] == '\\' ? 2 : 1;
    }
    if (end >= text.size()) {
        return false;
    }
    *value = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    return true;
}

// Takes the next `;name=value` off the text, which has something left. False: there is none such.
bool next_parameter(std::string_view& text, Parameter* parameter) {
    skip_blanks(text);
    if (text.empty() || text.front() != ';') {
        return false;
    }
    text.remove_prefix(1);
    parameter->name = trimmed(take_until(text, "=;"));
    if (text.empty() || text.front() != '=') {
        return false;
    }
    text.remove_prefix(1);
    skip_blanks(text);
    parameter->quoted = text.starts_with('"');
    if (parameter->quoted) {
        return take_quoted(text, &parameter->value);
    }
    parameter->value = trimmed(take_until(text, ";"));
    return true;
}

std::string unquoted(const Parameter& parameter) {
    std::string text;
    for (std::size_t i = 0; i < parameter.value.size(); i++) {
        i += parameter.quoted && parameter.value[i] == '\\' ? 1 : 0;
        text += parameter.value[i];
    }
    return text;
}

bool boundary_character(char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

// What a part's headers say.
struct Part {
    std::string name;      // empty: none
    bool is_file = false;  // it has a file's name
    bool is_text = true;   // its bytes are the value
};

bool read_disposition(std::string_view header, Part* part) {
    if (!same(trimmed(take_until(header, ";")), "form-data")) {
        return true;  // somebody's own
    }
    while (!header.empty()) {
        Parameter parameter;
        if (!next_parameter(header, &parameter)) {
            return false;
        }
        if (same(parameter.name, "name") && part->name.empty()) {
            part->name = unquoted(parameter);
        }
        part->is_file |= same(parameter.name, "filename") || same(parameter.name, "filename*");
    }
    return true;
}

bool read_header(std::string_view line, Part* part) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
        return false;
    }
    const std::string_view name = line.substr(0, colon);
    const std::string_view text = trimmed(line.substr(colon + 1));
    if (same(name, "content-disposition")) {
        return read_disposition(text, part);
    }
    if (same(name, "content-transfer-encoding")) {
        part->is_text =
            part->is_text && (same(text, "binary") || same(text, "8bit") || same(text, "7bit"));
    } else if (same(name, "content-type")) {
        constexpr std::string_view kMultipart = "multipart/";
        part->is_text = part->is_text && !same(text.substr(0, kMultipart.size()), kMultipart);
    }
    return true;
}

// Takes the headers and the empty line behind them.
bool take_headers(std::string_view& text, Part* part) {
    while (true) {
        const std::size_t end = text.find(kLineEnd);
        if (end == std::string_view::npos) {
            return false;
        }
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + kLineEnd.size());
        if (line.empty()) {
            return true;
        }
        if (!read_header(line, part)) {
            return false;
        }
    }
}

// The rest of a body, after a boundary.
class Body {
  public:
    Body(std::string_view body, std::string_view boundary) : rest_(body) {
        delimiter_.append(kLineEnd).append(kDashes).append(boundary);
    }

    // The first boundary, which may begin the body or follow lines that mean nothing.
    bool begin() {
        if (rest_.starts_with(std::string_view(delimiter_).substr(kLineEnd.size()))) {
            rest_.remove_prefix(delimiter_.size() - kLineEnd.size());
            return end_line();
        }
        std::string_view preamble;
        return take_content(&preamble);
    }
    bool closed() const { return closed_; }
    // One part: its headers, its content and the boundary behind it.
    bool take_part(Part* part, std::string_view* content) {
        return take_headers(rest_, part) && take_content(content);
    }

  private:
    // Up to the next line that is a boundary.
    bool take_content(std::string_view* content) {
        for (std::size_t at = 0; (at = rest_.find(delimiter_, at)) != std::string_view::npos;
             at += delimiter_.size()) {
            const std::string_view whole = rest_;
            rest_.remove_prefix(at + delimiter_.size());
            if (end_line()) {
                *content = whole.substr(0, at);
                return true;
            }
            rest_ = whole;
        }
        return false;
    }

    // What stands behind a boundary in its line: of the last two dashes, then blanks at most.
    bool end_line() {
        if (rest_.starts_with(kDashes)) {
            closed_ = true;
            return true;
        }
        skip_blanks(rest_);
        const bool ends = rest_.starts_with(kLineEnd);
        rest_.remove_prefix(ends ? kLineEnd.size() : 0);
        return ends;
    }

    std::string delimiter_;
    std::string_view rest_;
    bool closed_ = false;
};

}  // namespace

std::string_view multipart_boundary(std::string_view content_type) {
    std::string_view rest = content_type;
    if (!same(trimmed(take_until(rest, ";")), "multipart/form-data")) {
        return {};
    }
    for (Parameter parameter; next_parameter(rest, &parameter);) {
        const std::string_view boundary = parameter.value;
        if (same(parameter.name, "boundary")) {
            const bool good = !boundary.empty() && boundary.size() <= kMaxBoundary &&
                              boundary.back() != ' ' &&
                              std::all_of(boundary.begin(), boundary.end(), boundary_character);
            return good ? boundary : std::string_view();
        }
    }
    return {};
}

bool multipart_value(std::string_view body, std::string_view boundary, std::string_view name,
                     std::string* value) {
    Body parts(body, boundary);
    if (!parts.begin()) {
        return false;
    }
    bool found = false;
    std::string_view first;
    while (!parts.closed()) {
        Part part;
        std::string_view content;
        if (!parts.take_part(&part, &content)) {
            return false;
        }
        if (!found && !part.is_file && part.is_text && matches_variable(name, part.name)) {
            found = true;
            first = content;
        }
    }
    if (found) {
        *value = first;
    }
    return found;
}

}  // namespace pz::visitor
