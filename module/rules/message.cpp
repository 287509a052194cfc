#include "rules/message.hpp"

#include "rules/instrument.hpp"

namespace pz::rules {
namespace {

// How long "rules:12: " is at the front of the message; 0: no place there.
std::size_t place_length(std::string_view message, std::string_view chunk) {
    if (message.substr(0, chunk.size()) != chunk || message.substr(chunk.size(), 1) != ":") {
        return 0;
    }
    std::size_t end = chunk.size() + 1;
    while (end < message.size() && message[end] >= '0' && message[end] <= '9') {
        ++end;
    }
    return message.substr(end, 2) == ": " ? end + 2 : 0;
}

}  // namespace

std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    return hash;
}

std::string first_digits(std::uint64_t hash) {
    std::string text;
    for (int shift = 60; shift > 28; shift -= 4) {
        text += "0123456789abcdef"[hash >> shift & 15U];
    }
    return text;
}

std::string explain(std::string_view message, const std::string& file, const std::string& title) {
    message.remove_prefix(place_length(message, "driver"));
    const std::size_t place = place_length(message, kChunk);
    std::string text = file;
    text +=
        place == 0 ? std::string_view(": ") : message.substr(kChunk.size(), place - kChunk.size());
    text += title;
    text += message.substr(place);
    return text;
}

std::string with_reason(std::string_view message, std::string_view reason) {
    message.remove_prefix(place_length(message, "driver"));
    const std::size_t place = place_length(message, kChunk);
    std::string text(message.substr(0, place));
    text += reason;
    text += message.substr(place);
    return text;
}

}  // namespace pz::rules
