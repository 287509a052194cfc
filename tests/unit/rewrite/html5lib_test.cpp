// The tokenizer tests of html5lib, where this machine has them: start tags, end tags and
// attributes, at every split point, and with white space behind, so that tags are taken at once as
// in the middle of a page. Texts, comments and DOCTYPEs are not tokens here; what follows them is:
// where a test ends in one, a tag is put behind it, which shows where it ended.
//
// Not applicable: tests with character references in attribute values, for the tokenizer gives
// values as written (the rewriter decodes them where it needs them). The test prints them.
#include <rapidjson/document.h>

#include <algorithm>
#include <map>

#include "rewrite/attributes.hpp"
#include "rewrite/characters.hpp"
#include "rewrite/tokenizer.hpp"
#include "unit/rewrite/harness.hpp"

namespace pz::rewrite::testing {
namespace {

std::string_view text_of_json(const rapidjson::Value& value) {
    return {value.GetString(), value.GetStringLength()};
}

rapidjson::Document parse_json(const std::string& text) {
    rapidjson::Document document;
    document.Parse(text.data(), text.size());
    BOOST_REQUIRE(!document.HasParseError());
    return document;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
    }
}

// As a token says it: lower case names, LF, U+FFFD for NUL.
std::string as_token(std::string_view text, bool name) {
    std::string out(text);
    replace_all(out, "\r\n", "\n");
    replace_all(out, "\r", "\n");
    replace_all(out, std::string_view("\0", 1), "\xEF\xBF\xBD");
    if (name) {
        std::transform(out.begin(), out.end(), out.begin(), to_lower);
    }
    return out;
}

// "\u0041" in a text that was escaped twice. Half a surrogate pair is no text in any encoding that
// a page could have: it becomes U+FFFD.
std::string unescape(std::string_view text) {
    std::string quoted = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text.substr(i).starts_with("\\u");
        if (!escape && (text[i] == '"' || text[i] == '\\')) {
            quoted += '\\';
        }
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x20) {
            const char* digits = "0123456789abcdef";
            quoted += "\\u00";
            quoted += digits[c >> 4];
            quoted += digits[c & 15];
        } else {
            quoted += text[i];
        }
    }
    rapidjson::Document document;
    quoted += '"';
    document.Parse(quoted.data(), quoted.size());
    return document.HasParseError() ? "\xEF\xBF\xBD" : std::string(text_of_json(document));
}

std::string describe(const rapidjson::Value& token, bool twice) {
    const auto text = [twice](const rapidjson::Value& value) {
        const std::string_view written = text_of_json(value);
        return twice ? unescape(written) : std::string(written);
    };
    const std::string_view kind = text_of_json(token[0]);
    if (kind == "EndTag") {
        return "</" + text(token[1]) + ">\n";
    }
    if (kind != "StartTag") {
        return {};
    }
    std::map<std::string, std::string> attributes;
    for (const auto& member : token[2].GetObject()) {
        attributes[text(member.name)] = text(member.value);
    }
    std::string out = "<" + text(token[1]);
    for (const auto& [key, value] : attributes) {
        out += " " + key + "=" + value;
    }
    return out + (token.Size() > 3 && token[3].GetBool() ? "/>\n" : ">\n");
}

// One run of the tokenizer over the pieces of a page.
class Tokens {
  public:
    Tokens(std::string_view state, std::string_view last_start_tag) {
        const TagId known = tag_id(last_start_tag);
        const TagId element = known == TagId::other ? TagId::malignmark : known;
        if (state == "CDATA section state") {
            tokenizer_.set_foreign(true);
            write("<![CDATA[");
            tokenizer_.set_foreign(false);
        } else if (state != "Data state") {
            tokenizer_.set_text(state == "PLAINTEXT state"     ? Text::plaintext
                                : state == "Script data state" ? Text::script
                                : state == "RCDATA state"      ? Text::rcdata
                                                               : Text::raw,
                                element);
        }
    }

    void write(std::string_view bytes) {
        page_ += bytes;
        tokenizer_.feed(bytes);
        Tag tag;
        while (tokenizer_.next(tag)) {
            BOOST_CHECK_EQUAL(page_.at(tag.begin), '<');
            BOOST_CHECK_EQUAL(page_.at(tag.end - 1), '>');
            one(tag);
        }
    }

    std::string text;
    bool references = false;

