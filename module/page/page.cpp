#include "page/page.hpp"

#include <utility>

#include "page/held.hpp"
#include "page/pairs.hpp"
#include "page/resolver.hpp"

namespace pz::page {

class Page::Impl final : private rewrite::Sink, private Emitter {
  public:
    Impl(const Plan& plan, recommend::Scratch& scratch, Output& output)
        : plan_(plan),
          output_(output),
          resolver_(plan, scratch),
          pairs_(plan),
          rewriter_(plan.patterns, *this, plan.limits) {}

    void write(std::string_view bytes);
    void end();
    void decide(Verdict verdict, const Visitor& visitor);
    void pass();

    Verdict verdict() const { return verdict_; }
    bool holding() const { return waits() && !held_.empty(); }
    std::size_t buffered() const { return held_.size() + rewriter_.buffered(); }
    std::span<const Shown> shown() const { return resolver_.shown(); }
    const Counters& counters() const { return resolver_.counters(); }

  private:
    void raw(std::string_view bytes) override;
    void element(const rewrite::Element& element) override;
    void emit(std::string_view bytes) override;

    bool waits() const { return verdict_ == Verdict::undecided; }
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
    rewrite::Rewriter rewriter_;
    Held held_;
    Verdict verdict_ = Verdict::undecided;
    std::string_view chunk_;  // being written
    bool abandoned_ = false;
};

void Page::Impl::write(std::string_view bytes) {
    chunk_ = bytes;
    if (plan_.answer) {
        element({.pattern = 0,
                 .offset = 0,
                 .outer = bytes,
                 .inner_begin = 0,
                 .inner_end = bytes.size(),
                 .tiles = {}});
    } else {
        rewriter_.write(bytes);
    }
    if (!held_.empty() && !fits(rewriter_.buffered())) {
        overflow();
    }
    settle();
    chunk_ = {};
}

void Page::Impl::end() {
    rewriter_.end();
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
    if (!pairs_.open()) {
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
    held_.find(listing, [&](const rewrite::Element& tiles) {
        held_.find(listing + 1, [&](const rewrite::Element& data) { resolver_.pair(tiles, data); });
    });
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
}

void Page::Impl::settle() {
    if (verdict_ == Verdict::pass && !abandoned_) {
        abandoned_ = true;
        rewriter_.abandon();
    }
    resolver_.counters().rewrite = rewriter_.counters();
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

Page::Page(const Plan& plan, recommend::Scratch& scratch, Output& output)
    : impl_(std::make_unique<Impl>(plan, scratch, output)) {}
Page::~Page() = default;

void Page::write(std::string_view bytes) {
    impl_->write(bytes);
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
