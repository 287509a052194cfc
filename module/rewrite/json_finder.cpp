#include "rewrite/json_finder.hpp"

#include <algorithm>
#include <bit>
#include <functional>

#include "rewrite/json_text.hpp"

namespace pz::rewrite {

namespace {

constexpr std::uint64_t bit(std::size_t pattern) {
    return std::uint64_t{1} << pattern;
}

// Calls `body` with the number of each bit.
template <class Body>
void for_each_bit(std::uint64_t bits, const Body& body) {
    for (; bits != 0; bits &= bits - 1) {
        body(static_cast<std::size_t>(std::countr_zero(bits)));
    }
}

}  // namespace

JsonFinder::JsonFinder(std::span<const JsonPattern> patterns, const Limits& limits)
    : patterns_(patterns.first(std::min(patterns.size(), kMaxJsonPatterns))),
      max_elements_(limits.max_tiles),
      scanner_(*this, limits.max_depth) {
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
        ends_[patterns_[i].path.steps.size()] |= bit(i);
        arrays_ |= patterns_[i].kind == JsonPattern::Kind::array ? bit(i) : 0;
    }
}

void JsonFinder::end() {
    scanner_.end();
    if (hopeless()) {
        matches_.clear();
    }
    leave_out(ambiguous_);
}

Counters JsonFinder::counters() const {
    Counters counters;
    counters.over_limit = state() == JsonScanner::State::over_limit ? 1 : 0;
    if (state() == JsonScanner::State::complete) {
        counters.matched = matches_.size();
        counters.ambiguous = static_cast<std::uint64_t>(std::popcount(ambiguous_));
    }
    return counters;
}

void JsonFinder::leave_out(std::uint64_t patterns) {
    std::erase_if(matches_, [patterns](const JsonMatch& match) {
        return (patterns & bit(match.pattern)) != 0;
    });
}

std::optional<std::uint64_t> JsonFinder::first() const {
    return matches_.empty() ? std::nullopt : std::optional(matches_.front().begin);
}

std::size_t JsonFinder::memory() const {
    return matches_.size() * sizeof(JsonMatch) + elements_.size() * sizeof(JsonElement) +
           names_.capacity() * sizeof(std::size_t) + keys_.size();
}

// What is known of the value that begins. (Of an object's member it was its name that said so.)
void JsonFinder::enter() {
    if (frames_.empty()) {
        live_ = patterns_.empty() ? 0 : ~std::uint64_t{0} >> (kMaxJsonPatterns - patterns_.size());
    } else if (!frames_.back().object) {
        enter_element(frames_.back());
    }
}

void JsonFinder::enter_element(Frame& array) {
    const std::size_t index = array.index++;
    const auto accepts = [index](const JsonStep& step) {
        return step.kind == JsonStep::Kind::any ||
               (step.kind == JsonStep::Kind::index && step.index == index);
    };
    live_ = 0;
    for_each_bit(array.live, [&](std::size_t i) {
        live_ |= accepts(patterns_[i].path.steps[frames_.size() - 1]) ? bit(i) : 0;
    });
    on_id_path_ = at_element() || (array.on_id_path && accepts(id_steps()[id_depth() - 1]));
}

void JsonFinder::enter_member(Frame& object, std::string_view raw) {
    live_ = 0;
    on_id_path_ = false;
    if (raw.size() > kMaxJsonToken) {
        ambiguous_ |= object.any;  // cannot be compared; no path names it
        live_ = object.any;
        return;
    }
    key_.clear();
    decode_json_text(raw, key_);
    look_for_member(object, key_);
    if (object.on_id_path) {
        look_for_id(object, key_);
    }
}

void JsonFinder::look_for_member(Frame& object, std::string_view name) {
    if (object.any != 0) {
        names_.push_back(std::hash<std::string_view>()(name));
        live_ |= object.any;
    }
    for_each_bit(object.named, [&](std::size_t i) {
        if (patterns_[i].path.steps[frames_.size() - 1].name == name) {
            ambiguous_ |= object.seen & bit(i);
            object.seen |= bit(i);
            live_ |= bit(i);
        }
    });
}

void JsonFinder::look_for_id(Frame& object, std::string_view name) {
    const JsonStep& step = id_steps()[id_depth() - 1];
    if (step.kind != JsonStep::Kind::name || step.name != name) {
        return;
    }
    on_id_path_ = !object.id_seen;
    if (object.id_seen) {
        id_lost_ = true;
        elements_.back().key_end = elements_.back().key_begin;
    }
    object.id_seen = true;
}

// Two hashes that are equal by chance leave the document as it is.
void JsonFinder::end_names(const Frame& object) {
    const auto begin = names_.begin() + static_cast<std::ptrdiff_t>(object.names_begin);
    std::sort(begin, names_.end());
    if (std::adjacent_find(begin, names_.end()) != names_.end()) {
        ambiguous_ |= object.any;
    }
    names_.resize(object.names_begin);
}

