#include "store/dictionary.hpp"

namespace pz::store {

Dictionary::Dictionary() : offsets_(2, 0), slots_(slots_for(64)) {}

std::string_view Dictionary::text(ValueId value) const {
    return std::string_view(bytes_).substr(offsets_[value], offsets_[value + 1] - offsets_[value]);
}

ValueId Dictionary::find(std::string_view text) const {
    return probe(slots_, hash_text(text),
                 [this, text](std::uint32_t entry) { return this->text(entry) == text; });
}

ValueId Dictionary::intern(std::string_view text) {
    if (text.empty()) {
        return kNoValue;
    }
    if (const ValueId known = find(text); known != kNoValue) {
        return known;
    }
    if (slots_for(size()) > slots_.size()) {
        grow();
    }
    const auto value = static_cast<ValueId>(size());
    bytes_.append(text);
    offsets_.push_back(bytes_.size());
    put_slot(slots_, {hash_text(text), value});
    return value;
}

void Dictionary::grow() {
    std::vector<Slot> larger(slots_.size() * 2);
    for (const Slot& slot : slots_) {
        if (slot.entry != 0) {
            put_slot(larger, slot);
        }
    }
    slots_.swap(larger);
}

}  // namespace pz::store
