#include "integration/support/core_commands.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iterator>

namespace pz::test {

namespace {

constexpr int kSixTwo = 602;

// 602 of "6.2.0"
int version_of(const std::string& text) {
    char* behind = nullptr;
    const long major = std::strtol(text.c_str(), &behind, 10);
    return static_cast<int>(major * 100 +
                            (*behind == '.' ? std::strtol(behind + 1, nullptr, 10) : 0));
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return std::toupper(c); });
    return text;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return text;
}

// Asked for with the subcommand: all of their documentation is nested deeper than hiredis reads.
constexpr const char* kContainers[] = {"acl",    "client",  "cluster", "command", "config",
                                       "script", "slowlog", "xgroup",  "xinfo"};

// Of a map as RESP2 writes it; a reply without a type where there is none.
RedisReply member(const RedisReply& map, const std::string& name) {
    for (std::size_t i = 0; i + 1 < map.elements.size(); i += 2) {
        if (map.elements[i].text == name) {
            return map.elements[i + 1];
        }
    }
    return {};
}

// The words of options that came later, those within them too.
void add_later(const RedisReply& arguments, int since, std::vector<std::string>& words) {
    for (const RedisReply& argument : arguments.elements) {
        const std::string own = member(argument, "since").text;
        const int known = own.empty() ? since : std::max(since, version_of(own));
        const std::string token = member(argument, "token").text;
        if (known > kSixTwo && !token.empty()) {
            words.push_back(upper(token));
        }
        add_later(member(argument, "arguments"), known, words);
    }
}

}  // namespace

CoreCommands::CoreCommands(RedisClient client) : client_(std::move(client)) {
    client_.command({"CONFIG", "SET", "slowlog-max-len", "100000"});
    client_.command({"CONFIG", "SET", "slowlog-log-slower-than", "0"});
}

bool CoreCommands::documented() {
    const bool known = documentation("get").type == RedisReply::Type::array;
    if (!known) {
        BOOST_TEST_MESSAGE("SKIPPED: this server does not say since when it has a command");
    }
    return known;
}

RedisReply CoreCommands::documentation(const std::string& command) {
    return member(client_.command({"COMMAND", "DOCS", command}), command);
}

void CoreCommands::check(const std::vector<std::string>& names) {
    for (const std::string& name : documented() ? names : std::vector<std::string>()) {
        const std::string since = member(documentation(name), "since").text;
        BOOST_TEST((!since.empty() && version_of(since) <= kSixTwo), name << " is of " << since);
    }
}

void CoreCommands::check_words(const std::vector<std::string>& words) {
    const bool has_subcommands =
        std::count(std::begin(kContainers), std::end(kContainers), lower(words[0])) != 0;
    const std::string name =
        has_subcommands ? lower(words.at(0)) + "|" + lower(words.at(1)) : lower(words.at(0));
    const RedisReply docs = documentation(name);
    const std::string since = member(docs, "since").text;
    BOOST_TEST((!since.empty() && version_of(since) <= kSixTwo), name << " is of " << since);
    std::vector<std::string> later;
    add_later(member(docs, "arguments"), 0, later);
    for (const std::string& word : words) {
        BOOST_TEST(std::count(later.begin(), later.end(), upper(word)) == 0,
                   name << " " << word << " came after 6.2");
    }
}

void CoreCommands::check_sent() {
    const RedisReply log = client_.command({"SLOWLOG", "GET", "-1"});
    client_.command({"CONFIG", "SET", "slowlog-log-slower-than", "-1"});
    BOOST_TEST(log.elements.size() > 10U);
    std::vector<std::vector<std::string>> seen;
    for (const RedisReply& entry : documented() ? log.elements : std::vector<RedisReply>()) {
        std::vector<std::string> words = entry.elements.at(3).texts();
        words.resize(std::min<std::size_t>(words.size(), 8));  // options stand before the values
        if (std::find(seen.begin(), seen.end(), words) == seen.end()) {
            check_words(words);
            seen.push_back(std::move(words));
        }
    }
}

}  // namespace pz::test
