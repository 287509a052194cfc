// The time of a prediction and the size of the index, beside a straightforward VMIS-kNN (Serenade,
// SIGMOD 2022: hash maps, m = 500, k = 100) over the same snapshot. Sessions are made: items by a
// power law, each item leading to those near it. `--large`: 5 million sessions and 1 million items.
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <unordered_map>

#include "bench/bench.hpp"
#include "bench/walk.hpp"
#include "learn/trainer.hpp"
#include "recommend/for_you.hpp"

using namespace pz;  // NOLINT: a program
using bench::Walk;

namespace {

constexpr std::int64_t kNow = 1763660000;
constexpr std::int64_t kMonth = 30 * 86400;

std::string text_event(std::uint32_t item, std::int64_t time) {
    return "view_item i" + std::to_string(item) + " " + std::to_string(time);
}

Status train(Walk& walk, std::uint32_t items, std::uint32_t sessions, const std::string& path) {
    learn::TrainerOptions options;
    options.max_sessions = sessions;
    learn::Trainer trainer(options);
    for (std::uint32_t i = 0; i < items; ++i) {
        if (Status added = trainer.set_item({.fields = {{"id", "i" + std::to_string(i)}}});
            !added.ok()) {
            return added;
        }
    }
    visitor::Event event;
    event.type = visitor::EventType::view_item;
    event.name = visitor::name(event.type);
    for (std::uint32_t s = 0; s < sessions; ++s) {
        event.time = kNow - kMonth + static_cast<std::int64_t>(s) * kMonth / sessions;
        for (const std::uint32_t item : walk.session(walk.length())) {
            event.item = "i" + std::to_string(item);
            trainer.add("v" + std::to_string(s), event);
        }
    }
    return trainer.write(path, 1, kNow);
}

// As the paper's pseudocode reads.
class Plain {
  public:
    explicit Plain(const store::Snapshot& snapshot) : snapshot_(snapshot) {}

    std::size_t predict(std::span<const store::ItemIndex> session) {
        std::unordered_map<std::uint32_t, double> similarity;
        for (std::size_t i = 0; i < session.size(); ++i) {
            const auto sessions = snapshot_.sessions_of(session[i]);
            for (const std::uint32_t s :
                 sessions.first(std::min<std::size_t>(sessions.size(), 500))) {
                similarity[s] += static_cast<double>(i + 1) / static_cast<double>(session.size());
            }
        }
        std::vector<std::pair<double, std::uint32_t>> nearest;
        for (const auto& [s, score] : similarity) {
            nearest.emplace_back(-score, s);
        }
        const std::size_t kept = std::min<std::size_t>(nearest.size(), 100);
        std::partial_sort(nearest.begin(), nearest.begin() + static_cast<std::ptrdiff_t>(kept),
                          nearest.end());
        nearest.resize(kept);
        return rank(nearest);
    }

  private:
    std::size_t rank(const std::vector<std::pair<double, std::uint32_t>>& nearest) {
        std::unordered_map<store::ItemIndex, double> scores;
        for (const auto& [score, s] : nearest) {
            for (const store::ItemIndex item : snapshot_.sessions().items_of(s)) {
                const double with = std::max(snapshot_.sessions().frequency(item), 1U);
                scores[item] -=
                    score * std::log(static_cast<double>(snapshot_.sessions().size()) / with);
            }
        }
        std::vector<std::pair<double, store::ItemIndex>> ranked;
        for (const auto& [item, score] : scores) {
            ranked.emplace_back(-score, item);
        }
        std::sort(ranked.begin(), ranked.end());
        return ranked.size();
    }

    const store::Snapshot& snapshot_;
};

struct Times {
    std::vector<double> ours, plain;
};

std::string share(std::vector<double>& times, double share) {
    const auto place =
        times.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(times.size() - 1));
    std::nth_element(times.begin(), place, times.end());
    return bench::number(*place * 1e6, 1);
}

