#include "page/ready_tiles.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "page/deflate_bits.hpp"
#include "page/gzip_join.hpp"

namespace pz::page {

namespace {

// Of an entry and its place in the index, with what an allocator adds.
constexpr std::size_t kOverhead = 192;

// Into the processor's cache: the first lines, the rest it foresees.
void fetch(const char* memory, std::size_t size) {
    constexpr std::size_t kLine = 64;
    constexpr std::size_t kAhead = 1024;
    for (std::size_t at = 0; at < std::min(size, kAhead); at += kLine) {
        __builtin_prefetch(memory + at);
    }
}

}  // namespace

ReadyTiles::Kind::Kind(const rewrite::Template& tile, const store::Snapshot& snapshot,
                       const Locale& locale, rewrite::Charset charset, std::uint16_t number,
                       std::uint32_t first_slot)
    : tile_(tile),
      locale_(locale),
      charset_(charset),
      number_(number),
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

std::uint32_t ReadyTiles::Key::hash() const noexcept {
    constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15U;
    std::uint64_t hash =
        (std::uint64_t{item} << 32U | std::uint64_t{kind} << 16U | position) * kMix;
    hash ^= hash >> 32U;
    hash ^= std::uint64_t{placement} << 24U | std::uint64_t{recommender} << 8U |
            std::uint64_t{label} << 40U | static_cast<std::uint64_t>(tier);
    return static_cast<std::uint32_t>(hash * kMix >> 32U);
}

// Reads nothing of the memory: the checksum is for who needs it.
ReadyTile ReadyTiles::Entry::view(SlotSpace slots) const {
    const char* const first = memory.get() + sizeof(CrcPart);
    return {{memory.get() + code_size(), text},
            {reinterpret_cast<const TileRun*>(first), runs},
            {first + runs * sizeof(TileRun), bits},
            {},
            slots,
            true};
}

// A coded tile's text is asked for only where no tile like it stands before.
void ReadyTiles::Entry::expect(bool coded) const {
    if (coded) {
        fetch(memory.get(), code_size());
    } else {
        fetch(memory.get() + code_size(), text);
    }
}

std::size_t ReadyTiles::Entry::code_size() const {
    return sizeof(CrcPart) + runs * sizeof(TileRun) + bits + deflate::kSlack;
}

std::size_t ReadyTiles::Entry::size() const {
    return code_size() + text + kOverhead;
}

void ReadyTiles::begin(const store::Snapshot& snapshot) {
    left_.clear();
    if (snapshot_ != &snapshot) {
        drop();
        snapshot_ = &snapshot;
        epoch_++;
    }
}

void ReadyTiles::drop() {
    index_.clear();
    entries_.clear();
    left_.clear();
    free_.clear();
    hand_ = 0;
    kinds_.clear();
    names_.clear();
    labels_.clear();
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
    kinds_.push_back(std::make_unique<Kind>(tile, *snapshot_, locale, charset,
                                            static_cast<std::uint16_t>(kinds_.size()), slots_));
    slots_ += static_cast<std::uint32_t>(tile.literal_slots() + tile.names().size());
    return *kinds_.back();
}

// Placements and recommenders are few.
std::uint16_t ReadyTiles::name_index(std::string_view name) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) {
        names_.emplace_back(name);
        return static_cast<std::uint16_t>(names_.size());
    }
    return static_cast<std::uint16_t>(found - names_.begin() + 1);
}

// 0 for none, and for one more than are kept.
std::uint16_t ReadyTiles::label_index(std::string_view label) {
    const auto found = std::find(labels_.begin(), labels_.end(), label);
    if (label.empty() || (found == labels_.end() && labels_.size() == kMaxLabels)) {
        return 0;
    }
    const auto index = static_cast<std::uint16_t>(found - labels_.begin() + 1);
    if (found == labels_.end()) {
        labels_.emplace_back(label);
    }
    return index;
}

bool ReadyTiles::make_key(const Kind& kind, const TilePlace& place, Key& key) {
    const TileFields::Uses& uses = kind.uses();
    key = {place.candidate.item, kind.number()};
    key.position = uses.position ? static_cast<std::uint16_t>(place.position) : std::uint16_t{0};
    key.placement = uses.placement ? name_index(place.placement) : std::uint16_t{0};
    key.recommender = uses.recommender ? name_index(place.recommender) : std::uint16_t{0};
    key.tier = uses.tier ? place.candidate.tier : recommend::Tier::pre;
    key.label = uses.label ? label_index(place.label) : std::uint16_t{0};
    return !uses.label || place.label.empty() || key.label != 0;
}

