#include "rewrite/template.hpp"

#include <map>

#include "unit/rewrite/harness.hpp"

namespace pz::rewrite::testing {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

std::string render(std::string_view text, const Values& values, bool allow_raw = false) {
    const Result<Template> compiled = Template::compile(text, allow_raw);
    BOOST_REQUIRE_MESSAGE(compiled.ok(), std::string(text) + ": " + compiled.message());
    std::vector<std::string_view> list;
    for (const std::string& name : compiled->names()) {
        const auto found = values.find(name);
        list.push_back(found == values.end() ? std::string_view() : found->second);
    }
    std::string out = "^";
    compiled->render(list, out);
    return out.substr(1);
}

struct Case {
    std::string_view text;
    std::string_view expected;
};

const Values kValues = {{"a", "A"},
                        {"b", "B"},
                        {"html", "<&>\"'"},
                        {"url", "https://x/?a=1&b=2"},
                        {"path", "/p/1"},
                        {"js", "javascript:alert(1)"},
                        {"ctrl", "\x01 java\nscript:x"},
                        {"data", "data:text/html,x"},
                        {"upper", "HTTPS://x"},
                        {"empty", ""},
                        {"utf", "\xC3\xA4\xE2\x82\xAC"},
                        {"shift", "a\x1B$B\x0E\x7F\x01\f\t\r\nb"},
                        {"colon", "a:b"},
                        {"odd", "a/b?c=1&d#\"'<> %41%4\xC3\xA9"},
                        {"blank", " /p/1\n"},
                        {"late", "x/a:b"}};

constexpr Case kCases[] = {
    {"", ""},
    {"plain <b>text</b>", "plain <b>text</b>"},
    {"{{a}}", "A"},
    {"{{ a }}-{{b}}-{{a}}", "A-B-A"},
    {"<p title=\"{{html}}\">{{html}}</p>",
     "<p title=\"&lt;&amp;&gt;&quot;&#39;\">&lt;&amp;&gt;&quot;&#39;</p>"},
    {"<p title='{{html}}'></p>", "<p title='&lt;&amp;&gt;&quot;&#39;'></p>"},
    {"{{utf}}", "\xC3\xA4\xE2\x82\xAC"},
    {"<p title=\"{{shift}}\">{{shift}}", "<p title=\"a$B\t\r\nb\">a$B\t\r\nb"},
    {"{{unknown}}|", "|"},
    {"<title>{{a}}</title>", "<title>A</title>"},
    {"<svg><title>{{a}}</title></svg>", "<svg><title>A</title></svg>"},
    {"<noscript><img src=\"{{js}}\"></noscript>", "<noscript><img src=\"#\"></noscript>"},
    // URLs.
    {"<a href=\"{{url}}\"></a>", "<a href=\"https://x/?a=1&amp;b=2\"></a>"},
    {"<a HREF='{{path}}'></a>", "<a HREF='/p/1'></a>"},
    {"<a href=\"{{js}}\"></a>", "<a href=\"#\"></a>"},
    {"<a href=\"{{ctrl}}\"></a>", "<a href=\"#\"></a>"},
    {"<a href=\"{{data}}\"></a>", "<a href=\"#\"></a>"},
    {"<a href=\"{{upper}}\"></a>", "<a href=\"HTTPS://x\"></a>"},
    {"<a href=\"{{colon}}\"></a>", "<a href=\"#\"></a>"},
    {"<a href=\"{{late}}\"></a>", "<a href=\"x/a:b\"></a>"},
    {"<a href=\"{{empty}}\"></a>", "<a href=\"\"></a>"},
    {"<a href=\" {{js}}\"></a>", "<a href=\" #\"></a>"},
    {"<a href=\"/p/{{colon}}?q={{js}}\"></a>",
     "<a href=\"/p/a:b?q=javascript%3Aalert%281%29\"></a>"},
    {"<a href=\"{{path}}?q={{colon}}\"></a>", "<a href=\"/p/1?q=a%3Ab\"></a>"},
    {"<a href=\"{{odd}}\"></a>", "<a href=\"a/b?c=1&amp;d#%22%27%3C%3E%20%41%254%C3%A9\"></a>"},
    {"<a href=\"/x/{{odd}}.html\"></a>",
     "<a href=\"/x/a/b?c=1&amp;d#%22%27%3C%3E%20%41%254%C3%A9.html\"></a>"},
    {"<a href=\"/x?q={{odd}}&amp;b={{a}}#{{html}}\"></a>",
     "<a href=\"/x?q=a%2Fb%3Fc%3D1%26d%23%22%27%3C%3E%20%2541%254%C3%A9&amp;b=A#%3C%26%3E%22%27\">"
     "</a>"},
    {"<a href=\"{{path}}&amp;b={{html}}\"></a>", "<a href=\"/p/1&amp;b=%3C%26%3E%22%27\"></a>"},
    {"<a href=\"/p{{#a}}?x{{/a}}{{html}}\"></a>", "<a href=\"/p?x%3C%26%3E%22%27\"></a>"},
    {"<a href=\"{{a}}={{js}}\"></a>", "<a href=\"A=javascript%3Aalert%281%29\"></a>"},
    {"<a href=\"{{blank}}\"></a>", "<a href=\"/p/1\"></a>"},
    {"<a href=\"{{a}}{{colon}}\"></a>", "<a href=\"A#\"></a>"},
    {"<a href=\"p{{colon}}\"></a>", "<a href=\"p#\"></a>"},
    {"<a href=\"https:{{path}}\"></a>", "<a href=\"https:/p/1\"></a>"},
    {"<a href=\"mailto:{{a}}\"></a>", "<a href=\"mailto:A\"></a>"},
    {"<a href=\"javascript:void(0)\" title=\"{{a}}\"></a>",
     "<a href=\"javascript:void(0)\" title=\"A\"></a>"},
    {"<img src=\"{{js}}\" srcset=\"{{path}} 1x, {{js}} 2x\" alt=\"{{js}}\">",
     "<img src=\"#\" srcset=\"/p/1 1x, # 2x\" alt=\"javascript:alert(1)\">"},
    {"<form action=\"{{js}}\"><video poster=\"{{js}}\">",
     "<form action=\"#\"><video poster=\"#\">"},
    {"<a href=\"{{#a}}/x{{/a}}{{js}}\"></a>", "<a href=\"/x#\"></a>"},
    {"<svg><a xlink:href=\"{{js}}\"/></svg>", "<svg><a xlink:href=\"#\"/></svg>"},
    // Sections.
    {"{{#a}}1{{/a}}{{^a}}2{{/a}}", "1"},
    {"{{#empty}}1{{/empty}}{{^empty}}2{{/empty}}", "2"},
    {"{{#a}}{{a}}{{#empty}}x{{/empty}}{{#b}}y{{/b}}{{/a}}z", "Ayz"},
    {"{{#empty}}{{#a}}x{{/a}}y{{/empty}}z", "z"},
    {"<p{{#a}} class=\"x\"{{/a}}>", "<p class=\"x\">"},
    {"<p{{#empty}} class=\"x\"{{/empty}}{{#b}} id=\"{{b}}\"{{/b}}>", "<p id=\"B\">"},
    {"<p {{#a}}class=\"x\" {{/a}}id=\"y\">", "<p class=\"x\" id=\"y\">"},
    {"<p class=\"x{{#a}} {{a}}{{/a}}\">", "<p class=\"x A\">"},
    {"{{#a}}<b>{{/a}}x{{#a}}</b>{{/a}}", "<b>x</b>"},
    {"a{{#a}}{{/a}}b", "ab"},
    // Comments and lines.
    {"a{{! {{x }}b", "ab"},
    {"a\n  {{! x }}  \nb", "a\nb"},
    {"{{#a}}\n x\n{{/a}}\n", " x\n"},
    {"a\r\n{{#a}}\r\nb\r\n{{/a}}\r\nc", "a\r\nb\r\nc"},
    {" {{#a}} x {{/a}} ", "  x  "},
    {" {{a}} \n", " A \n"},
    {"{{#a}}\n{{/a}}", ""},
    {"{{ a }}}", "A}"},
    {"{ {{a}} } }}", "{ A } }}"},
};

struct Wrong {
    std::string_view text;
    std::string_view error;
};

constexpr Wrong kWrong[] = {
    {"<p>\n <p>{{a", "line 2, column 5: '{{' has no '}}'"},
    {"{{{a}}", "line 1, column 1: '{{' has no '}}}'"},
    {"{{}}", "line 1, column 1: expected a name"},
    {"{{a b}}", "line 1, column 1: expected a name"},
    {"{{.}}", "line 1, column 1: expected a name"},
    {"{{{a}}}", "line 1, column 1: unescaped values are not allowed here; write {{a}}"},
    {"{{&a}}", "line 1, column 1: unescaped values are not allowed here; write {{a}}"},
    {"{{>a}}", "line 1, column 1: partials"},
    {"{{=<% %>=}}", "line 1, column 1: partials, inheritance and other delimiters"},
    {"x{{#a}}", "line 1, column 2: section 'a' is never closed; add {{/a}}"},
    {"{{/a}}", "line 1, column 1: {{/a}} closes no open section; remove it or open it"},
    {"{{#a}}{{#b}}{{/a}}", "line 1, column 13: {{/a}} closes no open section; close 'b' first"},
    {"<script>{{a}}</script>", "line 1, column 9: a value cannot stand in <script>"},
    {"<style>{{a}}</style>", "line 1, column 8: a value cannot stand in <style>"},
    {"<svg><style>{{a}}</style>", "line 1, column 13: a value cannot stand in <style>"},
    {"<svg><title><a onclick=\"{{a}}\">", "line 1, column 25: a value cannot stand in <title>"},
    {"<iframe>{{a}}</iframe>", "line 1, column 9: a value cannot stand in <iframe>"},
    {"<!-- {{a}} -->", "line 1, column 6: a value cannot stand in a comment; use {{! }}"},
    {"<!{{a}}>", "line 1, column 3: a value cannot stand in a comment"},
    {"<p {{a}}>", "line 1, column 4: a value in a tag must be a quoted attribute value"},
    {"<{{a}}>", "line 1, column 2: a value in a tag"},
    {"<p{{a}}>", "line 1, column 3: a value in a tag"},
    {"</{{a}}>", "line 1, column 3: a value in a tag"},
    {"<p a={{a}}>", "line 1, column 6: a value in a tag"},
    {"<p a=b{{a}}>", "line 1, column 7: a value in a tag"},
    {"<p {{a}}=b>", "line 1, column 4: a value in a tag"},
    {"<p a{{a}}=b>", "line 1, column 5: a value in a tag"},
    {"</p a=\"{{a}}\">", "line 1, column 8: a value cannot stand in an end tag"},
    {"<p onclick=\"x('{{a}}')\">",
     "line 1, column 16: a value cannot stand in the attribute 'onclick'"},
    {"<p OnLoad='{{a}}'>", "line 1, column 12: a value cannot stand in the attribute 'onload'"},
    {"<p style=\"color:{{a}}\">",
     "line 1, column 17: a value cannot stand in the attribute 'style'"},
    {"<p srcdoc=\"{{a}}\">", "line 1, column 12: a value cannot stand in the attribute 'srcdoc'"},
    {"<script src=\"{{a}}\"></script>",
     "line 1, column 14: a value cannot stand in an attribute of <script>"},
    {"<link href=\"{{a}}\">", "line 1, column 13: a value cannot stand in an attribute of <link>"},
    {"<a href=\"javascript:{{a}}\">",
     "line 1, column 21: a value cannot follow this scheme in 'href'"},
    {"<a href=\" JavaScript:x({{a}})\">", "line 1, column 24: a value cannot follow this scheme"},
    {"<a href=\"{{a}}:x\">", "line 1, column 15: a value cannot be the scheme of a URL"},
    {"<a href=\"{{a}}{{#b}}/{{/b}}:x\">", "line 1, column 28: a value cannot be the scheme"},
    {"<p>{{#a}}<p title=\"{{/a}}\">", "line 1, column 20: the section must end where it begins"},
    {"<p {{#a}}title={{/a}}\"{{b}}\">", "line 1, column 16: the section must end"},
    {"<p {{#a}}href{{/a}}=\"{{b}}\">", "line 1, column 14: the section must end"},
    {"<p{{#a}}x{{/a}}>", "line 1, column 9: put a space between the tag's name"},
    {"<p{{#a}} x=\"1\"{{/a}}b=\"{{b}}\">", "line 1, column 21: put a space between the tag's name"},
    {"<p x{{#a}}=\"1\"{{/a}}>",
     "line 1, column 5: a section in a tag must contain whole attributes"},
    {"<{{#a}}p{{/a}}>", "line 1, column 2: a section in a tag must contain whole attributes"},
    {"<p title=\"{{#a}}\" onclick=\"{{/a}}{{b}}\">", "line 1, column 28: the section must end"},
    {"{{#a}}<script>{{/a}}</script>", "line 1, column 15: the section must end"},
    {"<script>{{#a}}</script><script>{{/a}}</script>", "line 1, column 32: the section must end"},
    {"{{#a}}<!--{{/a}}", "line 1, column 11: the section must end"},
    {"<p", "line 1, column 3: the template ends in a tag; close it"},
    {"<p title=\"{{a}}", "line 1, column 16: the template ends in a tag"},
    {"<!-- x", "line 1, column 7: the template ends in a comment"},
    {"<style>", "line 1, column 8: the template ends in <style>; close it with </style>"},
    {"<p>\n caf\xE9</p>", "line 2, column 5: not UTF-8; save the file as UTF-8"},
    {"\xED\xA0\x80", "line 1, column 1: not UTF-8"},
    {"<p title={{a}}>", "line 1, column 10: a value in a tag must be a quoted attribute value"},
    {"<p style='background:url({{a}})'>",
     "line 1, column 26: a value cannot stand in the attribute 'style'"},
    {"<img src=x onerror=\"{{a}}\">",
     "line 1, column 21: a value cannot stand in the attribute 'onerror'"},
    {"<a href=\"data:{{a}}\">", "line 1, column 15: a value cannot follow this scheme in 'href'"},
    {"<a href=\"vbscript:{{a}}\">", "line 1, column 19: a value cannot follow this scheme"},
    {"<object data=\"{{a}}\">",
     "line 1, column 15: a value cannot stand in an attribute of <object>"},
    {"<base href=\"{{a}}\">", "line 1, column 13: a value cannot stand in an attribute of <base>"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(templates)

BOOST_AUTO_TEST_CASE(renders) {
    for (const Case& c : kCases) {
        BOOST_TEST_INFO(c.text);
        BOOST_CHECK_EQUAL(render(c.text, kValues), c.expected);
    }
}

BOOST_AUTO_TEST_CASE(errors_say_where_and_what) {
    for (const Wrong& wrong : kWrong) {
        const Result<Template> result = Template::compile(wrong.text);
        BOOST_TEST_INFO(wrong.text << ": " << result.message());
        BOOST_CHECK(!result.ok());
        BOOST_TEST_INFO(wrong.text << ": " << result.message());
        BOOST_CHECK(result.message().starts_with(wrong.error));
    }
}

std::string render_ascii(std::string_view text, std::string_view value) {
    const auto compiled = Template::compile(text);
    BOOST_REQUIRE_MESSAGE(compiled.ok(), compiled.message());
    BOOST_REQUIRE(compiled->fits(Charset::ascii_based));
    const std::vector<std::string_view> values(compiled->names().size(), value);
    std::string out;
    compiled->render(values, out, Charset::ascii_based);
    return out;
}

BOOST_AUTO_TEST_CASE(pages_that_are_not_utf8_get_character_references) {
    BOOST_CHECK_EQUAL(
        render_ascii("<p title=\"\u00fc{{a}}\">\u20ac {{a}}</p>", "\U0001F600<\u00e9>"),
        "<p title=\"&#252;&#128512;&lt;&#233;&gt;\">&#8364; &#128512;&lt;&#233;&gt;</p>");
    BOOST_CHECK_EQUAL(render_ascii("<a href=\"{{a}}\">", "/stra\u00dfe"),
                      "<a href=\"/stra%C3%9Fe\">");
    BOOST_CHECK_EQUAL(render_ascii("<title>\u00fc</title><!-- \u00fc -->{{a}}", "x"),
                      "<title>&#252;</title><!-- &#252; -->x");
    BOOST_CHECK_EQUAL(render_ascii("{{#a}}\u00e4{{/a}}{{^a}}\u00f6{{/a}}", "1"), "&#228;");
    // What is no UTF-8, and C1 controls, which as references would be windows-1252.
    BOOST_CHECK_EQUAL(render_ascii("{{a}}",
                                   "a\xE9"
                                   "b\xC3"),
                      "a&#65533;b&#65533;");
    BOOST_CHECK_EQUAL(render_ascii("{{a}}",
                                   "a\xC2\x80\xC2\x9F\xC2\xA0"
                                   "b"),
                      "a&#160;b");
    const auto raw = Template::compile("{{{a}}}", true);
    const std::string_view bold = "<b>\u00fc</b>";
    std::string out;
    raw->render({&bold, 1}, out, Charset::ascii_based);
    BOOST_CHECK_EQUAL(out, "<b>&#252;</b>");
}

BOOST_AUTO_TEST_CASE(a_template_fits_no_page_where_references_would_not_be_read) {
    for (const char* text :
         {"<style>a::after{content:'\u2192'}</style>", "<script>x='\u00fc'</script>",
          "<p title=\u00fc>", "<p \u00fc=1>", "<\u00fc>", "<iframe>\u00fc</iframe>"}) {
        const auto compiled = Template::compile(text);
        BOOST_REQUIRE_MESSAGE(compiled.ok(), text << compiled.message());
        BOOST_CHECK_MESSAGE(compiled->fits(Charset::utf8), text);
        BOOST_CHECK_MESSAGE(!compiled->fits(Charset::ascii_based), text);
        BOOST_CHECK(!compiled->fits(Charset::unsafe));
    }
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_no_text) {
    BOOST_CHECK_EQUAL(render("\uFEFF<i>{{a}}</i>", kValues), "<i>A</i>");
}

BOOST_AUTO_TEST_CASE(raw_values_need_leave_and_text) {
    BOOST_CHECK_EQUAL(render("<p>{{{html}}}{{&html}}{{html}}</p>", kValues, true),
                      "<p><&>\"'<&>\"'&lt;&amp;&gt;&quot;&#39;</p>");
    BOOST_CHECK(!Template::compile("<p title=\"{{{a}}}\">", true).ok());
    BOOST_CHECK(!Template::compile("<title>{{{a}}}</title>", true).ok());
    BOOST_CHECK(!Template::compile("<p {{{a}}}>", true).ok());
}

BOOST_AUTO_TEST_CASE(names_are_given_once_in_order) {
    const auto compiled = Template::compile("{{b}}{{#a}}{{b}}{{c.d}}{{/a}}");
    BOOST_REQUIRE(compiled.ok());
    const std::vector<std::string> expected = {"b", "a", "c.d"};
    BOOST_CHECK_EQUAL_COLLECTIONS(compiled->names().begin(), compiled->names().end(),
                                  expected.begin(), expected.end());
}

BOOST_AUTO_TEST_CASE(rendering_appends_and_repeats) {
    const auto compiled = Template::compile("<{{! }}i>{{a}}</i>");
    BOOST_REQUIRE(compiled.ok());
    std::string out = "x";
    for (const std::string_view value : {"1", "2"}) {
        compiled->render({&value, 1}, out);
    }
    BOOST_CHECK_EQUAL(out, "x<i>1</i><i>2</i>");
}

BOOST_AUTO_TEST_CASE(size_and_nesting_are_limited) {
    BOOST_CHECK(!Template::compile(std::string(300 * 1024, 'x')).ok());
    std::string deep;
    for (int i = 0; i < 17; ++i) {
        deep += "{{#a}}";
    }
    BOOST_CHECK(!Template::compile(deep).ok());
    BOOST_CHECK(!Template::compile("{{" + std::string(65, 'n') + "}}").ok());
    std::string attributes = "<p";
    for (int i = 0; i < 300; ++i) {
        attributes += " a";
    }
    BOOST_CHECK(!Template::compile(attributes + " onclick=\"{{a}}\">").ok());
    BOOST_CHECK(Template::compile(attributes + " title=x>{{a}}").ok());
    for (int i = 0; i < 300; ++i) {
        attributes += " href";
    }
    const auto split = Template::compile(attributes + " title=\"{{!}}a:b{{!}}c:d\">");
    BOOST_CHECK(split.message().find("too many attributes in one tag") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_value_leaves_its_place) {
    const std::string_view nasty = "\"'><script>&{{a}}-->]]></title>\n=`\0";
    for (const Case& c : kCases) {
        const auto compiled = Template::compile(c.text);
        BOOST_REQUIRE(compiled.ok());
        const std::vector<std::string_view> values(compiled->names().size(), nasty);
        std::string out;
        compiled->render(values, out);
        BOOST_TEST_INFO(out);
        BOOST_CHECK(out.find("<script") == std::string::npos);
        BOOST_CHECK(out.find("\"'>") == std::string::npos);
        BOOST_REQUIRE(compiled->fits(Charset::ascii_based));
        std::string ascii;
        compiled->render(values, ascii, Charset::ascii_based);
        BOOST_CHECK(std::all_of(ascii.begin(), ascii.end(), [](char c) { return c >= 0; }));
        BOOST_CHECK(ascii.find("<script") == std::string::npos);
        BOOST_CHECK(ascii.find("\"'>") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(tells_what_wrote_what) {
    const auto tile =
        Template::compile("<a href=\"{{link}}\">{{title}}{{#sale}}!{{sale}}{{/sale}}</a>{{title}}");
    BOOST_REQUIRE_MESSAGE(tile.ok(), tile.message());
    std::vector<std::string_view> values;
    for (const std::string& name : tile->names()) {
        values.push_back(name == "link" ? "/p" : name == "title" ? "A&B" : "");
    }
    std::string out = "before";
    std::vector<TilePart> parts;
    tile->render(values, out, Charset::utf8, &parts);
    BOOST_TEST(out == "before<a href=\"/p\">A&amp;B</a>A&amp;B");
    std::size_t at = 6;
    for (const TilePart& part : parts) {
        BOOST_TEST(part.begin == at);
        at = part.end;
    }
    BOOST_TEST(at == out.size());
    BOOST_REQUIRE(parts.size() == 6U);
    BOOST_TEST(parts[3].slot == parts[5].slot);
    BOOST_TEST(parts[0].slot != parts[1].slot);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
