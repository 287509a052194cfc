// Locale: prices and dates as the visitor's country writes them.
//
// What ICU knows of a locale (CLDR: digits, marks, groups, places of the currency's sign, names of
// months) is taken from its own output once, by prepare(), at configuration time; writing a price or
// a date is then copying. The results are those of ICU's formatters: unumf ("currency/EUR")
// and udat (UDAT_MEDIUM, in the Gregorian calendar).
//
// Errors: prepare() names what is wrong and the nearest known locale. Thread rules: immutable;
// share freely.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/status.hpp"

namespace pz::page {

class Locale {
  public:
    // Of one text; no price and no two dates are longer.
    static constexpr std::size_t kMaxText = 320;
    using Buffer = std::array<char, kMaxText>;

    // As feeds write: "1299.00 EUR", "2026-11-21".
    static const Locale& plain();
    // "de_DE", "de-DE", "de", "ar-EG-u-nu-latn"; without regard to case.
    static Result<Locale> prepare(std::string_view name);

    // As ICU writes it: "de_DE", "ar_EG@numbers=latn".
    const std::string& name() const { return name_; }

    // Micros (1e-6) of a currency, rounded to the decimals that it has. One that ISO 4217 does not
    // know stands as it is; without one, or with more than 7 bytes, the number stands alone. Empty
    // for 0 or less. The text is in `buffer`, UTF-8.
    std::string_view price(std::int64_t micros, std::string_view currency, Buffer& buffer) const;
    // "2026-11-21", with or without a time behind it, which is left out, or two such dates with '/'
    // between them. Empty: no date. The text is in `buffer`, UTF-8.
    std::string_view date(std::string_view text, Buffer& buffer) const;

  private:
    friend class LocaleReader;
    friend class LocaleWriter;

    // How prices in one currency are written.
    struct Money {
        std::uint32_t currency = 0;  // its three letters
        std::string prefix, suffix, point, group;
        unsigned decimals = 2;
        // Digits of the last group and of those before it, and the fewest digits that have groups.
        unsigned primary = 3, secondary = 3, grouped_from = 4;
    };
    // A part of a date: text that stands as it is, or else a number.
    struct Part {
        enum class Kind : std::uint8_t { text, day, year } kind;
        std::string text;
    };

    Locale() = default;
    const Money& money_of(std::string_view currency) const;

    std::string name_;
    std::array<std::string, 10> digits_;
    std::vector<Money> money_;  // ascending by currency
    Money bare_;                // of no currency
    Money unknown_;             // of one that ICU does not know; kPlaceholder stands for it
    std::array<std::vector<Part>, 12> months_;
    unsigned day_digits_ = 1;
    bool short_year_ = false;
};

// The one that is meant by `wanted` ("de_DE", "de", "de-DE,de;q=0.9"; only the first language
// counts): it, else one of the same language, else the first. `known` must not be empty.
const Locale& choose_locale(std::span<const Locale* const> known, std::string_view wanted);

}  // namespace pz::page
