// Listings that were shown and the item of each that was clicked: what a shop's order is learned
// from. Only those whose order in the shop is known: widgets are no listings. Internal to learn.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "learn/attention.hpp"
#include "learn/record_file.hpp"
#include "learn/session_log.hpp"
#include "visitor/shown_list.hpp"

namespace pz::learn {

// One thing that a visitor did, before a list was shown.
struct ListTouch {
    Slot item;
    visitor::EventType type;
    std::int64_t time;
};

// A listing's tiles in the order shown. kNoSlot: an item that the catalog does not have.
struct ListTiles {
    std::vector<Slot> items;
    std::vector<std::uint16_t> places;  // where the shop had put each, from 0
};

// A visitor's lists and touches that may still lead to a click.
struct ListVisit {
    std::int64_t shown_at = 0;
    ListTiles shown;                 // empty: none, or clicked already
    std::vector<ListTouch> touches;  // oldest first
};

class ListLog {
  public:
    static constexpr std::size_t kMaxClicks = 20'000;  // the newest are kept
    static constexpr std::size_t kMaxTouches = 30;     // of a visitor, before a list
    static constexpr std::size_t kMaxShown = visitor::kMaxShownTiles;

    struct Click {
        std::int64_t time = 0;           // of the list
        std::vector<ListTouch> touches;  // oldest first
        ListTiles shown;
        std::uint32_t clicked = 0;  // index into the tiles
    };

    // The visitor saw a listing.
    void show(ListVisit& visit, std::int64_t time, ListTiles shown);
    // The visitor turned to an item: the click on the listing shown last, if that has it.
    void touch(ListVisit& visit, const ListTouch& touch);

    const std::deque<Click>& clicks() const { return clicks_; }
    // What was shown until then, and clicked, all as of one placement.
    Attention attention_until(std::int64_t time) const;

    // Of a checkpoint. Items are written as `numbers` has them by slot, and are below `slots`.
    static void save_visit(RecordWriter& to, std::span<const Slot> numbers, const ListVisit& visit);
    static ListVisit restore_visit(RecordReader& from, std::size_t slots);
    void save(RecordWriter& to, std::span<const Slot> numbers) const;
    void restore(RecordReader& from, std::size_t slots);

  private:
    std::deque<Click> clicks_;
    bool any_ = false;  // shops without lists pay nothing for touches
};

inline constexpr Slot kNoSlot = 0xffffffffU;

}  // namespace pz::learn
