// Matcher: all selectors at once, as the elements of a page open.
//
// Each compound of each selector hangs on one thing that a tag must have to match it: an id, a word
// of its class, an attribute's name, or its type. A tag looks up what it has and tests what it
// finds there; compounds that cannot match cost nothing, however many there are. Selectors that begin
// alike ("ul > li.a", "ul > li.b") share what is alike. Only elements that
// matched the left part of a combinator are remembered, while they are open. The selectors must
// outlive the matcher. Thread rules: a matcher is immutable after compile() and shared freely; a
// matching is for one page and one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rewrite/attributes.hpp"
#include "rewrite/needles.hpp"
#include "rewrite/selector.hpp"
#include "rewrite/tags.hpp"

namespace pz::rewrite {

// Which compounds hang on a text, by its hash; those of other texts with the same hash may be among
// them.
class CompoundIndex {
  public:
    void add(std::string_view text, std::uint32_t compound);
    // Behind the last add().
    void build();
    bool empty() const { return entries_.empty(); }
    // False: none hangs on the text, nor on it in lower case.
    bool may_hold(std::string_view text) const { return (filter_ >> filter_bit(text) & 1) != 0; }
    // Calls `call(compound)` for each.
    template <typename Call>
    void find(std::string_view text, Call call) const {
        if (!may_hold(text)) {
            return;
        }
        const std::uint64_t hash = hash_of(text);
        for (std::size_t i = slots_[slot_of(hash)]; i < entries_.size(); ++i) {
            if (entries_[i].hash != hash) {
                if (slot_of(entries_[i].hash) != slot_of(hash)) {
                    return;
                }
                continue;
            }
            call(entries_[i].compound);
        }
    }

  private:
    struct Entry {
        std::uint64_t hash;
        std::uint32_t compound;
    };

    static unsigned filter_bit(std::string_view text) {
        const unsigned first = text.empty() ? 0 : static_cast<unsigned char>(text.front()) | 0x20;
        return (first + static_cast<unsigned>(text.size()) * 5) % 64;
    }
    static std::uint64_t hash_of(std::string_view text);
    std::size_t slot_of(std::uint64_t hash) const {
        return static_cast<std::size_t>(hash & (slots_.size() - 1));
    }

    std::vector<Entry> entries_;        // by slot
    std::vector<std::uint32_t> slots_;  // the first entry of each; a power of two
    std::uint64_t filter_ = 0;          // by size and first byte
};

// The selectors, compiled: what does not change with the page.
class Matcher {
  public:
    // Later matches of add()ed selectors are reported by the order of adding, from 0.
    void add(const Selector& selector);
    void compile();

    // Tags of other names that hold none of the needles match nothing, nor is anything else by them.
    bool wants(TagId id) const { return by_name_[static_cast<std::size_t>(id)] != 0; }
    const Needles& needles() const { return needles_; }

  private:
    friend class Matching;
    static constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);

    struct Node {
        const Compound* compound;
        std::uint32_t left;    // the node on the left of its combinator, or kNone
        std::size_t selector;  // of which it is the last compound
        bool last;             // otherwise it is the left of others
    };

    std::uint32_t left_node(const Compound& compound, std::uint32_t left);
    void file(std::uint32_t node);

    std::vector<Node> nodes_;
    std::unordered_map<std::size_t, std::uint32_t> shared_;  // left parts by hash, until compile()
    std::size_t selectors_ = 0;
    CompoundIndex ids_, words_, attributes_;
    Needles needles_;
    std::array<std::vector<std::uint32_t>, kTagCount> types_;
    std::vector<std::uint32_t> any_;
    std::array<std::uint8_t, kTagCount> by_name_{};  // whether a name alone may match
};

// What of a page's open elements matters to the selectors. The matcher must outlive it.
class Matching {
  public:
    explicit Matching(const Matcher& matcher)
        : matcher_(matcher), open_(matcher.nodes_.size(), 0) {}

    // The element at `depth` (0: the root) of the stack opens; those above it are forgotten.
    // `child`: see Compound::matches(). `child_certain`: whether its parent is the element at
    // depth - 1, as child combinators need.
    void enter(std::size_t depth, TagId id, std::string_view name, TagAttributes& attributes,
               std::uint32_t child, bool child_certain) {
        skip(depth);
        if (matcher_.wants(id) || !attributes.get().empty()) {
            look_up(id, Candidate{depth, name, &attributes, child, child_certain});
        }
    }
    // The same for an element that is to match nothing.
    void skip(std::size_t depth) {
        own_.clear();
        if (!left_.empty() && left_.back().depth >= depth) {
            forget(depth);
        }
    }
    // The first selector in [first, last) that the element entered last matches; `last` if none.
    std::size_t matched(std::size_t first, std::size_t last) const;

  private:
    // The element being entered.
    struct Candidate {
        std::size_t depth;
        std::string_view name;
        TagAttributes* attributes;
        std::uint32_t child;
        bool child_certain;
    };
    // An open element that matched what others follow.
    struct Left {
        std::size_t depth;
        std::size_t own;  // its matches begin here in left_nodes_, and end where the next begin
    };

    void look_up(TagId id, const Candidate& candidate);
    void forget(std::size_t depth);
    void by_attributes(const Candidate& candidate);
    void by_class(std::string_view words, const Candidate& candidate);
    void test(std::uint32_t node, const Candidate& candidate);
    bool follows(std::uint32_t node, const Candidate& candidate) const;
    void remember(std::size_t depth);

    const Matcher& matcher_;
    std::vector<std::uint32_t> own_;  // what the element entered last matched
    std::vector<Left> left_;
    std::vector<std::uint32_t> left_nodes_;
    std::vector<std::uint32_t> open_;  // how many open elements matched a node
};

}  // namespace pz::rewrite