  private:
    void one(const Tag& tag) {
        const std::string_view bytes = std::string_view(page_).substr(
            tag.begin, static_cast<std::size_t>(tag.end - tag.begin));
        if (tag.is_end) {
            text += "</" + as_token(tag.name, true) + ">\n";
            return;
        }
        TagAttributes attributes;
        attributes.reset(bytes, tag.name.size());
        std::map<std::string, std::string> sorted;
        for (const Attribute& a : attributes.get()) {
            references = references || a.value.find('&') != std::string_view::npos;
            sorted.emplace(as_token(a.name, true), as_token(a.value, false));
        }
        text += "<" + as_token(tag.name, true);
        for (const auto& [key, value] : sorted) {
            text += " " + key + "=" + value;
        }
        text += tag.self_closing ? "/>\n" : ">\n";
    }

    Tokenizer tokenizer_;
    std::string page_;
};

struct Tally {
    std::size_t run = 0;
    std::size_t ended = 0;
    std::vector<std::string> references;
};

bool has_eof_error(const rapidjson::Value& test) {
    if (!test.HasMember("errors")) {
        return false;
    }
    const auto errors = test["errors"].GetArray();
    return std::any_of(errors.begin(), errors.end(), [](const rapidjson::Value& error) {
        return text_of_json(error["code"]).starts_with("eof-");
    });
}

// A comment or DOCTYPE that ends the test: is a tag behind it one?
void end_test(const rapidjson::Value& test, const std::string& input, const std::string& tags,
              Tally& tally) {
    const auto output = test["output"].GetArray();
    if (output.Empty() || (text_of_json(output[output.Size() - 1][0]) != "Comment" &&
                           text_of_json(output[output.Size() - 1][0]) != "DOCTYPE")) {
        return;
    }
    const bool ended = input.ends_with('>') && !has_eof_error(test);
    const std::string page = input + "<z>";
    for (std::size_t split = 0; split <= page.size(); ++split) {
        Tokens tokens("Data state", {});
        tokens.write(std::string_view(page).substr(0, split));
        tokens.write(std::string_view(page).substr(split));
        BOOST_TEST_INFO(page << " split at " << split);
        BOOST_CHECK_EQUAL(tokens.text, tags + (ended ? "<z>\n" : ""));
    }
    ++tally.ended;
}

void one_test(const rapidjson::Value& test, std::string_view state, Tally& tally) {
    const bool twice = test.HasMember("doubleEscaped") && test["doubleEscaped"].GetBool();
    const std::string_view written = text_of_json(test["input"]);
    const std::string input = twice ? unescape(written) : std::string(written);
    std::string expected;
    for (const auto& token : test["output"].GetArray()) {
        expected += describe(token, twice);
    }
    const std::string_view last =
        test.HasMember("lastStartTag") ? text_of_json(test["lastStartTag"]) : std::string_view();
    Tokens padded(state, last);  // white space ends no tag
    padded.write(input + std::string(100, ' '));
    if (!padded.references) {
        BOOST_TEST_INFO(input << " in " << state << " with white space behind");
        BOOST_CHECK_EQUAL(padded.text, expected);
    }
    for (std::size_t split = 0; split <= input.size(); ++split) {
        Tokens tokens(state, last);
        tokens.write(std::string_view(input).substr(0, split));
        tokens.write(std::string_view(input).substr(split));
        if (tokens.references) {
            tally.references.push_back(input);
            return;
        }
        BOOST_TEST_INFO(text_of_json(test["description"])
                        << ": " << input << " in " << state << " split at " << split);
        BOOST_CHECK_EQUAL(tokens.text, expected);
    }
    if (state == "Data state") {
        end_test(test, input, expected, tally);
    }
    ++tally.run;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(html5lib)

BOOST_AUTO_TEST_CASE(tags_and_attributes) {
    const auto root = shared_directory("suites/html5lib-tokenizer");
    if (!root) {
        return;
    }
    Tally tally;
    for (const auto& entry : std::filesystem::directory_iterator(*root)) {
        if (entry.path().extension() != ".test") {
            continue;
        }
        const rapidjson::Document file = parse_json(read_file(entry.path()));
        if (!file.HasMember("tests")) {
            continue;
        }
        for (const auto& test : file["tests"].GetArray()) {
            if (!test.HasMember("initialStates")) {
                one_test(test, "Data state", tally);
                continue;
            }
            for (const auto& state : test["initialStates"].GetArray()) {
                one_test(test, text_of_json(state), tally);
            }
        }
    }
    for (const std::string& input : tally.references) {
        BOOST_TEST_MESSAGE("not applicable, character references in a value: " << input);
    }
    BOOST_TEST_MESSAGE(tally.ended << " end in a comment or DOCTYPE");
    BOOST_CHECK(tally.ended >= 300);
    BOOST_TEST_MESSAGE(tally.run << " tests run, " << tally.references.size() << " not applicable");
    BOOST_CHECK(tally.run >= 7000);
    BOOST_CHECK_EQUAL(tally.references.size(), 28U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
