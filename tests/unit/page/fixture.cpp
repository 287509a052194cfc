#include "unit/page/fixture.hpp"

#include <stdlib.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "page/json_page.hpp"
#include "store/builder.hpp"

namespace pz::page::test {

namespace {

void name_all(const recommend::Query& query, recommend::Scratch&,
              std::vector<recommend::Candidate>& out) {
    for (const char* id : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
        recommend::Candidate candidate{};
        candidate.item = query.snapshot->find(id);
        candidate.score = 1.0F - 0.01F * static_cast<float>(out.size());
        candidate.parts[static_cast<int>(rules::Signal::popularity)] = candidate.score;
        candidate.pin = rules::kNoPin;
        out.push_back(candidate);
    }
}

constexpr recommend::Recommender kAlphabet = {"alphabet", "a, b, c, ...", name_all};

store::ItemInput item(char id) {
    const std::string name(1, id);
    store::ItemInput input;
    input.fields = {{"id", name},
                    {"title", "Item <" + name + ">"},
                    {"link", "https://shop.example/p/" + name},
                    {"price", std::to_string(id - 'a' + 1) + ".00 GBP"},
                    {"brand", id < 'e' ? "Acme" : "Bolt"},
                    {"product_type", "Kitchen > Mugs"},
                    {"availability", "in_stock"}};
    if (id == 'b') {
        input.fields.emplace_back("sale_price", "1.50 GBP");
        input.fields.emplace_back("stock", "7");
    }
    if (id == 'c') {
        input.fields.emplace_back("availability_date", "2026-12-01T09:00+0100");
        input.fields.emplace_back("sale_price_effective_date", "2026-12-01/2026-12-24");
        input.fields.emplace_back("deposit", "1250.00 EUR");
        input.fields.emplace_back("pack", "5 XL");
        input.fields.emplace_back("note_text", "caf\u00e9");
    }
    return input;
}

}  // namespace

void Collector::input(std::string_view bytes) {
    const bool inside =
        bytes.data() >= chunk.data() && bytes.data() + bytes.size() <= chunk.data() + chunk.size();
    strangers += inside ? 0 : 1;
    forwarded += bytes.size();
    text.append(bytes);
}

void Collector::made(std::string_view bytes) {
    text.append(bytes);
}

Shop::Shop() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pz-page-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    const std::string path = folder_ + "/store";
    store::SnapshotBuilder builder;
    for (char id = 'a'; id <= 'h'; id++) {
        BOOST_REQUIRE(builder.add_item(item(id)).ok());
    }
    BOOST_REQUIRE(builder.write(path, 1, kNow).ok());
    auto opened = store::Snapshot::open(path);
    BOOST_REQUIRE_MESSAGE(opened.ok(), opened.message());
    snapshot_ = std::move(*opened);
}

Shop::~Shop() {
    std::filesystem::remove_all(folder_);
}

Placement& Shop::widget(std::string_view selector, std::string_view tile, std::size_t limit) {
    rewrite::Pattern pattern;
    pattern.selector = *rewrite::compile_selector(selector);
    plan.patterns.push_back(std::move(pattern));
    auto compiled = rewrite::Template::compile(tile);
    BOOST_REQUIRE_MESSAGE(compiled.ok(), compiled.message());
    tiles_.push_back(std::make_unique<rewrite::Template>(std::move(*compiled)));
    Placement placement;
    placement.name = selector;
    placement.recommenders = {&kAlphabet};
    placement.limit = limit;
    placement.min = 1;
    placement.tile = tiles_.back().get();
    return plan.placements.emplace_back(std::move(placement));
}

Placement& Shop::listing(std::string_view selector) {
    rewrite::Pattern pattern;
    pattern.selector = *rewrite::compile_selector(selector);
    pattern.listing = true;
    plan.patterns.push_back(std::move(pattern));
    Placement placement;
    placement.listing = true;
    placement.name = selector;
    return plan.placements.emplace_back(std::move(placement));
}

void Shop::views(std::initializer_list<std::string_view> items) {
    std::vector<std::string> texts;
    std::int64_t time = kNow - 60;
    for (const std::string_view each : items) {
        texts.insert(texts.begin(),
                     "view_item " + std::string(each) + " " + std::to_string(time++));
    }
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    const std::vector<std::pair<std::string_view, std::string_view>> traits = {
        {"name", "Ann & Co"}};
    profile.build(*snapshot_, views, traits, kNow);
}

Visitor Shop::visitor() {
    Visitor visitor;
    visitor.snapshot = snapshot_.get();
    visitor.profile = &profile;
    visitor.rules = rules.get();
    visitor.variables = variables;
    visitor.now = kNow;
    visitor.context.consent = true;
    visitor.explain = explain;
    visitor.budget = budget;
    visitor.locale = locale;
    visitor.charset = charset;
    return visitor;
}

namespace {

Ran result(const Body& page, const Collector& out, bool held) {
    Ran ran;
    ran.text = out.text;
    ran.forwarded = out.forwarded;
    ran.strangers = out.strangers;
    ran.held = held;
    ran.verdict = page.verdict();
    ran.counters = page.counters();
    ran.shown.assign(page.shown().begin(), page.shown().end());
    return ran;
}

Ran run_through(Body& page, Collector& out, Shop& shop, const std::vector<std::string_view>& chunks,
                const Script& script) {
    bool held = false;
    for (std::size_t i = 0; i <= chunks.size(); i++) {
        if (i == script.at) {
            page.decide(script.verdict, shop.visitor());
        }
        if (i < chunks.size()) {
            // A buffer of its own, so that views kept beyond write() are found by the sanitizer.
            const auto copy = std::make_unique<std::string>(chunks[i]);
            out.chunk = *copy;
            page.write(*copy);
            out.chunk = {};
        } else {
            page.end();
        }
        held = held || page.holding();
    }
    if (script.at > chunks.size()) {
        page.decide(script.verdict, shop.visitor());
    }
    BOOST_TEST(!page.holding());
    return result(page, out, held);
}

}  // namespace

Ran run(Shop& shop, const std::vector<std::string_view>& chunks, const Script& script) {
    Collector out;
    Page page(shop.plan, shop.scratch, out, shop.memory);
    return run_through(page, out, shop, chunks, script);
}

Ran run_known(Shop& shop, std::string_view text, const Script& script) {
    auto bytes = std::make_unique<char[]>(text.size());
    std::copy(text.begin(), text.end(), bytes.get());
    const KnownPage known(shop.plan, std::move(bytes), text.size());
    Collector out;
    out.chunk = known.bytes();
    Page page(shop.plan, shop.scratch, out, shop.memory);
    bool held = false;
    for (std::size_t step = 0; step < 3; step++) {
        if (step == script.at) {
            page.decide(script.verdict, shop.visitor());
        }
        if (step == 0) {
            page.play(known);
        } else if (step == 1) {
            page.end();
        }
        held = held || page.holding();
    }
    BOOST_TEST(!page.holding());
    BOOST_TEST(page.buffered() == 0U);
    return result(page, out, held);
}

Ran run_json(Shop& shop, const std::vector<std::string_view>& chunks, const Script& script) {
    Collector out;
    const auto page = make_json_page(shop.plan, shop.scratch, out);
    return run_through(*page, out, shop, chunks, script);
}

std::vector<std::string_view> cut(std::string_view text, std::size_t size) {
    std::vector<std::string_view> chunks;
    for (std::size_t at = 0; at < text.size(); at += size) {
        chunks.push_back(text.substr(at, size));
    }
    return chunks;
}

}  // namespace pz::page::test
