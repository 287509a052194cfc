#include "spool/entry.hpp"

#include <cstring>

namespace pz::spool {

namespace {

// Takes `size` bytes from the front; false when there are fewer.
bool take(std::string_view& bytes, std::size_t size, std::string_view& taken) {
    if (bytes.size() < size) {
        return false;
    }
    taken = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return true;
}

template <class Number>
bool take_number(std::string_view& bytes, Number& number) {
    std::string_view taken;
    if (!take(bytes, sizeof number, taken)) {
        return false;
    }
    std::memcpy(&number, taken.data(), sizeof number);
    return true;
}

}  // namespace

std::string encode_entry(Parts parts, std::string_view visitor,
                         std::span<const std::string> texts) {
    std::string out;
    out += static_cast<char>(parts);
    out += static_cast<char>(visitor.size());
    out += visitor;
    for (const std::string& text : texts) {
        const auto size = static_cast<std::uint16_t>(text.size());
        out.append(reinterpret_cast<const char*>(&size), sizeof size).append(text);
    }
    return out;
}

void set_parts(std::string& encoded, Parts parts) {
    encoded.front() = static_cast<char>(parts);
}

Result<Entry> decode_entry(std::string_view bytes) {
    Entry entry;
    std::uint8_t size_of_id = 0;
    std::string_view id;
    if (!take_number(bytes, entry.parts) || !take_number(bytes, size_of_id) ||
        !take(bytes, size_of_id, id) || !visitor::valid_visitor_id(id)) {
        return Status::error("no visitor");
    }
    if (entry.parts == 0 || (entry.parts & ~kAllParts) != 0) {
        return Status::error("unknown parts");
    }
    entry.visitor = id;
    while (!bytes.empty()) {
        std::uint16_t size = 0;
        std::string_view text;
        if (!take_number(bytes, size) || !take(bytes, size, text)) {
            return Status::error("an event that is cut off");
        }
        auto event = visitor::parse_event(text);
        if (!event.ok()) {
            return event.status();
        }
        entry.events.push_back(std::move(*event));
    }
    return entry.events.empty() ? Result<Entry>(Status::error("no event"))
                                : Result<Entry>(std::move(entry));
}

}  // namespace pz::spool
