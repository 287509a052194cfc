// Servers of a cluster that answer nonsense: every call ends once, in its time, and nothing that is
// owed is forgotten. The input is cut into pieces; each goes to one of the connections that are
// open, or lets time pass.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "redis/commands.hpp"
#include "redis/router.hpp"

using namespace pz::redis;

namespace {

struct World final : Network, Router::Listener {
    struct TestWire final : Wire {
        TestWire(World& of, Node& by) : world(of), node(by) { world.wires.push_back(this); }
        ~TestWire() override { std::erase(world.wires, this); }
        bool open() override { return is_open = true; }
        void close() override { is_open = false; }
        void flush() override {}
        void drain() override {}
        World& world;
        Node& node;
        bool is_open = false;
    };

    std::uint64_t now_us() override { return clock_us; }
    std::uint32_t random() override { return 1; }
    void wake_within(Millis) override {}
    std::unique_ptr<Wire> wire(Node& node) override {
        return std::make_unique<TestWire>(*this, node);
    }
    void on_node_ready(const Endpoint&, unsigned) override {}
    void on_node_lost(const Endpoint&, std::string_view, unsigned) override {}
    void on_layout_failed(std::string_view) override {}
    void on_redirect() override {}

    std::uint64_t clock_us = 1'000'000;
    std::vector<TestWire*> wires;
};

struct Counting final : Handler {
    void on_replies(std::span<const Reply> replies) noexcept override {
        if (replies.size() != 2) {
            std::abort();
        }
        ++ended;
    }
    void on_failure(std::string_view) noexcept override { ++ended; }
    int ended = 0;
};

constexpr std::string_view kUrls[] = {
    "redis+cluster://s:1,t:2", "redis+sentinel://s:1/m?replicas=on", "redis://s:1?replicas=on"};
// What a piece may begin with, so that the fuzzer need not find all of a handshake.
constexpr std::string_view kWords[] = {"+OK\r\n",
                                       "+PONG\r\n",
                                       "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n",
                                       "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$1\r\na\r\n:1\r\n",
                                       "*2\r\n$1\r\na\r\n$1\r\n1\r\n",
                                       "-MOVED 5061 b:1\r\n",
                                       "-ASK 5061 c:1\r\n",
                                       "-TRYAGAIN\r\n"};

void play(Router& router, World& world, std::string_view input) {
    while (!input.empty()) {
        const auto what = static_cast<unsigned char>(input.front());
        input.remove_prefix(1);
        if (what >= 224) {
            world.clock_us += (what - 223) * 10'000ULL;
            router.tick();
            continue;
        }
        std::string bytes(what < 128 ? kWords[what % std::size(kWords)] : std::string_view());
        if (what >= 128) {
            bytes = input.substr(0, what - 127);
            input.remove_prefix(bytes.size());
        }
        if (!world.wires.empty()) {
            World::TestWire* const wire = world.wires[what / 8 % world.wires.size()];
            if (wire->is_open) {
                wire->node.sent(wire->node.output().size());
                wire->node.receive(bytes);
            }
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    static std::vector<RecentWrites::Cell> recent(RecentWrites::kCells);
    World world;
    Counting calls;
    int begun = 0;
    RouterOptions options;
    options.url = *parse_url(kUrls[data[0] % std::size(kUrls)]);
    Router router(options, world, world, recent);
    router.start();
    std::string commands;
    append_command(commands, {"LRANGE", "bar"});
    append_command(commands, {"HGETALL", "bar"});
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    for (std::size_t at = 0; at < input.size(); at += 16) {
        begun += router.read("bar", commands, 2, &calls) != 0 ? 1 : 0;
        begun += router.write("bar", commands, 2, &calls) != 0 ? 1 : 0;
        play(router, world, input.substr(at, 16));
    }
    world.clock_us += (router.patience() + 1) * 1000;
    router.tick();
    if (calls.ended != begun) {
        std::abort();
    }
    return 0;
}
