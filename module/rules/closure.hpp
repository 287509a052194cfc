// Closure: finds the source of a Lua function of the file, and what it closes over, to translate it.
// Thread rules: as the lua_State.
#pragma once

#include <span>
#include <string_view>

#include "rules/instrument.hpp"
#include "rules/translate.hpp"

struct lua_State;

namespace pz::rules {

// A rule file as it was loaded.
struct SourceFile {
    std::string_view source;
    std::span<const Instrumented::Function> functions;
};

// Of the function on the top of the stack. Empty when Lua has to run it, and when two functions of
// the file begin on its line. Call it in a protected call: it may raise.
Program program_of(lua_State* lua, Asked asked, const SourceFile& file);

}  // namespace pz::rules
