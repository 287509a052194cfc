#include "rewrite/matcher.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <string_view>

#include "rewrite/characters.hpp"

namespace pz::rewrite {
namespace {

template <typename Number>
std::uint64_t load(const char* at) {
    Number number;
    std::memcpy(&number, at, sizeof number);
    return number;
}

// Long enough for every attribute's name in a selector that is worth an index entry.
constexpr std::size_t kMaxName = 64;

bool on_id(const AttributeTest& test) {
    return test.name == "id" && test.op == AttributeTest::Op::equals && !test.ignore_case &&
           !test.negated;
}

bool on_class(const AttributeTest& test) {
    const bool word = std::none_of(test.value.begin(), test.value.end(),
                                   [](char c) { return byte_is(c, byte_class::kSpace); });
    return test.name == "class" && test.op == AttributeTest::Op::word && !test.ignore_case &&
           !test.negated && word && !test.value.empty();
}

bool on_attribute(const AttributeTest& test) {
    return !test.negated && test.name.size() <= kMaxName;
}

std::size_t hash_of(const Compound& compound, std::uint32_t left) {
    const std::hash<std::string_view> hash;
    std::size_t mixed = hash(compound.type) + left;
    for (const AttributeTest& test : compound.attributes) {
        mixed = mixed * 31 + hash(test.value);
    }
    return mixed;
}

template <typename Wanted>
const AttributeTest* find_test(const Compound& compound, Wanted wanted) {
    const auto& tests = compound.attributes;
    const auto found = std::find_if(tests.begin(), tests.end(), wanted);
    return found == tests.end() ? nullptr : &*found;
}

// What must stand in a tag for the compound to match it, if anything must: the longest value of its
// tests, or else the longest name.
void add_needle(const Compound& compound, Needles& needles) {
    const AttributeTest* longest = nullptr;
    for (const AttributeTest& test : compound.attributes) {
        const auto length = [](const AttributeTest& of) {
            return std::pair(of.value.size(), of.name.size());
        };
        if (!test.negated && (longest == nullptr || length(test) > length(*longest))) {
            longest = &test;
        }
    }
    if (longest == nullptr) {
        return;
    }
    if (longest->value.empty()) {
        needles.add(longest->name, true);
    } else {
        needles.add(longest->value, longest->ignore_case);
    }
}

}  // namespace

void CompoundIndex::add(std::string_view text, std::uint32_t compound) {
    entries_.push_back({hash_of(text), compound});
    filter_ |= std::uint64_t{1} << filter_bit(text);
}

void CompoundIndex::build() {
    slots_.assign(std::bit_ceil(entries_.size() * 4 + 1), 0);
    std::sort(entries_.begin(), entries_.end(), [this](const Entry& a, const Entry& b) {
        return std::pair(slot_of(a.hash), a.compound) < std::pair(slot_of(b.hash), b.compound);
    });
    slots_.assign(slots_.size(), static_cast<std::uint32_t>(entries_.size()));
    for (std::size_t i = entries_.size(); i-- > 0;) {
        slots_[slot_of(entries_[i].hash)] = static_cast<std::uint32_t>(i);
    }
}

// The size, the first and the last bytes: a filter, not a proof.
std::uint64_t CompoundIndex::hash_of(std::string_view text) {
    const char* begin = text.data();
    const std::size_t size = text.size();
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    if (size >= 8) {
        head = load<std::uint64_t>(begin);
        tail = load<std::uint64_t>(begin + size - 8);
    } else if (size >= 4) {
        head = load<std::uint32_t>(begin);
        tail = load<std::uint32_t>(begin + size - 4);
    } else if (size != 0) {
        head = static_cast<unsigned char>(begin[0]);
        tail = load<std::uint8_t>(begin + size / 2) << 8 | load<std::uint8_t>(begin + size - 1);
    }
    const std::uint64_t mixed = (head ^ std::rotl(tail, 29) ^ (size << 56)) * 0x9E3779B97F4A7C15;
    return mixed ^ (mixed >> 32);
}

void Matcher::add(const Selector& selector) {
    const std::size_t index = selectors_++;
    for (const ComplexSelector& complex : selector.alternatives) {
        std::uint32_t left = kNone;
        for (const Compound& compound : complex.compounds) {
            if (&compound == &complex.compounds.back()) {
                nodes_.push_back({&compound, left, index, true});
            } else {
                left = left_node(compound, left);
            }
        }
    }
}

// The node of an equal compound behind the same left part, or a new one. Where hashes meet, both
// have their own.
std::uint32_t Matcher::left_node(const Compound& compound, std::uint32_t left) {
    const auto [known, is_new] =
        shared_.try_emplace(hash_of(compound, left), static_cast<std::uint32_t>(nodes_.size()));
    if (!is_new) {
        const Node& node = nodes_[known->second];
        if (node.left == left && *node.compound == compound) {
            return known->second;
        }
    }
    nodes_.push_back({&compound, left, 0, false});
    return static_cast<std::uint32_t>(nodes_.size() - 1);
}

void Matcher::compile() {
    shared_.clear();
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
        file(node);
    }
    for (std::size_t id = 0; id < kTagCount; ++id) {
        by_name_[id] = any_.empty() && types_[id].empty() ? 0 : 1;
    }
    for (CompoundIndex* index : {&ids_, &words_, &attributes_}) {
        index->build();
    }
}

