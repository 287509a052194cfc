// A shop whose pages record events, with a beacon beside them.
#pragma once

#include <string>
#include <string_view>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

inline const EdgeOptions kEventShop = {
    .location = "personalize_widget '#w1' recent limit=4 min=1 template=tile;", .server = R"(
        location /product/ { proxy_pass http://origin; personalize_event view_item item=$uri; }
        location /item { proxy_pass http://origin; personalize_event view_item item=$arg_id
                         list=$arg_list price=$arg_price; }
        location = /item/when { proxy_pass http://origin; personalize_event view_item item=$arg_id
                                when=$arg_when; }
        location = /cart/add { proxy_pass http://origin;
            personalize_event add_to_cart item=$personalize_form_item qty=$personalize_form_qty
                              price=$personalize_form_price; }
        location = /thanks { proxy_pass http://origin;
            personalize_event purchase item=$arg_items price=$arg_prices qty=$arg_qtys; }
        location = /cart/json { proxy_pass http://origin;
            personalize_event add_to_cart item=$personalize_json_product_id
                              qty=$personalize_json_quantity; }
        location = /order { proxy_pass http://origin;
            personalize_event purchase item=$personalize_json_items_sku eid=$personalize_json_order
                              price=$personalize_json_items_price value=$personalize_json_total; }
        location = /search { proxy_pass http://origin; personalize_event search term=$personalize_arg_q; }
        location = /beacon { personalize_events; client_max_body_size 1m;
                             client_body_buffer_size 8k; }
    )"};

inline void add_pages(Edge& edge) {
    for (const char* path : {"/product/p07", "/product/p08", "/item", "/item/when", "/cart/add",
                             "/cart/json", "/order", "/thanks", "/search"}) {
        edge.origin.page(path, {"<p>ok</p>"});
    }
}

// "view_item P07" of "view_item P07 1763660000 list=home".
inline std::string short_form(const std::string& event) {
    return event.substr(0, event.find(' ', event.find(' ') + 1));
}

inline List short_forms(const List& events) {
    List list;
    for (const std::string& event : events) {
        list.push_back(short_form(event));
    }
    return list;
}

// The writes of requests are not waited for, so neither are they done when the response is.
inline bool has_events(const Edge& edge, std::string_view visitor, std::size_t count) {
    return wait_until([&] { return edge.events(visitor).size() >= count; });
}

inline std::string beacon(std::string_view item, std::string_view name = "view_item") {
    return "{\"name\":\"" + std::string(name) + "\",\"params\":{\"items\":[{\"item_id\":\"" +
           std::string(item) + "\"}]}}";
}

}  // namespace pz::test
