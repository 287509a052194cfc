// Page: one response on its way through the edge. Sans-I/O: bytes in, pieces out.
//
// The page's bytes are written as they come; untouched bytes leave through the output at once. At a
// placement the page holds everything behind it until decide() has said what is known of the
// visitor. After decide() nothing is held but what the rewriter cannot decide yet. Whatever goes
// wrong (no snapshot, memory limit, too few items, ambiguous element), the placement's own bytes
// leave unmodified: the output is then exactly the input.
//
// Widget: start and end tag stay, the inner content is replaced by tiles. Listing: the tiles' bytes
// are permuted, everything between them stays in place; what in a tile says where it stands
// (rewrite/tile_marks.hpp) is said of its new place. Tiles of an item that the catalog does not
// know, and all tiles of an item that stands there several times, stay where they are.
//
// A listing that the page has once more as data in a script (listing_data.hpp) moves with its data
// or not at all: from the first of the two the page is held until the other has come. If it does
// not come, or not within the memory limit, both stay.
//
// No widget shows an item that a placement before it shows: a widget's tiles, or any tile of a
// listing. A listing behind a widget loses no tile and may repeat the widget's. Of one page the
// first kMaxPlaced matched elements are placements; those behind them stay as they are.
//
// A page that is known already (known_page.hpp) is played instead of written: nothing is copied or
// scanned, and nothing leaves before decide() but by release_head(). The same bytes leave; limits
// on what is held do not count, since nothing is.
//
// A plan that is an answer (Plan::answer) has a page of one chunk, which is what is given when
// nothing is known: it leaves as it is, or as JSON in its place (answer.hpp).
//
// Fields of a tile's template: every column of the catalog by its name, and
//   price, regular_price  "19.90", in the item's currency; regular_price only when on sale
//   sale_price, availability, stock  as they are now; stock is empty when the shop does not say
//   price_text, regular_price_text, sale_price_text  the same prices as the locale writes them,
//                         with their currency: "19,90 €"
//   <column>_text         a column's date or price (with a currency) as the locale writes it, and
//                         any other text as it is; a column of that name goes before
//   on_sale               "1" or empty
//   position              1 for the first tile
//   tier                  pre, segment or individual
//   placement, recommender
//   label                 what a rule says of the item: "only 3 left"
//   visitor.<trait>       what the shop knows of the visitor, as in visitor.name
//
// Lifetime: Plan, snapshot, profile, rules and scratch given to decide() must live until end() or
// destruction. Output views live only during the call. Thread rules: one thread. The output must
// not call the page. Errors: none, but for std::bad_alloc; after it the page may only be destroyed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "page/known_page.hpp"
#include "page/locale.hpp"
#include "page/plan.hpp"
#include "page/ready_tiles.hpp"
#include "recommend/rank.hpp"

namespace pz::page {

inline constexpr unsigned kMaxPlaced = 64;

class Output {
  public:
    // Bytes that stand in the chunk being written, or in the known page being played: the same
    // pointers, so the glue may forward slices of them instead of copying.
    virtual void input(std::string_view bytes) = 0;
    // Any other bytes; to be copied.
    virtual void made(std::string_view bytes) = 0;
    // A widget's; with its code, if Visitor::coded_tiles.
    virtual void tile(const ReadyTile& tile) { made(tile.text); }

