#include "rewrite/locator.hpp"

#include <algorithm>
#include <utility>

#include "rewrite/characters.hpp"

namespace pz::rewrite {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kId = "{id}";
constexpr std::string_view kField = "field:";
constexpr std::string_view kNotInNames = " \t\r\n\f\"'<>/=[]{}\0"sv;
constexpr std::string_view kNotInIds = " \t\r\n\f\"'<>/=?#&\0"sv;

bool is_of_id(char c) {
    return kNotInIds.find(c) == std::string_view::npos;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && byte_is(text.front(), byte_class::kSpace)) {
        text.remove_prefix(1);
    }
    while (!text.empty() && byte_is(text.back(), byte_class::kSpace)) {
        text.remove_suffix(1);
    }
    return text;
}

// Links that lead to no page stand in many tiles: "#", "javascript:void(0)", "tel:", "mailto:".
bool leads_to_item(std::string_view href) {
    if (href.empty() || href.starts_with('#')) {
        return false;
    }
    const std::size_t colon = href.find_first_of(":/?#");
    if (colon == std::string_view::npos || href[colon] != ':') {
        return true;
    }
    const std::string_view scheme = href.substr(0, colon);
    return equal_ignoring_case(scheme, "http") || equal_ignoring_case(scheme, "https");
}

Status wrong(std::string_view text, std::string_view remedy) {
    return Status::error("id=" + std::string(text) + ": " + std::string(remedy));
}

bool is_name(std::string_view text) {
    return !text.empty() && text.find_first_of(kNotInNames) == std::string_view::npos;
}

std::string lower(std::string_view text) {
    std::string name(text);
    std::transform(name.begin(), name.end(), name.begin(), to_lower);
    return name;
}

Result<ItemLocator> parse_pattern(std::string_view text, std::size_t colon) {
    const std::string_view pattern = text.substr(colon + 1);
    const std::size_t id = pattern.find(kId);
    if (id == std::string_view::npos) {
        return wrong(text, "write {id} where the id stands, as in id=class:post-{id}");
    }
    const std::string_view behind = pattern.substr(id + kId.size());
    if (behind.find(kId) != std::string_view::npos) {
        return wrong(text, "{id} stands twice: keep one");
    }
    const std::string_view name = text.substr(0, colon);
    if (!is_name(name)) {
        return wrong(text, "write an attribute before the colon, as in id=class:post-{id}");
    }
    ItemLocator locator{
        ItemLocator::By::pattern, lower(name), std::string(pattern.substr(0, id)), {}};
    locator.behind = behind;
    const bool spaced = pattern.find_first_of(" \t\r\n\f") != std::string_view::npos;
    if (locator.name == "class" && spaced) {
        return wrong(text, "a class has no spaces: write the pattern of one class");
    }
    return locator;
}

// Where, in `value`, an id that begins at `from` ends, for growing `from`: so that what was looked
// for once is not looked for again.
class IdEnds {
  public:
    IdEnds(std::string_view value, std::string_view behind) : value_(value), behind_(behind) {}

    // npos: no id begins there.
    std::size_t find(std::size_t from);
    // None begins behind it either.
    bool done() const { return next_ == std::string_view::npos; }

  private:
    std::string_view value_, behind_;
    std::size_t stop_ = 0;  // the first byte that is of no id
    std::size_t next_ = 0;  // where what stands behind the id stands next
};

std::size_t IdEnds::find(std::size_t from) {
    for (stop_ = std::max(stop_, from); stop_ < value_.size() && is_of_id(value_[stop_]);) {
        ++stop_;
    }
    if (behind_.empty()) {
        return stop_ > from ? stop_ : std::string_view::npos;
    }
    if (next_ <= from) {
        next_ = value_.find(behind_, from + 1);
    }
    return next_ <= stop_ ? next_ : std::string_view::npos;
}

