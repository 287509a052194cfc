#include "nginx/seen_price.hpp"

#include "page/tile_fields.hpp"
#include "visitor/values.hpp"

namespace pz::ngx {

namespace {

bool seen_at_price(visitor::EventType type) {
    return visitor::interest(type) > 0 && type != visitor::EventType::purchase;
}

}  // namespace

void add_seen_price(const store::Snapshot& snapshot, visitor::Event& event) {
    if (!seen_at_price(event.type) || !event.parameter("price").empty()) {
        return;
    }
    page::Locale::Buffer digits;
    const store::ItemIndex item = snapshot.find(event.item);
    const auto price = page::format_price(snapshot.live(item).current_price_micros(), digits);
    if (!price.empty()) {
        (void)visitor::add_parameter(event, "price", price);
    }
}

}  // namespace pz::ngx
