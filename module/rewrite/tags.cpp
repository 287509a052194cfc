#include "rewrite/tags.hpp"

#include "rewrite/characters.hpp"

namespace pz::rewrite {
namespace {

constexpr std::array<std::string_view, kTagCount> kNameList = {"",
#define X(identifier, name, flags) name,
                                                               PZ_REWRITE_TAGS(X)
#undef X
};

constexpr std::uint64_t key_of(std::string_view name) {
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        key |= std::uint64_t{static_cast<unsigned char>(name[i])} << (8 * i);
    }
    return key;
}

constexpr bool fill(detail::NameTable& table) {
    table.slots = {};
    for (std::size_t id = 1; id < kTagCount; ++id) {
        if (table.keys[id] == 0) {
            continue;
        }
        std::uint8_t& slot = table.slots[table.slot_of(table.keys[id])];
        if (slot != 0) {
            return false;
        }
        slot = static_cast<std::uint8_t>(id);
    }
    return true;
}

// Tries multipliers until no two names meet.
constexpr detail::NameTable make_table() {
    detail::NameTable table;
    for (std::size_t id = 1; id < kTagCount; ++id) {
        const std::string_view name = kNameList[id];
        table.keys[id] = name.size() <= detail::kShortName ? key_of(name) : 0;
    }
    table.multiplier = 0x9E3779B97F4A7C15;
    while (!fill(table)) {
        table.multiplier = table.multiplier * 0xD1342543DE82EF95 + 2;
    }
    return table;
}

}  // namespace

namespace detail {

constinit const std::array<std::string_view, kTagCount> kNames = kNameList;
constinit const NameTable kNameTable = make_table();

TagId long_tag_id(std::string_view name) {
    for (std::size_t id = 1; id < kTagCount; ++id) {
        if (kNameTable.keys[id] == 0 && equal_ignoring_case(kNames[id], name)) {
            return static_cast<TagId>(id);
        }
    }
    return TagId::other;
}

}  // namespace detail

TagId tag_id(std::string_view name) {
    if (name.empty()) {
        return TagId::other;
    }
    return name.size() <= detail::kShortName ? detail::kNameTable.find(key_of(name))
                                             : detail::long_tag_id(name);
}

}  // namespace pz::rewrite
