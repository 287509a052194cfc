// Values out of request bodies and queries, by the name of an nginx variable.
//
// Such a name has a-z, 0-9 and _ alone, so names match as nginx matches $http_<name> to headers:
// letters in whatever case, and every other character is a _: `add_to_cart` finds the field
// `add-to-cart`. Of several that match the first counts. Thread rules: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pz::visitor {

// Whether a thing of this name is meant by that of a variable.
bool matches_variable(std::string_view variable, std::string_view name);

inline constexpr std::size_t kMaxJsonBody = 64 * 1024;

// One field of application/x-www-form-urlencoded text, as it stands there.
struct FormField {
    std::string_view name, value;
};

// Takes the next field off the text; false: there is none. Fields without '=' are passed over.
bool next_form_field(std::string_view& text, FormField* field);
// '+' is a blank, "%C3%B6" a byte each; a broken escape stands for itself.
std::string form_decode(std::string_view text);

// The decoded value; false: there is no such field.
bool form_value(std::string_view text, std::string_view name, std::string* value);

// `product_id` is the member "product_id", or else "id" of the object "product", and so on down. An
// array gives the values of all its elements (at most 200), with commas between, as item= of
// personalize_event takes them; nothing stands for one that has none or has a comma in it. Texts,
// numbers and truth values are values. False: there is none, or the body is no JSON, or larger than
// kMaxJsonBody.
bool json_value(std::string_view body, std::string_view name, std::string* value);

}  // namespace pz::visitor
