#include "rewrite/rewriter.hpp"

#include <algorithm>
#include <utility>

#include "rewrite/gather.hpp"
#include "rewrite/matcher.hpp"
#include "rewrite/open_elements.hpp"
#include "rewrite/skim.hpp"
#include "rewrite/tokenizer.hpp"

namespace pz::rewrite {

// The selectors of all patterns, and behind them those of their tiles.
struct Patterns::Compiled {
    explicit Compiled(std::vector<Pattern> patterns) : list(std::move(patterns)) {
        for (const Pattern& pattern : list) {
            matcher.add(pattern.selector);
        }
        for (const Pattern& pattern : list) {
            matcher.add(pattern.tile ? *pattern.tile : no_tile);
        }
        matcher.compile();
    }

    const std::vector<Pattern> list;
    const Selector no_tile;
    Matcher matcher;
};

Patterns::Patterns(std::vector<Pattern> patterns)
    : compiled_(std::make_shared<const Compiled>(std::move(patterns))) {}

void Patterns::push_back(Pattern pattern) {
    std::vector<Pattern> list = compiled_->list;
    list.push_back(std::move(pattern));
    *this = Patterns(std::move(list));
}

std::span<const Pattern> Patterns::list() const {
    return compiled_->list;
}

// Offsets count the bytes of the page. Everything before emitted_ is with the sink; what was not
// given to it when a chunk ended is kept in kept_. Bytes of the current chunk are given from the
// chunk itself.
class Rewriter::Impl {
  public:
    Impl(const Patterns& patterns, Sink& sink, const Limits& limits, Observer* observer)
        : compiled_(patterns.compiled_),
          patterns_(compiled_->list),
          sink_(sink),
          limits_(limits),
          observer_(observer),
          tree_(limits.max_depth),
          matching_(compiled_->matcher),
          skim_(tree_, compiled_->matcher, matching_),
          gather_(limits.max_tiles),
          passing_(patterns_.empty()) {}

    void write(std::string_view bytes) {
        chunk_ = bytes;
        chunk_size_ = bytes.size();
        writing_ = true;
        if (!passing_) {
            scan(bytes);
        }
        finish_chunk();
        writing_ = false;
        chunk_ = {};
        chunk_begin_ = chunk_end();
        chunk_size_ = 0;
    }

    void end() {
        if (gather_.active()) {
            give_up(Skip::Reason::ambiguous);
        }
        abandon();
    }

    // May be called by the sink: then write() gives out what is left.
    void abandon() {
        passing_ = true;
        gather_.drop();
        if (!writing_) {
            writing_ = true;
            finish_chunk();
            writing_ = false;
        }
    }

    std::size_t buffered() const { return static_cast<std::size_t>(chunk_end() - emitted_); }
    const Counters& counters() const { return counters_; }

  private:
    std::uint64_t chunk_end() const { return chunk_begin_ + chunk_size_; }
    std::uint64_t kept_end() const { return kept_begin_ + kept_.size(); }

    void scan(std::string_view bytes) {
        tokenizer_.feed(bytes);
        Tag tag;
        for (;;) {
            skim();
            if (passing_ || !tokenizer_.next(tag)) {
                return;
            }
            if (gather_.active() && tag.end - gather_.begin_offset() > limits_.max_buffer) {
                give_up(Skip::Reason::over_limit, &tag);
            }
            if (tag.is_end) {
                on_end_tag(tag);
            } else {
                on_start_tag(tag);
            }
            tokenizer_.set_foreign(tree_.foreign());
        }
    }

    // In a listing each tag counts, elsewhere what ends the element.
    void skim() {
        std::string_view rest = tokenizer_.rest();
        if (rest.empty() || passing_ || gather_.listing() != nullptr) {
            return;
        }
        std::size_t depth = 0;
        if (gather_.active()) {
            const std::uint64_t limit = gather_.begin_offset() + limits_.max_buffer;
            const std::uint64_t at = tokenizer_.position();
            rest = rest.substr(0, limit > at ? static_cast<std::size_t>(limit - at) : 0);
            depth = gather_.index();
        }
        const Skim::Passed passed = skim_.run(rest, {depth, limits_.max_buffer});
        tokenizer_.skip(passed.bytes);
        tokenizer_.set_text(passed.text, passed.element);
        tokenizer_.set_foreign(tree_.foreign());
    }

    void on_end_tag(const Tag& tag) {
        const OpenElements::Outcome& outcome = tree_.end(tag);
        if (gather_.active()) {
            settle(gather_.closed(tag, outcome, tree_), tag);
        }
    }

