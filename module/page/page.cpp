#include "page/page.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "page/held.hpp"
#include "page/pairs.hpp"
#include "page/resolver.hpp"

namespace pz::page {

class Page::Impl final : private rewrite::Sink, private Emitter {
  public:
    Impl(const Plan& plan, recommend::Scratch& scratch, Output& output, ResolverMemory& memory)
        : plan_(plan), output_(output), resolver_(plan, scratch, memory), pairs_(plan) {}

    void write(std::string_view bytes);
    void play(const KnownPage& page);
    void release_head();
    void end();
    void decide(Verdict verdict, const Visitor& visitor);
    void pass();

    Verdict verdict() const { return verdict_; }
    bool holding() const { return waits() && (!held_.empty() || known_left()); }
    std::size_t buffered() const { return held_.size() + (rewriter_ ? rewriter_->buffered() : 0); }
    std::span<const Shown> shown() const { return resolver_.shown(); }
    const Counters& counters() const { return resolver_.counters(); }

  private:
    void raw(std::string_view bytes) override;
    void element(const rewrite::Element& element) override;
    void emit(std::string_view bytes) override;
    void emit_tile(const ReadyTile& tile) override { output_.tile(tile); }

    bool waits() const { return verdict_ == Verdict::undecided; }
    bool known_left() const { return known_ != nullptr && known_at_ < known_->bytes().size(); }
    void scan(std::string_view bytes);
    void play_raw(std::size_t end);
    void play_rest();
    void find(std::size_t pattern,
              const std::function<void(const rewrite::Element&)>& element) const;
    bool fits(std::size_t bytes) const;
    void give_up();
    void overflow();
    void release();
    void pair_up(std::size_t placement);
    void settle();

