// JSON paths: which values of a JSON document a placement is about.
//
// The part of JSONPath (RFC 9535) that names places without looking at values:
//   $                 the document
//   .name ['name']    a member; quotes allow any characters, \' \" and \\ stand for themselves
//   [0]               an element of an array, from 0
//   .* [*]            every member, or every element
// A member's path is relative to an element: `id`, `product.sku`, `['item id']`, `images[0].id`;
// `@` is the element itself, and `@.id` is the same as `id`. It names one place: no wildcards.
// Thread rules: immutable after compiling; share freely.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/status.hpp"

namespace pz::rewrite {

inline constexpr std::size_t kMaxJsonSteps = 32;
inline constexpr std::size_t kMaxJsonName = 256;  // bytes of a member's name in a path

struct JsonStep {
    enum class Kind : std::uint8_t { name, index, any };
    Kind kind = Kind::any;
    std::string name;       // UTF-8
    std::size_t index = 0;  // of an array only
};

struct JsonPath {
    std::string text;
    std::vector<JsonStep> steps;
};

// The error names the column and what to write instead: "path '$.a..b': column 5: expected a
// member's name, as in $.data.products".
Result<JsonPath> compile_json_path(std::string_view text);
Result<JsonPath> compile_json_member(std::string_view text);

}  // namespace pz::rewrite
