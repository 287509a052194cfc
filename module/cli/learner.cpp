#include "cli/learner.hpp"

#include <utility>

#include "cli/command.hpp"
#include "cli/item_fields.hpp"
#include "cli/progress.hpp"
#include "learn/catalog.hpp"
#include "store/snapshot.hpp"

namespace pz::cli {

Learner::Learner(std::string path, const learn::TrainerOptions& options)
    : path_(std::move(path)), trainer_(options), staged_(path_) {
    if (const auto existing = store::Snapshot::open(path_); existing.ok()) {
        generation_ = (*existing)->generation();
        // Without it, changes wait for the next generation.
        auto live = store::LiveWriter::open(path_);
        live_ = live.ok() ? std::move(*live) : nullptr;
    }
}

Learner::~Learner() {
    if (child_) {
        child_.reset();
        staged_.discard();
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

Status Learner::read_history(const std::string& path) {
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
    if (live_ != nullptr) {
        // Not in this generation: the next one will have it.
        (void)live_->update(id, live_fields(id));
    }
}

void Learner::add(std::string_view visitor, const visitor::Event& event) {
    trainer_.add(visitor, event);
    strangers_ += visitor.empty() ? 1 : 0;
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

std::string Learner::describe() const {
    const std::string strangers =
        strangers_ == 0 ? "" : ", " + std::to_string(strangers_) + " of them without a visitor";
    return "generation " + std::to_string(generation_ + 1) + ": " + std::to_string(item_count()) +
           " items, " + std::to_string(event_count()) + " events" + strangers;
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
        live_ = std::move(*fresh);
        summary_ = staged_summary_;
    }
    return status;
}

// Segments go on from those in service.
Status Learner::write_generation() {
    if (const auto before = store::Snapshot::open(path_); before.ok()) {
        trainer_.continue_segments(**before);
    }
    return trainer_.write(staged_, generation_ + 1, unix_now());
}

Status Learner::write() {
    if (Status status = check_catalog(); !status.ok()) {
        return status;
    }
    staged_summary_ = describe();
    updated_.clear();
    Status status = write_generation();
    status = status.ok() ? take_over() : status;
    changed_ = changed_ && !status.ok();
    return status;
}

Status Learner::begin_write() {
    if (Status status = check_catalog(); !status.ok()) {
        return status;
    }
    auto child = Child::start([&] { return write_generation(); });
    if (!child.ok()) {
        warn(child.message() + "; this process writes the generation itself, updates wait");
        return write();
    }
    child_.emplace(std::move(*child));
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
    const Status status = result->ok() ? take_over() : *result;
    if (!status.ok()) {
        staged_.discard();
        changed_ = true;
    }
    return status;
}

}  // namespace pz::cli
