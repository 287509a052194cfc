// PageCache: known pages by the file that holds them and the plan that they were looked through
// for. Bounded in bytes; what was not used for longest goes first.
//
// A file is known by what its descriptor says: a file that was changed in place, replaced, or given
// another page's inode has another change time, which no program can set. So a page is found only
// while its file is what it was. The clock of a file is coarse, a few milliseconds; whoever adds a
// page must therefore leave out files that changed just now (settled()).
//
// Thread rules: one thread. A page that was found stays as long as its pointer is kept, whatever
// leaves the cache meanwhile. Errors: none, but for std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

#include "page/known_page.hpp"

namespace pz::page {

// Where a page's bytes are: [begin, end) of a file as it is now.
struct FileRange {
    std::uint64_t device = 0, inode = 0;
    std::int64_t size = 0;
    std::int64_t modified_ns = 0, changed_ns = 0;  // since 1970
    std::int64_t begin = 0, end = 0;

    bool operator==(const FileRange&) const = default;
};

// Whether the file has not changed for a second: a change from now on will show.
bool settled(const FileRange& file, std::int64_t now_ns);

class PageCache {
  public:
    explicit PageCache(std::size_t capacity) : capacity_(capacity) {}

    // nullptr: not known, or not deflated if it is to be. The plan is told from others by its
    // address.
    std::shared_ptr<const KnownPage> find(const FileRange& file, const Plan& plan,
                                          bool deflated = false);
    // How many pages had to leave for it. One larger than the capacity is not kept.
    std::size_t add(const FileRange& file, const Plan& plan, std::shared_ptr<const KnownPage> page);

    std::size_t capacity() const { return capacity_; }
    // Of all pages, with what it takes to find them.
    std::size_t bytes() const { return bytes_; }
    std::size_t pages() const { return by_use_.size(); }

  private:
    struct Key {
        FileRange file;
        const Plan* plan;
        bool deflated;

        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept;
    };
    struct Entry {
        Key key;
        std::shared_ptr<const KnownPage> page;
        std::size_t bytes;
    };
    using Entries = std::list<Entry>;

    void remove(Entries::iterator entry);

    std::size_t capacity_;
    std::size_t bytes_ = 0;
    Entries by_use_;  // the last used first
    std::unordered_map<Key, Entries::iterator, Hash> index_;
};

}  // namespace pz::page
