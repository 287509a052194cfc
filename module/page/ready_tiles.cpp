#include "page/ready_tiles.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "page/deflate_bits.hpp"
#include "page/gzip_join.hpp"

namespace pz::page {

namespace {

// Of an entry's list node and its place in the index, with what an allocator adds to each.
constexpr std::size_t kOverhead = 256;

}  // namespace

ReadyTiles::Kind::Kind(const rewrite::Template& tile, const store::Snapshot& snapshot,
                       const Locale& locale, rewrite::Charset charset, std::uint32_t first_slot)
    : tile_(tile),
      locale_(locale),
      charset_(charset),
      first_slot_(first_slot),
      fields_(tile, snapshot, locale),
      prefixes_(tile.names().size()) {}

void ReadyTiles::Kind::render(const TilePlace& place, const visitor::Profile& profile,
                              std::string& text, std::vector<rewrite::TilePart>* parts) {
    tile_.render(fields_.read(place, profile), text, charset_, parts);
}

void ReadyTiles::Kind::learn(std::string_view text, std::span<const rewrite::TilePart> parts) {
    if (lessons_left_ == 0) {
        return;
    }
    for (const rewrite::TilePart& part : parts) {
        if (part.slot < literal_slots()) {
            continue;
        }
        Prefix& prefix = prefixes_[part.slot - literal_slots()];
        const std::string_view value = text.substr(part.begin, part.end - part.begin);
        const auto same =
            std::mismatch(prefix.text.begin(), prefix.text.end(), value.begin(), value.end());
        prefix.text = prefix.known ? std::string(prefix.text.begin(), same.first) : value;
        prefix.known = true;
    }
    lessons_left_--;
    lesson_ += lessons_left_ == 0 ? 1 : 0;
}

// Only prefixes that stay are used.
void ReadyTiles::Kind::find_shared(std::string_view text, std::span<const rewrite::TilePart> parts,
                                   std::vector<std::size_t>& shared) const {
    shared.clear();
    for (const rewrite::TilePart& part : parts) {
        const std::string_view value = text.substr(part.begin, part.end - part.begin);
        std::size_t size = 0;
        if (first_slot_ + part.slot >= GzipJoin::kSlots) {
            size = 0;
        } else if (part.slot < literal_slots()) {
            size = value.size();
        } else if (lessons_left_ == 0) {
            const std::string& prefix = prefixes_[part.slot - literal_slots()].text;
            size = value.starts_with(prefix) ? prefix.size() : 0;
        }
        shared.push_back(size);
    }
}

ReadyTiles::ReadyTiles(std::size_t capacity) : capacity_(capacity) {}
ReadyTiles::~ReadyTiles() = default;

std::size_t ReadyTiles::Hash::operator()(const Key& key) const noexcept {
    std::uint64_t hash = std::hash<const void*>()(key.kind);
    for (const std::uint64_t part : {std::uint64_t{key.item} << 32U | key.position,
                                     std::uint64_t{key.placement} << 32U | key.recommender << 8U |
                                         static_cast<std::uint64_t>(key.tier)}) {
        hash = (hash ^ part) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 32U;
    }
    return static_cast<std::size_t>(hash);
}

ReadyTile ReadyTiles::Entry::view() const {
    const auto* first = reinterpret_cast<const TileRun*>(memory.get());
    const char* const rest = memory.get() + runs * sizeof(TileRun);
    return {{rest, text}, {first, runs}, {rest + text, bits}};
}

std::size_t ReadyTiles::Entry::size() const {
    return runs * sizeof(TileRun) + text + bits + deflate::kSlack + kOverhead;
}

void ReadyTiles::begin(const store::Snapshot& snapshot) {
    if (snapshot_ != &snapshot) {
        drop();
        snapshot_ = &snapshot;
    }
}

void ReadyTiles::drop() {
    index_.clear();
    by_use_.clear();
    kinds_.clear();
    names_.clear();
    slots_ = 0;
    bytes_ = 0;
    snapshot_ = nullptr;
}

ReadyTiles::Kind& ReadyTiles::kind(const rewrite::Template& tile, const Locale& locale,
                                   rewrite::Charset charset) {
    const auto found = std::find_if(kinds_.begin(), kinds_.end(), [&](const auto& each) {
        return each->is(tile, locale, charset);
    });
    if (found != kinds_.end()) {
        return **found;
    }
    kinds_.push_back(std::make_unique<Kind>(tile, *snapshot_, locale, charset, slots_));
    slots_ += static_cast<std::uint32_t>(tile.literal_slots() + tile.names().size());
    return *kinds_.back();
}

// Placements and recommenders are few.
std::uint32_t ReadyTiles::name_index(std::string_view name) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) {
        names_.emplace_back(name);
        return static_cast<std::uint32_t>(names_.size());
    }
    return static_cast<std::uint32_t>(found - names_.begin() + 1);
}

