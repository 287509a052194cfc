// ReadyTiles: the tiles that a worker has rendered, kept for whoever is shown them next.
//
// A tile is the same for everybody but for what its template asks of the visitor or of its place;
// those with a trait of the visitor are made anew each time. A tile whose price, availability or,
// where the template shows it, stock has changed is made anew. Bounded in bytes: a hand goes round,
// and what was not used since it last passed leaves, its memory when the next page begins. Another
// snapshot drops all.
//
// For gzip streams a tile is kept with its code. What the values of a name have in common
// ("https://shop.example/p/") is found from the first few tiles and then fixed.
//
// Thread rules: one thread. Errors: none, but for std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "page/tile_code.hpp"
#include "page/tile_fields.hpp"
#include "page/tile_index.hpp"

namespace pz::page {

class ReadyTiles {
  public:
    explicit ReadyTiles(std::size_t capacity);
    ~ReadyTiles();
    ReadyTiles(const ReadyTiles&) = delete;
    ReadyTiles& operator=(const ReadyTiles&) = delete;

    // A page begins. What follows is of this snapshot, which must live until the next begin() or
    // drop().
    void begin(const store::Snapshot& snapshot);
    void drop();
    const store::Snapshot* snapshot() const { return snapshot_; }
    // Told from those before: 1, 2, ...
    std::uint64_t epoch() const { return epoch_; }

    // One template in one locale and charset, which it fits. Lifetime: until begin() or drop();
    // template and locale as long.
    class Kind;
    Kind& kind(const rewrite::Template& tile, const Locale& locale, rewrite::Charset charset);
    // get() will be asked for these: starts to bring them into the processor's cache.
    void expect(const Kind& kind, std::span<const TilePlace> places, bool coded);
    // `coded`: with its runs. Lifetime: until the next call; the text of one that is kept, until
    // begin() or drop().
    ReadyTile get(Kind& kind, const TilePlace& place, const visitor::Profile& profile, bool coded);

    std::size_t capacity() const { return capacity_; }
    // Of all tiles, with what it takes to find them.
    std::size_t bytes() const { return bytes_; }
    std::size_t tiles() const { return entries_.size() - free_.size(); }
    std::uint64_t rendered() const { return rendered_; }  // tiles, ever

  private:
    // What the template does not show is 0.
    struct Key {
        store::ItemIndex item = store::kNoItem;
        std::uint16_t kind = 0;  // index into kinds_
        std::uint16_t position = 0;
        std::uint16_t placement = 0, recommender = 0;  // 1 + indices into names_
        std::uint16_t label = 0;                       // 1 + index into labels_
        recommend::Tier tier = recommend::Tier::pre;

        bool operator==(const Key&) const = default;
        std::uint32_t hash() const noexcept;
    };
    // What may change while the snapshot stays.
    struct Moment {
        std::int64_t price_micros = 0, sale_price_micros = 0;
        std::uint32_t stock = 0;
        store::Availability availability = store::Availability::in_stock;
        std::uint8_t lesson = 0;  // of the kind; 0: the tile has no runs

        bool operator==(const Moment&) const = default;
    };
    struct alignas(64) Entry {
        Key key;
        Moment moment;
        std::uint32_t runs = 0, text = 0, bits = 0;
        bool used = true;  // since the hand last passed
        // Of a CrcPart, the runs, the bits and the text; null: the entry is free.
        std::unique_ptr<char[]> memory;

        ReadyTile view(SlotSpace slots) const;
        std::size_t code_size() const;  // what stands before the text
        std::size_t size() const;
        void expect(bool coded) const;
    };

    SlotSpace slot_space() const { return {this, epoch_}; }
    static constexpr std::size_t kMaxLabels = 256;

    // False: tiles with this label are not kept.
    bool make_key(const Kind& kind, const TilePlace& place, Key& key);
    std::uint16_t name_index(std::string_view name);
    std::uint16_t label_index(std::string_view label);
    std::uint32_t find(const Key& key) const;
    ReadyTile render(Kind& kind, const TilePlace& place, const visitor::Profile& profile,
                     bool coded);
    ReadyTile keep(const Key& key, const Moment& moment, const ReadyTile& tile);
    void make_room(std::size_t size);
    void remove(std::uint32_t entry);

    const std::size_t capacity_;
    std::size_t bytes_ = 0;
    std::uint64_t rendered_ = 0;
    const store::Snapshot* snapshot_ = nullptr;
    std::uint64_t epoch_ = 0;
    std::vector<std::unique_ptr<Kind>> kinds_;
    std::uint32_t slots_ = 0;          // that kinds have
    std::vector<std::string> names_;   // of placements and recommenders that tiles show
    std::vector<std::string> labels_;  // at most kMaxLabels: a rule may make them up
    std::vector<Entry> entries_;
    std::vector<std::uint32_t> free_;            // of entries_
    std::vector<std::unique_ptr<char[]>> left_;  // memory of those that left since begin()
    std::size_t hand_ = 0;                       // the next entry that may leave
    TileIndex index_;                            // of entries_
    // Of the tile being rendered, kept for their memory.
    TileCoder coder_;
    std::string text_;
    std::vector<rewrite::TilePart> parts_;
    std::vector<std::size_t> shared_;
    std::vector<std::uint32_t> hashes_;
};

// A template as rendered in one locale and charset.
class ReadyTiles::Kind {
  public:
    Kind(const rewrite::Template& tile, const store::Snapshot& snapshot, const Locale& locale,
         rewrite::Charset charset, std::uint16_t number, std::uint32_t first_slot);

    bool is(const rewrite::Template& tile, const Locale& locale, rewrite::Charset charset) const {
        return &tile == &tile_ && &locale == &locale_ && charset == charset_;
    }
    const TileFields::Uses& uses() const { return fields_.uses(); }
    std::uint16_t number() const { return number_; }
    std::uint8_t lesson() const { return lesson_; }

    void render(const TilePlace& place, const visitor::Profile& profile, std::string& text,
                std::vector<rewrite::TilePart>* parts);
    // Of the first tiles: learns what the values of a name have in common.
    void learn(std::string_view text, std::span<const rewrite::TilePart> parts);
    void find_shared(std::string_view text, std::span<const rewrite::TilePart> parts,
                     std::vector<std::size_t>& shared) const;
    std::uint32_t first_slot() const { return first_slot_; }

  private:
    static constexpr unsigned kLessons = 8;

    std::size_t literal_slots() const { return tile_.literal_slots(); }

    const rewrite::Template& tile_;
    const Locale& locale_;
    const rewrite::Charset charset_;
    const std::uint16_t number_;
    const std::uint32_t first_slot_;
    TileFields fields_;
    // Of each name: what its values so far begin with.
    struct Prefix {
        bool known = false;
        std::string text;
    };
    std::vector<Prefix> prefixes_;
    unsigned lessons_left_ = kLessons;
    std::uint8_t lesson_ = 1;  // 2 once prefixes are fixed
};

}  // namespace pz::page
