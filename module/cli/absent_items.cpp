#include "cli/absent_items.hpp"

#include "cli/item_scan.hpp"
#include "store/builder.hpp"

namespace pz::cli {

namespace {

constexpr std::size_t kWindow = 500;  // commands on their way at a time
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
        client.append({"HGET", keys_.item(id), "availability"});
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
    std::size_t waiting = 0;
    const auto wait_for_replies = [&] {
        Status first_problem;
        for (; waiting > 0; waiting--) {
            const auto reply = client.next();
            first_problem = reply.ok() || !first_problem.ok() ? first_problem : reply.status();
        }
        return first_problem;
    };
    for (const std::string& id : ids_) {
        client.append({"HSET", keys_.item(id), "availability", kGone});
        client.append({"XADD", keys_.catalog(), "MAXLEN", "~", kCatalogEntries, "*", "id", id});
        waiting += 2;
        if (waiting >= kWindow) {
            if (Status status = wait_for_replies(); !status.ok()) {
                return status;
            }
        }
    }
    return wait_for_replies();
}

}  // namespace pz::cli
