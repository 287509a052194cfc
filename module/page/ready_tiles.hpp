// ReadyTiles: the tiles that a worker has rendered, kept for whoever is shown them next.
//
// A tile is the same for everybody but for what its template asks of the visitor or of its place;
// those with a trait of the visitor are made anew each time. A tile whose price, availability or,
// where the template shows it, stock has changed is made anew. Bounded in bytes; what was not used
// for longest goes first; another snapshot drops all.
//
// For gzip streams a tile is kept with its code. What the values of a name have in common
// ("https://shop.example/p/") is found from the first few tiles and then fixed.
//
// Thread rules: one thread. Errors: none, but for std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "page/tile_code.hpp"
#include "page/tile_fields.hpp"

namespace pz::page {

class ReadyTiles {
  public:
    explicit ReadyTiles(std::size_t capacity);
    ~ReadyTiles();
    ReadyTiles(const ReadyTiles&) = delete;
    ReadyTiles& operator=(const ReadyTiles&) = delete;

    // What follows is of this snapshot, which must live until the next begin() or drop().
    void begin(const store::Snapshot& snapshot);
    void drop();
    const store::Snapshot* snapshot() const { return snapshot_; }

    // One template in one locale and charset, which it fits. Lifetime: until begin() or drop();
    // template and locale as long.
    class Kind;
    Kind& kind(const rewrite::Template& tile, const Locale& locale, rewrite::Charset charset);
    // `coded`: with its runs. Lifetime: until the next call.
    ReadyTile get(Kind& kind, const TilePlace& place, const visitor::Profile& profile, bool coded);

    std::size_t capacity() const { return capacity_; }
    // Of all tiles, with what it takes to find them.
    std::size_t bytes() const { return bytes_; }
    std::size_t tiles() const { return by_use_.size(); }
    std::uint64_t rendered() const { return rendered_; }  // tiles, ever

  private:
    struct Key {
        const Kind* kind;
        store::ItemIndex item;
        std::uint32_t position = 0;                    // what the template does not show is 0
        std::uint32_t placement = 0, recommender = 0;  // indices into names_
        recommend::Tier tier = recommend::Tier::pre;

        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept;
    };
    // What may change while the snapshot stays.
    struct Moment {
        std::int64_t price_micros, sale_price_micros;
        std::uint32_t stock;
        store::Availability availability;
        std::uint32_t lesson;  // of the kind; 0: the tile has no runs

        bool operator==(const Moment&) const = default;
    };
    struct Entry {
        Key key;
        Moment moment;
        std::size_t runs, text, bits;
        std::unique_ptr<char[]> memory;  // these three

        ReadyTile view() const;
        std::size_t size() const;
    };
    using Entries = std::list<Entry>;

    Key key_of(const Kind& kind, const TilePlace& place);
    std::uint32_t name_index(std::string_view name);
    ReadyTile render(Kind& kind, const TilePlace& place, const visitor::Profile& profile,
                     bool coded);
    ReadyTile keep(const Key& key, const Moment& moment, const ReadyTile& tile);
    void remove(Entries::iterator entry);

    const std::size_t capacity_;
    std::size_t bytes_ = 0;
    std::uint64_t rendered_ = 0;
    const store::Snapshot* snapshot_ = nullptr;
    std::vector<std::unique_ptr<Kind>> kinds_;
    std::uint32_t slots_ = 0;         // that kinds have
    std::vector<std::string> names_;  // of placements and recommenders that tiles show
    Entries by_use_;                  // the last used first
    std::unordered_map<Key, Entries::iterator, Hash> index_;
    // Of the tile being rendered, kept for their memory.
    TileCoder coder_;
    std::string text_;
    std::vector<rewrite::TilePart> parts_;
    std::vector<std::size_t> shared_;
};

// A template as rendered in one locale and charset.
class ReadyTiles::Kind {
  public:
    Kind(const rewrite::Template& tile, const store::Snapshot& snapshot, const Locale& locale,
         rewrite::Charset charset, std::uint32_t first_slot);

    bool is(const rewrite::Template& tile, const Locale& locale, rewrite::Charset charset) const {
        return &tile == &tile_ && &locale == &locale_ && charset == charset_;
    }
    const TileFields::Uses& uses() const { return fields_.uses(); }
    std::uint32_t lesson() const { return lesson_; }

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
    const std::uint32_t first_slot_;
    TileFields fields_;
    // Of each name: what its values so far begin with.
    struct Prefix {
        bool known = false;
        std::string text;
    };
    std::vector<Prefix> prefixes_;
    unsigned lessons_left_ = kLessons;
    std::uint32_t lesson_ = 1;  // 2 once prefixes are fixed
};

}  // namespace pz::page
