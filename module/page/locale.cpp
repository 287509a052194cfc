#include "page/locale.hpp"

#include <algorithm>
#include <charconv>

#include "page/locale_code.hpp"

namespace pz::page {

namespace {

constexpr std::int64_t kMicros = 1'000'000;

struct Date {
    unsigned year, month, day;
};

bool read_digits(std::string_view text, unsigned& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

// "2026-11-21", and a 'T' or a space where a time follows.
bool read_date(std::string_view text, Date& date) {
    constexpr std::size_t kSize = 10;
    if (text.size() < kSize || text[4] != '-' || text[7] != '-' ||
        (text.size() > kSize && text[kSize] != 'T' && text[kSize] != ' ')) {
        return false;
    }
    return read_digits(text.substr(0, 4), date.year) &&
           read_digits(text.substr(5, 2), date.month) && read_digits(text.substr(8, 2), date.day) &&
           date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31;
}

char fold(char c) {
    return c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return fold(x) == fold(y); });
}

std::string_view without_keywords(std::string_view locale) {
    return locale.substr(0, locale.find('@'));
}

std::string_view language_of(std::string_view locale) {
    return locale.substr(0, locale.find_first_of("_-"));
}

}  // namespace

// Writes into a buffer that is large enough for what prepare() lets in.
class LocaleWriter {
  public:
    LocaleWriter(const Locale& locale, Locale::Buffer& buffer)
        : locale_(locale), begin_(buffer.data()), at_(begin_) {}

    std::string_view text() const { return {begin_, static_cast<std::size_t>(at_ - begin_)}; }

    void put(std::string_view text) { at_ = std::copy(text.begin(), text.end(), at_); }

    // With the code of an unknown currency in its place.
    void put(std::string_view text, std::string_view code) {
        const std::size_t place = code.empty() ? text.npos : text.find(kPlaceholder);
        put(text.substr(0, place));
        if (place != text.npos) {
            put(code);
            put(text.substr(place + kPlaceholder.size()));
        }
    }

    void number(std::uint64_t value, std::size_t least_digits) {
        std::array<char, 20> ascii;
        const std::string_view text = digits(value, least_digits, ascii);
        for (const char digit : text) {
            put(locale_.digits_[static_cast<std::size_t>(digit - '0')]);
        }
    }

    void amount(std::uint64_t units, const Locale::Money& money) {
        std::array<char, 20> ascii;
        const std::string_view text = digits(units, money.decimals + 1, ascii);
        const std::size_t whole = text.size() - money.decimals;
        for (std::size_t i = 0; i < text.size(); i++) {
            if (i == whole) {
                put(money.point);
            } else if (i > 0 && i < whole && whole >= money.grouped_from) {
                const std::size_t rest = whole - i;  // digits that follow, of the whole part
                const bool border =
                    rest == money.primary ||
                    (rest > money.primary && (rest - money.primary) % money.secondary == 0);
                put(border ? std::string_view(money.group) : std::string_view());
            }
            put(locale_.digits_[static_cast<std::size_t>(text[i] - '0')]);
        }
    }

    void date(const Date& date) {
        for (const Locale::Part& part : locale_.months_[date.month - 1]) {
            switch (part.kind) {
                case Locale::Part::Kind::text:
                    put(part.text);
                    break;
                case Locale::Part::Kind::day:
                    number(date.day, locale_.day_digits_);
                    break;
                case Locale::Part::Kind::year:
                    number(locale_.short_year_ ? date.year % 100 : date.year,
                           locale_.short_year_ ? 2 : 1);
                    break;
            }
        }
    }

  private:
    static std::string_view digits(std::uint64_t value, std::size_t least,
                                   std::array<char, 20>& ascii) {
        char* at = ascii.data() + ascii.size();
        for (std::size_t count = 0; value > 0 || count < least; count++) {
            *--at = static_cast<char>('0' + value % 10);
            value /= 10;
        }
        return {at, static_cast<std::size_t>(ascii.data() + ascii.size() - at)};
    }

    const Locale& locale_;
    char* begin_;
    char* at_;
};

const Locale& Locale::plain() {
    static const Locale kPlain = [] {
        Locale plain;
        for (std::size_t i = 0; i < plain.digits_.size(); i++) {
            plain.digits_[i] = static_cast<char>('0' + i);
        }
        plain.bare_.point = plain.unknown_.point = ".";
        plain.unknown_.suffix = " " + std::string(kPlaceholder);
        for (unsigned month = 1; month <= 12; month++) {
            const std::string number = (month < 10 ? "-0" : "-") + std::to_string(month) + "-";
            plain.months_[month - 1] = {
                {Part::Kind::year, {}}, {Part::Kind::text, number}, {Part::Kind::day, {}}};
        }
        plain.day_digits_ = 2;
        return plain;
    }();
    return kPlain;
}

const Locale::Money& Locale::money_of(std::string_view currency) const {
    if (currency.empty()) {
        return bare_;
    }
    if (currency.size() != kPlaceholder.size()) {
        return unknown_;
    }
    const std::uint32_t code = currency_code(currency);
    const auto found =
        std::lower_bound(money_.begin(), money_.end(), code,
                         [](const Money& money, std::uint32_t c) { return money.currency < c; });
    return found != money_.end() && found->currency == code ? *found : unknown_;
}

// Half to even, as ICU rounds.
std::string_view Locale::price(std::int64_t micros, std::string_view currency,
                               Buffer& buffer) const {
    if (micros <= 0) {
        return {};
    }
    currency = currency.size() <= kMaxCurrency ? currency : std::string_view();
    const Money& money = money_of(currency);
    std::uint64_t unit = kMicros;
    for (unsigned i = 0; i < money.decimals; i++) {
        unit /= 10;
    }
    const auto exact = static_cast<std::uint64_t>(micros);
    const std::uint64_t rest = exact % unit * 2;
    const bool up = rest > unit || (rest == unit && exact / unit % 2 == 1);
    LocaleWriter out(*this, buffer);
    const std::string_view code = &money == &unknown_ ? currency : std::string_view();
    out.put(money.prefix, code);
    out.amount(exact / unit + (up ? 1 : 0), money);
    out.put(money.suffix, code);
    return out.text();
}

std::string_view Locale::date(std::string_view text, Buffer& buffer) const {
    const std::size_t slash = text.find('/');
    Date date{};
    if (!read_date(text.substr(0, slash), date)) {
        return {};
    }
    LocaleWriter out(*this, buffer);
    out.date(date);
    if (slash != text.npos) {
        if (!read_date(text.substr(slash + 1), date)) {
            return {};
        }
        out.put(" \xE2\x80\x93 ");
        out.date(date);
    }
    return out.text();
}

const Locale& choose_locale(std::span<const Locale* const> known, std::string_view wanted) {
    wanted = wanted.substr(0, wanted.find_first_of(",;.@ "));
    for (const Locale* locale : known) {
        if (same(without_keywords(locale->name()), wanted)) {
            return *locale;
        }
    }
    for (const Locale* locale : known) {
        if (same(language_of(locale->name()), language_of(wanted))) {
            return *locale;
        }
    }
    return *known.front();
}

}  // namespace pz::page
