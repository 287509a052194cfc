// Learner: one trainer and the store file that it writes. Used offline and by the daemon alike.
//
// Beside the store it keeps a checkpoint, if asked to: what was learned, and from where on there is
// more. The store in service may be newer or older than it; it is made again from the checkpoint
// and what came since, so that nothing counts twice and nothing that streams have trimmed meanwhile
// is lost.
// Thread rules: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/child.hpp"
#include "cli/tune_schedule.hpp"
#include "learn/trainer.hpp"
#include "store/builder.hpp"

namespace pz::cli {

class Learner {
  public:
    // `path`: of the store. A generation that stands there is updated in place until the first one
    // is written, whose number follows. With `tuned`, generations are preceded by tune() when it is
    // due (tune_schedule.hpp). What was found stands in the store and is handed on from one to the
    // next.
    explicit Learner(std::string path, const learn::TrainerOptions& options = {},
                     bool tuned = true);
    ~Learner();  // gives up a generation that is being written; see end()
    Learner(const Learner&) = delete;
    Learner& operator=(const Learner&) = delete;

    // Checkpoints go to path + ".checkpoint" from now on, with generations, at most every `interval`
    // or kCheckpointEvents. Goes on with the one that is there, unless `anew`; one that cannot be
    // read is put aside and told of.
    void keep_checkpoints(std::chrono::milliseconds interval, bool anew);

    // Files, with progress and what could not be read on stderr.
    Status read_catalog(const std::string& path);
    // Files learned before, as the checkpoint says, are passed over; one that has grown since is an
    // error. Ends between two of them when the program is asked to. Says what learning them took.
    // `meanwhile` (may be empty) is called now and then.
    Status read_histories(const std::vector<std::string>& paths,
                          const std::function<void()>& meanwhile = {});

    // New or changed: known to the next generation, its live fields at once. An item that cannot be
    // read keeps what was known of it; the error says why.
    Status set_item(std::string_view id, const store::ItemInput& item);
    // No longer in the catalog; unavailable at once, or before all_loaded() with the next
    // generation: a Redis that lost its items while they were loaded empties no store in service.
    void remove_item(std::string_view id);
    // An empty visitor is nobody that is known: popularity only.
    void add(std::string_view visitor, const visitor::Event& event);
    // What is known of the visitor and not yet learned is given up; checkpoints leave it out.
    void forget(std::string_view visitor) { trainer_.forget(visitor); }
    // All events of the past are known: until then the store in service keeps its popularities.
    void all_loaded() { loaded_ = true; }
    // Writes the popularity of items with events since the last call into the live fields.
    void refresh_popularity();

    std::size_t item_count() const { return trainer_.item_count(); }
    std::uint64_t event_count() const { return trainer_.event_count(); }
    std::uint64_t stranger_count() const { return sources_.strangers; }  // events of no visitor
    // Events that teach nothing for their time, since this process began.
    std::uint64_t refused_count() const { return trainer_.refused_count(); }
    // How far was read what was learned: the reader's to keep up to date.
    learn::Sources& sources() { return sources_; }
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

    // Gives up a generation that is being written, and keeps a checkpoint of all that was learned
    // since the last. What cannot be kept is told of.
    void end();

    // Of the last generation: "generation 7: 3755 items, 441281 events"
    const std::string& summary() const { return summary_; }

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::uint64_t kCheckpointEvents = 100'000;
    // How long after a swap any worker may still serve from the store before.
    static constexpr std::chrono::seconds kLongestSwap{60};

    void resume(const std::string& path);
    Status read_history(const std::string& path, const std::function<void()>& meanwhile);
    Status check_catalog();
    // What belongs to a generation beside itself, as is due.
    struct Work {
        bool tune = false, checkpoint = false;
        Clock::time_point begun;
        std::uint64_t events = 0;  // known then
    };
    Work begin(bool checkpoint);
    Status ended(const Work& work, const Result<std::string>& done);
    // The next generation, staged, and what goes with it: may be done in another process. The text
    // says what could not be done beside the generation.
    Result<std::string> write_files(const Work& work);
    void tune_trainer();
    bool checkpoint_due() const;
    Status save_checkpoint();
    Status take(std::string_view id, const store::ItemInput& item);
    void note_restocked(std::string_view id);
    void give_up_writing();
    // The staged file goes into service, with the updates that the store in service got meanwhile.
    Status take_over();
    std::string describe() const;
    store::LiveFields live_fields(std::string_view id) const;
    void update_live(std::string_view id);

    std::string path_;
    learn::Trainer trainer_;
    std::uint64_t generation_ = 0;  // in service
    std::unique_ptr<store::LiveWriter> live_;
    std::unique_ptr<store::LiveWriter> before_;  // of the generation before, for kLongestSwap
    Clock::time_point taken_over_;
    std::set<std::string, std::less<>> touched_;
    std::vector<std::string> left_out_;  // columns, as last said
    std::string summary_;

    learn::Sources sources_;
    std::optional<store::StagedFile> checkpoint_;  // none is kept
    std::chrono::milliseconds checkpoint_interval_{0};
    Clock::time_point checkpoint_time_;    // of the last
    std::uint64_t checkpoint_events_ = 0;  // in the last

    // The next generation.
    store::StagedFile staged_;
    std::optional<Child> child_;  // writes it
    Work work_;                   // of the child
    std::string staged_summary_;
    std::set<std::string, std::less<>> updated_;  // items, since it was begun
    bool changed_ = false;
    bool loaded_ = false;

    bool tuned_;
    TuneSchedule tuning_;
};

}  // namespace pz::cli
