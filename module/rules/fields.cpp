#include "rules/fields.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "rules/lanes.hpp"
#include "rules/rules.hpp"

namespace pz::rules {
namespace {

constexpr double kMicros = 1e6;
constexpr double kDay = 86400;  // seconds

double age_days(const Context& context, store::ItemIndex item) {
    const std::int64_t seen = context.snapshot->first_seen(item);
    if (seen == 0) {
        return std::numeric_limits<double>::infinity();
    }
    return std::max(0.0, (static_cast<double>(context.now) - static_cast<double>(seen)) / kDay);
}

// `price`: the current one.
double margin_of(const store::Snapshot& snapshot, const MarginColumns& columns,
                 store::ItemIndex item, double price) {
    const double margin = leading_number(snapshot.text(item, columns.margin));
    if (margin == margin) {
        return margin;
    }
    const double cost = leading_number(snapshot.text(item, columns.cost));
    return price > 0 ? (price - cost) / price : std::numeric_limits<double>::quiet_NaN();
}

double stock_of(const store::LiveFields& live) {
    return live.stock == store::kUnknownStock ? std::numeric_limits<double>::infinity()
                                              : live.stock;
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
    const store::LiveFields live = context.snapshot->live(item);
    switch (field) {
        case LiveField::price:
            return static_cast<double>(live.price_micros) / kMicros;
        case LiveField::sale_price:
            return live.on_sale() ? static_cast<double>(live.sale_price_micros) / kMicros : 0;
        case LiveField::current_price:
            return static_cast<double>(live.current_price_micros()) / kMicros;
        case LiveField::stock:
            return stock_of(live);
        case LiveField::age_days:
            return age_days(context, item);
        case LiveField::popularity:
            return live.popularity;
        case LiveField::margin:
            return margin_of(*context.snapshot, columns, item,
                             static_cast<double>(live.current_price_micros()) / kMicros);
        case LiveField::available:
            return live.available() ? 1 : 0;
        case LiveField::on_sale:
            return live.on_sale() ? 1 : 0;
        default:
            return 0;
    }
}

void Columns::begin(const Context& context, std::span<const store::ItemIndex> items) {
    context_ = &context;
    items_ = items;
    live_known_ = false;
    known_.reset();
    rows_.clear();
    used_ = 0;
}

// A record is one line of the cache, and all that is asked of it is read at once.
void Columns::read_live() {
    constexpr LiveField kRead[] = {LiveField::price, LiveField::sale_price,
                                   LiveField::current_price, LiveField::stock,
                                   LiveField::popularity};
    live_known_ = true;
    for (const LiveField field : kRead) {
        of(field).resize(padded(items_.size()));
        known_.set(static_cast<std::size_t>(field));
    }
    const std::size_t words = padded(items_.size()) / kLanes;
    available_.resize(words);
    on_sale_.resize(words);
    for (std::size_t w = 0; w < words; ++w) {
        read_word(w);
    }
}

void Columns::read_word(std::size_t word) {
    const std::size_t first = word * kLanes;
    const std::size_t count = std::min(kLanes, items_.size() - first);
    double* prices = of(LiveField::price).data() + first;
    double* sale_prices = of(LiveField::sale_price).data() + first;
    double* stocks = of(LiveField::stock).data() + first;
    double* popularities = of(LiveField::popularity).data() + first;
    std::uint64_t available = 0;
    std::uint64_t on_sale = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const store::LiveFields live = context_->snapshot->live(items_[first + i]);
        const bool sale = live.on_sale();
        prices[i] = static_cast<double>(live.price_micros);
        sale_prices[i] = sale ? static_cast<double>(live.sale_price_micros) : 0;
        stocks[i] = stock_of(live);
        popularities[i] = live.popularity;
        available |= std::uint64_t{live.available()} << i;
        on_sale |= std::uint64_t{sale} << i;
    }
    available_[word] = available;
    on_sale_[word] = on_sale;
    const auto to_units = [](lanes::Doubles micros, lanes::Doubles) { return micros / kMicros; };
    calculate(prices, prices, prices, to_units);
    calculate(sale_prices, sale_prices, sale_prices, to_units);
    calculate(prices, sale_prices, of(LiveField::current_price).data() + first,
              [](lanes::Doubles price, lanes::Doubles sale) { return sale > 0 ? sale : price; });
}

// As age_days() of each.
void Columns::read_ages() {
    using lanes::Doubles;
    constexpr double kForever = std::numeric_limits<double>::infinity();
    const store::Snapshot& snapshot = *context_->snapshot;
    Numbers& out = of(LiveField::age_days);
    out.resize(padded(items_.size()));
    std::transform(items_.begin(), items_.end(), out.begin(), [&](store::ItemIndex item) {
        return static_cast<double>(snapshot.first_seen(item));
    });
    const auto now = static_cast<double>(context_->now);
    for (std::size_t first = 0; first < out.size(); first += kLanes) {
        double* ages = out.data() + first;
        calculate(ages, ages, ages, [now](Doubles seen, Doubles) {
            const Doubles age = (now - seen) / kDay;
            const Doubles since = age > 0 ? age : Doubles{};
            return seen == 0 ? Doubles{kForever, kForever} : since;
        });
    }
    known_.set(static_cast<std::size_t>(LiveField::age_days));
}

// What is not in the record, or is asked for in another form.
void Columns::read(LiveField field) {
    const store::Snapshot& snapshot = *context_->snapshot;
    const MarginColumns columns =
        field == LiveField::margin ? margin_columns(snapshot) : MarginColumns();
    const double* prices = numbers(LiveField::current_price).data();
    Numbers& out = of(field);
    out.resize(padded(items_.size()));
    for (std::size_t i = 0; i < items_.size(); ++i) {
        out[i] = field == LiveField::margin
                     ? margin_of(snapshot, columns, items_[i], prices[i])
                     : static_cast<double>(flags(field)[i / kLanes] >> i % kLanes & 1U);
    }
    known_.set(static_cast<std::size_t>(field));
}

std::span<const double> Columns::numbers(LiveField field) {
    const auto index = static_cast<std::size_t>(field);
    if (!known_.test(index) && !live_known_ && field != LiveField::age_days) {
        read_live();
    }
    if (!known_.test(index) && field == LiveField::age_days) {
        read_ages();
    } else if (!known_.test(index)) {
        read(field);
    }
    return std::span(numbers_[index]).first(items_.size());
}

std::span<const std::uint64_t> Columns::flags(LiveField field) {
    if (!live_known_) {
        read_live();
    }
    return field == LiveField::available ? available_ : on_sale_;
}

void Columns::find_rows() {
    static constexpr std::array<store::ValueId, store::kMaxFields> kNothing{};
    rows_.resize(items_.size());
    std::transform(items_.begin(), items_.end(), rows_.begin(), [this](store::ItemIndex item) {
        const auto values = context_->snapshot->values(item);
        return values.empty() ? kNothing.data() : values.data();
    });
}

std::span<const store::ValueId> Columns::values(store::FieldId field) {
    for (std::size_t i = 0; i < used_; ++i) {
        if (values_[i].field == field) {
            return std::span(values_[i].of).first(items_.size());
        }
    }
    if (used_ == values_.size()) {
        values_.emplace_back();
    }
    Values& known = values_[used_];
    known.field = field;
    known.of.resize(padded(items_.size()));
    ++used_;
    if (rows_.empty()) {
        find_rows();
    }
    if (field < context_->snapshot->field_count()) {
        std::transform(rows_.begin(), rows_.end(), known.of.begin(),
                       [field](const store::ValueId* row) { return row[field]; });
    } else {
        std::fill(known.of.begin(), known.of.end(), store::kNoValue);
    }
    return std::span(known.of).first(items_.size());
}

}  // namespace pz::rules
