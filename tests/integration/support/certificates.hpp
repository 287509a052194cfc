// Certificates of a test's own, and a Redis behind TLS that shows one of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "integration/support/socket.hpp"
#include "integration/support/temp_dir.hpp"
#include "integration/support/topology.hpp"

namespace pz::test {

// ca.pem, the authority; server.crt and .key for 127.0.0.1 and "redis.test"; client.crt and .key for
// us; other.pem, another authority.
class Certificates {
  public:
    explicit Certificates(const TempDir& dir);

  private:
    void openssl(const std::string& words) const;
    void make(const std::string& name, const std::string& words) const;
    void sign(const std::string& name, const std::string& extension) const;

    const TempDir& dir_;
};

// Words of redis-server's command line.
std::vector<std::string> tls_words(const TempDir& dir, const std::string& port);

struct SecureRedis {
    explicit SecureRedis(const std::vector<std::string>& more = {});

    TempDir dir;
    Certificates certificates{dir};
    unsigned port = free_port();
    RedisNode node;  // without TLS on its own port

    std::string url() const { return "rediss://127.0.0.1:" + std::to_string(port); }
};

}  // namespace pz::test
