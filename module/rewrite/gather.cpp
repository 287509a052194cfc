#include "rewrite/gather.hpp"

namespace pz::rewrite {
void Gather::begin(std::size_t pattern_index, const Pattern& pattern, const Tag& tag,
                   const OpenElements& tree) {
    active_ = true;
    pattern_index_ = pattern_index;
    pattern_ = &pattern;
    index_ = tree.depth() - 1;
    id_ = tag.id;
    extent_ = {tag.begin, tag.end, tag.end, tag.end};
    irregularities_ = tree.irregularities();
    form_open_ = tree.form_open();
    tile_open_ = false;
    spans_.clear();
    mark_spans_.clear();
    keys_.clear();
    own_ends_ = implied_ends_ = unlike_ = false;
}

Gather::Verdict Gather::closed(const Tag& tag, const OpenElements::Outcome& outcome,
                               const OpenElements& tree) {
    if (tree.irregularities() != irregularities_) {
        return Verdict::ambiguous;
    }
    const auto form_as = [&](bool before) {
        return tree.form_open() == before || tag.id == TagId::form;
    };
    if (tile_open_ && outcome.depth <= tile_index_) {
        const bool own = outcome.closed == tile_index_;
        if (!form_as(tile_form_open_)) {
            return Verdict::ambiguous;
        }
        if (!own && (unclosed_ || !tag_is(tile_id_, tag_flag::kOptionalEnd))) {
            return Verdict::ambiguous;
        }
        (own ? own_ends_ : implied_ends_) = true;
        end_tile(own ? tag.end : tag.begin);
    }
    if (outcome.depth > index_) {
        unclosed_ = tile_open_ && has_unclosed(tree);
        return Verdict::going;
    }
    const bool own = outcome.closed == index_;
    if (!form_as(form_open_) || (!own && !tag_is(id_, tag_flag::kOptionalEnd))) {
        return Verdict::ambiguous;
    }
    // A tile without an end tag would take in what stands behind one that has it.
    if (implied_ends_ && (own_ends_ || unlike_)) {
        return Verdict::ambiguous;
    }
    extent_.inner_end = tag.begin;
    extent_.end = own ? tag.end : tag.begin;
    return Verdict::complete;
}

// Whether something is open in the tile that what ends the tile might not end as well: a <p>, and
// in a part of a table other parts, always end. Else what stands behind it here might come to stand
// in it elsewhere.
bool Gather::has_unclosed(const OpenElements& tree) const {
    const bool table = tag_is(tile_id_, tag_flag::kTablePart);
    for (std::size_t i = tile_index_ + 1; i < tree.depth(); ++i) {
        const TagId id = tree[i].id;
        if (id != TagId::p && !(table && tag_is(id, tag_flag::kTablePart))) {
            return true;
        }
    }
    return false;
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
    if (tile_open_ && !begins) {
        look_for_marks(tag, attributes);
    }
    if (begins && !outcome.opened) {
        own_ends_ = true;
        end_tile(tag.end);
    }
    return Verdict::going;
}

Gather::Verdict Gather::begin_tile(const Tag& tag, std::size_t index, const OpenElements& tree) {
    const OpenElement& parent = tree[index - 1];
    const bool alike = spans_.empty() || parent.serial == tile_parent_ ||
                       (index == tile_index_ && parent.id == tile_parent_id_ &&
                        tag.id == tile_id_ && tag.id != TagId::other);
    if (!alike) {
        return Verdict::ambiguous;
    }
    if (spans_.size() == max_tiles_) {
        return Verdict::over_limit;
    }
    unlike_ = unlike_ || (!spans_.empty() && tag.id != tile_id_);
    tile_parent_ = parent.serial;
    tile_parent_id_ = parent.id;
    tile_index_ = index;
    tile_id_ = tag.id;
    tile_open_ = true;
    tile_form_open_ = tree.form_open();
    marks_found_ = 0;
    unclosed_ = false;
    spans_.push_back({tag.begin, tag.begin, tag.end, keys_.size(), 0});
    return Verdict::going;
}

void Gather::end_tile(std::uint64_t end) {
    spans_.back().end = end;
    tile_open_ = false;
}

void Gather::look_for_key(const Tag& tag, const OpenElements::Outcome& outcome,
                          TagAttributes& attributes) {
    if (pattern_->locator.find(tag.id, outcome.foreign, attributes, keys_)) {
        Span& span = spans_.back();
        span.key_size = keys_.size() - span.key_begin;
    }
}

// The shortest attribute name is longer than most tags.
void Gather::look_for_marks(const Tag& tag, TagAttributes& attributes) {
    const std::vector<std::string>& names = pattern_->marks.attributes;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::uint32_t bit = std::uint32_t{1} << i;
        if ((marks_found_ & bit) == 0 && tag.end - tag.begin > names[i].size() &&
            find_attribute(attributes.get(), names[i]) != nullptr) {
            marks_found_ |= bit;
            mark_spans_.push_back({spans_.size() - 1, i, tag.begin, tag.end});
        }
    }
}

const std::vector<Tile>& Gather::tiles() {
    tiles_.clear();
    const std::string_view keys = keys_;
    for (const Span& span : spans_) {
        tiles_.push_back({static_cast<std::size_t>(span.begin - extent_.begin),
                          static_cast<std::size_t>(span.end - extent_.begin),
                          keys.substr(span.key_begin, span.key_size),
                          static_cast<std::size_t>(span.tag_end - extent_.begin)});
    }
    return tiles_;
}

const std::vector<Mark>& Gather::marks() {
    marks_.clear();
    for (const MarkSpan& span : mark_spans_) {
        marks_.push_back({span.tile, span.attribute,
                          static_cast<std::size_t>(span.begin - extent_.begin),
                          static_cast<std::size_t>(span.end - extent_.begin)});
    }
    return marks_;
}

}  // namespace pz::rewrite
