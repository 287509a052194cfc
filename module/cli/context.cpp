#include "cli/context.hpp"

namespace pz::cli {

Result<std::vector<std::pair<std::string_view, std::string_view>>> read_context(
    std::span<const std::string> texts) {
    std::vector<std::pair<std::string_view, std::string_view>> variables;
    for (const std::string_view text : texts) {
        const std::size_t equals = text.find('=');
        if (equals == 0 || equals == std::string_view::npos) {
            return Status::error("--context: write NAME=VALUE, as country=DE");
        }
        variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

}  // namespace pz::cli
