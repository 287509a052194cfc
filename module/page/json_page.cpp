#include "page/json_page.hpp"

#include "page/resolver.hpp"
#include "rewrite/json_rewriter.hpp"
#include "rewrite/json_text.hpp"

namespace pz::page {

namespace {

// A page that a JSON string says, edited: untouched bytes leave as the document wrote them.
class TextPage final : private rewrite::Sink, private Emitter {
  public:
    // `written`: what stands between the string's quotes.
    TextPage(const Plan& plan, std::string_view written, Resolver& resolver, Emitter& output)
        : text_(written),
          resolver_(resolver),
          output_(output),
          rewriter_(plan.patterns, *this, plan.limits) {}

    void run() {
        rewriter_.write(text_.text());
        rewriter_.end();
    }
    const rewrite::Counters& counters() const { return rewriter_.counters(); }

  private:
    void raw(std::string_view bytes) override {
        output_.emit(text_.raw(at_, at_ + bytes.size()));
        at_ += bytes.size();
    }

    void element(const rewrite::Element& element) override {
        outer_ = element.outer;
        resolver_.resolve(element, *this);
        at_ += outer_.size();
    }

    void emit(std::string_view bytes) override {
        if (bytes.empty()) {
            return;
        }
        if (is_within(bytes, outer_)) {
            const std::size_t begin = at_ + static_cast<std::size_t>(bytes.data() - outer_.data());
            output_.emit(text_.raw(begin, begin + bytes.size()));
            return;
        }
        made_.clear();
        rewrite::append_json_text(bytes, made_);
        output_.emit(made_);
    }

    const rewrite::DecodedText text_;
    Resolver& resolver_;
    Emitter& output_;
    rewrite::Rewriter rewriter_;
    std::size_t at_ = 0;      // in the text: behind what has left
    std::string_view outer_;  // of the element that is being edited; it begins at at_
    std::string made_;
};

void add(const rewrite::Counters& more, rewrite::Counters& counters) {
    counters.matched += more.matched;
    counters.over_limit += more.over_limit;
    counters.ambiguous += more.ambiguous;
}

class JsonPage final : public Body, private rewrite::Sink, private Emitter {
  public:
    JsonPage(const Plan& plan, recommend::Scratch& scratch, Output& output)
        : plan_(plan),
          output_(output),
          resolver_(plan, scratch, memory_),
          rewriter_(plan.json, *this, plan.limits) {}

    void write(std::string_view bytes) override;
    void end() override;
    void decide(Verdict verdict, const Visitor& visitor) override;
    void pass() override;

    Verdict verdict() const override { return verdict_; }
    bool holding() const override { return ended_ && waits() && buffered() > 0; }
    std::size_t buffered() const override { return rewriter_.buffered(); }
    std::span<const Shown> shown() const override { return resolver_.shown(); }
    const Counters& counters() const override { return resolver_.counters(); }

  private:
    void raw(std::string_view bytes) override { emit(bytes); }
    void element(const rewrite::Element& element) override;
    void emit(std::string_view bytes) override;

    bool waits() const { return verdict_ == Verdict::undecided; }
    void finish();
    void count();

    const Plan& plan_;
    Output& output_;
    ResolverMemory memory_;
    Resolver resolver_;
    rewrite::JsonRewriter rewriter_;
    Verdict verdict_ = Verdict::undecided;
    std::string_view chunk_;  // being written
    bool ended_ = false;
    rewrite::Counters found_;  // arrays, and elements within strings
};

void JsonPage::write(std::string_view bytes) {
    chunk_ = bytes;
    rewriter_.write(bytes);
    chunk_ = {};
    if (rewriter_.counters().over_limit > 0) {
        verdict_ = Verdict::pass;
    }
    count();
}

void JsonPage::end() {
    ended_ = true;
    if (!holding()) {
        finish();
    }
}

void JsonPage::finish() {
    rewriter_.end();
    count();
}

void JsonPage::decide(Verdict verdict, const Visitor& visitor) {
    if (!waits()) {
        return;
    }
    if (verdict != Verdict::personalize || visitor.snapshot == nullptr ||
        visitor.profile == nullptr) {
        pass();
        return;
    }
    const bool held = holding();
    verdict_ = Verdict::personalize;
    Visitor silent = visitor;
    silent.explain = false;
    resolver_.begin(silent);
    if (held) {
        finish();
    }
}

void JsonPage::pass() {
    verdict_ = Verdict::pass;
    rewriter_.abandon();
    count();
}

void JsonPage::count() {
    rewrite::Counters counters = rewriter_.counters();
    counters.matched = 0;
    add(found_, counters);
    resolver_.counters().rewrite = counters;
    resolver_.counters().invalid = rewriter_.invalid();
}

void JsonPage::element(const rewrite::Element& element) {
    const std::size_t placement = plan_.json_placements[element.pattern];
    if (placement != Plan::kNoPlacement) {
        rewrite::Element array = element;
        array.pattern = placement;
        ++found_.matched;
        resolver_.resolve(array, *this);
        return;
    }
    const std::string_view outer = element.outer;
    emit(outer.substr(0, element.inner_begin));
    TextPage page(plan_, outer.substr(element.inner_begin, element.inner_end - element.inner_begin),
                  resolver_, *this);
    page.run();
    add(page.counters(), found_);
    emit(outer.substr(element.inner_end));
}

void JsonPage::emit(std::string_view bytes) {
    if (bytes.empty()) {
        return;
    }
    if (is_within(bytes, chunk_)) {
        output_.input(bytes);
    } else {
        output_.made(bytes);
    }
}

}  // namespace

std::unique_ptr<Body> make_json_page(const Plan& plan, recommend::Scratch& scratch,
                                     Output& output) {
    return std::make_unique<JsonPage>(plan, scratch, output);
}

}  // namespace pz::page
