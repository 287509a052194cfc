#include "page/plan.hpp"

#include <boost/test/unit_test.hpp>

namespace pz::page {

namespace {

const rewrite::Template kTile;

const rewrite::Template* find_tile(void* data, std::string_view name) {
    static_cast<std::string*>(data)->assign(name);
    return name == "missing" ? nullptr : &kTile;
}

struct Parsed {
    Plan plan;
    Status status;
    std::string asked;  // the template that was looked for

    explicit Parsed(std::initializer_list<std::string_view> arguments) {
        const std::vector<std::string_view> all(arguments);
        status = add_widget(plan, all, find_tile, &asked);
    }
    const Placement& placement() const { return plan.placements.at(0); }
};

struct ParsedListing {
    Plan plan;
    Status status;

    explicit ParsedListing(std::initializer_list<std::string_view> arguments) {
        const std::vector<std::string_view> all(arguments);
        status = add_listing(plan, all);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(plan)

BOOST_AUTO_TEST_CASE(widget_defaults) {
    const Parsed parsed({"#recommended", "for_you,popular"});
    BOOST_REQUIRE_MESSAGE(parsed.status.ok(), parsed.status.message());
    const Placement& placement = parsed.placement();
    BOOST_TEST(!placement.listing);
    BOOST_TEST(placement.name == "#recommended");
    BOOST_REQUIRE(placement.recommenders.size() == 2);
    BOOST_TEST(placement.recommenders[0]->name == "for_you");
    BOOST_TEST(placement.recommenders[1]->name == "popular");
    BOOST_TEST(placement.limit == 8U);
    BOOST_TEST(placement.min == 4U);
    BOOST_TEST((placement.level == recommend::Tier::individual));
    BOOST_TEST(placement.tile == &kTile);
    BOOST_TEST(parsed.asked == "default");
    BOOST_TEST(placement.for_variable == -1);
    BOOST_TEST(placement.category_variable == -1);
    BOOST_TEST(!parsed.plan.patterns[0].listing);
}

BOOST_AUTO_TEST_CASE(widget_with_everything) {
    const Parsed parsed({".w", "similar", "limit=6", "min=2", "template=tile", "name=home-1",
                         "level=segment", "for=$0", "category=$12", "gap=$3"});
    BOOST_REQUIRE_MESSAGE(parsed.status.ok(), parsed.status.message());
    const Placement& placement = parsed.placement();
    BOOST_TEST(placement.limit == 6U);
    BOOST_TEST(placement.min == 2U);
    BOOST_TEST(placement.name == "home-1");
    BOOST_TEST((placement.level == recommend::Tier::segment));
    BOOST_TEST(placement.for_variable == 0);
    BOOST_TEST(placement.category_variable == 12);
    BOOST_TEST(placement.gap_variable == 3);
    BOOST_TEST(parsed.asked == "tile");
}

BOOST_AUTO_TEST_CASE(the_default_minimum_is_never_more_than_the_limit) {
    const Parsed parsed({".w", "similar", "limit=2"});
    BOOST_REQUIRE(parsed.status.ok());
    BOOST_TEST(parsed.placement().min == 2U);
}

BOOST_AUTO_TEST_CASE(listing_defaults) {
    const ParsedListing parsed({"ul.products"});
    BOOST_REQUIRE_MESSAGE(parsed.status.ok(), parsed.status.message());
    const Placement& placement = parsed.plan.placements.at(0);
    const rewrite::Pattern& pattern = parsed.plan.patterns[0];
    BOOST_TEST(placement.listing);
    BOOST_TEST(placement.top == 6U);
    BOOST_TEST((placement.rest == recommend::Rest::shop));
    BOOST_TEST(pattern.listing);
    BOOST_TEST(!pattern.tile.has_value());
    BOOST_TEST((pattern.locator.by == rewrite::ItemLocator::By::attribute));
    BOOST_TEST(pattern.locator.name == "data-item-id");
}

BOOST_AUTO_TEST_CASE(listing_with_everything) {
    const ParsedListing parsed({"ul.products", "item=li.tile", "id=Data-SKU", "top=3", "name=list",
                                "level=pre", "query=$1", "category=$2", "rest=learned"});
    BOOST_REQUIRE_MESSAGE(parsed.status.ok(), parsed.status.message());
    const Placement& placement = parsed.plan.placements.at(0);
    const rewrite::Pattern& pattern = parsed.plan.patterns[0];
    BOOST_TEST(pattern.tile.has_value());
    BOOST_TEST(pattern.locator.name == "data-sku");
    BOOST_TEST(placement.top == 3U);
    BOOST_TEST((placement.rest == recommend::Rest::learned));
    BOOST_TEST(placement.query_variable == 1);
    BOOST_TEST(placement.category_variable == 2);
    BOOST_TEST((placement.level == recommend::Tier::pre));
    const ParsedListing by_link({"ul", "id=href"});
    BOOST_TEST((by_link.plan.patterns[0].locator.by == rewrite::ItemLocator::By::href));
}

BOOST_AUTO_TEST_CASE(ways_to_the_id) {
    const auto locator = [](std::string_view argument) {
        const ParsedListing parsed({"ul", argument});
        BOOST_REQUIRE_MESSAGE(parsed.status.ok(), parsed.status.message());
        return parsed.plan.patterns[0].locator;
    };
    using By = rewrite::ItemLocator::By;
    const rewrite::ItemLocator pattern = locator("id=Class:post-{id}-x");
    BOOST_TEST((pattern.by == By::pattern));
    BOOST_TEST(pattern.name == "class");
    BOOST_TEST(pattern.before == "post-");
    BOOST_TEST(pattern.behind == "-x");
    const rewrite::ItemLocator field = locator("id=field:Product[id]");
    BOOST_TEST((field.by == By::field));
    BOOST_TEST(field.name == "Product[id]");
    BOOST_TEST(locator("id=href:/p/{id}").before == "/p/");
}

BOOST_AUTO_TEST_CASE(marks_of_positions) {
    const auto marks = [](std::initializer_list<std::string_view> arguments) {
        const ParsedListing parsed(arguments);
        BOOST_REQUIRE_MESSAGE(parsed.status.ok(), parsed.status.message());
        return parsed.plan.patterns[0].marks;
    };
    using Names = std::vector<std::string>;
    BOOST_TEST((marks({"ul"}).classes == Names{"first", "last", "odd", "even"}));
    BOOST_TEST(marks({"ul"}).attributes.size() == 4U);
    BOOST_TEST((marks({"ul", "position_classes=alpha,Omega"}).classes == Names{"alpha", "Omega"}));
    BOOST_TEST((marks({"ul", "position_attributes=Data-N"}).attributes == Names{"data-n"}));
    BOOST_TEST(marks({"ul", "position_classes=off"}).classes.empty());
    BOOST_TEST(marks({"ul", "position_attributes=off"}).attributes.empty());
    // What names the item says nothing of its place.
    BOOST_TEST(marks({"ul", "id=data-index"}).attributes.size() == 3U);
    BOOST_TEST(marks({"ul", "id=data-index:p{id}"}).attributes.size() == 3U);
    BOOST_TEST(marks({"ul", "id=field:data-index"}).attributes.size() == 4U);
}

BOOST_AUTO_TEST_CASE(widget_errors_name_the_remedy) {
    const auto message = [](std::initializer_list<std::string_view> arguments) {
        const Parsed parsed(arguments);
        BOOST_TEST(parsed.plan.empty());
        BOOST_TEST(parsed.plan.patterns.empty());
        return parsed.status.message();
    };
    BOOST_TEST(message({"#w"}) ==
               "personalize_widget: a selector and a recommender are needed, as in "
               "\"#recommended\" for_you,popular");
    BOOST_TEST(message({"#w", "poplar"}) ==
               "personalize_widget: unknown recommender 'poplar': did you mean 'popular'? known "
               "are popular, new, sale, recent, for_you, cross_sell, free_shipping, bundle, "
               "similar, replenish, back_in_stock, price_drop");
    BOOST_TEST(message({"#w", "popular,"})
                   .starts_with("personalize_widget: unknown recommender '': known are popular"));
    BOOST_TEST(message({"#w", "popular,popular"}) ==
               "personalize_widget: recommender 'popular' is named twice: keep one");
    BOOST_TEST(message({"#w", "popular", "limt=3"}) ==
               "personalize_widget: unknown option 'limt': did you mean 'limit'? known are limit, "
               "min, template, name, level, for, category, gap");
    BOOST_TEST(message({"#w", "popular", "zzzzzzz"}) ==
               "personalize_widget: unknown option 'zzzzzzz': known are limit, min, template, "
               "name, level, for, category, gap");
    BOOST_TEST(message({"#w", "free_shipping"}) ==
               "personalize_widget: free_shipping needs the amount that the cart lacks: add "
               "gap=$var, as in gap=$upstream_http_x_shipping_gap");
    BOOST_TEST(message({"#w", "popular", "limit"}) ==
               "personalize_widget: option 'limit' has no value: write limit=...");
    BOOST_TEST(message({"#w", "popular", "limit=1", "limit=2"}) ==
               "personalize_widget: option 'limit' is given twice: keep one");
    for (const char* wrong :
         {"limit=0", "limit=101", "limit=-1", "limit=3x", "limit=99999999999999999999"}) {
        BOOST_TEST(message({"#w", "popular", wrong}) ==
                   "personalize_widget: " + std::string(wrong) + ": write a number from 1 to 100");
    }
    BOOST_TEST(message({"#w", "popular", "limit=3", "min=4"}) ==
               "personalize_widget: min=4 is more than limit=3: write a smaller min= or a larger "
               "limit=");
    BOOST_TEST(message({"#w", "popular", "level=persnal"})
                   .starts_with("personalize_widget: unknown level 'persnal': "));
    for (const char* wrong : {"for=sku", "for=$", "for=$x", "for=$-1", "for=$99999999"}) {
        BOOST_TEST(message({"#w", "popular", wrong}) ==
                   "personalize_widget: " + std::string(wrong) +
                       ": write a variable, as in "
                       "for=$arg_for");
    }
    BOOST_TEST(message({"#w", "popular", "template=missing"}) ==
               "personalize_widget: unknown template 'missing': add personalize_template missing "
               "file;");
    BOOST_TEST(message({"div[", "popular"}).starts_with("personalize_widget: selector 'div[': "));
    BOOST_TEST(message({"#w", "popular", "name=" + std::string(101, 'n')})
                   .ends_with("is over 100 characters: add a short one with name="));
}

BOOST_AUTO_TEST_CASE(listing_errors_name_the_remedy) {
    const auto message = [](std::initializer_list<std::string_view> arguments) {
        const ParsedListing parsed(arguments);
        BOOST_TEST(parsed.plan.empty());
        return parsed.status.message();
    };
    BOOST_TEST(message({}) == "personalize_listing: a selector is needed, as in \"ul.products\"");
    BOOST_TEST(
        message({"ul", "limit=3"}).starts_with("personalize_listing: unknown option 'limit': "));
    BOOST_TEST(message({"ul", "top=0"}) ==
               "personalize_listing: top=0: write a number from 1 to 100");
    BOOST_TEST(
        message({"ul", "item=li["}).starts_with("personalize_listing: item=: selector 'li["));
    BOOST_TEST(message({"ul", "id=data id"}) ==
               "personalize_listing: id=data id: not the name of an attribute: write one, as in "
               "id=data-item-id, or id=class:post-{id}, id=field:product_id, id=href");
    for (const char* wrong :
         {"class:post-", "class:{id}{id}", ":{id}", "a b:{id}", "field:", "class:a {id}"}) {
        const std::string id = "id=" + std::string(wrong);
        BOOST_TEST(message({"ul", id}).starts_with("personalize_listing: " + id + ": "));
    }
    BOOST_TEST(message({"ul", "id=href:/p/"}) ==
               "personalize_listing: id=href:/p/: write {id} where the id stands, as in "
               "id=class:post-{id}");
    for (const char* wrong : {"position_classes=a,,b", "position_classes=a b",
                              "position_attributes=,", "position_attributes=a=b"}) {
        BOOST_TEST(message({"ul", wrong}) ==
                   "personalize_listing: " + std::string(wrong) +
                       ": write at most 32 names of A-Z a-z 0-9 - _ : with commas between them, "
                       "or off");
    }
    BOOST_TEST(message({"ul", "id=data-n", "position_attributes=data-i,data-n"}) ==
               "personalize_listing: position_attributes=: 'data-n' is the id's attribute: leave "
               "it out");
    BOOST_TEST(message({"ul", "position_attributes=Class"}) ==
               "personalize_listing: position_attributes=: 'class' cannot count places: write "
               "classes into position_classes=");
    BOOST_TEST(message({std::string_view("ul"), std::string_view("id=a\0b", 6)})
                   .find("not the name of an attribute") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_error_leaves_the_plan_as_it_was) {
    Plan plan;
    std::string asked;
    const std::vector<std::string_view> good = {"#a", "popular"};
    const std::vector<std::string_view> bad = {"#b", "nothing"};
    BOOST_REQUIRE(add_widget(plan, good, find_tile, &asked).ok());
    BOOST_TEST(!add_widget(plan, bad, find_tile, &asked).ok());
    BOOST_TEST(plan.placements.size() == 1U);
    BOOST_TEST(plan.patterns.size() == 1U);
}

namespace {

struct ParsedJson {
    Plan plan;
    Status status;

    ParsedJson(Status (*directive)(Plan&, std::span<const std::string_view>),
               std::initializer_list<std::string_view> arguments) {
        const std::vector<std::string_view> all(arguments);
        status = directive(plan, all);
    }
    void fails(std::string_view with) const {
        BOOST_TEST(status.message().find(with) != std::string::npos, status.message());
        BOOST_TEST(plan.empty());
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(json_arrays) {
    const ParsedJson plain(add_json, {"$.data.products"});
    BOOST_REQUIRE_MESSAGE(plain.status.ok(), plain.status.message());
    BOOST_TEST(plain.plan.placements.at(0).name == "$.data.products");
    BOOST_TEST((plain.plan.placements[0].listing && plain.plan.placements[0].json));
    BOOST_TEST(plain.plan.placements[0].top == 6U);
    BOOST_TEST(plain.plan.json.at(0).path.steps.size() == 2U);
    BOOST_TEST(plain.plan.json[0].id.steps.at(0).name == "id");
    BOOST_TEST(plain.plan.json_placements.at(0) == 0U);
    const ParsedJson full(add_json, {"$.p", "id=link:product.url", "top=3", "name=n", "level=pre",
                                     "query=$1", "category=$2"});
    BOOST_REQUIRE_MESSAGE(full.status.ok(), full.status.message());
    BOOST_TEST((full.plan.patterns[0].locator.by == rewrite::ItemLocator::By::href));
    BOOST_TEST(full.plan.json.at(0).id.steps.size() == 2U);
    BOOST_TEST(full.plan.placements.at(0).query_variable == 1);
    BOOST_TEST(full.plan.placements[0].category_variable == 2);
    BOOST_TEST((full.plan.placements[0].level == recommend::Tier::pre));
    BOOST_TEST(full.plan.placements[0].name == "n");
}

BOOST_AUTO_TEST_CASE(json_errors) {
    ParsedJson(add_json, {}).fails("personalize_json: a path is needed, as in $.data.products");
    ParsedJson(add_json, {"products"}).fails("column 1: begin with $");
    ParsedJson(add_json, {"$.a", "id=a..b"}).fails("id=: path 'a..b': column 3");
    ParsedJson(add_json, {"$.a", "id=link:"}).fails("id=: path ''");
    ParsedJson(add_json, {"$.a", "top=0"}).fails("top=0: write a number");
    ParsedJson(add_json, {"$.a", "item=li"}).fails("unknown option 'item'");
    ParsedJson(add_json_html, {}).fails("personalize_json_html: one path is needed");
    ParsedJson(add_json_html, {"$.a", "top=1"}).fails("and nothing else");
    ParsedJson(add_json_html, {"$.a["}).fails("personalize_json_html: path '$.a[': column 5");
}

BOOST_AUTO_TEST_CASE(json_paths_are_counted) {
    Plan plan;
    const std::vector<std::string_view> path = {"$.a"};
    for (std::size_t i = 0; i < rewrite::kMaxJsonPatterns; i++) {
        BOOST_REQUIRE(add_json_html(plan, path).ok());
    }
    BOOST_TEST(add_json_html(plan, path).message().find("more than 64 paths") != std::string::npos);
    BOOST_TEST(!add_json(plan, path).ok());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page
