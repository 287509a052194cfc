#include "rewrite/json_path.hpp"

#include <boost/test/unit_test.hpp>

namespace pz::rewrite::testing {
namespace {

// "a" for a name, "[0]" for an index, "*" for a wildcard, joined by blanks; or the error.
std::string steps(const Result<JsonPath>& path) {
    if (!path.ok()) {
        return path.message();
    }
    std::string text;
    for (const JsonStep& step : path->steps) {
        text += text.empty() ? "" : " ";
        text += step.kind == JsonStep::Kind::name    ? step.name
                : step.kind == JsonStep::Kind::index ? "[" + std::to_string(step.index) + "]"
                                                     : "*";
    }
    return text;
}

void check_path(std::string_view text, std::string_view expected) {
    BOOST_CHECK_EQUAL(steps(compile_json_path(text)), expected);
}

void check_member(std::string_view text, std::string_view expected) {
    BOOST_CHECK_EQUAL(steps(compile_json_member(text)), expected);
}

// The error names the place, and says `remedy`.
void check_error(const Result<JsonPath>& path, std::size_t column, std::string_view remedy) {
    const std::string message = path.message();
    const std::string place = "': column " + std::to_string(column) + ": ";
    BOOST_CHECK_MESSAGE(!path.ok() && message.find(place) != std::string::npos, message);
    BOOST_CHECK_MESSAGE(message.find(remedy) != std::string::npos, message);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_path)

BOOST_AUTO_TEST_CASE(paths_name_places) {
    check_path("$", "");
    check_path("$.products", "products");
    check_path("$.a.b[0]['c d']", "a b [0] c d");
    check_path("$[0][12].x-y_z", "[0] [12] x-y_z");
    check_path("$.*[*].html", "* * html");
    check_path("$.größe.名前", "größe 名前");
    check_path(R"($["a'b"]['c"d'])", "a'b c\"d");
    check_path(R"($['it\'s']['back\\slash'])", "it's back\\slash");
    check_path("$['div.cart']", "div.cart");
    check_path("$.0", "0");
    BOOST_CHECK_EQUAL(compile_json_path("$.a[0]")->text, "$.a[0]");
}

BOOST_AUTO_TEST_CASE(members_are_relative) {
    check_member("id", "id");
    check_member("product.sku", "product sku");
    check_member("images[0].id", "images [0] id");
    check_member("['item id'].x", "item id x");
    check_member("@", "");
    check_member("@.id", "id");
    check_member("@[0]", "[0]");
}

BOOST_AUTO_TEST_CASE(errors_name_the_column_and_the_remedy) {
    check_error(compile_json_path(""), 1, "begin with $");
    check_error(compile_json_path("products"), 1, "begin with $, as in $.data.products");
    check_error(compile_json_path("$products"), 2, "expected . or [");
    check_error(compile_json_path("$.a..b"), 5, "'..' cannot be used; name every level");
    check_error(compile_json_path("$."), 3, "expected a member's name");
    check_error(compile_json_path("$.a b"), 4, "put other names into quotes");
    check_error(compile_json_path("$[a]"), 3, "a name in quotes");
    check_error(compile_json_path("$[-1]"), 3, "a number from 0");
    check_error(compile_json_path("$[?(@.x)]"), 3, "a number from 0");
    check_error(compile_json_path("$[0:2]"), 4, "write [0] or [*]");
    check_error(compile_json_path("$[0,1]"), 4, "write [0] or [*]");
    check_error(compile_json_path("$['a','b']"), 6, "write [0] or [*]");
    check_error(compile_json_path("$[0"), 4, "expected ]");
    check_error(compile_json_path("$['a"), 5, "add a quote");
    check_error(compile_json_path("$['a\\"), 6, "only the quote");
    check_error(compile_json_path("$['a\\n']"), 6, "only the quote");
    check_error(compile_json_path("$[1234567]"), 10, "over 6 digits");
    check_error(compile_json_path("$.a]"), 4, "expected . or [");
    check_error(compile_json_path("$." + std::string(257, 'a')), 260, "over 256 bytes");
    std::string deep = "$";
    for (int i = 0; i < 33; i++) {
        deep += "[0]";
    }
    check_error(compile_json_path(deep), 100, "more than 32 steps");
    check_error(compile_json_member(""), 1, "as in id or product.sku");
    check_error(compile_json_member("$.id"), 1, "as in id or @.id");
    check_error(compile_json_member("images[*].id"), 9, "write one, as in images[0].id");
    check_error(compile_json_member("@id"), 2, "expected . or [");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