Times measure(const store::Snapshot& snapshot, Walk& walk, std::size_t length) {
    Times times;
    recommend::Scratch scratch;
    std::vector<recommend::Candidate> candidates;
    Plain plain(snapshot);
    for (int i = 0; i < 3000; ++i) {
        std::vector<std::string> events;
        for (const std::uint32_t item : walk.session(length)) {
            events.push_back(text_event(item, kNow - 60));
        }
        const std::vector<std::string_view> views(events.rbegin(), events.rend());
        visitor::Profile profile;
        profile.build(snapshot, views, {}, kNow);
        recommend::Query query;
        query.snapshot = &snapshot;
        query.visitor = &profile;
        query.now = kNow;
        query.wanted = 64;
        candidates.clear();
        const double begin = bench::cpu_seconds();
        recommend::rank_for_you(query, recommend::Known::left_out, scratch, candidates);
        const double between = bench::cpu_seconds();
        bench::keep(plain.predict(profile.session()));
        times.ours.push_back(between - begin);
        times.plain.push_back(bench::cpu_seconds() - between);
    }
    return times;
}

// Bytes of what the file has of sessions (times, offsets and items both ways round) and of items
// beside their texts and columns.
struct IndexSize {
    double per_session = 0, per_item = 0;
};

IndexSize index_size(const store::Snapshot& snapshot) {
    double entries = 0;
    double reverse = 0;
    double links = 0;
    for (std::uint32_t s = 0; s < snapshot.sessions().size(); ++s) {
        entries += static_cast<double>(snapshot.sessions().items_of(s).size());
    }
    for (store::ItemIndex i = 0; i < snapshot.item_count(); ++i) {
        reverse += static_cast<double>(snapshot.sessions_of(i).size());
        for (const auto kind : {store::NeighbourKind::next, store::NeighbourKind::similar,
                                store::NeighbourKind::cross_sell}) {
            links += static_cast<double>(snapshot.neighbours(kind, i).size());
        }
    }
    const auto sessions = static_cast<double>(snapshot.sessions().size());
    const auto items = static_cast<double>(snapshot.item_count());
    // Per item: offsets of three kinds of links and of sessions, the frequency, the time first seen,
    // the signals, the live fields.
    constexpr double kFixed = 3 * 4 + 4 + 4 + 8 + 12 + 32;
    return {8 + 4 * (entries + reverse) / sessions, kFixed + 4 * links / items};
}

}  // namespace

int main(int argc, char** argv) {
    bench::Report report(argc, argv, "recommend",
                         {"µs per prediction", "p50", "p90", "p99", "plain p50", "plain p90"});
    const auto& arguments = report.arguments();
    const bool large = std::find(arguments.begin(), arguments.end(), "--large") != arguments.end();
    const std::uint32_t items = large ? 1'000'000 : 100'000;
    const std::uint32_t sessions = large ? 5'000'000 : 1'000'000;
    const std::string path =
        std::filesystem::temp_directory_path() / ("bench-store." + std::to_string(::getpid()));
    Walk walk(items);
    const double begin = bench::cpu_seconds();
    if (const Status written = train(walk, items, sessions, path); !written.ok()) {
        std::cerr << written.message() << '\n';
        return 1;
    }
    const double trained = bench::cpu_seconds() - begin;
    const auto snapshot = store::Snapshot::open(path);
    std::filesystem::remove(path);
    if (!snapshot.ok()) {
        std::cerr << snapshot.message() << '\n';
        return 1;
    }
    double ratio = 0;
    for (const std::size_t length : {1U, 3U, 5U, 9U}) {
        Times times = measure(**snapshot, walk, length);
        report.row({std::to_string(length) + " events", share(times.ours, 0.5),
                    share(times.ours, 0.9), share(times.ours, 0.99), share(times.plain, 0.5),
                    share(times.plain, 0.9)});
        ratio = std::stod(share(times.plain, 0.9)) / std::stod(share(times.ours, 0.9));
    }
    const IndexSize size = index_size(**snapshot);
    std::printf(
        "%u sessions, %u items: index %.1f bytes a session (at most 50), %.1f bytes an item beside "
        "its text (at most 300); file %.0f MiB; trained in %.1f s CPU\n",
        sessions, items, size.per_session, size.per_item,
        static_cast<double>((*snapshot)->bytes()) / (1 << 20), trained);
    return report.finish("a prediction takes 1/" + bench::number(ratio, 1) +
                         " of plain VMIS-kNN's time (p90, 9 events)");
}
