// The queue is worked off against a server, played by a thread, that loses connections or refuses.
#include "cli/forgetting.hpp"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace pz::cli {

namespace {

using Command = std::vector<std::string>;

std::string bulk(const std::string& text) {
    return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

// Anna asked, second 1; Bert too, whose aliases are of another type where `refuses`. Each has an
// entry. `cut`: the command, by its name and the beginning of its key, at which the connection is
// closed the first time.
class Queue {
  public:
    explicit Queue(std::string cut, bool refuses = false)
        : cut_(std::move(cut)),
          refuses_(refuses),
          listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* any = reinterpret_cast<sockaddr*>(&address);
        BOOST_REQUIRE(::bind(listener_, any, size) == 0 && ::listen(listener_, 8) == 0);
        BOOST_REQUIRE(::getsockname(listener_, any, &size) == 0);
        access_.url = "redis://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
        thread_ = std::thread([this] { serve(); });
    }
    ~Queue() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;

    const RedisAccess& access() const { return access_; }
    // What was done, in order; to be read when no client is there any more.
    std::vector<std::string> done() const { return done_; }
    bool has_been_cut() const { return cut_.empty(); }

  private:
    void serve() {
        for (int fd = ::accept(listener_, nullptr, nullptr); fd >= 0;
             fd = ::accept(listener_, nullptr, nullptr)) {
            talk(fd);
            ::close(fd);
        }
    }
    void talk(int fd) {
        const std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader(redisReaderCreate(),
                                                                              redisReaderFree);
        std::string bytes(4096, 0);
        for (;;) {
            const ssize_t n = ::recv(fd, bytes.data(), bytes.size(), 0);
            if (n <= 0) {
                return;
            }
            redisReaderFeed(reader.get(), bytes.data(), static_cast<std::size_t>(n));
            void* next = nullptr;
            while (redisReaderGetReply(reader.get(), &next) == REDIS_OK && next != nullptr) {
                const std::string answer = answer_to(command_of(static_cast<redisReply*>(next)));
                if (answer.empty()) {
                    return;
                }
                (void)!::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
            }
        }
    }
    static Command command_of(redisReply* reply) {
        Command command;
        for (std::size_t i = 0; i < reply->elements; ++i) {
            command.emplace_back(reply->element[i]->str, reply->element[i]->len);
        }
        freeReplyObject(reply);
        command.resize(std::max<std::size_t>(command.size(), 3));
        return command;
    }
    // Empty: the connection ends.
    std::string answer_to(const Command& command) {
        if (!cut_.empty() && (command[0] + " " + command[1]).starts_with(cut_)) {
            cut_.clear();
            return {};
        }
        const std::string& name = command[0];
        if (name == "ZRANGE") {
            return members_of(command[1]);
        }
        if (name == "EXISTS") {
            return command[1] == "pz:events:0" ? ":1\r\n" : ":0\r\n";
        }
        if (name == "XRANGE") {
            return command[2] == "-" ? entries() : "*0\r\n";
        }
        if (name == "ZSCORE") {
            return bulk("1");
        }
        return name == "PING" ? "+PONG\r\n" : change(command);
    }
    std::string members_of(const std::string& key) const {
        if (key == "pz:{bert}:aliases" && refuses_) {
            return "-WRONGTYPE of another type\r\n";
        }
        if (key == "pz:{anna}:aliases") {
            return "*4\r\n" + bulk("before") + bulk("1") + bulk("since") + bulk("9");
        }
        if (key != "pz:forget") {
            return "*0\r\n";
        }
        std::string members;
        std::size_t count = 0;
        for (const std::string who : {"anna", "bert"}) {
            if (std::find(done_.begin(), done_.end(), "ZREM " + who) == done_.end()) {
                members += bulk(who) + bulk("1");
                count += 2;
            }
        }
        return "*" + std::to_string(count) + "\r\n" + members;
    }
    static std::string entries() {
        std::string all = "*3\r\n";
        for (const std::string who : {"anna", "bert", "since"}) {
            all += "*2\r\n" + bulk("1000-" + std::to_string(who.size())) + "*2\r\n" + bulk("v") +
                   bulk(who);
        }
        return all;
    }
    std::string change(const Command& command) {
        done_.push_back(command[0] == "UNLINK" || command[0] == "ZREMRANGEBYSCORE"
                            ? command[0] + " " + command[1]
                        : command[0] == "XDEL" ? "XDEL"
                                               : command[0] + " " + command[2]);
        return ":1\r\n";
    }

    std::string cut_;
    const bool refuses_;
    const int listener_;
    RedisAccess access_;
    std::vector<std::string> done_;
    std::thread thread_;
};

// As the learner does: connects again when a connection was lost.
std::vector<std::string> work_off(const Queue& queue) {
    std::vector<std::string> forgotten;
    Forgetting forgetting(redis::Keys(),
                          [&](std::string_view visitor) { forgotten.emplace_back(visitor); });
    Status status = Status::error("not yet");
    for (int attempt = 0; attempt < 3 && !status.ok(); ++attempt) {
        auto client = RedisClient::connect(queue.access(), RedisClient::Patience::none);
        BOOST_REQUIRE_MESSAGE(client.ok(), client.message());
        status = forgetting.work_off(*client);
    }
    BOOST_TEST(status.ok());
    BOOST_TEST(!forgetting.busy());
    return forgotten;
}

std::ptrdiff_t place(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) - all.begin();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(forgetting)

BOOST_AUTO_TEST_CASE(nobody_leaves_the_queue_before_the_entries_are_gone) {
    for (const std::string cut : {"ZRANGE pz:forget", "ZRANGE pz:{anna}", "ZRANGE pz:{bert}",
                                  "UNLINK", "EXISTS pz:events:0", "EXISTS pz:events:1023", "XRANGE",
                                  "XDEL", "ZREMRANGEBYSCORE", "ZSCORE", "ZREM "}) {
        BOOST_TEST_CONTEXT("cut at " << cut) {
            const Queue queue(cut);
            work_off(queue);
            const auto done = queue.done();
            const auto all = static_cast<std::ptrdiff_t>(done.size());
            BOOST_TEST(queue.has_been_cut());
            BOOST_TEST(place(done, "XDEL") < place(done, "ZREMRANGEBYSCORE pz:{anna}:aliases"));
            BOOST_TEST(place(done, "ZREMRANGEBYSCORE pz:{anna}:aliases") <
                       place(done, "ZREM anna"));
            BOOST_TEST(place(done, "ZREM anna") < all);
            BOOST_TEST(place(done, "ZREM bert") < all);
        }
    }
}

BOOST_AUTO_TEST_CASE(who_became_the_visitor_since_keeps_the_list) {
    const Queue queue({});
    const auto forgotten = work_off(queue);
    const auto done = queue.done();
    const auto all = static_cast<std::ptrdiff_t>(done.size());
    BOOST_TEST(place(done, "UNLINK pz:{before}:events") < all);
    BOOST_TEST(place(done, "UNLINK pz:{since}:events") == all);
    BOOST_TEST(place(done, "ZREMRANGEBYSCORE pz:{before}:aliases") < all);
    BOOST_TEST(std::count(forgotten.begin(), forgotten.end(), "anna") == 2);  // and at the end
}

BOOST_AUTO_TEST_CASE(one_who_cannot_be_looked_up_holds_nobody_up) {
    const Queue queue({}, true);
    work_off(queue);
    const auto done = queue.done();
    const auto all = static_cast<std::ptrdiff_t>(done.size());
    BOOST_TEST(place(done, "ZREM anna") < all);
    BOOST_TEST(place(done, "ZREM bert") == all);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::cli
