#include "rewrite/json_rewriter.hpp"

#include <algorithm>

namespace pz::rewrite {

JsonRewriter::JsonRewriter(std::span<const JsonPattern> patterns, Sink& sink, const Limits& limits)
    : patterns_(patterns),
      sink_(sink),
      max_buffer_(limits.max_buffer),
      finder_(patterns, limits),
      passing_(patterns.empty()) {}

void JsonRewriter::write(std::string_view bytes) {
    if (!passing_) {
        finder_.feed(bytes);
        written_ += bytes.size();
        over_limit_ = too_large();
        if (over_limit_ || finder_.hopeless()) {
            give_up();
        }
    }
    if (!passing_ && finder_.first()) {
        keep(bytes);
    } else if (!bytes.empty()) {
        sink_.raw(bytes);
    }
}

// Up to where the document is valid, so that the chunks make no difference.
bool JsonRewriter::too_large() const {
    const std::uint64_t known = finder_.hopeless() ? finder_.position() : written_;
    const std::optional<std::uint64_t> first = finder_.first();
    return (first ? known - *first : 0) + finder_.memory() > max_buffer_;
}

void JsonRewriter::give_up() {
    passing_ = true;
    release(kept_.size());
}

void JsonRewriter::keep(std::string_view bytes) {
    if (kept_.empty()) {
        kept_begin_ = *finder_.first();
        const auto before = static_cast<std::size_t>(kept_begin_ - (written_ - bytes.size()));
        if (before > 0) {
            sink_.raw(bytes.substr(0, before));
            bytes.remove_prefix(before);
        }
    }
    if (passing_) {
        sink_.raw(bytes);  // the sink abandoned
    } else {
        kept_.append(bytes);
    }
}

void JsonRewriter::end() {
    if (!passing_) {
        finder_.end();
        deliver();
    }
}

void JsonRewriter::abandon() {
    passing_ = true;
    if (!delivering_) {
        release(kept_.size());
    }
}

std::string_view JsonRewriter::kept(std::uint64_t begin, std::uint64_t end) const {
    return std::string_view(kept_).substr(static_cast<std::size_t>(begin - kept_begin_),
                                          static_cast<std::size_t>(end - begin));
}

// Gives out the kept bytes before `end` that are still here.
void JsonRewriter::release(std::size_t end) {
    const std::string_view bytes = std::string_view(kept_).substr(released_, end - released_);
    released_ = end;
    if (!bytes.empty()) {
        sink_.raw(bytes);
    }
    if (released_ == kept_.size() && !delivering_) {
        kept_ = {};
        released_ = 0;
    }
}

void JsonRewriter::deliver() {
    delivering_ = true;
    for (const JsonMatch& match : finder_.matches()) {
        release(static_cast<std::size_t>(match.begin - kept_begin_));
        if (passing_) {
            break;
        }
        deliver_match(match);
    }
    delivering_ = false;
    passing_ = true;
    release(kept_.size());
}

void JsonRewriter::deliver_match(const JsonMatch& match) {
    const std::string_view keys = finder_.keys();
    tiles_.clear();
    for (std::size_t i = match.first_element; i < match.elements_end; ++i) {
        const JsonElement& element = finder_.elements()[i];
        tiles_.push_back({static_cast<std::size_t>(element.begin - match.begin),
                          static_cast<std::size_t>(element.end - match.begin),
                          keys.substr(element.key_begin, element.key_end - element.key_begin)});
    }
    const std::string_view outer = kept(match.begin, match.end);
    released_ += outer.size();
    sink_.element({match.pattern, match.begin, outer, 1, outer.size() - 1, tiles_});
}

std::size_t JsonRewriter::buffered() const {
    return kept_.empty() ? 0 : kept_.size() + finder_.memory();
}

Counters JsonRewriter::counters() const {
    Counters counters = finder_.counters();
    counters.over_limit = over_limit_ || counters.over_limit > 0 ? 1 : 0;
    return counters;
}

}  // namespace pz::rewrite
