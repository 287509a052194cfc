#include "rules/closure.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <lua.hpp>
#include <string>
#include <utility>
#include <vector>

namespace pz::rules {
namespace {

// The beginning of a dumped function, as long as any that is translated.
struct Dump {
    unsigned char bytes[4096];
    std::size_t size = 0;
};

int keep_beginning(lua_State*, const void* bytes, std::size_t size, void* target) {
    Dump& dump = *static_cast<Dump*>(target);
    const std::size_t fits = std::min(size, sizeof dump.bytes - dump.size);
    std::memcpy(dump.bytes + dump.size, bytes, fits);
    dump.size += fits;
    return 0;
}

// Reads LuaJIT's bytecode dumps (lj_bcdump.h, version 2) up to the list of what a function closes over,
// in which the compiler has noted who never changes.
class DumpReader {
  public:
    explicit DumpReader(const Dump& dump) : dump_(dump) {}

    // Bit 0x4000 of its entry. False, too, for what cannot be read.
    bool is_constant(std::size_t upvalue) {
        constexpr std::uint16_t kImmutable = 0x4000;
        std::uint16_t entry = 0;
        if (!to_upvalues() || upvalue >= upvalues_ || at_ + 2 * (upvalue + 1) > dump_.size) {
            return false;
        }
        std::memcpy(&entry, dump_.bytes + at_ + 2 * upvalue, sizeof entry);
        return (entry & kImmutable) != 0;
    }

  private:
    static constexpr std::size_t kStripped = 0x02;

    std::size_t byte() { return at_ < dump_.size ? dump_.bytes[at_++] : 0; }
    std::size_t number() {  // LEB128
        std::size_t value = 0;
        for (unsigned shift = 0; shift < 32; shift += 7) {
            const std::size_t next = byte();
            value |= (next & 0x7fU) << shift;
            if (next < 0x80) {
                break;
            }
        }
        return value;
    }
    bool to_upvalues() {
        static constexpr unsigned char kHead[] = {0x1b, 'L', 'J', 2};
        if (dump_.size < sizeof kHead || std::memcmp(dump_.bytes, kHead, sizeof kHead) != 0) {
            return false;
        }
        at_ = sizeof kHead;
        const bool stripped = (number() & kStripped) != 0;
        if (!stripped) {
            at_ += number();  // the chunk's name
        }
        number();  // length of the function
        const std::size_t flags = byte();
        constexpr std::size_t kHasChildren = 0x01;
        byte();  // parameters
        byte();  // slots
        upvalues_ = byte();
        number();  // constants
        number();
        const std::size_t instructions = number();
        if (!stripped && number() != 0) {  // debug information
            number();
            number();
        }
        at_ += 4 * instructions;
        return (flags & kHasChildren) == 0;  // they would stand first
    }

    const Dump& dump_;
    std::size_t at_ = 0;
    std::size_t upvalues_ = 0;
};

// Of the function on the top of the stack: what it closes over and nobody changes.
std::vector<Constant> constants_of(lua_State* lua) {
    std::vector<Constant> found;
    Dump dump;
    if (lua_dump(lua, keep_beginning, &dump) != 0) {
        return found;
    }
    const char* name = nullptr;
    for (int i = 1; (name = lua_getupvalue(lua, -1, i)) != nullptr; ++i) {
        const int type = lua_type(lua, -1);
        std::size_t length = 0;
        const bool constant = DumpReader(dump).is_constant(static_cast<std::size_t>(i - 1));
        if (constant && type == LUA_TNUMBER) {
            found.push_back({name, lua_tonumber(lua, -1)});
        } else if (constant && type == LUA_TBOOLEAN) {
            found.push_back({name, lua_toboolean(lua, -1) != 0});
        } else if (constant && type == LUA_TSTRING) {
            const char* text = lua_tolstring(lua, -1, &length);
            found.push_back({name, std::string(text, length)});
        }
        lua_pop(lua, 1);
    }
    return found;
}

}  // namespace

Program program_of(lua_State* lua, Asked asked, const SourceFile& file) {
    lua_Debug info{};
    lua_pushvalue(lua, -1);
    lua_getinfo(lua, ">S", &info);
    if (info.source == nullptr || std::string_view(info.source).substr(1) != kChunk) {
        return {};  // one of the library
    }
    const Instrumented::Function* found = nullptr;
    for (const Instrumented::Function& function : file.functions) {
        if (function.line != info.linedefined && function.keyword_line != info.linedefined) {
            continue;
        }
        if (found != nullptr) {
            return {};
        }
        found = &function;
    }
    return found == nullptr ? Program()
                            : translate(file.source.substr(found->at), asked, constants_of(lua));
}

}  // namespace pz::rules
