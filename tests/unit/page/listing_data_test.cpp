// Listings that a page has once more as data in a script: both move, or neither.
#include "page/listing_data.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/page/fixture.hpp"
#include "unit/rewrite/harness.hpp"

namespace pz::page::test {

namespace {

constexpr std::string_view kIds = "abcdefgh";

std::string list(std::string_view ids) {
    std::string text = "<ul id=l>";
    for (const char id : ids) {
        text +=
            "<li data-item-id=" + std::string(1, id) + "><a href=/p/" + id + ">" + id + "</a>\n";
    }
    return text + "</ul>";
}

// An array with other blanks before each element.
std::string array(std::string_view ids) {
    std::string text = "[";
    for (std::size_t i = 0; i < ids.size(); i++) {
        text += (i == 0 ? "" : ",") + std::string(i, ' ') + R"({"n":{"id":0},"id":")" +
                std::string(1, ids[i]) + R"(","price":1.)" + std::string(1, ids[i]) + "}";
    }
    std::string numbers = text + "]";
    // "1.a" is no number.
    for (std::size_t at = 0; (at = numbers.find("1.", at)) != std::string::npos; at++) {
        numbers[at + 2] = static_cast<char>('1' + (numbers[at + 2] - 'a') % 9);
    }
    return numbers;
}

std::string script(std::string_view ids) {
    return "<script id=data type=application/json>{\"x\":[1,2],\"p\":{\"items\":" + array(ids) +
           "}}</script>";
}

std::string order_in(std::string_view text) {
    std::string ids;
    const std::string_view mark = "data-item-id=";
    for (std::size_t at = text.find(mark); at != std::string_view::npos;
         at = text.find(mark, at + 1)) {
        ids += text[at + mark.size()];
    }
    return ids;
}

struct Hydrated : Shop {
    explicit Hydrated(std::vector<std::string_view> more = {},
                      std::string_view data = "data=script#data",
                      std::string_view path = "data_path=$.p.items") {
        std::vector<std::string_view> arguments = {"#l", data, path};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Status status = add_listing(plan, arguments);
        BOOST_REQUIRE_MESSAGE(status.ok(), status.message());
        views({"g", "h"});
    }
};