ReadyTile ReadyTiles::get(Kind& kind, const TilePlace& place, const visitor::Profile& profile,
                          bool coded) {
    Key key;
    if (kind.uses().visitor || capacity_ == 0 || !make_key(kind, place, key)) {
        return render(kind, place, profile, coded);
    }
    const store::LiveFields& live = place.live;
    Moment moment{live.price_micros, live.sale_price_micros, kind.uses().stock ? live.stock : 0,
                  live.availability, kind.lesson()};
    if (const std::uint32_t found = find(key); found != TileIndex::kNone) {
        Entry& entry = entries_[found];
        moment.lesson = coded ? moment.lesson : entry.moment.lesson;
        if (entry.moment == moment) {
            entry.used = true;
            ReadyTile ready = entry.view(slot_space());
            if (coded) {
                std::memcpy(&ready.crc, entry.memory.get(), sizeof(ready.crc));
            }
            return ready;
        }
        remove(found);
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
        return {text_, {}, {}, {}, {}};
    }
    kind.learn(text_, parts_);
    kind.find_shared(text_, parts_, shared_);
    ReadyTile tile = coder_.code(text_, parts_, shared_, kind.first_slot());
    tile.slots = slot_space();
    return tile;
}

std::uint32_t ReadyTiles::find(const Key& key) const {
    return index_.find(key.hash(), [&](std::uint32_t entry) { return entries_[entry].key == key; });
}

void ReadyTiles::expect(const Kind& kind, std::span<const TilePlace> places, bool coded) {
    if (kind.uses().visitor || capacity_ == 0) {
        return;
    }
    hashes_.clear();
    Key key;
    for (const TilePlace& place : places) {
        make_key(kind, place, key);
        hashes_.push_back(key.hash());
        index_.expect(hashes_.back());
    }
    for (std::uint32_t& hash : hashes_) {
        hash = index_.find(hash, [](std::uint32_t) { return true; });
        if (hash != TileIndex::kNone) {
            __builtin_prefetch(&entries_[hash]);
        }
    }
    for (const std::uint32_t entry : hashes_) {
        if (entry != TileIndex::kNone) {
            entries_[entry].expect(coded);
        }
    }
}

ReadyTile ReadyTiles::keep(const Key& key, const Moment& moment, const ReadyTile& tile) {
    Entry entry{key, moment, static_cast<std::uint32_t>(tile.runs.size()),
                static_cast<std::uint32_t>(tile.text.size()),
                static_cast<std::uint32_t>(tile.bits.size())};
    if (entry.size() > capacity_) {
        return tile;
    }
    make_room(entry.size());
    entry.memory = std::make_unique_for_overwrite<char[]>(entry.size() - kOverhead);
    char* at =
        std::copy_n(reinterpret_cast<const char*>(&tile.crc), sizeof(tile.crc), entry.memory.get());
    at = std::copy_n(reinterpret_cast<const char*>(tile.runs.data()), tile.runs.size_bytes(), at);
    at = std::copy(tile.bits.begin(), tile.bits.end(), at);
    at = std::fill_n(at, deflate::kSlack, '\0');
    std::copy(tile.text.begin(), tile.text.end(), at);
    if (free_.empty()) {
        entries_.emplace_back();
        free_.reserve(entries_.capacity());  // remove() must not fail halfway
        free_.push_back(static_cast<std::uint32_t>(entries_.size() - 1));
    }
    const std::uint32_t number = free_.back();
    index_.add(key.hash(), number);
    free_.pop_back();
    bytes_ += entry.size();
    entries_[number] = std::move(entry);
    ReadyTile kept = entries_[number].view(slot_space());
    kept.crc = tile.crc;
    return kept;
}

// There is enough: what is kept is never more than the capacity.
void ReadyTiles::make_room(std::size_t size) {
    while (bytes_ + size > capacity_) {
        hand_ = hand_ + 1 < entries_.size() ? hand_ + 1 : 0;
        Entry& entry = entries_[hand_];
        if (entry.memory != nullptr && !std::exchange(entry.used, false)) {
            remove(static_cast<std::uint32_t>(hand_));
        }
    }
}

// The page may still read it.
void ReadyTiles::remove(std::uint32_t number) {
    Entry& entry = entries_[number];
    left_.push_back(std::move(entry.memory));
    bytes_ -= entry.size();
    index_.remove(entry.key.hash(), number);
    free_.push_back(number);
}

}  // namespace pz::page
