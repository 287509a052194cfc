#include "rewrite/tokenizer.hpp"

#include "rewrite/attributes.hpp"
#include "rewrite/open_elements.hpp"
#include "unit/rewrite/harness.hpp"

namespace pz::rewrite {
namespace {

// The tags of a page as the rewriter sees them: "<a>" "</a>" "<a/>" with their offsets left out.
class Scan {
  public:
    void write(std::string_view bytes) {
        const std::vector<char> copy(bytes.begin(), bytes.end());
        tokenizer_.feed({copy.data(), copy.size()});
        Tag tag;
        while (tokenizer_.next(tag)) {
            page_.append(bytes.substr(page_.size() - base_,
                                      static_cast<std::size_t>(tag.end) - page_.size()));
            one(tag);
        }
        page_.append(bytes.substr(page_.size() - base_));
        base_ = page_.size();
    }
    const std::string& tags() const { return tags_; }

  private:
    static void check_known(const Tag& tag, std::span<const Attribute> parsed) {
        if (!tag.attributes_known) {
            return;
        }
        BOOST_REQUIRE_EQUAL(tag.attributes.size(), parsed.size());
        for (std::size_t i = 0; i < parsed.size(); ++i) {
            BOOST_CHECK_EQUAL(tag.attributes[i].name, parsed[i].name);
            BOOST_CHECK_EQUAL(tag.attributes[i].value, parsed[i].value);
        }
    }

    void one(const Tag& tag) {
        BOOST_CHECK_EQUAL(page_[tag.begin], '<');
        BOOST_CHECK_EQUAL(page_[tag.end - 1], '>');
        tags_ += tag.is_end ? "</" : "<";
        tags_ += tag.name;
        TagAttributes attributes;
        if (!tag.is_end) {
            const std::string text = page_.substr(tag.begin, tag.end - tag.begin);
            attributes.reset(text, tag.name.size());
            check_known(tag, attributes.get());
            for (const Attribute& attribute : attributes.get()) {
                tags_ += ' ';
                tags_ += attribute.name;
                tags_ += '=';
                tags_ += attribute.value;
            }
            tokenizer_.set_text(tree_.start(tag, attributes).text, tag.id);
        } else {
            tree_.end(tag);
        }
        tokenizer_.set_foreign(tree_.foreign());
        tags_ += tag.self_closing ? "/>" : ">";
    }

