#include "rules/vm.hpp"

#include <cstdlib>
#include <lua.hpp>
#include <new>

#include "rules/closure.hpp"
#include "rules/driver.hpp"

namespace pz::rules {
namespace {

// So many bytes may be allocated between two looks at the clock.
constexpr std::size_t kLookBytes = 64 * 1024;
// A larger single text or table stops the rule: the cap could be passed far before the next check.
constexpr std::size_t kMaxBlock = 128 * 1024;
constexpr const char* kChunkName = "=rules";  // "=": messages begin with kChunk
constexpr const char* kCallNames[] = {"segment", "when", "match", "amount", "require", "label"};

void open_standard(lua_State* lua, const char* name, lua_CFunction open) {
    lua_pushcfunction(lua, open);
    lua_pushstring(lua, name);
    lua_call(lua, 1, 0);
}

void load_text(lua_State* lua, std::string_view text, const char* chunk) {
    if (luaL_loadbufferx(lua, text.data(), text.size(), chunk, "t") != 0) {
        lua_error(lua);
    }
}

}  // namespace

struct Vm::Loading {
    Vm* vm;
    std::string_view source;
    const Instrumented& instrumented;
    Definitions* out;
    bool out_of_memory = false;  // of C++
};

Vm::Vm(Bridge& bridge, const RuleLimits& limits) : bridge_(bridge), limits_(limits) {
    meter_.limit = limits.memory;
    meter_.bridge = &bridge;
}

Vm::~Vm() {
    if (lua_ != nullptr) {
        lua_close(lua_);
    }
}

bool Vm::grant(Meter& meter, std::size_t more) {
    const bool fits = meter.used <= meter.limit && more <= meter.limit - meter.used;
    if (!meter.running) {
        return fits;
    }
    meter.unseen += more;
    if (!fits || more > kMaxBlock) {
        meter.bridge->over_memory = true;
        meter.bridge->frame.fuel = 0;
    } else if (meter.unseen > kLookBytes) {
        meter.unseen = 0;
        meter.bridge->frame.fuel = 0;
    }
    return true;
}

void* Vm::allocate(void* meter_address, void* block, std::size_t old_size, std::size_t new_size) {
    Meter& meter = *static_cast<Meter*>(meter_address);
    if (new_size == 0) {
        std::free(block);
        meter.used -= old_size;
        return nullptr;
    }
    if (new_size > old_size && !grant(meter, new_size - old_size)) {
        return nullptr;
    }
    void* moved = std::realloc(block, new_size);
    if (moved != nullptr) {
        meter.used += new_size - old_size;
    }
    return moved;
}

void Vm::open_access(lua_State* lua) {
    load_text(lua, kAccessDriver, kDriverChunk);
    lua_pushcfunction(lua, luaopen_ffi);
    lua_pushstring(lua, "ffi");
    lua_call(lua, 1, 1);
    lua_pushlightuserdata(lua, const_cast<Api*>(&api()));
    lua_pushlightuserdata(lua, &bridge_);
    const std::size_t cache = limits_.memory / 4;
    lua_pushnumber(lua, static_cast<double>(cache));
    lua_call(lua, 4, 1);
    access_ = luaL_ref(lua, LUA_REGISTRYINDEX);
}

void Vm::open_keep(lua_State* lua) {
    load_text(lua, kKeepDriver, kDriverChunk);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, access_);
    lua_getglobal(lua, "debug");
    lua_getfield(lua, LUA_REGISTRYINDEX,
                 "_PRELOAD");  // where LuaJIT leaves what `require` would load
    lua_getfield(lua, -1, "jit.util");
    lua_remove(lua, -2);
    lua_call(lua, 0, 1);
    lua_pushlstring(lua, kChunk.data(), kChunk.size());
    lua_call(lua, 4, 0);
}

void Vm::open_library(lua_State* lua) {
    load_text(lua, kLibraryDriver, kDriverChunk);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, access_);
    lua_getglobal(lua, "debug");
    lua_call(lua, 2, 0);
}

void Vm::open_define(lua_State* lua) {
    load_text(lua, kDefineDriver, kDriverChunk);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, access_);
    lua_getglobal(lua, "debug");
    lua_pushlstring(lua, kChunk.data(), kChunk.size());
    lua_pushnumber(lua, static_cast<double>(limits_.max_rules));
    lua_call(lua, 4, 1);
    define_ = luaL_ref(lua, LUA_REGISTRYINDEX);
}

int Vm::build(lua_State* lua) {
    Vm& vm = *static_cast<Vm*>(lua_touserdata(lua, 1));
    open_standard(lua, "", luaopen_base);
    open_standard(lua, LUA_TABLIBNAME, luaopen_table);
    open_standard(lua, LUA_STRLIBNAME, luaopen_string);
    open_standard(lua, LUA_MATHLIBNAME, luaopen_math);
    open_standard(lua, LUA_DBLIBNAME, luaopen_debug);
    open_standard(lua, LUA_JITLIBNAME, luaopen_jit);  // turns the compiler on
    vm.open_access(lua);
    vm.open_keep(lua);
    vm.open_library(lua);
    vm.open_define(lua);
    return 0;
}

