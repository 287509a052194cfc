// `personalize evaluate`, on sessions made here.
#include <boost/test/unit_test.hpp>

#include "integration/commands.hpp"

namespace pz::test {

namespace {

// Sessions that walk a ring of ten items, two or three steps from each of them.
std::string ring(int first, int sessions) {
    std::string lines;
    for (int s = first; s < first + sessions; ++s) {
        for (int i = 0; i < 3; ++i) {
            lines += "s" + std::to_string(s) + "\titem" + std::to_string((s + i) % 10) + "\t" +
                     std::to_string(1700000000 + s * 3600 + i * 30) + "\n";
        }
    }
    return lines;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(evaluate, Commands)

BOOST_AUTO_TEST_CASE(every_prefix_is_predicted_and_scored) {
    const std::string train = dir.write("train.tsv", ring(0, 500));
    const std::string test = dir.write("test.tsv", ring(500, 20));
    const std::string output = dir / "predictions.tsv";
    const Outcome outcome = personalize({"evaluate", "next-item", "--train", train, "--test", test,
                                         "--output", output, "--top", "5"});
    BOOST_TEST(outcome.status == 0, outcome.output);
    BOOST_TEST(contains(outcome.output, "tuned on 125 sessions"));
    BOOST_TEST(contains(outcome.output, "HR@20 1.0000"), outcome.output);
    BOOST_TEST(contains(outcome.output, "predictions 40"));
    const auto lines = lines_of(dir.read("predictions.tsv"));
    BOOST_REQUIRE(lines.size() == 40);
    // From item 0 the ring leads to item 1.
    BOOST_TEST(lines[0].starts_with("s500\t1\titem1\t"), lines[0]);
    BOOST_TEST(std::count(lines[0].begin(), lines[0].end(), '\t') == 6);
}

BOOST_AUTO_TEST_CASE(a_wrong_line_is_named) {
    const std::string good = dir.write("good.tsv", ring(0, 2));
    const auto evaluate = [&](const std::string& line) {
        const std::string bad = dir.write("bad.tsv", ring(0, 1) + line + "\n");
        return personalize({"evaluate", "next-item", "--train", bad, "--test", good, "--output",
                            dir / "predictions.tsv"});
    };
    for (const auto& [line, message] : std::vector<std::pair<std::string, std::string>>{
             {"s\titem", "bad.tsv:4: 2 values where 3 are needed"},
             {"s\titem\tnoon", "bad.tsv:4: not a time in unix seconds: 'noon'"},
             {"s\t\t1700000000", "bad.tsv:4: not an item id"}}) {
        const Outcome outcome = evaluate(line);
        BOOST_TEST(outcome.status == 1, outcome.output);
        BOOST_TEST(contains(outcome.output, message), outcome.output);
    }
    BOOST_TEST(personalize({"evaluate", "next-item", "--train", good, "--test", good}).status == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
