// A rule file from disk.
#pragma once

#include <memory>
#include <string>

#include "rules/rules.hpp"

namespace pz::cli {

// The error names file, line and remedy.
Result<std::unique_ptr<rules::RuleSet>> load_rules(const std::string& path);

}  // namespace pz::cli
