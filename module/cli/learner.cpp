#include "cli/learner.hpp"

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

std::string_view id_of(const store::ItemInput& item) {
    const auto found = std::find_if(item.fields.begin(), item.fields.end(),
                                    [](const auto& field) { return field.first == "id"; });
    return found == item.fields.end() ? std::string_view() : found->second;
}

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
        if (const Status status = save_checkpoint(); !status.ok()) {
            warn(status.message());
        }
    }
}

Status Learner::read_catalog(const std::string& path) {
    const auto bytes = read_input(path);
    if (!bytes.ok()) {
        return bytes.status();
    }
    std::size_t refused = 0;
    const auto report = learn::read_feed(*bytes, [&](const store::ItemInput& item) {
        refused += take(id_of(item), item).ok() ? 0 : 1;
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
    return {};
}

void Learner::keep_checkpoints(std::chrono::milliseconds interval, bool anew) {
    const std::string path = path_ + ".checkpoint";
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

Status Learner::read_histories(const std::vector<std::string>& paths,
                               const std::function<void()>& meanwhile) {
    const Cost cost;
    const std::uint64_t before = event_count();
    for (const std::string& path : paths) {
        if (Status status = stop_requested() ? Status() : read_history(path, meanwhile);
            !status.ok()) {
            return status;
        }
    }
    if (event_count() > before) {
        std::fprintf(stderr, "history: %s\n", cost.describe(event_count() - before).c_str());
    }
    return {};
}

Status Learner::read_history(const std::string& path, const std::function<void()>& meanwhile) {
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
    const auto report = learn::read_history(path, trainer_, [&](double share) {
        progress.update(share);
        if (meanwhile) {
            meanwhile();
        }
    });
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
    Status status = take(id, item);
    if (status.ok()) {
        update_live(id);
    }
    return status;
}

// For the next generation.
Status Learner::take(std::string_view id, const store::ItemInput& item) {
    Status status = trainer_.set_item(item);
    if (status.ok()) {
        changed_ = true;
        note_restocked(id);
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
    const auto live = live_fields(id);
    for (const auto& each : {live_.get(), before_.get()}) {
        if (each != nullptr) {
            (void)each->update(id, live);  // not in this generation: the next one will have it
        }
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
    if (before_ != nullptr && Clock::now() - taken_over_ >= kLongestSwap) {
        before_.reset();
    }
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
    const std::string refused = refused_count() == 0 ? ""
                                                     : ", " + std::to_string(refused_count()) +
                                                           " of them refused for their time";
    return "generation " + std::to_string(generation_ + 1) + ": " + std::to_string(item_count()) +
           " items, " + std::to_string(event_count()) + " events" + strangers + refused;
}

// Opening it reads it all: what the disk made of it is checked before any worker sees it.
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
        // Workers serve from it until they have looked and opened the new one.
        before_ = std::move(live_);
        taken_over_ = Clock::now();
        live_ = std::move(*fresh);
        summary_ = staged_summary_;
    }
    return status;
}

// A checkpoint that cannot be written keeps no generation from the shop: the text says why.
Result<std::string> Learner::write_files(const Work& work) {
    if (const auto before = store::Snapshot::open(path_); before.ok()) {
        trainer_.continue_from(**before);
    }
    if (work.tune) {
        tune_trainer();
    }
    const Status status = trainer_.write(staged_, generation_ + 1, unix_now());
    if (!status.ok()) {
        return status;
    }
    return work.checkpoint ? save_checkpoint().message() : std::string();
}

Status Learner::save_checkpoint() {
    const Status status = trainer_.save(*checkpoint_, sources_, unix_now());
    return status.ok() ? status : Status::error(status.message() + "; the last checkpoint stays");
}

bool Learner::checkpoint_due() const {
    return checkpoint_ && (Clock::now() - checkpoint_time_ >= checkpoint_interval_ ||
                           event_count() - checkpoint_events_ >= kCheckpointEvents);
}

Learner::Work Learner::begin(bool checkpoint) {
    staged_summary_ = describe();
    updated_.clear();
    const auto now = Clock::now();
    return {tuned_ && tuning_.due(now, event_count()), checkpoint, now, event_count()};
}

// What was not done is due again.
Status Learner::ended(const Work& work, const Result<std::string>& done) {
    if (work.tune) {
        tuning_.ended(work.begun, work.events, done.ok());
    }
    if (done.ok() && !done->empty()) {
        warn(*done + "; the next is tried with the next generation");
    } else if (done.ok() && work.checkpoint) {
        checkpoint_time_ = work.begun;
        checkpoint_events_ = work.events;
    }
    Status status = done.ok() ? take_over() : done.status();
    if (!status.ok()) {
        staged_.discard();
    }
    return status;
}

Status Learner::write() {
    if (Status status = check_catalog(); !status.ok()) {
        return status;
    }
    const Work work = begin(checkpoint_.has_value());
    Status status = ended(work, write_files(work));
    changed_ = changed_ && !status.ok();
    return status;
}

Status Learner::begin_write() {
    if (Status status = check_catalog(); !status.ok()) {
        return status;
    }
    work_ = begin(checkpoint_due());
    auto child = Child::start([this] { return write_files(work_); });
    if (!child.ok()) {
        warn(child.message() + "; this process writes the generation itself, updates wait");
        return write();
    }
    child_.emplace(std::move(*child));
    changed_ = false;
    return {};
}

std::optional<Status> Learner::end_write() {
    auto result = child_ ? child_->result() : std::nullopt;
    if (!result) {
        return {};
    }
    child_.reset();
    const Status status = ended(work_, *result);
    changed_ = changed_ || !status.ok();
    return status;
}

}  // namespace pz::cli
