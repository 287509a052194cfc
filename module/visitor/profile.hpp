// Profile: what a visitor's events and traits say, in terms of one snapshot.
//
// Built once per request from the visitor's list (newest first) and hash; then read by recommenders
// and rules. Affinities, and the segment that needs them, are found when they are first asked for:
// most pages never do. Events of items that the snapshot does not know count for nothing but
// `event_count`.
// Lifetime: a Profile must not outlive the snapshot it was built with. Thread rules: one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/snapshot.hpp"
#include "visitor/event.hpp"
#include "visitor/key_table.hpp"

namespace pz::visitor {

// One event about a known item.
struct Touch {
    store::ItemIndex item;
    EventType type;
    std::int64_t time;
    std::int64_t price_micros;  // 0: the event did not say
    std::uint32_t quantity;
};

// How much of the visitor's attention an attribute's value has: time-decayed event weights
// (half-life 7 days; view 1, select 1, wishlist/like 3, cart 4, purchase 6, dislike -6), summed
// over items. Of an item's like, unlike and dislike events only the newest counts. A product type
// counts for itself and for each level that leads it ("A > B > C": also "A > B" and "A"), if the
// snapshot knows the level as a text; the field's total counts every item once.
struct Affinity {
    store::FieldId field;
    store::ValueId value;
    float weight;  // > 0
    float share;   // of the field's total, 0..1
};

// The fields for which affinities are kept.
inline constexpr store::FieldId kAffinityFields[] = {
    store::field::brand,    store::field::product_type, store::field::color,
    store::field::size,     store::field::gender,       store::field::age_group,
    store::field::material, store::field::pattern};

inline constexpr std::int64_t kSessionGap = 30 * 60;  // seconds
inline constexpr std::size_t kMaxTraits = 64;
inline constexpr std::size_t kMaxTraitLength = 1024;  // of a name or a value
inline constexpr std::size_t kMaxSegments = 64;
inline constexpr std::size_t kMaxSegmentLength = 64;

class Profile {
  public:
    using Trait = std::pair<std::string, std::string>;

    // `events`: text form, newest first; unreadable ones are skipped and counted. `now`: unix
    // seconds; events of the future count as of now. Events of mixed order are put in order.
    // Traits beyond kMaxTraits or longer than kMaxTraitLength are skipped.
    void build(const store::Snapshot& snapshot, std::span<const std::string_view> events,
               std::span<const std::pair<std::string_view, std::string_view>> traits,
               std::int64_t now);
    void clear();

    bool empty() const { return touches_.empty(); }
    std::size_t event_count() const { return event_count_; }
    std::size_t unreadable() const { return unreadable_; }

    // All events about known items, newest first.
    std::span<const Touch> touches() const { return touches_; }
    // Items viewed, selected, put in the cart, liked or bought, each once, by last touch, newest
    // first.
    std::span<const store::ItemIndex> recent() const { return recent_; }
    // The current session (no gap over 30 minutes, counted back from the newest event, and that one
    // not older than 30 minutes): items as in recent(), but oldest first. Events without an item
    // (a search) bridge a gap, too.
    std::span<const store::ItemIndex> session() const { return session_; }
    // In the cart: added and neither removed nor bought since. Newest first. A purchase event that
    // names no item buys the whole cart.
    std::span<const store::ItemIndex> cart() const { return cart_; }
    std::span<const store::ItemIndex> purchased() const { return purchased_; }
    std::span<const store::ItemIndex> disliked() const { return disliked_; }
    bool disliked(store::ItemIndex item) const;
    bool liked(store::ItemIndex item) const;

    // Best first within a field.
    std::span<const Affinity> affinities() const;
    float share(store::FieldId field, store::ValueId value) const;  // 0 when none

    std::span<const Trait> traits() const { return traits_; }
    std::string_view trait(std::string_view name) const;  // empty when absent
    // From the trait "segment" (comma-separated), the one of those found by machine that fits the
    // visitor ("auto: ..."), and those that rules added. Each once; at most
    // kMaxSegments, none longer than kMaxSegmentLength: what is beyond is not added.
    std::span<const std::string> segments() const;
    void add_segment(std::string_view name);
    bool in_segment(std::string_view name) const;

  private:
    class Builder;
    class Tastes;
    // What has been found out about an item.
    enum Fact : std::uint8_t {
        kRecent = 1,
        kInSession = 2,
        kCartKnown = 4,
        kPurchased = 8,
        kOpinionKnown = 16,
        kOpinionWeighed = 32,
    };

    // True the first time for this item, by its number, and fact.
    bool first(std::uint32_t number, Fact fact) const {
        const bool known = (facts_[number] & fact) != 0;
        facts_[number] |= fact;
        return !known;
    }
    void read_traits(std::span<const std::pair<std::string_view, std::string_view>> traits);
    void find_segment() const;
    void append_segment(std::string_view name) const;

    std::vector<Touch> touches_;
    std::vector<store::ItemIndex> recent_, session_, cart_, purchased_, liked_, disliked_;
    std::vector<Trait> traits_;
    std::size_t event_count_ = 0, unreadable_ = 0;
    const store::Snapshot* snapshot_ = nullptr;  // nullptr: there is nothing to be found out
    // What is found when it is asked for.
    mutable bool has_affinities_ = false, has_segment_ = false;
    mutable std::vector<Affinity> affinities_;
    mutable std::vector<std::string> segments_;
    std::int64_t now_ = 0;
    // Working memory of build() and of what comes later, kept for the next one.
    KeyTable items_;
    mutable KeyTable values_;
    std::vector<std::uint32_t> numbers_;       // of the touches' items, in items_
    mutable std::vector<std::uint8_t> facts_;  // by number
    mutable std::vector<float> weights_;       // by number
    std::vector<std::string_view> ids_;        // of touches_; empty: none is left to be found
    std::vector<store::ItemIndex> found_;
};

}  // namespace pz::visitor
