// CoreCommands: whether all that a server was sent is of the core commands of Redis 6.2, which Valkey
// and KeyDB have, too. By the server's own documentation (COMMAND DOCS, from Redis 7.0 on and in
// Valkey); without it nothing is checked, and that is said.
#pragma once

#include <string>
#include <vector>

#include "integration/support/redis_server.hpp"

namespace pz::test {

class CoreCommands {
  public:
    // Remembers what the server is sent from now on.
    explicit CoreCommands(RedisClient client);
    // Fails the test for each command, and each option of one, that came later than 6.2.
    void check_sent();
    // The same of commands by name, as an ACL writes them: "xadd", "xinfo|stream".
    void check(const std::vector<std::string>& names);

  private:
    bool documented();
    void check_words(const std::vector<std::string>& words);
    RedisReply documentation(const std::string& command);

    RedisClient client_;
};

}  // namespace pz::test
