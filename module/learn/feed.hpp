// What both feed formats share. Internal to learn.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "learn/catalog.hpp"

namespace pz::learn {

inline constexpr std::size_t kMaxReported = 20;

using ItemSink = std::function<void(const store::ItemInput&)>;

// Gives items that the store takes to the sink and counts all.
class FeedOutput {
  public:
    explicit FeedOutput(const ItemSink& sink) : sink_(sink) {}
    void item(std::size_t line, const store::ItemInput& input);
    void skip(std::size_t line, const std::string& what);
    FeedReport take() { return std::move(report_); }

  private:
    const ItemSink& sink_;
    FeedReport report_;
};

std::string_view trim(std::string_view text);
// "G:Sale Price" -> "sale_price"
std::string column_name(std::string_view text);
// Adds a value to the item under the column's name; empty values are left out.
void put_value(store::ItemInput& input, const std::string& name, std::string_view value);

Result<FeedReport> read_table(std::string_view bytes, const ItemSink& sink);
Result<FeedReport> read_xml(std::string_view bytes, const ItemSink& sink);

}  // namespace pz::learn
