// The trusted driver: Lua of ours between the VM and a rule file's functions.
//
// Four chunks, the files of these names beside this one, each loaded under the name below, so that
// the VM can tell whose error it is. What each takes and returns stands at its head.
// Thread rules: constants.
#pragma once

#include <string_view>

namespace pz::rules {

inline constexpr const char* kDriverChunk = "=driver";

extern const std::string_view kAccessDriver;
extern const std::string_view kKeepDriver;
extern const std::string_view kLibraryDriver;
extern const std::string_view kDefineDriver;

}  // namespace pz::rules
