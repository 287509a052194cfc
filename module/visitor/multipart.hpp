// Fields of multipart/form-data (RFC 7578), as browsers send a form with enctype, or FormData.
//
// The body is whole. Its parts are read from the first boundary to the closing one, or none of them
// counts: a body that is cut off says nothing. Files (parts with a filename), parts that are
// themselves multipart, and parts in a transfer encoding that changes their bytes are passed over.
// Thread rules: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pz::visitor {

inline constexpr std::size_t kMaxBoundary = 70;  // RFC 2046, 5.1.1

// Of a Content-Type; empty: it is not multipart/form-data, or has no boundary that may be one.
std::string_view multipart_boundary(std::string_view content_type);

// The value of the first field of that name, as a variable writes it (fields.hpp); false: there is
// none, or the body is not well-formed. `boundary`: of multipart_boundary(), not empty.
bool multipart_value(std::string_view body, std::string_view boundary, std::string_view name,
                     std::string* value);

}  // namespace pz::visitor
