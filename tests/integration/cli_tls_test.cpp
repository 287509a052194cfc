// Every command through TLS: with our certificate and without, and what is said when it will not do.
#include <boost/test/unit_test.hpp>

#include "integration/commands.hpp"
#include "integration/support/certificates.hpp"

namespace pz::test {

namespace {

struct Commanded : SecureRedis {
    std::size_t runs = 0;

    using SecureRedis::SecureRedis;

    Outcome run_with(std::vector<std::string> words, const std::vector<std::string>& options) {
        words.insert(words.begin(), program());
        words.insert(words.end(), options.begin(), options.end());
        return run(words, dir / ("run" + std::to_string(runs++)));
    }
    std::vector<std::string> trusting(const std::string& authority = "ca.pem") const {
        return {"--redis", url(), "--redis-ssl-trusted-certificate", dir / authority};
    }
    std::vector<std::string> showing(const std::string& certificate = "client") const {
        auto options = trusting();
        options.insert(options.end(),
                       {"--redis-ssl-certificate", dir / (certificate + ".crt"),
                        "--redis-ssl-certificate-key", dir / (certificate + ".key")});
        return options;
    }
    // All commands that know Redis, as a shop would give them.
    void check_all(const std::vector<std::string>& options) {
        const auto done = [&](std::vector<std::string> words, std::string_view what) {
            const Outcome outcome = run_with(std::move(words), options);
            BOOST_TEST(outcome.status == 0, outcome.output);
            BOOST_TEST(contains(outcome.output, what), outcome.output);
        };
        const std::string feed = dir.write("feed.tsv", kFeed);
        done({"import", feed}, "3 items imported");
        node.command({"LPUSH", "pz:{ann}:events", "view_item B 1763660000"});
        done({"alias", "ann", "bert"}, "1 events joined");
        // More than one record of TLS in both directions.
        node.command({"HSET", "pz:{bert}:traits", "note", std::string(100'000, 'x')});
        done({"export", "bert"}, std::string(100'000, 'x'));
        done({"learn", "--store", dir / "store", "--once", "--anew"}, "3 items");
        done({"recommend", "--store", dir / "store", "--for", "recent", "--visitor", "bert"},
             "Bowl");
        done({"forget", "bert"}, "3 keys removed");
    }
    void check_refused(const std::vector<std::string>& options, std::string_view why,
                       std::string_view remedy) {
        const Outcome outcome = run_with({"export", "ann"}, options);
        BOOST_TEST(outcome.status == 1, outcome.output);
        BOOST_TEST(contains(outcome.output, why), outcome.output);
        BOOST_TEST(contains(outcome.output, remedy), outcome.output);
    }
    std::string place() const { return "redis at 127.0.0.1:" + std::to_string(port) + ": "; }
};

std::vector<std::string> with(std::vector<std::string> options, const std::string& name,
                              const std::string& value) {
    options.insert(options.end(), {name, value});
    return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cli_tls)

BOOST_AUTO_TEST_CASE(all_commands_with_a_certificate_of_ours) {
    Commanded redis;
    redis.check_all(redis.showing());
}

BOOST_AUTO_TEST_CASE(all_commands_without_one) {
    Commanded redis({"--tls-auth-clients", "no"});
    redis.check_all(redis.trusting());
    redis.check_all(with(redis.trusting(), "--redis-ssl-name", "redis.test"));
    redis.check_all({"--redis", redis.url(), "--redis-ssl-verify", "off"});
}

BOOST_AUTO_TEST_CASE(a_cluster_behind_tls) {
    const TempDir dir;
    const Certificates certificates(dir);
    auto words = tls_words(dir, "@port@");
    words.insert(words.end(), {"--port", "0", "--tls-cluster", "yes"});
    RedisCluster cluster(dir, 3, false, words);
    std::size_t runs = 0;
    const auto personalize = [&](std::vector<std::string> command) {
        command.insert(command.begin(), program());
        command.insert(
            command.end(),
            {"--redis", "rediss" + cluster.url().substr(std::string("redis").size()),
             "--redis-ssl-trusted-certificate", dir / "ca.pem", "--redis-ssl-certificate",
             dir / "client.crt", "--redis-ssl-certificate-key", dir / "client.key"});
        return run(command, dir / ("run" + std::to_string(runs++))).output;
    };
    BOOST_TEST(contains(personalize({"import", dir.write("feed.tsv", kFeed)}), "3 items imported"));
    BOOST_TEST(
        contains(personalize({"learn", "--store", dir / "store", "--partitions", "4", "--once"}),
                 "3 items"));
    for (const std::string who : {"ann", "bert", "carl"}) {
        const std::string key = "pz:{" + who + "}:events";
        cluster.command(key, {"LPUSH", key, "view_item B 1763660000"});
        BOOST_TEST(contains(personalize({"export", who}), "view_item B 1763660000"));
    }
}

BOOST_AUTO_TEST_CASE(who_is_not_trusted_is_not_spoken_to) {
    Commanded redis({"--tls-auth-clients", "no"});
    const std::string untrusted = redis.place() + "its certificate is not trusted: ";
    const std::string remedy = "; name its authority by --redis-ssl-trusted-certificate";
    redis.check_refused(redis.trusting("other.pem"), untrusted, remedy);
    redis.check_refused({"--redis", redis.url()}, untrusted, remedy);
    redis.check_refused(with(redis.trusting(), "--redis-ssl-name", "another.test"),
                        redis.place() + "its certificate is not for 'another.test'",
                        "see --redis-ssl-name");
    redis.check_refused(with(redis.trusting(), "--redis-ssl-name", "127.0.0.2"),
                        "its certificate is not for '127.0.0.2'", "see --redis-ssl-name");
}

BOOST_AUTO_TEST_CASE(a_server_that_wants_to_know_who_we_are) {
    Commanded redis;
    redis.check_refused(redis.trusting(), redis.place(),
                        "name our certificate by --redis-ssl-certificate");
    redis.dir.write("other.crt", redis.dir.read("other.pem"));
    redis.check_refused(redis.showing("other"), redis.place(),
                        "it does not accept our certificate: see --redis-ssl-certificate");
}

BOOST_AUTO_TEST_CASE(files_that_are_not_what_they_should_be) {
    Commanded redis;
    redis.dir.write("empty.pem", "");
    redis.check_refused(redis.trusting("none.pem"),
                        "--redis-ssl-trusted-certificate: " + (redis.dir / "none.pem"),
                        "No such file");
    redis.check_refused(redis.trusting("empty.pem"),
                        "--redis-ssl-trusted-certificate: " + (redis.dir / "empty.pem"),
                        "no certificates in PEM form");
    redis.check_refused(redis.showing("none"),
                        "--redis-ssl-certificate: " + (redis.dir / "none.crt"), "No such file");
    redis.dir.write("mixed.crt", redis.dir.read("client.crt"));
    redis.dir.write("mixed.key", redis.dir.read("server.key"));
    redis.check_refused(redis.showing("mixed"),
                        "--redis-ssl-certificate-key: " + (redis.dir / "mixed.key"),
                        "that belongs to " + (redis.dir / "mixed.crt"));
    const Outcome half =
        redis.run_with({"export", "ann"},
                       with(redis.trusting(), "--redis-ssl-certificate", redis.dir / "client.crt"));
    BOOST_TEST(half.status == 2);
    BOOST_TEST(contains(half.output, "requires --redis-ssl-certificate-key"), half.output);
}

BOOST_AUTO_TEST_CASE(who_speaks_tls_and_who_does_not) {
    Commanded redis;
    const std::string port = std::to_string(redis.port);
    redis.check_refused({"--redis", "redis://127.0.0.1:" + port}, redis.place(),
                        "if it speaks TLS, write rediss instead of redis");
    redis.check_refused({"--redis", "redis://127.0.0.1:" + port, "--redis-ssl-trusted-certificate",
                         redis.dir / "ca.pem"},
                        "a URL without TLS beside --redis-ssl-", "write rediss instead of redis");
    const std::string plain = "HTTP/1.1 400 Bad Request\r\n\r\n";
    const unsigned other = free_port();
    SocketServer server("127.0.0.1:" + std::to_string(other), [&](auto& connection) {
        connection.socket().send(plain);
        connection.socket().receive();
    });
    redis.check_refused({"--redis", "rediss://127.0.0.1:" + std::to_string(other)},
                        "redis at 127.0.0.1:" + std::to_string(other) + ": TLS: ",
                        "then write redis instead of rediss");
}

BOOST_AUTO_TEST_CASE(user_and_password_of_a_file) {
    Commanded redis({"--user", "shop", "on", ">s:ecret", "~*", "&*", "+@all"});
    const auto as = [&](const std::string& login) {
        return with(redis.showing(), "--redis-auth", redis.dir.write("login", login));
    };
    const Outcome right = redis.run_with({"export", "nobody"}, as("shop:s:ecret\n"));
    BOOST_TEST(contains(right.output, "nothing is kept of visitor 'nobody'"), right.output);
    redis.check_refused(as("shop:guess\n"), redis.place() + "WRONGPASS",
                        "; see --redis and --redis-auth");
    BOOST_TEST(!contains(redis.run_with({"export", "ann"}, as("shop:guess\n")).output, "guess"));
    redis.check_refused(as("a\nhunter2\n"), "--redis-auth: " + (redis.dir / "login"),
                        "not one line of `password` or `user:password`");
    redis.check_refused(with(redis.showing(), "--redis-auth", redis.dir / "none"),
                        "--redis-auth: " + (redis.dir / "none"), "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
