// Prices and dates must be what ICU's own formatters write.
#include "page/locale.hpp"

#include <unicode/udat.h>
#include <unicode/unumberformatter.h>
#include <unicode/ustring.h>

#include <boost/test/unit_test.hpp>
#include <ctime>
#include <limits>
#include <memory>
#include <random>

namespace pz::page {

namespace {

constexpr const char* kLocales[] = {
    "de_DE", "de_AT", "de_CH", "en_GB", "en_US", "en_IN", "hi_IN", "fr_FR", "fr_CH",   "fr_CA",
    "it_IT", "es_ES", "es_MX", "pt_PT", "pt_BR", "nl_NL", "sv_SE", "nb_NO", "da_DK",   "fi_FI",
    "pl_PL", "cs_CZ", "hu_HU", "bg_BG", "ro_RO", "ru_RU", "uk_UA", "el_GR", "tr_TR",   "he_IL",
    "ar_EG", "ar_AE", "ar_SA", "fa_IR", "ur_PK", "bn_BD", "my_MM", "th_TH", "vi_VN",   "id_ID",
    "zh_CN", "zh_TW", "ja_JP", "ko_KR", "lt_LT", "ca_ES", "sr_RS", "no_NO", "ff_Adlm", "de"};
constexpr const char* kCurrencies[] = {"EUR", "GBP", "USD", "INR", "CHF", "SEK", "JPY",
                                       "KWD", "HUF", "EGP", "AED", "IRR", "BGN", "CLF",
                                       "KRW", "BRL", "PLN", "PKR", "QZX", "TWD"};

std::string to_utf8(const char16_t* text, int32_t size) {
    std::string out(static_cast<std::size_t>(size) * 3, '\0');
    int32_t length = 0;
    UErrorCode error = U_ZERO_ERROR;
    u_strToUTF8(out.data(), static_cast<int32_t>(out.size()), &length, text, size, &error);
    BOOST_REQUIRE(U_SUCCESS(error));
    out.resize(static_cast<std::size_t>(length));
    return out;
}

class IcuPrices {
  public:
    IcuPrices(const char* locale, std::string_view currency) {
        UErrorCode error = U_ZERO_ERROR;
        const std::u16string skeleton =
            currency.empty() ? u".00"
                             : u"currency/" + std::u16string(currency.begin(), currency.end());
        format_.reset(unumf_openForSkeletonAndLocale(
            skeleton.data(), static_cast<int32_t>(skeleton.size()), locale, &error));
        result_.reset(unumf_openResult(&error));
        BOOST_REQUIRE(U_SUCCESS(error));
    }

    std::string operator()(std::int64_t micros) const {
        std::string decimal = std::to_string(micros);
        decimal.insert(0, decimal.size() < 7 ? 7 - decimal.size() : 0, '0');
        decimal.insert(decimal.size() - 6, ".");
        std::array<char16_t, 200> text;
        UErrorCode error = U_ZERO_ERROR;
        unumf_formatDecimal(format_.get(), decimal.data(), static_cast<int32_t>(decimal.size()),
                            result_.get(), &error);
        const int32_t size = unumf_resultToString(result_.get(), text.data(),
                                                  static_cast<int32_t>(text.size()), &error);
        BOOST_REQUIRE(U_SUCCESS(error));
        return to_utf8(text.data(), size);
    }

