#include "store/parse.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <utility>

#include "store/builder.hpp"

namespace pz::store {

namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::int64_t kMicros = 1'000'000;
constexpr std::size_t kMaxPriceDigits = 12;  // of whole units: a trillion of any currency
constexpr std::int64_t kLatestSeconds = std::int64_t{1} << 33;  // the year 2242

bool digit(char c) {
    return c >= '0' && c <= '9';
}
bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trim(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(kSpace);
    return begin == std::string_view::npos
               ? std::string_view()
               : text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

bool currency_code(std::string_view text) {
    return text.size() == 3 && std::all_of(text.begin(), text.end(), letter);
}

// Takes a currency code off the front or the back.
std::string_view split_currency(std::string_view text, std::string_view* currency) {
    text = trim(text);
    *currency = {};
    if (text.size() <= 3) {
        return text;
    }
    const std::string_view tail = text.substr(text.size() - 3);
    if (currency_code(tail)) {
        *currency = tail;
        return trim(text.substr(0, text.size() - 3));
    }
    if (currency_code(text.substr(0, 3))) {
        *currency = text.substr(0, 3);
        return trim(text.substr(3));
    }
    return text;
}

// Where the decimal mark stands; npos: nowhere. With both marks the last one is it. A point that
// stands once is it, as the Merchant feed has it; a comma that stands once too, unless three digits
// follow ("1,299").
std::size_t decimal_mark(std::string_view number) {
    const std::size_t last = number.find_last_of(".,");
    if (last == std::string_view::npos) {
        return last;
    }
    const char mark = number[last];
    if (number.find(mark) != last) {
        return std::string_view::npos;
    }
    const bool alone = number.find_first_of(".,") == last;
    const bool thousands =
        mark == ',' && alone && number.size() - last - 1 == 3 && last <= 3 && number.front() != '0';
    return thousands ? std::string_view::npos : last;
}

// "1299", "1,299" or "1.299.000": groups of three behind a mark, all marks the same.
bool whole_units(std::string_view text, std::int64_t* units) {
    const std::size_t first = text.find_first_of(".,");
    const bool grouped = first != std::string_view::npos;
    std::size_t digits = 0;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool mark_due = grouped && i > 0 && (text.size() - i) % 4 == 0;
        if (mark_due ? text[i] != text[first] : !digit(text[i])) {
            return false;
        }
        if (!mark_due) {
            value = value * 10 + (text[i] - '0');
            if (++digits > kMaxPriceDigits) {
                return false;
            }
        }
    }
    *units = value;
    return digits > 0;
}

// Digits behind the mark; beyond the sixth they are cut off.
bool fraction(std::string_view text, std::int64_t* micros) {
    std::int64_t value = 0;
    std::int64_t place = kMicros / 10;
    for (const char c : text) {
        if (!digit(c)) {
            return false;
        }
        value += (c - '0') * place;
        place /= 10;
    }
    *micros = value;
    return true;
}

template <class Number>
bool whole(std::string_view text, Number* value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
    return error == std::errc() && end == text.data() + text.size();
}

// Availability words without case, spaces, '_' and '-'.
constexpr std::array<std::pair<std::string_view, Availability>, 17> kAvailability = {{
    {"instock", Availability::in_stock},
    {"available", Availability::in_stock},
    {"availablefororder", Availability::in_stock},
    {"limitedavailability", Availability::in_stock},
    {"onlineonly", Availability::in_stock},
    {"madetoorder", Availability::in_stock},
    {"outofstock", Availability::out_of_stock},
    {"soldout", Availability::out_of_stock},
    {"discontinued", Availability::out_of_stock},
    {"reserved", Availability::out_of_stock},
    {"instoreonly", Availability::out_of_stock},
    {"unavailable", Availability::out_of_stock},
    {"notavailable", Availability::out_of_stock},
    {"preorder", Availability::preorder},
    {"presale", Availability::preorder},
    {"backorder", Availability::backorder},
    {"backordered", Availability::backorder},
}};

std::string availability_word(std::string_view text) {
    std::string word;
    for (const char c : trim(text).substr(0, 64)) {
        if (c != ' ' && c != '_' && c != '-') {
            word += lower(c);
        }
    }
    for (const std::string_view prefix : {"https:", "http:", "//", "schema.org/"}) {
        if (word.starts_with(prefix)) {
            word.erase(0, prefix.size());
        }
    }
    return word;
}

}  // namespace

bool parse_price(std::string_view text, std::int64_t* micros, std::string_view* currency) {
    const std::string_view number = split_currency(text, currency);
    const std::size_t mark = decimal_mark(number);
    std::int64_t units = 0;
    std::int64_t part = 0;
    if (number.empty() || !digit(number.front())) {
        return false;
    }
    if (mark != std::string_view::npos && !fraction(number.substr(mark + 1), &part)) {
        return false;
    }
    if (!whole_units(number.substr(0, mark), &units)) {
        return false;
    }
    *micros = units * kMicros + part;
    return true;
}

bool parse_availability(std::string_view text, Availability* availability) {
    const std::string word = availability_word(text);
    for (const auto& [name, meaning] : kAvailability) {
        if (word == name) {
            *availability = meaning;
            return true;
        }
    }
    return false;
}

bool parse_stock(std::string_view text, std::uint32_t* stock) {
    text = trim(text);
    if (text.starts_with('+') && !text.starts_with("+-")) {
        text.remove_prefix(1);
    }
    const std::size_t point = text.find('.');
    if (point != std::string_view::npos && point > 0 &&
        text.find_first_not_of('0', point + 1) == std::string_view::npos) {
        text = text.substr(0, point);
    }
    std::int64_t pieces = 0;
    if (!whole(text, &pieces)) {
        return false;
    }
    // The largest number means "unknown".
    *stock = static_cast<std::uint32_t>(std::clamp<std::int64_t>(pieces, 0, kUnknownStock - 1));
    return true;
}

bool parse_date(std::string_view text, std::int64_t* unix_seconds) {
    text = trim(text);
    if (text.size() < 10 || text[4] != '-') {
        if (!whole(text, unix_seconds) || *unix_seconds < 0) {
            return false;
        }
        if (*unix_seconds > kLatestSeconds) {  // JavaScript's milliseconds
            *unix_seconds /= 1000;
        }
        return *unix_seconds <= kLatestSeconds;
    }
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    const bool behind_ok = text.size() == 10 || text[10] == 'T' || text[10] == ' ';
    if (!behind_ok || text[7] != '-' || !whole(text.substr(0, 4), &year) ||
        !whole(text.substr(5, 2), &month) || !whole(text.substr(8, 2), &day)) {
        return false;
    }
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    if (!date.ok()) {
        return false;
    }
    const std::chrono::sys_seconds midnight = std::chrono::sys_days(date);
    *unix_seconds = midnight.time_since_epoch().count();
    return true;
}

}  // namespace pz::store
