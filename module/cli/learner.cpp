#include "cli/learner.hpp"

#include <utility>

#include "cli/command.hpp"
#include "cli/item_fields.hpp"
#include "cli/progress.hpp"
#include "learn/catalog.hpp"
#include "store/snapshot.hpp"

namespace pz::cli {

Learner::Learner(std::string path) : path_(std::move(path)) {
    const auto existing = store::Snapshot::open(path_);
    if (existing.ok()) {
        generation_ = (*existing)->generation();
        open_live();
    }
}

// Without one, changes wait for the next generation.
void Learner::open_live() {
    auto opened = store::LiveWriter::open(path_);
    live_ = opened.ok() ? std::move(*opened) : nullptr;
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
        if (auto live = store::read_live_fields(item)) {
            live->popularity = trainer_.popularity(id, unix_now());
            update_live(id, *live);
        }
    }
    return status;
}

void Learner::remove_item(std::string_view id) {
    changed_ = true;
    trainer_.remove_item(id);
    store::LiveFields gone;
    gone.availability = store::Availability::out_of_stock;
    update_live(id, gone);
}

void Learner::update_live(std::string_view id, const store::LiveFields& live) {
    if (live_ != nullptr) {
        // Not in this generation: the next one will have it.
        (void)live_->update(id, live);
    }
}

void Learner::add(std::string_view visitor, const visitor::Event& event) {
    trainer_.add(visitor, event);
    changed_ = true;
    if (!event.item.empty()) {
        touched_.insert(event.item);
    }
}

void Learner::refresh_popularity() {
    const std::int64_t now = unix_now();
    for (const std::string& id : touched_) {
        if (live_ == nullptr) {
            break;
        }
        store::LiveFields live = live_->read(id);
        live.popularity = trainer_.popularity(id, now);
        (void)live_->update(id, live);  // false: not in this generation
    }
    touched_.clear();
}

Status Learner::write() {
    if (item_count() == 0) {
        return Status::error(
            "no items: name a feed with --catalog, or write them into Redis with personalize "
            "import");
    }
    Status status = trainer_.write(path_, generation_ + 1, unix_now());
    if (status.ok()) {
        generation_++;
        changed_ = false;
        touched_.clear();
        open_live();
    }
    return status;
}

std::string Learner::summary() const {
    return "generation " + std::to_string(generation_) + ": " + std::to_string(item_count()) +
           " items, " + std::to_string(event_count()) + " events";
}

}  // namespace pz::cli
