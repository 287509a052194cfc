#include "cli/moment.hpp"

#include "rules/schedule.hpp"

namespace pz::cli {

Status read_moment(std::string_view text, std::int64_t* unix_seconds) {
    if (rules::parse_moment(text, unix_seconds)) {
        return {};
    }
    return Status::error("--at: not a time: '" + std::string(text.substr(0, 60)) +
                         "': write 2026-12-24, 2026-12-24T18:00 or unix seconds");
}

}  // namespace pz::cli
