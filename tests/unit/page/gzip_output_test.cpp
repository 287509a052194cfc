// A page as a joined gzip stream is the page.
#include "page/gzip_output.hpp"

#include <zlib.h>

#include <boost/test/unit_test.hpp>

#include "unit/page/fixture.hpp"

namespace pz::page::test {

namespace {

const std::string kPage =
    "<!doctype html><title>shop</title>" + std::string(500, 'x') +
    "<div id=w class=\"x\"><p>own</p></div>text<ul id=l>\n <li class=first data-item-id=a>A</li>\n"
    " <li data-item-id='h' data-position=2>H</li><li data-item-id=e>E</ul><div id=w></div>tail";

struct PageShop : Shop {
    PageShop() {
        widget("#w", "<a href=\"{{link}}\" title=\"{{title}}\">{{title}} {{price}}</a>");
        listing("#l");
        views({"e", "h"});
        ready.begin(snapshot());
    }
    std::shared_ptr<const KnownPage> known(std::string_view text) const {
        auto bytes = std::make_unique<char[]>(text.size());
        std::copy(text.begin(), text.end(), bytes.get());
        return std::make_shared<const KnownPage>(plan, std::move(bytes), text.size(), true);
    }

    ReadyTiles ready{1 << 20};
};

class Stream final : public GzipSink {
  public:
    void input(std::string_view bytes) override { out.input(bytes); }
    void made(std::string_view bytes) override { out.made(bytes); }
    GzipMemory& gzip_memory() override {
        BOOST_TEST(out.text.empty());
        asked++;
        return memory_;
    }

    Collector out;
    unsigned asked = 0;

  private:
    GzipMemory memory_;
};

std::string gunzip(const std::string& stream) {
    std::string text(1 << 20, '\0');
    z_stream inflater{};
    BOOST_REQUIRE(inflateInit2(&inflater, MAX_WBITS + 16) == Z_OK);
    inflater.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(stream.data()));
    inflater.avail_in = static_cast<uInt>(stream.size());
    inflater.next_out = reinterpret_cast<Bytef*>(text.data());
    inflater.avail_out = static_cast<uInt>(text.size());
    const bool whole = inflate(&inflater, Z_FINISH) == Z_STREAM_END && inflater.avail_in == 0;
    text.resize(whole ? inflater.total_out : 0);
    inflateEnd(&inflater);
    BOOST_TEST(whole);
    return text;
}

// `split`: the page comes as other bytes than the known ones, cut there; npos: it is played.
std::string stream_of(PageShop& shop, std::string_view text, const Script& script,
                      std::size_t split = std::string_view::npos) {
    const auto known = shop.known(text);
    Stream stream;
    GzipOutput gzip(*known, stream);
    Page page(shop.plan, shop.scratch, gzip);
    Visitor visitor = shop.visitor();
    visitor.coded_tiles = true;
    visitor.ready = &shop.ready;
    for (std::size_t step = 0; step < 3; step++) {
        if (step == script.at) {
            page.decide(script.verdict, visitor);
        }
        if (step == 0 && split == std::string_view::npos) {
            page.play(*known);
        } else if (step == 0) {
            page.write(std::string(text.substr(0, split)));
            page.write(std::string(text.substr(split)));
        } else if (step == 1) {
            page.end();
        }
    }
    gzip.finish();
    BOOST_TEST(stream.asked == 1U);
    return stream.out.text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gzip_output)

BOOST_AUTO_TEST_CASE(decodes_to_the_page_wherever_the_verdict_comes) {
    PageShop shop;
    for (const std::string& text : {kPage, std::string("<p>nothing to do</p>"), std::string("x"),
                                    std::string("<div id=w></div>"), kPage.substr(0, 600)}) {
        for (std::size_t at = 0; at <= 2; at++) {
            const Script personal{Verdict::personalize, at};
            BOOST_TEST(gunzip(stream_of(shop, text, personal)) == run(shop, {text}).text);
            BOOST_TEST(gunzip(stream_of(shop, text, {Verdict::pass, at})) == text);
        }
    }
}

BOOST_AUTO_TEST_CASE(decodes_to_the_page_when_other_bytes_came_than_those_known) {
    PageShop shop;
    const std::string expected = run(shop, {kPage}).text;
    for (std::size_t split = 0; split < kPage.size(); split += 7) {
        BOOST_REQUIRE_EQUAL(
            gunzip(stream_of(shop, kPage, {Verdict::personalize, split % 3}, split)), expected);
    }
}

BOOST_AUTO_TEST_CASE(kept_listings_and_widgets_leave_as_pieces) {
    PageShop shop;
    const auto known = shop.known(kPage);
    Stream stream;
    GzipOutput gzip(*known, stream);
    gzip.input(known->bytes());
    BOOST_TEST(stream.asked == 0U);  // it may all be one piece
    gzip.finish();
    BOOST_TEST(gunzip(stream.out.text) == kPage);
    // All but the stream's begin and end are pieces.
    BOOST_TEST(stream.out.text.size() - stream.out.forwarded == 20U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page::test
