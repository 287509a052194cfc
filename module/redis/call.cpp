#include "redis/call.hpp"

#include <algorithm>
#include <new>
#include <numeric>

#include "redis/commands.hpp"

namespace pz::redis {

namespace {

constexpr std::string_view kAsking = "*1\r\n$6\r\nASKING\r\n";

}  // namespace

void Call::begin(std::string_view commands, unsigned replies) {
    commands_ = commands;
    count_ = replies;
    ends_.clear();
    missing_.clear();
    replies_.clear();
    arena_.reset();
    redirect_ = {};
    asking_ = false;
    redirects = 0;
    pause = 0;
    node = nullptr;
}

std::string_view Call::commands(bool asking, unsigned* replies) {
    asking_ = asking;
    if (replies_.empty() && !asking) {
        *replies = count_;
        return commands_;
    }
    rest_.clear();
    for (const std::uint32_t index : missing_) {
        const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
        rest_.append(asking ? kAsking : std::string_view());
        rest_.append(commands_, begin, ends_[index] - begin);
    }
    *replies = static_cast<unsigned>(missing_.size()) * (asking ? 2U : 1U);
    return rest_;
}

std::span<const Reply> Call::take(std::span<const Reply> replies) {
    const std::size_t step = asking_ ? 2 : 1;
    const auto is_redirect = [](const Reply& reply) {
        return reply.type == Reply::Type::error &&
               read_redirect(reply.text).kind != Redirect::Kind::none;
    };
    if (replies_.empty() && !asking_ && std::none_of(replies.begin(), replies.end(), is_redirect)) {
        return replies;
    }
    if (replies_.empty()) {
        replies_.resize(count_);
        missing_.resize(count_);
        std::iota(missing_.begin(), missing_.end(), 0U);
        for (std::size_t end = 0; end < commands_.size();) {
            end += command_size(std::string_view(commands_).substr(end));
            ends_.push_back(static_cast<std::uint32_t>(end));
        }
    }
    std::size_t still = 0;
    for (std::size_t i = 0; i < missing_.size(); ++i) {
        const Reply& reply = replies[i * step + step - 1];
        if (is_redirect(reply)) {
            redirect_ = read_redirect(reply.text);
            missing_[still++] = missing_[i];
        } else {
            replies_[missing_[i]] = keep(reply);
        }
    }
    missing_.resize(still);
    return still == 0 ? std::span<const Reply>(replies_) : std::span<const Reply>();
}

// Without memory it is a nil, which no reader takes for an answer.
Reply Call::keep(const Reply& reply) {
    Reply kept{.type = reply.type, .integer = reply.integer, .text = arena_.copy(reply.text)};
    if (kept.text.data() == nullptr && !reply.text.empty()) {
        return {};
    }
    if (reply.elements.empty()) {
        return kept;
    }
    void* memory = arena_.allocate(reply.elements.size() * sizeof(Reply));
    if (memory == nullptr) {
        return {};
    }
    auto* elements = static_cast<Reply*>(memory);
    for (std::size_t i = 0; i < reply.elements.size(); ++i) {
        new (elements + i) Reply(keep(reply.elements[i]));
    }
    kept.elements = {elements, reply.elements.size()};
    return kept;
}

}  // namespace pz::redis
