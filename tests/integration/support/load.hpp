// Load: visitors who ask for pages all the time, in threads, while a test breaks things.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "integration/support/http_client.hpp"

namespace pz::test {

// Since `began`, in the test's messages.
void print_recovery(std::chrono::steady_clock::time_point began, std::string_view after);

class Load {
  public:
    // Empty when the response is right, or what is wrong with it.
    using Check = std::function<std::string(const Request&, const Response&)>;
    using Make = std::function<Request(std::size_t number)>;

    Load(const Address& server, unsigned threads, Make make, Check check);
    ~Load() { stop(); }

    void stop();
    std::size_t requests() const { return requests_; }
    // Waits for so many more responses.
    bool more(std::size_t count) const;
    std::size_t failures() const { return failures_; }
    // The first ones, for the test's message.
    std::string messages() const;
    // Stops. Every response was right, and none later than `timeout`, the location's, and what a busy
    // machine takes on top.
    void check(Duration timeout);
    std::chrono::milliseconds slowest() const { return std::chrono::milliseconds(slowest_ms_); }

  private:
    void run(unsigned thread, unsigned threads);

    Address server_;
    Make make_;
    Check check_;
    std::atomic<bool> stop_{false};
    std::atomic<std::size_t> requests_{0}, failures_{0};
    std::atomic<long> slowest_ms_{0};
    mutable std::mutex mutex_;
    std::vector<std::string> messages_;
    std::vector<std::thread> threads_;
};

}  // namespace pz::test
