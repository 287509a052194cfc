#include "cli/absent_items.hpp"

#include "cli/item_scan.hpp"
#include "store/builder.hpp"

namespace pz::cli {

namespace {

constexpr std::size_t kWindow = 500;  // items on their way at a time
constexpr std::string_view kGone = "out_of_stock";

// However the shop writes it.
bool out_of_stock(std::string_view id, std::string_view availability) {
    const auto live = store::read_live_fields(
        {.fields = {{"id", std::string(id)}, {"availability", std::string(availability)}}});
    return live.ok() && live->availability == store::Availability::out_of_stock;
}

}  // namespace

Status AbsentItems::find(RedisClient& client, const std::set<std::string, std::less<>>& in_feed) {
    std::set<std::string, std::less<>> staying;
    Status status = scan_items(client, keys_, [&](const std::vector<std::string>& ids) {
        std::vector<std::string> absent;
        for (const std::string& id : ids) {
            if (in_feed.contains(id)) {
                staying.insert(id);
            } else {
                absent.push_back(id);
            }
        }
        return add_unmarked(client, absent);
    });
    staying_ = staying.size();
    return status;
}

Status AbsentItems::add_unmarked(RedisClient& client, const std::vector<std::string>& ids) {
    for (const std::string& id : ids) {
        const std::string key = keys_.item(id);
        client.append(key, {"HGET", key, "availability"});
    }
    Status first_problem;  // all replies are read, whatever the first says
    for (const std::string& id : ids) {
        const auto reply = client.next();
        if (reply.ok() && !out_of_stock(id, text_of(**reply))) {
            ids_.insert(id);
        } else if (!reply.ok() && client.refusal() != "WRONGTYPE" && first_problem.ok()) {
            first_problem = reply.status();
        }
    }
    return first_problem;
}

Status AbsentItems::mark(RedisClient& client) const {
    std::vector<std::string> window;
    for (auto next = ids_.begin(); next != ids_.end();) {
        window.push_back(*next++);
        if (window.size() == kWindow || next == ids_.end()) {
            if (Status status = mark_some(client, window); !status.ok()) {
                return status;
            }
            window.clear();
        }
    }
    return {};
}

Status AbsentItems::mark_some(RedisClient& client, const std::vector<std::string>& ids) const {
    for (const std::string& id : ids) {
        const std::string key = keys_.item(id);
        client.append(key, {"HSET", key, "availability", kGone});
    }
    Status
        first_problem;  // all replies are read, and what is marked is named, whatever the first says
    std::vector<std::string> marked;
    for (const std::string& id : ids) {
        const auto reply = client.next();
        if (reply.ok()) {
            marked.push_back(id);
        } else if (first_problem.ok()) {
            first_problem = reply.status();
        }
    }
    const Status named = name_changed(client, keys_, marked);
    return first_problem.ok() ? named : first_problem;
}

}  // namespace pz::cli
