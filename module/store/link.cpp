#include <algorithm>

#include "store/format.hpp"

namespace pz::store {

namespace {

bool scheme_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
}

// Where the first byte that `ends` accepts stands, or the end. (string_view::find_first_of calls
// memchr for every byte.)
template <class Ends>
std::size_t span_until(std::string_view text, std::size_t from, const Ends& ends) {
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(from);
    return static_cast<std::size_t>(std::find_if(begin, text.end(), ends) - text.begin());
}

bool ends_path(char c) {
    return c == '?' || c == '#';
}
bool ends_host(char c) {
    return c == '/' || ends_path(c);
}

// "https://host/path" and "//host/path" -> "/path".
std::string_view without_host(std::string_view link) {
    const std::size_t at = span_until(link, 0, [](char c) { return !scheme_char(c); });
    if (at > 0 && link.substr(at, 1) == ":") {
        link.remove_prefix(at + 1);
    }
    if (!link.starts_with("//")) {
        return link;
    }
    return link.substr(span_until(link, 2, ends_host));
}

}  // namespace

std::string_view link_path(std::string_view link) {
    std::string_view path = without_host(link);
    path = path.substr(0, span_until(path, 0, ends_path));
    while (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    return path.starts_with('/') ? path : std::string_view();
}

}  // namespace pz::store