    Tokenizer tokenizer_;
    OpenElements tree_{512};
    std::string page_, tags_;
    std::size_t base_ = 0;
};

std::string scan(std::string_view page, std::size_t split) {
    Scan scan;
    scan.write(page.substr(0, split));
    scan.write(page.substr(split));
    return scan.tags();
}

std::string scan_bytes(std::string_view page) {
    Scan scan;
    for (std::size_t i = 0; i < page.size(); ++i) {
        scan.write(page.substr(i, 1));
    }
    return scan.tags();
}

struct Case {
    std::string_view page;
    std::string_view tags;
};

using namespace std::string_view_literals;

const Case kCases[] = {
    {"", ""},
    {"text only", ""},
    {"a<b>c</b>d", "<b></b>"},
    {"<DIV CLASS=A>x</dIv>", "<div CLASS=A></div>"},
    // Attributes.
    {"<a b c=d e='f>' g=\"h>\">", "<a b= c=d e=f> g=h>>"},
    {"<a b=c/d>", "<a b=c/d>"},
    {"<a b=c/>", "<a b=c/>"},
    {"<a b='c'/>", "<a b=c/>"},
    {"<a b= c >", "<a b=c>"},
    {"<a b = 'c' d>", "<a b=c d=>"},
    {"<a =b>", "<a =b=>"},
    {"<a ==b>", "<a ==b>"},
    {"<a b==c>", "<a b==c>"},
    {"<a b=>c", "<a b=>"},
    {"<a b=\"\">", "<a b=>"},
    {"<a 'b'=c \"d>", "<a 'b'=c \"d=>"},
    {"<a b='1'c='2'>", "<a b=1 c=2>"},
    {"<a b=c\"d'e<f=g>", "<a b=c\"d'e<f=g>"},
    {"<a b=1 b=2 B=3>", "<a b=1 b=2 B=3>"},
    {"<a/b/c=d//>", "<a b= c=d//>"},
    {"<a / b>", "<a b=>"},
    {"<a\tb\nc\rd\fe>", "<a b= c= d= e=>"},
    {"<a b\n=\n'c\r\nd'>", "<a b=c\r\nd>"},
    {"<a b='<c>' d=\"</a>\">x", "<a b=<c> d=</a>>"},
    {"<br/><br /><br / >", "<br/><br/><br>"},
    {"<a\0b c\0=d\0>"sv, "<a\0b c\0=d\0>"sv},
    {"<a b=\xFF\xFE><\xFFz>", "<a b=\xFF\xFE>"},
    // What is no tag.
    {"a < b <3 <= <> <-", ""},
    {"</><p>", "<p>"},
    {"</ p><p>", "<p>"},
    {"<?php <p> ?><p>", "<p>"},
    {"<? \"><p>\" ?>", "<p>"},
    {"<<p>", "<p>"},
    {"<a<b>", "<a<b>"},
    // End tags.
    {"<p></p a='>'/>", "<p></p/>"},
    {"</P\n>", "</p>"},
    // Comments.
    {"<!--<p>--><p>", "<p>"},
    {"<!--><p>", "<p>"},
    {"<!---><p>", "<p>"},
    {"<!----><p>", "<p>"},
    {"<!-----><p>", "<p>"},
    {"<!--a--!><p>", "<p>"},
    {"<!--a--!b--><p>", "<p>"},
    {"<!--a--!-->b<p>", "<p>"},
    {"<!--a-- ><p>--><b>", "<b>"},
    {"<!--a--- ><p>---><b>", "<b>"},
    {"<!--a->b<p>--><b>", "<b>"},
    {"<!-- <!-- <p> --><b>", "<b>"},
    {"<!--<!--><b>", "<b>"},
    {"<!-a><b>", "<b>"},
    {"<!-><b>", "<b>"},
    {"<!><b>", "<b>"},
    {"<!x <p> --><b>", "<b>"},
    // DOCTYPE.
    {"<!DOCTYPE html><p>", "<p>"},
    {"<!doctype html PUBLIC \"a>b\"><p>", "<p>"},
    {"<!DOC><p>", "<p>"},
    // CDATA.
    {"<![CDATA[<p>]]><b>", "<b>"},
    {"<svg><![CDATA[<p>]]><g>", "<svg><g>"},
    {"<svg><![CDATA[a]]]]><g>", "<svg><g>"},
    {"<svg><![CDATA[a]>]]b]]]><g>", "<svg><g>"},
    {"<svg><![CDAT[<g>", "<svg>"},
    {"<svg><![cdata[<x><g>", "<svg><g>"},
    {"<svg></svg><![CDATA[<p>]]>", "<svg></svg>"},
    {"<svg><foreignObject><![CDATA[x><i>]]>", "<svg><foreignobject>"},
    {"<svg><foreignObject><b><![CDATA[x><i>]]>", "<svg><foreignobject><b><i>"},
    // Raw text and RCDATA.
    {"<style><p></style><b>", "<style></style><b>"},
    {"<style></styles></style", "<style>"},
    {"<style></style/></style>", "<style></style/></style>"},
    {"<style></STYLE\n><b>", "<style></style><b>"},
    {"<style></ style></style ></b>", "<style></style></b>"},
    {"<style><!--</style>--><b>", "<style></style><b>"},
    {"<title><b></title><b>", "<title></title><b>"},
    {"<textarea><div></textareas></textarea ><b>", "<textarea></textarea><b>"},
    {"<iframe><b></iframe><xmp><b></xmp>", "<iframe></iframe><xmp></xmp>"},
    {"<noembed><b></noembed><noframes><b></noframes>", "<noembed></noembed><noframes></noframes>"},
    {"<noscript><img src=x></noscript><b>", "<noscript></noscript><b>"},
    {"<style><</style><<</style>", "<style></style></style>"},
    {"<plaintext></plaintext><b>", "<plaintext>"},
    // Script.
    {"<script>if (a<b) '<p>'</script><b>", "<script></script><b>"},
    {"<script></scripts></script\t><b>", "<script></script><b>"},
    {"<script>'</script >'</script>", "<script></script></script>"},
    {"<script><!--<p></script><b>", "<script></script><b>"},
    {"<script><!--<script></script><p>--></script><b>", "<script></script><b>"},
    {"<script><!--<script></script></script><b>", "<script></script><b>"},
    {"<script><!--<script>--></script><b>", "<script></script><b>"},
    {"<script><!--<scripty></script><b>", "<script></script><b>"},
    {"<script><!--<script </script/</script><b>", "<script></script><b>"},
    {"<script><!--<SCRIPT></SCRIPT></script><b>", "<script></script><b>"},
    {"<script><!--><script></script><b>", "<script></script><b>"},
    {"<script><!---><script></script><b>", "<script></script><b>"},
    {"<script><!-<script></script><b>", "<script></script><b>"},
    {"<script><!--<script>-<--</script></script><b>", "<script></script><b>"},
    {"<script><!-- - <a --><script></script><b>", "<script></script><b>"},
    {"<script><!--<script></scriptx></script></script><b>", "<script></script><b>"},
    {"<script/><b></script><i>", "<script/></script><i>"},
    // Foreign content has no raw text.
    {"<svg><style/><rect/></svg><b>", "<svg><style/><rect/></svg><b>"},
    {"<svg><style><a></a></style></svg>", "<svg><style><a></a></style></svg>"},
    {"<svg><title><b>x", "<svg><title><b>"},
    {"<svg><script/><g>", "<svg><script/><g>"},
    {"<svg/><style><b></style>", "<svg/><style></style>"},
    {"<svg><desc><style><b></style></desc></svg>", "<svg><desc><style></style></desc></svg>"},
    {"<svg><p><style><b></style>", "<svg><p><style></style>"},
    {"<math><mi><style><b></style>", "<math><mi><style></style>"},
    {"<math><style><b></style>", "<math><style><b></style>"},
    {"<math><annotation-xml encoding=Text/HTML><style><b></style>",
     "<math><annotation-xml encoding=Text/HTML><style></style>"},
    {"<svg><font size=1><style><b></style>", "<svg><font size=1><style></style>"},
    {"<svg><font><style><b></style>", "<svg><font><style><b></style>"},
    // The end of the page anywhere.
    {"<b><", "<b>"},
    {"<b></", "<b>"},
    {"<b></b", "<b>"},
    {"<b><i ", "<b>"},
    {"<b><i a='>", "<b>"},
    {"<b><i a=\">", "<b>"},
    {"<b><i a=x", "<b>"},
    {"<b><i/", "<b>"},
    {"<b><!--", "<b>"},
    {"<b><!-- --!", "<b>"},
    {"<b><script><!--<script>", "<b><script>"},
};

// Tags of the usual form and such as only look like it, at every place of the 64 bytes that are
// read together.
constexpr std::string_view kTags[] = {
    "<li class=\"a b\" data-x='c \"d\" >'>",
    "<A HREF=\"/x?a=1&b=>\" hidden>",
    "<img src=\"a\"alt='b'/>",
    "<img src=\"a\" / >",
    "<input disabled value=\"a\" checked>",
    "<a b=c d=\"e>f\">",
    "<a b=c\"d>",
    "<a =\"x>y\">",
    "<a b =\"x>y\">",
    "<a b= \"x>y\">",
    "<a b\"c=\"d>e\">",
    "<a b='c'=\"d>e\">",
    "<a b=\"c\"='d>e'>",
    "<a b/c=\"d>e\">",
    "<a/b=\"d>e\"/>",
    "<a b=c/>",
    "<a b==\"c>d\">",
    "<a b=\"\" c=''>",
    "<a b=\"c\nd\"\n\te='f'\r\n>",
    "<a \x01b=\"c>d\">",
    "<a b\x01=\"c>d\">",
    "<my-tile-of-more-than-15 a=\"b\"></my-tile-of-more-than-15>",
    "<my-tile A=\"B\"></MY-TILE ></my-tile\n>",
    "<h1></h1><figcaption></figcaption><BlockQuote></BLOCKQUOTE>",
    "<a\x01></a\x01><a\xC3\xA4=\"b>c\">",
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tokenizer)

BOOST_AUTO_TEST_CASE(whole_tags_are_those_of_the_states) {
    for (const std::string_view tag : kTags) {
        for (std::size_t shift = 0; shift < 130; ++shift) {
            std::string page = "<p title=\"" + std::string(shift, 'x') + "\">";
            page += tag;
            page += "</p >" + std::string(100, ' ');
            BOOST_TEST_INFO(tag << " behind " << shift);
            BOOST_CHECK_EQUAL(scan(page, page.size()), scan_bytes(page));
            std::string inside(tag);
            inside.insert(inside.find_first_of(" />\n\x01\xC3"),
                          " title=\"" + std::string(shift, 'x') + '"');
            inside += std::string(100, ' ');
            BOOST_TEST_INFO(tag << " around " << shift);
            BOOST_CHECK_EQUAL(scan(inside, inside.size()), scan_bytes(inside));
        }
    }
}

BOOST_AUTO_TEST_CASE(tags_are_the_same_at_every_split) {
    for (const Case& c : kCases) {
        for (std::size_t split = 0; split <= c.page.size(); ++split) {
            BOOST_TEST_INFO("page " << c.page << " split " << split);
            BOOST_CHECK_EQUAL(scan(c.page, split), c.tags);
        }
        BOOST_TEST_INFO("page " << c.page);
        BOOST_CHECK_EQUAL(scan_bytes(c.page), c.tags);
        // As in the middle of a chunk, where tags are taken at once. White space ends no tag.
        const std::string padded = std::string(c.page) + std::string(100, ' ');
        BOOST_TEST_INFO("padded page " << c.page);
        BOOST_CHECK_EQUAL(scan(padded, padded.size()), c.tags);
    }
}

BOOST_AUTO_TEST_CASE(long_names_are_cut_and_marked) {
    const std::string page = "<" + std::string(kMaxTagName + 1, 'x') + "><b>";
    Tokenizer tokenizer;
    tokenizer.feed(page);
    Tag tag;
    BOOST_REQUIRE(tokenizer.next(tag));
    BOOST_CHECK(tag.overlong);
    BOOST_CHECK_EQUAL(tag.name.size(), kMaxTagName);
    BOOST_REQUIRE(tokenizer.next(tag));
    BOOST_CHECK(!tag.overlong);
}

BOOST_AUTO_TEST_CASE(every_known_name_is_found) {
    for (std::size_t i = 1; i < kTagCount; ++i) {
        const auto id = static_cast<TagId>(i);
        BOOST_CHECK(tag_id(tag_name(id)) == id);
    }
    BOOST_CHECK(tag_id("") == TagId::other);
    BOOST_CHECK(tag_id("abbr-x") == TagId::other);
    BOOST_CHECK(tag_id("DIV") == TagId::other);
}

BOOST_AUTO_TEST_CASE(attributes_of_one_tag_are_capped) {
    std::string text;
    for (int i = 0; i < 1000; ++i) {
        text += " a";
    }
    std::vector<Attribute> attributes;
    parse_attributes(text, attributes);
    BOOST_CHECK_EQUAL(attributes.size(), kMaxAttributes);
}

BOOST_AUTO_TEST_CASE(references_are_decoded) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"a&amp;b&lt;&gt;&quot;&apos;", "a&b<>\"'"},
        {"&#65;&#x42;&#X43;&#68", "ABCD"},
        {"&#228;&#8364;&#128512;", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
        {"&#0;&#xD800;&#x110000;&#99999999999999999999;",
         "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"&&amp;&", "&&&"},
        {"&#;&#x;&#", "&#;&#x;&#"},
        {"?a=1&b=2&copy=3", "?a=1&b=2&copy=3"},
        {"", ""},
    };
    for (const auto& [text, decoded] : cases) {
        std::string out;
        decode_references(text, out);
        BOOST_CHECK_EQUAL(out, decoded);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite
