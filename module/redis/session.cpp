#include "redis/session.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "redis/commands.hpp"
#include "redis/log_text.hpp"
#include "redis/reply_reader.hpp"

namespace pz::redis {

namespace {

// Sent bytes that may stay in front of the output before it is moved up.
constexpr std::size_t kSentSlack = 64 * 1024;
// Room for output that is kept when it has become empty.
constexpr std::size_t kKeptOutput = 256 * 1024;
constexpr std::size_t kFirstQueue = 64;

struct Pending {
    Handler* handler = nullptr;  // null: the replies are discarded
    unsigned replies = 0;
};

// The tickets whose replies are due, oldest first. Ticket numbers run on without gaps, so a
// ticket's place follows from its number.
class Queue {
  public:
    std::size_t size() const { return size_; }
    Pending& front() { return places_[place(first_)]; }

    Ticket push(const Pending& pending) {
        if (size_ == places_.size()) {
            grow();
        }
        const Ticket ticket = first_ + size_++;
        places_[place(ticket)] = pending;
        return ticket;
    }

    Pending pop() {
        const Pending pending = front();
        ++first_;
        --size_;
        return pending;
    }

    Pending* find(Ticket ticket) {
        return ticket >= first_ && ticket - first_ < size_ ? &places_[place(ticket)] : nullptr;
    }

  private:
    std::size_t place(Ticket ticket) const { return ticket & (places_.size() - 1); }

    void grow() {
        std::vector<Pending> places(std::max(kFirstQueue, places_.size() * 2));
        for (std::size_t i = 0; i < size_; ++i) {
            places[(first_ + i) & (places.size() - 1)] = places_[place(first_ + i)];
        }
        places_ = std::move(places);
    }

    std::vector<Pending> places_;  // a ring; its size is a power of two
    Ticket first_ = 1;
    std::size_t size_ = 0;
};

// What the server has to answer before the connection may be used.
class Handshake {
  public:
    void begin(const Login& login) {
        due_.clear();
        if (!login.password.empty()) {
            due_.push_back("AUTH");
        }
        if (login.database != 0) {
            due_.push_back("SELECT");
        }
        if (login.read_only) {
            due_.push_back("READONLY");
        }
        due_.push_back(login.primary ? "ROLE" : "PING");
        std::reverse(due_.begin(), due_.end());
    }
    void stop() { due_.clear(); }
    bool done() const { return due_.empty(); }

    // The replies come in the order of the commands.
    Status take(const Reply& reply) {
        const std::string_view command = due_.back();
        if (command == "ROLE" && reply.type == Reply::Type::array && !reply.elements.empty()) {
            if (reply.elements[0].text != "master") {
                return Status::error("it is not the primary");
            }
        } else if (command == "ROLE" || reply.type != Reply::Type::status) {
            return Status::error(refusal(command, reply));
        }
        due_.pop_back();
        return {};
    }

  private:
    // A server that does not know AUTH repeats its arguments: of that answer only the first word.
    static std::string refusal(std::string_view command, const Reply& reply) {
        std::string message(command);
        if (reply.type != Reply::Type::error) {
            return message + ": not a Redis server's answer";
        }
        const bool secret = command == "AUTH";
        const std::string_view text =
            secret ? reply.text.substr(0, reply.text.find(' ')) : reply.text;
        message += " refused: " + log_text(text);
        return secret ? message + "; check user and password" : message;
    }

    std::vector<std::string_view> due_;  // the next one last
};

}  // namespace

class Session::State {
  public:
    explicit State(const SessionLimits& limits) : limits_(limits), reader_(limits) {}

    void connect(const Login& login);
    bool ready() const { return connected_ && handshake_.done(); }
    Ticket submit(std::string_view commands, unsigned replies, Handler* handler);
    void cancel(Ticket ticket);
    std::size_t pending() const { return queue_.size(); }
    std::string_view output() const { return std::string_view(output_).substr(sent_); }
    void sent(std::size_t bytes);
    Status receive(std::string_view bytes);
    void fail(std::string_view why);

  private:
    Status read_replies();
    Status refuse(std::string_view why);
    Status take(const Reply& reply);
    void deliver();
    void forget();

