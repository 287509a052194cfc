#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>

#include "store/draft.hpp"
#include "store/layout.hpp"
#include "store/link.hpp"
#include "store/neighbours.hpp"

namespace pz::store {

namespace {

constexpr std::size_t kMax32 = std::numeric_limits<std::uint32_t>::max();

// The file's value ids: items' ids first, in the items' order; then all other texts.
struct Renumbering {
    std::vector<ValueId> new_of;  // by the draft's ids
    std::vector<ValueId> old_of;  // by the file's ids
};

Renumbering renumber(const Draft& draft) {
    Renumbering numbers;
    numbers.new_of.assign(draft.dictionary.size(), kNoValue);
    numbers.old_of.reserve(draft.dictionary.size());
    numbers.old_of.push_back(kNoValue);
    const auto take = [&numbers](ValueId old) {
        if (old != kNoValue && numbers.new_of[old] == kNoValue) {
            numbers.new_of[old] = static_cast<ValueId>(numbers.old_of.size());
            numbers.old_of.push_back(old);
        }
    };
    for (const Draft::Item& item : draft.items) {
        take(item.id);
    }
    for (ValueId old = 1; old < draft.dictionary.size(); ++old) {
        take(old);
    }
    return numbers;
}

void put_texts(const Draft& draft, const Renumbering& numbers, Image& image) {
    image.text_offsets.reserve(numbers.old_of.size() + 1);
    image.texts.reserve(draft.dictionary.bytes());
    image.value_slots.resize(slots_for(numbers.old_of.size()));
    image.text_offsets.push_back(0);
    for (ValueId value = 0; value < numbers.old_of.size(); ++value) {
        const std::string_view text = draft.dictionary.text(numbers.old_of[value]);
        image.texts.append(text);
        image.text_offsets.push_back(static_cast<std::uint32_t>(image.texts.size()));
        if (value != kNoValue) {
            put_slot(image.value_slots, {hash_text(text), value});
        }
    }
}

void put_rows(const Draft& draft, const Renumbering& numbers, Image& image) {
    for (const ValueId name : draft.field_names) {
        image.field_names.push_back(numbers.new_of[name]);
    }
    const std::size_t width = draft.field_names.size();
    image.rows.assign(draft.items.size() * width, kNoValue);
    image.live.resize(draft.items.size());
    image.first_seen.reserve(draft.items.size());
    auto* cell = image.rows.data();
    for (std::size_t i = 0; i < draft.items.size(); ++i, cell += width) {
        const Draft::Item& item = draft.items[i];
        std::transform(item.row.begin(), item.row.end(), cell,
                       [&numbers](ValueId value) { return numbers.new_of[value]; });
        store_live(image.live[i], item.live);
        image.first_seen.push_back(item.first_seen);
        image.item_signals.push_back(item.signals);
    }
}

using ItemLinks = std::vector<std::pair<Link, ItemIndex>>;

// Of several items with the same link none is found by it.
void put_unique(ItemLinks& links, Image& image) {
    const auto order = [&links](std::size_t a, std::size_t b) {
        return compare_links(links[a].first, links[b].first);
    };
    std::sort(links.begin(), links.end(), [](const auto& left, const auto& right) {
        return compare_links(left.first, right.first) < 0;
    });
    for (std::size_t i = 0; i < links.size(); ++i) {
        const bool like_last = i > 0 && order(i - 1, i) == 0;
        const bool like_next = i + 1 < links.size() && order(i, i + 1) == 0;
        if (!like_last && !like_next) {
            put_slot(image.link_slots, {hash_link(links[i].first), links[i].second + 1});
        }
    }
}

// By path and arguments, and by the path alone.
void put_links(const Draft& draft, Image& image) {
    ItemLinks whole;
    ItemLinks paths;
    for (ItemIndex i = 0; i < draft.items.size(); ++i) {
        const Link link = split_link(draft.dictionary.text(draft.items[i].row[field::link]));
        if (has_arguments(link)) {
            whole.emplace_back(link, i);
        }
        if (!link.path.empty()) {
            paths.emplace_back(Link{link.path, {}, true}, i);
        }
    }
    image.link_slots.resize(slots_for(whole.size() + paths.size()));
    put_unique(whole, image);
    put_unique(paths, image);
}

void put_lists(const Draft& draft, const Renumbering& numbers, Image& image) {
    std::vector<std::pair<ListKey, const std::vector<ScoredItem>*>> lists;
    lists.reserve(draft.lists.size());
    for (const auto& [key, items] : draft.lists) {
        lists.push_back({{key.kind, numbers.new_of[key.key]}, &items});
    }
    std::sort(lists.begin(), lists.end());
    image.list_offsets.push_back(0);
    for (const auto& [key, items] : lists) {
        image.list_keys.push_back(key);
        image.list_items.insert(image.list_items.end(), items->begin(), items->end());
        image.list_offsets.push_back(static_cast<std::uint32_t>(image.list_items.size()));
    }
}

void put_neighbours(const Draft& draft, Image& image) {
    const NeighbourCode code(draft.items.size());
    image.neighbour_offsets.reserve(draft.items.size() * kNeighbourKinds + 1);
    image.neighbour_offsets.push_back(0);
    for (const auto& kind : draft.neighbours) {
        for (std::size_t i = 0; i < draft.items.size(); ++i) {
            if (i < kind.size()) {
                std::transform(kind[i].begin(), kind[i].end(),
                               std::back_inserter(image.neighbour_items),
                               [code](ScoredItem scored) { return code.encode(scored); });
            }
            image.neighbour_offsets.push_back(
                static_cast<std::uint32_t>(image.neighbour_items.size()));
        }
    }
}

void put_segments(const Draft& draft, const Renumbering& numbers, Image& image) {
    for (const ValueId name : draft.found_segments) {
        image.found_segments.push_back(numbers.new_of[name]);
    }
    std::vector<std::pair<Attribute, const std::vector<float>*>> rows;
    rows.reserve(draft.found_weights.size());
    for (const auto& [attribute, weights] : draft.found_weights) {
        rows.push_back({{attribute.field, numbers.new_of[attribute.value]}, &weights});
    }
    std::sort(rows.begin(), rows.end());
    for (const auto& [attribute, weights] : rows) {
        image.found_attributes.push_back(attribute);
        image.found_weights.insert(image.found_weights.end(), weights->begin(), weights->end());
    }
}

std::span<const ItemIndex> items_of(const Draft& draft, std::size_t session) {
    const std::uint32_t begin = draft.session_offsets[session];
    return std::span(draft.session_items)
        .subspan(begin, draft.session_offsets[session + 1] - begin);
}

// Oldest first.
void put_sessions(const Draft& draft, Image& image) {
    std::vector<std::uint32_t> order(draft.session_times.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&draft](std::uint32_t a, std::uint32_t b) {
        return draft.session_times[a] < draft.session_times[b];
    });
    image.session_heads.reserve(order.size() + 1);
    image.session_items.reserve(draft.session_items.size());
    for (const std::uint32_t old : order) {
        const std::span<const ItemIndex> items = items_of(draft, old);
        image.session_heads.push_back(
            {static_cast<std::uint32_t>(image.session_items.size()), draft.session_times[old]});
        image.session_items.insert(image.session_items.end(), items.begin(), items.end());
    }
    image.session_heads.push_back({static_cast<std::uint32_t>(image.session_items.size()), 0});
}

// The other way round: a counting sort over the sessions, newest first.
void put_item_sessions(std::size_t items, std::size_t limit, Image& image) {
    image.session_frequency.assign(items, 0);
    for (const ItemIndex item : image.session_items) {
        ++image.session_frequency[item];
    }
    image.item_session_offsets.push_back(0);
    for (const std::uint32_t frequency : image.session_frequency) {
        const auto kept = static_cast<std::uint32_t>(std::min<std::size_t>(frequency, limit));
        image.item_session_offsets.push_back(image.item_session_offsets.back() + kept);
    }
    image.item_sessions.resize(image.item_session_offsets.back());
    std::vector<std::uint32_t> next(image.item_session_offsets.begin(),
                                    image.item_session_offsets.end() - 1);
    for (std::size_t session = image.session_heads.size() - 1; session-- > 0;) {
        for (std::uint32_t i = image.session_heads[session].begin;
             i < image.session_heads[session + 1].begin; ++i) {
            const ItemIndex item = image.session_items[i];
            if (next[item] < image.item_session_offsets[item + 1]) {
                image.item_sessions[next[item]++] = static_cast<std::uint32_t>(session);
            }
        }
    }
}

std::size_t count_scored(const Draft& draft) {
    std::size_t most = 0;
    for (const auto& kind : draft.neighbours) {
        for (const auto& items : kind) {
            most += items.size();
        }
    }
    std::size_t listed = 0;
    for (const auto& [key, items] : draft.lists) {
        listed += items.size();
    }
    return std::max(most, listed);
}

template <class Container>
std::span<const std::byte> bytes_of(const Container& container) {
    return std::as_bytes(std::span(container.data(), container.size()));
}

}  // namespace

