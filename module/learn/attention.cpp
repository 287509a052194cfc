#include "learn/attention.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pz::learn {

namespace {

constexpr double kHalfLife = 30 * 86400.0;  // seconds
constexpr double kMaxExponent = 60;         // of weights
constexpr std::size_t kMaxRows = 300'000;
constexpr std::size_t kMaxViewers = 100'000;
constexpr std::size_t kMaxImpressions = 128;  // of a viewer
constexpr std::size_t kMaxShown = 64;         // of one list
constexpr double kPrior = 200;                // impressions
constexpr double kSourcePrior = 100;
constexpr int kRounds = 20;
constexpr std::size_t kMaxName = 8192;  // of a source or a visitor

std::uint64_t row_key(std::uint32_t source, Slot item) {
    return (std::uint64_t{source} << 32) | item;
}

std::uint32_t source_of(std::uint64_t row) {
    return static_cast<std::uint32_t>(row >> 32);
}

Slot item_of(std::uint64_t row) {
    return static_cast<Slot>(row);
}

double restore_count(RecordReader& from) {
    const auto count = from.number<double>();
    if (!(count >= 0 && std::isfinite(count))) {
        from.refuse("a count that cannot be");
        return 0;
    }
    return count;
}

std::uint64_t restore_key(RecordReader& from, std::size_t sources, std::size_t slots) {
    const auto source = from.below(sources, "a placement that it does not name");
    return row_key(source, from.below(slots, "an item that it does not name"));
}

template <class Values>
double total(const Values& values) {
    double sum = 0;
    for (const auto value : values) {
        sum += value;
    }
    return sum;
}

// Leaves those whose measure is above the median.
template <class Map, class Measure>
void halve(Map& map, const Measure& measure) {
    std::vector<decltype(measure(map.begin()->second))> all;
    all.reserve(map.size());
    for (const auto& [key, value] : map) {
        all.push_back(measure(value));
    }
    const auto middle = all.begin() + std::ssize(all) / 2;
    std::nth_element(all.begin(), middle, all.end());
    std::erase_if(map, [&](const auto& entry) { return measure(entry.second) <= *middle; });
}

}  // namespace

std::size_t Attention::place_class(std::size_t place) {
    return place < 8 ? place : place < 12 ? 8 : place < 20 ? 9 : 10;
}

std::uint32_t Attention::source(std::string_view list, std::string_view recommender) {
    std::string name(list);
    name.append(1, '\n').append(recommender);
    name.resize(std::min(name.size(), kMaxName));
    const auto found = sources_.find(name);
    if (found != sources_.end()) {
        return found->second;
    }
    if (sources_.size() >= kMaxSources) {
        forget_sources();
    }
    std::array<bool, kMaxSources> taken{};
    for (const auto& [other, number] : sources_) {
        taken[number] = true;
    }
    const auto number =
        static_cast<std::uint32_t>(std::find(taken.begin(), taken.end(), false) - taken.begin());
    sources_.emplace(std::move(name), number);
    return number;
}

// Weights grow with time instead of all counts shrinking; now and then the counts are made small.
double Attention::weight_at(std::int64_t time) {
    if (epoch_ == 0) {
        epoch_ = time;
    }
    const double exponent = static_cast<double>(time - epoch_) / kHalfLife;
    if (exponent <= kMaxExponent) {
        return std::exp2(std::max(exponent, -kMaxExponent));
    }
    rescale(std::exp2(-exponent));
    epoch_ = time;
    return 1;
}

void Attention::rescale(double factor) {
    const auto scale = [factor](Places& places) {
        for (double& count : places) {
            count *= factor;
        }
    };
    std::for_each(clicks_.begin(), clicks_.end(), scale);
    for (auto& [key, row] : rows_) {
        scale(row.shown);
        row.clicks *= factor;
    }
}

// From the counts to those of `now`. A clock that went back makes none greater.
double Attention::scale_at(std::int64_t now) const {
    return std::exp2(-static_cast<double>(std::max<std::int64_t>(now - epoch_, 0)) / kHalfLife);
}

