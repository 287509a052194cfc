// Node: one server and our one connection to it, without the socket. Bytes in, bytes out, and a
// clock.
//
// It connects as soon as it is started, and again whenever its breaker asks for a probe; while it is
// connected and idle it sends a PING each second, which notices a peer that went away without a word
// and measures the way to it. Of several addresses it takes the next after each failure.
//
// The owner's Wire moves the bytes. Everything that fails ends in lost(): all tickets fail, the
// breaker opens. Thread rules: one thread. Lifetime: the network and the observer outlive the node.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "redis/breaker.hpp"
#include "redis/session.hpp"
#include "redis/url.hpp"

namespace pz::redis {

class Node;

// Carries one node's bytes.
class Wire {
  public:
    virtual ~Wire() = default;
    // Begins a connection to where(); how it ends is told later, by Node::opened() or Node::lost().
    // False: it cannot even begin.
    virtual bool open() = 0;
    virtual void close() = 0;
    // The node has output: to be sent before this turn of the event loop ends.
    virtual void flush() = 0;
    // Sends at once what the other side takes at once.
    virtual void drain() = 0;
};

// What the room needs of the world.
class Network {
  public:
    virtual std::uint64_t now_us() = 0;  // never goes back
    virtual std::uint32_t random() = 0;
    // Router::tick() is to be called, not later than this.
    virtual void wake_within(Millis delay) = 0;
    virtual std::unique_ptr<Wire> wire(Node& node) = 0;

  protected:
    ~Network() = default;
};

struct NodeOptions {
    Login login;
    SessionLimits limits = {};
    Millis connect = 1000;  // for connection and handshake
    Millis stall = 400;     // replies are due for so long and nothing came: it is gone
    Millis slow = 20;       // a read that takes longer came too late for its page
};

class Node {
  public:
    class Observer {
      public:
        virtual void on_ready(Node& node) = 0;
        // Before the tickets are told.
        virtual void on_lost(Node& node, std::string_view why) = 0;

      protected:
        ~Observer() = default;
    };
    static constexpr Millis kProbeEvery = 1000;

    // `addresses`: of one server, or of which one will do; never empty.
    Node(std::vector<Endpoint> addresses, const NodeOptions& options, Network& network,
         Observer& observer);
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    // The address in use.
    const Endpoint& where() const { return addresses_[address_]; }
    // Opens the connection, if it is not open. One that stopped may be started again.
    void start();
    // Sends what can be sent and closes it; all tickets fail.
    void stop(std::string_view why);
    // To be called now and then; at the latest when something is due.
    void tick(Millis now);

    bool ready() const { return open_ && session_.ready(); }
    // The first attempt is under way: what is submitted waits for it.
    bool hopeful() const { return open_ && fresh_; }
    bool takes_writes() const { return ready() || hopeful(); }
    bool takes_reads() const { return takes_writes() && breaker_.closed(); }
    bool busy() const { return session_.pending() > 0 || (open_ && !ready()); }
    std::size_t pending() const { return session_.pending(); }
    // In a row, since it was ready.
    unsigned failures() const { return failures_; }
    Breaker::State breaker() const { return breaker_.state(); }
    // Smoothed time from a probe to its answer; 0: none yet.
    std::uint64_t round_trip_us() const { return round_trip_us_; }

    // As Session's.
    Ticket submit(std::string_view commands, unsigned replies, Handler* handler);
    // A read of this node was answered.
    void answered(std::uint64_t after_us);

    // The wire's part.
    void opened() { wire_->flush(); }
    void receive(std::string_view bytes);
    void lost(std::string_view why);
    std::string_view output() const { return session_.output(); }
    void sent(std::size_t bytes) { session_.sent(bytes); }

  private:
    struct Probe final : Handler {
        explicit Probe(Node& of) : node(of) {}
        void on_replies(std::span<const Reply> replies) noexcept override;
        void on_failure(std::string_view why) noexcept override;
        Node& node;
        std::uint64_t began_us = 0;
        bool under_way = false;
    };

    Millis now() { return network_.now_us() / 1000; }
    void connect();
    void probe();
    void probed(std::uint64_t after_us);
    void next_address() { address_ = (address_ + 1) % addresses_.size(); }

    const std::vector<Endpoint> addresses_;
    const NodeOptions options_;
    Network& network_;
    Observer& observer_;
    std::size_t address_ = 0;
    Session session_;
    Breaker breaker_;
    Probe probe_{*this};
    std::unique_ptr<Wire> wire_;
    bool started_ = false, open_ = false;
    bool fresh_ = true;  // nothing has failed yet
    unsigned failures_ = 0;
    Millis progress_ = 0;  // when bytes came last, or began to be due
    Millis probe_at_ = 0;  // the next
    std::uint64_t round_trip_us_ = 0;
};

}  // namespace pz::redis
