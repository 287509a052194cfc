#include "integration/support/load.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace pz::test {

namespace {

constexpr std::size_t kMessages = 5;
constexpr Duration kBusyMachine = 3s;

}  // namespace

void print_recovery(std::chrono::steady_clock::time_point began, std::string_view after) {
    const auto took =
        std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
    BOOST_TEST_MESSAGE("recovered " << took.count() << " ms after " << after);
}

Load::Load(const Address& server, unsigned threads, Make make, Check check)
    : server_(server), make_(std::move(make)), check_(std::move(check)) {
    for (unsigned i = 0; i < threads; i++) {
        threads_.emplace_back([this, i, threads] { run(i, threads); });
    }
}

void Load::stop() {
    stop_ = true;
    for (std::thread& thread : threads_) {
        if (thread.joinable()) {
            thread.join();
        }
    }
}

bool Load::more(std::size_t count) const {
    const std::size_t goal = requests_ + count;
    return wait_until([this, goal] { return requests_ >= goal; }, 30s);
}

std::string Load::messages() const {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const std::string& message : messages_) {
        all += message + "\n";
    }
    return all;
}

void Load::check(Duration timeout) {
    stop();
    BOOST_CHECK_MESSAGE(failures_ == 0, failures_ << " of " << requests_ << " wrong:\n"
                                                  << messages());
    BOOST_CHECK_MESSAGE(slowest() <= timeout + kBusyMachine,
                        "a page took " << slowest_ms_ << " ms");
    BOOST_TEST_MESSAGE(requests_ << " requests, slowest " << slowest_ms_ << " ms");
}

void Load::run(unsigned thread, unsigned threads) {
    HttpClient client(server_);
    for (std::size_t number = thread; !stop_; number += threads) {
        Request request = make_(number);
        // Every other thread opens a connection for each request.
        request.close = request.close || thread % 2 == 1;
        const auto begin = std::chrono::steady_clock::now();
        const Response response = client.fetch(request);
        const auto took =
            std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin).count();
        long slowest = slowest_ms_;
        while (took > slowest && !slowest_ms_.compare_exchange_weak(slowest, took)) {
        }
        const std::string wrong = check_(request, response);
        if (!wrong.empty()) {
            failures_++;
            const std::lock_guard lock(mutex_);
            if (messages_.size() < kMessages) {
                messages_.push_back(request.path + ": " + wrong);
            }
        }
        requests_++;
    }
}

}  // namespace pz::test
