#include "page/tile_fields.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "page/suggest.hpp"
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

TileFields::TileFields(const rewrite::Template& tile, const store::Snapshot& snapshot,
                       const Locale& locale)
    : snapshot_(snapshot), locale_(locale), values_(tile.names().size()) {
    fields_.reserve(values_.size());
    for (const std::string& name : tile.names()) {
        fields_.push_back(resolve(name, snapshot));
        note(fields_.back().source);
    }
}

void TileFields::note(Source source) {
    uses_.stock = uses_.stock || source == Source::stock;
    uses_.position = uses_.position || source == Source::position;
    uses_.tier = uses_.tier || source == Source::tier;
    uses_.placement = uses_.placement || source == Source::placement;
    uses_.recommender = uses_.recommender || source == Source::recommender;
    uses_.label = uses_.label || source == Source::label;
    uses_.visitor = uses_.visitor || source == Source::trait;
}

const TileFields::Named TileFields::kNamed[] = {{"price", Source::price},
                                                {"regular_price", Source::regular_price},
                                                {"sale_price", Source::sale_price},
                                                {"on_sale", Source::on_sale},
                                                {"availability", Source::availability},
                                                {"stock", Source::stock},
                                                {"position", Source::position},
                                                {"tier", Source::tier},
                                                {"placement", Source::placement},
                                                {"recommender", Source::recommender},
                                                {"label", Source::label}};

TileFields::Field TileFields::resolve(std::string_view name, const store::Snapshot& snapshot) {
    for (const auto& [known, source] : kNamed) {
        if (name == known) {
            return {source};
        }
    }
    if (name.starts_with(kTraitPrefix)) {
        return {Source::trait, store::kNoField, name.substr(kTraitPrefix.size())};
    }
    const store::FieldId column = snapshot.find_field(name);
    if (column == store::kNoField) {
        return resolve_localized(name, snapshot);
    }
    return {Source::column, column};
}

// "price_text", "availability_date_text", where the catalog has no such column.
TileFields::Field TileFields::resolve_localized(std::string_view name,
                                                const store::Snapshot& snapshot) {
    if (name.size() <= kLocalizedSuffix.size() || !name.ends_with(kLocalizedSuffix)) {
        return {Source::nothing};
    }
    Field field = resolve(name.substr(0, name.size() - kLocalizedSuffix.size()), snapshot);
    field.localized = true;
    return field;
}

std::string TileFields::doubt(std::string_view name, const store::Snapshot& snapshot) {
    if (resolve(name, snapshot).source != Source::nothing) {
        return {};
    }
    std::vector<std::string_view> known;
    for (const auto& [field, source] : kNamed) {
        known.push_back(field);
    }
    for (store::FieldId column = 0; column < snapshot.field_count(); column++) {
        known.push_back(snapshot.field_name(column));
    }
    const bool localized = name.ends_with(kLocalizedSuffix);
    const std::string_view suffix = localized ? kLocalizedSuffix : std::string_view();
    const std::string_view near = nearest(name.substr(0, name.size() - suffix.size()), known);
    const std::string text =
        "{{" + std::string(name) + "}} is no field and no column of the catalog";
    return near.empty()
               ? text + ": it will stay empty"
               : text + "; did you mean {{" + std::string(near) + std::string(suffix) + "}}?";
}

std::string_view TileFields::value(Field& field, const TilePlace& place,
                                   const visitor::Profile& profile) const {
    const store::LiveFields& live = place.live;
    switch (field.source) {
        case Source::column:
            return localize(snapshot_.text(place.candidate.item, field.column), field);
        case Source::price:
            return price(live.current_price_micros(), field, place);
        case Source::regular_price:
            return price(live.on_sale() ? live.price_micros : 0, field, place);
        case Source::sale_price:
            return price(live.on_sale() ? live.sale_price_micros : 0, field, place);
        case Source::on_sale:
            return live.on_sale() ? "1" : "";
        case Source::availability:
            return availability_name(live.availability);
        case Source::stock:
            return live.stock == store::kUnknownStock ? std::string_view()
                                                      : format_number(live.stock, field.buffer);
        case Source::position:
            return format_number(place.position, field.buffer);
        case Source::tier:
            return tier_name(place.candidate.tier);
        case Source::placement:
            return place.placement;
        case Source::recommender:
            return place.recommender;
        case Source::label:
            return place.label;
        case Source::trait:
            return profile.trait(field.trait);
        case Source::nothing:
            break;
    }
    return {};
}

std::string_view TileFields::price(std::int64_t micros, Field& field,
                                   const TilePlace& place) const {
    return field.localized
               ? locale_.price(micros, snapshot_.text(place.candidate.item, store::field::currency),
                               field.buffer)
               : format_price(micros, field.buffer);
}

// A date, or a price with a currency, of a column; any other text stays.
std::string_view TileFields::localize(std::string_view text, Field& field) const {
    if (!field.localized) {
        return text;
    }
    const std::string_view date = locale_.date(text, field.buffer);
    if (!date.empty()) {
        return date;
    }
    std::int64_t micros = 0;
    std::string_view currency;
    const bool priced = store::parse_price(text, &micros, &currency) && is_code(currency);
    return priced && micros > 0 ? locale_.price(micros, currency, field.buffer) : text;
}

std::span<const std::string_view> TileFields::read(const TilePlace& place,
                                                   const visitor::Profile& profile) {
    for (std::size_t i = 0; i < fields_.size(); i++) {
        values_[i] = value(fields_[i], place, profile);
    }
    return values_;
}

}  // namespace pz::page