void Attention::forget_rows() {
    halve(rows_, [](const Row& row) { return total(row.shown); });
}

void Attention::forget_sources() {
    std::array<double, kMaxSources> shown{};
    for (const auto& [key, row] : rows_) {
        shown[source_of(key)] += total(row.shown);
    }
    halve(sources_, [&shown](std::uint32_t number) { return shown[number]; });
    std::array<bool, kMaxSources> kept{};
    for (const auto& [name, number] : sources_) {
        kept[number] = true;
    }
    std::erase_if(rows_, [&kept](const auto& row) { return !kept[source_of(row.first)]; });
    // A number stands for another source soon: what was shown by the old one is no place of that.
    for (auto& [name, viewer] : viewers_) {
        std::erase_if(viewer.impressions,
                      [&kept](const Impression& shown) { return !kept[source_of(shown.row)]; });
    }
    for (std::size_t number = 0; number < kMaxSources; ++number) {
        clicks_[number] = kept[number] ? clicks_[number] : Places{};
    }
}

void Attention::forget_viewers() {
    halve(viewers_, [](const Viewer& viewer) { return viewer.touched; });
}

Attention::Viewer& Attention::viewer(std::string_view visitor) {
    const auto found = viewers_.find(visitor);
    if (found != viewers_.end()) {
        return found->second;
    }
    if (viewers_.size() >= kMaxViewers) {
        forget_viewers();
    }
    return viewers_[std::string(visitor)];
}

void Attention::forget(std::string_view visitor) {
    const auto found = viewers_.find(visitor);
    if (found != viewers_.end()) {
        viewers_.erase(found);
    }
}

void Attention::show(std::string_view visitor, std::string_view list, std::string_view recommender,
                     std::span<const Shown> items, std::int64_t time) {
    items = items.first(std::min(items.size(), kMaxShown));
    const std::uint32_t number = source(list, recommender);
    const double weight = weight_at(time);
    Viewer& seen = viewer(visitor);
    seen.touched = ++impressions_;
    std::erase_if(seen.impressions, [time](const Impression& old) {
        return std::int64_t{old.time} + kWindow < time;
    });
    if (rows_.size() + items.size() > kMaxRows) {
        forget_rows();
    }
    for (const Shown& shown : items) {
        const std::uint64_t key = row_key(number, shown.item);
        const auto same = [key](const Impression& old) { return old.row == key; };
        if (std::any_of(seen.impressions.begin(), seen.impressions.end(), same)) {
            continue;
        }
        if (seen.impressions.size() >= kMaxImpressions) {
            seen.impressions.erase(seen.impressions.begin());
        }
        const std::size_t place = place_class(shown.place);
        rows_[key].shown[place] += weight;
        seen.impressions.push_back(
            {key, static_cast<std::uint32_t>(time), static_cast<std::uint8_t>(place), false});
    }
}

// The newest impression has it; older ones of the item are not waited for any more.
bool Attention::click(std::string_view visitor, Slot item, std::int64_t time) {
    const auto found = viewers_.find(visitor);
    if (found == viewers_.end()) {
        return false;
    }
    bool counted = false;
    auto& impressions = found->second.impressions;
    for (auto shown = impressions.rbegin(); shown != impressions.rend(); ++shown) {
        if (item_of(shown->row) != item || time < shown->time || time > shown->time + kWindow) {
            continue;
        }
        const auto row = rows_.find(shown->row);
        if (!counted && !shown->clicked && row != rows_.end()) {
            const double weight = weight_at(time);
            row->second.clicks += weight;
            clicks_[source_of(shown->row)][shown->place] += weight;
        }
        counted = true;
        shown->clicked = true;
    }
    return counted;
}

