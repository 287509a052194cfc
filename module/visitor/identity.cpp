#include "visitor/identity.hpp"

#include <algorithm>
#include <string>

#include "store/checksum.hpp"
#include "visitor/values.hpp"

namespace pz::visitor {

namespace {

constexpr std::string_view kNumber = "nth";

void add(store::Checksum& sum, std::string_view part) {
    const auto size = static_cast<std::uint32_t>(part.size());
    sum.add(&size, sizeof size);
    sum.add(part.data(), part.size());
}

}  // namespace

std::uint64_t identity(std::string_view visitor, const Event& event) {
    const std::string_view eid = event.parameter("eid");
    if (eid.empty()) {
        return 0;
    }
    store::Checksum sum;
    for (const std::string_view part :
         {visitor, std::string_view(event.name), std::string_view(event.item),
          event.parameter("variant"), eid}) {
        add(sum, part);
    }
    if (const std::string_view number = event.parameter(kNumber); !number.empty()) {
        add(sum, number);
    }
    return sum.value();
}

bool Lines::number(Event& event) {
    const std::uint64_t line = identity({}, event);
    if (line == 0) {
        return true;
    }
    const auto before = std::count(seen_.begin(), seen_.end(), line);
    seen_.push_back(line);
    return before == 0 || add_parameter(event, kNumber, std::to_string(before + 1));
}

}  // namespace pz::visitor
