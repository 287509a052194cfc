#include "page/tiles.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "store/parse.hpp"

namespace pz::page {

namespace {

constexpr std::string_view kTraitPrefix = "visitor.";
constexpr std::string_view kLocalizedSuffix = "_text";
constexpr std::int64_t kMicros = 1'000'000;

// "EUR"; not the "XL" of "40 XL".
bool is_code(std::string_view currency) {
    return currency.size() == 3 && std::all_of(currency.begin(), currency.end(),
                                               [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string_view format_number(std::uint64_t number, Locale::Buffer& digits) {
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    return {digits.data(), static_cast<std::size_t>(result.ptr - digits.data())};
}

}  // namespace

struct TileRenderer::Item {
    const recommend::Candidate& candidate;
    store::LiveFields live;
    std::size_t position;
};

std::string_view tier_name(recommend::Tier tier) {
    constexpr std::string_view kNames[] = {"pre", "segment", "individual"};
    return kNames[static_cast<std::size_t>(tier)];
}

std::string_view availability_name(store::Availability availability) {
    constexpr std::string_view kNames[] = {"in_stock", "out_of_stock", "preorder", "backorder"};
    return kNames[static_cast<std::size_t>(availability)];
}

std::string_view format_price(std::int64_t micros, Locale::Buffer& digits) {
    if (micros <= 0) {
        return {};
    }
    char* at = std::to_chars(digits.data(), digits.data() + digits.size(), micros / kMicros).ptr;
    *at++ = '.';
    std::int64_t rest = micros % kMicros;
    std::int64_t unit = kMicros / 10;
    for (int decimals = 0; decimals < 2 || rest > 0; decimals++) {
        *at++ = static_cast<char>('0' + rest / unit);
        rest %= unit;
        unit /= 10;
    }
    return {digits.data(), static_cast<std::size_t>(at - digits.data())};
}

void TileRenderer::begin(const store::Snapshot& snapshot, const visitor::Profile& profile,
                         const Locale& locale, rewrite::Charset charset) {
    snapshot_ = &snapshot;
    profile_ = &profile;
    locale_ = &locale;
    charset_ = charset;
    bound_.clear();
}

TileRenderer::Field TileRenderer::resolve(std::string_view name) const {
    using Named = std::pair<std::string_view, Source>;
    static constexpr Named kNamed[] = {{"price", Source::price},
                                       {"regular_price", Source::regular_price},
                                       {"sale_price", Source::sale_price},
                                       {"on_sale", Source::on_sale},
                                       {"availability", Source::availability},
                                       {"stock", Source::stock},
                                       {"position", Source::position},
                                       {"tier", Source::tier},
                                       {"placement", Source::placement},
                                       {"recommender", Source::recommender}};
    for (const auto& [known, source] : kNamed) {
        if (name == known) {
            return {source};
        }
    }
    if (name.starts_with(kTraitPrefix)) {
        return {Source::text, store::kNoField, profile_->trait(name.substr(kTraitPrefix.size()))};
    }
    const store::FieldId column = snapshot_->find_field(name);
    if (column == store::kNoField) {
        return resolve_localized(name);
    }
    return {Source::column, column};
}

// "price_text", "availability_date_text", where the catalog has no such column.
TileRenderer::Field TileRenderer::resolve_localized(std::string_view name) const {
    if (name.size() <= kLocalizedSuffix.size() || !name.ends_with(kLocalizedSuffix)) {
        return {Source::text};
    }
    Field field = resolve(name.substr(0, name.size() - kLocalizedSuffix.size()));
    field.localized = true;
    return field;
}

TileRenderer::Bound& TileRenderer::bind(const rewrite::Template& tile) {
    for (Bound& bound : bound_) {
        if (bound.tile == &tile) {
            return bound;
        }
    }
    Bound bound{&tile, {}, {}};
    for (const std::string& name : tile.names()) {
        bound.fields.push_back(resolve(name));
    }
    bound.values.resize(bound.fields.size());
    return bound_.emplace_back(std::move(bound));
}

std::string_view TileRenderer::value(Field& field, const TileContext& context,
                                     const Item& item) const {
    const store::LiveFields& live = item.live;
    switch (field.source) {
        case Source::column:
            return localize(snapshot_->text(item.candidate.item, field.column), field);
        case Source::price:
            return price(live.current_price_micros(), field, item);
        case Source::regular_price:
            return price(live.on_sale() ? live.price_micros : 0, field, item);
        case Source::sale_price:
            return price(live.on_sale() ? live.sale_price_micros : 0, field, item);
        case Source::on_sale:
            return live.on_sale() ? "1" : "";
        case Source::availability:
            return availability_name(live.availability);
        case Source::stock:
            return live.stock == store::kUnknownStock ? std::string_view()
                                                      : format_number(live.stock, field.buffer);
        case Source::position:
            return format_number(item.position, field.buffer);
        case Source::tier:
            return tier_name(item.candidate.tier);
        case Source::placement:
            return context.placement;
        case Source::recommender:
            return context.recommender;
        case Source::text:
            break;
    }
    return field.text;
}

std::string_view TileRenderer::price(std::int64_t micros, Field& field, const Item& item) const {
    return field.localized
               ? locale_->price(micros,
                                snapshot_->text(item.candidate.item, store::field::currency),
                                field.buffer)
               : format_price(micros, field.buffer);
}

// A date, or a price with a currency, of a column; any other text stays.
std::string_view TileRenderer::localize(std::string_view text, Field& field) const {
    if (!field.localized) {
        return text;
    }
    const std::string_view date = locale_->date(text, field.buffer);
    if (!date.empty()) {
        return date;
    }
    std::int64_t micros = 0;
    std::string_view currency;
    const bool priced = store::parse_price(text, &micros, &currency) && is_code(currency);
    return priced && micros > 0 ? locale_->price(micros, currency, field.buffer) : text;
}

void TileRenderer::render(const rewrite::Template& tile, const TileContext& context,
                          std::span<const recommend::Candidate> items, std::string& out,
                          std::vector<rewrite::TilePart>* parts) {
    Bound& bound = bind(tile);
    for (std::size_t i = 0; i < items.size(); i++) {
        const Item item{items[i], snapshot_->live(items[i].item), i + 1};
        for (std::size_t k = 0; k < bound.fields.size(); k++) {
            bound.values[k] = value(bound.fields[k], context, item);
        }
        tile.render(bound.values, out, charset_, parts);
    }
}

}  // namespace pz::page