// The same however the page comes and whenever the visitor is known.
std::string settled(Shop& shop, const std::string& page) {
    const Ran whole = run(shop, {page});
    const std::string_view text = page;
    for (std::size_t split = 1; split < page.size(); split++) {
        for (const std::size_t at : {0, 1, 2, 3}) {
            const Ran two =
                run(shop, {text.substr(0, split), text.substr(split)}, {Verdict::personalize, at});
            BOOST_REQUIRE_EQUAL(two.text, whole.text);
            BOOST_REQUIRE_EQUAL(two.counters.reordered, whole.counters.reordered);
            BOOST_REQUIRE_EQUAL(two.strangers, 0U);
        }
    }
    BOOST_TEST(run(shop, cut(page, 3), {Verdict::pass, 20}).text == page);
    BOOST_TEST(run(shop, cut(page, 1)).text == whole.text);
    return whole.text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(listing_data)

BOOST_AUTO_TEST_CASE(listing_and_data_move_alike) {
    Hydrated shop;
    const auto behind = [](std::string_view ids) {
        return "<p>a</p>" + list(ids) + "<p>b</p>" + script(ids) + "<p>c</p>";
    };
    const std::string moved = settled(shop, behind(kIds));
    BOOST_TEST(order_in(moved) != kIds);
    BOOST_TEST(moved == behind(order_in(moved)));
    const auto before = [](std::string_view ids) { return script(ids) + "<b>x</b>" + list(ids); };
    BOOST_TEST(settled(shop, before(kIds)) == before(order_in(moved)));
    BOOST_TEST(run(shop, {behind(kIds)}).counters.reordered == 1U);
    BOOST_TEST(run(shop, {behind(kIds)}).shown.size() == 1U);
}

BOOST_AUTO_TEST_CASE(items_are_the_same_whatever_names_them) {
    Hydrated shop({"id=href", "data_id=n.sku"});
    const auto page = [](std::string_view ids) {
        std::string text = script(ids);
        for (const char id : ids) {
            const std::string element = "\"id\":\"" + std::string(1, id);
            const std::string number = "{\"id\":0}";
            text.replace(text.rfind(number, text.find(element)), number.size(),
                         "{\"sku\":\"" + std::string(1, id) + "\"}");
        }
        return list(ids) + text;
    };
    const std::string moved = run(shop, {page(kIds)}).text;
    BOOST_TEST(order_in(moved) != kIds);
    BOOST_TEST(moved == page(order_in(moved)));
}

BOOST_AUTO_TEST_CASE(what_does_not_go_together_stays) {
    Hydrated shop;
    for (const std::string& page :
         {list(kIds), script(kIds), list(kIds) + script("abcdefg"), list("abcdefg") + script(kIds),
          list("abcdefgha") + script(kIds), list(kIds) + script(""),
          list(kIds) + "<script id=data>{\"p\":{}}</script>",
          list(kIds) + "<script id=data>{\"p\":{\"items\":" + array(kIds) + "}</script>",
          list(kIds) + "<script id=data>{\"p\":{\"items\":" + array(kIds) + "},\"p\":1}</script>",
          // The order of the bytes decides where such a script ends.
          list(kIds) + "<script id=data>{\"c\":\"<!--\",\"p\":{\"items\":" + array(kIds) +
              "}}</script>",
          list(kIds) + "<div id=data>{\"p\":{\"items\":" + array(kIds) + "}}</div>",
          list(kIds) + "<!--" + script(kIds) + "-->",
          "<ul id=l>" + script(kIds) + list(kIds).substr(9)}) {
        BOOST_TEST(settled(shop, page) == page);
        BOOST_TEST(run(shop, {page}).counters.reordered == 0U);
    }
}

BOOST_AUTO_TEST_CASE(of_several_the_first_count) {
    Hydrated shop;
    const auto page = [](std::string_view ids) {
        return list(ids) + list(kIds) + script(ids) + script(kIds) + list(kIds);
    };
    const std::string moved = settled(shop, page(kIds));
    const std::string order = order_in(moved).substr(0, kIds.size());
    BOOST_TEST(order != kIds);
    BOOST_TEST(moved == page(order));
}

BOOST_AUTO_TEST_CASE(what_is_unknown_or_stands_twice_stays_in_both) {
    Hydrated shop;
    const auto page = [](std::string_view tiles, std::string_view elements) {
        return list(tiles) + script(elements);
    };
    const std::string moved = settled(shop, page("axbcgdefgh", "abcgdxxefgh"));
    const std::string order = order_in(moved);
    BOOST_TEST(order != "axbcgdefgh");
    BOOST_TEST(order[1] == 'x');
    BOOST_TEST(order[4] == 'g');
    BOOST_TEST(order[8] == 'g');
    std::string known = order;
    known.erase(1, 1);
    BOOST_TEST(moved == page(order, known.substr(0, 5) + "xx" + known.substr(5)));
    // The data may have an order of its own: each item's place takes the item of its tile's place.
    const std::string other = settled(shop, page("abcdefgh", "hgfedcba"));
    const std::string tiles = order_in(other);
    BOOST_TEST(other == page(tiles, std::string(tiles.rbegin(), tiles.rend())));
}

BOOST_AUTO_TEST_CASE(more_than_fits_leaves_as_it_came) {
    Hydrated shop;
    const std::string filler = "<p>" + std::string(3000, 'x') + "</p>";
    const std::string page = list(kIds) + filler + script(kIds) + "<i>end</i>";
    BOOST_TEST(run(shop, cut(page, 100)).text != page);
    shop.plan.limits.max_buffer = 2000;
    for (const std::size_t at : {std::size_t{0}, std::size_t{3}, std::size_t{10000}}) {
        const Ran ran = run(shop, cut(page, 100), {Verdict::personalize, at});
        BOOST_TEST(ran.text == page);
        BOOST_TEST(ran.counters.reordered == 0U);
    }
}

BOOST_AUTO_TEST_CASE(placements_around_do_not_notice) {
    Hydrated shop;
    shop.widget("#w", "{{id}}");
    const std::string page =
        "<p id=w></p>" + list("abdegh") + "<p id=w></p>" + script("abdegh") + "<p id=w></p>";
    const std::string text = settled(shop, page);
    BOOST_TEST(text.starts_with("<p id=w>abc</p>"));
    BOOST_TEST(order_in(text) != "abdegh");
    BOOST_TEST(text.find("</ul><p id=w>f</p><script") != std::string::npos);
}

// What is decided at the first of the two holds for the second, however much stands between them.
BOOST_AUTO_TEST_CASE(the_most_placements_part_no_pair) {
    Hydrated shop;
    shop.widget("p", "{{id}}", 1);
    std::string widgets;
    for (unsigned i = 0; i < kMaxPlaced; i++) {
        widgets += "<p>-</p>";
    }
    const Ran data_first = run(shop, {script(kIds) + widgets + list(kIds)});
    const std::string order = order_in(data_first.text);
    BOOST_TEST(order != kIds);
    BOOST_TEST(data_first.text.starts_with(script(order)));
    BOOST_TEST(data_first.text.ends_with(list(order)));
    const std::string late = widgets + script(kIds) + list(kIds);
    BOOST_TEST(run(shop, {late}).text.ends_with(script(kIds) + list(kIds)));
}

// A listing that stays shows its items too.
BOOST_AUTO_TEST_CASE(widgets_repeat_nothing_of_a_listing_without_its_data) {
    Hydrated shop;
    shop.widget("#w", "{{id}}");
    BOOST_TEST(run(shop, {list("abdegh") + "<p id=w></p>"}).text ==
               list("abdegh") + "<p id=w>cf</p>");
}

// EverShop's: keys that are made up at each build, null and text beside the list, links as ids.
BOOST_AUTO_TEST_CASE(state_with_names_that_change) {
    Hydrated shop({"id=href", "data_id=link:url"}, "data=head > script:first-child",
                  "data_path=$.graphqlResponse.*.products.items");
    const auto page = [](std::string_view ids) {
        std::string items;
        for (const char id : ids) {
            items += (items.empty() ? "" : ",") +
                     std::string("{\"productId\":7,\"url\":\"\\/p\\/") + id + "\"}";
        }
        return "<head><script>var eContext = {\"graphqlResponse\":{\"e3b7a\":null,\"e3b7b\":\"x\","
               "\"e3b7c\":{\"showProducts\":1,\"products\":{\"items\":[" +
               items +
               "],\"total\":8}},\"e3b7d\":[{\"products\":1}]},\"propsMap\":{}}</script>"
               "<script>f()</script></head><body>" +
               list(ids) + "</body>";
    };
    const std::string moved = settled(shop, page(kIds));
    BOOST_TEST(order_in(moved) != kIds);
    BOOST_TEST(moved == page(order_in(moved)));
}

// What the directive of the test above finds in a shop's pages is the list as it is shown.
BOOST_AUTO_TEST_CASE(state_of_a_real_shop) {
    const auto root = rewrite::testing::shared_directory("pages");
    if (!root) {
        return;
    }
    rewrite::JsonPattern pattern;
    pattern.path = *rewrite::compile_json_path("$.graphqlResponse.*.products.items");
    pattern.id = *rewrite::compile_json_member("url");
    for (const char* file : {"02-category.html", "04-category-filter.html", "06-search.html"}) {
        const std::string page =
            rewrite::testing::read_file(*root / "captures" / "evershop" / file);
        const std::size_t begin = page.find("<script>") + 8;
        const std::string_view script =
            std::string_view(page).substr(begin, page.find("</script>", begin) - begin);
        const auto array = find_listing_data(script, pattern, {});
        BOOST_REQUIRE_MESSAGE(array && !array->elements.empty(), file);
        std::size_t at = page.find("class=\"product__grid");
        for (const auto& element : array->elements) {
            at = page.find("<a href=\"" + element.id + "\"", at);
            BOOST_REQUIRE_MESSAGE(at != std::string::npos, element.id);
        }
    }
}

BOOST_AUTO_TEST_CASE(scripts_that_assign) {
    rewrite::JsonPattern pattern;
    pattern.path = *rewrite::compile_json_path("$.p");
    pattern.id = *rewrite::compile_json_member("@");
    const auto found = [&pattern](std::string_view text) {
        const auto array = find_listing_data(text, pattern, {});
        return array ? std::string(text.substr(array->begin, array->end - array->begin)) : "none";
    };
    for (const char* text :
         {"{\"p\":[1,2]}", " \n{\"p\":[1,2]}\n", "var eContext = {\"p\":[1,2]}",
          "window.__STATE__={\"p\":[1,2]};", "const a\n=\n{\"p\":[1,2]} ; f({\"p\":[3]})",
          "let $x={\"p\":[1,2]};", "self.x = {\"p\":[1,2]};(function(){}());"}) {
        BOOST_TEST(found(text) == "[1,2]", text);
    }
    for (const char* text :
         {"", "var x", "var = {\"p\":[1]}", "x == {\"p\":[1]}", "f({\"p\":[1]})", "{\"p\":[1]};",
          "x={\"p\":[1]} + y", "x={p:[1]}", "<!-- {\"p\":[1]}", "x={\"p\":[\"<!--\"]}",
          "x[0]={\"p\":[1]}", "x={\"p\":[1,]};", "var x y={\"p\":[1]}", "x={\"p\":[1"}) {
        BOOST_TEST(found(text) == "none", text);
    }
    pattern.path = *rewrite::compile_json_path("$.*");
    BOOST_TEST(found("{\"a\":[1],\"b\":[2]}") == "none");
}

BOOST_AUTO_TEST_CASE(errors_name_the_remedy) {
    const auto message = [](std::vector<std::string_view> arguments) {
        Plan plan;
        const Status status = add_listing(plan, arguments);
        BOOST_TEST(plan.empty());
        BOOST_TEST(plan.patterns.empty());
        return status.message();
    };
    const std::string together =
        "personalize_listing: data= and data_path= go together, as in data=script#__NEXT_DATA__ "
        "data_path=$.props.products";
    BOOST_TEST(message({"ul", "data=script"}) == together);
    BOOST_TEST(message({"ul", "data_path=$.a"}) == together);
    BOOST_TEST(message({"ul", "data_id=a"}) == together);
    BOOST_TEST(message({"ul", "data=s[", "data_path=$.a"})
                   .starts_with("personalize_listing: data=: selector 's['"));
    BOOST_TEST(message({"ul", "data=script", "data_path=a"})
                   .starts_with("personalize_listing: data_path=: path 'a'"));
    BOOST_TEST(message({"ul", "data=script", "data_path=$.a", "data_id=a..b"})
                   .starts_with("personalize_listing: data_id=: "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page::test