    const SessionLimits limits_;
    ReplyReader reader_;
    bool connected_ = false;
    Handshake handshake_;
    Queue queue_;
    std::vector<Reply> replies_;  // so far, of the ticket in front
    unsigned received_ = 0;       // ... and how many, those passed over too
    std::string output_;
    std::size_t sent_ = 0;  // of output_
    std::string early_;     // commands that wait for the handshake
};

// Forgets all bytes, in both directions.
void Session::State::forget() {
    connected_ = false;
    handshake_.stop();
    replies_.clear();
    received_ = 0;
    output_.clear();
    early_.clear();
    sent_ = 0;
    reader_.restart();
}

void Session::State::connect(const Login& login) {
    fail("connected anew");
    handshake_.begin(login);
    append_handshake(output_, login);
    connected_ = true;
}

Ticket Session::State::submit(std::string_view commands, unsigned replies, Handler* handler) {
    const std::size_t unsent = output().size() + early_.size();
    if (!connected_ || replies == 0 || queue_.size() >= limits_.max_pending ||
        commands.size() > limits_.max_output - std::min(unsent, limits_.max_output)) {
        return 0;
    }
    (handshake_.done() ? output_ : early_) += commands;
    return queue_.push({handler, replies});
}

void Session::State::cancel(Ticket ticket) {
    if (Pending* pending = queue_.find(ticket)) {
        pending->handler = nullptr;
    }
}

void Session::State::sent(std::size_t bytes) {
    sent_ += std::min(bytes, output_.size() - sent_);
    if (sent_ == output_.size()) {
        sent_ = 0;
        output_.clear();
        if (output_.capacity() > kKeptOutput) {
            output_.shrink_to_fit();
        }
    } else if (sent_ > kSentSlack && sent_ > output_.size() / 2) {
        output_.erase(0, sent_);
        sent_ = 0;
    }
}

Status Session::State::receive(std::string_view bytes) {
    if (bytes.empty()) {
        return {};
    }
    if (!connected_) {
        return Status::error("not connected");
    }
    reader_.feed(bytes);
    Status status = read_replies();
    connected_ = connected_ && status.ok();
    return status;
}

Status Session::State::read_replies() {
    for (;;) {
        const Result<const Reply*> reply = reader_.next();
        if (!reply.ok()) {
            return reply.status();
        }
        if (reader_.over_limit() != nullptr) {
            if (Status status = refuse(reader_.over_limit()); !status.ok()) {
                return status;
            }
        }
        if (*reply == nullptr) {
            return {};
        }
        if (Status status = take(**reply); !status.ok()) {
            return status;
        }
    }
}

// The ticket in front is told at once; all its replies are passed over as they come.
Status Session::State::refuse(std::string_view why) {
    if (!handshake_.done() || queue_.size() == 0) {
        return Status::error(std::string(why));
    }
    replies_.clear();
    if (Handler* handler = std::exchange(queue_.front().handler, nullptr)) {
        handler->on_failure(why);
    }
    return {};
}

Status Session::State::take(const Reply& reply) {
    if (!handshake_.done()) {
        Status status = handshake_.take(reply);
        reader_.release();
        if (handshake_.done()) {
            output_ += std::exchange(early_, {});
        }
        return status;
    }
    if (queue_.size() == 0) {
        return Status::error("a reply that nobody asked for");
    }
    if (reader_.over_limit() == nullptr) {
        replies_.push_back(reply);
    }
    if (++received_ == queue_.front().replies) {
        deliver();
    }
    return {};
}

// The ticket leaves the queue first: the handler may submit the next one.
void Session::State::deliver() {
    const Pending pending = queue_.pop();
    received_ = 0;
    if (pending.handler != nullptr) {
        pending.handler->on_replies(replies_);
    }
    replies_.clear();
    reader_.release();
}

// One by one: a handler may cancel the tickets behind its own.
void Session::State::fail(std::string_view why) {
    forget();
    while (queue_.size() > 0) {
        const Pending pending = queue_.pop();
        if (pending.handler != nullptr) {
            pending.handler->on_failure(why);
        }
    }
}

Session::Session(const SessionLimits& limits) : state_(std::make_unique<State>(limits)) {}

Session::~Session() = default;

void Session::connected(const Login& login) {
    state_->connect(login);
}

bool Session::ready() const {
    return state_->ready();
}

Ticket Session::submit(std::string_view commands, unsigned replies, Handler* handler) {
    return state_->submit(commands, replies, handler);
}

void Session::cancel(Ticket ticket) {
    state_->cancel(ticket);
}

std::size_t Session::pending() const {
    return state_->pending();
}

std::string_view Session::output() const {
    return state_->output();
}

void Session::sent(std::size_t bytes) {
    state_->sent(bytes);
}

Status Session::receive(std::string_view bytes) {
    return state_->receive(bytes);
}

void Session::fail(std::string_view why) {
    state_->fail(why);
}

}  // namespace pz::redis
