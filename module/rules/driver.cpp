#include "rules/driver.hpp"

namespace pz::rules {

// Each file as a literal; made by `embed` when the room is built.
const std::string_view kAccessDriver =
#include "rules/access.lua.inc"
    ;
const std::string_view kKeepDriver =
#include "rules/keep.lua.inc"
    ;
const std::string_view kLibraryDriver =
#include "rules/library.lua.inc"
    ;
const std::string_view kDefineDriver =
#include "rules/define.lua.inc"
    ;

}  // namespace pz::rules
