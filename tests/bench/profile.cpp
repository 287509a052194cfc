// Profile: what it costs to make one of a visitor's events, as Redis returns them, beside events
// that are parsed into objects of their own and looked up one by one. Visitors take turns, so that
// their items are as far from the processor's cache as on pages.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench.hpp"
#include "store/builder.hpp"
#include "visitor/event.hpp"
#include "visitor/profile.hpp"

namespace {

using namespace pz;

constexpr std::int64_t kNow = 1763660000;
constexpr std::uint32_t kItems = 100'000;
constexpr std::size_t kVisitors = 2000;

std::unique_ptr<const store::Snapshot> make_snapshot() {
    store::SnapshotBuilder builder;
    for (std::uint32_t n = 0; n < kItems; ++n) {
        const std::string brand = "Brand " + std::to_string(n % 60);
        const std::string type =
            "Home > Room " + std::to_string(n % 8) + " > Kind " + std::to_string(n % 40);
        const std::vector<std::pair<std::string, std::string>> fields = {
            {"id", "i" + std::to_string(n)}, {"brand", brand}, {"product_type", type}};
        if (!builder.add_item({.fields = fields}).ok()) {
            return nullptr;
        }
    }
    const std::string path = "/tmp/pz_bench_profile." + std::to_string(getpid());
    if (!builder.write(path, 1, kNow).ok()) {
        return nullptr;
    }
    auto snapshot = store::Snapshot::open(path);
    std::remove(path.c_str());
    return snapshot.ok() ? std::move(*snapshot) : nullptr;
}

// Of every visitor, newest first.
std::vector<std::string> make_texts(std::size_t events) {
    std::vector<std::string> texts;
    std::uint64_t state = 1;
    for (std::size_t i = 0; i < kVisitors * events; ++i) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        const auto time = kNow - 977 * static_cast<std::int64_t>(i % events);
        texts.push_back("view_item i" + std::to_string((state >> 33U) % kItems) + " " +
                        std::to_string(time) + " price=19.90");
    }
    return texts;
}

// Microseconds of work(events of a visitor).
template <class Work>
double each(const std::vector<std::string_view>& texts, std::size_t events, Work work) {
    const double seconds = bench::median_seconds([&] {
        for (std::size_t visitor = 0; visitor < kVisitors; ++visitor) {
            work(std::span(texts).subspan(visitor * events, events));
        }
    });
    return seconds * 1e6 / kVisitors;
}

}  // namespace

int main(int argc, char** argv) {
    bench::Report report(argc, argv, "profile",
                         {"events", "built µs", "affinities too µs", "as objects µs"});
    const auto snapshot = make_snapshot();
    if (snapshot == nullptr) {
        std::cerr << "cannot write a store in /tmp\n";
        return 1;
    }
    double of_fifty = 0;
    for (const std::size_t events : {10U, 50U, 100U}) {
        const std::vector<std::string> texts = make_texts(events);
        const std::vector<std::string_view> views(texts.begin(), texts.end());
        visitor::Profile profile;
        const double built = each(views, events, [&](auto own) {
            profile.build(*snapshot, own, {}, kNow);
            bench::keep(profile.touches().size());
        });
        const double judged = each(views, events, [&](auto own) {
            profile.build(*snapshot, own, {}, kNow);
            bench::keep(profile.affinities().size());
        });
        const double objects = each(views, events, [&](auto own) {
            for (const std::string_view text : own) {
                const auto event = visitor::parse_event(text);
                bench::keep(event.ok() ? snapshot->find(event->item) : 0);
            }
        });
        of_fifty = events == 50 ? built : of_fifty;
        report.row({std::to_string(events), bench::number(built, 2), bench::number(judged, 2),
                    bench::number(objects, 2)});
    }
    return report.finish("a visitor of 50 events takes " + bench::number(of_fifty, 1) + " µs");
}
