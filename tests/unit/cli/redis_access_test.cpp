// Where Redis is and how one gets in, as the command line says it.
#include <boost/test/unit_test.hpp>

#include <unistd.h>
#include <filesystem>
#include <fstream>

#include "cli/command.hpp"
#include "cli/redis_access.hpp"
#include "cli/tls.hpp"

namespace pz::cli {

namespace {

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// A file that is gone when the test is over.
struct File {
    std::string path = (std::filesystem::temp_directory_path() /
                        ("personalize-access-" + std::to_string(::getpid())))
                           .string();
    explicit File(std::string_view text) { std::ofstream(path) << text; }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { std::filesystem::remove(path); }
};

RedisOptions parse(const std::vector<std::string>& words) {
    CLI::App app;
    RedisOptions options;
    options.add_to(app, true);
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    app.parse(reversed);
    return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_access)

BOOST_AUTO_TEST_CASE(options_are_called_as_the_directives_are) {
    const RedisOptions options =
        parse({"--redis", "rediss+cluster://a,b:7", "--redis-auth", "/auth",
               "--redis-ssl-trusted-certificate", "/ca", "--redis-ssl-certificate", "/crt",
               "--redis-ssl-certificate-key", "/key", "--redis-ssl-name", "redis.test",
               "--redis-ssl-verify", "off", "--redis-ssl-verify-depth", "3", "--prefix", "x:"});
    BOOST_TEST(options.access.url == "rediss+cluster://a,b:7");
    BOOST_TEST(options.access.auth_file == "/auth");
    BOOST_TEST(options.access.tls.trusted == "/ca");
    BOOST_TEST(options.access.tls.certificate == "/crt");
    BOOST_TEST(options.access.tls.key == "/key");
    BOOST_TEST(options.access.tls.name == "redis.test");
    BOOST_TEST(!options.access.tls.verify);
    BOOST_TEST(options.access.tls.depth == 3U);
    BOOST_TEST(options.keys.prefix == "x:");
    BOOST_TEST(parse({"--redis", "unix:/x"}).access.tls.verify);
    BOOST_CHECK_THROW(parse({"--redis", "unix:/x", "--redis-ssl-certificate", "/crt"}),
                      CLI::RequiresError);
    BOOST_CHECK_THROW(parse({"--redis", "unix:/x", "--redis-ssl-certificate-key", "/key"}),
                      CLI::RequiresError);
    BOOST_CHECK_THROW(parse({"--redis", "unix:/x", "--redis-ssl-verify", "perhaps"}),
                      CLI::ConversionError);
}

BOOST_AUTO_TEST_CASE(the_url_and_what_the_file_says) {
    const File file("shop:s:ecret\n");
    const auto url = read_access({"rediss+sentinel://u:p@s1,s2/shop/3", file.path, {}});
    BOOST_REQUIRE(url.ok());
    BOOST_TEST(url->tls);
    BOOST_TEST(url->seeds.size() == 2U);
    BOOST_TEST(url->login.user == "shop");
    BOOST_TEST(url->login.password == "s:ecret");
    BOOST_TEST(url->login.database == 3U);
    BOOST_TEST(read_access({"redis://u:p@h", "", {}})->login.password == "p");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_names_the_option_and_never_the_secret) {
    const File file("hunter2\nhunter3\n");
    const auto problem = [](const RedisAccess& access) {
        const auto url = read_access(access);
        BOOST_TEST(!url.ok());
        BOOST_TEST(!contains(url.message(), "hunter"));
        return url.message();
    };
    BOOST_TEST(contains(problem({"http://hunter2@h", "", {}}), "--redis: "));
    BOOST_TEST(contains(problem({"redis://h", file.path, {}}), "--redis-auth: " + file.path));
    BOOST_TEST(contains(problem({"redis://h", "/none", {}}), "--redis-auth: /none"));
    BOOST_TEST(contains(problem({"redis://h", "", {.trusted = "/ca"}}), "write rediss"));
    BOOST_TEST(contains(problem({"unix:/x", "", {.name = "n"}}), "write rediss"));
}

BOOST_AUTO_TEST_CASE(files_of_tls_are_named) {
    const File file("no certificate");
    const auto problem = [](const RedisTls& tls) { return TlsContext::load(tls).message(); };
    BOOST_TEST(contains(problem({.trusted = "/none"}),
                        "--redis-ssl-trusted-certificate: /none: cannot open"));
    BOOST_TEST(contains(problem({.trusted = file.path}), "no certificates in PEM form"));
    BOOST_TEST(contains(problem({.certificate = file.path, .key = file.path, .verify = false}),
                        "--redis-ssl-certificate: " + file.path + ": no certificate in PEM"));
    BOOST_TEST(problem({}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::cli
