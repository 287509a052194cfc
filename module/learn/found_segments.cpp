#include "learn/found_segments.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "learn/clusters.hpp"
#include "learn/tastes.hpp"

namespace pz::learn {

namespace {

constexpr std::size_t kMostClustered = 10'000;  // sessions
constexpr std::size_t kMostAssigned = 200'000;
constexpr std::size_t kLeastSessions = 300;
constexpr double kLeastGap = 0.05;
constexpr std::uint64_t kSeed = 20240229;
constexpr double kWorthStartingAnew = 0.05;
constexpr std::size_t kSmallestOneIn = 33;
constexpr float kSameSegment = 0.7F;      // cosine
constexpr float kNameShare = 0.5F;        // of the first value's distinction, to be named too
constexpr std::size_t kMostWeights = 64;  // of a segment
constexpr std::size_t kMaxName = 64;      // as of every segment
constexpr std::string_view kPrefix = "auto: ";

float cosine(const Centroid& a, const Centroid& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);
}

class Finder {
  public:
    Finder(std::span<const store::ItemInput* const> items,
           std::span<const store::ItemIndex> item_of, const SessionLog& sessions)
        : tastes_(items), item_of_(item_of), sessions_(sessions) {}

    FoundSegments find(std::span<const store::SegmentInput> previous, std::size_t most);

  private:
    std::span<const store::ItemIndex> items_of(std::size_t session);
    void read_sessions();
    void shuffle_sessions();
    double gap(const Clustering& clustering, std::size_t k);
    std::optional<Clustering> choose(std::size_t most);
    Centroid centroid_of(const store::SegmentInput& segment) const;
    std::string name(std::span<const Centroid> centroids, std::size_t which) const;
    void name_all(std::span<const store::SegmentInput> previous, FoundSegments& found) const;
    store::SegmentInput segment(const Centroid& centroid) const;
    void assign(FoundSegments& found);