    void on_start_tag(const Tag& tag) {
        read_tag(tag);
        const OpenElements::Outcome& outcome = tree_.start(tag, attributes_);
        if (outcome.overflow) {
            ++counters_.over_limit;
            report(Skip::Reason::over_limit, Skip::kNone, tag.begin, &tag);
            abandon();
            return;
        }
        tokenizer_.set_text(outcome.text, tag.id);
        if (gather_.active()) {
            settle(gather_.closed(tag, outcome, tree_), tag);
            if (passing_) {
                return;
            }
        }
        enter_implied(outcome);
        if (!outcome.opened && !outcome.element) {
            return;
        }
        if (tag.id == TagId::base && !base_ && outcome.element && !outcome.foreign) {
            note_base();
        }
        const std::size_t index = outcome.opened ? tree_.depth() - 1 : tree_.depth();
        if (lost(tag)) {
            matching_.skip(index);
        } else {
            matching_.enter(index, tag.id, tag.name, attributes_, outcome.child,
                            !tree_.formatting_cut());
        }
        if (gather_.listing() != nullptr) {
            const std::size_t tile = patterns_.size() + gather_.pattern();
            const bool is_tile = matching_.matched(tile, tile + 1) == tile;
            settle(gather_.opened(tag, outcome, tree_, attributes_, is_tile), tag);
        } else if (!gather_.active()) {
            begin_match(tag, outcome);
            return;
        }
        if (observer_ != nullptr) {
            report_inside(tag);
        }
    }

    void report_inside(const Tag& tag) {
        const std::size_t pattern = matching_.matched(0, patterns_.size());
        if (pattern != patterns_.size()) {
            report(Skip::Reason::inside, pattern, tag.begin, nullptr);
        }
    }

    void report(Skip::Reason reason, std::size_t pattern, std::uint64_t offset, const Tag* tag) {
        if (observer_ == nullptr) {
            return;
        }
        const std::string name =
            tag == nullptr ? "" : (tag->is_end ? "/" : "") + std::string(tag->name);
        observer_->skipped({reason, pattern, offset, tag == nullptr ? offset : tag->begin, name});
    }

    void note_base() {
        const Attribute* href = find_attribute(attributes_.get(), "href");
        if (href != nullptr && href->value.size() <= kMaxItemKey) {
            base_.emplace();
            decode_references(href->value, *base_);
        }
    }

    // A tag longer than the buffer has lost its attributes, at any chunking.
    void read_tag(const Tag& tag) {
        if (lost(tag)) {
            ++counters_.over_limit;
            report(Skip::Reason::over_limit, Skip::kNone, tag.begin, &tag);
            attributes_.reset(std::span<const Attribute>());
        } else if (tag.attributes_known) {
            attributes_.reset(tag.attributes);
        } else {
            attributes_.reset(view(tag.begin, tag.end), tag.name.size());
        }
    }

    bool lost(const Tag& tag) const { return tag.end - tag.begin > limits_.max_buffer; }

    void enter_implied(const OpenElements::Outcome& outcome) {
        const std::size_t end = tree_.depth() - (outcome.opened ? 1 : 0);
        for (std::size_t i = outcome.depth; i < end; ++i) {
            matching_.enter(i, tree_[i].id, tree_.name(i), no_attributes_, tree_[i].child,
                            !tree_.formatting_cut());
        }
    }

    void begin_match(const Tag& tag, const OpenElements::Outcome& outcome) {
        const std::size_t pattern = matching_.matched(0, patterns_.size());
        if (pattern == patterns_.size()) {
            return;
        }
        const bool fits = patterns_[pattern].script ? is_script(outcome) : holds_html(outcome);
        if (!outcome.element || !fits) {
            const bool inert = !outcome.element && !outcome.displaced;
            counters_.ambiguous += inert ? 0 : 1;
            report(inert ? Skip::Reason::inert : Skip::Reason::no_html, pattern, tag.begin, &tag);
            return;
        }
        gather_.begin(pattern, patterns_[pattern], tag, tree_);
    }

    static bool is_script(const OpenElements::Outcome& outcome) {
        return outcome.opened && !outcome.foreign && outcome.text == Text::script;
    }

    // Tiles in a <style> would be style sheets, those in a <textarea> text.
    static bool holds_html(const OpenElements::Outcome& outcome) {
        return outcome.opened && !outcome.foreign && outcome.text == Text::markup;
    }

    void settle(Gather::Verdict verdict, const Tag& tag) {
        switch (verdict) {
            case Gather::Verdict::going:
                return;
            case Gather::Verdict::ambiguous:
                give_up(Skip::Reason::ambiguous, &tag);
                return;
            case Gather::Verdict::over_limit:
                give_up(Skip::Reason::over_limit, &tag);
                return;
            case Gather::Verdict::complete:
                gather_.drop();
                deliver(gather_.pattern(), gather_.extent());
                return;
        }
    }

