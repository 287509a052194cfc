#include "rewrite/gather.hpp"

#include "rewrite/characters.hpp"

namespace pz::rewrite {
namespace {

constexpr std::size_t kMaxKey = 2048;  // a longer one names no item

std::string_view trim(std::string_view text) {
    while (!text.empty() && byte_is(text.front(), byte_class::kSpace)) {
        text.remove_prefix(1);
    }
    while (!text.empty() && byte_is(text.back(), byte_class::kSpace)) {
        text.remove_suffix(1);
    }
    return text;
}

// Links that lead nowhere stand in many tiles: "#", "javascript:void(0)".
bool leads_to_item(std::string_view href) {
    return !href.starts_with('#') && !equal_ignoring_case(href.substr(0, 11), "javascript:");
}

}  // namespace

void Gather::begin(std::size_t pattern_index, const Pattern& pattern, const Tag& tag,
                   const OpenElements& tree) {
    active_ = true;
    pattern_index_ = pattern_index;
    pattern_ = &pattern;
    index_ = tree.depth() - 1;
    id_ = tag.id;
    extent_ = {tag.begin, tag.end, tag.end, tag.end};
    irregularities_ = tree.irregularities();
    tile_open_ = false;
    spans_.clear();
    keys_.clear();
}

Gather::Verdict Gather::closed(const Tag& tag, const OpenElements::Outcome& outcome,
                               const OpenElements& tree) {
    if (tree.irregularities() != irregularities_) {
        return Verdict::ambiguous;
    }
    if (tile_open_ && outcome.depth <= tile_index_) {
        const bool own = outcome.closed == tile_index_;
        if (!own && !tag_is(tile_id_, tag_flag::kOptionalEnd)) {
            return Verdict::ambiguous;
        }
        end_tile(own ? tag.end : tag.begin);
    }
    if (outcome.depth > index_) {
        return Verdict::going;
    }
    const bool own = outcome.closed == index_;
    if (!own && !tag_is(id_, tag_flag::kOptionalEnd)) {
        return Verdict::ambiguous;
    }
    extent_.inner_end = tag.begin;
    extent_.end = own ? tag.end : tag.begin;
    return Verdict::complete;
}

Gather::Verdict Gather::opened(const Tag& tag, const OpenElements::Outcome& outcome,
                               const OpenElements& tree, TagAttributes& attributes, bool tile) {
    if (!outcome.element) {
        return Verdict::going;
    }
    const std::size_t index = outcome.opened ? tree.depth() - 1 : tree.depth();
    const bool begins = !tile_open_ && (pattern_->tile ? tile : index == index_ + 1);
    if (begins) {
        const Verdict verdict = begin_tile(tag, index, tree);
        if (verdict != Verdict::going) {
            return verdict;
        }
    }
    if (tile_open_ && spans_.back().key_size == 0) {
        look_for_key(tag, outcome, attributes);
    }
    if (begins && !outcome.opened) {
        end_tile(tag.end);
    }
    return Verdict::going;
}

Gather::Verdict Gather::begin_tile(const Tag& tag, std::size_t index, const OpenElements& tree) {
    const std::uint32_t parent = tree[index - 1].serial;
    if (!spans_.empty() && parent != tile_parent_) {
        return Verdict::ambiguous;
    }
    if (spans_.size() == max_tiles_) {
        return Verdict::over_limit;
    }
    tile_parent_ = parent;
    tile_index_ = index;
    tile_id_ = tag.id;
    tile_open_ = true;
    spans_.push_back({tag.begin, tag.begin, keys_.size(), 0});
    return Verdict::going;
}

void Gather::end_tile(std::uint64_t end) {
    spans_.back().end = end;
    tile_open_ = false;
}

void Gather::look_for_key(const Tag& tag, const OpenElements::Outcome& outcome,
                          TagAttributes& attributes) {
    const ItemLocator& locator = pattern_->locator;
    const bool by_href = locator.by == ItemLocator::By::href;
    if (by_href && (outcome.foreign || (tag.id != TagId::a && tag.id != TagId::area))) {
        return;
    }
    const Attribute* found = find_attribute(attributes.get(), by_href ? "href" : locator.name);
    if (found == nullptr) {
        return;
    }
    const std::string_view value = trim(found->value);
    if (value.size() > kMaxKey || (by_href && !leads_to_item(value))) {
        return;
    }
    Span& span = spans_.back();
    decode_references(value, keys_);
    span.key_size = keys_.size() - span.key_begin;
}

const std::vector<Tile>& Gather::tiles() {
    tiles_.clear();
    const std::string_view keys = keys_;
    for (const Span& span : spans_) {
        tiles_.push_back({static_cast<std::size_t>(span.begin - extent_.begin),
                          static_cast<std::size_t>(span.end - extent_.begin),
                          keys.substr(span.key_begin, span.key_size)});
    }
    return tiles_;
}

}  // namespace pz::rewrite
