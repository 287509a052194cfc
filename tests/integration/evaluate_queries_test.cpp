// personalize evaluate cart and listing, on small files of our own.
#include <boost/test/unit_test.hpp>

#include "integration/commands.hpp"

namespace pz::test {

namespace {

// Tea goes with milk, ink with paper; the customer Ann buys paper every time.
std::string orders() {
    std::string text;
    for (int i = 0; i < 8; ++i) {
        const std::string day = std::to_string(1300000000 + i * 86400);
        const std::string odd = std::to_string(i * 2);
        const std::string even = std::to_string(i * 2 + 1);
        text += odd + "\ttea\t" + day + "\t1\t2.50\t-\tUK\n";
        text += odd + "\tmilk\t" + day + "\t1\t1.10\t-\tUK\n";
        text += even + "\tink\t" + day + "\t1\t9.00\tann\tUK\n";
        text += even + "\tpaper\t" + day + "\t1\t4.00\tann\tUK\n";
    }
    return text;
}

std::string sessions() {
    std::string text;
    for (int i = 0; i < 20; ++i) {
        const std::string time = std::to_string(1300000000 + i * 3600);
        const std::string name = "s" + std::to_string(i) + "\t";
        text += name + "a\t" + time + "\n" + name + "d\t" + time + "\n";
        text += name + (i % 2 == 0 ? "b" : "c") + "\t" + time + "\n";
    }
    return text;
}

}  // namespace

struct Evaluations : Commands {
    std::string output = dir / "output.tsv";

