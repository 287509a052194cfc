#include "rules/lexical.hpp"

namespace pz::rules {

std::size_t end_of_text(std::string_view source, std::size_t at) {
    std::size_t end = at + 1;
    while (end < source.size() && source[end] != source[at]) {
        if (source[end] == '\\') {
            ++end;
            if (end < source.size() && source[end] == 'z') {
                do {
                    ++end;
                } while (end < source.size() && is_space(source[end]));
                continue;
            }
            if (end + 1 < source.size() && is_newline(source[end]) && is_newline(source[end + 1]) &&
                source[end] != source[end + 1]) {
                ++end;
            }
        } else if (is_newline(source[end])) {
            break;
        }
        ++end;
    }
    return end;
}

std::size_t end_of_number(std::string_view source, std::size_t at) {
    const bool hex = source.substr(at, 2) == "0x" || source.substr(at, 2) == "0X";
    const char exponent = hex ? 'p' : 'e';
    std::size_t end = at;
    char last = '\0';
    while (end < source.size()) {
        const char c = source[end];
        const bool sign = (c == '-' || c == '+') && (last | 0x20) == exponent;
        if (!is_name(c) && c != '.' && !sign) {
            break;
        }
        last = c;
        ++end;
    }
    return end;
}

}  // namespace pz::rules
