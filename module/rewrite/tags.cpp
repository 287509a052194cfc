#include "rewrite/tags.hpp"

#include <bit>
#include <cstring>

#include "rewrite/characters.hpp"

namespace pz::rewrite {
namespace {

constexpr std::array<std::string_view, kTagCount> kNames = {"",
#define X(identifier, name, flags) name,
                                                            PZ_REWRITE_TAGS(X)
#undef X
};

// Names of up to 8 bytes are looked up as one number, in a table without collisions.
using Key = std::uint64_t;

constexpr std::size_t kShort = sizeof(Key);
constexpr Key kLowerCase = 0x2020202020202020;  // of letters, digits and '-'; no name has others

constexpr Key key_mask(std::size_t size) {
    return ~Key{0} >> (64 - 8 * size);
}

// The first byte is the lowest.
constexpr Key key_of(std::string_view name) {
    Key key = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        key |= Key{static_cast<unsigned char>(name[i])} << (8 * i);
    }
    return key;
}

constexpr std::size_t slot_of(Key key, Key multiplier) {
    return static_cast<std::size_t>((key * multiplier) >> 53);
}

constexpr std::size_t kSlots = 1U << 11;

struct Table {
    Key multiplier = 0;
    std::array<std::uint8_t, kSlots> slots{};
    std::array<Key, kTagCount> keys{};  // 0: none
};

constexpr bool fill(Table& table) {
    table.slots = {};
    for (std::size_t id = 1; id < kTagCount; ++id) {
        if (table.keys[id] == 0) {
            continue;
        }
        std::uint8_t& slot = table.slots[slot_of(table.keys[id], table.multiplier)];
        if (slot != 0) {
            return false;
        }
        slot = static_cast<std::uint8_t>(id);
    }
    return true;
}

constexpr Table make_table() {
    Table table;
    for (std::size_t id = 1; id < kTagCount; ++id) {
        table.keys[id] = kNames[id].size() <= kShort ? key_of(kNames[id]) : 0;
    }
    table.multiplier = 0x9E3779B97F4A7C15;
    while (!fill(table)) {
        table.multiplier = table.multiplier * 0xD1342543DE82EF95 + 2;
    }
    return table;
}

constexpr Table kTable = make_table();

TagId short_tag_id(Key key) {
    const std::uint8_t id = kTable.slots[slot_of(key, kTable.multiplier)];
    return kTable.keys[id] == key ? static_cast<TagId>(id) : TagId::other;
}

TagId long_tag_id(std::string_view name) {
    for (std::size_t id = 1; id < kTagCount; ++id) {
        if (kTable.keys[id] == 0 && equal_ignoring_case(kNames[id], name)) {
            return static_cast<TagId>(id);
        }
    }
    return TagId::other;
}

}  // namespace

TagId tag_id(std::string_view name) {
    if (name.empty()) {
        return TagId::other;
    }
    return name.size() <= kShort ? short_tag_id(key_of(name)) : long_tag_id(name);
}

TagId tag_id_at(const char* name, std::size_t size) {
    if (size > kShort) {
        return long_tag_id({name, size});
    }
    Key key = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&key, name, sizeof key);
    } else {
        key = key_of({name, size});
    }
    return short_tag_id((key | kLowerCase) & key_mask(size));
}

std::string_view tag_name(TagId id) {
    return kNames[static_cast<std::size_t>(id)];
}

Text text_of(TagId id) {
    switch (id) {
        case TagId::title:
        case TagId::textarea:
            return Text::rcdata;
        case TagId::style:
        case TagId::xmp:
        case TagId::iframe:
        case TagId::noembed:
        case TagId::noframes:
        case TagId::noscript:
            return Text::raw;
        case TagId::script:
            return Text::script;
        case TagId::plaintext:
            return Text::plaintext;
        default:
            return Text::markup;
    }
}

}  // namespace pz::rewrite
