#include "page/page_cache.hpp"

#include <functional>
#include <utility>

namespace pz::page {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
// Of an entry's list node, its place in the index and the page's reference count; with what an
// allocator adds to each.
constexpr std::size_t kOverhead = 512;

}  // namespace

bool settled(const FileRange& file, std::int64_t now_ns) {
    return file.changed_ns <= now_ns - kSecond;
}

std::size_t PageCache::Hash::operator()(const Key& key) const noexcept {
    const FileRange& file = key.file;
    std::uint64_t hash = std::hash<const Plan*>()(key.plan);
    for (const std::uint64_t part :
         {file.inode, file.device, static_cast<std::uint64_t>(file.changed_ns),
          static_cast<std::uint64_t>(file.begin)}) {
        hash = (hash ^ part) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 32U;
    }
    return static_cast<std::size_t>(hash);
}

std::shared_ptr<const KnownPage> PageCache::find(const FileRange& file, const Plan& plan,
                                                 bool deflated) {
    const auto found = index_.find({file, &plan, deflated});
    if (found == index_.end()) {
        return nullptr;
    }
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return found->second->page;
}

std::size_t PageCache::add(const FileRange& file, const Plan& plan,
                           std::shared_ptr<const KnownPage> page) {
    const std::size_t bytes = page->memory() + kOverhead;
    if (bytes > capacity_ || index_.contains({file, &plan, page->deflated()})) {
        return 0;
    }
    std::size_t evicted = 0;
    for (; bytes > capacity_ - bytes_; evicted++) {
        remove(std::prev(by_use_.end()));
    }
    const bool deflated = page->deflated();
    by_use_.push_front({{file, &plan, deflated}, std::move(page), bytes});
    index_.emplace(by_use_.front().key, by_use_.begin());
    bytes_ += bytes;
    return evicted;
}

void PageCache::remove(Entries::iterator entry) {
    bytes_ -= entry->bytes;
    index_.erase(entry->key);
    by_use_.erase(entry);
}

}  // namespace pz::page
