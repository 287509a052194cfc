#include "visitor/identity.hpp"

#include "store/checksum.hpp"

namespace pz::visitor {

std::uint64_t identity(std::string_view visitor, const Event& event) {
    const std::string_view eid = event.parameter("eid");
    if (eid.empty()) {
        return 0;
    }
    store::Checksum sum;
    for (const std::string_view part :
         {visitor, std::string_view(event.name), std::string_view(event.item),
          event.parameter("variant"), eid}) {
        const auto size = static_cast<std::uint32_t>(part.size());
        sum.add(&size, sizeof size);
        sum.add(part.data(), part.size());
    }
    return sum.value();
}

}  // namespace pz::visitor
