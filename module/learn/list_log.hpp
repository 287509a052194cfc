// Lists that were shown and the item of each that was clicked: what a shop's order is learned from.
// Internal to learn, but for ListClick.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

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

  private:
    std::deque<Click> clicks_;
    bool any_ = false;  // shops without lists pay nothing for touches
};

inline constexpr Slot kNoSlot = 0xffffffffU;

// log(clicks of each slot / clicks that its places explain), 0 for slots never shown. Clicks on
// place k are explained by p(k) = clicks on k / lists with a tile there:
//   appeal(x) = log((clicks(x) + a) / (sum of p(place) over the lists that showed x + a)), a = 3
// the position-based model (Craswell et al., An experimental comparison of click position-bias
// models, WSDM 2008) in one step, smoothed so that few clicks mean little.
std::vector<float> appeal_of(const ListLog& log, std::size_t slots);

}  // namespace pz::learn