  private:
    struct Close {
        void operator()(UNumberFormatter* format) const { unumf_close(format); }
        void operator()(UFormattedNumber* result) const { unumf_closeResult(result); }
    };
    std::unique_ptr<UNumberFormatter, Close> format_;
    std::unique_ptr<UFormattedNumber, Close> result_;
};

std::vector<std::int64_t> amounts() {
    std::vector<std::int64_t> all = {1,
                                     4'999,
                                     5'000,
                                     5'001,
                                     15'000,
                                     19'900'000,
                                     19'905'000,
                                     19'915'000,
                                     999'995'000,
                                     1'000'000'000,
                                     1'234'500'000,
                                     9'999'999'999,
                                     12'345'678'901'234,
                                     std::numeric_limits<std::int64_t>::max()};
    std::mt19937_64 random(1);
    for (int bits = 1; bits < 63; bits++) {
        all.push_back(1 + static_cast<std::int64_t>(random() >> (64 - bits)));
        all.push_back((1 + static_cast<std::int64_t>(random() >> (64 - bits))) / 5'000 * 5'000 +
                      5'000);
    }
    return all;
}

Locale prepared(std::string_view name) {
    auto locale = Locale::prepare(name);
    BOOST_REQUIRE_MESSAGE(locale.ok(), locale.message());
    return std::move(*locale);
}

std::string price(const Locale& locale, std::int64_t micros, std::string_view currency) {
    Locale::Buffer buffer;
    return std::string(locale.price(micros, currency, buffer));
}

std::string date(const Locale& locale, std::string_view text) {
    Locale::Buffer buffer;
    return std::string(locale.date(text, buffer));
}

std::string icu_date(const char* locale, int days) {
    UErrorCode error = U_ZERO_ERROR;
    const std::string gregorian = std::string(locale) + "@calendar=gregorian";
    UDateFormat* format =
        udat_open(UDAT_NONE, UDAT_MEDIUM, gregorian.c_str(), u"GMT", 3, nullptr, 0, &error);
    std::array<char16_t, 100> text;
    const int32_t size = udat_format(format, days * 86'400'000.0, text.data(),
                                     static_cast<int32_t>(text.size()), nullptr, &error);
    udat_close(format);
    BOOST_REQUIRE(U_SUCCESS(error));
    return to_utf8(text.data(), size);
}

std::string iso_date(int days) {
    const std::time_t seconds = static_cast<std::time_t>(days) * 86400;
    std::array<char, 20> text;
    return {text.data(),
            std::strftime(text.data(), text.size(), "%Y-%m-%d", std::gmtime(&seconds))};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(locale)

BOOST_AUTO_TEST_CASE(prices_are_what_icu_writes) {
    const std::vector<std::int64_t> all = amounts();
    std::size_t wrong = 0;
    for (const char* name : kLocales) {
        const Locale locale = prepared(name);
        for (const std::string_view currency : kCurrencies) {
            const IcuPrices icu(name, currency);
            for (const std::int64_t micros : all) {
                const std::string own = price(locale, micros, currency);
                const std::string expected = icu(micros);
                if (own != expected && wrong++ < 10) {
                    BOOST_ERROR(name << " " << currency << " " << micros << ": '" << own
                                     << "', ICU '" << expected << "'");
                }
            }
        }
    }
    BOOST_TEST(wrong == 0U);
}

BOOST_AUTO_TEST_CASE(numbers_without_a_currency_are_what_icu_writes) {
    for (const char* name : kLocales) {
        const Locale locale = prepared(name);
        const IcuPrices icu(name, {});
        for (const std::int64_t micros : amounts()) {
            BOOST_TEST_INFO(name);
            BOOST_CHECK_EQUAL(price(locale, micros, {}), icu(micros));
        }
    }
}

BOOST_AUTO_TEST_CASE(every_keyword_of_a_locale_counts) {
    const Locale latin = prepared("ar-EG-u-nu-latn");
    const IcuPrices icu("ar_EG@numbers=latn", "EGP");
    for (const std::int64_t micros : amounts()) {
        BOOST_CHECK_EQUAL(price(latin, micros, "EGP"), icu(micros));
    }
    BOOST_TEST(latin.name() == "ar_EG@numbers=latn");
}

BOOST_AUTO_TEST_CASE(known_prices) {
    const auto written = [](std::string_view locale, std::int64_t micros, std::string_view code) {
        return price(prepared(locale), micros, code);
    };
    BOOST_TEST(written("de_DE", 19'900'000, "EUR") == "19,90\u00a0\u20ac");
    BOOST_TEST(written("en_GB", 1'234'500'000, "GBP") == "\u00a31,234.50");
    BOOST_TEST(written("en_IN", 12'345'678'000'000, "INR") == "\u20b91,23,45,678.00");
    BOOST_TEST(written("de_CH", 1'234'500'000, "CHF") == "CHF\u00a01\u2019234.50");
    BOOST_TEST(written("ja_JP", 1'999'500'000, "JPY") == "\uffe52,000");
    BOOST_TEST(written("en_US", 1'234'567, "KWD") == "KWD\u00a01.235");
    BOOST_TEST(written("es_ES", 1'234'500'000, "EUR") == "1234,50\u00a0\u20ac");
    BOOST_TEST(written("es_ES", 12'345'000'000, "EUR") == "12.345,00\u00a0\u20ac");
    BOOST_TEST(written("de_DE", 0, "EUR").empty());
    BOOST_TEST(written("de_DE", -1, "EUR").empty());
    BOOST_TEST(written("de_DE", 1'000'000, "EURO") == "1,00\u00a0EURO");
}

BOOST_AUTO_TEST_CASE(dates_are_what_icu_writes) {
    for (const char* name : kLocales) {
        const Locale locale = prepared(name);
        for (int days = -25'000; days < 47'000; days += 97) {  // 1901 to 2098
            BOOST_TEST_INFO(name << " " << iso_date(days));
            BOOST_CHECK_EQUAL(date(locale, iso_date(days)), icu_date(name, days));
        }
    }
}

BOOST_AUTO_TEST_CASE(no_currency_of_a_feed_is_lost) {
    const Locale german = prepared("de_DE");
    const Locale english = prepared("en_US");
    for (const std::string name : {"EURO", "kr", "$", "\u20ac", "Kc.", "\u0440\u0443\u0431."}) {
        BOOST_TEST(price(german, 19'900'000, name) == "19,90\u00a0" + name);
        BOOST_TEST(price(english, 19'900'000, name).find(name) != std::string::npos);
        BOOST_TEST(price(Locale::plain(), 19'900'000, name) == "19.90 " + name);
    }
    BOOST_TEST(price(german, 19'900'000, "doubloons") == "19,90");
    BOOST_TEST(price(german, INT64_MAX, "\u0440\u0443\u0431.").size() <= Locale::kMaxText);
}

BOOST_AUTO_TEST_CASE(dates_may_have_times_and_ends) {
    const Locale german = prepared("de_DE");
    BOOST_TEST(date(german, "2026-11-21") == "21.11.2026");
    BOOST_TEST(date(german, "2026-03-01T13:00-0800") == "01.03.2026");
    BOOST_TEST(date(german, "2026-03-01 13:00") == "01.03.2026");
    BOOST_TEST(date(german, "2026-03-01T13:00Z/2026-04-02T00:00Z") ==
               "01.03.2026 \u2013 02.04.2026");
    BOOST_TEST(date(prepared("en_US"), "2026-11-05") == "Nov 5, 2026");
    BOOST_TEST(date(prepared("fa_IR"), "2026-11-05") ==
               "\u06f5 \u0646\u0648\u0627\u0645\u0628\u0631 \u06f2\u06f0\u06f2\u06f6");
    for (const char* none : {"", "soon", "2026", "2026-11-2", "2026-13-01", "2026-00-01",
                             "2026-01-32", "2026-01-00", "2026-11-211", "+026-11-21", "2026/11/21",
                             "2026-11-21/", "2026-11-21/x", "20261121", "-026-11-21"}) {
        BOOST_TEST(date(german, none).empty(), none);
    }
}

BOOST_AUTO_TEST_CASE(without_a_locale_texts_are_as_in_the_feed) {
    const Locale& plain = Locale::plain();
    BOOST_TEST(price(plain, 1'299'000'000, "EUR") == "1299.00 EUR");
    BOOST_TEST(price(plain, 50'000, {}) == "0.05");
    BOOST_TEST(date(plain, "2026-01-05T10:00") == "2026-01-05");
}

BOOST_AUTO_TEST_CASE(an_unknown_locale_is_refused_with_the_nearest) {
    for (const auto& [name, message] : std::vector<std::pair<std::string, std::string>>{
             {"de_DEE", "unknown locale 'de_DEE': did you mean 'de_DE'?"},
             {"xx_YY", "unknown locale 'xx_YY': "},
             {"", "unknown locale '': write language and country, as in de_DE"},
             {"de_DE.UTF-8", "unknown locale 'de_DE.UTF-8'"},
             {"../../etc", "unknown locale '../../etc'"},
             {std::string(500, 'a'), "unknown locale 'aaa"}}) {
        const auto locale = Locale::prepare(name);
        BOOST_TEST(!locale.ok(), name);
        BOOST_TEST(locale.message().starts_with(message), locale.message());
    }
    BOOST_TEST(prepared("DE-de").name() == "de_DE");
}

BOOST_AUTO_TEST_CASE(the_locale_is_chosen_by_name_then_language_then_order) {
    const Locale en = prepared("en_GB");
    const Locale de = prepared("de_DE");
    const Locale at = prepared("de_AT");
    const std::vector<const Locale*> known = {&en, &de, &at};
    const auto chosen = [&known](std::string_view wanted) {
        return choose_locale(known, wanted).name();
    };
    BOOST_TEST(chosen("de_AT") == "de_AT");
    BOOST_TEST(chosen("DE-at") == "de_AT");
    BOOST_TEST(chosen("de") == "de_DE");
    BOOST_TEST(chosen("de_CH") == "de_DE");
    BOOST_TEST(chosen("de-AT,de;q=0.9,en;q=0.8") == "de_AT");
    BOOST_TEST(chosen("fr_FR") == "en_GB");
    BOOST_TEST(chosen("") == "en_GB");
    BOOST_TEST(chosen("d") == "en_GB");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page
