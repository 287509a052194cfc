#include "store/link.hpp"

#include <algorithm>
#include <array>

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

// Behind "https:", if it begins so.
std::string_view without_scheme(std::string_view link) {
    const std::size_t at = span_until(link, 0, [](char c) { return !scheme_char(c); });
    return at > 0 && link.substr(at, 1) == ":" ? link.substr(at + 1) : link;
}

constexpr std::array<std::string_view, 15> kTracking = {
    "gclid",  "gclsrc", "gbraid", "wbraid", "dclid",  "fbclid",  "msclkid", "ttclid",
    "twclid", "yclid",  "igshid", "mc_cid", "mc_eid", "srsltid", "_ga"};

bool is_tracking(std::string_view argument) {
    const std::string_view name = argument.substr(0, argument.find('='));
    return name.starts_with("utm_") || name == "_gl" ||
           std::find(kTracking.begin(), kTracking.end(), name) != kTracking.end();
}

}  // namespace

Link split_link(std::string_view link) {
    std::string_view rest = without_scheme(link);
    const bool hosted = rest.starts_with("//");
    if (hosted) {
        rest.remove_prefix(span_until(rest, 2, ends_host));
    }
    rest = rest.substr(0, rest.find('#'));
    const std::size_t path_end = std::min(rest.find('?'), rest.size());
    Link split{rest.substr(0, path_end), rest.substr(std::min(path_end + 1, rest.size())), true};
    if (!split.path.starts_with('/') && (!hosted || !split.path.empty())) {
        return {};
    }
    while (split.path.ends_with('/')) {
        split.path.remove_suffix(1);
    }
    return split;
}

std::string_view link_host(std::string_view link) {
    const std::string_view rest = without_scheme(link);
    if (!rest.starts_with("//")) {
        return {};
    }
    std::string_view host = rest.substr(2, span_until(rest, 2, ends_host) - 2);
    host.remove_prefix(std::min(host.rfind('@') + 1, host.size()));
    const std::size_t port = host.rfind(':');
    const bool has_port =
        port != std::string_view::npos && host.find(']', port) == std::string_view::npos;
    return has_port ? host.substr(0, port) : host;
}

bool LinkArguments::next(std::string_view& argument) {
    while (!left_.empty()) {
        const std::size_t end = std::min(left_.find('&'), left_.size());
        argument = left_.substr(0, end);
        left_.remove_prefix(std::min(end + 1, left_.size()));
        if (!argument.empty() && !is_tracking(argument)) {
            return true;
        }
    }
    return false;
}

bool has_arguments(const Link& link) {
    std::string_view argument;
    return LinkArguments(link.query).next(argument);
}

int compare_links(const Link& left, const Link& right) {
    int order = left.path.compare(right.path);
    LinkArguments left_arguments(left.query);
    LinkArguments right_arguments(right.query);
    std::string_view one;
    std::string_view other;
    for (bool more = true; more && order == 0;) {
        const bool has_one = left_arguments.next(one);
        const bool has_other = right_arguments.next(other);
        more = has_one && has_other;
        order = more ? one.compare(other) : static_cast<int>(has_one) - static_cast<int>(has_other);
    }
    return order;
}

std::uint32_t hash_link(const Link& link) {
    constexpr std::uint32_t kMix = 0x9E3779B1U;  // Knuth's multiplicative hashing
    std::uint32_t hash = hash_text(link.path);
    LinkArguments arguments(link.query);
    for (std::string_view argument; arguments.next(argument);) {
        hash = (hash ^ hash_text(argument)) * kMix;
    }
    return hash;
}

}  // namespace pz::store
