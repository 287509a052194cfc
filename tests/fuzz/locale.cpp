// What catalogs hold where dates and prices are expected, as locales write it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "page/locale.hpp"
#include "rewrite/charset.hpp"
#include "store/utf8.hpp"

namespace {

using pz::page::Locale;

const std::vector<Locale>& locales() {
    static const std::vector<Locale> kLocales = [] {
        std::vector<Locale> list = {Locale::plain()};
        for (const char* name : {"de_DE", "ar_EG", "en_IN", "ff_Adlm", "ja_JP", "fa_IR"}) {
            auto locale = Locale::prepare(name);
            if (!locale.ok()) {
                std::abort();
            }
            list.push_back(std::move(*locale));
        }
        return list;
    }();
    return kLocales;
}

void check_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto code = pz::store::decode_utf8(text);
        if (!code.valid) {
            std::abort();
        }
        text.remove_prefix(code.size);
    }
}

}  // namespace

// Eight bytes of a price, three of a currency, and a text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    std::vector<const Locale*> known;
    std::int64_t micros = 0;
    std::memcpy(&micros, text.data(), std::min(size, sizeof(micros)));
    for (const Locale& locale : locales()) {
        Locale::Buffer buffer;
        check_utf8(locale.date(text, buffer));
        check_utf8(locale.price(micros, "EUR", buffer));
        check_utf8(locale.price(micros, {}, buffer));
        if (size >= 11) {
            locale.price(micros, text.substr(8, 3), buffer);
            locale.date(text.substr(11), buffer);
        }
        known.push_back(&locale);
    }
    pz::page::choose_locale(known, text);
    pz::rewrite::charset_named(text);
    return 0;
}
