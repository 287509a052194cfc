// Product feeds: Google Merchant Center TSV and RSS/Atom XML (g: namespace) -> items.
// Thread rules: pure functions.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/builder.hpp"
#include "store/status.hpp"

namespace pz::learn {

struct FeedReport {
    std::size_t items = 0;
    std::size_t skipped = 0;
    // The first 20: "line 12: item 'A': price: not a price: 'x'; write it like 19.90 GBP"
    std::vector<std::string> errors;
};

// The format is found by content: XML when it begins with '<' (after a BOM and white space). An
// item that cannot be read is skipped and reported, a row with fewer values than the header has
// columns too; an unreadable feed (no header, no id column, broken XML, not UTF-8, one that ends
// within a row) is an error that names line and remedy, after the items before it were given. Column names are lower-cased,
// spaces become '_', a "g:" prefix is dropped, several values of one name are joined by ',', but
// of several product types the first counts. Product types are written with " > " between levels,
// whatever the feed has. XML: <item> or <entry> elements, as children of the root or of its
// <channel>; where a name comes with and without "g:", the former counts; elements within elements
// (shipping) are left out. Document type definitions are ignored and no entities but XML's own
// five are expanded.
Result<FeedReport> read_feed(std::string_view bytes,
                             const std::function<void(const store::ItemInput&)>& item);

inline constexpr std::size_t kMaxFile = std::size_t{512} << 20;  // bytes, unpacked

// The whole file, unpacked if it is gzip; at most `limit` bytes. The error names the file.
Result<std::string> read_file(const std::string& path, std::size_t limit = kMaxFile);

}  // namespace pz::learn
