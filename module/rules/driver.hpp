// The trusted driver: Lua of ours between the VM and a rule file's functions. It alone sees the
// FFI.
//
// Two chunks, each loaded under the name below, so that the VM can tell whose error it is.
// Thread rules: constants.
#pragma once

#include <string>
#include <string_view>

namespace pz::rules {

inline constexpr const char* kDriverChunk = "=driver";

// (ffi, debug, api pointer, bridge pointer, cache bytes) -> access table: what rules see of items,
// visitor and page, the fuel check, the environment.
std::string access_driver();
std::string_view access_library();  // its second half
// (access table, debug, chunk name, most rules) -> define table: `rule` and `segment`, checked and
// brought into one form; finish() -> the calls that C++ makes.
std::string_view define_driver();

}  // namespace pz::rules
