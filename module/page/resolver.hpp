// Resolver: what becomes of one matched element once the visitor is known. Internal to the room.
// Thread rules: one thread. Lifetime: as decide() of page.hpp asks.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "page/answer.hpp"
#include "page/link.hpp"
#include "page/listing_data.hpp"
#include "page/page.hpp"
#include "page/tiles.hpp"

namespace pz::page {

// Takes the page's bytes in order; views live during the call.
class Emitter {
  public:
    virtual void emit(std::string_view bytes) = 0;
    virtual void emit_tile(const ReadyTile& tile) { emit(tile.text); }

  protected:
    ~Emitter() = default;
};

// Whether `part` is a piece of `whole`, and not elsewhere in memory. Pointers of different objects
// are compared: only std::less orders them.
inline bool is_within(std::string_view part, std::string_view whole) {
    const std::less<const char*> before;
    return !whole.empty() && !before(part.data(), whole.data()) &&
           before(part.data(), whole.data() + whole.size());
}

// What a Resolver, and whoever uses it, need of memory.
struct ResolverMemory {
    std::vector<store::ItemIndex> on_page;  // what the page shows already
    std::vector<Shown> shown;               // the first of them are the page's
    recommend::Ranked ranked;
    recommend::Order order;
    std::vector<store::ItemIndex> items;
    std::vector<TilePlace> places;
    std::vector<std::string> segments;
    rewrite::Edits edits;
    std::string made, address;

    // What would keep more than a usual page needs goes.
    void clear();
};

class Resolver {
  public:
    // The memory is of this one alone, and outlives it.
    Resolver(const Plan& plan, recommend::Scratch& scratch, ResolverMemory& memory)
        : plan_(plan), scratch_(scratch), memory_(memory), tiles_(memory.places) {}
    ~Resolver() { memory_.clear(); }
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // visitor.snapshot and visitor.profile are there.
    void begin(const Visitor& visitor);
    // What follows are elements of this page, which lives as long as the resolver is used.
    void know(const KnownPage& page) { known_ = &page; }
    // Emits the element: edited, or as it is. A listing that has data, and the data, are edited
    // only after pair().
    void resolve(const rewrite::Element& element, Emitter& emitter);
    // Decides about the first listing of its placement and the script with its data. Both are
    // resolved afterwards.
    void pair(const rewrite::Element& listing, const rewrite::Element& data);

    std::span<const Shown> shown() const { return std::span(memory_.shown).first(shown_); }
    Counters& counters() { return counters_; }
    const Counters& counters() const { return counters_; }

  private:
    // What pair() has decided and resolve() has not done yet.
    struct Pair {
        std::size_t listing;  // its placement
        bool listing_left = true, data_left = true;
        recommend::Order order;
        rewrite::JsonArray array;
        std::vector<std::uint32_t> data_order;
    };

    void add_segments();
    void enter(const Placement& placement);
    void count_rules(const rules::Outcome& outcome);
    std::string_view variable(int index) const;
    store::ItemIndex item_of(std::string_view text) const;
    // Whether one more placement of the page may be edited.
    bool has_room() const {
        return counters_.filled + counters_.reordered + counters_.kept < kMaxPlaced;
    }
    bool affordable() const { return visitor_.budget.ns == 0 || spent_ns_ < visitor_.budget.ns; }
    std::int64_t clock() const { return visitor_.budget.ns == 0 ? 0 : visitor_.budget.clock(); }
    bool resolve_placement(const Placement& placement, const rewrite::Element& element,
                           Emitter& emitter);
    void rank_pair(const rewrite::Element& listing, const rewrite::Element& data);
    void locate(const rewrite::Element& element);
    void find_items(const rewrite::Element& element);
    void note_items();
    bool edit(const Placement& placement, const rewrite::Element& element, Emitter& emitter);
    bool fill(const rewrite::Element& element, Emitter& emitter);
    bool rank(const rewrite::Element& element);
    bool reorder(const rewrite::Element& element, Emitter& emitter);
    bool take_pair(std::size_t listing);
    void emit_listing(const rewrite::Element& element, Emitter& emitter);
    void emit_data(const rewrite::Element& element, Emitter& emitter);
    store::ItemIndex item_of_key(std::size_t pattern, std::string_view key);
    void emit_permuted(const rewrite::Element& element, Emitter& emitter);
    void emit_moved(const rewrite::Element& element, std::size_t moved, std::size_t place,
                    Emitter& emitter);
    bool answer(Emitter& emitter);
    Shown& next_shown();
    void note(std::string_view placement, std::string_view recommender,
              std::span<const recommend::Candidate> items);
    void note_listing(const Placement& placement, bool moved);
    void explain(const rewrite::Element& element, std::string_view recommender,
                 std::span<const recommend::Candidate> items, Emitter& emitter);

    const Plan& plan_;
    recommend::Scratch& scratch_;
    ResolverMemory& memory_;
    Visitor visitor_;
    const KnownPage* known_ = nullptr;
    bool segments_known_ = false;
    std::int64_t spent_ns_ = 0;  // counted only with a budget
    recommend::Request request_;
    TileRenderer tiles_;
    PageLinks links_;
    std::size_t shown_ = 0;  // of memory_.shown
    Counters counters_;
    std::vector<Pair> pairs_;
};

}  // namespace pz::page
