// Vm: one sandboxed LuaJIT state with one rule file in it.
//
// Memory is capped by the allocator, but while a rule runs it refuses nothing: an allocation that
// fails inside a compiled trace crashes LuaJIT (it raises the error from a stale stack). Instead
// the next fuel check stops the rule. What can grow between two checks is bounded by instrument()
// and the library. So a call that met the cap leaves a sound state: collect() frees what is unused.
// If that is not enough, the state is broken() and its owner makes a new one. Every entry is a
// protected call. Thread rules: one thread. Lifetime: the Bridge must outlive the Vm and stay where
// it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "rules/bridge.hpp"
#include "rules/definition.hpp"
#include "rules/instrument.hpp"
#include "store/status.hpp"

struct lua_State;

namespace pz::rules {

class Vm {
  public:
    Vm(Bridge& bridge, const RuleLimits& limits);
    ~Vm();
    Vm(const Vm&) = delete;
    Vm& operator=(const Vm&) = delete;

    // Builds the sandbox and runs the file, under the deadline of the bridge. `source` gives the
    // syntax errors, `instrumented` is what runs. Errors: "rules:12: ...".
    Status load(std::string_view source, const Instrumented& instrumented, Definitions& out);

    enum class Call : std::uint8_t { segment, when, match, amount, require, label, count };
    // Calls the file's function of the rule or segment `index`, for `candidates` candidates.
    // `answer` is set by segment and when. Errors: "rules:12: ..." or without a place; every call
    // that met the cap is one.
    Status call(Call kind, std::size_t index, std::size_t candidates, bool* answer);

    // Another snapshot: forgets its texts and columns.
    Status reset();
    // Takes up to a few milliseconds. The state is broken() if it is still over the cap.
    void collect();
    // The last call met the cap.
    bool met_cap() const { return met_cap_; }
    // Garbage fills half of what the last collect() found free. LuaJIT waits until the memory has
    // doubled, which can be far over the cap.
    bool crowded() const { return meter_.used > live_ && meter_.used - live_ > room() / 2; }
    bool broken() const { return broken_; }
    std::size_t memory() const { return meter_.used; }

  private:
    struct Meter {
        std::size_t used = 0;
        std::size_t limit = 0;
        std::size_t unseen = 0;  // bytes asked for since the clock was looked at
        bool running = false;    // grant, and tell the bridge
        Bridge* bridge = nullptr;
    };
    struct Loading;

    static void* allocate(void* meter, void* block, std::size_t old_size, std::size_t new_size);
    static bool grant(Meter& meter, std::size_t more);
    static int build(lua_State* lua);
    static int run_file(lua_State* lua);
    static int run_reset(lua_State* lua);
    static int run_collect(lua_State* lua);
    void open_access(lua_State* lua);
    void open_keep(lua_State* lua);
    void open_library(lua_State* lua);
    void open_define(lua_State* lua);
    Status outcome(int code);
    std::string memory_message() const;
    Status protect(int (*function)(lua_State*), void* argument);
    Status protect_granted(int (*function)(lua_State*));
    std::size_t room() const { return live_ < meter_.limit ? meter_.limit - live_ : 0; }

    Bridge& bridge_;
    RuleLimits limits_;
    Meter meter_;
    lua_State* lua_ = nullptr;
    bool broken_ = false;
    bool met_cap_ = false;
    std::size_t live_ = 0;  // bytes after the last collect()
    // Places in the registry.
    int access_ = 0;
    int define_ = 0;
    int calls_[static_cast<int>(Call::count)] = {};
};

}  // namespace pz::rules
