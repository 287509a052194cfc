#include "redis/history_cache.hpp"

#include <algorithm>
#include <utility>

namespace pz::redis {

namespace {

// Of the replies to append_check().
enum : std::size_t { kLength, kPlace, kFirst, kTraits, kReplies };

constexpr std::size_t kEntryOverhead = 160;  // list node, index node and bucket

bool is_denial(const Reply& reply) {
    return reply.type == Reply::Type::error && reply.text.starts_with("NOPERM");
}

// As append_check() should have been answered; what the traits are is the reader's business.
bool well_formed(std::span<const Reply> replies) {
    return replies.size() == kReplies && replies[kLength].type == Reply::Type::integer &&
           replies[kPlace].type == Reply::Type::text &&
           replies[kFirst].type == Reply::Type::array &&
           replies[kFirst].elements.size() <= HistoryCache::kNewest;
}

}  // namespace

std::string_view History::operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
}

std::size_t History::held() const {
    return bytes_.capacity() + ends_.capacity() * sizeof(ends_[0]);
}

void History::add(std::string_view text) {
    bytes_ += text;
    ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
}

void History::reserve(std::size_t events, std::size_t bytes) {
    ends_.reserve(events);
    bytes_.reserve(bytes);
}

std::size_t HistoryCache::size_of(const Entry& entry) {
    return kEntryOverhead + entry.visitor.capacity() + entry.history.held();
}

// And is now the last used.
HistoryCache::Entry* HistoryCache::find(std::string_view visitor) {
    const auto found = index_.find(visitor);
    if (found == index_.end()) {
        return nullptr;
    }
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return &by_use_.front();
}

void HistoryCache::remove(Entries::iterator entry) {
    bytes_ -= size_of(*entry);
    index_.erase(entry->visitor);
    by_use_.erase(entry);
}

std::optional<std::uint32_t> HistoryCache::last_place(std::string_view visitor, Millis now) {
    Entry* const entry = denied_ ? nullptr : find(visitor);
    if (entry == nullptr) {
        return {};
    }
    if (now - entry->read_at > limits_.max_age) {
        remove(by_use_.begin());
        return {};
    }
    entry->used_at = now;
    return static_cast<std::uint32_t>(entry->history.size() - 1);
}

const History* HistoryCache::confirm(std::string_view visitor, std::uint32_t place,
                                     std::span<const Reply> replies, Millis now) {
    denied_ = denied_ || std::any_of(replies.begin(), replies.end(), is_denial);
    Entry* const entry = find(visitor);
    if (entry == nullptr) {
        return nullptr;
    }
    const auto count = pushed(entry->history, place, replies);
    if (!count) {
        remove(by_use_.begin());
        return nullptr;
    }
    entry->used_at = now;
    if (*count > 0) {
        put_in_front(*entry, replies[kFirst].elements.first(*count));
    }
    return &entry->history;
}

// How many events came in front; nothing: it is another list.
std::optional<std::size_t> HistoryCache::pushed(const History& known, std::uint32_t place,
                                                std::span<const Reply> replies) const {
    if (!well_formed(replies)) {
        return {};
    }
    for (std::size_t count = 0; count < replies[kFirst].elements.size(); ++count) {
        if (follows(known, count, place, replies)) {
            return count;
        }
    }
    return {};
}

// Whether the answer is that of the known list with `count` events in front. Behind the place where
// lists are cut off nobody looks.
bool HistoryCache::follows(const History& known, std::size_t count, std::uint32_t place,
                           std::span<const Reply> replies) const {
    const auto newest = replies[kFirst].elements;
    const auto length = static_cast<std::uint64_t>(replies[kLength].integer);
    const std::size_t expected = known.size() + count;
    const bool cut_off = expected >= limits_.events;
    if (cut_off ? length < limits_.events : length != expected) {
        return false;
    }
    if (place < count || place - count >= known.size() ||
        replies[kPlace].text != known[place - count]) {
        return false;
    }
    for (std::size_t i = count; i < newest.size(); ++i) {
        if (newest[i].text != known[i - count]) {
            return false;
        }
    }
    return true;
}

void HistoryCache::put_in_front(Entry& entry, std::span<const Reply> newest) {
    const History& known = entry.history;
    History joined;
    const std::size_t size = std::min<std::size_t>(known.size() + newest.size(), limits_.events);
    std::size_t bytes = known.bytes().size();
    for (const Reply& text : newest) {
        bytes += text.text.size();
    }
    joined.reserve(size, bytes);
    for (std::size_t i = 0; i < size; ++i) {
        joined.add(i < newest.size() ? newest[i].text : known[i - newest.size()]);
    }
    bytes_ -= size_of(entry);
    entry.history = std::move(joined);
    bytes_ += size_of(entry);
    make_room();
}

// The one in use stays.
void HistoryCache::make_room() {
    for (; bytes_ > limits_.capacity && by_use_.size() > 1; ++left_) {
        remove(std::prev(by_use_.end()));
    }
}

std::size_t HistoryCache::keep(std::string_view visitor, const Reply& events, Millis now) {
    if (find(visitor) != nullptr) {
        remove(by_use_.begin());
    }
    if (denied_ || limits_.capacity == 0 || events.elements.size() < kLeast) {
        return std::exchange(left_, 0);
    }
    Entry entry{std::string(visitor), {}, now, now};
    std::size_t bytes = 0;
    for (const Reply& event : events.elements) {
        bytes += event.text.size();
    }
    entry.history.reserve(events.elements.size(), bytes);
    for (const Reply& event : events.elements) {
        entry.history.add(event.text);
    }
    if (size_of(entry) > limits_.capacity) {
        return std::exchange(left_, 0);
    }
    by_use_.push_front(std::move(entry));
    bytes_ += size_of(by_use_.front());  // before what may throw
    index_.emplace(by_use_.front().visitor, by_use_.begin());
    make_room();
    return std::exchange(left_, 0);
}

void HistoryCache::expire(Millis now) {
    while (!by_use_.empty() && now - by_use_.back().used_at > limits_.max_age) {
        remove(std::prev(by_use_.end()));
    }
}

}  // namespace pz::redis
