// Tiles: what a widget's HTML costs, and its prices beside ICU's own formatter.
#include <unicode/unumberformatter.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench.hpp"
#include "page/locale.hpp"
#include "rewrite/template.hpp"

namespace {

using namespace pz;

constexpr std::size_t kPrices = 1000;

// Between a cent and about a million, the same every time.
std::vector<std::int64_t> prices() {
    std::vector<std::int64_t> list;
    std::uint64_t state = 1;
    for (std::size_t i = 0; i < kPrices; ++i) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        list.push_back(static_cast<std::int64_t>((state >> 33U) % (10U << (3 * (i % 3) + 3))) *
                           10'000 +
                       10'000);
    }
    return list;
}

// Nanoseconds of one price.
double own_price(const page::Locale& locale, std::string_view currency) {
    const std::vector<std::int64_t> list = prices();
    return 1e9 / kPrices * bench::median_seconds([&] {
               page::Locale::Buffer buffer;
               for (const std::int64_t micros : list) {
                   bench::keep(locale.price(micros, currency, buffer).size());
               }
           });
}

double icu_price(const std::string& name, const std::string& currency) {
    UErrorCode error = U_ZERO_ERROR;
    const std::string skeleton = "currency/" + currency;
    const std::u16string wide(skeleton.begin(), skeleton.end());
    UNumberFormatter* format = unumf_openForSkeletonAndLocale(
        wide.data(), static_cast<int32_t>(wide.size()), name.c_str(), &error);
    UFormattedNumber* result = unumf_openResult(&error);
    const std::vector<std::int64_t> list = prices();
    const double seconds = bench::median_seconds([&] {
        std::array<char16_t, 64> text;
        for (const std::int64_t micros : list) {
            unumf_formatDouble(format, static_cast<double>(micros) / 1e6, result, &error);
            bench::keep(unumf_resultToString(result, text.data(), static_cast<int32_t>(text.size()),
                                             &error));
        }
    });
    unumf_closeResult(result);
    unumf_close(format);
    return seconds * 1e9 / kPrices;
}

// Nanoseconds of one tile of six values.
double tile(rewrite::Charset charset) {
    const auto compiled = rewrite::Template::compile(
        "<li class=\"tile\" data-item-id=\"{{id}}\"><a href=\"{{link}}\"><img "
        "src=\"{{image_link}}\" "
        "alt=\"{{title}}\"><b>{{title}}</b></a><span>{{price_text}}</span>{{#on_sale}}<s>"
        "{{regular_price_text}}</s>{{/on_sale}}</li>\n");
    const std::vector<std::string_view> values = {"85123A",
                                                  "https://shop.example/product/85123A",
                                                  "/img/85123A.webp",
                                                  "Teelichthalter f\u00fcr drau\u00dfen & drinnen",
                                                  "19,90\u00a0\u20ac",
                                                  "1",
                                                  "24,90\u00a0\u20ac"};
    std::string out;
    out.reserve(1024);
    return 1e9 * bench::median_seconds([&] {
               out.clear();
               compiled->render(values, out, charset);
               bench::keep(out.data());
           });
}

}  // namespace

int main(int argc, char** argv) {
    bench::Report report(argc, argv, "tiles", {"what", "ours ns", "ICU ns", "ratio"});
    double least = 1e9;
    for (const auto& [name, currency] : std::vector<std::pair<std::string, std::string>>{
             {"de_DE", "EUR"}, {"en_GB", "GBP"}, {"en_IN", "INR"}, {"ar_EG", "EGP"}}) {
        const auto locale = page::Locale::prepare(name);
        if (!locale.ok()) {
            std::cerr << locale.message() << '\n';
            return 1;
        }
        const double own = own_price(*locale, currency);
        const double icu = icu_price(name, currency);
        least = std::min(least, icu / own);
        report.row(
            {"price " + name, bench::number(own), bench::number(icu), bench::number(icu / own, 1)});
    }
    const double prepared = bench::median_seconds([] { (void)page::Locale::prepare("de_DE"); }, 3);
    report.row({"prepare de_DE (once)", bench::number(prepared * 1e9), "-", "-"});
    report.row({"tile, UTF-8 page", bench::number(tile(rewrite::Charset::utf8)), "-", "-"});
    report.row({"tile, other page", bench::number(tile(rewrite::Charset::ascii_based)), "-", "-"});
    return report.finish("prices: " + bench::number(least, 1) + " times ICU, at least");
}
