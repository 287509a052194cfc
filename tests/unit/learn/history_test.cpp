#include "unit/learn/school.hpp"

using namespace pz;
using namespace pz::test;

BOOST_FIXTURE_TEST_SUITE(history, School)

BOOST_AUTO_TEST_CASE(lines_and_errors) {
    items("ab");
    write_gzip("h.tsv.gz",
               "# a comment\n\nv\tview_item a 1763650000\r\n"
               "v view_item a 1763650000\n"
               "v v\tview_item a 1763650000\n"
               "v\tview_item a soon\n" +
                   std::string(5000, 'x') + "\nw\tview_item b 1763650001");
    double last = -1;
    const auto report = learn::read_history(path("h.tsv.gz"), trainer, [&](double done) {
        BOOST_TEST((done >= last && done <= 1));
        last = done;
    });
    BOOST_REQUIRE(report.ok());
    BOOST_TEST(report->events == 2U);
    BOOST_TEST(report->skipped == 4U);
    BOOST_TEST(last == 1.0);
    BOOST_TEST(trainer.newest_event() == 1763650001);
    BOOST_REQUIRE(report->errors.size() == 4U);
    const std::string file = path("h.tsv.gz");
    BOOST_TEST(report->errors[0].starts_with(file + ":4: no tab"));
    BOOST_TEST(report->errors[1].starts_with(file + ":5: visitor: "));
    BOOST_TEST(report->errors[2].starts_with(file + ":6: time: "));
    BOOST_TEST(report->errors[3].starts_with(file + ":7: over 4096"));
}

BOOST_AUTO_TEST_CASE(long_lines_at_the_limit) {
    for (const std::size_t length : {4095U, 4096U, 4097U, 4098U, 8192U, 8194U}) {
        write_gzip("h", std::string(length, 'x') + "\nv\tview_item a 1763650000\n");
        const auto report = learn::read_history(path("h"), trainer, {});
        BOOST_REQUIRE(report.ok());
        BOOST_TEST(report->events == 1U, length);
        BOOST_TEST(report->skipped == 1U, length);
        BOOST_TEST((report->errors[0].find("over") != std::string::npos) == (length > 4096),
                   length);
    }
}

BOOST_AUTO_TEST_CASE(only_the_first_twenty_errors) {
    std::string text;
    for (int i = 0; i < 30; ++i) {
        text += "x\n";
    }
    Folder::write("h", text);
    const auto report = learn::read_history(path("h"), trainer, {});
    BOOST_TEST(report->skipped == 30U);
    BOOST_TEST(report->errors.size() == 20U);
}

BOOST_AUTO_TEST_CASE(unreadable_files) {
    BOOST_TEST(!learn::read_history(path("none"), trainer, {}).ok());
    std::string text;
    for (int i = 0; i < 5000; ++i) {
        text += "v\tview_item a" + std::to_string(i * 7919 % 10007) + " 1763650000\n";
    }
    write_gzip("cut.gz", text);
    truncate("cut.gz", 1000);
    const auto cut = learn::read_history(path("cut.gz"), trainer, {});
    BOOST_TEST(cut.message().find("unreadable after line") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
