// What a server sent, made fit for one line of a log.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace pz::redis {

inline std::string log_text(std::string_view text) {
    constexpr std::size_t kMaxLength = 120;
    std::string clean(text.substr(0, kMaxLength));
    std::replace_if(
        clean.begin(), clean.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return clean;
}

}  // namespace pz::redis
