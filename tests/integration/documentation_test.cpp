// The README's examples of nginx.conf: nginx -t accepts each, with nothing to warn of.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "integration/support/nginx.hpp"
#include "integration/support/shop.hpp"
#include "repository.hpp"

namespace pz::test {

namespace {

// Indented by four, blank lines between; without the indent.
std::vector<std::string> code_blocks(const std::string& markdown) {
    std::vector<std::string> blocks;
    std::istringstream lines(markdown);
    bool open = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("    ")) {
            if (!open) {
                blocks.emplace_back();
            }
            open = true;
            blocks.back() += line.substr(4) + "\n";
        } else if (open && line.empty()) {
            blocks.back() += "\n";
        } else {
            open = false;
        }
    }
    return blocks;
}

// What of a block is nginx.conf: shell commands may stand before it, and behind it.
std::string configuration_in(const std::string& block) {
    static const std::regex kBegin(
        "(^|\n)(load_module|http|map|server|location|personalize_)[ a-z_]");
    static const std::regex kShell("\n\n(xargs|curl|redis-cli|personalize|scripts/[a-z]+) ");
    std::smatch begin;
    std::smatch end;
    if (!std::regex_search(block, begin, kBegin)) {
        return {};
    }
    const std::string rest = block.substr(static_cast<std::size_t>(begin.position(2)));
    return std::regex_search(rest, end, kShell)
               ? rest.substr(0, static_cast<std::size_t>(end.position()))
               : rest;
}

// Whole directives, within a sentence: `personalize_explore 5%;`
std::vector<std::string> in_sentences(const std::string& markdown) {
    static const std::regex kSpan("`(personalize_[a-z_]+ [^`]*;)`");
    std::vector<std::string> list;
    for (std::sregex_iterator it(markdown.begin(), markdown.end(), kSpan), end; it != end; ++it) {
        list.push_back((*it)[1]);
    }
    return list;
}

// The directives of one level, each with the block behind it.
std::vector<std::string> statements(const std::string& text) {
    std::vector<std::string> list(1);
    int depth = 0;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); i++) {
        const char c = text[i];
        const bool blank = i == 0 || std::isspace(static_cast<unsigned char>(text[i - 1])) != 0;
        if (quote == 0 && c == '#' && blank) {
            i = std::min(text.find('\n', i), text.size() - 1);
            continue;
        }
        list.back() += c;
        quote = quote != 0 ? (c == quote ? char{0} : quote) : (c == '"' || c == '\'' ? c : char{0});
        if (quote != 0) {
            continue;
        }
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        if (depth == 0 && (c == ';' || c == '}')) {
            list.emplace_back();
        }
    }
    list.pop_back();  // what is behind the last one is blank
    for (std::string& each : list) {
        each.erase(0, each.find_first_not_of(" \n"));
    }
    return list;
}

bool begins_with(const std::string& statement, const std::vector<std::string>& names) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return statement.starts_with(name + " "); });
}

// What an example leaves to the rest of the file.
constexpr std::string_view kAround = R"(
    upstream shop { server 127.0.0.1:9; }
    proxy_cache_path @dir@/pages keys_zone=pages:1m;
    map $host $geoip2_country { default ""; }
)";

class Examples {
  public:
    Examples() {
        write_store(dir_ / "store.pz");
        dir_.write("tile.html", "<li><a href=\"{{link}}\">{{title}}</a></li>");
        dir_.write("rules.lua", "rule \"a\" { pin = 1, match = { id = \"P01\" } }");
        dir_.write("personalize_proxy.conf",
                   read_repository("conf/snippets/personalize_proxy.conf"));
    }

    void check(const std::string& example) {
        const std::vector<std::string> all = statements(example);
        const auto redis = [](const std::string& each) {
            return each.starts_with("personalize_redis ");
        };
        if (std::count_if(all.begin(), all.end(), redis) > 1) {  // one or the other
            std::for_each(all.begin(), all.end(), [this](const auto& each) { check(each); });
            return;
        }
        const auto http = std::find_if(all.begin(), all.end(), [](const std::string& each) {
            return each.starts_with("http ");
        });
        accept(example, http != all.end() ? whole(*http) : with_frame(all));
    }

    std::size_t checked() const { return checked_; }

  private:
    // What stands in http{}.
    static std::string whole(const std::string& http) {
        const std::size_t begin = http.find('{') + 1;
        return std::regex_replace(http.substr(begin, http.rfind('}') - begin),
                                  std::regex("\\bserver \\{"), "server { listen @listen@;");
    }

    static std::string with_frame(const std::vector<std::string>& all) {
        std::string main = "personalize_visitor $cookie_vid;";
        std::string server;
        bool redis = false;
        bool tile = false;
        for (const std::string& each : all) {
            redis = redis || each.starts_with("personalize_redis ");
            tile = tile || each.starts_with("personalize_template ");
            (begins_with(each, {"map", "log_format", "personalize_redis", "personalize_spool",
                                "personalize_store", "personalize_template"})
                 ? main
                 : server) += each + "\n";
        }
        main += redis ? "" : "personalize_redis redis://127.0.0.1;";
        main += tile ? "" : "personalize_template tile /etc/nginx/tile.html;";
        return main + "server { listen @listen@; " + server + "}";
    }

    // Files and hosts that this machine has.
    std::string here(std::string http) const {
        for (const char* directory :
             {"/etc/nginx/", "/var/lib/personalize/", "/var/log/nginx/", "/var/spool/"}) {
            http = std::regex_replace(http, std::regex(directory), dir_.path() + "/");
        }
        return std::regex_replace(http, std::regex("[a-z0-9.]+\\.internal\\b"), "127.0.0.1");
    }

    void accept(const std::string& example, const std::string& http) {
        checked_++;
        const Outcome outcome = Nginx::check(dir_, std::string(kAround) + here(http));
        BOOST_CHECK_MESSAGE(
            outcome.status == 0 && outcome.output.find("[warn]") == std::string::npos,
            example << "\n-> " << outcome.output);
    }

    TempDir dir_;
    std::size_t checked_ = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(documentation, Examples)

BOOST_AUTO_TEST_CASE(nginx_takes_every_example_of_the_readme) {
    const std::string readme = read_repository("README.md");
    for (const std::string& block : code_blocks(readme)) {
        if (const std::string example = configuration_in(block); !example.empty()) {
            check(example);
        }
    }
    BOOST_TEST(checked() >= 10U);
    const std::size_t blocks = checked();
    for (const std::string& directive : in_sentences(readme)) {
        check(directive);
    }
    BOOST_TEST(checked() >= blocks + 4U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
