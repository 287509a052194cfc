#include "rules/fields.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "rules/rules.hpp"

namespace pz::rules {
namespace {

constexpr double kMicros = 1e6;
constexpr double kDay = 86400;  // seconds

[[gnu::always_inline]] inline double age_days(const Context& context, store::ItemIndex item) {
    const std::int64_t seen = context.snapshot->first_seen(item);
    if (seen == 0) {
        return std::numeric_limits<double>::infinity();
    }
    return std::max(0.0, (static_cast<double>(context.now) - static_cast<double>(seen)) / kDay);
}

double margin_of(const store::Snapshot& snapshot, const MarginColumns& columns,
                 store::ItemIndex item, const store::LiveFields& live) {
    const double margin = leading_number(snapshot.text(item, columns.margin));
    if (margin == margin) {
        return margin;
    }
    const double cost = leading_number(snapshot.text(item, columns.cost));
    const double price = static_cast<double>(live.current_price_micros()) / kMicros;
    return price > 0 ? (price - cost) / price : std::numeric_limits<double>::quiet_NaN();
}

// Inlined into loops in which the field is constant.
[[gnu::always_inline]] inline double number_of(const Context& context, const MarginColumns& columns,
                                               store::ItemIndex item, const store::LiveFields& live,
                                               LiveField field) {
    switch (field) {
        case LiveField::price:
            return static_cast<double>(live.price_micros) / kMicros;
        case LiveField::sale_price:
            return live.on_sale() ? static_cast<double>(live.sale_price_micros) / kMicros : 0;
        case LiveField::current_price:
            return static_cast<double>(live.current_price_micros()) / kMicros;
        case LiveField::stock:
            return live.stock == store::kUnknownStock ? std::numeric_limits<double>::infinity()
                                                      : live.stock;
        case LiveField::age_days:
            return age_days(context, item);
        case LiveField::popularity:
            return live.popularity;
        case LiveField::margin:
            return margin_of(*context.snapshot, columns, item, live);
        case LiveField::available:
            return live.available() ? 1 : 0;
        case LiveField::on_sale:
            return live.on_sale() ? 1 : 0;
        default:
            return 0;
    }
}

}  // namespace

double leading_number(std::string_view text) {
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc() ? number : std::numeric_limits<double>::quiet_NaN();
}

MarginColumns margin_columns(const store::Snapshot& snapshot) {
    return {snapshot.find_field("margin"), snapshot.find_field("cost_of_goods_sold")};
}

double live_value(const Context& context, const MarginColumns& columns, store::ItemIndex item,
                  LiveField field) {
    return number_of(context, columns, item, context.snapshot->live(item), field);
}

void Columns::begin(const Context& context, std::span<const store::ItemIndex> items) {
    context_ = &context;
    items_ = items;
    rows_known_ = false;
    for (std::vector<double>& numbers : numbers_) {
        numbers.clear();
    }
    used_ = 0;
}

void Columns::read_rows() {
    rows_.resize(std::max(rows_.size(), items_.size()));
    rows_known_ = true;
    std::transform(items_.begin(), items_.end(), rows_.begin(),
                   [this](store::ItemIndex item) { return context_->snapshot->live(item); });
}

template <LiveField field>
void Columns::read(std::vector<double>& out) const {
    const MarginColumns columns =
        field == LiveField::margin ? margin_columns(*context_->snapshot) : MarginColumns();
    static constexpr store::LiveFields kNotAsked{};
    out.resize(items_.size());
    for (std::size_t i = 0; i < items_.size(); ++i) {
        out[i] = number_of(*context_, columns, items_[i],
                           field == LiveField::age_days ? kNotAsked : rows_[i], field);
    }
}

std::span<const double> Columns::numbers(LiveField field) {
    std::vector<double>& known = numbers_[static_cast<std::size_t>(field)];
    if (!known.empty() || items_.empty()) {
        return known;
    }
    if (!rows_known_ && field != LiveField::age_days) {
        read_rows();
    }
    [&]<std::size_t... index>(std::index_sequence<index...>) {
        ((static_cast<std::size_t>(field) == index ? read<static_cast<LiveField>(index)>(known)
                                                   : void()),
         ...);
    }
    (std::make_index_sequence<kLiveFields>());
    return known;
}

std::span<const store::ValueId> Columns::values(store::FieldId field) {
    for (std::size_t i = 0; i < used_; ++i) {
        if (values_[i].field == field) {
            return values_[i].of;
        }
    }
    if (used_ == values_.size()) {
        values_.emplace_back();
    }
    Values& known = values_[used_];
    known.field = field;
    known.of.resize(items_.size());
    ++used_;
    std::transform(items_.begin(), items_.end(), known.of.begin(),
                   [&](store::ItemIndex item) { return context_->snapshot->value(item, field); });
    return known.of;
}

}  // namespace pz::rules
