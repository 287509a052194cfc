// The examples of the documentation: each loads, and works on the small shop.
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "repository.hpp"
#include "rules/definition.hpp"
#include "rules/lint.hpp"
#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

namespace {

// What stands between ```lua and ```.
std::vector<std::string> examples(const std::string& text) {
    static const std::string kBegin = "```lua\n";
    std::vector<std::string> list;
    for (auto at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at)) {
        at += kBegin.size();
        list.push_back(text.substr(at, text.find("```", at) - at));
    }
    return list;
}

// A part of a rule is made a rule.
std::string whole(const std::string& example) {
    return example.rfind("match", 0) == 0 ? "rule 'example' { " + example + "\n, boost = 2 }"
                                          : example;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rule_documentation, Shop)

BOOST_AUTO_TEST_CASE(every_example_works) {
    const auto list = examples(read_repository("lua/README.md"));
    BOOST_TEST(list.size() >= 4U);
    for (const std::string& example : list) {
        auto rules = load(whole(example));
        std::vector<std::string> names;
        BOOST_TEST(rules->segments(context, names).error == "", example);
        auto candidates = this->candidates();
        BOOST_TEST(rules->apply(context, candidates).error == "", example);
        auto definitions = rules->definitions();
        for (const rules::Finding& finding : rules::lint(definitions, nullptr, kNow)) {
            BOOST_TEST(!finding.error, finding.text);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_verb_is_documented) {
    const std::string text = read_repository("lua/README.md");
    for (const std::string_view verb : rules::kVerbNames) {
        BOOST_TEST(text.find("| `" + std::string(verb) + " = ") != std::string::npos, verb);
    }
}

// As they are named in error messages: "known are ...".
BOOST_AUTO_TEST_CASE(every_fact_is_documented) {
    const std::string text = read_repository("lua/README.md");
    for (const std::string of : {"visitor", "page"}) {
        auto rules = load("rule 'r' { when = function(visitor, page) return " + of +
                          ".qqqqqqqqqqqqqq end, boost = 2 }");
        auto list = candidates();
        const std::string error = rules->apply(context, list).error;
        const std::string before = "known are ";
        BOOST_REQUIRE(error.find(before) != std::string::npos);
        std::istringstream names(error.substr(error.find(before) + before.size()));
        for (std::string name; std::getline(names >> std::ws, name, ',');) {
            const bool found = text.find("`" + of + "." + name) != std::string::npos ||
                               text.find("`" + of + ":" + name) != std::string::npos ||
                               text.find("`:" + name) != std::string::npos;
            BOOST_TEST(found, of << "." << name);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
