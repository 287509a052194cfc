// A small shop for the tests of page: eight items, a visitor, and ways to run a page through it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "page/page.hpp"

namespace pz::page::test {

// Joins what a page gives out, and checks that input() is given slices of the chunk only.
class Collector : public Output {
  public:
    void input(std::string_view bytes) override;
    void made(std::string_view bytes) override;

    std::string text;
    std::string_view chunk;     // set before write()
    std::size_t forwarded = 0;  // bytes that came through input()
    std::size_t strangers = 0;  // input() calls with bytes outside the chunk
};

// Items a..h: "a" costs 1.00 GBP, "b" 2.00, ...; "b" is on sale for 1.50; "c" has dates; brands: a-d "Acme", e-h
// "Bolt"; product types: "Kitchen > Mugs" for all; links https://shop.example/p/<id>.
class Shop {
  public:
    Shop();
    ~Shop();
    Shop(const Shop&) = delete;
    Shop& operator=(const Shop&) = delete;

    const store::Snapshot& snapshot() const { return *snapshot_; }
    // Widgets "#w" (a, b, c, ... in this order, at most `limit`) and listings "#l".
    Placement& widget(std::string_view selector, std::string_view tile, std::size_t limit = 3);
    Placement& listing(std::string_view selector);
    // A visitor who just viewed the given items, the last one last.
    void views(std::initializer_list<std::string_view> items);
    Visitor visitor();

    Plan plan;
    visitor::Profile profile;
    recommend::Scratch scratch;
    Page::Memory memory;  // of one page after the other
    std::vector<std::string_view> variables;
    std::unique_ptr<rules::RuleSet> rules;
    bool explain = false;
    Budget budget;
    const Locale* locale = &Locale::plain();
    rewrite::Charset charset = rewrite::Charset::utf8;

  private:
    std::string folder_;
    std::unique_ptr<const store::Snapshot> snapshot_;
    std::vector<std::unique_ptr<rewrite::Template>> tiles_;
};

inline constexpr std::int64_t kNow = 1'763'660'000;

// Where the verdict comes: before chunk `at` (the number of chunks: before end(); more: after it).
struct Script {
    Verdict verdict = Verdict::personalize;
    std::size_t at = 0;
};

struct Ran {
    std::string text;
    std::size_t forwarded = 0;
    std::size_t strangers = 0;
    bool held = false;  // at any time
    Verdict verdict = Verdict::undecided;
    Counters counters;
    std::vector<Shown> shown;
};
Ran run(Shop& shop, const std::vector<std::string_view>& chunks, const Script& script = {});
// The same page known beforehand. The verdict comes before play(), before end() or after it: `at` is
// 0, 1 or 2.
Ran run_known(Shop& shop, std::string_view page, const Script& script = {});
// As run(), for a JSON document.
Ran run_json(Shop& shop, const std::vector<std::string_view>& chunks, const Script& script = {});
std::vector<std::string_view> cut(std::string_view text, std::size_t size);

// Of the first placement.
template <typename Change>
void change_listing(Plan& plan, Change change) {
    const auto list = plan.patterns.list();
    std::vector<rewrite::Pattern> changed(list.begin(), list.end());
    change(changed[0]);
    plan.patterns = rewrite::Patterns(std::move(changed));
}

}  // namespace pz::page::test
