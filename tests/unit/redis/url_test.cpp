#include "redis/url.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

using namespace pz::redis;

namespace {

Url url_of(std::string_view text) {
    const auto url = parse_url(text);
    BOOST_REQUIRE_MESSAGE(url.ok(), std::string(text) + ": " + url.message());
    return *url;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(url)

BOOST_AUTO_TEST_CASE(tcp_addresses) {
    struct Row {
        std::string_view text, host;
        unsigned port, database;
    };
    const std::vector<Row> table = {
        {"redis://127.0.0.1", "127.0.0.1", 6379, 0},
        {"redis://redis.shop-1.local:6380", "redis.shop-1.local", 6380, 0},
        {"redis://h/3", "h", 6379, 3},
        {"redis://h:1/", "h", 1, 0},
        {"redis://my_host:65535/15", "my_host", 65535, 15},
        {"redis://[::1]", "::1", 6379, 0},
        {"redis://[fe80::1]:7000/2", "fe80::1", 7000, 2},
    };
    for (const Row& row : table) {
        const Url url = url_of(row.text);
        BOOST_TEST(!url.seeds[0].unix_socket);
        BOOST_TEST(url.seeds[0].host == row.host);
        BOOST_TEST(url.seeds[0].port == row.port);
        BOOST_TEST(url.login.database == row.database);
        BOOST_TEST(url.login.user.empty());
        BOOST_TEST(url.login.password.empty());
    }
}

BOOST_AUTO_TEST_CASE(secrets) {
    Url url = url_of("redis://shop:s%40c%3a%2Fret@h:1/2");
    BOOST_TEST(url.login.user == "shop");
    BOOST_TEST(url.login.password == "s@c:/ret");
    BOOST_TEST(url.seeds[0].host == "h");
    url = url_of("redis://:only@h");
    BOOST_TEST(url.login.user.empty());
    BOOST_TEST(url.login.password == "only");
    url = url_of("redis://u:a@b:c/d@h");
    BOOST_TEST(url.login.password == "a@b:c/d");
}

BOOST_AUTO_TEST_CASE(unix_sockets) {
    Url url = url_of("unix:/run/redis/redis.sock");
    BOOST_TEST(url.seeds[0].unix_socket);
    BOOST_TEST(url.seeds[0].host == "/run/redis/redis.sock");
    BOOST_TEST(url.login.database == 0U);
    url = url_of("unix:/s?db=4&user=me&password=p%26w");
    BOOST_TEST(url.seeds[0].host == "/s");
    BOOST_TEST(url.login.database == 4U);
    BOOST_TEST(url.login.user == "me");
    BOOST_TEST(url.login.password == "p&w");
    BOOST_TEST(url_of("unix:/s?").seeds[0].host == "/s");
    BOOST_TEST(url_of("unix:/" + std::string(106, 'p')).seeds[0].host.size() == 107U);
}

BOOST_AUTO_TEST_CASE(several_servers) {
    Url url = url_of("redis+cluster://me:pw@a:1,[::1]:2,c?replicas=on");
    BOOST_TEST((url.kind == Url::Kind::cluster));
    BOOST_TEST(!url.tls);
    BOOST_TEST(url.replicas);
    BOOST_TEST(url.seeds.size() == 3U);
    BOOST_TEST(url.seeds[0].name() == "a:1");
    BOOST_TEST(url.seeds[1].name() == "[::1]:2");
    BOOST_TEST(url.seeds[2].name() == "c:6379");
    BOOST_TEST(url.login.password == "pw");
    url = url_of("rediss+sentinel://a,b:7/shop-1/3");
    BOOST_TEST((url.kind == Url::Kind::sentinel));
    BOOST_TEST(url.tls);
    BOOST_TEST(!url.replicas);
    BOOST_TEST(url.seeds[0].name() == "a:26379");
    BOOST_TEST(url.seeds[1].name() == "b:7");
    BOOST_TEST(url.master == "shop-1");
    BOOST_TEST(url.login.database == 3U);
    BOOST_TEST(url.sentinel_login.password.empty());
    url =
        url_of("redis+sentinel://u:pw@a/m?sentinel_user=w%40&replicas=on&sentinel_password=s%26t");
    BOOST_TEST(url.login.user == "u");
    BOOST_TEST(url.login.password == "pw");
    BOOST_TEST(url.replicas);
    BOOST_TEST(url.sentinel_login.user == "w@");
    BOOST_TEST(url.sentinel_login.password == "s&t");
    url = url_of("rediss://a,b/2?replicas=off");
    BOOST_TEST((url.kind == Url::Kind::server));
    BOOST_TEST(url.tls);
    BOOST_TEST(url.seeds.size() == 2U);
    BOOST_TEST(url.login.database == 2U);
    std::string many = "redis+cluster://h";
    for (int i = 1; i < 64; ++i) {
        many += ",h";
    }
    BOOST_TEST(url_of(many).seeds.size() == 64U);
    BOOST_TEST(!parse_url(many + ",h").ok());
}

BOOST_AUTO_TEST_CASE(a_file_of_secrets) {
    BOOST_TEST(parse_login("secret\n")->password == "secret");
    BOOST_TEST(parse_login("secret")->user.empty());
    BOOST_TEST(parse_login("shop:s:e%41\r\n")->user == "shop");
    BOOST_TEST(parse_login("shop:s:e%41\r\n")->password == "s:e%41");
    for (const std::string_view text : {"", "\n", "user:", "a\nhunter2\n"}) {
        const auto login = parse_login(text);
        BOOST_TEST(!login.ok(), text);
        BOOST_TEST(login.message().find("hunter2") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong) {
    const std::vector<std::pair<std::string, std::string_view>> table = {
        {"", "not a Redis address"},
        {"127.0.0.1:6379", "not a Redis address"},
        {"http://h", "not a Redis address"},
        {"redis:h", "not a Redis address"},
        {"redis://", "host: missing or not a name or address"},
        {"redis://:6379", "host: missing or not a name or address"},
        {"redis:///1", "host: missing or not a name or address"},
        {"redis://a b", "host: missing or not a name or address"},
        {"redis://h?db=1", "option: not replicas=on"},
        {"redis://h?replicas=yes", "replicas: neither on nor off"},
        {"redis://h,", "host: missing or not a name or address"},
        {"redis+cluster://h/1", "database: a cluster has none"},
        {"redis+sentinel://h", "name: the Sentinels' name of the primary is missing or not a name"},
        {"redis+sentinel://h/a b",
         "name: the Sentinels' name of the primary is missing or not a name"},
        {"redis+sentinel://h/m/x", "database: not a number"},
        {"redis+sentinel://h/m?sentinel_user=x", "sentinel_password: missing"},
        {"redis+sentinel://h/m?sentinel_password=%", "user or password: a broken percent-encoding"},
        {"redis+sentinel://h/m?password=x",
         "option: neither replicas=on, sentinel_user nor sentinel_password"},
        {"redis://h?sentinel_password=x", "option: not replicas=on"},
        {"redis+other://h", "not a Redis address"},
        {"redis://" + std::string(254, 'h'), "host: missing or not a name or address"},
        {"redis://[]", "host: missing or not a name or address"},
        {"redis://[::1", "host: no closing bracket"},
        {"redis://[evil]", "host: missing or not a name or address"},
        {"redis://h:", "port: not a number from 1 to 65535"},
        {"redis://h:0", "port: not a number from 1 to 65535"},
        {"redis://h:65536", "port: not a number from 1 to 65535"},
        {"redis://h:-1", "port: not a number from 1 to 65535"},
        {"redis://h:80x", "port: not a number from 1 to 65535"},
        {"redis://[::1]80", "port: not a number from 1 to 65535"},
        {"redis://h/x", "database: not a number"},
        {"redis://h/-1", "database: not a number"},
        {"redis://h/1/2", "database: not a number"},
        {"redis://h/99999999999", "database: not a number"},
        {"redis://name@h", "password: missing; without a user write :password@"},
        {"redis://name:@h", "password: missing; without a user write :password@"},
        {"redis://:a%zz@h", "user or password: a broken percent-encoding"},
        {"redis://:a%2@h", "user or password: a broken percent-encoding"},
        {"redis://%:a@h", "user or password: a broken percent-encoding"},
        {"unix:", "path: not an absolute path of at most 107 bytes"},
        {"unix:redis.sock", "path: not an absolute path of at most 107 bytes"},
        {"unix:/" + std::string(107, 'p'), "path: not an absolute path of at most 107 bytes"},
        {"unix:/s?db=x", "database: not a number"},
        {"unix:/s?db", "database: not a number"},
        {"unix:/s?timeout=3", "option: neither db, user nor password"},
        {"unix:/s?user=x", "password: missing"},
        {"unix:/s?password=%1", "user or password: a broken percent-encoding"},
    };
    for (const auto& [text, problem] : table) {
        const auto url = parse_url(text);
        BOOST_TEST(!url.ok(), text);
        BOOST_TEST(url.message() == std::string(problem) +
                                        "; write redis://[user:password@]host[:port][/db], "
                                        "redis+cluster://host[:port][,host[:port]...], "
                                        "redis+sentinel://host[:port][,host[:port]...]/name[/db]"
                                        "[?sentinel_password=PASSWORD] "
                                        "(rediss instead of redis: TLS) or "
                                        "unix:/path[?db=N&user=USER&password=PASSWORD]");
    }
}

BOOST_AUTO_TEST_CASE(no_error_repeats_the_password) {
    for (const std::string_view text :
         {"redis://u:hunter2", "redis://:hunter2", "redis://hunter2@h", "redis://:hunter2%@h",
          "redis://h:hunter2", "redis://h/hunter2", "unix:/s?password=hunter2%", "unix:/s?hunter2",
          "redis+sentinel://h/m?sentinel_password=hunter2%", "unix:hunter2", "rediss://:hunter2@h,",
          "u:hunter2@h"}) {
        const auto url = parse_url(text);
        BOOST_TEST(!url.ok(), text);
        BOOST_TEST(url.message().find("hunter2") == std::string::npos, text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
