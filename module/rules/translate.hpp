// Translate: which functions of a rule file run on columns, without the VM.
//
// Those that return one expression:
//
//     function(item, visitor, page) return <expression> end
//
// of numbers, texts, nil, true and false; of item.<any field>, visitor:viewed(item), :bought,
// :in_cart, :liked; of visitor.events, .visits, .returning, .consent, .cart_count, .cart_value,
// .trait.<any>; of page.placement, .category, .query, .date, .hour, .minute, .day, .month,
// .days_left, .var.<any>; of the file's own `local NAME = <constant>`; with and, or, not, brackets,
// comparisons and + - * /. `local NAME = <item's field or another of these facts>` may stand before
// the return. All other functions, and all whose meaning is in doubt, are Lua's.
// Thread rules: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rules/program.hpp"

namespace pz::rules {

// A name from outside of the function that always has this value.
struct Constant {
    std::string name;
    std::variant<double, bool, std::string> value;
};

// What a function's parameters are, in their order.
enum class Asked : std::uint8_t { of_item, of_page };  // (item, visitor, page); (visitor, page)

// `source` begins with the list of parameters. Empty when Lua has to run it.
Program translate(std::string_view source, Asked asked, const std::vector<Constant>& constants);

}  // namespace pz::rules
