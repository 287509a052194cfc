#include "cli/command.hpp"

#include <cstdio>
#include <ctime>

#include "learn/catalog.hpp"

namespace pz::cli {

namespace {

Result<std::string> read_stdin() {
    std::string bytes;
    std::array<char, 65536> block;
    while (const std::size_t got = std::fread(block.data(), 1, block.size(), stdin)) {
        if (bytes.size() + got > learn::kMaxFile) {
            return Status::error("standard input is over " + std::to_string(learn::kMaxFile >> 20) +
                                 " MiB: cut the feed into several");
        }
        bytes.append(block.data(), got);
    }
    return std::ferror(stdin) != 0
               ? Result<std::string>(Status::error("standard input cannot be read"))
               : Result<std::string>(std::move(bytes));
}

}  // namespace

void RedisOptions::add_to(CLI::App& command, bool required) {
    command
        .add_option("--redis", access.url,
                    "redis://[user:password@]host[:port][/db], redis+cluster://host[:port][,...], "
                    "redis+sentinel://host[:port][,...]/name[/db] (rediss instead of redis: TLS) "
                    "or unix:/path")
        ->required(required)
        ->type_name("URL");
    command
        .add_option("--redis-auth", access.auth_file,
                    "A file of one line, password or user:password, instead of the URL's")
        ->type_name("FILE");
    add_tls_to(command);
    command.add_option("--prefix", keys.prefix, "What all keys begin with")
        ->capture_default_str()
        ->type_name("TEXT");
}

void RedisOptions::add_tls_to(CLI::App& command) {
    RedisTls& tls = access.tls;
    command
        .add_option("--redis-ssl-trusted-certificate", tls.trusted,
                    "Authorities to trust; without it the system's")
        ->type_name("FILE");
    auto* certificate = command
                            .add_option("--redis-ssl-certificate", tls.certificate,
                                        "Shows a server who we are; needs its key")
                            ->type_name("FILE");
    auto* key = command.add_option("--redis-ssl-certificate-key", tls.key, "The certificate's key")
                    ->needs(certificate)
                    ->type_name("FILE");
    certificate->needs(key);
    command
        .add_option("--redis-ssl-name", tls.name,
                    "What the server's certificate must be for, if not the host as written")
        ->type_name("NAME");
    command
        .add_option("--redis-ssl-verify-depth", tls.depth,
                    "Authorities between its certificate and a trusted one")
        ->check(CLI::Range(0, 100))
        ->capture_default_str()
        ->type_name("N");
    command
        .add_option("--redis-ssl-verify", tls.verify,
                    "off: whoever answers is believed to be the server")
        ->capture_default_str()
        ->type_name("on|off");
}

void warn(std::string_view message) {
    std::fprintf(stderr, "personalize: %.*s\n", static_cast<int>(message.size()), message.data());
}

int fail(std::string_view message) {
    warn(message);
    return kNo;
}

int fail(const Status& status) {
    return fail(status.message());
}

std::int64_t unix_now() {
    return static_cast<std::int64_t>(std::time(nullptr));
}

Result<std::string> read_input(const std::string& path) {
    return path == "-" ? read_stdin() : learn::read_file(path);
}

}  // namespace pz::cli
