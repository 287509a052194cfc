#include "redis/commands.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace pz::redis {

namespace {

// A number as text, without an allocation.
class Digits {
  public:
    explicit Digits(std::uint64_t number)
        : end_(std::to_chars(text_.data(), text_.data() + text_.size(), number).ptr) {}
    Digits(const Digits&) = delete;
    Digits& operator=(const Digits&) = delete;
    operator std::string_view() const {
        return {text_.data(), end_};
    }  // NOLINT: implicit by design

  private:
    std::array<char, 20> text_;
    const char* end_;
};

void begin_command(std::string& out, std::size_t arguments) {
    out += '*';
    out += Digits(arguments);
    out += "\r\n";
}

void add_argument(std::string& out, std::string_view argument) {
    out += '$';
    out += Digits(argument.size());
    out += "\r\n";
    out += argument;
    out += "\r\n";
}

void add_visitor_key(std::string& out, std::string_view prefix, std::string_view visitor,
                     std::string_view field) {
    out.append(prefix).append("{").append(visitor).append("}:").append(field);
}

std::size_t visitor_key_size(std::string_view prefix, std::string_view visitor,
                             std::string_view field) {
    return prefix.size() + visitor.size() + field.size() + 3;
}

std::string visitor_key(std::string_view prefix, std::string_view visitor, std::string_view field) {
    std::string key;
    key.reserve(visitor_key_size(prefix, visitor, field));
    add_visitor_key(key, prefix, visitor, field);
    return key;
}

void add_visitor_key_argument(std::string& out, std::string_view prefix, std::string_view visitor,
                              std::string_view field) {
    out += '$';
    out += Digits(visitor_key_size(prefix, visitor, field));
    out += "\r\n";
    add_visitor_key(out, prefix, visitor, field);
    out += "\r\n";
}

// Index of the last of `count` elements to keep. Redis would read -1 as "all".
std::uint64_t last_index(unsigned count) {
    return std::max(count, 1U) - 1;
}

void append_newest(std::string& out, const Keys& keys, std::string_view visitor, unsigned count) {
    begin_command(out, 4);
    add_argument(out, "LRANGE");
    add_visitor_key_argument(out, keys.prefix, visitor, "events");
    add_argument(out, "0");
    add_argument(out, Digits(last_index(count)));
}

void append_traits(std::string& out, const Keys& keys, std::string_view visitor) {
    begin_command(out, 2);
    add_argument(out, "HGETALL");
    add_visitor_key_argument(out, keys.prefix, visitor, "traits");
}

void append_push(std::string& out, std::string_view key, std::span<const std::string> texts) {
    begin_command(out, texts.size() + 2);
    add_argument(out, "LPUSH");
    add_argument(out, key);
    for (const std::string& text : texts) {
        add_argument(out, text);
    }
}

}  // namespace

std::string Keys::events(std::string_view visitor) const {
    return visitor_key(prefix, visitor, "events");
}

std::string Keys::traits(std::string_view visitor) const {
    return visitor_key(prefix, visitor, "traits");
}

std::string Keys::aliases(std::string_view visitor) const {
    return visitor_key(prefix, visitor, "aliases");
}

std::string Keys::forgotten() const {
    return prefix + "forget";
}

std::string Keys::stream(unsigned partition) const {
    std::string key = prefix + "events:";
    key += Digits(partition);
    return key;
}

std::string Keys::item(std::string_view id) const {
    return prefix + "item:" += id;
}

std::string Keys::catalog() const {
    return prefix + "catalog";
}

unsigned partition_of(std::string_view visitor, unsigned partitions) {
    std::uint32_t hash = 2166136261U;
    for (const char c : visitor) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    }
    return partitions == 0 ? 0 : hash % partitions;
}

unsigned append_command(std::string& out, std::span<const std::string_view> arguments) {
    begin_command(out, arguments.size());
    for (const std::string_view argument : arguments) {
        add_argument(out, argument);
    }
    return 1;
}

unsigned append_command(std::string& out, std::initializer_list<std::string_view> arguments) {
    return append_command(out, std::span(arguments.begin(), arguments.size()));
}

std::size_t command_size(std::string_view bytes) {
    std::size_t at = 0;
    // The number on the line at `at`, behind its first character; then behind the line.
    const auto read_line = [&] {
        std::size_t number = 0;
        const std::size_t end = bytes.find('\r', at);
        std::from_chars(bytes.data() + at + 1, bytes.data() + end, number);
        at = end + 2;
        return number;
    };
    for (std::size_t arguments = read_line(); arguments > 0; --arguments) {
        const std::size_t size = read_line();
        at += size + 2;
    }
    return at;
}

unsigned append_handshake(std::string& out, const Login& login) {
    unsigned replies = 0;
    if (!login.password.empty()) {
        replies += login.user.empty() ? append_command(out, {"AUTH", login.password})
                                      : append_command(out, {"AUTH", login.user, login.password});
    }
    if (login.database != 0) {
        replies += append_command(out, {"SELECT", Digits(login.database)});
    }
    if (login.read_only) {
        replies += append_command(out, {"READONLY"});
    }
    return replies + append_command(out, {login.primary ? "ROLE" : "PING"});
}

unsigned append_read(std::string& out, const Keys& keys, std::string_view visitor, unsigned limit) {
    append_newest(out, keys, visitor, limit);
    append_traits(out, keys, visitor);
    return 2;
}

unsigned append_check(std::string& out, const Keys& keys, std::string_view visitor,
                      std::uint32_t place, unsigned newest) {
    begin_command(out, 2);
    add_argument(out, "LLEN");
    add_visitor_key_argument(out, keys.prefix, visitor, "events");
    begin_command(out, 3);
    add_argument(out, "LINDEX");
    add_visitor_key_argument(out, keys.prefix, visitor, "events");
    add_argument(out, Digits(place));
    append_newest(out, keys, visitor, newest);
    append_traits(out, keys, visitor);
    return 4;
}

unsigned append_write(std::string& out, const Keys& keys, const Retention& retention,
                      std::string_view visitor, std::span<const std::string> texts) {
    const std::string key = keys.events(visitor);
    append_push(out, key, texts);
    return 1 + append_command(out, {"LTRIM", key, "0", Digits(last_index(retention.events))}) +
           append_command(out, {"EXPIRE", key, Digits(retention.seconds)});
}

unsigned append_stream(std::string& out, const Keys& keys, const Retention& retention,
                       unsigned partition, std::span<const std::string> fields) {
    begin_command(out, fields.size() + 6);
    add_argument(out, "XADD");
    add_argument(out, keys.stream(partition));
    add_argument(out, "MAXLEN");
    add_argument(out, "~");
    add_argument(out, Digits(retention.stream_entries));
    add_argument(out, "*");
    for (const std::string& field : fields) {
        add_argument(out, field);
    }
    return 1;
}

}  // namespace pz::redis
