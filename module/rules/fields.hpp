// Fields: what rules see of items beside the texts of columns, and the fields of all candidates of
// a placement as arrays.
// Thread rules: pure functions; a Columns belongs to one thread.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "store/snapshot.hpp"

namespace pz::rules {

struct Context;

// A rule file can read these of an item beside the catalog's columns. Numbers, then flags.
enum class LiveField : std::uint8_t {
    price,          // in units of the currency; 0: unknown
    sale_price,     // 0: no sale
    current_price,  // what the visitor pays
    stock,          // infinite when the shop does not say
    age_days,       // since the item was first seen; infinite when unknown
    popularity,
    margin,  // the share of the current price that is left; not a number when unknown
    available,
    on_sale,
    count
};
inline constexpr std::size_t kLiveFields = static_cast<std::size_t>(LiveField::count);

// The columns that say what an item brings in.
struct MarginColumns {
    store::FieldId margin = store::kNoField;  // "0.35": goes first
    store::FieldId cost = store::kNoField;    // cost_of_goods_sold, as in the Merchant feed
};
MarginColumns margin_columns(const store::Snapshot& snapshot);

double live_value(const Context& context, const MarginColumns& columns, store::ItemIndex item,
                  LiveField field);
// The number that a text begins with ("19.90 EUR"); not a number when there is none.
double leading_number(std::string_view text);

inline bool is_flag(LiveField field) {
    return field == LiveField::available || field == LiveField::on_sale;
}

// One array for each field, read when it is first asked for, so that all rules of a placement see
// the same. There is room behind the last item for loops over whole words (see lanes.hpp).
// Lifetime: begin() borrows the context and the items until the next begin(); what the others return
// is good until then.
class Columns {
  public:
    void begin(const Context& context, std::span<const store::ItemIndex> items);
    // As live_value() of each item.
    std::span<const double> numbers(LiveField field);
    // Of those that is_flag() says: a bit for each item, 64 in a word.
    std::span<const std::uint64_t> flags(LiveField field);
    // Each item's value; kNoValue for all when there is no such column.
    std::span<const store::ValueId> values(store::FieldId field);

  private:
    struct Values {
        store::FieldId field;
        std::vector<store::ValueId> of;
    };
    using Numbers = std::vector<double>;
    Numbers& of(LiveField field) { return numbers_[static_cast<std::size_t>(field)]; }
    void read_live();
    void read_word(std::size_t word);
    void read_ages();
    void read(LiveField field);
    void find_rows();

    const Context* context_ = nullptr;
    std::span<const store::ItemIndex> items_;
    bool live_known_ = false;
    std::bitset<kLiveFields> known_;  // of numbers_
    std::size_t used_ = 0;            // of values_
    // Kept for their memory.
    std::array<Numbers, kLiveFields> numbers_;
    std::vector<std::uint64_t> available_, on_sale_;
    std::vector<const store::ValueId*> rows_;  // each item's values; empty: not looked for yet
    std::vector<Values> values_;
};

}  // namespace pz::rules