    const Plan& plan_;
    Output& output_;
    Resolver resolver_;
    Pairs pairs_;
    std::optional<rewrite::Rewriter> rewriter_;  // of a page that is written
    Held held_;
    const KnownPage* known_ = nullptr;
    std::size_t known_at_ = 0;    // before it everything has left
    std::size_t known_next_ = 0;  // its first element that has not
    Verdict verdict_ = Verdict::undecided;
    std::string_view chunk_;  // being written, or the known page
    bool abandoned_ = false;
};

void Page::Impl::write(std::string_view bytes) {
    if (known_ != nullptr) {
        if (waits()) {
            pass();
        }
        output_.input(bytes);
        return;
    }
    chunk_ = bytes;
    if (plan_.answer) {
        element({.pattern = 0,
                 .offset = 0,
                 .outer = bytes,
                 .inner_begin = 0,
                 .inner_end = bytes.size(),
                 .tiles = {}});
    } else {
        scan(bytes);
    }
    settle();
    chunk_ = {};
}

void Page::Impl::scan(std::string_view bytes) {
    if (!rewriter_) {
        rewrite::Sink& sink = *this;
        rewriter_.emplace(plan_.patterns, sink, plan_.limits);
        settle();
    }
    rewriter_->write(bytes);
    if (!held_.empty() && !fits(rewriter_->buffered())) {
        overflow();
    }
}

void Page::Impl::play(const KnownPage& page) {
    known_ = &page;
    resolver_.know(page);
    chunk_ = page.bytes();
    for (const rewrite::Element& each : page.elements()) {
        pairs_.see(each.pattern);
    }
    pairs_.expire();
    if (page.elements().empty()) {
        release_head();
    }
    if (!waits()) {
        play_rest();
    }
    settle();
}

void Page::Impl::release_head() {
    if (waits() && known_ != nullptr) {
        const auto elements = known_->elements();
        play_raw(elements.empty() ? known_->bytes().size()
                                  : static_cast<std::size_t>(elements.front().offset));
    }
}

void Page::Impl::play_raw(std::size_t end) {
    emit(known_->bytes().substr(known_at_, end - known_at_));
    known_at_ = end;
}

void Page::Impl::play_rest() {
    const auto elements = known_->elements();
    while (known_next_ < elements.size() && verdict_ == Verdict::personalize) {
        const rewrite::Element& next = elements[known_next_++];
        play_raw(static_cast<std::size_t>(next.offset));
        known_at_ += next.outer.size();
        pair_up(next.pattern);
        resolver_.resolve(next, *this);
    }
    play_raw(known_->bytes().size());
}

void Page::Impl::end() {
    if (rewriter_) {
        rewriter_->end();
    }
    pairs_.expire();
    if (!waits()) {
        release();
    }
    settle();
}

void Page::Impl::decide(Verdict verdict, const Visitor& visitor) {
    if (!waits()) {
        return;
    }
    if (verdict != Verdict::personalize || visitor.snapshot == nullptr ||
        visitor.profile == nullptr) {
        pass();
        return;
    }
    verdict_ = Verdict::personalize;
    resolver_.begin(visitor);
    if (known_ != nullptr) {
        play_rest();
    } else if (!pairs_.open()) {
        release();
    }
}

void Page::Impl::release() {
    held_.for_each([this](std::string_view bytes) { emit(bytes); },
                   [this](const rewrite::Element& each) {
                       pair_up(each.pattern);
                       resolver_.resolve(each, *this);
                   });
    held_.clear();
}

// At the first half of a pair it is decided what becomes of both.
void Page::Impl::pair_up(std::size_t placement) {
    const std::size_t listing = pairs_.take(placement);
    if (listing == Pairs::kNone) {
        return;
    }
    find(listing, [&](const rewrite::Element& tiles) {
        find(listing + 1, [&](const rewrite::Element& data) { resolver_.pair(tiles, data); });
    });
}

// The first element of that pattern.
void Page::Impl::find(std::size_t pattern,
                      const std::function<void(const rewrite::Element&)>& element) const {
    if (known_ == nullptr) {
        held_.find(pattern, element);
        return;
    }
    const auto elements = known_->elements();
    const auto found =
        std::find_if(elements.begin(), elements.end(),
                     [=](const rewrite::Element& each) { return each.pattern == pattern; });
    if (found != elements.end()) {
        element(*found);
    }
}

// Something more cannot be kept.
void Page::Impl::overflow() {
    if (waits()) {
        give_up();
    } else {
        pairs_.expire();
        release();
    }
}

void Page::Impl::pass() {
    give_up();
    settle();
}

// The rewriter may be in the middle of a call to its sink: it is told by settle().
void Page::Impl::give_up() {
    verdict_ = Verdict::pass;
    emit(held_.bytes());
    held_.clear();
    if (known_left()) {
        play_rest();
    }
}

void Page::Impl::settle() {
    if (verdict_ == Verdict::pass && rewriter_ && !abandoned_) {
        abandoned_ = true;
        rewriter_->abandon();
    }
    resolver_.counters().rewrite = known_ != nullptr ? known_->counters()
                                   : rewriter_       ? rewriter_->counters()
                                                     : rewrite::Counters();
    resolver_.counters().rewrite.matched += plan_.answer ? 1 : 0;
}

bool Page::Impl::fits(std::size_t bytes) const {
    return held_.size() <= plan_.limits.max_buffer &&
           bytes <= plan_.limits.max_buffer - held_.size();
}

void Page::Impl::raw(std::string_view bytes) {
    if (!held_.empty() && fits(bytes.size())) {
        held_.add(bytes);
        return;
    }
    if (!held_.empty()) {
        overflow();
    }
    emit(bytes);
}

void Page::Impl::element(const rewrite::Element& element) {
    const bool kept = verdict_ != Verdict::pass && fits(element.outer.size());
    if (kept) {
        pairs_.see(element.pattern);
    } else if (verdict_ != Verdict::pass) {
        overflow();
    }
    if (kept && (waits() || pairs_.open() || !held_.empty())) {
        held_.add(element);
        if (!waits() && !pairs_.open()) {
            release();
        }
    } else if (verdict_ == Verdict::personalize) {
        resolver_.resolve(element, *this);
    } else {
        emit(element.outer);
    }
}

void Page::Impl::emit(std::string_view bytes) {
    if (bytes.empty()) {
        return;
    }
    if (is_within(bytes, chunk_)) {
        output_.input(bytes);
    } else {
        output_.made(bytes);
    }
}

struct Page::Memory::Parts {
    ResolverMemory resolver;
    std::optional<Impl> page;
};

Page::Memory::Memory() : parts_(std::make_unique<Parts>()) {}
Page::Memory::~Memory() = default;

Page::Page(const Plan& plan, recommend::Scratch& scratch, Output& output, Memory& memory)
    : impl_(memory.parts_->page) {
    impl_.emplace(plan, scratch, output, memory.parts_->resolver);
}

Page::Page(const Plan& plan, recommend::Scratch& scratch, Output& output)
    : own_(std::make_unique<Memory>()), impl_(own_->parts_->page) {
    impl_.emplace(plan, scratch, output, own_->parts_->resolver);
}

Page::~Page() {
    impl_.reset();
}

void Page::write(std::string_view bytes) {
    impl_->write(bytes);
}
void Page::play(const KnownPage& page) {
    impl_->play(page);
}
void Page::release_head() {
    impl_->release_head();
}
void Page::end() {
    impl_->end();
}
void Page::decide(Verdict verdict, const Visitor& visitor) {
    impl_->decide(verdict, visitor);
}
void Page::pass() {
    impl_->pass();
}
Verdict Page::verdict() const {
    return impl_->verdict();
}
bool Page::holding() const {
    return impl_->holding();
}
std::size_t Page::buffered() const {
    return impl_->buffered();
}
std::span<const Shown> Page::shown() const {
    return impl_->shown();
}
const Counters& Page::counters() const {
    return impl_->counters();
}

}  // namespace pz::page
