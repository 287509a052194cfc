// Multipart forms: the Content-Type is the first line, a field's name the second, the body what
// follows.
#include "visitor/multipart.hpp"

#include <algorithm>
#include <cstdlib>

using namespace pz::visitor;

namespace {

std::string_view take_line(std::string_view& input) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view body(reinterpret_cast<const char*>(data), size);
    const std::string_view boundary = multipart_boundary(take_line(body));
    const std::string_view name = take_line(body);
    if (boundary.empty()) {
        return 0;
    }
    std::string value;
    const bool found =
        boundary.size() <= kMaxBoundary && multipart_value(body, boundary, name, &value);
    // A value never holds its own end, and only a closed body has one.
    const std::string end = "\r\n--" + std::string(boundary);
    if (found && (value.size() >= body.size() || value.find(end + "\r\n") != value.npos ||
                  body.find("--" + std::string(boundary) + "--") == body.npos)) {
        std::abort();
    }
    return 0;
}