std::uint64_t JsonFinder::ending_here() const {
    return frames_.size() <= kMaxJsonSteps ? live_ & ends_[frames_.size()] : 0;
}

void JsonFinder::begin_element(std::uint64_t begin) {
    if (elements_.size() - matches_.back().first_element == max_elements_) {
        scanner_.abandon(begin);
    } else {
        elements_.push_back({begin, begin, keys_.size(), keys_.size()});
        id_lost_ = false;
    }
}

void JsonFinder::begin_match(std::uint64_t patterns, std::uint64_t begin) {
    const auto first = static_cast<std::size_t>(std::countr_zero(patterns));
    matches_.push_back({first, begin, begin, elements_.size(), elements_.size()});
    live_ = 0;
}

void JsonFinder::end_match(std::uint64_t end) {
    matches_.back().end = end;
    matches_.back().elements_end = elements_.size();
}

void JsonFinder::push(bool object) {
    const std::size_t depth = frames_.size();
    Frame frame{0, 0, 0, 0, 0, names_.size(), object, false, false};
    for_each_bit(live_, [&](std::size_t i) {
        const auto& steps = patterns_[i].path.steps;
        if (steps.size() > depth) {
            frame.live |= bit(i);
            frame.named |= steps[depth].kind == JsonStep::Kind::name ? bit(i) : 0;
            frame.any |= steps[depth].kind == JsonStep::Kind::any ? bit(i) : 0;
        }
    });
    frame.on_id_path = in_array() && on_id_path_ && id_depth() < id_steps().size();
    frames_.push_back(frame);
}

void JsonFinder::open(bool object, std::uint64_t begin) {
    enter();
    if (at_element()) {
        begin_element(begin);
    }
    const std::uint64_t matching = object ? 0 : ending_here() & arrays_;
    push(object);
    if (matching != 0) {
        begin_match(matching, begin);
        array_ = frames_.size() - 1;
        frames_.back().live = 0;
    }
}

void JsonFinder::close(std::uint64_t end) {
    const Frame frame = frames_.back();
    frames_.pop_back();
    if (frame.object && frame.any != 0) {
        end_names(frame);
    }
    if (frames_.size() == array_) {
        array_ = kNone;
        end_match(end);
    } else if (at_element()) {
        elements_.back().end = end;
    }
}

bool JsonFinder::begin_token(JsonToken token, std::uint64_t begin) {
    if (token == JsonToken::key) {
        const Frame& object = frames_.back();
        return (object.named | object.any) != 0 || object.on_id_path;
    }
    enter();
    if (at_element()) {
        begin_element(begin);
    }
    token_is_id_ = in_array() && on_id_path_ && token != JsonToken::literal && !id_lost_ &&
                   id_depth() == id_steps().size();
    const std::uint64_t matching = token == JsonToken::string ? ending_here() & ~arrays_ : 0;
    if (matching != 0) {
        begin_match(matching, begin);
        string_open_ = true;
    }
    return token_is_id_;
}

void JsonFinder::end_token(JsonToken token, std::uint64_t end, std::string_view bytes) {
    if (token == JsonToken::key) {
        enter_member(frames_.back(), bytes);
        return;
    }
    if (string_open_) {
        string_open_ = false;
        end_match(end);
    }
    if (token_is_id_) {
        take_id(token, bytes);
    }
    if (at_element()) {
        elements_.back().end = end;
    }
}

void JsonFinder::take_id(JsonToken token, std::string_view raw) {
    if (raw.size() > kMaxJsonToken) {
        return;
    }
    if (token == JsonToken::string) {
        decode_json_text(raw, keys_);
    } else {
        keys_.append(raw);
    }
    elements_.back().key_end = keys_.size();
}

JsonArrays find_arrays(std::string_view text, const JsonPattern& pattern, const Limits& limits) {
    JsonFinder finder({&pattern, 1}, limits);
    finder.feed(text);
    finder.end();
    JsonArrays found;
    for (const JsonMatch& match : finder.matches()) {
        JsonArray& array = found.arrays.emplace_back(JsonArray{match.begin, match.end, {}});
        for (std::size_t i = match.first_element; i < match.elements_end; ++i) {
            const JsonElement& element = finder.elements()[i];
            array.elements.push_back(
                {element.begin, element.end,
                 std::string(finder.keys().substr(element.key_begin,
                                                  element.key_end - element.key_begin))});
        }
    }
    using Outcome = JsonArrays::Outcome;
    found.position = finder.position();
    if (finder.state() == JsonScanner::State::invalid) {
        found.outcome = Outcome::invalid;
    } else if (finder.state() == JsonScanner::State::over_limit) {
        found.outcome = Outcome::over_limit;
    } else if (finder.counters().ambiguous != 0) {
        found.outcome = Outcome::ambiguous;
    } else if (!found.arrays.empty()) {
        found.outcome = Outcome::found;
    }
    return found;
}

}  // namespace pz::rewrite
