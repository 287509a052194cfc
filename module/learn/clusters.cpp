#include "learn/clusters.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace pz::learn {

namespace {

constexpr int kRounds = 25;
constexpr int kStarts = 3;
constexpr std::uint64_t kSeed = 20240229;

float dot(const Centroid& centroid, std::span<const Vectors::Entry> row) {
    float sum = 0;
    for (const Vectors::Entry& entry : row) {
        sum += centroid[entry.feature] * entry.weight;
    }
    return sum;
}

float distance(const Centroid& centroid, std::span<const Vectors::Entry> row) {
    return std::max(1 - dot(centroid, row), 0.0F);
}

void normalize(Centroid& centroid) {
    const float length =
        std::sqrt(std::inner_product(centroid.begin(), centroid.end(), centroid.begin(), 0.0F));
    if (length > 0) {
        for (float& weight : centroid) {
            weight /= length;
        }
    }
}

Centroid dense(std::span<const Vectors::Entry> row, std::size_t features) {
    Centroid centroid(features);
    for (const Vectors::Entry& entry : row) {
        centroid[entry.feature] = entry.weight;
    }
    return centroid;
}

// Each next centroid is a vector that is drawn by its squared distance to the nearest one so far.
std::vector<Centroid> spread(const Vectors& vectors, std::size_t features, std::size_t k,
                             std::mt19937_64& random) {
    const auto draw = [&random] { return static_cast<double>(random() >> 11U) * 0x1.0p-53; };
    std::vector<Centroid> centroids;
    std::vector<double> squares(vectors.size(), 1);
    while (centroids.size() < k) {
        double left = draw() * std::accumulate(squares.begin(), squares.end(), 0.0);
        std::size_t chosen = 0;
        while (chosen + 1 < squares.size() && (left -= squares[chosen]) > 0) {
            ++chosen;
        }
        centroids.push_back(dense(vectors.row(chosen), features));
        for (std::size_t i = 0; i < vectors.size(); ++i) {
            const double apart = distance(centroids.back(), vectors.row(i));
            squares[i] = std::min(squares[i], apart * apart);
        }
    }
    return centroids;
}

// One round; false when nothing moved.
bool move(const Vectors& vectors, std::vector<Centroid>& centroids,
          std::vector<std::size_t>& cluster_of) {
    bool moved = false;
    std::vector<Centroid> sums(centroids.size(), Centroid(centroids.front().size()));
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        const auto row = vectors.row(i);
        const std::size_t cluster = nearest(centroids, row);
        moved |= cluster != cluster_of[i];
        cluster_of[i] = cluster;
        for (const Vectors::Entry& entry : row) {
            sums[cluster][entry.feature] += entry.weight;
        }
    }
    std::for_each(sums.begin(), sums.end(), normalize);
    centroids = std::move(sums);
    return moved;
}

void judge(const Vectors& vectors, Clustering& clustering) {
    std::vector<std::size_t> sizes(clustering.centroids.size());
    double sum = 0;
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        float first = std::numeric_limits<float>::max();
        float second = first;
        std::size_t own = 0;
        for (std::size_t c = 0; c < clustering.centroids.size(); ++c) {
            const float apart = distance(clustering.centroids[c], vectors.row(i));
            own = apart < first ? c : own;
            second = apart < first ? first : std::min(second, apart);
            first = std::min(first, apart);
        }
        sizes[own]++;
        sum += second > 0 ? (second - first) / second : 0;
    }
    clustering.silhouette = vectors.size() > 0 ? sum / static_cast<double>(vectors.size()) : 0;
    clustering.smallest = *std::min_element(sizes.begin(), sizes.end());
}

}  // namespace

void Vectors::add(std::span<const Entry> row) {
    float squares = 0;
    for (const Entry& entry : row) {
        squares += entry.weight * entry.weight;
    }
    for (const Entry& entry : row) {
        if (squares > 0) {
            entries_.push_back({entry.feature, entry.weight / std::sqrt(squares)});
        }
    }
    begin_.push_back(entries_.size());
}

std::size_t nearest(std::span<const Centroid> centroids, std::span<const Vectors::Entry> row) {
    std::size_t best = 0;
    float most = dot(centroids[0], row);
    for (std::size_t c = 1; c < centroids.size(); ++c) {
        const float here = dot(centroids[c], row);
        if (here > most) {
            most = here;
            best = c;
        }
    }
    return best;
}

Clustering settle(const Vectors& vectors, std::vector<Centroid> centroids) {
    std::vector<std::size_t> cluster_of(vectors.size(), centroids.size());
    for (int round = 0; round < kRounds && move(vectors, centroids, cluster_of); ++round) {
    }
    Clustering clustering{.centroids = std::move(centroids)};
    judge(vectors, clustering);
    return clustering;
}

Clustering cluster(const Vectors& vectors, std::size_t features, std::size_t k) {
    std::mt19937_64 random(kSeed);
    Clustering best;
    for (int start = 0; start < kStarts; ++start) {
        Clustering found = settle(vectors, spread(vectors, features, k, random));
        if (start == 0 || found.silhouette > best.silhouette) {
            best = std::move(found);
        }
    }
    return best;
}

}  // namespace pz::learn
