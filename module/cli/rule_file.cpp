#include "cli/rule_file.hpp"

#include "learn/catalog.hpp"
#include "recommend/rank.hpp"

namespace pz::cli {

Result<std::unique_ptr<rules::RuleSet>> load_rules(const std::string& path) {
    const auto source = learn::read_file(path, rules::RuleLimits().max_source);
    return source.ok() ? rules::RuleSet::load(*source, path, recommend::rule_limits())
                       : Result<std::unique_ptr<rules::RuleSet>>(source.status());
}

}  // namespace pz::cli
