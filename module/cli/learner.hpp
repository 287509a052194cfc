// Learner: one trainer and the store file that it writes. Used offline and by the daemon alike.
// Thread rules: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "learn/trainer.hpp"
#include "store/builder.hpp"

namespace pz::cli {

class Learner {
  public:
    // `path`: of the store. A generation that stands there is updated in place until the first one
    // is written, whose number follows.
    explicit Learner(std::string path);

    // Files, with progress and what could not be read on stderr.
    Status read_catalog(const std::string& path);
    Status read_history(const std::string& path);

    // New or changed: known to the next generation, its live fields at once. An item that cannot be
    // read keeps what was known of it; the error says why.
    Status set_item(std::string_view id, const store::ItemInput& item);
    // No longer in the catalog; unavailable at once.
    void remove_item(std::string_view id);
    void add(std::string_view visitor, const visitor::Event& event);
    // Writes the popularity of items with events since the last call into the live fields.
    void refresh_popularity();

    std::size_t item_count() const { return trainer_.item_count(); }
    std::uint64_t event_count() const { return trainer_.event_count(); }
    // Something was learned since the last generation.
    bool changed() const { return changed_; }
    // Fails without items: an empty store would be worse than an old one.
    Status write();
    // "generation 7: 3755 items, 441281 events"
    std::string summary() const;

  private:
    void update_live(std::string_view id, const store::LiveFields& live);
    void open_live();

    std::string path_;
    learn::Trainer trainer_;
    std::uint64_t generation_ = 0;  // in service
    std::unique_ptr<store::LiveWriter> live_;
    std::set<std::string, std::less<>> touched_;
    bool changed_ = false;
};

}  // namespace pz::cli
