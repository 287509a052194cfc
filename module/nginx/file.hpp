// Reading the files that directives name.
#pragma once

#include <string>

#include "store/status.hpp"

namespace pz::ngx {

// The whole of a regular file; nothing else is read, for a FIFO could block the worker. The error
// begins with the path in quotes.
Result<std::string> read_file(const std::string& path);

}  // namespace pz::ngx
