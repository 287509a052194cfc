// Learner: one trainer and the store file that it writes. Used offline and by the daemon alike.
// Thread rules: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/child.hpp"
#include "learn/trainer.hpp"
#include "store/builder.hpp"

namespace pz::cli {

class Learner {
  public:
    // `path`: of the store. A generation that stands there is updated in place until the first one
    // is written, whose number follows.
    explicit Learner(std::string path, const learn::TrainerOptions& options = {});
    ~Learner();  // gives up a generation that is being written
    Learner(const Learner&) = delete;
    Learner& operator=(const Learner&) = delete;

    // Files, with progress and what could not be read on stderr.
    Status read_catalog(const std::string& path);
    Status read_history(const std::string& path);

    // New or changed: known to the next generation, its live fields at once. An item that cannot be
    // read keeps what was known of it; the error says why.
    Status set_item(std::string_view id, const store::ItemInput& item);
    // No longer in the catalog; unavailable at once, or before all_loaded() with the next
    // generation: a Redis that lost its items while they were loaded empties no store in service.
    void remove_item(std::string_view id);
    // An empty visitor is nobody that is known: popularity only.
    void add(std::string_view visitor, const visitor::Event& event);
    // All events of the past are known: until then the store in service keeps its popularities.
    void all_loaded() { loaded_ = true; }
    // Writes the popularity of items with events since the last call into the live fields.
    void refresh_popularity();

    std::size_t item_count() const { return trainer_.item_count(); }
    std::uint64_t event_count() const { return trainer_.event_count(); }
    std::uint64_t stranger_count() const { return strangers_; }  // events of no visitor
    // Something was learned since the last generation was begun.
    bool changed() const { return changed_; }

    // Writes a generation and puts it into service. Fails without items: an empty store would be
    // worse than an old one.
    Status write();
    // The same in a process of its own, while this one goes on and updates the store in service;
    // the new one gets all these updates before it goes into service. Without room for a process:
    // write().
    Status begin_write();
    bool writing() const { return child_.has_value(); }
    // Nothing while it is being written; then that the generation is in service, or why not.
    std::optional<Status> end_write();

    // Of the last generation: "generation 7: 3755 items, 441281 events"
    const std::string& summary() const { return summary_; }

  private:
    Status check_catalog();
    void note_restocked(std::string_view id);
    Status write_generation();
    // The staged file goes into service, with the updates that the store in service got meanwhile.
    Status take_over();
    std::string describe() const;
    store::LiveFields live_fields(std::string_view id) const;
    void update_live(std::string_view id);

    std::string path_;
    learn::Trainer trainer_;
    std::uint64_t generation_ = 0;  // in service
    std::unique_ptr<store::LiveWriter> live_;
    std::set<std::string, std::less<>> touched_;
    std::vector<std::string> left_out_;  // columns, as last said
    std::string summary_;

    // The next generation.
    store::StagedFile staged_;
    std::optional<Child> child_;  // writes it
    std::string staged_summary_;
    std::set<std::string, std::less<>> updated_;  // items, since it was begun
    std::uint64_t strangers_ = 0;
    bool changed_ = false;
    bool loaded_ = false;
};

}  // namespace pz::cli
