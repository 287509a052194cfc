// Instrument: puts fuel checks into every loop and function body of a rule file.
//
// Count hooks do not fire in compiled traces, so the checks are part of the code. `__pz(n);` stands
// behind every `do`, `repeat` and parameter list and before every `goto`; n grows with the
// operators of the body, at most 40, for comparing long texts, or calculating with them, takes its
// time. In functions that call others, which may come back from very deep, it is
// `return __pzr(n, values)`, and a check before `end`. `a .. __pz(1) .. b`, because a text can double
// without a loop. Behind a list with `...` it is `__pzv(n, ...);`, which counts the arguments, too:
// each `...` of the body copies them all. So between two checks there is a bounded number of steps,
// each bounded by the memory that a block can have. Lines keep their numbers.
//
// Where a function writes to a table, `__pzw(t).x = 1` stands: it refuses those that outlive the page
// (keep.lua).
//
// What LuaJIT's lexer and this one could read differently is refused: control bytes, bytes over 127
// outside of texts and comments, cdata numbers (1LL), and names that begin with "__pz". Thread
// rules: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "store/status.hpp"

namespace pz::rules {

// The name that stands before every message of the VM; callers replace it by the file's name.
inline constexpr std::string_view kChunk = "rules";

struct Instrumented {
    // A function of the file: where its list of parameters begins.
    struct Function {
        std::size_t at;    // in the source
        int keyword_line;  // of the word `function`; a debugger names one of both
        int line;          // of the list
    };
    std::string text;
    std::vector<Function> functions;
};

// The source of a chunk that takes the four checks as its arguments and returns the file as a
// function. The caller compiles the source alone first: one like "end x() do" would leave that
// function. Errors: "rules:12: ...".
Result<Instrumented> instrument(std::string_view source);

}  // namespace pz::rules
