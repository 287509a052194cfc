// Router: the one way to Redis, whatever it consists of: a server, a primary with replicas, what
// Sentinels watch over, a cluster. No sockets: it owns Nodes, which own Sessions.
//
// It finds out who holds which slot (Layout), keeps one connection to each server it needs, sends
// each call to the right one and follows MOVED, ASK, TRYAGAIN and a change of the primary within the
// call's time. What cannot be answered fails at once: no layout, no connection, a full queue. A call
// whose commands may have been carried out is never sent twice, except a read.
//
// Calls end in time without a timer each: all have the same patience, so that their deadlines stand
// in a queue, and tick() looks at its front.
//
// Thread rules: one thread. Handlers may call read(), write() and cancel(), nothing else. Lifetime:
// handlers must be cancelled before they die.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "redis/call.hpp"
#include "redis/layout.hpp"
#include "redis/node.hpp"
#include "redis/recent_writes.hpp"
#include "redis/slots.hpp"
#include "redis/url.hpp"

namespace pz::redis {

struct RouterOptions {
    Url url;
    NodeOptions node = {};
    // A visitor who wrote is read from the primary for so long, when replicas are read at all.
    Millis own_writes = 2000;
    std::size_t max_calls = 16384;
};

class Router final : private Call::Owner, private Node::Observer {
  public:
    // Told of what people want to know.
    class Listener {
      public:
        // `failures`: in a row, of this server; before it was ready, with this one.
        virtual void on_node_ready(const Endpoint& where, unsigned failures) = 0;
        virtual void on_node_lost(const Endpoint& where, std::string_view why,
                                  unsigned failures) = 0;
        // The servers could not be found out about.
        virtual void on_layout_failed(std::string_view why) = 0;
        virtual void on_redirect() = 0;

      protected:
        ~Listener() = default;
    };

    // What personalize_status shows.
    struct NodeState {
        std::string name;
        bool primary, ready;
        Breaker::State breaker;
        std::uint64_t round_trip_us;
        std::size_t pending;
    };

    // `recent`: needed when replicas are read.
    Router(const RouterOptions& options, Network& network, Listener& listener,
           std::span<RecentWrites::Cell> recent);
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    void start();
    // Closes all connections; pending calls are not answered any more.
    void stop();
    void tick();

    // `commands`: RESP bytes on keys of the slot of `key`, that bring `replies` replies. 0: it
    // failed at once, and the handler is not called.
    Ticket read(std::string_view key, std::string_view commands, unsigned replies,
                Handler* handler);
    Ticket write(std::string_view key, std::string_view commands, unsigned replies,
                 Handler* handler);
    // The handler is not called; a write goes on.
    void cancel(Ticket ticket);
    // Where a key lies; 0 where all lie together.
    Slot slot(std::string_view key) const { return divided() ? slot_of(key) : Slot{0}; }
    // Whether slots may lie on different servers.
    bool divided() const { return options_.url.kind == Url::Kind::cluster; }
    // Whether a write() to the slot would not fail at once, as things stand.
    bool takes_writes(Slot slot) const;
    // When every call has been answered or has failed.
    Millis patience() const { return 2 * options_.node.stall + options_.node.connect; }
    // All slots have a primary, and it answers.
    bool ready() const;
    std::vector<NodeState> nodes() const;

  private:
    struct Server {
        std::unique_ptr<Node> node;
        bool wanted = true;      // stands in the layout, or is kept
        Millis named_until = 0;  // by a redirect; it may be on its way into the layout
    };
    struct Members {              // of a shard
        Node* primary = nullptr;  // nullptr: one server too many
        std::vector<Node*> all;
        Node* nearest = nullptr;
    };
    // The answer to a question about the layout.
    struct Question final : Handler {
        explicit Question(Router& of) : router(of) {}
        void on_replies(std::span<const Reply> replies) noexcept override;
        void on_failure(std::string_view why) noexcept override;
        Router& router;
        Endpoint asked;
        bool of_seed = false, out = false;
    };
    using Place = std::pair<Endpoint, bool>;  // of a server: where, and whether as the primary

    void on_call_replies(Call& call, std::span<const Reply> replies) noexcept override;
    void on_call_failure(Call& call, std::string_view why) noexcept override;
    void on_ready(Node& node) override;
    void on_lost(Node& node, std::string_view why) override;

    // Calls (router_calls.cpp).
    Ticket submit(std::string_view key, std::string_view commands, unsigned replies,
                  Handler* handler, bool is_read, bool near);
    Call* allot();
    void free(Call& call);
    void finish(Call& call, std::span<const Reply> replies);
    void fail(Call& call, std::string_view why);
    bool dispatch(Call& call);
    bool send(Call& call, Node& node, bool asking);
    const Members* members_of(Slot slot) const;
    Node* choose(const Call& call);
    bool may_wait(const Call& call) const;
    void follow(Call& call, const Endpoint& from);
    void send_on(Call& call, const Endpoint& from);
    void pause(Call& call);
    void run_paused();
    void resume(Call& call);
    void run_deadlines();
    void expire(Call& call);
    bool undiscovered() const { return !layout_ && hopeful_; }

    // Layout (router.cpp).
    bool discovers() const;
    void discover();
    Node* whom_to_ask();
    void ask(Node& node);
    Result<Layout> read_answer(std::span<const Reply> replies) const;
    void take_answer(Result<Layout> layout);
    void refresh_soon();
    void apply(Layout layout);
    Members members_of(const Shard& shard);
    static void keep_nearest(const std::vector<Members>& before, Members& members);
    Node* server(const Endpoint& where, bool primary, Millis named_until = 0);
    bool checks_role() const;
    void moved(Slot slot, const Endpoint& where, Node& target);
    void tick_nodes(Millis now_ms);
    void tend_seed();
    void dismiss();
    void choose_nearest();
    bool busy() const;
    Millis now() { return network_.now_us() / 1000; }

    const RouterOptions options_;
    Network& network_;
    Listener& listener_;
    RecentWrites recent_;

    std::optional<Layout> layout_, next_layout_;
    std::vector<Members> members_;  // of the layout's shards
    std::map<Place, Server> servers_;
    std::unique_ptr<Node> seed_;  // who is asked when nobody else can be
    std::vector<std::unique_ptr<Node>> leaving_;
    Question question_{*this};
    bool hopeful_ = true;    // the first question may still be answered
    bool bad_seed_ = false;  // it answered nonsense
    unsigned seed_failures_ = 0;
    bool stopped_ = false;
    Millis ask_at_ = 0, asked_at_ = 0;

    std::vector<std::unique_ptr<Call>> calls_;
    std::vector<std::uint32_t> free_;
    std::vector<Ticket> paused_;
    std::deque<std::pair<Millis, Ticket>> deadlines_;
    Ticket serial_ = 0;
};

}  // namespace pz::redis