Result<Image> assemble(const Draft& draft) {
    if (!draft.misuse.empty()) {
        return Status::error(draft.misuse);
    }
    if (draft.dictionary.bytes() > kMax32 || count_scored(draft) > kMax32 ||
        draft.session_items.size() > kMax32) {
        return Status::error(
            "the catalog or its history is too large for one store (4 GiB of texts, 4 billion "
            "list entries); import fewer columns or learn from a shorter time");
    }
    Image image;
    const Renumbering numbers = renumber(draft);
    put_texts(draft, numbers, image);
    put_rows(draft, numbers, image);
    image.order_weights = draft.order_weights;
    put_links(draft, image);
    put_lists(draft, numbers, image);
    put_neighbours(draft, image);
    put_segments(draft, numbers, image);
    put_sessions(draft, image);
    put_item_sessions(draft.items.size(), draft.sessions_per_item, image);
    image.mixture = draft.mixture;
    return image;
}

Image::Sections Image::sections() const {
    return {bytes_of(field_names),
            bytes_of(text_offsets),
            bytes_of(texts),
            bytes_of(value_slots),
            bytes_of(rows),
            bytes_of(first_seen),
            bytes_of(link_slots),
            bytes_of(list_keys),
            bytes_of(list_offsets),
            bytes_of(list_items),
            bytes_of(neighbour_offsets),
            bytes_of(neighbour_items),
            bytes_of(session_heads),
            bytes_of(session_items),
            bytes_of(item_session_offsets),
            bytes_of(item_sessions),
            bytes_of(session_frequency),
            bytes_of(order_weights),
            bytes_of(mixture),
            bytes_of(item_signals),
            bytes_of(found_segments),
            bytes_of(found_attributes),
            bytes_of(found_weights),
            bytes_of(live)};
}

Header make_header(const Image& image, std::uint64_t generation, std::int64_t created) {
    Header header{};
    header.magic = kMagic;
    header.version = kFormatVersion;
    header.section_count = kSectionCount;
    header.generation = generation;
    header.created = created;
    header.item_count = static_cast<std::uint32_t>(image.live.size());
    header.field_count = static_cast<std::uint32_t>(image.field_names.size());
    header.value_count = static_cast<std::uint32_t>(image.text_offsets.size() - 1);
    header.session_count = static_cast<std::uint32_t>(image.session_heads.size() - 1);
    std::uint64_t at = sizeof(Header);
    const Image::Sections sections = image.sections();
    for (std::size_t i = 0; i < kSectionCount; ++i) {
        header.sections[i] = {at, sections[i].size()};
        at = aligned(at + sections[i].size());
    }
    header.file_size = at;
    return header;
}

}  // namespace pz::store