    Outcome cart(const std::string& queries, const std::string& truth = "q1\tmilk\nq2\tpaper\n") {
        return personalize({"evaluate", "cart", "--train", dir.write("orders.tsv", orders()),
                            "--queries", dir.write("carts.tsv", queries), "--truth",
                            dir.write("truth.tsv", truth), "--output", output});
    }
    Outcome listing(const std::string& queries) {
        return personalize({"evaluate", "listing", "--train", dir.write("train.tsv", sessions()),
                            "--history",
                            dir.write("history.tsv", "x\ta\t1300100000\nx\td\t1300100009\n"),
                            "--queries", dir.write("lists.tsv", queries), "--truth",
                            dir.write("truth.tsv", "l1\td\nl2\tb\n"), "--output", output});
    }
    std::string written() const { return read_text(output); }
};

BOOST_FIXTURE_TEST_SUITE(evaluate_queries, Evaluations)

BOOST_AUTO_TEST_CASE(carts_are_completed) {
    const Outcome done = cart("q1\t-\t1300900000\ttea\nq2\tann\t1300900000\tink\n");
    BOOST_TEST(done.status == 0, done.output);
    BOOST_TEST(written().starts_with("q1\tmilk"));
    BOOST_TEST(contains(written(), "q2\tpaper"));
    BOOST_TEST(contains(done.output, "questions 2  HR@10 1.0000  MRR@10 1.0000"));
    BOOST_TEST(contains(done.output, "µs per prediction"));
}

BOOST_AUTO_TEST_CASE(questions_that_were_asked_count_and_no_others) {
    Outcome done = cart("q1\t-\t1300900000\ttea\n");
    BOOST_TEST(contains(done.output, "questions 1  HR@10 1.0000  MRR@10 1.0000"), done.output);
    done = cart("q1\t-\t1300900000\ttea\nq2\t-\t1300900000\ttea\nq3\t-\t1300900000\ttea\n",
                "q1\tmilk\nq2\tnone\n");
    BOOST_TEST(contains(done.output, "questions 2  HR@10 0.5000  MRR@10 0.5000"), done.output);
    done = cart("q1\t-\t1300900000\ttea\n", "q9\tmilk\n");
    BOOST_TEST(contains(done.output, "--truth: answers none of the questions"), done.output);
}

BOOST_AUTO_TEST_CASE(without_a_truth_there_is_coverage) {
    const Outcome done =
        personalize({"evaluate", "cart", "--train", dir.write("orders.tsv", orders()), "--queries",
                     dir.write("carts.tsv", "q1\t-\t1300900000\ttea\n"), "--output", output});
    BOOST_TEST(done.status == 0, done.output);
    BOOST_TEST(contains(done.output, "coverage@10 0.7500; for HR and MRR name --truth"),
               done.output);
}

BOOST_AUTO_TEST_CASE(lists_are_ordered) {
    const Outcome done = listing("l1\tx\t1300100001\t1\tb c d\nl2\tnobody\t1300100001\t1\tb c d\n");
    BOOST_TEST(done.status == 0, done.output);
    // Everybody goes from a to d; of nobody nothing is known.
    BOOST_TEST(written().starts_with("l1\td"), written());
    BOOST_TEST(contains(written(), "l2\tb\tc\td\n"));
    BOOST_TEST(contains(done.output, "MRR 1.0000"));
}

// A visitor of cheap things: whatever is cheap in the list comes forward, at the prices of its time.
BOOST_AUTO_TEST_CASE(later_prices_are_not_known_yet) {
    const Outcome done = listing(
        "l2\tx\t1300100020\t1\tn1 n2 n3 a\t90 10 90 10\n"
        "l1\tx\t1300100010\t1\tn1 n2 n3 a\t90 90 10 10\n"
        "l3\tx\t1300100030\t1\tn1 n2 n3 a\n");
    BOOST_TEST(done.status == 0, done.output);
    BOOST_TEST(written() == "l1\ta\tn3\tn1\tn2\nl2\ta\tn2\tn1\tn3\nl3\ta\tn2\tn1\tn3\n");
}

// Lists of the training teach their order, as the edge tells of them.
BOOST_AUTO_TEST_CASE(lists_of_the_training_tune_the_order) {
    std::string train, lists;
    for (int i = 0; i < 400; ++i) {
        const std::string name = "s" + std::to_string(i);
        const std::string time = std::to_string(1300000000 + i * 60);
        const std::string item(1, static_cast<char>('a' + i % 8));
        train.append(name).append("\t").append(item).append("\t").append(time).append("\n");
        train.append(name).append("\t").append(item).append("\t").append(time).append("\n");
        lists.append("t").append(name).append("\t").append(name).append("\t").append(time).append(
            "\t1\ta b c d e f g h\n");
    }
    const Outcome done = personalize(
        {"evaluate", "listing", "--train", dir.write("train.tsv", train), "--lists",
         dir.write("shown.tsv", lists), "--history", dir.write("history.tsv", "x\tg\t1300100000\n"),
         "--queries", dir.write("lists.tsv", "l1\tx\t1300100001\t1\ta b c d e f g h\n"), "--truth",
         dir.write("truth.tsv", "l1\tg\n"), "--output", output});
    BOOST_TEST(done.status == 0, done.output);
    BOOST_TEST(contains(done.output, "order of listings tuned on 200 lists"), done.output);
    BOOST_TEST(contains(done.output, "MRR 1.0000"), done.output);
}

BOOST_AUTO_TEST_CASE(wrong_lines_are_named) {
    const auto broken = [](const Outcome& outcome, const std::string& what) {
        BOOST_TEST(outcome.status == 1);
        BOOST_TEST(contains(outcome.output, what), outcome.output);
    };
    broken(cart("q1\t-\t1300900000\ttea\nq2\tann\n"), "carts.tsv:2: 2 values where 4 are needed");
    broken(cart("q1\t-\tsoon\ttea\n"), "carts.tsv:1: not a time in unix seconds: 'soon'");
    broken(cart("q1\t-\t1300900000\ttea\n", "q1\n"), "truth.tsv:1: 1 values where 2");
    broken(listing("l1\tx\t1300100001\tone\tb c d\n"),
           "lists.tsv:1: not a number of actions: 'one'");
    broken(personalize({"evaluate", "cart", "--train", dir / "absent", "--queries", dir / "absent",
                        "--output", output}),
           "absent");
    broken(cart(""), "carts.tsv: empty");
    broken(personalize({"evaluate", "next-item", "--train", dir.write("none.tsv", ""), "--test",
                        dir.write("train.tsv", sessions()), "--output", output}),
           "none.tsv: empty");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
