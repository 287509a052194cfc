// Tls: TLS 1.2 and 1.3 over a connected socket, through OpenSSL. Blocking is the owner's: each step
// says what it waits for.
//
// Errors are for a person: they say what is wrong with whose certificate and which option mends it,
// but not which server it is; the owner knows. Thread rules: one thread. Lifetime: the socket
// outlives the stream.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cli/redis_access.hpp"
#include "store/status.hpp"

namespace pz::cli {

// Whom we trust and what we show, read from the files once.
class TlsContext {
  public:
    // The error names option and file.
    static Result<std::shared_ptr<const TlsContext>> load(const RedisTls& options);

    SSL_CTX* get() const { return context_.get(); }
    const RedisTls& options() const { return options_; }

  private:
    struct Free {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };
    explicit TlsContext(const RedisTls& options)
        : options_(options), context_(SSL_CTX_new(TLS_client_method())) {}
    Status trust() const;
    Status show() const;

    RedisTls options_;
    std::unique_ptr<SSL_CTX, Free> context_;
};

class TlsStream {
  public:
    enum class Step { done, wants_read, wants_write, failed };

    // `host`: as it is written in the URL, or as the cluster or the Sentinels name it.
    static Result<TlsStream> begin(std::shared_ptr<const TlsContext> context, int socket,
                                   const std::string& host);

    // done: the server is who it should be.
    Step shake_hands();
    // `bytes`: how many were moved, when done; 0 of read(): the server has closed.
    Step read(std::span<char> into, std::size_t* bytes);
    Step write(std::string_view from, std::size_t* bytes);
    // Whether the server has said so, as far as bytes have come; what it sent stays to be read.
    bool closed();
    // Why the last step failed.
    const std::string& problem() const { return problem_; }

  private:
    struct Free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };
    TlsStream(std::shared_ptr<const TlsContext> context, SSL* ssl)
        : context_(std::move(context)), ssl_(ssl) {}
    Status expect(const std::string& name);
    Step after(int returned);
    std::string explain(int returned) const;

    std::shared_ptr<const TlsContext> context_;
    std::unique_ptr<SSL, Free> ssl_;
    std::string name_;  // that the certificate must be for
    std::string problem_;
};

}  // namespace pz::cli
