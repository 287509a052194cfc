#include "cli/tls.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace pz::cli {

namespace {

bool is_address(const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

// The first error of OpenSSL's queue; the queue is empty then.
std::string take_reason() {
    const unsigned long error = ERR_get_error();
    ERR_clear_error();
    const char* reason = ERR_reason_error_string(error);
    return reason != nullptr ? reason : "no reason given";
}

// OpenSSL's own words for a file that is not there name its sources, not the file.
Status refused(std::string_view option, const std::string& path, std::string_view what) {
    std::string message(option);
    message += ": " + path + ": ";
    if (::access(path.c_str(), R_OK) != 0) {
        ERR_clear_error();
        return Status::error(message + "cannot open: " + std::strerror(errno));
    }
    return Status::error(message.append(what) + " (" + take_reason() + ")");
}

std::string untrusted(long verdict) {
    std::string text = "its certificate is not trusted: ";
    text += X509_verify_cert_error_string(verdict);
    switch (verdict) {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return text + "; name its authority by --redis-ssl-trusted-certificate";
        case X509_V_ERR_CERT_CHAIN_TOO_LONG:
            return text + "; see --redis-ssl-verify-depth";
        default:
            return text;
    }
}

// What servers say to a client that shows no certificate, or the wrong one.
bool speaks_of_ours(int reason) {
    switch (reason) {
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
        case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
            return true;
        default:
            return false;
    }
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const RedisTls& options) {
    ERR_clear_error();
    std::shared_ptr<TlsContext> context(new TlsContext(options));
    if (context->get() == nullptr) {
        return Status::error("TLS cannot begin: " + take_reason());
    }
    SSL_CTX_set_min_proto_version(context->get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(context->get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    Status status = context->trust();
    status = status.ok() ? context->show() : status;
    return status.ok() ? Result<std::shared_ptr<const TlsContext>>(std::move(context))
                       : Result<std::shared_ptr<const TlsContext>>(status);
}

Status TlsContext::trust() const {
    if (!options_.verify) {
        SSL_CTX_set_verify(get(), SSL_VERIFY_NONE, nullptr);
        return {};
    }
    SSL_CTX_set_verify(get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_verify_depth(get(), static_cast<int>(options_.depth));
    if (options_.trusted.empty()) {
        return SSL_CTX_set_default_verify_paths(get()) == 1
                   ? Status()
                   : Status::error(
                         "the system's certificates cannot be read; name some by "
                         "--redis-ssl-trusted-certificate");
    }
    return SSL_CTX_load_verify_file(get(), options_.trusted.c_str()) == 1
               ? Status()
               : refused("--redis-ssl-trusted-certificate", options_.trusted,
                         "no certificates in PEM form");
}

Status TlsContext::show() const {
    const std::string& certificate = options_.certificate;
    if (certificate.empty()) {
        return {};
    }
    if (SSL_CTX_use_certificate_chain_file(get(), certificate.c_str()) != 1) {
        return refused("--redis-ssl-certificate", certificate, "no certificate in PEM form");
    }
    if (SSL_CTX_use_PrivateKey_file(get(), options_.key.c_str(), SSL_FILETYPE_PEM) != 1) {
        return refused("--redis-ssl-certificate-key", options_.key,
                       "no key in PEM form that belongs to " + certificate);
    }
    return {};
}

Result<TlsStream> TlsStream::begin(std::shared_ptr<const TlsContext> context, int socket,
                                   const std::string& host) {
    ERR_clear_error();
    const std::string& name = context->options().name;
    SSL_CTX* const ssl_context = context->get();
    TlsStream stream(std::move(context), SSL_new(ssl_context));
    if (stream.ssl_ == nullptr || SSL_set_fd(stream.ssl_.get(), socket) != 1) {
        return Status::error("TLS cannot begin: " + take_reason());
    }
    Status status = stream.expect(name.empty() ? host : name);
    return status.ok() ? Result<TlsStream>(std::move(stream)) : Result<TlsStream>(status);
}

Status TlsStream::expect(const std::string& name) {
    name_ = name;
    bool set = true;
    if (is_address(name)) {
        set = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), name.c_str()) == 1;
    } else {
        set = SSL_set_tlsext_host_name(ssl_.get(), name.c_str()) == 1 &&
              SSL_set1_host(ssl_.get(), name.c_str()) == 1;
    }
    return set ? Status() : Status::error("'" + name + "' can be no certificate's name");
}

TlsStream::Step TlsStream::shake_hands() {
    ERR_clear_error();
    return after(SSL_connect(ssl_.get()));
}

TlsStream::Step TlsStream::read(std::span<char> into, std::size_t* bytes) {
    ERR_clear_error();
    *bytes = 0;
    const int returned = SSL_read_ex(ssl_.get(), into.data(), into.size(), bytes);
    const bool closed =
        returned != 1 && SSL_get_error(ssl_.get(), returned) == SSL_ERROR_ZERO_RETURN;
    return closed ? Step::done : after(returned);
}

bool TlsStream::closed() {
    ERR_clear_error();
    char byte = 0;
    std::size_t bytes = 0;
    const int returned = SSL_peek_ex(ssl_.get(), &byte, sizeof byte, &bytes);
    return returned != 1 && SSL_get_error(ssl_.get(), returned) != SSL_ERROR_WANT_READ;
}

TlsStream::Step TlsStream::write(std::string_view from, std::size_t* bytes) {
    ERR_clear_error();
    *bytes = 0;
    return after(SSL_write_ex(ssl_.get(), from.data(), from.size(), bytes));
}

TlsStream::Step TlsStream::after(int returned) {
    if (returned == 1) {
        return Step::done;
    }
    switch (SSL_get_error(ssl_.get(), returned)) {
        case SSL_ERROR_WANT_READ:
            return Step::wants_read;
        case SSL_ERROR_WANT_WRITE:
            return Step::wants_write;
        default:
            problem_ = explain(returned);
            return Step::failed;
    }
}

std::string TlsStream::explain(int returned) const {
    const int system = errno;
    const long verdict = SSL_get_verify_result(ssl_.get());
    if (context_->options().verify && verdict != X509_V_OK) {
        ERR_clear_error();
        const bool named =
            verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH;
        return named ? "its certificate is not for '" + name_ +
                           "'; write the name that it is for, or see --redis-ssl-name"
                     : untrusted(verdict);
    }
    const int reason = ERR_GET_REASON(ERR_peek_error());
    if (SSL_get_error(ssl_.get(), returned) == SSL_ERROR_SYSCALL || reason == 0) {
        return system != 0 ? std::strerror(system) : "connection closed";
    }
    std::string said = "TLS: " + take_reason();
    if (reason == SSL_R_WRONG_VERSION_NUMBER) {
        return said + "; it may not speak TLS: then write redis instead of rediss";
    }
    if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        return "connection closed";
    }
    if (!speaks_of_ours(reason)) {
        return said;
    }
    return said + (context_->options().certificate.empty()
                       ? "; it wants to know who we are: name our certificate by "
                         "--redis-ssl-certificate and --redis-ssl-certificate-key"
                       : "; it does not accept our certificate: see --redis-ssl-certificate");
}

}  // namespace pz::cli
