#include "redis/router.hpp"

#include <algorithm>
#include <utility>

#include "redis/commands.hpp"

namespace pz::redis {

namespace {

constexpr std::size_t kMaxServers = 512;
constexpr Millis kBusyTick = 10;
constexpr Millis kIdleTick = 250;
// How often the layout is asked for: when nothing is known to have changed, and when something may.
constexpr Millis kAskWatched = 1000;
constexpr Millis kAskCluster = 10000;
constexpr Millis kAskSoon = 100;

Millis usual_interval(Url::Kind kind) {
    return kind == Url::Kind::cluster ? kAskCluster : kAskWatched;
}

}  // namespace

Router::Router(const RouterOptions& options, Network& network, Listener& listener,
               std::span<RecentWrites::Cell> recent)
    : options_(options), network_(network), listener_(listener), recent_(recent) {
    if (options_.url.kind != Url::Kind::server) {
        NodeOptions node = options_.node;
        node.login = options_.url.kind == Url::Kind::cluster ? options_.url.login
                                                             : options_.url.sentinel_login;
        seed_ = std::make_unique<Node>(options_.url.seeds, node, network_,
                                       static_cast<Node::Observer&>(*this));
    }
}

Router::~Router() {
    stop();
}

void Router::start() {
    if (seed_ != nullptr) {
        seed_->start();
    } else {
        apply(Layout(Shard{.primary = options_.url.seeds.front()}));
    }
    network_.wake_within(kBusyTick);
}

void Router::stop() {
    stopped_ = true;
    for (const auto& call : calls_) {
        call->user = nullptr;
    }
    if (seed_ != nullptr) {
        seed_->stop("shutting down");
    }
    for (const auto& [place, server] : servers_) {
        server.node->stop("shutting down");
    }
    for (const auto& node : leaving_) {
        node->stop("shutting down");
    }
}

void Router::tick() {
    if (stopped_) {
        return;
    }
    if (next_layout_) {
        apply(*std::exchange(next_layout_, std::nullopt));
    }
    const Millis now_ms = now();
    tick_nodes(now_ms);
    dismiss();
    if (discovers()) {
        tend_seed();
        if (now_ms >= ask_at_ && !question_.out) {
            discover();
        }
    }
    if (options_.url.replicas) {
        choose_nearest();
    }
    run_paused();
    run_deadlines();
    network_.wake_within(busy() ? kBusyTick : kIdleTick);
}

void Router::tick_nodes(Millis now_ms) {
    for (const auto& [place, server] : servers_) {
        server.node->tick(now_ms);
    }
    for (const auto& node : leaving_) {
        node->tick(now_ms);
    }
    if (seed_ != nullptr) {
        seed_->tick(now_ms);
    }
}

bool Router::busy() const {
    return question_.out || !paused_.empty() || !deadlines_.empty() || !leaving_.empty() ||
           !ready();
}

// Those that hold nothing any more leave when they have answered.
void Router::dismiss() {
    std::erase_if(leaving_, [](const std::unique_ptr<Node>& node) {
        const bool may_answer = node->pending() > 0 && node->takes_writes();
        if (!may_answer) {
            node->stop("the server has left");
        }
        return !may_answer;
    });
}

bool Router::ready() const {
    if (!layout_) {
        return false;
    }
    return std::all_of(members_.begin(), members_.end(), [](const Members& members) {
        return members.primary != nullptr && members.primary->ready() &&
               members.primary->breaker() == Breaker::State::closed;
    });
}

std::vector<Router::NodeState> Router::nodes() const {
    std::vector<NodeState> states;
    for (const auto& [place, server] : servers_) {
        const Node& node = *server.node;
        const bool primary =
            std::any_of(members_.begin(), members_.end(),
                        [&](const Members& members) { return members.primary == &node; });
        states.push_back({node.where().name(), primary, node.ready(), node.breaker(),
                          node.round_trip_us(), node.pending()});
    }
    return states;
}

bool Router::discovers() const {
    return options_.url.kind != Url::Kind::server || options_.url.replicas;
}

// In a cluster the seed is left alone while others can be asked.
void Router::tend_seed() {
    if (std::exchange(bad_seed_, false)) {
        seed_->lost("it does not know where the data are");
    }
    if (options_.url.kind != Url::Kind::cluster) {
        return;
    }
    const bool needed = std::none_of(servers_.begin(), servers_.end(), [](const auto& entry) {
        return entry.second.node->takes_writes();
    });
    if (needed) {
        seed_->start();
    } else if (seed_->pending() == 0) {
        seed_->stop("others know more");
    }
}

void Router::discover() {
    Node* const node = whom_to_ask();
    const Millis now_ms = now();
    ask_at_ = now_ms + kAskSoon;
    if (node != nullptr) {
        asked_at_ = now_ms;
        ask(*node);
    }
}

Node* Router::whom_to_ask() {
    std::vector<Node*> ready;
    if (options_.url.kind != Url::Kind::sentinel) {
        for (const auto& [place, server] : servers_) {
            const bool may = options_.url.kind == Url::Kind::cluster ||
                             server.node.get() == members_.front().primary;
            if (may && server.node->ready()) {
                ready.push_back(server.node.get());
            }
        }
    }
    if (!ready.empty()) {
        return ready[network_.random() % ready.size()];
    }
    return seed_ != nullptr && seed_->ready() ? seed_.get() : nullptr;
}

void Router::ask(Node& node) {
    const Url& url = options_.url;
    std::string commands;
    unsigned replies = 0;
    if (url.kind == Url::Kind::cluster) {
        replies = append_command(commands, {"CLUSTER", "SLOTS"});
    } else if (url.kind == Url::Kind::server) {
        replies = append_command(commands, {"ROLE"});
    } else {
        replies = append_command(commands, {"SENTINEL", "GET-MASTER-ADDR-BY-NAME", url.master});
        if (url.replicas) {
            replies += append_command(commands, {"SENTINEL", "REPLICAS", url.master});
        }
    }
    question_.asked = node.where();
    question_.of_seed = &node == seed_.get();
    question_.out = node.submit(commands, replies, &question_) != 0;
}

Result<Layout> Router::read_answer(std::span<const Reply> replies) const {
    switch (options_.url.kind) {
        case Url::Kind::cluster:
            return read_cluster_slots(replies[0], question_.asked);
        case Url::Kind::sentinel:
            return read_sentinel(replies[0], replies.size() > 1 ? &replies[1] : nullptr);
        case Url::Kind::server:
            break;
    }
    return read_role(replies[0], options_.url.seeds.front());
}

void Router::Question::on_replies(std::span<const Reply> replies) noexcept {
    out = false;
    router.take_answer(router.read_answer(replies));
}

void Router::Question::on_failure(std::string_view) noexcept {
    out = false;
}

// Within a node's receive(): what follows from it waits for the tick.
void Router::take_answer(Result<Layout> layout) {
    if (layout.ok()) {
        next_layout_ = std::move(*layout);
        ask_at_ = now() + usual_interval(options_.url.kind);
    } else {
        listener_.on_layout_failed(layout.message());
        bad_seed_ = question_.of_seed;
        hopeful_ = false;
    }
    network_.wake_within(0);
}

void Router::refresh_soon() {
    ask_at_ = std::min(ask_at_, std::max(now(), asked_at_ + kAskSoon));
}

void Router::apply(Layout layout) {
    const Millis now_ms = now();
    for (auto& [place, server] : servers_) {
        server.wanted = server.named_until > now_ms;
    }
    const std::vector<Members> before = std::exchange(members_, {});
    for (const Shard& shard : layout.shards) {
        members_.push_back(members_of(shard));
        keep_nearest(before, members_.back());
    }
    layout_ = std::move(layout);
    for (auto entry = servers_.begin(); entry != servers_.end();) {
        const auto next = std::next(entry);
        if (!entry->second.wanted) {
            leaving_.push_back(std::move(entry->second.node));
            servers_.erase(entry);
        }
        entry = next;
    }
    network_.wake_within(kBusyTick);
}

Router::Members Router::members_of(const Shard& shard) {
    Members members{.primary = server(shard.primary, true)};
    if (members.primary != nullptr) {
        members.all.push_back(members.primary);
    }
    for (const Endpoint& replica : shard.replicas) {
        Node* const node = options_.url.replicas ? server(replica, false) : nullptr;
        if (node != nullptr) {
            members.all.push_back(node);
        }
    }
    return members;
}

void Router::keep_nearest(const std::vector<Members>& before, Members& members) {
    for (const Members& old : before) {
        const auto all = members.all;
        if (old.primary == members.primary &&
            std::find(all.begin(), all.end(), old.nearest) != all.end()) {
            members.nearest = old.nearest;
        }
    }
}

// One address among several hosts, and what Sentinels call the primary, must be one.
bool Router::checks_role() const {
    const Url& url = options_.url;
    return url.kind == Url::Kind::sentinel ||
           (url.kind == Url::Kind::server && (url.seeds.size() > 1 || url.replicas));
}

// nullptr: too many.
Node* Router::server(const Endpoint& where, bool primary, Millis named_until) {
    const Url& url = options_.url;
    const Place place(where, primary && checks_role());
    if (servers_.size() >= kMaxServers && !servers_.contains(place)) {
        return nullptr;
    }
    Server& server = servers_[place];
    server.wanted = true;
    server.named_until = std::max(server.named_until, named_until);
    if (server.node == nullptr) {
        NodeOptions node = options_.node;
        node.login = url.login;
        node.login.primary = primary && checks_role();
        node.login.read_only = url.kind == Url::Kind::cluster && url.replicas;
        const bool by_seeds = url.kind == Url::Kind::server && primary;
        server.node = std::make_unique<Node>(by_seeds ? url.seeds : std::vector<Endpoint>{where},
                                             node, network_, static_cast<Node::Observer&>(*this));
        server.node->start();
    }
    return server.node.get();
}

// What one server says of one slot, until all is asked for anew.
void Router::moved(Slot slot, const Endpoint& where, Node& target) {
    const auto known = std::find_if(members_.begin(), members_.end(), [&](const Members& members) {
        return members.primary == &target;
    });
    const auto shard = static_cast<std::size_t>(known - members_.begin());
    if (!layout_ || shard >= Layout::kMaxShards) {
        return;
    }
    if (known == members_.end()) {
        layout_->shards.push_back({.primary = where});
        members_.push_back({.primary = &target, .all = {&target}});
    }
    layout_->shard_of[slot] = static_cast<std::uint16_t>(shard);
}

// The present one is left for one that is clearly nearer only.
void Router::choose_nearest() {
    constexpr std::uint64_t kMargin = 100;  // microseconds, and a quarter
    for (Members& members : members_) {
        Node* best = nullptr;
        bool present = false;
        for (Node* node : members.all) {
            if (!node->ready() || !node->takes_reads() || node->round_trip_us() == 0) {
                continue;
            }
            present = present || node == members.nearest;
            if (best == nullptr || node->round_trip_us() < best->round_trip_us()) {
                best = node;
            }
        }
        const bool clear =
            present && best->round_trip_us() * 5 / 4 + kMargin < members.nearest->round_trip_us();
        members.nearest = present && !clear ? members.nearest : best;
    }
}

void Router::on_ready(Node& node) {
    if (&node != seed_.get()) {
        listener_.on_node_ready(node.where(), node.failures());
    }
    if (!layout_) {
        ask_at_ = 0;
    }
    network_.wake_within(0);
}

void Router::on_lost(Node& node, std::string_view why) {
    listener_.on_node_lost(node.where(), why, node.failures());
    if (&node == seed_.get() && ++seed_failures_ >= options_.url.seeds.size()) {
        hopeful_ = false;
    }
    refresh_soon();
}

}  // namespace pz::redis
