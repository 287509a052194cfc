// Listings whose tiles are moved by force, with the marks of their places. However strange the
// tags are: what is found afterwards is what was there, in the new order, and each place has its
// attributes as before, unless a tile's tag is one that keeps its own.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "rewrite/rewriter.hpp"

namespace {

using namespace pz::rewrite;  // NOLINT: a program of one file

Pattern pattern() {
    Pattern result{*compile_selector("ul"), true, {}, {}};
    result.locator.name = "i";
    result.marks = {{"a", "b"}, {"p"}};
    return result;
}

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

// Each listing's keys, and the marks on its tiles' start tags, in page order.
struct Seen {
    std::vector<std::vector<std::string>> keys, places;
    bool kept = false;  // a tag keeps its marks
};

std::string place_of(std::string_view tag, bool& kept) {
    TagAttributes attributes;
    std::size_t name = 1;
    while (name < tag.size() &&
           std::string_view(" \t\r\n\f/>").find(tag[name]) == std::string_view::npos) {
        ++name;
    }
    attributes.reset(tag, name - 1);
    for (const Attribute& attribute : attributes.get()) {
        kept = kept || attribute.name.front() == '=';
    }
    const Attribute* place = find_attribute(attributes.get(), "p");
    std::string out = place == nullptr ? "none" : "=";
    decode_references(place == nullptr ? std::string_view() : place->value, out);
    return out;
}

class Mover final : public Sink {
  public:
    explicit Mover(const Pattern& pattern) : pattern_(pattern) {}
    void raw(std::string_view bytes) override { page.append(bytes); }
    void element(const Element& e) override {
        auto& keys = seen.keys.emplace_back();
        auto& places = seen.places.emplace_back();
        std::size_t at = 0;
        for (std::size_t place = 0; place < e.tiles.size(); ++place) {
            const Tile& here = e.tiles[place];
            keys.emplace_back(here.key);
            places.push_back(
                place_of(e.outer.substr(here.begin, here.tag_end - here.begin), seen.kept));
            page.append(e.outer.substr(at, here.begin - at));
            append(e, (place + 1) % e.tiles.size(), place);
            at = here.end;
        }
        page.append(e.outer.substr(at));
    }
    std::string page;
    Seen seen;

  private:
    void append(const Element& e, std::size_t moved, std::size_t place) {
        mark_moved(e, pattern_.marks, moved, place, edits_);
        std::size_t at = e.tiles[moved].begin;
        for (const Edits::Edit& edit : edits_.edits()) {
            require(at <= edit.begin && edit.begin <= edit.end && edit.end <= e.tiles[moved].end);
            page.append(e.outer.substr(at, edit.begin - at)).append(edits_.text(edit));
            at = edit.end;
        }
        page.append(e.outer.substr(at, e.tiles[moved].end - at));
    }

    const Pattern& pattern_;
    Edits edits_;
};

Mover move(const Pattern& pattern, std::string_view page) {
    Mover mover(pattern);
    Rewriter rewriter(std::span(&pattern, 1), mover);
    rewriter.write(page);
    rewriter.end();
    return mover;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Pattern kPattern = pattern();
    if (size > 500) {
        return 0;  // of a tag's attributes the first 256 are seen; one more may hide the last
    }
    const Mover moved = move(kPattern, {reinterpret_cast<const char*>(data), size});
    const Mover again = move(kPattern, moved.page);
    require(moved.seen.keys.size() == again.seen.keys.size());
    for (std::size_t i = 0; i < moved.seen.keys.size(); ++i) {
        std::vector<std::string> keys = moved.seen.keys[i];
        if (!keys.empty()) {
            keys.push_back(keys.front());
            keys.erase(keys.begin());
        }
        require(keys == again.seen.keys[i]);
        require(moved.seen.kept || moved.seen.places[i] == again.seen.places[i]);
    }
    return 0;
}
