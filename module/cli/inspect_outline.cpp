// outlined(): the page with marks for a person's eyes.
#include "cli/inspect.hpp"
#include "rewrite/template.hpp"
#include "rewrite/tokenizer.hpp"

namespace pz::cli {

namespace {

// Absolute, so that the labels take no place in the page's own layout.
constexpr std::string_view kStyle = R"(<style>
[data-personalize-match]{outline:3px solid #c2185b!important;outline-offset:-3px!important}
[data-personalize-tile]{outline:2px dashed #1565c0!important;outline-offset:-2px!important}
[data-personalize-skipped]{outline:3px dotted #e65100!important;outline-offset:-3px!important}
[data-personalize-match]::before,[data-personalize-tile]::before,[data-personalize-skipped]::before{
position:absolute!important;z-index:2147483646!important;padding:0 5px!important;color:#fff!important;
font:bold 12px/18px sans-serif!important;width:auto!important;height:auto!important;text-indent:0!important;max-width:260px!important;
overflow:hidden!important;white-space:nowrap!important;text-overflow:ellipsis!important}
[data-personalize-match]::before{content:attr(data-personalize-match)!important;transform:translateY(-100%)!important;background:#c2185b!important}
[data-personalize-tile]::before{content:attr(data-personalize-tile)!important;background:#1565c0!important}
[data-personalize-skipped]::before{content:attr(data-personalize-skipped)!important;background:#e65100!important}
#personalize-legend{position:fixed!important;right:8px;bottom:8px;z-index:2147483647;padding:8px 12px;
font:14px/20px sans-serif;color:#fff;background:#222;border-radius:4px}
</style>)";

// The first match may be far below.
constexpr std::string_view kScroll = R"(<script>
addEventListener("load", () => document.querySelector("[data-personalize-match]")?.scrollIntoView());
</script>
)";

class Marker {
  public:
    explicit Marker(std::string_view page) : page_(page) {}

    // At the end of the start tag at `offset`: whatever stands before, an attribute may begin
    // there after a space. A '/' stays the last, since it closes an element of SVG.
    void mark(std::uint64_t offset, std::string_view name, std::string_view value) {
        rewrite::Tokenizer tokenizer;
        tokenizer.feed(page_.substr(static_cast<std::size_t>(offset)));
        rewrite::Tag tag;
        if (offset < done_ || !tokenizer.next(tag)) {
            return;
        }
        const auto end = static_cast<std::size_t>(offset + tag.end) - (tag.self_closing ? 2 : 1);
        out_.append(page_, done_, end - done_);
        out_.append(" data-personalize-").append(name).append("=\"");
        rewrite::escape_html(value, out_, rewrite::Charset::ascii_based);
        out_ += '"';
        done_ = end;
    }

    std::string finish() && {
        out_.append(page_, done_);
        return std::move(out_);
    }

  private:
    std::string_view page_;
    std::size_t done_ = 0;
    std::string out_;
};

void mark_found(Marker& marker, const Found& found, std::size_t number) {
    marker.mark(found.begin, "match", std::to_string(number));
    for (std::size_t i = 0; i < found.tiles.size(); i++) {
        const FoundTile& tile = found.tiles[i];
        marker.mark(tile.begin, "tile",
                    std::to_string(i + 1) + (tile.key.empty() ? " ?" : " " + tile.key));
    }
}

std::string legend(const Sought& sought, const Inspection& inspection) {
    std::size_t tiles = 0;
    for (const Found& found : inspection.found) {
        tiles += found.tiles.size();
    }
    std::string out = "<div id=\"personalize-legend\">";
    for (const rewrite::Pattern& pattern : sought.plan.patterns.list()) {
        rewrite::escape_html(pattern.selector.text, out, rewrite::Charset::ascii_based);
        out += "<br>";
    }
    return out + std::to_string(inspection.found.size()) + " found, " + std::to_string(tiles) +
           " tiles, " + std::to_string(inspection.skipped.size()) + " passed over</div>\n" +
           std::string(kScroll);
}

}  // namespace

std::string outlined(std::string_view page, const Sought& sought, const Inspection& inspection) {
    Marker marker(page);
    std::size_t next = 0;
    const auto skipped_until = [&](std::uint64_t offset) {
        for (; next < inspection.skipped.size() && inspection.skipped[next].offset < offset;
             next++) {
            marker.mark(inspection.skipped[next].offset, "skipped", "passed over");
        }
    };
    for (std::size_t i = 0; i < inspection.found.size(); i++) {
        skipped_until(inspection.found[i].begin);
        mark_found(marker, inspection.found[i], i + 1);
    }
    skipped_until(page.size());
    return std::move(marker).finish() + std::string(kStyle) + legend(sought, inspection);
}

}  // namespace pz::cli
