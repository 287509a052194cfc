#include "learn/list_log.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace pz::learn {

namespace {

constexpr std::int64_t kClickWithin = 30 * 60;  // seconds after the list was shown

void save_items(RecordWriter& to, std::span<const Slot> numbers, std::span<const Slot> items) {
    to.number(static_cast<std::uint32_t>(items.size()));
    for (const Slot slot : items) {
        to.number(slot == kNoSlot ? kNoSlot : numbers[slot]);
    }
}

std::vector<Slot> restore_items(RecordReader& from, std::size_t slots) {
    std::vector<Slot> items(from.below(ListLog::kMaxShown + 1, "a list is too long"));
    for (Slot& item : items) {
        item = from.number<Slot>();
        if (item >= slots && item != kNoSlot) {
            from.refuse("an item that it does not name");
            item = kNoSlot;
        }
    }
    return items;
}

template <class Touches>
void save_touches(RecordWriter& to, std::span<const Slot> numbers, const Touches& touches) {
    to.number(static_cast<std::uint32_t>(touches.size()));
    for (const ListTouch& touch : touches) {
        to.number(numbers[touch.item]);
        to.number(static_cast<std::uint8_t>(touch.type));
        to.number(touch.time);
    }
}

template <class Touches>
void restore_touches(RecordReader& from, std::size_t slots, Touches& touches) {
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

void ListLog::show(ListVisit& visit, std::int64_t time, std::vector<Slot> shown) {
    any_ = true;
    shown.resize(std::min(shown.size(), kMaxShown));
    visit.shown_at = time;
    visit.shown = std::move(shown);
}

void ListLog::touch(ListVisit& visit, const ListTouch& touch) {
    if (!any_) {
        return;
    }
    const auto found = std::find(visit.shown.begin(), visit.shown.end(), touch.item);
    if (found != visit.shown.end() && touch.time - visit.shown_at <= kClickWithin) {
        const auto clicked = static_cast<std::uint32_t>(found - visit.shown.begin());
        clicks_.push_back({visit.shown_at,
                           {visit.touches.begin(), visit.touches.end()},
                           std::move(visit.shown),
                           clicked});
        visit.shown.clear();
        if (clicks_.size() > kMaxClicks) {
            clicks_.pop_front();
        }
    }
    visit.touches.push_back(touch);
    if (visit.touches.size() > kMaxTouches) {
        visit.touches.pop_front();
    }
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
        for (std::size_t place = 0; place < click.shown.size(); ++place) {
            if (click.shown[place] != kNoSlot) {
                shown.push_back({click.shown[place], place});
            }
        }
        const std::string viewer = std::to_string(list++);
        attention.show(viewer, {}, {}, shown, click.time);
        attention.click(viewer, click.shown[click.clicked], click.time);
    }
    return attention;
}

void ListLog::save_visit(RecordWriter& to, std::span<const Slot> numbers, const ListVisit& visit) {
    to.number(visit.shown_at);
    save_items(to, numbers, visit.shown);
    save_touches(to, numbers, visit.touches);
}

ListVisit ListLog::restore_visit(RecordReader& from, std::size_t slots) {
    ListVisit visit;
    visit.shown_at = from.time();
    visit.shown = restore_items(from, slots);
    restore_touches(from, slots, visit.touches);
    return visit;
}

void ListLog::save(RecordWriter& to, std::span<const Slot> numbers) const {
    to.number(static_cast<std::uint8_t>(any_));
    to.number(static_cast<std::uint32_t>(clicks_.size()));
    for (const Click& click : clicks_) {
        to.number(click.time);
        save_touches(to, numbers, click.touches);
        save_items(to, numbers, click.shown);
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
        click.shown = restore_items(from, slots);
        click.clicked = from.below(click.shown.size(), "a click beside its list");
        if (from.status().ok() && click.shown[click.clicked] == kNoSlot) {
            from.refuse("a click on no item");
        }
        if (from.status().ok()) {
            clicks_.push_back(std::move(click));
        }
    }
}

}  // namespace pz::learn