int Vm::run_file(lua_State* lua) {
    Loading& loading = *static_cast<Loading*>(lua_touserdata(lua, 1));
    Vm& vm = *loading.vm;
    load_text(lua, loading.source, kChunkName);
    lua_pop(lua, 1);
    load_text(lua, loading.instrumented.text, kChunkName);
    lua_gc(lua, LUA_GCCOLLECT, 0);
    // What the compiler needed in passing is not the file's.
    vm.bridge_.over_memory = vm.meter_.used > vm.meter_.limit;
    lua_rawgeti(lua, LUA_REGISTRYINDEX, vm.access_);
    lua_getfield(lua, -1, "environment");
    lua_setfenv(lua, -3);
    lua_getfield(lua, -1, "check");
    lua_getfield(lua, -2, "check_arguments");
    lua_getfield(lua, -3, "check_return");
    lua_getfield(lua, -4, "check_write");
    lua_remove(lua, -5);
    lua_call(lua, 4, 1);
    lua_call(lua, 0, 0);

    lua_rawgeti(lua, LUA_REGISTRYINDEX, vm.define_);
    lua_getfield(lua, -1, "finish");
    lua_call(lua, 0, 1);
    for (int kind = 0; kind < static_cast<int>(Call::count); ++kind) {
        lua_getfield(lua, -1, kCallNames[kind]);
        vm.calls_[kind] = luaL_ref(lua, LUA_REGISTRYINDEX);
    }
    lua_pop(lua, 1);
    try {
        read_definitions(lua, {loading.source, loading.instrumented.functions}, *loading.out);
    } catch (const std::bad_alloc&) {
        loading.out_of_memory = true;
    }
    luaL_unref(lua, LUA_REGISTRYINDEX, vm.define_);
    return 0;
}

Status Vm::load(std::string_view source, const Instrumented& instrumented, Definitions& out) {
    lua_ = lua_newstate(allocate, &meter_);
    if (lua_ == nullptr) {
        return Status::error("no memory for a Lua state: raise the memory limit");
    }
    if (Status built = protect(build, this); !built.ok()) {
        return built;
    }
    Loading loading{this, source, instrumented, &out};
    bridge_.over_memory = false;
    meter_.running = true;
    Status ran = protect(run_file, &loading);
    meter_.running = false;
    if (loading.out_of_memory) {
        return Status::error("out of memory");
    }
    if (ran.ok()) {
        collect();
    }
    return ran.ok() && broken_ ? Status::error(memory_message()) : ran;
}

std::string Vm::memory_message() const {
    return "more than " + std::to_string(meter_.limit / 1024) +
           " KB of memory: keep texts and tables small";
}

// The message of a failed protected call, which stands on the stack.
Status Vm::outcome(int code) {
    if (code == 0) {
        return {};
    }
    std::size_t length = 0;
    const char* text =
        lua_type(lua_, -1) == LUA_TSTRING ? lua_tolstring(lua_, -1, &length) : nullptr;
    std::string message =
        text == nullptr ? "an error without a message" : std::string(text, length);
    lua_settop(lua_, 0);
    if (code == LUA_ERRMEM) {
        broken_ = true;
        message = memory_message();
    }
    return Status::error(std::move(message));
}

Status Vm::protect(int (*function)(lua_State*), void* argument) {
    return outcome(lua_cpcall(lua_, function, argument));
}

// What keeps the state small must not fail because it is not.
Status Vm::protect_granted(int (*function)(lua_State*)) {
    meter_.running = true;
    Status status = protect(function, this);
    meter_.running = false;
    return status;
}

Status Vm::call(Call kind, std::size_t index, std::size_t candidates, bool* answer) {
    lua_rawgeti(lua_, LUA_REGISTRYINDEX, calls_[static_cast<int>(kind)]);
    lua_rawgeti(lua_, -1, static_cast<int>(index + 1));
    lua_pushinteger(lua_, static_cast<lua_Integer>(candidates));
    meter_.running = true;
    meter_.unseen = 0;
    bridge_.over_memory = false;
    const int code = lua_pcall(lua_, 1, 1, 0);
    meter_.running = false;
    met_cap_ = bridge_.over_memory;
    if (code == 0 && answer != nullptr) {
        *answer = lua_toboolean(lua_, -1) != 0;
    }
    Status status = outcome(code);
    lua_settop(lua_, 0);
    if (status.ok() && met_cap_) {  // with the last thing it did
        return Status::error("out of memory: keep texts and tables small");
    }
    return status;
}

int Vm::run_reset(lua_State* lua) {
    Vm& vm = *static_cast<Vm*>(lua_touserdata(lua, 1));
    lua_rawgeti(lua, LUA_REGISTRYINDEX, vm.access_);
    lua_getfield(lua, -1, "reset");
    lua_call(lua, 0, 0);
    return 0;
}

Status Vm::reset() {
    return protect_granted(run_reset);
}

int Vm::run_collect(lua_State* lua) {
    lua_gc(lua, LUA_GCCOLLECT, 0);
    return 0;
}

void Vm::collect() {
    const bool collected = protect_granted(run_collect).ok();
    live_ = meter_.used;
    broken_ = broken_ || !collected || live_ > meter_.limit;
}

}  // namespace pz::rules
