// Visitor ids as they come in cookies: what is taken for one makes keys of one slot and commands
// that say what they mean; all else is no visitor.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "redis/commands.hpp"
#include "redis/slots.hpp"
#include "redis/visitor_commands.hpp"
#include "visitor/event.hpp"

using namespace pz;

namespace {

constexpr std::string_view kMay =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

void check(bool holds) {
    if (!holds) {
        std::abort();
    }
}

// All of the bytes are so many commands.
void check_commands(std::string_view bytes, unsigned replies) {
    for (; replies > 0; --replies) {
        check(!bytes.empty() && bytes.front() == '*' && redis::command_size(bytes) <= bytes.size());
        bytes.remove_prefix(redis::command_size(bytes));
    }
    check(bytes.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view id(reinterpret_cast<const char*>(data), size);
    const bool valid = visitor::valid_visitor_id(id);
    check(valid ==
          (size >= 1 && size <= 64 && id.find_first_not_of(kMay) == std::string_view::npos));
    if (!valid) {
        return 0;
    }
    const redis::Keys keys;
    const redis::Slot slot = redis::slot_of(id);
    for (const std::string& key : {keys.events(id), keys.traits(id), keys.aliases(id)}) {
        check(redis::slot_of(key) == slot);
    }
    check(redis::partition_of(id, 7) < 7);
    std::string commands;
    unsigned replies = redis::append_read(commands, keys, id, 100);
    replies += redis::append_check(commands, keys, id, 15, 8);
    replies += redis::append_forget(commands, keys, id);
    replies += redis::append_join_merge(commands, keys, {}, {id, id, 1}, {});
    check_commands(commands, replies);
    return 0;
}