// One fit of the model to the counts.
class Attention::Fit {
  public:
    Fit(const Attention& counts, std::size_t slots, std::int64_t now)
        : counts_(counts),
          scale_(counts.scale_at(now)),
          item_clicks_(slots),
          item_shown_(slots),
          expected_(slots),
          appeal_(slots, 1),
          open_(counts.clicks_.size()),
          rate_(counts.clicks_.size()) {
        // In order: equal counts must give equal sums.
        for (const auto& [key, row] : counts.rows_) {
            rows_.emplace_back(key, &row);
        }
        std::sort(rows_.begin(), rows_.end());
        for (const auto& [key, row] : rows_) {
            item_shown_[item_of(key)] += total(row->shown) * scale_;
            item_clicks_[item_of(key)] += row->clicks * scale_;
        }
        const double clicks = total(item_clicks_);
        const double shown = total(item_shown_);
        mean_ = shown > 0 ? clicks / shown : 0;
    }

    void run() {
        for (int round = 0; round < kRounds; ++round) {
            fit_places();
            fit_items();
        }
    }
    Estimate of(Slot slot) const {
        const double exposure = expected_[slot] / mean_;
        const double looks = item_shown_[slot] > 0 ? exposure / item_shown_[slot] : 1;
        return {static_cast<float>(appeal_[slot]), static_cast<float>(exposure),
                static_cast<float>(looks)};
    }
    bool possible() const { return mean_ > 0; }

  private:
    void fit_places();
    void fit_items();
    void fit_source(std::size_t source, const Places& pooled);

    const Attention& counts_;
    std::vector<std::pair<std::uint64_t, const Row*>> rows_;
    const double scale_;  // from the counts to those of now
    double mean_ = 0;
    std::vector<double> item_clicks_, item_shown_, expected_, appeal_;  // by slot
    std::vector<Places> open_;  // impressions times appeal, by source
    std::vector<Places> rate_;  // theta, by source
};

void Attention::Fit::fit_places() {
    std::fill(open_.begin(), open_.end(), Places{});
    Places open{};
    Places pooled{};
    for (const auto& [key, row] : rows_) {
        Places& own = open_[source_of(key)];
        for (std::size_t place = 0; place < kPlaces; ++place) {
            const double weight = row->shown[place] * scale_ * appeal_[item_of(key)];
            own[place] += weight;
            open[place] += weight;
        }
    }
    for (const Places& clicks : counts_.clicks_) {
        for (std::size_t place = 0; place < kPlaces; ++place) {
            pooled[place] += clicks[place] * scale_;
        }
    }
    for (std::size_t place = 0; place < kPlaces; ++place) {
        pooled[place] = (pooled[place] + kPrior * mean_) / (open[place] + kPrior);
    }
    for (std::size_t source = 0; source < rate_.size(); ++source) {
        fit_source(source, pooled);
    }
}

void Attention::Fit::fit_source(std::size_t source, const Places& pooled) {
    double expected = kPrior * mean_;
    for (std::size_t place = 0; place < kPlaces; ++place) {
        expected += open_[source][place] * pooled[place];
    }
    const Places& clicks = counts_.clicks_[source];
    const double relative = (total(clicks) * scale_ + kPrior * mean_) / expected;
    for (std::size_t place = 0; place < kPlaces; ++place) {
        const double prior = kSourcePrior * pooled[place] * relative;
        rate_[source][place] =
            (clicks[place] * scale_ + prior) / (open_[source][place] + kSourcePrior);
    }
}

void Attention::Fit::fit_items() {
    std::fill(expected_.begin(), expected_.end(), 0);
    for (const auto& [key, row] : rows_) {
        const Places& rate = rate_[source_of(key)];
        for (std::size_t place = 0; place < kPlaces; ++place) {
            expected_[item_of(key)] += row->shown[place] * scale_ * rate[place];
        }
    }
    const double prior = kPrior * mean_;
    for (std::size_t slot = 0; slot < appeal_.size(); ++slot) {
        appeal_[slot] = (item_clicks_[slot] + prior) / (expected_[slot] + prior);
    }
}

std::vector<Attention::Estimate> Attention::estimate(std::size_t slots, std::int64_t now) const {
    std::vector<Estimate> estimates(slots);
    Fit fit(*this, slots, now);
    if (fit.possible()) {
        fit.run();
        for (Slot slot = 0; slot < slots; ++slot) {
            estimates[slot] = fit.of(slot);
        }
        return estimates;
    }
    const double scale = scale_at(now);
    for (const auto& [key, row] : rows_) {
        estimates[item_of(key)].exposure += static_cast<float>(total(row.shown) * scale);
    }
    return estimates;
}