    Tastes tastes_;
    std::span<const store::ItemIndex> item_of_;
    const SessionLog& sessions_;
    Vectors vectors_;
    Vectors shuffled_;            // the same items, dealt anew among the sessions
    std::vector<double> chance_;  // the silhouette of shuffled_, by k
    std::vector<Centroid> old_, centroids_;
    std::vector<store::ItemIndex> items_;
    std::vector<std::size_t> clustered_;  // sessions, the newest
};

// The newest by time, which is not the order of the log: visits are closed late. In its order.
std::vector<std::size_t> newest(const SessionLog& log, std::size_t most) {
    std::vector<std::size_t> order(log.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (order.size() > most) {
        const auto end = order.begin() + static_cast<std::ptrdiff_t>(most);
        std::nth_element(order.begin(), end, order.end(), [&log](std::size_t a, std::size_t b) {
            return std::pair(log.time(a), a) > std::pair(log.time(b), b);
        });
        order.erase(end, order.end());
        std::sort(order.begin(), order.end());
    }
    return order;
}

std::span<const store::ItemIndex> Finder::items_of(std::size_t session) {
    items_.clear();
    for (const Slot slot : sessions_.items(session)) {
        items_.push_back(item_of_[slot]);
    }
    return items_;
}

void Finder::read_sessions() {
    clustered_ = newest(sessions_, kMostClustered);
    for (const std::size_t i : clustered_) {
        tastes_.count(items_of(i));
    }
    tastes_.weigh();
    for (const std::size_t i : clustered_) {
        if (const auto vector = tastes_.vector(items_of(i)); !vector.empty()) {
            vectors_.add(vector);
        }
    }
}

void Finder::shuffle_sessions() {
    std::vector<store::ItemIndex> dealt;
    for (const std::size_t i : clustered_) {
        const auto items = items_of(i);
        dealt.insert(dealt.end(), items.begin(), items.end());
    }
    std::mt19937_64 random(kSeed);
    for (std::size_t left = dealt.size(); left > 1; --left) {
        std::swap(dealt[left - 1], dealt[random() % left]);
    }
    std::span<const store::ItemIndex> rest = dealt;
    for (const std::size_t i : clustered_) {
        const std::size_t length = sessions_.items(i).size();
        if (const auto vector = tastes_.vector(rest.first(length)); !vector.empty()) {
            shuffled_.add(vector);
        }
        rest = rest.subspan(length);
    }
}

double Finder::gap(const Clustering& clustering, std::size_t k) {
    chance_.resize(std::max(chance_.size(), k + 1), -1);
    if (chance_[k] < 0) {
        chance_[k] = cluster(shuffled_, tastes_.features().size(), k).silhouette;
    }
    return clustering.smallest * kSmallestOneIn < vectors_.size()
               ? 0
               : clustering.silhouette - chance_[k];
}

std::optional<Clustering> Finder::choose(std::size_t most) {
    std::optional<Clustering> best;
    double best_gap = kLeastGap;
    if (old_.size() > 1 && old_.size() <= most) {
        Clustering lasting = settle(vectors_, old_);
        if (const double here = gap(lasting, old_.size()); here >= kLeastGap) {
            best_gap = here + kWorthStartingAnew;
            best = std::move(lasting);
        }
    }
    for (std::size_t k = 2; k <= most; ++k) {
        Clustering found = cluster(vectors_, tastes_.features().size(), k);
        const double here = gap(found, k);
        if (here >= best_gap) {
            best_gap = here;
            best = std::move(found);
        }
    }
    return best;
}

Centroid Finder::centroid_of(const store::SegmentInput& segment) const {
    Centroid centroid(tastes_.features().size());
    float squares = 0;
    for (const auto& [field, text, weight] : segment.weights) {
        const std::size_t feature = tastes_.find(field, text);
        if (feature < centroid.size() && tastes_.features()[feature].scale > 0) {
            centroid[feature] = weight / tastes_.features()[feature].scale;
            squares += centroid[feature] * centroid[feature];
        }
    }
    for (float& weight : centroid) {
        weight = squares > 0 ? weight / std::sqrt(squares) : 0;
    }
    return centroid;
}

store::SegmentInput Finder::segment(const Centroid& centroid) const {
    store::SegmentInput segment;
    for (std::size_t i = 0; i < centroid.size(); ++i) {
        const Tastes::Feature& feature = tastes_.features()[i];
        if (centroid[i] > 0) {
            segment.weights.push_back(
                {feature.field, std::string(feature.text), centroid[i] * feature.scale});
        }
    }
    const auto stronger = [](const auto& a, const auto& b) { return a.weight > b.weight; };
    std::stable_sort(segment.weights.begin(), segment.weights.end(), stronger);
    segment.weights.resize(std::min(segment.weights.size(), kMostWeights));
    return segment;
}

// At most `size` bytes, no character cut.
std::string_view cut(std::string_view text, std::size_t size) {
    if (text.size() > size) {
        while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
            --size;
        }
        text = text.substr(0, size);
    }
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

// The last level of a product type; no commas, which part the names of segments. Short enough to
// be a name.
std::string spoken(const Tastes::Feature& feature) {
    const std::size_t level = feature.text.rfind(" > ");
    std::string text(level == std::string_view::npos ? feature.text
                                                     : feature.text.substr(level + 3));
    std::replace(text.begin(), text.end(), ',', ' ');
    text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
    return std::string(cut(text, kMaxName - kPrefix.size()));
}

bool same_branch(std::string_view a, std::string_view b) {
    return a.starts_with(b) || b.starts_with(a);
}

// A value sets a segment apart by what it has more of it than the other segment with the most.
std::string Finder::name(std::span<const Centroid> centroids, std::size_t which) const {
    std::vector<std::pair<float, std::size_t>> order;
    for (std::size_t i = 0; i < tastes_.features().size(); ++i) {
        float others = 0;
        for (std::size_t c = 0; c < centroids.size(); ++c) {
            others = c == which ? others : std::max(others, centroids[c][i]);
        }
        order.emplace_back(others - centroids[which][i], i);
    }
    std::sort(order.begin(), order.end());
    std::string name(kPrefix);
    std::size_t named = 0;
    std::string_view first;
    for (const auto& [distinction, i] : order) {
        const Tastes::Feature& feature = tastes_.features()[i];
        if (named == 2 || distinction >= 0 ||
            (named > 0 && distinction > kNameShare * order.front().first)) {
            break;
        }
        const std::string text = spoken(feature);
        const std::string_view joint = named == 0 ? "" : " + ";
        if (text.empty() || name.size() + joint.size() + text.size() > kMaxName ||
            (named > 0 && same_branch(first, feature.text))) {
            continue;
        }
        name.append(joint).append(text);
        first = named++ == 0 ? feature.text : first;
    }
    return std::string(cut(name, kMaxName));
}

void Finder::name_all(std::span<const store::SegmentInput> previous, FoundSegments& found) const {
    std::vector<bool> taken(previous.size());
    const auto known = [&found](const std::string& name) {
        return std::any_of(found.segments.begin(), found.segments.end(),
                           [&name](const auto& segment) { return segment.name == name; });
    };
    for (std::size_t i = 0; i < centroids_.size(); ++i) {
        std::size_t same = previous.size();
        float best = kSameSegment;
        for (std::size_t old = 0; old < previous.size(); ++old) {
            const float here = cosine(centroids_[i], old_[old]);
            if (!taken[old] && here >= best) {
                best = here;
                same = old;
            }
        }
        if (same < previous.size()) {
            taken[same] = true;
            found.segments[i].name = previous[same].name;
        }
    }
    for (std::size_t i = 0; i < centroids_.size(); ++i) {
        if (found.segments[i].name.empty()) {
            const std::string name = this->name(centroids_, i);
            std::string unique = name;
            for (int number = 2; known(unique); ++number) {
                unique = std::string(cut(name, kMaxName - 2)) + " " + std::to_string(number);
            }
            found.segments[i].name = unique;
        }
    }
}

void Finder::assign(FoundSegments& found) {
    found.segment_of.assign(sessions_.size(), FoundSegments::kNone);
    for (const std::size_t i : newest(sessions_, kMostAssigned)) {
        const auto vector = tastes_.vector(items_of(i));
        if (!vector.empty()) {
            found.segment_of[i] = static_cast<std::uint8_t>(nearest(centroids_, vector));
        }
    }
}

FoundSegments Finder::find(std::span<const store::SegmentInput> previous, std::size_t most) {
    FoundSegments found;
    read_sessions();
    if (vectors_.size() < kLeastSessions) {
        return found;
    }
    shuffle_sessions();
    for (const store::SegmentInput& segment : previous) {
        old_.push_back(centroid_of(segment));
    }
    auto chosen = choose(most);
    if (!chosen) {
        return found;
    }
    centroids_ = std::move(chosen->centroids);
    for (const Centroid& centroid : centroids_) {
        found.segments.push_back(segment(centroid));
    }
    name_all(previous, found);
    assign(found);
    return found;
}

}  // namespace

FoundSegments find_segments(std::span<const store::ItemInput* const> items,
                            std::span<const store::ItemIndex> item_of, const SessionLog& sessions,
                            std::span<const store::SegmentInput> previous, std::size_t most) {
    return most < 2 ? FoundSegments() : Finder(items, item_of, sessions).find(previous, most);
}

}  // namespace pz::learn
