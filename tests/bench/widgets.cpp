// What filling a widget costs in the worker, without rules: the counting recommenders of a home page
// one by one and together, beside what they are to take, and how often each asks for memory. A made
// shop of 5,000 items and 50,000 sessions; visitors with 50 events, as scripts/bench page has them.
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <new>

#include "bench/bench.hpp"
#include "bench/walk.hpp"
#include "learn/trainer.hpp"
#include "recommend/rank.hpp"

using namespace pz;  // NOLINT: a program
using bench::Walk;

namespace {
std::size_t allocations = 0;
}  // namespace

// Counted, for nothing of a request is to ask for memory twice.
void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) {
        return memory;
    }
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}

namespace {

constexpr std::int64_t kNow = 1763660000;
constexpr std::int64_t kMonth = 30 * 86400;
constexpr std::uint32_t kItems = 5000;
constexpr std::uint32_t kSessions = 50'000;
constexpr std::size_t kVisitors = 200;
constexpr std::size_t kEvents = 50;
constexpr double kTarget = 10;  // microseconds for all four

Status add_items(learn::Trainer& trainer) {
    for (std::uint32_t i = 0; i < kItems; ++i) {
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
void add_sessions(learn::Trainer& trainer) {
    Walk walk(kItems);
    visitor::Event event;
    const auto add = [&](std::uint32_t session, std::uint32_t item, visitor::EventType type) {
        event.type = type;
        event.name = visitor::name(type);
        event.item = "i" + std::to_string(item);
        trainer.add("v" + std::to_string(session), event);
    };
    for (std::uint32_t s = 0; s < kSessions; ++s) {
        event.time = kNow - kMonth + static_cast<std::int64_t>(s) * kMonth / kSessions;
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

std::unique_ptr<const store::Snapshot> make_shop() {
    learn::TrainerOptions options;
    options.found_segments = 0;
    learn::Trainer trainer(options);
    Status made = add_items(trainer);
    const std::string path =
        std::filesystem::temp_directory_path() / ("bench-widgets." + std::to_string(::getpid()));
    if (made.ok()) {
        add_sessions(trainer);
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
    Walk walk(kItems, 2);
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
        : snapshot_(snapshot), visitors_(make_visitors(snapshot)) {}

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
        fill_all(widgets);  // memory that grows once
        const std::size_t before = allocations;
        fill_all(widgets);
        Cost cost;
        cost.allocations = static_cast<double>(allocations - before) / kVisitors;
        cost.us = 1e6 * bench::median_seconds([&] { fill_all(widgets); }) / kVisitors;
        return cost;
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
    void fill_all(std::span<const std::vector<const recommend::Recommender*>> widgets) {
        for (const auto& profile : visitors_.profiles) {
            shown_.clear();
            request_.query.snapshot = &snapshot_;
            request_.query.visitor = profile.get();
            request_.query.now = kNow;
            request_.shown = &shown_;
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
    bench::Report report(argc, argv, "widgets", {"widgets of 8", "us", "target us", "allocations"});
    const auto snapshot = make_shop();
    Bench bench(*snapshot);
    constexpr std::string_view kHome[] = {"recent", "popular", "sale", "cross_sell"};
    constexpr std::string_view kPersonal[] = {"for_you"};
    const auto row = [&](const std::string& name, std::span<const std::string_view> widgets,
                         const std::string& target) {
        const Bench::Cost cost = bench.page(widgets);
        report.row({name, bench::number(cost.us, 2), target, bench::number(cost.allocations, 2)});
        return cost.us;
    };
    for (const std::string_view& name : kHome) {
        row(std::string(name), {&name, 1}, "");
    }
    const double page = row("all four on one page", kHome, bench::number(kTarget));
    row("for_you", kPersonal, "");
    report.row({"the profile of 50 events", bench::number(bench.profile_us(), 2), "", ""});
    return report.finish("four widgets take " + bench::number(page, 1) + " us, target " +
                         bench::number(kTarget));
}
