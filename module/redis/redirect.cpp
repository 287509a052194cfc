#include "redis/redirect.hpp"

#include <algorithm>
#include <charconv>

namespace pz::redis {

namespace {

template <class Number>
bool whole(std::string_view text, Number* number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
    return error == std::errc() && end == text.data() + text.size();
}

// "3999 127.0.0.1:6381"; an IPv6 address stands without brackets.
bool read_target(std::string_view text, Redirect* redirect) {
    const std::size_t space = text.find(' ');
    const std::size_t colon = text.rfind(':');
    if (space == std::string_view::npos || colon == std::string_view::npos || colon < space ||
        !whole(text.substr(0, space), &redirect->slot) || redirect->slot >= kSlots) {
        return false;
    }
    const std::string_view host = text.substr(space + 1, colon - space - 1);
    redirect->where.host = host;
    return is_host(host) && whole(text.substr(colon + 1), &redirect->where.port) &&
           redirect->where.port != 0;
}

Redirect::Kind kind_of(std::string_view word) {
    using Kind = Redirect::Kind;
    if (word == "TRYAGAIN") {
        return Kind::again;
    }
    if (word == "READONLY") {
        return Kind::not_primary;
    }
    const bool away = word == "CLUSTERDOWN" || word == "LOADING" || word == "MASTERDOWN";
    return away ? Kind::away : Kind::none;
}

}  // namespace

Redirect read_redirect(std::string_view error) {
    const std::size_t space = std::min(error.find(' '), error.size());
    const std::string_view word = error.substr(0, space);
    if (word != "MOVED" && word != "ASK") {
        return {.kind = kind_of(word)};
    }
    Redirect redirect{.kind = word == "ASK" ? Redirect::Kind::ask : Redirect::Kind::moved};
    const std::string_view target = error.substr(std::min(space + 1, error.size()));
    return read_target(target, &redirect) ? redirect : Redirect();
}

}  // namespace pz::redis
