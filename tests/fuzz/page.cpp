// A page through Page with every kind of placement. Input: one byte each for the verdict, its
// place, the chunk size and the limit; the rest is the page. Passed pages must be identical;
// personalized ones must not depend on how they were cut.
#include <stdlib.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "page/page.hpp"
#include "store/builder.hpp"

namespace {

using namespace pz;  // NOLINT: a program of one file

struct Shop {
    std::unique_ptr<const store::Snapshot> snapshot;
    rewrite::Template tile;
    page::Plan plan;
    visitor::Profile profile;
    recommend::Scratch scratch;

    Shop();
};

const rewrite::Template* find_tile(void* data, std::string_view) {
    return &static_cast<Shop*>(data)->tile;
}

void require(bool condition) {
    if (!condition) {
        abort();
    }
}

std::unique_ptr<const store::Snapshot> small_store() {
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

Shop::Shop() : snapshot(small_store()) {
    tile = *rewrite::Template::compile("<a href=\"{{link}}\">{{title}} {{price}}</a>");
    const std::vector<std::vector<std::string_view>> widgets = {
        {"#w", "for_you,popular", "min=1"}, {"div > p[x]", "popular", "min=1", "limit=2"}};
    for (const auto& arguments : widgets) {
        require(page::add_widget(plan, arguments, find_tile, this).ok());
    }
    const std::vector<std::string_view> by_attribute = {"ul", "id=i"};
    const std::vector<std::string_view> by_link = {"ol", "item=li", "id=href"};
    require(page::add_listing(plan, by_attribute).ok());
    require(page::add_listing(plan, by_link).ok());
    const std::vector<std::string_view> events = {"view_item e 1000", "view_item f 990"};
    profile.build(*snapshot, events, {}, 1010);
}

struct Text final : page::Output {
    void input(std::string_view bytes) override { text.append(bytes); }
    void made(std::string_view bytes) override { text.append(bytes); }
    std::string text;
};

std::string run(Shop& shop, std::string_view bytes, page::Verdict verdict, std::size_t at,
                std::size_t size) {
    Text out;
    page::Page page(shop.plan, shop.scratch, out);
    page::Visitor visitor;
    visitor.snapshot = shop.snapshot.get();
    visitor.profile = &shop.profile;
    visitor.now = 1010;
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Shop shop;
    if (size < 3) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 3, size - 3);
    const std::size_t chunk = 1U + data[0];
    shop.plan.limits.max_buffer = data[2] < 128 ? 8U * data[2] : 1U << 20;
    require(run(shop, bytes, page::Verdict::pass, data[1], chunk) == bytes);
    // What fits depends on the chunks only near the limit.
    shop.plan.limits.max_buffer = 1U << 20;
    const std::string whole = run(shop, bytes, page::Verdict::personalize, 0, bytes.size() + 1);
    require(run(shop, bytes, page::Verdict::personalize, data[1], chunk) == whole);
    return 0;
}
