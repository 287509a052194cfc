// A Redis server that answers nonsense: the same bytes in one piece and in pieces must bring the
// same replies, and every ticket's handler is called exactly once.
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

std::string run(std::string_view bytes, std::size_t piece) {
    const SessionLimits limits{.max_reply = 4096, .max_elements = 256};
    Session session(limits);
    session.connected({});
    if (!session.receive("+PONG\r\n").ok()) {
        std::abort();
    }
    Recorder recorders[4];
    for (unsigned i = 0; i < 4; ++i) {
        if (session.submit("x", i + 1, &recorders[i]) == 0) {
            std::abort();
        }
    }
    while (!bytes.empty() && session.receive(bytes.substr(0, piece)).ok()) {
        bytes.remove_prefix(std::min(piece, bytes.size()));
    }
    session.fail("over");
    std::string log;
    for (const Recorder& recorder : recorders) {
        if (recorder.calls != 1) {
            std::abort();
        }
        log += recorder.log + "|";
    }
    return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t piece = data[0] % 17 + 1;
    if (run(bytes, bytes.size() + 1) != run(bytes, piece)) {
        std::abort();
    }
    return 0;
}