void Attention::mark(std::vector<Slot>& numbers) const {
    for (const auto& [key, row] : rows_) {
        numbers[item_of(key)] = 0;
    }
    for (const auto& [name, viewer] : viewers_) {
        for (const Impression& impression : viewer.impressions) {
            numbers[item_of(impression.row)] = 0;
        }
    }
}

void Attention::save(RecordWriter& to, std::span<const Slot> numbers, std::int64_t since) const {
    const auto key_of = [&](std::uint64_t row) {
        to.number(source_of(row));
        to.number(numbers[item_of(row)]);
    };
    to.number(epoch_);
    to.number(impressions_);
    to.number(static_cast<std::uint32_t>(sources_.size()));
    for (const auto& [name, number] : sources_) {
        to.text(name);
        to.number(number);
        std::for_each(clicks_[number].begin(), clicks_[number].end(),
                      [&](double count) { to.number(count); });
    }
    to.number(static_cast<std::uint32_t>(rows_.size()));
    for (const auto& [key, row] : rows_) {
        key_of(key);
        std::for_each(row.shown.begin(), row.shown.end(), [&](double count) { to.number(count); });
        to.number(row.clicks);
    }
    for (const auto& [name, viewer] : viewers_) {
        const auto fresh = std::find_if(viewer.impressions.begin(), viewer.impressions.end(),
                                        [=](const Impression& i) { return i.time >= since; });
        const auto count = static_cast<std::uint32_t>(viewer.impressions.end() - fresh);
        if (count == 0) {
            continue;
        }
        to.text(name);
        to.number(viewer.touched);
        to.number(count);
        std::for_each(fresh, viewer.impressions.end(), [&](const Impression& impression) {
            key_of(impression.row);
            to.number(std::int64_t{impression.time});
            to.number(impression.place);
            to.number(static_cast<std::uint8_t>(impression.clicked));
        });
    }
}

void Attention::restore(RecordReader& from, std::size_t slots) {
    epoch_ = from.time();
    impressions_ = from.number<std::uint64_t>();
    for (auto left = from.below(kMaxSources + 1, "too many placements");
         left > 0 && from.status().ok(); --left) {
        const std::string name = from.text(kMaxName);
        const auto number = from.below(kMaxSources, "a placement that it does not name");
        sources_.insert_or_assign(name, number);
        for (double& count : clicks_[number]) {
            count = restore_count(from);
        }
    }
    for (auto left = from.below(kMaxRows + 1, "too many items of placements");
         left > 0 && from.status().ok(); --left) {
        restore_row(from, slots);
    }
    while (!from.at_end()) {
        restore_viewer(from, slots);
    }
}

void Attention::restore_row(RecordReader& from, std::size_t slots) {
    const std::uint64_t key = restore_key(from, clicks_.size(), slots);
    Row& row = rows_[key];
    for (double& count : row.shown) {
        count = restore_count(from);
    }
    row.clicks = restore_count(from);
}

void Attention::restore_viewer(RecordReader& from, std::size_t slots) {
    std::string name = from.text(kMaxName);
    Viewer viewer;
    viewer.touched = from.number<std::uint64_t>();
    for (auto left = from.below(kMaxImpressions + 1, "a list is too long");
         left > 0 && from.status().ok(); --left) {
        Impression impression{};
        impression.row = restore_key(from, clicks_.size(), slots);
        impression.time = static_cast<std::uint32_t>(from.time());
        impression.place = from.number<std::uint8_t>();
        impression.clicked = from.number<std::uint8_t>() != 0;
        if (impression.place >= kPlaces) {
            return from.refuse("a place that cannot be");
        }
        viewer.impressions.push_back(impression);
    }
    if (viewers_.size() >= kMaxViewers) {
        return from.refuse("too many visitors");
    }
    viewers_.insert_or_assign(std::move(name), std::move(viewer));
}

}  // namespace pz::learn
