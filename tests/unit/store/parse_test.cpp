#include "store/parse.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "store/builder.hpp"
#include "store/format.hpp"

namespace pz::store::test {

BOOST_AUTO_TEST_SUITE(parse)

BOOST_AUTO_TEST_CASE(prices) {
    const struct {
        const char* text;
        std::int64_t micros;
        const char* currency;
    } table[] = {
        {"19.90 GBP", 19'900'000, "GBP"},
        {"19.90", 19'900'000, ""},
        {"19,90 EUR", 19'900'000, "EUR"},
        {"EUR 19,90", 19'900'000, "EUR"},
        {"19.90GBP", 19'900'000, "GBP"},
        {"  5 usd ", 5'000'000, "usd"},
        {"0", 0, ""},
        {"0.01", 10'000, ""},
        {"1500", 1'500'000'000, ""},
        {"1,299", 1'299'000'000, ""},
        {"1,299.00 USD", 1'299'000'000, "USD"},
        {"1.299,00 EUR", 1'299'000'000, "EUR"},
        {"1.299.000 COP", 1'299'000'000'000, "COP"},
        {"1,299,000", 1'299'000'000'000, ""},
        {"12,345,678.90", 12'345'678'900'000, ""},
        // One point is a decimal mark, as in the Merchant feed; so is one comma that cannot part
        // thousands.
        {"1.500 KWD", 1'500'000, "KWD"},
        {"0,500", 500'000, ""},
        {"1234,567", 1'234'567'000, ""},
        {"1.", 1'000'000, ""},
        {"1.12345678", 1'123'456, ""},
        {"999999999999", 999'999'999'999'000'000, ""},
    };
    for (const auto& row : table) {
        std::int64_t micros = -1;
        std::string_view currency = "?";
        BOOST_TEST(parse_price(row.text, &micros, &currency), row.text);
        BOOST_TEST(micros == row.micros, row.text << " gives " << micros);
        BOOST_TEST(currency == row.currency, row.text << " gives " << currency);
    }
}

BOOST_AUTO_TEST_CASE(no_prices) {
    for (const char* text : {"",
                             " ",
                             "free",
                             "GBP",
                             "-1",
                             "-1.00 GBP",
                             "+1",
                             ".5",
                             ",5",
                             "1..5",
                             "1,2,3",
                             "1,23,456",
                             "1,234,56",
                             "12345,678.9",
                             ",123.4",
                             "1.2.3",
                             "1,2.3,4",
                             "19.90 POUNDS",
                             "19.90 GB",
                             "1e3",
                             "0x10",
                             "1 2",
                             "1.5 5",
                             "9999999999999",
                             "99999999999999999999999",
                             "nan",
                             "inf",
                             "1.2,3.4",
                             "1\xc2\xa0"}) {
        std::int64_t micros = 0;
        std::string_view currency;
        BOOST_TEST(!parse_price(text, &micros, &currency), text);
    }
}

BOOST_AUTO_TEST_CASE(availability) {
    const struct {
        const char* text;
        Availability meaning;
    } table[] = {
        {"in_stock", Availability::in_stock},
        {"in stock", Availability::in_stock},
        {"In Stock", Availability::in_stock},
        {"InStock", Availability::in_stock},
        {" in-stock ", Availability::in_stock},
        {"https://schema.org/InStock", Availability::in_stock},
        {"http://schema.org/LimitedAvailability", Availability::in_stock},
        {"available for order", Availability::in_stock},
        {"schema.org/OnlineOnly", Availability::in_stock},
        {"out_of_stock", Availability::out_of_stock},
        {"out of stock", Availability::out_of_stock},
        {"OutOfStock", Availability::out_of_stock},
        {"https://schema.org/SoldOut", Availability::out_of_stock},
        {"http://schema.org/Discontinued", Availability::out_of_stock},
        {"preorder", Availability::preorder},
        {"pre-order", Availability::preorder},
        {"https://schema.org/PreSale", Availability::preorder},
        {"backorder", Availability::backorder},
        {"https://schema.org/BackOrder", Availability::backorder},
    };
    for (const auto& row : table) {
        for (const Availability before : {Availability::in_stock, Availability::backorder}) {
            Availability meaning = before;
            BOOST_TEST(parse_availability(row.text, &meaning), row.text);
            BOOST_TEST((meaning == row.meaning), row.text);
        }
    }
    const std::string long_text(100000, ' ');
    for (const char* text : {"", "yes", "in", "instocks", "https://schema.org/",
                             "https://other.org/InStock", long_text.c_str()}) {
        Availability meaning = Availability::in_stock;
        BOOST_TEST(!parse_availability(text, &meaning), text);
    }
}

BOOST_AUTO_TEST_CASE(stock) {
    const struct {
        const char* text;
        std::uint32_t stock;
    } table[] = {{"0", 0},
                 {"12", 12},
                 {" 7 ", 7},
                 {"+3", 3},
                 {"12.0", 12},
                 {"-4", 0},
                 {"4294967295", 4294967294U},
                 {"99999999999", 4294967294U}};
    for (const auto& row : table) {
        std::uint32_t stock = 99;
        BOOST_TEST(parse_stock(row.text, &stock), row.text);
        BOOST_TEST(stock == row.stock, row.text << " gives " << stock);
    }
    for (const char* text :
         {"", "many", "1.5", ".0", "+-1", "++1", "1 2", "1e3", "99999999999999999999"}) {
        std::uint32_t stock = 0;
        BOOST_TEST(!parse_stock(text, &stock), text);
    }
}

BOOST_AUTO_TEST_CASE(dates) {
    const struct {
        const char* text;
        std::int64_t seconds;
    } table[] = {{"1763660000", 1763660000},
                 {"0", 0},
                 {"1763660000000", 1763660000},
                 {"8589934592", 8589934592},
                 {"1970-01-02", 86400},
                 {"2024-02-29", 1709164800},
                 {" 2024-02-29T23:59:59Z", 1709164800},
                 {"2024-02-29 10:00", 1709164800}};
    for (const auto& row : table) {
        std::int64_t seconds = -1;
        BOOST_TEST(parse_date(row.text, &seconds), row.text);
        BOOST_TEST(seconds == row.seconds, row.text << " gives " << seconds);
    }
    for (const char* text : {"", "today", "2023-02-29", "2024-13-01", "2024-00-10", "2024-1-01",
                             "2024-01-011", "2024/01/01", "-5", "12.5", "+024-01-01", "2024-01-+1",
                             "8589934593000", "99999999999999999999"}) {
        std::int64_t seconds = 0;
        BOOST_TEST(!parse_date(text, &seconds), text);
    }
}

BOOST_AUTO_TEST_CASE(leading_levels) {
    std::string seen;
    for_leading_levels("A > B > C",
                       [&seen](std::string_view level) { seen += std::string(level) + ";"; });
    BOOST_TEST(seen == "A;A > B;");
    seen.clear();
    for (const char* flat : {"", "A", "A>B", " >"}) {
        for_leading_levels(flat, [&seen](std::string_view level) { seen += level; });
    }
    BOOST_TEST(seen.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::store::test
