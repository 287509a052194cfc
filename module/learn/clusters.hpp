// Clusters: spherical k-means over sparse vectors. Internal to learn.
//
// Deterministic: a fixed seed, ties by number. Chooses k by the mean simplified silhouette: with a
// the cosine distance of a vector to its centroid and b that to the second nearest,
// s = (b - a) / max(a, b), between 0 (two centroids are as near) and 1.
// Thread rules: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace pz::learn {

// Sparse rows of a matrix, each of length 1 or empty.
class Vectors {
  public:
    struct Entry {
        std::uint32_t feature;
        float weight;
    };
    // Brings the row to length 1.
    void add(std::span<const Entry> row);
    std::size_t size() const { return begin_.size() - 1; }
    std::span<const Entry> row(std::size_t index) const {
        return std::span(entries_).subspan(begin_[index], begin_[index + 1] - begin_[index]);
    }

  private:
    std::vector<Entry> entries_;
    std::vector<std::size_t> begin_ = {0};
};

// Dense, length 1.
using Centroid = std::vector<float>;

struct Clustering {
    std::vector<Centroid> centroids;
    double silhouette = 0;
    std::size_t smallest = 0;  // vectors in the smallest cluster
};

// The centroid nearest to the row; ties by number. `centroids` are not empty.
std::size_t nearest(std::span<const Centroid> centroids, std::span<const Vectors::Entry> row);

// From the given centroids to where they come to rest, at most 25 rounds.
Clustering settle(const Vectors& vectors, std::vector<Centroid> centroids);
// The best of several starts (k-means++, Arthur and Vassilvitskii, SODA 2007).
Clustering cluster(const Vectors& vectors, std::size_t features, std::size_t k);

}  // namespace pz::learn
