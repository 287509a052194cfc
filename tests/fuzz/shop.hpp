// The shop of the fuzz targets for pages: six items, two widgets, all kinds of listings, a visitor.
#pragma once

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "page/page.hpp"
#include "store/builder.hpp"

namespace pz::fuzz {

struct Shop {
    std::unique_ptr<const store::Snapshot> snapshot;
    rewrite::Template tile;
    page::Plan plan;
    visitor::Profile profile;
    recommend::Scratch scratch;

    explicit Shop(bool everything = true);
    page::Visitor visitor();
};

inline const rewrite::Template* find_tile(void* data, std::string_view) {
    return &static_cast<Shop*>(data)->tile;
}

inline void require(bool condition) {
    if (!condition) {
        abort();
    }
}

inline std::unique_ptr<const store::Snapshot> small_store() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pz-fuzz-XXXXXX").string();
    const std::string folder = mkdtemp(pattern.data());
    store::SnapshotBuilder builder;
    for (const char* id : {"a", "b", "c", "d", "e", "f"}) {
        store::ItemInput item;
        item.fields = {{"id", id},
                       {"title", id},
                       {"link", std::string("/p/") + id},
                       {"price", "1.00 GBP"},
                       {"brand", *id < 'd' ? "x" : "y"}};
        require(builder.add_item(item).ok());
    }
    std::vector<store::ScoredItem> popular;
    for (store::ItemIndex item = 0; item < 6; item++) {
        popular.push_back({item, 6.0F - static_cast<float>(item)});
    }
    builder.set_list(store::ListKind::popular, "", popular);
    require(builder.write(folder + "/store", 1, 1).ok());
    auto opened = store::Snapshot::open(folder + "/store");
    std::filesystem::remove_all(folder);
    require(opened.ok());
    return std::move(*opened);
}

// Not everything: only listings, without marks of places.
inline Shop::Shop(bool everything) : snapshot(small_store()) {
    tile = *rewrite::Template::compile("<a href=\"{{link}}\">{{title}} {{price}}</a>");
    const std::vector<std::vector<std::string_view>> widgets = {
        {"#w", "for_you,popular", "min=1"}, {"div > p[x]", "popular", "min=1", "limit=2"}};
    for (const auto& arguments : widgets) {
        require(!everything || page::add_widget(plan, arguments, find_tile, this).ok());
    }
    const std::vector<std::vector<std::string_view>> listings = {
        {"ul", "id=i"},
        {"ol", "item=li", "id=href"},
        {"table", "item=td", "id=class:p-{id}", "position_classes=a,b", "position_attributes=i,j"},
        {"dl", "id=field:f"},
        {"div", "id=i", "data=script", "data_path=$.a", "data_id=i"},
        {"main", "id=x:/{id}.", "data=script[x]", "data_path=$", "data_id=link:@"}};
    for (const auto& arguments : listings) {
        require(page::add_listing(plan, arguments).ok());
    }
    if (!everything) {
        const auto list = plan.patterns.list();
        std::vector<rewrite::Pattern> unmarked(list.begin(), list.end());
        for (rewrite::Pattern& pattern : unmarked) {
            pattern.marks = {{}, {}};
        }
        plan.patterns = rewrite::Patterns(std::move(unmarked));
    }
    const std::vector<std::string_view> events = {"view_item e 1000", "view_item f 990"};
    profile.build(*snapshot, events, {}, 1010);
}

inline page::Visitor Shop::visitor() {
    page::Visitor visitor;
    visitor.snapshot = snapshot.get();
    visitor.profile = &profile;
    visitor.now = 1010;
    visitor.host = "h";
    visitor.uri = "/p/?q";
    return visitor;
}

struct Text final : page::Output {
    void input(std::string_view bytes) override { text.append(bytes); }
    void made(std::string_view bytes) override { text.append(bytes); }
    std::string text;
};

// What becomes of `bytes` in chunks of `size`, when the verdict comes before chunk `at`. `page`
// writes to `out`.
inline std::string run(page::Body& page, Text& out, Shop& shop, std::string_view bytes,
                       page::Verdict verdict, std::size_t at, std::size_t size) {
    const page::Visitor visitor = shop.visitor();
    std::size_t chunk = 0;
    for (; !bytes.empty(); chunk++) {
        if (chunk == at) {
            page.decide(verdict, visitor);
        }
        page.write(bytes.substr(0, size));
        bytes.remove_prefix(std::min(size, bytes.size()));
    }
    page.end();
    page.decide(verdict, visitor);
    require(!page.holding());
    return out.text;
}

}  // namespace pz::fuzz
