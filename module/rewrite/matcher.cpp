#include "rewrite/matcher.hpp"

#include <algorithm>
#include <bit>

namespace pz::rewrite {

void Matcher::add(const Selector& selector) {
    const std::size_t index = selectors_++;
    for (const ComplexSelector& complex : selector.alternatives) {
        for (const Compound& compound : complex.compounds) {
            bits_.push_back({&compound, index, &compound == &complex.compounds.back()});
        }
    }
}

void Matcher::compile() {
    words_ = std::max<std::size_t>((bits_.size() + 63) / 64, 1);
    for (Mask* mask : {&first_, &descendant_, &child_, &any_type_, &final_, &own_}) {
        mask->assign(words_, 0);
    }
    by_tag_.assign(words_ * kTagCount, 0);
    for (std::size_t i = 0; i < bits_.size(); ++i) {
        const Compound& compound = *bits_[i].compound;
        set(compound.combinator == Combinator::none         ? first_
            : compound.combinator == Combinator::descendant ? descendant_
                                                            : child_,
            i);
        if (bits_[i].last) {
            set(final_, i);
        }
        if (compound.type.empty()) {
            set(any_type_, i);
        } else {
            const auto id = static_cast<std::size_t>(tag_id(compound.type));
            by_tag_[id * words_ + i / 64] |= std::uint64_t{1} << (i % 64);
        }
    }
    rows_.assign(words_, Row{});
    for (std::size_t word = 0; word < words_; ++word) {
        rows_[word].allowed = first_[word];
    }
}

// Row 0 stands for what is around the root; the element at `depth` has row depth + 1.
void Matcher::enter(std::size_t depth, TagId id, std::string_view name, TagAttributes& attributes,
                    bool child_certain) {
    const std::size_t row = (depth + 1) * words_;
    if (rows_.size() < row + words_) {
        rows_.resize(row + words_);
    }
    for (std::size_t word = 0; word < words_; ++word) {
        const Row& parent = rows_[row - words_ + word];
        const std::uint64_t type =
            any_type_[word] | by_tag_[static_cast<std::size_t>(id) * words_ + word];
        const std::uint64_t context = parent.allowed | (child_certain ? parent.allowed_child : 0);
        own_[word] = test(word, type & context, name, attributes);
    }
    open_row(row);
}

std::uint64_t Matcher::test(std::size_t word, std::uint64_t candidates, std::string_view name,
                            TagAttributes& attributes) {
    std::uint64_t own = 0;
    for (; candidates != 0; candidates &= candidates - 1) {
        const auto bit = static_cast<std::size_t>(std::countr_zero(candidates));
        const Compound& compound = *bits_[word * 64 + bit].compound;
        const bool plain = compound.attributes.empty();
        const auto list = plain ? std::span<const Attribute>() : attributes.get();
        if (compound.matches(name, list)) {
            own |= std::uint64_t{1} << bit;
        }
    }
    return own;
}

// What the children of the element entered last may match: the compound behind each that matched.
void Matcher::open_row(std::size_t row) {
    std::uint64_t own_carry = 0;
    std::uint64_t under_carry = 0;
    for (std::size_t word = 0; word < words_; ++word) {
        Row& to = rows_[row + word];
        to.under = rows_[row - words_ + word].under | own_[word];
        to.allowed = first_[word] | (((to.under << 1) | under_carry) & descendant_[word]);
        to.allowed_child = ((own_[word] << 1) | own_carry) & child_[word];
        under_carry = to.under >> 63;
        own_carry = own_[word] >> 63;
    }
}

std::size_t Matcher::matched(std::size_t first, std::size_t last) const {
    for (std::size_t word = 0; word < words_; ++word) {
        for (std::uint64_t left = own_[word] & final_[word]; left != 0; left &= left - 1) {
            const auto bit = static_cast<std::size_t>(std::countr_zero(left));
            const std::size_t selector = bits_[word * 64 + bit].selector;
            if (selector >= first && selector < last) {
                return selector;  // bits are in the order of selectors
            }
        }
    }
    return last;
}

}  // namespace pz::rewrite
