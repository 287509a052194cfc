#include "learn/list_log.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace pz::learn {

namespace {

void save_tiles(RecordWriter& to, std::span<const Slot> numbers, const ListTiles& tiles) {
    to.number(static_cast<std::uint32_t>(tiles.items.size()));
    for (std::size_t i = 0; i < tiles.items.size(); ++i) {
        const Slot slot = tiles.items[i];
        to.number(slot == kNoSlot ? kNoSlot : numbers[slot]);
        to.number(tiles.places[i]);
    }
}

ListTiles restore_tiles(RecordReader& from, std::size_t slots) {
    ListTiles tiles;
    const auto count = from.below(ListLog::kMaxShown + 1, "a list is too long");
    for (std::uint32_t i = 0; i < count && from.status().ok(); ++i) {
        const auto item = from.number<Slot>();
        if (item >= slots && item != kNoSlot) {
            from.refuse("an item that it does not name");
        }
        tiles.items.push_back(item);
        tiles.places.push_back(from.number<std::uint16_t>());
    }
    return tiles;
}

void save_touches(RecordWriter& to, std::span<const Slot> numbers,
                  std::span<const ListTouch> touches) {
    to.number(static_cast<std::uint32_t>(touches.size()));
    for (const ListTouch& touch : touches) {
        to.number(numbers[touch.item]);
        to.number(static_cast<std::uint8_t>(touch.type));
        to.number(touch.time);
    }
}

void restore_touches(RecordReader& from, std::size_t slots, std::vector<ListTouch>& touches) {
    const auto count = from.below(ListLog::kMaxTouches + 1, "a list is too long");
    for (std::uint32_t i = 0; i < count && from.status().ok(); ++i) {
        ListTouch touch{};
        touch.item = from.below(slots, "an item that it does not name");
        const auto type = from.number<std::uint8_t>();
        touch.time = from.time();
        if (type >= static_cast<std::uint8_t>(visitor::EventType::count)) {
            from.refuse("a kind of event that cannot be");
            continue;
        }
        touch.type = static_cast<visitor::EventType>(type);
        touches.push_back(touch);
    }
}

}  // namespace

void ListLog::show(ListVisit& visit, std::int64_t time, ListTiles shown) {
    any_ = true;
    shown.items.resize(std::min(shown.items.size(), kMaxShown));
    shown.places.resize(shown.items.size());
    visit.shown_at = time;
    visit.shown = std::move(shown);
}

void ListLog::touch(ListVisit& visit, const ListTouch& touch) {
    if (!any_) {
        return;
    }
    const std::vector<Slot>& shown = visit.shown.items;
    const auto found = std::find(shown.begin(), shown.end(), touch.item);
    if (found != shown.end() && touch.time >= visit.shown_at &&
        touch.time - visit.shown_at <= Attention::kWindow) {
        const auto clicked = static_cast<std::uint32_t>(found - shown.begin());
        clicks_.push_back({visit.shown_at, visit.touches, std::exchange(visit.shown, {}), clicked});
        if (clicks_.size() > kMaxClicks) {
            clicks_.pop_front();
        }
    }
    if (visit.touches.size() >= kMaxTouches) {
        visit.touches.erase(visit.touches.begin());
    }
    visit.touches.push_back(touch);
}

Attention ListLog::attention_until(std::int64_t time) const {
    Attention attention;
    std::size_t list = 0;
    std::vector<Attention::Shown> shown;
    for (const Click& click : clicks_) {
        if (click.time > time) {
            continue;
        }
        shown.clear();
        for (std::size_t place = 0; place < click.shown.items.size(); ++place) {
            if (click.shown.items[place] != kNoSlot) {
                shown.push_back({click.shown.items[place], place});
            }
        }
        const std::string viewer = std::to_string(list++);
        attention.show(viewer, {}, {}, shown, click.time);
        attention.click(viewer, click.shown.items[click.clicked], click.time);
    }
    return attention;
}

void ListLog::save_visit(RecordWriter& to, std::span<const Slot> numbers, const ListVisit& visit) {
    to.number(visit.shown_at);
    save_tiles(to, numbers, visit.shown);
    save_touches(to, numbers, visit.touches);
}

ListVisit ListLog::restore_visit(RecordReader& from, std::size_t slots) {
    ListVisit visit;
    visit.shown_at = from.time();
    visit.shown = restore_tiles(from, slots);
    restore_touches(from, slots, visit.touches);
    return visit;
}

void ListLog::save(RecordWriter& to, std::span<const Slot> numbers) const {
    to.number(static_cast<std::uint8_t>(any_));
    to.number(static_cast<std::uint32_t>(clicks_.size()));
    for (const Click& click : clicks_) {
        to.number(click.time);
        save_touches(to, numbers, click.touches);
        save_tiles(to, numbers, click.shown);
        to.number(click.clicked);
    }
}

void ListLog::restore(RecordReader& from, std::size_t slots) {
    any_ = from.number<std::uint8_t>() != 0;
    const auto count = from.below(kMaxClicks + 1, "too many lists");
    for (std::uint32_t i = 0; i < count && from.status().ok(); ++i) {
        Click click;
        click.time = from.time();
        restore_touches(from, slots, click.touches);
        click.shown = restore_tiles(from, slots);
        click.clicked = from.below(click.shown.items.size(), "a click beside its list");
        if (from.status().ok() && click.shown.items[click.clicked] == kNoSlot) {
            from.refuse("a click on no item");
        }
        if (from.status().ok()) {
            clicks_.push_back(std::move(click));
        }
    }
}

}  // namespace pz::learn
