// Fields of bodies and queries: the name is the first line, the text what follows.
#include "visitor/fields.hpp"

#include <algorithm>
#include <cstdlib>

using namespace pz::visitor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t line = std::min(input.find('\n'), input.size());
    // nginx's own limit is a line of the configuration.
    const std::string_view name = input.substr(0, std::min<std::size_t>(line, 40));
    const std::string_view text = input.substr(std::min(line + 1, size));
    std::string value;
    if (form_value(text, name, &value) && value.size() > text.size()) {
        std::abort();
    }
    json_value(text, name, &value);
    std::size_t taken = 0;
    std::string_view rest = text;
    for (FormField field; next_form_field(rest, &field);) {
        taken += field.name.size() + field.value.size() + 1;
    }
    return taken > text.size() ? (std::abort(), 0) : 0;
}
