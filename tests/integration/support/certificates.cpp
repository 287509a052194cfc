#include "integration/support/certificates.hpp"

#include <stdexcept>

#include "integration/support/process.hpp"

namespace pz::test {

namespace {

std::vector<std::string> joined(std::vector<std::string> words,
                                const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

}  // namespace

Certificates::Certificates(const TempDir& dir) : dir_(dir) {
    make("ca", "-x509 -days 2 -subj /CN=test-authority");
    sign("server", "subjectAltName=IP:127.0.0.1,DNS:redis.test");
    sign("client", "subjectAltName=DNS:edge.test");
    make("other", "-x509 -days 2 -subj /CN=another-authority");
}

void Certificates::openssl(const std::string& words) const {
    const Outcome outcome =
        run({"sh", "-c", "cd " + dir_.path() + " && openssl " + words}, dir_ / "openssl.log");
    if (outcome.status != 0) {
        throw std::runtime_error(outcome.output);
    }
}

void Certificates::make(const std::string& name, const std::string& words) const {
    openssl("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout " + name +
            ".key -out " + name + ".pem " + words);
}

void Certificates::sign(const std::string& name, const std::string& extension) const {
    make(name, "-subj /CN=" + name);
    dir_.write(name + ".ext", extension);
    openssl("x509 -req -in " + name +
            ".pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile " + name +
            ".ext -out " + name + ".crt");
}

std::vector<std::string> tls_words(const TempDir& dir, const std::string& port) {
    return {"--tls-port",         port,
            "--tls-cert-file",    dir / "server.crt",
            "--tls-key-file",     dir / "server.key",
            "--tls-ca-cert-file", dir / "ca.pem"};
}

SecureRedis::SecureRedis(const std::vector<std::string>& more)
    : node(dir, "secure", joined(tls_words(dir, std::to_string(port)), more)) {}

}  // namespace pz::test
