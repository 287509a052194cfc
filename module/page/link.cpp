#include "page/link.hpp"

#include <algorithm>

#include "rewrite/characters.hpp"
#include "store/link.hpp"

namespace pz::page {

namespace {

using rewrite::equal_ignoring_case;

bool is_control_or_space(char c) {
    return static_cast<unsigned char>(c) <= ' ';
}

// As browsers read it: nothing around, no line breaks inside, no fragment, "\" before the query as
// "/".
void clean(std::string_view link, std::string& out) {
    while (!link.empty() && is_control_or_space(link.front())) {
        link.remove_prefix(1);
    }
    while (!link.empty() && is_control_or_space(link.back())) {
        link.remove_suffix(1);
    }
    out.clear();
    bool query = false;
    for (const char c : link) {
        if (c == '#') {
            return;
        }
        query = query || c == '?';
        if (c != '\t' && c != '\n' && c != '\r') {
            out.push_back(c == '\\' && !query ? '/' : c);
        }
    }
}

bool scheme_char(char c) {
    const char l = rewrite::to_lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

// Takes "https:" off. False: another scheme.
bool take_scheme(std::string_view& link) {
    const auto end = std::find_if_not(link.begin(), link.end(), scheme_char);
    if (end == link.end() || end == link.begin() || *end != ':') {
        return true;
    }
    const auto size = static_cast<std::size_t>(end - link.begin());
    const std::string_view scheme = link.substr(0, size);
    link.remove_prefix(size + 1);
    return equal_ignoring_case(scheme, "https") || equal_ignoring_case(scheme, "http");
}

// The size of "//host" at the start.
std::size_t host_size(std::string_view link) {
    return link.starts_with("//") ? std::min(link.find_first_of("/?", 2), link.size()) : 0;
}

bool is_dot(std::string_view segment) {
    return segment == "." || equal_ignoring_case(segment, "%2e");
}

bool is_dots(std::string_view segment) {
    return segment == ".." || equal_ignoring_case(segment, ".%2e") ||
           equal_ignoring_case(segment, "%2e.") || equal_ignoring_case(segment, "%2e%2e");
}

// Appends the path, which begins with "/", without its "." and ".." segments.
void append_path(std::string_view path, std::string& out) {
    const std::size_t root = out.size();
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/', 1), path.size());
        const std::string_view segment = path.substr(1, end - 1);
        const bool last = end == path.size();
        path.remove_prefix(end);
        if (is_dots(segment) && out.size() > root) {
            out.resize(out.rfind('/'));
        }
        if (!is_dot(segment) && !is_dots(segment)) {
            out.append("/").append(segment);
        } else if (last) {
            out.append("/");
        }
    }
}

std::string_view path_of(std::string_view rest) {
    return rest.substr(0, rest.find('?'));
}

std::string_view query_of(std::string_view rest) {
    return rest.substr(path_of(rest).size());
}

}  // namespace

bool resolve_link(std::string_view link, std::string_view base, std::string& out) {
    const std::string_view base_host = base.substr(0, host_size(base));
    const std::string_view base_rest = base.substr(base_host.size());
    if (!take_scheme(link)) {
        return false;
    }
    const std::size_t host = host_size(link);
    out.append(host > 0 ? link.substr(0, host) : base_host);
    link.remove_prefix(host);
    const std::string_view path = path_of(link);
    if (host > 0 || path.starts_with('/')) {
        append_path(path.empty() ? "/" : path, out);
        out.append(query_of(link));
        return true;
    }
    std::string merged(path_of(base_rest));
    if (!path.empty()) {
        merged.resize(std::min(merged.rfind('/'), merged.size()));
        merged.append("/").append(path);
    }
    append_path(merged.empty() ? "/" : merged, out);
    out.append(link.empty() ? query_of(base_rest) : query_of(link));
    return true;
}

void PageLinks::begin(const store::Snapshot& snapshot, std::string_view host,
                      std::string_view uri) {
    snapshot_ = &snapshot;
    host_ = host;
    uri_ = uri;
    set_base({});
}

void PageLinks::set_base(std::string_view base) {
    given_base_ = base;
    resolved_base_ = false;
}

void PageLinks::resolve_base() {
    resolved_base_ = true;
    std::string page(host_.empty() ? "" : "//");
    page.append(host_).append(uri_.starts_with('/') ? uri_ : "/");
    base_.clear();
    clean(given_base_, link_);
    if (!resolve_link(link_, page, base_)) {
        base_ = page;
    }
}

store::ItemIndex PageLinks::find(std::string_view link) {
    if (!resolved_base_) {
        resolve_base();
    }
    clean(link, link_);
    resolved_.clear();
    if (link_.empty() || !resolve_link(link_, base_, resolved_)) {
        return store::kNoItem;
    }
    const store::ItemIndex item = snapshot_->find_link(resolved_);
    const std::string_view host = store::link_host(resolved_);
    if (item == store::kNoItem || host.empty()) {
        return item;
    }
    const std::string_view own = store::link_host(snapshot_->text(item, store::field::link));
    const bool ours = equal_ignoring_case(host, host_) || equal_ignoring_case(host, own) ||
                      equal_ignoring_case(host, store::link_host(base_));
    return ours ? item : store::kNoItem;
}

}  // namespace pz::page
