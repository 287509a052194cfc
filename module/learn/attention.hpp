// Attention: how items do in the lists they were shown in, our own placements and the shop's
// listings, beyond what their places explain. Internal to learn.
//
// Counts impressions (view_item_list with `items`, the first 64, and `list`) and what the same
// visitor turned to within half an hour. Position-based model (Richardson et al., WWW 2007): an item i at place p of
// source s, which is a placement and the recommender that filled it, is clicked with probability
//   theta(s,p) gamma(i)
// where theta is how often the place is looked at and clicked, and gamma the item's appeal. Both
// are fitted in turn, from counts n of impressions and c of clicks that halve every 30 days:
//   theta(p)   = (c(p) + 200 m) / (sum_i n(p,i) gamma(i) + 200)                   m: c / n overall
//   r(s)       = (c(s) + 200 m) / (sum_p,i n(s,p,i) gamma(i) theta(p) + 200 m)
//   theta(s,p) = (c(s,p) + 100 theta(p) r(s)) / (sum_i n(s,p,i) gamma(i) + 100)
//   gamma(i)   = (c(i) + 200 m) / (e(i) + 200 m),   e(i) = sum_s,p n(s,p,i) theta(s,p)
// The added terms are Beta priors: 200 impressions of an ordinary item at an ordinary place. An item
// that is always at one place is not told from its place, and stays near 1.
//
// Places from the ninth on are counted in classes. Of one visitor an item counts once in half an
// hour for each source, so that a reload does not bury what it shows.
// Memory: at most 300,000 pairs of source and item, 256 sources (of both, those shown least make
// room: anybody can name a list in a beacon), 100,000 visitors with 128 impressions each.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "learn/record_file.hpp"
#include "learn/session_log.hpp"
#include "learn/text_hash.hpp"

namespace pz::learn {

class Attention {
  public:
    static constexpr std::int64_t kWindow = 30 * 60;  // seconds from an impression to its click

    struct Shown {
        Slot item;
        std::size_t place;  // from 0
    };
    // What a visitor was shown in one placement. `recommender` may be empty.
    void show(std::string_view visitor, std::string_view list, std::string_view recommender,
              std::span<const Shown> items, std::int64_t time);
    // What this visitor was shown answers no click any more; it counts as shown.
    void forget(std::string_view visitor);
    // The visitor turned to an item: a click, if it was shown, which is the answer.
    bool click(std::string_view visitor, Slot item, std::int64_t time);

    struct Estimate {
        float appeal = 1;    // gamma
        float exposure = 0;  // e / m: impressions at an ordinary place
        float looks = 1;     // exposure of an impression of it: how well its places are seen
    };
    // By slot.
    std::vector<Estimate> estimate(std::size_t slots, std::int64_t now) const;

    // Of a checkpoint; impressions of before `since` are left out. Items are written as `numbers`
    // has them by slot, and are below `slots`.
    void mark(std::vector<Slot>& numbers) const;  // 0: an item of this
    void save(RecordWriter& to, std::span<const Slot> numbers, std::int64_t since) const;
    void restore(RecordReader& from, std::size_t slots);

  private:
    static constexpr std::size_t kPlaces = 11;  // classes
    static constexpr std::size_t kMaxSources = 256;
    // Doubles: a float stops growing at 2^24 times what is added.
    using Places = std::array<double, kPlaces>;

    // Counts are of the weight that they would have at epoch_.
    struct Row {
        Places shown{};
        double clicks = 0;
    };
    struct Impression {
        std::uint64_t row;
        std::uint32_t time;
        std::uint8_t place;  // a class
        bool clicked;
    };
    struct Viewer {
        std::vector<Impression> impressions;  // oldest first
        std::uint64_t touched = 0;
    };
    class Fit;
    static_assert(kPlaces == 11, "part of checkpoints");

    void restore_row(RecordReader& from, std::size_t slots);
    void restore_viewer(RecordReader& from, std::size_t slots);
    static std::size_t place_class(std::size_t place);
    std::uint32_t source(std::string_view list, std::string_view recommender);
    double weight_at(std::int64_t time);
    double scale_at(std::int64_t now) const;
    void rescale(double factor);
    Viewer& viewer(std::string_view visitor);
    void forget_rows();
    void forget_sources();
    void forget_viewers();

    ByText<std::uint32_t> sources_;
    std::vector<Places> clicks_{kMaxSources};      // by source
    std::unordered_map<std::uint64_t, Row> rows_;  // by source and slot
    ByText<Viewer> viewers_;
    std::uint64_t impressions_ = 0;
    std::int64_t epoch_ = 0;
};

}  // namespace pz::learn
