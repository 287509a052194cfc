// Any path: compiled or refused with a message that names a column; a compiled one finds nothing
// where there is nothing.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "rewrite/json_finder.hpp"

namespace {

using namespace pz::rewrite;

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

void check(const pz::Result<JsonPath>& path) {
    if (!path.ok()) {
        require(path.message().find("': column ") != std::string::npos);
        return;
    }
    require(path->steps.size() <= kMaxJsonSteps);
    for (const JsonStep& step : path->steps) {
        require(step.name.size() <= kMaxJsonName);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto path = compile_json_path(text);
    const auto member = compile_json_member(text);
    check(path);
    check(member);
    if (path.ok()) {
        const auto id = compile_json_member("a[0].b");
        const JsonArrays found =
            find_arrays(R"([{"a":[{"b":1}]},[[2]],"x"])", {JsonPattern::Kind::array, *path, *id});
        require(found.outcome == JsonArrays::Outcome::found ||
                found.outcome == JsonArrays::Outcome::absent);
    }
    return 0;
}