// Under the rarest thing it asks for.
void Matcher::file(std::uint32_t node) {
    const Compound& compound = *nodes_[node].compound;
    add_needle(compound, needles_);
    if (const AttributeTest* id = find_test(compound, on_id)) {
        ids_.add(id->value, node);
    } else if (const AttributeTest* word = find_test(compound, on_class)) {
        words_.add(word->value, node);
    } else if (const AttributeTest* attribute = find_test(compound, on_attribute)) {
        attributes_.add(attribute->name, node);
    } else if (!compound.type.empty()) {
        types_[static_cast<std::size_t>(tag_id(compound.type))].push_back(node);
    } else {
        any_.push_back(node);
    }
}

void Matching::look_up(TagId id, const Candidate& candidate) {
    for (const std::uint32_t node : matcher_.types_[static_cast<std::size_t>(id)]) {
        test(node, candidate);
    }
    for (const std::uint32_t node : matcher_.any_) {
        test(node, candidate);
    }
    by_attributes(candidate);
    if (!own_.empty()) {
        remember(candidate.depth);
    }
}

void Matching::forget(std::size_t depth) {
    while (!left_.empty() && left_.back().depth >= depth) {
        for (std::size_t i = left_.back().own; i < left_nodes_.size(); ++i) {
            --open_[left_nodes_[i]];
        }
        left_nodes_.resize(left_.back().own);
        left_.pop_back();
    }
}

void Matching::by_attributes(const Candidate& candidate) {
    for (const Attribute& attribute : candidate.attributes->get()) {
        const std::string_view name = attribute.name;
        if (name.size() == 5 && !matcher_.words_.empty() && equal_ignoring_case(name, "class")) {
            by_class(attribute.value, candidate);
        } else if (name.size() == 2 && !matcher_.ids_.empty() && equal_ignoring_case(name, "id")) {
            matcher_.ids_.find(attribute.value, [&](std::uint32_t node) { test(node, candidate); });
        }
        if (matcher_.attributes_.may_hold(name) && name.size() <= kMaxName) {
            std::array<char, kMaxName> lower;
            std::transform(name.begin(), name.end(), lower.begin(), to_lower);
            matcher_.attributes_.find({lower.data(), name.size()},
                                      [&](std::uint32_t node) { test(node, candidate); });
        }
    }
}

void Matching::by_class(std::string_view words, const Candidate& candidate) {
    const char* at = words.data();
    const char* const end = at + words.size();
    while (at != end) {
        const char* const begin = at;
        while (at != end && !byte_is(*at, byte_class::kSpace)) {
            ++at;
        }
        if (at != begin) {
            matcher_.words_.find({begin, static_cast<std::size_t>(at - begin)},
                                 [&](std::uint32_t node) { test(node, candidate); });
        }
        at += at != end ? 1 : 0;
    }
}

// A class that names a word twice, or two attributes of one name, may bring a node twice.
void Matching::test(std::uint32_t node, const Candidate& candidate) {
    if (follows(node, candidate) &&
        matcher_.nodes_[node].compound->matches(candidate.name, candidate.attributes->get(),
                                                candidate.child) &&
        std::find(own_.begin(), own_.end(), node) == own_.end()) {
        own_.push_back(node);
    }
}

// Whether what stands left of it is where its combinator wants it.
bool Matching::follows(std::uint32_t node, const Candidate& candidate) const {
    const Combinator combinator = matcher_.nodes_[node].compound->combinator;
    if (combinator == Combinator::none) {
        return true;
    }
    if (combinator == Combinator::descendant) {
        return open_[matcher_.nodes_[node].left] != 0;
    }
    if (!candidate.child_certain || left_.empty() || left_.back().depth + 1 != candidate.depth) {
        return false;
    }
    const auto begin = left_nodes_.begin() + static_cast<std::ptrdiff_t>(left_.back().own);
    return std::find(begin, left_nodes_.end(), matcher_.nodes_[node].left) != left_nodes_.end();
}

void Matching::remember(std::size_t depth) {
    const std::size_t own = left_nodes_.size();
    for (const std::uint32_t node : own_) {
        if (!matcher_.nodes_[node].last) {
            left_nodes_.push_back(node);
            ++open_[node];
        }
    }
    if (left_nodes_.size() != own) {
        left_.push_back({depth, own});
    }
}

std::size_t Matching::matched(std::size_t first, std::size_t last) const {
    std::size_t found = last;
    for (const std::uint32_t node : own_) {
        const std::size_t selector = matcher_.nodes_[node].selector;
        if (matcher_.nodes_[node].last && selector >= first && selector < found) {
            found = selector;
        }
    }
    return found;
}

}  // namespace pz::rewrite