ReadyTiles::Key ReadyTiles::key_of(const Kind& kind, const TilePlace& place) {
    const TileFields::Uses& uses = kind.uses();
    Key key{&kind, place.candidate.item};
    key.position = uses.position ? static_cast<std::uint32_t>(place.position) : 0;
    key.placement = uses.placement ? name_index(place.placement) : 0;
    key.recommender = uses.recommender ? name_index(place.recommender) : 0;
    key.tier = uses.tier ? place.candidate.tier : recommend::Tier::pre;
    return key;
}

ReadyTile ReadyTiles::get(Kind& kind, const TilePlace& place, const visitor::Profile& profile,
                          bool coded) {
    if (kind.uses().visitor || capacity_ == 0) {
        return render(kind, place, profile, coded);
    }
    const Key key = key_of(kind, place);
    const store::LiveFields& live = place.live;
    Moment moment{live.price_micros, live.sale_price_micros, kind.uses().stock ? live.stock : 0,
                  live.availability, kind.lesson()};
    const auto found = index_.find(key);
    if (found != index_.end()) {
        const Entry& entry = *found->second;
        moment.lesson = coded ? moment.lesson : entry.moment.lesson;
        if (entry.moment == moment) {
            by_use_.splice(by_use_.begin(), by_use_, found->second);
            return entry.view();
        }
        remove(found->second);
    }
    const ReadyTile tile = render(kind, place, profile, coded);
    moment.lesson = coded ? kind.lesson() : 0;
    return keep(key, moment, tile);
}

ReadyTile ReadyTiles::render(Kind& kind, const TilePlace& place, const visitor::Profile& profile,
                             bool coded) {
    rendered_++;
    text_.clear();
    parts_.clear();
    kind.render(place, profile, text_, coded ? &parts_ : nullptr);
    if (!coded) {
        return {text_, {}, {}};
    }
    kind.learn(text_, parts_);
    kind.find_shared(text_, parts_, shared_);
    return coder_.code(text_, parts_, shared_, kind.first_slot());
}

ReadyTile ReadyTiles::keep(const Key& key, const Moment& moment, const ReadyTile& tile) {
    Entry entry{key, moment, tile.runs.size(), tile.text.size(), tile.bits.size(), nullptr};
    const std::size_t size = entry.size();
    if (size > capacity_) {
        return tile;
    }
    while (bytes_ + size > capacity_) {
        remove(std::prev(by_use_.end()));
    }
    entry.memory = std::make_unique_for_overwrite<char[]>(size - kOverhead);
    char* at = std::copy_n(reinterpret_cast<const char*>(tile.runs.data()), tile.runs.size_bytes(),
                           entry.memory.get());
    at = std::copy(tile.text.begin(), tile.text.end(), at);
    at = std::copy(tile.bits.begin(), tile.bits.end(), at);
    std::fill_n(at, deflate::kSlack, '\0');
    by_use_.push_front(std::move(entry));
    index_.emplace(key, by_use_.begin());
    bytes_ += size;
    return by_use_.front().view();
}

void ReadyTiles::remove(Entries::iterator entry) {
    bytes_ -= entry->size();
    index_.erase(entry->key);
    by_use_.erase(entry);
}

}  // namespace pz::page
