// A router whose servers are a table of strings: each connection shows what was sent and takes what
// is answered; the clock stands until it is moved.
#pragma once

#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "redis/commands.hpp"
#include "redis/router.hpp"
#include "unit/redis/session_fixture.hpp"

namespace pz::redis {

// RESP of a command, as the server receives it.
inline std::string command(std::initializer_list<std::string_view> words) {
    std::string bytes;
    append_command(bytes, words);
    return bytes;
}

struct World final : Network, Router::Listener {
    struct TestWire final : Wire {
        TestWire(World& of, Node& by) : world(of), node(by) { world.wires.push_back(this); }
        ~TestWire() override { std::erase(world.wires, this); }
        bool open() override {
            is_open = true;
            world.opened.push_back(node.where().name());
            return !world.refuses;
        }
        void close() override { is_open = false; }
        void flush() override {}
        void drain() override {}
        World& world;
        Node& node;
        bool is_open = false;
    };

    std::uint64_t now_us() override { return clock_us; }
    std::uint32_t random() override { return random_value; }
    void wake_within(Millis) override {}
    std::unique_ptr<Wire> wire(Node& node) override {
        return std::make_unique<TestWire>(*this, node);
    }
    void on_node_ready(const Endpoint& where, unsigned) override {
        log += where.name() + " ready;";
    }
    void on_node_lost(const Endpoint& where, std::string_view why, unsigned) override {
        log += where.name() + " lost: " + std::string(why) + ";";
    }
    void on_layout_failed(std::string_view why) override {
        log += "layout: " + std::string(why) + ";";
    }
    void on_redirect() override { ++redirects; }

    std::uint64_t clock_us = 1'000'000'000;
    std::uint32_t random_value = 0;
    bool refuses = false;
    unsigned redirects = 0;
    std::string log;
    std::vector<TestWire*> wires;
    std::vector<std::string> opened;
};

struct RouterFixture {
    World world;
    std::vector<RecentWrites::Cell> cells;
    std::unique_ptr<Router> router;
    Recorder one, two, three;

    void make(std::string_view url) {
        cells = std::vector<RecentWrites::Cell>(RecentWrites::kCells);
        RouterOptions options;
        options.url = *parse_url(url);
        router = std::make_unique<Router>(options, world, world, cells);
        router->start();
        router->tick();
    }

    void pass(Millis time) {
        world.clock_us += time * 1000;
        router->tick();
    }

    // The open connection to "host:port"; of several the newest.
    World::TestWire* find(std::string_view name) {
        World::TestWire* found = nullptr;
        for (World::TestWire* wire : world.wires) {
            found = wire->is_open && wire->node.where().name() == name ? wire : found;
        }
        return found;
    }
    Node& at(std::string_view name) {
        World::TestWire* wire = find(name);
        BOOST_REQUIRE_MESSAGE(wire != nullptr, "no connection to " << name);
        return wire->node;
    }
    // What was sent there since it was asked last.
    std::string sent(std::string_view name) {
        Node& node = at(name);
        std::string bytes(node.output());
        node.sent(bytes.size());
        return bytes;
    }
    void answer(std::string_view name, std::string_view bytes) { at(name).receive(bytes); }
    // Answers what was sent there: PING and the like as a server does, all else with `reply`.
    void serve(std::string_view name, std::string_view reply) {
        const std::string asked = sent(name);
        std::string replies;
        for (std::size_t at = 0; at < asked.size();) {
            const std::size_t size = command_size(std::string_view(asked).substr(at));
            const std::string one_command = asked.substr(at, size);
            at += size;
            if (one_command == command({"ROLE"})) {
                replies += "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n";
            } else if (one_command == command({"CLUSTER", "SLOTS"})) {
                replies += three_shards();
            } else {
                replies += one_command == command({"PING"}) ? "+PONG\r\n" : reply;
            }
        }
        answer(name, replies);
    }
    // Answers the handshake.
    void greet(std::string_view name) { serve(name, "+OK\r\n"); }
    // Ticks until probes are answered, so that only calls are seen.
    void settle(std::string_view name) {
        router->tick();
        if (sent(name) == command({"PING"})) {
            answer(name, "+PONG\r\n");
        }
    }

    // Three primaries with a third of the slots each: a:1, b:1, c:1.
    static std::string three_shards() {
        return "*3\r\n*3\r\n:0\r\n:5460\r\n*3\r\n$1\r\na\r\n:1\r\n$1\r\nx\r\n"
               "*3\r\n:5461\r\n:10922\r\n*3\r\n$1\r\nb\r\n:1\r\n$1\r\ny\r\n"
               "*3\r\n:10923\r\n:16383\r\n*3\r\n$1\r\nc\r\n:1\r\n$1\r\nz\r\n";
    }
    void make_cluster() {
        make("redis+cluster://seed:1");
        greet("seed:1");
        router->tick();
        BOOST_REQUIRE(sent("seed:1").ends_with(command({"CLUSTER", "SLOTS"})));
        answer("seed:1", "+PONG\r\n" + three_shards());
        router->tick();
        for (const std::string_view name : {"a:1", "b:1", "c:1"}) {
            greet(name);
            settle(name);
        }
        BOOST_REQUIRE(router->ready());
    }
};

}  // namespace pz::redis
