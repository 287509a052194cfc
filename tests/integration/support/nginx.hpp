// Nginx: a real nginx with the module, master and workers, in the foreground of a test.
//
// NGINX_BIN, PERSONALIZE_MODULE and PERSONALIZE_PRELOAD (a sanitizer's library, for nginx only) in
// the environment say what is tested. When a test ends, nginx must leave by SIGQUIT in time and its
// log must hold no alert, no emergency and no sanitizer's report, or the test has failed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "integration/support/http_client.hpp"
#include "integration/support/process.hpp"
#include "integration/support/temp_dir.hpp"

namespace pz::test {

// Replaces every "@name@"; throws on a name that is not given.
using Values = std::map<std::string, std::string>;
std::string fill_in(std::string_view text, const Values& values);

class Nginx {
  public:
    struct Options {
        unsigned workers = 1;
        bool with_module = true;
        std::string name = "nginx";  // of its files in the directory
        std::string main = {};       // more directives for the main context
    };

    // `http`: what stands in http{}. @dir@ and @listen@ (a unix socket's path) may be used in it.
    Nginx(const TempDir& dir, std::string_view http) : Nginx(dir, http, Options()) {}
    Nginx(const TempDir& dir, std::string_view http, Options options);
    ~Nginx();
    Nginx(const Nginx&) = delete;
    Nginx& operator=(const Nginx&) = delete;

    const Address& address() const { return address_; }
    HttpClient client() const { return HttpClient(address_); }
    pid_t master() const { return process_.pid(); }
    // Those that take connections.
    std::vector<pid_t> workers() const;
    std::string log() const;
    // Waits until `text` stands in the error log.
    bool logged(std::string_view text, Duration patience = kPatience) const;
    // This test provokes this alert.
    void expect_in_log(std::string text) { expected_.push_back(std::move(text)); }

    // SIGHUP; true when new workers serve and the old ones take no connection any more.
    bool reload(Duration patience = kPatience);
    // SIGQUIT; how long it took, or nothing when it did not end.
    std::optional<Duration> quit(Duration patience = kPatience);
    // Puts another configuration in the file, for the next reload.
    void configure(std::string_view http) const;

    // nginx -t on such a configuration.
    static Outcome check(const TempDir& dir, std::string_view http);

  private:
    void check_log() const;
    bool expected(std::string_view line) const;

    const TempDir& dir_;
    Options options_;
    Address address_;
    Process process_;
    std::vector<std::string> expected_;
};

// Where http{} begins in the configuration file: the line of a directive in `http` is this plus the
// newlines before it.
std::size_t first_http_line(unsigned more_lines = 0);

}  // namespace pz::test
