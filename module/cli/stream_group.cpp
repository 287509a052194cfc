#include "cli/stream_group.hpp"

#include <unistd.h>

#include <array>

#include "cli/command.hpp"
#include "cli/stream_info.hpp"

namespace pz::cli {

namespace {

constexpr std::chrono::seconds kBetween{1};

}  // namespace

std::string default_group() {
    std::array<char, 256> name{};
    const bool known = ::gethostname(name.data(), name.size() - 1) == 0;
    return std::string("learn-") + (known ? name.data() : "unknown");
}

Status StreamGroup::show(RedisClient& client, StreamTail& tail, std::size_t first) {
    shown_.resize(tail.size());
    last_time_ = std::chrono::steady_clock::now();
    for (std::size_t stream = first; stream < tail.size() && !forbidden_; ++stream) {
        if (tail.place(stream) == shown_[stream]) {
            continue;
        }
        // So that the count is sure of itself as often as it can be.
        const auto info = ask_stream(client, tail.key(stream));
        learn::StreamPlace place = tail.place(stream);
        if (info.ok()) {
            info->make_sure(place);
            tail.set_place(stream, place);
        }
        const Status status =
            info.ok() ? show_place(client, tail.key(stream), place) : info.status();
        if (!client.usable()) {
            return status;
        }
        if (!status.ok()) {
            forbidden_ = true;
            warn(status.message() + "; learning goes on, but XINFO GROUPS does not show how far");
        }
        shown_[stream] = place;
    }
    return {};
}

Status StreamGroup::show_when_due(RedisClient& client, StreamTail& tail, std::size_t first) {
    return std::chrono::steady_clock::now() < last_time_ + kBetween ? Status()
                                                                    : show(client, tail, first);
}

Status StreamGroup::show_place(RedisClient& client, const std::string& key,
                               const learn::StreamPlace& place) {
    Status status = set(client, key, place);
    if (!status.ok() && client.refusal() == "NOGROUP") {
        const auto made = client.command(key, {"XGROUP", "CREATE", key, name_, place.last});
        status = made.ok() ? set(client, key, place) : made.status();
    }
    // A stream that nobody has written to yet has no groups.
    return client.refusal() == "ERR" ? Status() : status;
}

// A server that counts entries knows the option too.
Status StreamGroup::set(RedisClient& client, const std::string& key,
                        const learn::StreamPlace& place) const {
    std::vector<std::string_view> arguments = {"XGROUP", "SETID", key, name_, place.last};
    const std::string count = std::to_string(place.count.value_or(0));
    if (place.count) {
        arguments.insert(arguments.end(), {"ENTRIESREAD", count});
    }
    return client.command(key, arguments).status();
}

}  // namespace pz::cli
