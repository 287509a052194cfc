// Lists that were shown and the item of each that was clicked: what a shop's order is learned from.
// Internal to learn, but for ListClick.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "learn/attention.hpp"
#include "learn/record_file.hpp"
#include "learn/session_log.hpp"
#include "visitor/event.hpp"

namespace pz::learn {

// One thing that a visitor did, before a list was shown.
struct ListTouch {
    Slot item;
    visitor::EventType type;
    std::int64_t time;
};

// A visitor's lists and touches that may still lead to a click.
struct ListVisit {
    std::int64_t shown_at = 0;
    std::vector<Slot> shown;  // empty: none, or clicked already
    std::deque<ListTouch> touches;
};

class ListLog {
  public:
    static constexpr std::size_t kMaxClicks = 20'000;  // the newest are kept
    static constexpr std::size_t kMaxTouches = 30;     // of a visitor, before a list
    static constexpr std::size_t kMaxShown = 200;      // tiles of a list

    struct Click {
        std::int64_t time = 0;           // of the list
        std::vector<ListTouch> touches;  // oldest first
        std::vector<Slot> shown;         // in the order shown
        std::uint32_t clicked = 0;       // index into shown
    };

    // The visitor saw a list. kNoSlot: an item that the catalog does not have.
    void show(ListVisit& visit, std::int64_t time, std::vector<Slot> shown);
    // The visitor turned to an item: the click on the list shown last, if that has it.
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
