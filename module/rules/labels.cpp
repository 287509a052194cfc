#include "rules/labels.hpp"

#include <limits>

#include "store/utf8.hpp"

namespace pz::rules {

bool Labels::fits(std::string_view text) {
    if (text.empty() || text.size() > kMaxLabel) {
        return false;
    }
    while (!text.empty()) {
        const store::CodePoint point = store::decode_utf8(text);
        if (!point.valid || point.value < 0x20 || (point.value >= 0x7F && point.value < 0xA0)) {
            return false;
        }
        text.remove_prefix(point.size);
    }
    return true;
}

void Labels::clear() {
    texts_.clear();
    ends_.clear();
}

// Neighbours mostly have the same.
std::uint16_t Labels::add(std::string_view text) {
    const auto count = static_cast<std::uint16_t>(ends_.size());
    if (count > 0 && this->text(count) == text) {
        return count;
    }
    if (count == std::numeric_limits<std::uint16_t>::max()) {
        return 0;
    }
    texts_.append(text);
    ends_.push_back(static_cast<std::uint32_t>(texts_.size()));
    return static_cast<std::uint16_t>(count + 1);
}

std::string_view Labels::text(std::uint16_t number) const {
    if (number == 0 || number > ends_.size()) {
        return {};
    }
    const std::uint32_t begin = number == 1 ? 0 : ends_[number - 2U];
    return std::string_view(texts_).substr(begin, ends_[number - 1U] - begin);
}

}  // namespace pz::rules
