// A Redis server that answers nonsense: the same bytes in one piece and in pieces must bring the
// same replies, and every ticket's handler is called exactly once. With narrow limits each ticket has
// the same replies as with wide ones, or fails alone.
#include <array>
#include <cstdlib>
#include <string>

#include "redis/session.hpp"

using namespace pz::redis;

namespace {

void write(const Reply& reply, std::string& log) {
    log += static_cast<char>('a' + static_cast<int>(reply.type));
    log += std::to_string(reply.integer);
    log += reply.text;
    for (const Reply& element : reply.elements) {
        write(element, log);
    }
    log += ';';
}

struct Recorder : Handler {
    std::string log;
    int calls = 0;

    void on_replies(std::span<const Reply> replies) noexcept override {
        ++calls;
        for (const Reply& reply : replies) {
            write(reply, log);
        }
    }
    void on_failure(std::string_view) noexcept override {
        ++calls;
        log += "failed";
    }
};

constexpr std::size_t kTickets = 4;
constexpr SessionLimits kWide{.max_reply = 1024 * 1024, .max_elements = 65536};
constexpr SessionLimits kNarrow{.max_reply = 64, .max_elements = 8};

using Logs = std::array<std::string, kTickets>;

Logs run(std::string_view bytes, std::size_t piece, const SessionLimits& limits) {
    Session session(limits);
    session.connected({});
    if (!session.receive("+PONG\r\n").ok()) {
        std::abort();
    }
    Recorder recorders[kTickets];
    for (unsigned i = 0; i < kTickets; ++i) {
        if (session.submit("x", i + 1, &recorders[i]) == 0) {
            std::abort();
        }
    }
    while (!bytes.empty() && session.receive(bytes.substr(0, piece)).ok()) {
        bytes.remove_prefix(std::min(piece, bytes.size()));
    }
    session.fail("over");
    Logs logs;
    for (std::size_t i = 0; i < kTickets; ++i) {
        if (recorders[i].calls != 1) {
            std::abort();
        }
        logs[i] = recorders[i].log;
    }
    return logs;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t piece = data[0] % 17 + 1;
    const Logs wide = run(bytes, bytes.size() + 1, kWide);
    const Logs narrow = run(bytes, bytes.size() + 1, kNarrow);
    if (run(bytes, piece, kWide) != wide || run(bytes, piece, kNarrow) != narrow) {
        std::abort();
    }
    for (std::size_t i = 0; i < kTickets; ++i) {
        if (narrow[i] != wide[i] && narrow[i] != "failed") {
            std::abort();
        }
    }
    return 0;
}
