// A page within a JSON string becomes what it would become by itself. The first byte is the chunk
// before which the verdict comes, the second the size of the chunks, the third seeds the spelling;
// the rest is the page, or the whole document.
#include <cstdint>

#include "fuzz/shop.hpp"
#include "page/json_page.hpp"
#include "rewrite/json_finder.hpp"
#include "rewrite/json_text.hpp"

namespace {

using namespace pz;  // NOLINT: a program of one file
using fuzz::require;

struct JsonShop : fuzz::Shop {
    JsonShop() {
        const std::vector<std::string_view> array = {"$.list"}, text = {"$.html"};
        require(page::add_json(plan, array).ok() && page::add_json_html(plan, text).ok());
    }
};

std::string run_json(JsonShop& shop, std::string_view bytes, page::Verdict verdict, std::size_t at,
                     std::size_t size) {
    fuzz::Text out;
    const auto page = page::make_json_page(shop.plan, shop.scratch, out);
    return fuzz::run(*page, out, shop, bytes, verdict, at, size);
}

std::string run_page(JsonShop& shop, std::string_view bytes) {
    fuzz::Text out;
    page::Page page(shop.plan, shop.scratch, out);
    return fuzz::run(page, out, shop, bytes, page::Verdict::personalize, 0, bytes.size() + 1);
}

// Some characters as they are, some with the escapes that they may have, some with those that they
// must have.
std::string spelled(std::string_view ascii, unsigned seed) {
    std::string out;
    for (const char c : ascii) {
        seed = seed * 1103515245 + 12345;
        std::string escape;
        rewrite::append_json_text({&c, 1}, escape);
        const unsigned way = seed >> 16 & 3;
        if (c == '/' && way != 0) {
            out += "\\/";
        } else if (c == '"' && way == 0) {
            out += "\\u0022";
        } else if (c == '<' && way != 0) {
            out += c;
        } else {
            out += escape;
        }
    }
    return out;
}

// The bytes between the quotes of the only string.
std::string_view string_of(std::string_view document) {
    const std::size_t begin = document.find(':') + 2;
    return document.substr(begin, document.size() - 2 - begin);
}

void check_text(JsonShop& shop, std::string_view bytes, unsigned seed) {
    std::string page(bytes);
    for (char& c : page) {
        c = static_cast<char>(c & 0x7f);
    }
    const std::string document = "{\"html\":\"" + spelled(page, seed) + "\"}";
    const std::string edited =
        run_json(shop, document, page::Verdict::personalize, 0, document.size());
    std::string said;
    rewrite::decode_json_text(string_of(edited), said);
    require(said == run_page(shop, page));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static JsonShop shop;
    if (size < 3) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 3, size - 3);
    const std::size_t chunk = 1U + data[1];
    require(run_json(shop, bytes, page::Verdict::pass, data[0], chunk) == bytes);
    const std::string whole =
        run_json(shop, bytes, page::Verdict::personalize, 0, bytes.size() + 1);
    require(run_json(shop, bytes, page::Verdict::personalize, data[0], chunk) == whole);
    check_text(shop, bytes, data[2]);
    return 0;
}
