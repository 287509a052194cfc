// Links of items: what of a link names an item. Thread rules: functions of their arguments.
#pragma once

#include <cstdint>
#include <string_view>

namespace pz::store {

// A link's path without trailing slashes and its query, both as written; the fragment is left out.
struct Link {
    std::string_view path;
    std::string_view query;
    bool rooted = false;  // false: relative to its page, so it names nothing alone; or no link
};

Link split_link(std::string_view link);

// "shop.example" of "https://shop.example:8080/p" and "//shop.example/p"; empty when it has none.
std::string_view link_host(std::string_view link);

// The arguments of a query in their order, as written. Left out are empty ones and those that only
// say where a visitor came from (utm_*, gclid, fbclid, srsltid, ...).
class LinkArguments {
  public:
    explicit LinkArguments(std::string_view query) : left_(query) {}
    bool next(std::string_view& argument);

  private:
    std::string_view left_;
};

bool has_arguments(const Link& link);
// By path, then by the arguments in their order: negative, 0 or positive.
int compare_links(const Link& left, const Link& right);
// Of path and arguments; without arguments that of the path alone.
std::uint32_t hash_link(const Link& link);

}  // namespace pz::store
