// What ranking costs in the worker, without rules: the counting recommenders of a home page one by
// one and together, for_you, a listing, and the visitor's profile, beside what they are to take, and
// how often each asks for memory. A made shop of 5,000 items and 50,000 sessions (--large: 100,000
// and 1,000,000); visitors with 50 events, as scripts/bench page has them. Names of rows as arguments:
// these alone, for a profiler.
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "allocations.hpp"
#include "bench/bench.hpp"
#include "bench/walk.hpp"
#include "learn/trainer.hpp"
#include "recommend/rank.hpp"

using namespace pz;  // NOLINT: a program
using bench::Walk;

namespace {

constexpr std::int64_t kNow = 1763660000;
constexpr std::int64_t kMonth = 30 * 86400;
constexpr std::size_t kVisitors = 200;
constexpr std::size_t kEvents = 50;
constexpr std::size_t kTiles = 48;
// Microseconds: of all four; of for_you; of a listing.
constexpr double kTarget = 10;
constexpr double kForYouTarget = 35;
constexpr double kListingTarget = 25;

struct Size {
    std::uint32_t items = 5000, sessions = 50'000;
};

Status add_items(learn::Trainer& trainer, std::uint32_t items) {
    for (std::uint32_t i = 0; i < items; ++i) {
        const std::uint32_t price = 499 + i * 7919 % 29500;
        store::ItemInput item;
        item.fields = {{"id", "i" + std::to_string(i)},
                       {"brand", "Brand " + std::to_string(i % 60)},
                       {"product_type", "Category " + std::to_string(i % 40)},
                       {"price", std::to_string(price) + ".50 EUR"},
                       {"availability", i % 50 == 0 ? "out_of_stock" : "in_stock"}};
        if (i % 5 == 0) {
            item.fields.emplace_back("sale_price", std::to_string(price * 4 / 5) + ".10 EUR");
        }
        if (Status added = trainer.set_item(item); !added.ok()) {
            return added;
        }
    }
    return {};
}

// One session in ten ends with a purchase of two of its items.
void add_sessions(learn::Trainer& trainer, Size size) {
    Walk walk(size.items);
    visitor::Event event;
    const auto add = [&](std::uint32_t session, std::uint32_t item, visitor::EventType type) {
        event.type = type;
        event.name = visitor::name(type);
        event.item = "i" + std::to_string(item);
        trainer.add("v" + std::to_string(session), event);
    };
    for (std::uint32_t s = 0; s < size.sessions; ++s) {
        event.time = kNow - kMonth + static_cast<std::int64_t>(s) * kMonth / size.sessions;
        const auto items = walk.session(walk.length());
        for (const std::uint32_t item : items) {
            add(s, item, visitor::EventType::view_item);
        }
        if (s % 10 == 0) {
            add(s, items[0], visitor::EventType::purchase);
            add(s, items[1], visitor::EventType::purchase);
        }
    }
}

std::unique_ptr<const store::Snapshot> make_shop(Size size) {
    learn::TrainerOptions options;
    options.max_sessions = size.sessions;
    options.found_segments = 0;
    learn::Trainer trainer(options);
    Status made = add_items(trainer, size.items);
    const std::string path =
        std::filesystem::temp_directory_path() / ("bench-widgets." + std::to_string(::getpid()));
    if (made.ok()) {
        add_sessions(trainer, size);
        made = trainer.write(path, 1, kNow);
    }
    auto snapshot = store::Snapshot::open(path);
    std::filesystem::remove(path);
    if (!made.ok() || !snapshot.ok()) {
        std::cerr << (made.ok() ? snapshot.message() : made.message()) << '\n';
        std::exit(1);
    }
    return std::move(*snapshot);
}

// 7 of 10 events are views, 2 fill the cart, 1 buys.
std::vector<std::string> events_of(Walk& walk) {
    std::vector<std::string> events;
    const auto items = walk.session(kEvents);
    for (std::size_t i = items.size(); i-- > 0;) {
        const char* const name = i % 10 == 9  ? "purchase"
                                 : i % 5 == 3 ? "add_to_cart"
                                              : "view_item";
        events.push_back(std::string(name) + " i" + std::to_string(items[i]) + " " +
                         std::to_string(kNow - 977 * static_cast<std::int64_t>(kEvents - i)) +
                         " price=19.90");
    }
    return events;
}

struct Visitors {
    std::vector<std::unique_ptr<visitor::Profile>> profiles;
    std::vector<std::vector<std::string>> events;
};

Visitors make_visitors(const store::Snapshot& snapshot) {
    Walk walk(static_cast<std::uint32_t>(snapshot.item_count()), 2);
    Visitors visitors;
    for (std::size_t v = 0; v < kVisitors; ++v) {
        visitors.events.push_back(events_of(walk));
        const std::vector<std::string_view> views(visitors.events.back().begin(),
                                                  visitors.events.back().end());
        visitors.profiles.push_back(std::make_unique<visitor::Profile>());
        visitors.profiles.back()->build(snapshot, views, {}, kNow);
    }
    return visitors;
}

class Bench {
  public:
    explicit Bench(const store::Snapshot& snapshot)
        : snapshot_(snapshot), visitors_(make_visitors(snapshot)) {
        request_.query.snapshot = &snapshot_;
        request_.query.now = kNow;
        request_.shown = &shown_;
    }

