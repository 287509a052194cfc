// A trainer, and the store that it writes.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "learn/trainer.hpp"
#include "store/snapshot.hpp"
#include "unit/learn/folder.hpp"

namespace pz::test {

using store::ListKind;
using store::NeighbourKind;

inline constexpr std::int64_t kNow = 1763660000;
inline constexpr std::int64_t kDay = 86400;

inline bool nearly(double a, double b) {
    return std::abs(a - b) < 1e-4 * std::max(1.0, std::abs(b));
}

struct School : Folder {
    std::optional<learn::Trainer> in_school{std::in_place};
    learn::Trainer& trainer = *in_school;
    std::unique_ptr<const store::Snapshot> snapshot;

    void item(const std::string& id, std::vector<std::pair<std::string, std::string>> fields = {}) {
        fields.insert(fields.begin(), {"id", id});
        const Status status = trainer.set_item({.fields = fields});
        BOOST_REQUIRE_MESSAGE(status.ok(), status.message());
    }
    void items(const std::string& ids) {
        for (const char id : ids) {
            item(std::string(1, id));
        }
    }
    void start_again(const learn::TrainerOptions& options) { in_school.emplace(options); }
    // `ago`: seconds before kNow.
    void event(const std::string& visitor, const std::string& name, const std::string& id,
               std::int64_t ago, const std::string& parameters = "") {
        const auto parsed =
            visitor::parse_event(name + " " + id + " " + std::to_string(kNow - ago) + parameters);
        BOOST_REQUIRE_MESSAGE(parsed.ok(), parsed.message());
        trainer.add(visitor, *parsed);
    }
    // All items of a string, at one time.
    void events(const std::string& visitor, const std::string& name, const std::string& ids,
                std::int64_t ago) {
        for (const char id : ids) {
            event(visitor, name, std::string(1, id), ago);
        }
    }
    void write() {
        const Status status = trainer.write(path("store"), 7, kNow);
        BOOST_REQUIRE_MESSAGE(status.ok(), status.message());
        auto opened = store::Snapshot::open(path("store"));
        BOOST_REQUIRE_MESSAGE(opened.ok(), opened.message());
        snapshot = std::move(*opened);
    }
    template <class List>
    std::string ids(const List& list) const {
        std::string result;
        for (const store::ScoredItem scored : list) {
            result += snapshot->id(scored.item);
        }
        return result;
    }
    std::string ranked(ListKind kind, const std::string& key = "") const {
        const store::ValueId value = snapshot->find_value(key);
        return key.empty() || value != store::kNoValue ? ids(snapshot->ranked(kind, value)) : "-";
    }
    store::Neighbours neighbours(NeighbourKind kind, const std::string& id) const {
        return snapshot->neighbours(kind, snapshot->find(id));
    }
    std::string session(std::uint32_t number) const {
        std::string result;
        for (const store::ItemIndex item : snapshot->sessions().items_of(number)) {
            result += snapshot->id(item);
        }
        return result;
    }
};

}  // namespace pz::test
