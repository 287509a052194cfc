// Tastes: sessions as vectors of what their items are. Internal to learn.
// Lifetime: the items must outlive it. Thread rules: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "learn/clusters.hpp"
#include "store/builder.hpp"

namespace pz::learn {

class Tastes {
  public:
    struct Feature {
        store::FieldId field;
        std::string_view text;  // a value, or a leading level of a product type
        float scale = 0;        // the field's weight times sqrt(idf); 0: says nothing
    };

    explicit Tastes(std::span<const store::ItemInput* const> items);

    // Counts which features the session has; then, after weigh(), its vector. Items that are
    // kNoItem are passed over.
    void count(std::span<const store::ItemIndex> session);
    void weigh();
    std::span<const Vectors::Entry> vector(std::span<const store::ItemIndex> session);

    std::span<const Feature> features() const { return features_; }
    // The feature's number; features().size() when there is none.
    std::size_t find(store::FieldId field, std::string_view text) const;

  private:
    static constexpr std::size_t kFields = 8;

    void add_item(const store::ItemInput& item);
    void add_feature(store::FieldId field, std::string_view text);
    void gather(std::span<const store::ItemIndex> session);

    std::vector<Feature> features_;
    std::map<std::pair<store::FieldId, std::string_view>, std::uint32_t> numbers_;
    std::vector<std::uint32_t> item_features_;
    std::vector<std::size_t> item_begin_ = {0};
    std::vector<std::uint32_t> sessions_with_;  // by feature
    std::size_t sessions_ = 0;
    // Of the session that gather() looked at.
    std::vector<Vectors::Entry> entries_;  // weight: items with the feature
    std::vector<std::uint32_t> place_;     // by feature, in entries_; 1 is the first
    std::vector<float> of_field_;          // items that have the field, by field
};

}  // namespace pz::learn
