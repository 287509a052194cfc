#include "cli/learner.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "cli/command.hpp"
#include "cli/cost.hpp"
#include "cli/item_fields.hpp"
#include "cli/progress.hpp"
#include "cli/stop.hpp"
#include "cli/tune.hpp"
#include "learn/catalog.hpp"
#include "store/snapshot.hpp"

namespace pz::cli {

namespace {

constexpr const char* kCheckpoint = ".checkpoint";

}  // namespace

Learner::Learner(std::string path, const learn::TrainerOptions& options, bool tuned)
    : path_(std::move(path)), trainer_(options), staged_(path_), tuned_(tuned) {
    if (const auto existing = store::Snapshot::open(path_); existing.ok()) {
        generation_ = (*existing)->generation();
        // Without it, changes wait for the next generation.
        auto live = store::LiveWriter::open(path_);
        live_ = live.ok() ? std::move(*live) : nullptr;
    }
}

Learner::~Learner() {
    give_up_writing();
}

void Learner::give_up_writing() {
    if (child_) {
        child_.reset();
        staged_.discard();
        if (checkpoint_) {
            checkpoint_->discard();
        }
    }
}

void Learner::end() {
    const bool unsure = writing();  // whether its checkpoint is done
    give_up_writing();
    if (checkpoint_ && loaded_ && (unsure || event_count() > checkpoint_events_)) {
        save_checkpoint();
    }
}

Status Learner::read_catalog(const std::string& path) {
    const auto bytes = read_input(path);
    if (!bytes.ok()) {
        return bytes.status();
    }
    std::size_t refused = 0;
    const auto report = learn::read_feed(*bytes, [&](const store::ItemInput& item) {
        refused += trainer_.set_item(item).ok() ? 0 : 1;
    });
    if (!report.ok()) {
        return Status::error(path + ": " + report.message());
    }
    for (const auto& error : report->errors) {
        warn(std::string(path).append(": ").append(error));
    }
    if (refused + report->skipped > 0) {
        warn(path + ": " + std::to_string(refused + report->skipped) + " items skipped");
    }
    changed_ = changed_ || report->items > 0;
    return {};
}

void Learner::keep_checkpoints(std::chrono::milliseconds interval, bool anew) {
    const std::string path = path_ + kCheckpoint;
    checkpoint_.emplace(path);
    checkpoint_interval_ = interval;
    checkpoint_time_ = Clock::now() - interval;
    if (!anew && ::access(path.c_str(), F_OK) == 0) {
        resume(path);
    }
}

void Learner::resume(const std::string& path) {
    const Status status = trainer_.restore(path, &sources_);
    if (!status.ok()) {
        const std::string aside = path + ".unreadable";
        (void)std::rename(path.c_str(), aside.c_str());
        warn(status.message() + "; begins anew with the history and what the streams have; see " +
             aside);
        return;
    }
    checkpoint_events_ = event_count();
    std::fprintf(stderr, "%s: goes on from %llu events\n", path.c_str(),
                 static_cast<unsigned long long>(event_count()));
}

Status Learner::read_histories(const std::vector<std::string>& paths) {
    const Cost cost;
    const std::uint64_t before = event_count();
    for (const std::string& path : paths) {
        if (Status status = stop_requested() ? Status() : read_history(path); !status.ok()) {
            return status;
        }
    }
    if (event_count() > before) {
        std::fprintf(stderr, "history: %s\n", cost.describe(event_count() - before).c_str());
    }
    return {};
}

Status Learner::read_history(const std::string& path) {
    const auto file = learn::look_at_history(path);
    if (!file.ok()) {
        return file.status();
    }
    for (const learn::HistoryFile& known : sources_.histories) {
        if (*file == known) {
            std::fprintf(stderr, "%s: learned before\n", path.c_str());
            return {};
        }
        if (*file && learn::grown(path, **file, known)) {
            return Status::error(path +
                                 ": has grown since it was learned, and its beginning would count "
                                 "twice; put what is new into a file of its own, or begin anew "
                                 "with --anew");
        }
    }
    Progress progress(path);
    const auto report =
        learn::read_history(path, trainer_, [&](double share) { progress.update(share); });
    if (!report.ok()) {
        return report.status();
    }
    progress.update(1);
    for (const auto& error : report->errors) {
        warn(error);
    }
    if (report->skipped > 0) {
        warn(path + ": " + std::to_string(report->skipped) + " lines skipped");
    }
    if (*file) {
        sources_.histories.push_back(**file);
    }
    changed_ = changed_ || report->events > 0;
    return {};
}

Status Learner::set_item(std::string_view id, const store::ItemInput& item) {
    Status status = trainer_.set_item(item);
    if (status.ok()) {
        changed_ = true;
        note_restocked(id);
        update_live(id);
    }
    return status;
}

// The store in service says how it was before, also before this process began.
void Learner::note_restocked(std::string_view id) {
    const std::int64_t now = unix_now();
    const auto fresh = trainer_.live_fields(id, now);
    if (live_ == nullptr || !fresh) {
        return;
    }
    const store::LiveFields before = live_->read(id);
    const bool back = !before.available() && fresh->available();
    trainer_.set_restocked(id, back ? static_cast<std::uint32_t>(now) : before.restocked);
}

void Learner::remove_item(std::string_view id) {
    changed_ = true;
    trainer_.remove_item(id);
    if (loaded_) {
        update_live(id);
    }
}

store::LiveFields Learner::live_fields(std::string_view id) const {
    auto live = trainer_.live_fields(id, unix_now());
    if (!live) {
        live.emplace().availability = store::Availability::out_of_stock;
    }
    if (!loaded_ && live_ != nullptr) {
        live->popularity = live_->read(id).popularity;
    }
    return *live;
}

void Learner::update_live(std::string_view id) {
    if (child_) {
        updated_.emplace(id);
    }
    end_hand_over();
    for (store::LiveWriter* writer : {live_.get(), before_.get()}) {
        if (writer != nullptr) {
            // Not in this generation: the next one will have it.
            (void)writer->update(id, live_fields(id));
        }
    }
}

void Learner::end_hand_over() {
    if (before_ != nullptr && Clock::now() - taken_over_ >= kHandOver) {
        before_.reset();
    }
}

void Learner::add(std::string_view visitor, const visitor::Event& event) {
    trainer_.add(visitor, event);
    sources_.strangers += visitor.empty() ? 1 : 0;
    changed_ = true;
    if (!event.item.empty()) {
        touched_.insert(event.item);
    }
}

void Learner::refresh_popularity() {
    for (const std::string& id : touched_) {
        update_live(id);
    }
    touched_.clear();
    end_hand_over();
}

Status Learner::check_catalog() {
    if (item_count() == 0) {
        return Status::error(
            "no items: name a feed with --catalog, or write them into Redis with personalize "
            "import");
    }
    auto left_out = trainer_.columns_left_out();
    if (left_out != left_out_ && !left_out.empty()) {
        std::string names;
        for (const std::string& name : left_out) {
            names.append(names.empty() ? "" : ", ").append(name);
        }
        warn("the catalog has more than " + std::to_string(store::kMaxFields) +
             " columns; the store leaves out those of the fewest items: " + names);
    }
    left_out_ = std::move(left_out);
    return {};
}

// What cannot be tuned goes into service as it was, or with what suits most shops.
void Learner::tune_trainer() {
    std::string said;
    const Status status = tune(trainer_, &said);
    if (!status.ok()) {
        warn("not tuned: " + status.message());
    } else {
        std::fprintf(stderr, "%s\n", said.c_str());
    }
}

std::string Learner::describe() const {
    const std::string strangers = stranger_count() == 0 ? ""
                                                        : ", " + std::to_string(stranger_count()) +
                                                              " of them without a visitor";
    const std::uint64_t refused = trainer_.refused_count();
    const std::string undated =
        refused == 0 ? ""
                     : ", " + std::to_string(refused) +
                           " of them not learned: their time is no unix seconds of the past";
    return "generation " + std::to_string(generation_ + 1) + ": " + std::to_string(item_count()) +
           " items, " + std::to_string(event_count()) + " events" + strangers + undated;
}

Status Learner::take_over() {
    auto fresh = store::LiveWriter::open(staged_.name());
    if (!fresh.ok()) {
        return fresh.status();
    }
    for (const std::string& id : updated_) {
        (void)(*fresh)->update(id, live_fields(id));  // false: the next one will have it
    }
    Status status = staged_.publish();
    if (status.ok()) {
        generation_++;
        before_ = std::exchange(live_, std::move(*fresh));
        taken_over_ = Clock::now();
        summary_ = staged_summary_;
    }
    return status;
}

// A checkpoint that cannot be written keeps no generation from the shop.
Status Learner::write_files(const Work& work) {
    if (const auto before = store::Snapshot::open(path_); before.ok()) {
        trainer_.continue_from(**before);
    }
    if (work.tune) {
        tune_trainer();
    }
    Status status = trainer_.write(staged_, generation_ + 1, unix_now());
    if (status.ok() && work.checkpoint) {
        save_checkpoint();
    }
    return status;
}

void Learner::save_checkpoint() {
    const Status status = trainer_.save(*checkpoint_, sources_, unix_now());
    if (!status.ok()) {
        warn(status.message() + "; the last checkpoint stays, the next is tried when it is due");
    }
}

bool Learner::checkpoint_due() const {
    return checkpoint_ && (Clock::now() - checkpoint_time_ >= checkpoint_interval_ ||
                           event_count() - checkpoint_events_ >= kCheckpointEvents);
}

Learner::Work Learner::begin_work(bool checkpoint) const {
    return {tuned_ && tuning_.due(Clock::now(), event_count()), checkpoint, Clock::now(),
            event_count(), checkpoint_file()};
}

// One that was kept is another file.
void Learner::done(const Work& work) {
    if (work.tune) {
        tuning_.done(work.begun, work.events);
    }
    if (work.checkpoint) {
        checkpoint_time_ = work.begun;
        checkpoint_events_ = checkpoint_file() != work.kept_in ? work.events : checkpoint_events_;
    }
}

// 0: there is none.
std::uint64_t Learner::checkpoint_file() const {
    struct stat info {};
    return checkpoint_ && ::stat((path_ + kCheckpoint).c_str(), &info) == 0 ? info.st_ino : 0;
}

Status Learner::write() {
    if (Status status = check_catalog(); !status.ok()) {
        return status;
    }
    staged_summary_ = describe();
    updated_.clear();
    const Work work = begin_work(checkpoint_.has_value());
    Status status = write_files(work);
    if (status.ok()) {
        done(work);
        status = take_over();
    }
    changed_ = changed_ && !status.ok();
    return status;
}

Status Learner::begin_write() {
    if (Status status = check_catalog(); !status.ok()) {
        return status;
    }
    const Work work = begin_work(checkpoint_due());
    auto child = Child::start([&] { return write_files(work); });
    if (!child.ok()) {
        warn(child.message() + "; this process writes the generation itself, updates wait");
        return write();
    }
    child_.emplace(std::move(*child));
    work_ = work;
    staged_summary_ = describe();
    updated_.clear();
    changed_ = false;
    return {};
}

std::optional<Status> Learner::end_write() {
    auto result = child_ ? child_->result() : std::nullopt;
    if (!result) {
        return {};
    }
    child_.reset();
    if (result->ok()) {
        done(work_);
    }
    const Status status = result->ok() ? take_over() : *result;
    if (!status.ok()) {
        staged_.discard();
        changed_ = true;
    }
    return status;
}

}  // namespace pz::cli
