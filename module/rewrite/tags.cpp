#include "rewrite/tags.hpp"

namespace pz::rewrite {
namespace {

constexpr std::array<std::string_view, kTagCount> kNames = {"",
#define X(identifier, name, flags) name,
                                                            PZ_REWRITE_TAGS(X)
#undef X
};

constexpr std::size_t kSlots = 512;  // a load of a quarter: one or two probes

constexpr std::size_t slot_of(std::string_view name) {
    std::uint32_t hash = static_cast<std::uint32_t>(name.size());
    for (const char c : name) {
        hash = hash * 31 + static_cast<unsigned char>(c);
    }
    return (hash ^ (hash >> 9)) % kSlots;
}

constexpr std::array<std::uint8_t, kSlots> make_slots() {
    std::array<std::uint8_t, kSlots> slots{};
    for (std::size_t id = 1; id < kTagCount; ++id) {
        std::size_t slot = slot_of(kNames[id]);
        while (slots[slot] != 0) {
            slot = (slot + 1) % kSlots;
        }
        slots[slot] = static_cast<std::uint8_t>(id);
    }
    return slots;
}

constexpr auto kSlotOf = make_slots();
constexpr std::size_t kLongestName = 14;  // annotation-xml

}  // namespace

TagId tag_id(std::string_view name) {
    if (name.size() > kLongestName) {
        return TagId::other;
    }
    for (std::size_t slot = slot_of(name); kSlotOf[slot] != 0; slot = (slot + 1) % kSlots) {
        if (kNames[kSlotOf[slot]] == name) {
            return static_cast<TagId>(kSlotOf[slot]);
        }
    }
    return TagId::other;
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