    struct Cost {
        double us = 0, allocations = 0;
    };
    // Of a page of these widgets, no item twice.
    Cost page(std::span<const std::string_view> names) {
        std::vector<std::vector<const recommend::Recommender*>> widgets;
        for (const std::string_view name : names) {
            widgets.push_back({recommend::find_recommender(name)});
            if (name != "popular") {
                widgets.back().push_back(recommend::find_recommender("popular"));
            }
        }
        return cost([&] { fill_all(widgets); });
    }
    // Of a category of the items that everybody looks at.
    Cost listing() {
        std::vector<store::ItemIndex> items;
        for (std::uint32_t i = 0; i < kTiles; ++i) {
            items.push_back(i * 41 % 2000);
        }
        recommend::Order order;
        return cost([&] {
            for (const auto& profile : visitors_.profiles) {
                request_.query.visitor = profile.get();
                recommend::reorder(request_, {"list", items}, scratch_, order);
                bench::keep(order.changed);
            }
        });
    }
    double profile_us() {
        visitor::Profile profile;
        std::vector<std::vector<std::string_view>> all;
        for (const auto& events : visitors_.events) {
            all.emplace_back(events.begin(), events.end());
        }
        return 1e6 * bench::median_seconds([&] {
                   for (const auto& events : all) {
                       profile.build(snapshot_, events, {}, kNow);
                       bench::keep(profile.event_count());
                   }
               }) /
               kVisitors;
    }

  private:
    template <class All>
    static Cost cost(All all) {
        all();  // memory that grows once
        const std::size_t before = test::allocations();
        all();
        Cost cost;
        cost.allocations = static_cast<double>(test::allocations() - before) / kVisitors;
        cost.us = 1e6 * bench::median_seconds(all) / kVisitors;
        return cost;
    }
    void fill_all(std::span<const std::vector<const recommend::Recommender*>> widgets) {
        for (const auto& profile : visitors_.profiles) {
            shown_.clear();
            request_.query.visitor = profile.get();
            for (const auto& widget : widgets) {
                recommend::fill(request_, {"home", widget, 8, 1}, scratch_, ranked_);
                bench::keep(ranked_.items.size());
            }
        }
    }

    const store::Snapshot& snapshot_;
    Visitors visitors_;
    recommend::Request request_;
    recommend::Scratch scratch_;
    recommend::Ranked ranked_;
    std::vector<store::ItemIndex> shown_;
};

}  // namespace

int main(int argc, char** argv) {
    bench::Report report(argc, argv, "widgets", {"ranking", "us", "target us", "allocations"});
    std::vector<std::string> wanted = report.arguments();
    const bool large = std::erase(wanted, "--large") > 0;
    const auto snapshot = make_shop(large ? Size{100'000, 1'000'000} : Size{});
    Bench bench(*snapshot);
    const auto row = [&](const std::string& name, double target, const auto& measure) {
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), name) == wanted.end()) {
            return 0.0;
        }
        const Bench::Cost cost = measure();
        report.row({name, bench::number(cost.us, 2), target > 0 ? bench::number(target) : "",
                    bench::number(cost.allocations, 2)});
        return cost.us;
    };
    constexpr std::string_view kHome[] = {"recent", "popular", "sale", "cross_sell"};
    constexpr std::string_view kPersonal[] = {"for_you"};
    for (const std::string_view& name : kHome) {
        row(std::string(name), 0, [&] { return bench.page({&name, 1}); });
    }
    const double page = row("all four on one page", kTarget, [&] { return bench.page(kHome); });
    row("for_you", kForYouTarget, [&] { return bench.page(kPersonal); });
    row("a listing of 48", kListingTarget, [&] { return bench.listing(); });
    row("the profile of 50 events", 0, [&] { return Bench::Cost{bench.profile_us(), 0}; });
    return report.finish("four widgets take " + bench::number(page, 1) + " us, target " +
                         bench::number(kTarget));
}
