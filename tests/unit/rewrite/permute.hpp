// Moves the tiles of a page's listings by force, without anybody who ranks them.
#pragma once

#include <functional>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "unit/rewrite/harness.hpp"

namespace pz::rewrite::testing {

// Which tile stands on each place, for that many tiles.
using Order = std::vector<std::size_t>;
using MakeOrder = std::function<Order(std::size_t)>;

inline Order backwards(std::size_t count) {
    Order order(count);
    std::iota(order.rbegin(), order.rend(), std::size_t{0});
    return order;
}

inline Order rotated(std::size_t count) {
    Order order(count);
    for (std::size_t i = 0; i < count; ++i) {
        order[i] = (i + 1) % count;
    }
    return order;
}

inline Order inverse(const Order& order) {
    Order back(order.size());
    for (std::size_t place = 0; place < order.size(); ++place) {
        back[order[place]] = place;
    }
    return back;
}

struct Permuted {
    std::string marked;  // of each tile: 'x' if it has marks, or '-'
    std::string page;
    std::vector<std::string> keys;   // in page order, as found
    std::vector<std::string> tiles;  // in page order, as found
    std::vector<std::string> bases;  // of each listing
};

class Permuter : public Sink {
  public:
    Permuter(const Pattern& pattern, MakeOrder make) : pattern_(pattern), make_(std::move(make)) {}
    void raw(std::string_view bytes) override { result.page.append(bytes); }
    void element(const Element& e) override {
        const Order order = make_(e.tiles.size());
        result.bases.emplace_back(e.base);
        std::size_t at = 0;
        for (std::size_t place = 0; place < order.size(); ++place) {
            const Tile& here = e.tiles[place];
            result.keys.emplace_back(here.key);
            result.marked += has_marks(e, pattern_.marks, place) ? 'x' : '-';
            result.tiles.emplace_back(e.outer.substr(here.begin, here.end - here.begin));
            result.page.append(e.outer.substr(at, here.begin - at));
            append_moved(e, order[place], place);
            at = here.end;
        }
        result.page.append(e.outer.substr(at));
    }
    Permuted result;

  private:
    void append_moved(const Element& e, std::size_t moved, std::size_t place) {
        mark_moved(e, pattern_.marks, moved, place, edits_);
        check_plain(e, moved, place);
        std::size_t at = e.tiles[moved].begin;
        for (const Edits::Edit& edit : edits_.edits()) {
            BOOST_REQUIRE(at <= edit.begin && edit.begin <= edit.end);
            result.page.append(e.outer.substr(at, edit.begin - at)).append(edits_.text(edit));
            at = edit.end;
        }
        BOOST_REQUIRE(at <= e.tiles[moved].end);
        result.page.append(e.outer.substr(at, e.tiles[moved].end - at));
    }

    // Tiles that are known to have no marks are edited as if that were not known.
    void check_plain(const Element& e, std::size_t moved, std::size_t place) const {
        std::vector<Tile> tiles(e.tiles.begin(), e.tiles.end());
        for (const std::size_t tile : {moved, place}) {
            tiles[tile].plain = !has_marks(e, pattern_.marks, tile);
        }
        Element known = e;
        known.tiles = tiles;
        Edits edits;
        mark_moved(known, pattern_.marks, moved, place, edits);
        BOOST_REQUIRE_EQUAL(edits.edits().size(), edits_.edits().size());
        for (std::size_t i = 0; i < edits.edits().size(); ++i) {
            BOOST_REQUIRE_EQUAL(edits.edits()[i].begin, edits_.edits()[i].begin);
            BOOST_REQUIRE_EQUAL(edits.text(edits.edits()[i]), edits_.text(edits_.edits()[i]));
        }
    }

    const Pattern& pattern_;
    MakeOrder make_;
    Edits edits_;
};

inline Permuted permute(const Pattern& pattern, std::string_view page, const MakeOrder& make,
                        std::size_t chunk = std::string_view::npos) {
    Permuter sink(pattern, make);
    Rewriter rewriter(std::span(&pattern, 1), sink);
    for (; !page.empty(); page.remove_prefix(std::min(chunk, page.size()))) {
        rewriter.write(page.substr(0, chunk));
    }
    rewriter.end();
    return sink.result;
}

}  // namespace pz::rewrite::testing
