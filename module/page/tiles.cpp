#include "page/tiles.hpp"

#include <charconv>
#include <utility>

namespace pz::page {

namespace {

constexpr std::string_view kTraitPrefix = "visitor.";
constexpr std::int64_t kMicros = 1'000'000;

std::string_view format_number(std::uint64_t number, std::array<char, 24>& digits) {
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

std::string_view format_price(std::int64_t micros, std::array<char, 24>& digits) {
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

void TileRenderer::begin(const store::Snapshot& snapshot, const visitor::Profile& profile) {
    snapshot_ = &snapshot;
    profile_ = &profile;
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
            return {source, store::kNoField, {}, {}};
        }
    }
    if (name.starts_with(kTraitPrefix)) {
        return {
            Source::text, store::kNoField, profile_->trait(name.substr(kTraitPrefix.size())), {}};
    }
    const store::FieldId column = snapshot_->find_field(name);
    return {column == store::kNoField ? Source::text : Source::column, column, {}, {}};
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
            return snapshot_->text(item.candidate.item, field.column);
        case Source::price:
            return format_price(live.current_price_micros(), field.digits);
        case Source::regular_price:
            return format_price(live.on_sale() ? live.price_micros : 0, field.digits);
        case Source::sale_price:
            return format_price(live.on_sale() ? live.sale_price_micros : 0, field.digits);
        case Source::on_sale:
            return live.on_sale() ? "1" : "";
        case Source::availability:
            return availability_name(live.availability);
        case Source::stock:
            return live.stock == store::kUnknownStock ? std::string_view()
                                                      : format_number(live.stock, field.digits);
        case Source::position:
            return format_number(item.position, field.digits);
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

void TileRenderer::render(const rewrite::Template& tile, const TileContext& context,
                          std::span<const recommend::Candidate> items, std::string& out) {
    Bound& bound = bind(tile);
    for (std::size_t i = 0; i < items.size(); i++) {
        const Item item{items[i], snapshot_->live(items[i].item), i + 1};
        for (std::size_t k = 0; k < bound.fields.size(); k++) {
            bound.values[k] = value(bound.fields[k], context, item);
        }
        tile.render(bound.values, out);
    }
}

}  // namespace pz::page
