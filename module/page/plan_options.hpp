// The "key=value" arguments of the directives that make a plan. Internal to the room.
//
// Thread rules: pure functions. Errors say what to write instead.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "store/status.hpp"

namespace pz::page {

// Each key at most once. Lifetime: that of the arguments.
class Options {
  public:
    // Fails for a key that is not `known`, has no value or comes twice.
    Status parse(std::span<const std::string_view> arguments,
                 std::span<const std::string_view> known);
    // Null when not given.
    const std::string_view* find(std::string_view key) const;

  private:
    std::vector<std::pair<std::string_view, std::string_view>> given_;
};

// Both leave what they set as it is where the key is not given.
// From 1 to kMaxLimit.
Status set_count(const Options& options, std::string_view key, std::size_t* count);
// The index of one of the caller's variables, written "$0", "$1", ...
Status set_variable(const Options& options, std::string_view key, int* variable);

// The first that failed, or none.
Status first_error(std::initializer_list<Status> steps);

}  // namespace pz::page
