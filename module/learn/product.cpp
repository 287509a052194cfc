#include "learn/product.hpp"

#include <algorithm>

#include "store/parse.hpp"

namespace pz::learn {

std::string_view field_of(const store::ItemInput& input, std::string_view name) {
    for (const auto& [field, text] : input.fields) {
        if (field == name) {
            return text;
        }
    }
    return {};
}

std::int64_t first_seen(const Product& product) {
    const std::string_view added = field_of(product.input, "date_added");
    std::int64_t seconds = product.first_event;
    return added.empty() || store::parse_date(added, &seconds) ? seconds : 0;
}

float discount_of(const store::ItemInput& input) {
    std::int64_t price = 0;
    std::int64_t sale = 0;
    std::string_view currency;
    const bool priced = store::parse_price(field_of(input, "price"), &price, &currency) &&
                        store::parse_price(field_of(input, "sale_price"), &sale, &currency);
    return priced && sale > 0 && sale < price
               ? 1 - static_cast<float>(sale) / static_cast<float>(price)
               : 0;
}

void drop_columns(const std::vector<std::string>& left_out, store::ItemInput& input) {
    std::erase_if(input.fields, [&left_out](const auto& field) {
        return std::binary_search(left_out.begin(), left_out.end(), field.first);
    });
}

}  // namespace pz::learn