std::string_view id_in_class(const ItemLocator& locator, std::string_view classes) {
    std::size_t at = 0;
    while (at < classes.size()) {
        while (at < classes.size() && byte_is(classes[at], byte_class::kSpace)) {
            ++at;
        }
        const std::size_t begin = at;
        while (at < classes.size() && !byte_is(classes[at], byte_class::kSpace)) {
            ++at;
        }
        std::string_view word = classes.substr(begin, at - begin);
        if (word.size() <= locator.before.size() + locator.behind.size() ||
            !word.starts_with(locator.before) || !word.ends_with(locator.behind)) {
            continue;
        }
        word.remove_prefix(locator.before.size());
        word.remove_suffix(locator.behind.size());
        if (word.find_first_of(kNotInIds) == std::string_view::npos) {
            return word;
        }
    }
    return {};
}

std::string_view id_in_value(const ItemLocator& locator, std::string_view value) {
    IdEnds ends(value, locator.behind);
    for (std::size_t at = value.find(locator.before); at != std::string_view::npos && !ends.done();
         at = value.find(locator.before, at + 1)) {
        const std::size_t begin = at + locator.before.size();
        const std::size_t end = ends.find(begin);
        if (end != std::string_view::npos) {
            return value.substr(begin, end - begin);
        }
    }
    return {};
}

// Decodes the value at the end of `key`.
bool append_value(const Attribute* attribute, std::string& key) {
    if (attribute == nullptr) {
        return false;
    }
    const std::string_view value = trim(attribute->value);
    const std::size_t begin = key.size();
    if (value.size() <= kMaxItemKey) {
        decode_references(value, key);
    }
    return key.size() > begin;
}

bool append_pattern(const ItemLocator& locator, const Attribute* attribute, std::string& key) {
    const std::size_t begin = key.size();
    if (!append_value(attribute, key)) {
        return false;
    }
    const std::string_view value = std::string_view(key).substr(begin);
    const std::string_view id =
        locator.name == "class" ? id_in_class(locator, value) : id_in_value(locator, value);
    const std::size_t id_begin =
        id.empty() ? key.size() : static_cast<std::size_t>(id.data() - key.data());
    key.resize(id_begin + id.size());
    key.erase(begin, id_begin - begin);
    return key.size() > begin;
}

bool append_field(std::string_view name, TagAttributes& attributes, std::string& key) {
    const Attribute* named = find_attribute(attributes.get(), "name");
    const std::size_t begin = key.size();
    if (!append_value(named, key)) {
        return false;
    }
    const bool same = std::string_view(key).substr(begin) == name;
    key.resize(begin);
    return same && append_value(find_attribute(attributes.get(), "value"), key);
}

}  // namespace

Result<ItemLocator> ItemLocator::parse(std::string_view text) {
    if (text == "href") {
        return ItemLocator{By::href, "href", {}, {}};
    }
    if (text.starts_with(kField)) {
        const std::string_view name = text.substr(kField.size());
        if (name.empty()) {
            return wrong(text, "write the name of a form field, as in id=field:product_id");
        }
        return ItemLocator{By::field, std::string(name), {}, {}};
    }
    if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        return parse_pattern(text, colon);
    }
    if (!is_name(text)) {
        return wrong(text,
                     "not the name of an attribute: write one, as in id=data-item-id, or "
                     "id=class:post-{id}, id=field:product_id, id=href");
    }
    return ItemLocator{By::attribute, lower(text), {}, {}};
}

bool ItemLocator::find(TagId tag, bool foreign, TagAttributes& attributes, std::string& key) const {
    switch (by) {
        case By::attribute:
            return append_value(find_attribute(attributes.get(), name), key);
        case By::pattern:
            return append_pattern(*this, find_attribute(attributes.get(), name), key);
        case By::field:
            return !foreign && (tag == TagId::input || tag == TagId::button) &&
                   append_field(name, attributes, key);
        case By::href:
            break;
    }
    if (foreign || (tag != TagId::a && tag != TagId::area)) {
        return false;
    }
    const Attribute* link = find_attribute(attributes.get(), "href");
    return link != nullptr && leads_to_item(trim(link->value)) && append_value(link, key);
}

}  // namespace pz::rewrite
