#include "learn/list_log.hpp"

#include <algorithm>
#include <cmath>

namespace pz::learn {

namespace {

constexpr std::int64_t kClickWithin = 30 * 60;  // seconds after the list was shown
constexpr double kSmoothing = 3;

// The chance that a tile on each place is clicked.
std::vector<double> click_chances(const std::deque<ListLog::Click>& clicks) {
    std::vector<double> clicked(ListLog::kMaxShown);
    std::vector<double> shown(ListLog::kMaxShown);
    for (const ListLog::Click& click : clicks) {
        ++clicked[click.clicked];
        for (std::size_t place = 0; place < click.shown.size(); ++place) {
            ++shown[place];
        }
    }
    std::transform(clicked.begin(), clicked.end(), shown.begin(), clicked.begin(),
                   [](double c, double s) { return s > 0 ? c / s : 0; });
    return clicked;
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

std::vector<float> appeal_of(const ListLog& log, std::size_t slots) {
    const std::vector<double> chance = click_chances(log.clicks());
    std::vector<double> clicks(slots);
    std::vector<double> expected(slots);
    for (const ListLog::Click& click : log.clicks()) {
        ++clicks[click.shown[click.clicked]];
        for (std::size_t place = 0; place < click.shown.size(); ++place) {
            if (click.shown[place] != kNoSlot) {
                expected[click.shown[place]] += chance[place];
            }
        }
    }
    std::vector<float> appeal(slots);
    std::transform(clicks.begin(), clicks.end(), expected.begin(), appeal.begin(),
                   [](double c, double e) {
                       return static_cast<float>(std::log((c + kSmoothing) / (e + kSmoothing)));
                   });
    return appeal;
}

}  // namespace pz::learn
