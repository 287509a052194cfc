// Resolver: what becomes of one matched element once the visitor is known. Internal to the room.
// Thread rules: one thread. Lifetime: as decide() of page.hpp asks.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "page/answer.hpp"
#include "page/page.hpp"
#include "page/tiles.hpp"

namespace pz::page {

// Takes the page's bytes in order; views live during the call.
class Emitter {
  public:
    virtual void emit(std::string_view bytes) = 0;

  protected:
    ~Emitter() = default;
};

class Resolver {
  public:
    Resolver(const Plan& plan, recommend::Scratch& scratch) : plan_(plan), scratch_(scratch) {}

    // visitor.snapshot and visitor.profile are there.
    void begin(const Visitor& visitor);
    // Emits the element: edited, or as it is.
    void resolve(const rewrite::Element& element, Emitter& emitter);

    std::span<const Shown> shown() const { return shown_; }
    Counters& counters() { return counters_; }
    const Counters& counters() const { return counters_; }

  private:
    void add_segments();
    void enter(const Placement& placement);
    void count_rules(const rules::Outcome& outcome);
    std::string_view variable(int index) const;
    store::ItemIndex item_of(std::string_view text) const;
    void locate(const rewrite::Element& element);
    bool edit(const Placement& placement, const rewrite::Element& element, Emitter& emitter);
    bool fill(const rewrite::Element& element, Emitter& emitter);
    bool answer(Emitter& emitter);
    bool reorder(const rewrite::Element& element, Emitter& emitter);
    void emit_permuted(const rewrite::Element& element, Emitter& emitter) const;
    void note(std::string_view placement, bool listing, std::string_view recommender,
              std::span<const recommend::Candidate> items);
    void explain(const rewrite::Element& element, std::string_view recommender,
                 std::span<const recommend::Candidate> items, Emitter& emitter);

    const Plan& plan_;
    recommend::Scratch& scratch_;
    Visitor visitor_;
    bool segments_known_ = false;
    recommend::Request request_;
    TileRenderer tiles_;
    std::vector<store::ItemIndex> on_page_;  // what the page shows already
    std::vector<Shown> shown_;
    Counters counters_;
    // Kept between placements for their memory.
    recommend::Ranked ranked_;
    recommend::Order order_;
    std::vector<store::ItemIndex> items_;
    std::string made_;
};

}  // namespace pz::page
