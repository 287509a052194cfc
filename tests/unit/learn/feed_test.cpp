#include <zlib.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "learn/catalog.hpp"
#include "unit/learn/folder.hpp"

using namespace pz;
using namespace pz::test;

namespace {

// "id=a;price=1 GBP|id=b"
struct Read {
    std::string items;
    learn::FeedReport report;
    std::string error;
};

Read read(std::string_view feed) {
    Read result;
    auto report = learn::read_feed(feed, [&](const store::ItemInput& item) {
        result.items += result.items.empty() ? "" : "|";
        for (std::size_t i = 0; i < item.fields.size(); ++i) {
            result.items +=
                (i == 0 ? "" : ";") + item.fields[i].first + "=" + item.fields[i].second;
        }
    });
    if (report) {
        result.report = *report;
    }
    result.error = report.message();
    return result;
}

std::string only_error(const Read& result) {
    BOOST_TEST(result.items.empty());
    BOOST_REQUIRE(result.report.errors.size() == 1);
    BOOST_TEST(result.report.skipped == 1U);
    return result.report.errors.front();
}

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(feed_table)

BOOST_AUTO_TEST_CASE(columns_and_values) {
    const Read result = read(
        "\xEF\xBB\xBFID\tTitle\tg:Sale Price\tproduct type\r\n"
        "a\t Mug \t1.00 GBP\tKitchen>Mugs\r\n"
        "\r\n"
        "b\t\t\t\n"
        "c\t\t\t > A >  > B\n");
    BOOST_TEST(result.items ==
               "id=a;title=Mug;sale_price=1.00 GBP;product_type=Kitchen > Mugs|id=b|"
               "id=c;product_type=A > B");
    BOOST_TEST(result.report.items == 3U);
    BOOST_TEST(result.report.skipped == 0U);
}

BOOST_AUTO_TEST_CASE(several_columns_of_one_name) {
    BOOST_TEST(read("id\tsize\tsize\tproduct_type\tproduct_type\na\tS\tM\tA\tB").items ==
               "id=a;size=S,M;product_type=A");
}

BOOST_AUTO_TEST_CASE(quotes) {
    BOOST_TEST(read("id\ttitle\n\"a\"\t\"say \"\"hi\"\"\"").items == "id=a;title=say \"hi\"");
    BOOST_TEST(read("id\ttitle\na\t\"A\" and \"B\"").items == "id=a;title=\"A\" and \"B\"");
    BOOST_TEST(read("id\ttitle\na\t\"open\nb\t\"").items == "id=a;title=\"open|id=b;title=\"");
}

BOOST_AUTO_TEST_CASE(bad_items_are_skipped_and_named) {
    const std::string head = "id\tprice\tavailability\n";
    BOOST_TEST(only_error(read(head + "a\tx\tin_stock")).starts_with("line 2: "));
    BOOST_TEST(holds(only_error(read(head + "a\tx\tin_stock")), "price: not a price: 'x'"));
    BOOST_TEST(holds(only_error(read(head + "a\t1 GBP\tperhaps")), "availability"));
    BOOST_TEST(holds(only_error(read(head + "\n\t1 GBP\t")), "line 3: an item without id"));
    BOOST_TEST(holds(only_error(read(head + std::string(51, 'a') + "\t\t")), "longer than 50"));
    BOOST_TEST(holds(only_error(read(head + "a\t1 GBP\tin_stock\tmore")), "3); a tab within"));
    BOOST_TEST(holds(only_error(read("id\ttitle\na\t\xC3")), "title: not UTF-8"));
    BOOST_TEST(read(head + "a\tx\t\nb\t2 GBP\t").items == "id=b;price=2 GBP");
    BOOST_TEST(read(head + "a\t1 GBP\t\t\t\t").report.items == 1U);  // empty ones are no values
}

BOOST_AUTO_TEST_CASE(rows_that_end_early_are_skipped_and_named) {
    const std::string head = "id\tprice\tavailability\t\n";
    const Read result = read(head + "a\t1 GBP\nb\t2 GBP\tout_of_stock\nc\t3 GBP\t\n");
    BOOST_TEST(result.items == "id=b;price=2 GBP;availability=out_of_stock|id=c;price=3 GBP");
    BOOST_TEST(result.report.skipped == 1U);
    BOOST_TEST(holds(result.report.errors.front(), "line 2: 2 values, but the header has 3"));
    BOOST_TEST(holds(only_error(read(head + "a\t1 GBP\n")), "line 2: "));
}

BOOST_AUTO_TEST_CASE(a_feed_that_ends_within_a_row_is_no_feed) {
    const std::string whole = "id\tprice\tavailability\na\t1 GBP\tin_stock\nb\t2 GBP\tin_stock";
    BOOST_TEST(read(whole).report.items == 2U);
    BOOST_TEST(read(whole + "\n").report.items == 2U);
    const std::size_t last = whole.rfind('\n') + 1;
    for (std::size_t size = last + 1; size <= whole.rfind('\t'); ++size) {
        const Read cut = read(whole.substr(0, size));
        BOOST_TEST(holds(cut.error, "line 3: the feed ends within this row"),
                   whole.substr(0, size));
    }
}

BOOST_AUTO_TEST_CASE(the_first_twenty_errors) {
    std::string feed = "id\tprice\n";
    for (int i = 0; i < 30; ++i) {
        feed += "a\tx\n";
    }
    const Read result = read(feed);
    BOOST_TEST(result.report.skipped == 30U);
    BOOST_TEST(result.report.errors.size() == 20U);
    BOOST_TEST(result.report.errors.back().starts_with("line 21: "));
}

BOOST_AUTO_TEST_CASE(unreadable_feeds) {
    BOOST_TEST(holds(read("").error, "line 1: the feed is empty"));
    BOOST_TEST(holds(read(" \n\t\n").error, "line 1: the feed is empty"));
    BOOST_TEST(holds(read("\nsku\ttitle\na\tb").error, "line 2: no column 'id'"));
    BOOST_TEST(holds(read(std::string("\xFF\xFEi\0d\0", 6)).error, "UTF-16"));
    BOOST_TEST(holds(read("id" + std::string(300, '\t')).error, "over 200 columns"));
    BOOST_TEST(holds(read("id\t" + std::string(101, 'x')).error, "over 100 characters"));
    BOOST_TEST(read("id").error.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(feed_xml)

BOOST_AUTO_TEST_CASE(rss) {
    const Read result = read(R"(<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
<item><g:id>a</g:id><title>Mug &amp; co</title><link>http://x/a</link>
  <g:price>1.00 GBP</g:price><g:shipping><g:country>UK</g:country></g:shipping></item>
<item><g:id>b</g:id><title>plain</title><g:title><![CDATA[<b>]]> google</g:title>
  <g:size>S</g:size><g:size>M</g:size><g:product_type>A &gt; B</g:product_type></item>
</channel></rss>)");
    BOOST_TEST(result.error == "");
    BOOST_TEST(result.items ==
               "id=a;price=1.00 GBP;title=Mug & co;link=http://x/a|"
               "id=b;title=<b> google;size=S,M;product_type=A > B");
}

BOOST_AUTO_TEST_CASE(atom_and_rss_one) {
    BOOST_TEST(read("<feed><entry><id>tag:1</id><g:id>a</g:id><link href='http://x/a'/></entry>"
                    "</feed>")
                   .items == "id=a;link=http://x/a");
    BOOST_TEST(read("<rdf:RDF><channel/><item><g:id>a</g:id></item></rdf:RDF>").items == "id=a");
}

BOOST_AUTO_TEST_CASE(entities_are_not_expanded) {
    const Read result = read(
        "<!DOCTYPE r [<!ENTITY big 'x'><!ENTITY file SYSTEM 'file:///etc/passwd'>]>\n"
        "<rss><channel><item><id>a</id><title>&big;&file;&#65;</title></item></channel></rss>");
    BOOST_TEST(result.items == "id=a;title=&big;&file;A");
}

BOOST_AUTO_TEST_CASE(errors_name_the_line) {
    const Read broken = read("<rss>\n<channel>\n<item></channel>");
    BOOST_TEST(holds(broken.error, "line 3: broken XML"), broken.error);
    BOOST_TEST(holds(read("<html>\n</html>").error, "line 1: no <item> and no <entry>"));
    BOOST_TEST(holds(read("<").error, "broken XML"));
    const Read bad =
        read("<rss><channel>\n<item><id>a</id>\n<price>x</price></item></channel></rss>");
    BOOST_TEST(only_error(bad).starts_with("line 2: "));
    BOOST_TEST(holds(only_error(bad), "not a price"));
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_harmless) {
    std::string deep = "<rss><channel><item><id>a</id>";
    for (int i = 0; i < 100'000; ++i) {
        deep += "<x>";
    }
    BOOST_TEST(holds(read(deep).error, "broken XML"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(files, Folder)

BOOST_AUTO_TEST_CASE(plain_and_gzip) {
    const std::string text(3'000'000, 'x');
    write("plain", text);
    write_gzip("packed.gz", text);
    write("empty", "");
    BOOST_TEST((*learn::read_file(path("plain")) == text));
    BOOST_TEST((*learn::read_file(path("packed.gz")) == text));
    BOOST_TEST(learn::read_file(path("empty"))->empty());
}

BOOST_AUTO_TEST_CASE(errors_name_the_file) {
    BOOST_TEST(learn::read_file(path("none")).message() ==
               path("none") + ": No such file or directory");
    write_gzip("packed.gz", std::string(1000, 'x'));
    BOOST_TEST(learn::read_file(path("packed.gz"), 1000).ok());
    BOOST_TEST(holds(learn::read_file(path("packed.gz"), 999).message(), "over 999 bytes"));
    std::string bytes;
    for (int i = 0; i < 1000; ++i) {
        bytes += std::to_string(i * 7919 % 1009);
    }
    write_gzip("cut.gz", bytes);
    truncate("cut.gz", 200);
    BOOST_TEST(holds(learn::read_file(path("cut.gz")).message(), "cut.gz: "));
    BOOST_TEST(!learn::read_file(path("")).ok());
}

BOOST_AUTO_TEST_SUITE_END()