  protected:
    ~Output() = default;
};

enum class Verdict : std::uint8_t {
    undecided,
    personalize,  // the profile may be empty: then everybody's tier
    pass          // leave the page as it is
};

// What the placements of a page may take of the worker. The first always has its turn; those behind
// stay as they are once it is used up: the page's order is their priority.
struct Budget {
    std::int64_t ns = 0;                // 0: no limit
    std::int64_t (*clock)() = nullptr;  // nanoseconds since any time
};

// What is known once the lookup ended. Values of variables are by the indices of the Plan.
struct Visitor {
    const store::Snapshot* snapshot = nullptr;  // null: the page passes
    // Null: the page passes. Before the first placement it is given the segments of the rule file.
    visitor::Profile* profile = nullptr;
    rules::RuleSet* rules = nullptr;  // may be null
    // variables and consent; the page sets the rest, per placement where it differs.
    rules::Context context;
    std::span<const std::string_view> variables;
    // The page's address, which its links are relative to: host without port, path and query. May
    // be empty.
    std::string_view host, uri;
    std::int64_t now = 0;
    const Locale* locale = &Locale::plain();
    rewrite::Charset charset = rewrite::Charset::utf8;  // not unsafe
    float explore = 0;       // the share of widgets' tiles for items about which little is known
    std::uint64_t seed = 0;  // the visitor's, for what is drawn; 0: nothing is explored
    Budget budget;
    // Where tiles are kept from page to page; may be null, and of another snapshot.
    ReadyTiles* ready = nullptr;
    bool coded_tiles = false;  // the output wants the code of tiles too
    bool explain = false;  // put each placement's explanation behind it, as a JSON script element
};

// What a placement showed, for impressions. Widgets left as they were are not in it; listings are,
// moved or not, with what the order of listings is learned from.
struct Shown {
    std::string_view placement;  // its name; as long as the plan and the visitor's variables
    bool listing;
    // In the order shown. Listings: the first kMaxShownTiles, kNoItem for what the catalog lacks.
    std::vector<store::ItemIndex> items;
    recommend::Tier tier;               // the highest of them
    std::string_view recommender;       // that gave the first; empty: a listing
    std::vector<std::uint32_t> places;  // listings: where the shop had put each, from 0
    // What the placement was about; as long as the visitor's variables.
    store::ItemIndex page_item;
    std::string_view category, query;
};

struct Counters {
    unsigned filled = 0, reordered = 0;
    // Placements left as they were: too few items, no signal, unknown items, beyond kMaxPlaced or
    // the budget.
    unsigned kept = 0;
    unsigned over_budget = 0;
    unsigned rules_failed = 0;
    bool invalid = false;  // no JSON, where there should be
    rewrite::Counters rewrite;
};

// A response's body: a page, or what else can be personal (json_page.hpp).
class Body {
  public:
    Body() = default;
    virtual ~Body() = default;
    Body(const Body&) = delete;
    Body& operator=(const Body&) = delete;

    virtual void write(std::string_view bytes) = 0;
    // Instead of the first write(): the whole body. It must live as long as this object, and its
    // bytes as long as the output is used. What is written behind it leaves as it is.
    virtual void play(const KnownPage& page) { write(page.bytes()); }
    // What needs no decide() shall leave now.
    virtual void release_head() {}
    virtual void end() = 0;
    // Once, also after end(). With `pass`, or at any time pass(), all that is held leaves
    // unmodified and the rest too.
    virtual void decide(Verdict verdict, const Visitor& visitor) = 0;
    virtual void pass() = 0;

    virtual Verdict verdict() const = 0;
    // True when bytes wait for decide(), and not only for more of the body.
    virtual bool holding() const = 0;
    // All bytes kept: held pieces and the rewriter's buffer. Bounded by plan.limits.max_buffer:
    // when more would have to be held for decide(), the body passes.
    virtual std::size_t buffered() const = 0;
    virtual std::span<const Shown> shown() const = 0;
    virtual const Counters& counters() const = 0;
};

class Page final : public Body {
  public:
    // What a page needs of memory; kept for the next one, so that it need not be asked for again.
    // Of one page at a time.
    class Memory {
      public:
        Memory();
        ~Memory();
        Memory(const Memory&) = delete;
        Memory& operator=(const Memory&) = delete;

      private:
        friend class Page;
        struct Parts;
        std::unique_ptr<Parts> parts_;
    };

    // The memory outlives the page; without one it has its own.
    Page(const Plan& plan, recommend::Scratch& scratch, Output& output, Memory& memory);
    Page(const Plan& plan, recommend::Scratch& scratch, Output& output);
    ~Page() override;

    void write(std::string_view bytes) override;
    void play(const KnownPage& page) override;
    void release_head() override;
    void end() override;
    void decide(Verdict verdict, const Visitor& visitor) override;
    void pass() override;

    Verdict verdict() const override;
    bool holding() const override;
    std::size_t buffered() const override;
    std::span<const Shown> shown() const override;
    const Counters& counters() const override;

  private:
    class Impl;
    std::unique_ptr<Memory> own_;
    std::optional<Impl>& impl_;  // in the memory
};

}  // namespace pz::page
