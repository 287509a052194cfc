// PageLinks: what the links of one page lead to, as far as items of the catalog are concerned.
// Internal to the room.
//
// Links are resolved as browsers do (WHATWG URL, as far as http links of shops need it): against
// the page's <base href>, if it has one, else against the page's own address; "." and ".."
// segments, "?query", "//host/path", backslashes, white space around and line breaks inside. A link
// leads to an item only if its host is the page's, its base's or the one of the item's own link in
// the catalog: another shop's "/p/1" is another product.
//
// Thread rules: one thread. Lifetime: what is given to begin() and set_base() must live as long
// as the others are called.
#pragma once

#include <string>
#include <string_view>

#include "store/snapshot.hpp"

namespace pz::page {

class PageLinks {
  public:
    // `host` without port, `uri`: path and query as requested; both may be empty.
    void begin(const store::Snapshot& snapshot, std::string_view host, std::string_view uri);
    // `base`: the href of the page's <base>, or empty.
    void set_base(std::string_view base);
    // The item, or kNoItem.
    store::ItemIndex find(std::string_view link);

  private:
    void resolve_base();

    const store::Snapshot* snapshot_ = nullptr;
    std::string_view host_, uri_, given_base_;
    bool resolved_base_ = false;
    std::string base_;  // resolved, for the first link
    // Kept for their memory.
    std::string link_, resolved_;
};

// Appends where `link` leads from a page at `base`, "//host/path?query" or "/path?query", without a
// fragment. `base` has that form too, or is empty for "/". False: nowhere that http leads to.
bool resolve_link(std::string_view link, std::string_view base, std::string& out);

}  // namespace pz::page