    // `tag` is the one that decided it, if one did.
    void give_up(Skip::Reason reason, const Tag* tag = nullptr) {
        ++(reason == Skip::Reason::ambiguous ? counters_.ambiguous : counters_.over_limit);
        report(reason, gather_.pattern(), gather_.begin_offset(), tag);
        gather_.drop();
    }

    void deliver(std::size_t pattern, const Extent& at) {
        flush(at.begin);
        if (passing_) {
            return;  // the sink abandoned
        }
        ++counters_.matched;
        emitted_ = at.end;
        const Element element{pattern,
                              at.begin,
                              view(at.begin, at.end),
                              static_cast<std::size_t>(at.inner_begin - at.begin),
                              static_cast<std::size_t>(at.inner_end - at.begin),
                              gather_.tiles(),
                              gather_.marks(),
                              base_ ? std::string_view(*base_) : std::string_view()};
        sink_.element(element);
    }

    // Bytes of the page from the current chunk or kept; a copy only if they lie across the border.
    std::string_view view(std::uint64_t begin, std::uint64_t end) {
        const auto size = static_cast<std::size_t>(end - begin);
        if (begin >= chunk_begin_) {
            return chunk_.substr(static_cast<std::size_t>(begin - chunk_begin_), size);
        }
        keep_until(end);
        return std::string_view(kept_).substr(static_cast<std::size_t>(begin - kept_begin_), size);
    }

    void keep_until(std::uint64_t end) {
        if (kept_end() < end) {
            const auto from = static_cast<std::size_t>(kept_end() - chunk_begin_);
            kept_.append(chunk_.substr(from, static_cast<std::size_t>(end - kept_end())));
        }
    }

    void flush(std::uint64_t to) {
        const std::uint64_t old = std::min(to, chunk_begin_);
        if (emitted_ < old) {
            const auto from = static_cast<std::size_t>(emitted_ - kept_begin_);
            const auto size = static_cast<std::size_t>(old - emitted_);
            emitted_ = old;
            sink_.raw(std::string_view(kept_).substr(from, size));
        }
        if (emitted_ < to) {
            const auto from = static_cast<std::size_t>(emitted_ - chunk_begin_);
            const auto size = static_cast<std::size_t>(to - emitted_);
            emitted_ = to;
            sink_.raw(chunk_.substr(from, size));
        }
    }

    // The first byte that is not to leave yet.
    std::uint64_t hold_from() {
        if (passing_) {
            return chunk_end();
        }
        if (gather_.active()) {
            if (chunk_end() - gather_.begin_offset() <= limits_.max_buffer) {
                return gather_.begin_offset();
            }
            give_up(Skip::Reason::over_limit);
        }
        const std::uint64_t tag = std::max(tokenizer_.unfinished(), emitted_);
        return chunk_end() - tag <= limits_.max_buffer ? tag : chunk_end();
    }

    void finish_chunk() {
        flush(hold_from());
        if (passing_) {
            flush(chunk_end());  // the sink abandoned meanwhile
        }
        const std::uint64_t keep = emitted_;
        if (keep >= chunk_begin_) {
            kept_.clear();
            kept_begin_ = keep;
        } else if (keep > kept_begin_) {
            kept_.erase(0, static_cast<std::size_t>(keep - kept_begin_));
            kept_begin_ = keep;
        }
        keep_until(chunk_end());
    }

    const std::shared_ptr<const Patterns::Compiled> compiled_;
    const std::span<const Pattern> patterns_;
    Sink& sink_;
    Limits limits_;
    Observer* observer_;
    Counters counters_;
    Tokenizer tokenizer_;
    OpenElements tree_;
    Matching matching_;
    Skim skim_;
    Gather gather_;
    TagAttributes attributes_, no_attributes_;
    std::optional<std::string> base_;
    std::string_view chunk_;
    std::uint64_t chunk_begin_ = 0;
    std::size_t chunk_size_ = 0;
    std::uint64_t emitted_ = 0;
    std::string kept_;
    std::uint64_t kept_begin_ = 0;
    bool passing_;
    bool writing_ = false;
};

Rewriter::Rewriter(const Patterns& patterns, Sink& sink, const Limits& limits, Observer* observer)
    : impl_(std::make_unique<Impl>(patterns, sink, limits, observer)) {}

Rewriter::~Rewriter() = default;

void Rewriter::write(std::string_view bytes) {
    impl_->write(bytes);
}
void Rewriter::end() {
    impl_->end();
}
void Rewriter::abandon() {
    impl_->abandon();
}
std::size_t Rewriter::buffered() const {
    return impl_->buffered();
}
const Counters& Rewriter::counters() const {
    return impl_->counters();
}

}  // namespace pz::rewrite
