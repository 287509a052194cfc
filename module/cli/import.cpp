// personalize import: a product feed -> Redis.
#include <cstdio>
#include <set>

#include "cli/absent_items.hpp"
#include "cli/command.hpp"
#include "cli/item_scan.hpp"
#include "cli/progress.hpp"
#include "cli/redis_client.hpp"
#include "learn/catalog.hpp"

namespace pz::cli {

namespace {

constexpr std::size_t kWindow = 500;  // items on their way to Redis at a time

struct ImportOptions {
    std::string feed;
    bool complete = false;
    bool force = false;
    RedisOptions redis;
};

class Importer {
  public:
    Importer(RedisClient& client, redis::Keys keys) : client_(client), keys_(std::move(keys)) {}

    // The first of two looks at the feed: which columns it has.
    void note(const store::ItemInput& item);
    void send(const store::ItemInput& item);
    Status flush();
    const Status& status() const { return status_; }
    const std::set<std::string, std::less<>>& ids() const { return ids_; }
    bool has_column(std::string_view name) const { return columns_.contains(name); }

  private:
    // A column that another item has but this one has not was emptied there: the sale is over. The
    // sale may also have been the last one.
    std::set<std::string, std::less<>> columns_ = {"sale_price"};
    std::set<std::string, std::less<>> ids_;
    RedisClient& client_;
    redis::Keys keys_;
    std::size_t total_ = 0, sent_ = 0;
    std::vector<std::string> changed_;  // on their way
    std::size_t replies_ = 0;
    Status status_;
    Progress progress_{"import"};
};

void Importer::note(const store::ItemInput& item) {
    total_++;
    for (const auto& [name, text] : item.fields) {
        columns_.insert(name);
        if (name == "id") {
            ids_.insert(text);
        }
    }
}

void Importer::send(const store::ItemInput& item) {
    if (!status_.ok()) {
        return;
    }
    std::string_view id;
    std::set<std::string_view, std::less<>> absent(columns_.begin(), columns_.end());
    std::vector<std::string_view> values;
    for (const auto& [name, text] : item.fields) {
        id = name == "id" ? std::string_view(text) : id;
        values.insert(values.end(), {name, text});
        absent.erase(name);
    }
    const std::string key = keys_.item(id);
    values.insert(values.begin(), {"HSET", key});
    client_.append(key, values);
    replies_++;
    if (!absent.empty()) {
        std::vector<std::string_view> emptied = {"HDEL", key};
        emptied.insert(emptied.end(), absent.begin(), absent.end());
        client_.append(key, emptied);
        replies_++;
    }
    changed_.emplace_back(id);
    if (changed_.size() == kWindow) {
        status_ = flush();
    }
}

Status Importer::flush() {
    Status first_problem;  // all replies are read, and all items named: one too many does no harm
    for (; replies_ > 0; replies_--) {
        const auto reply = client_.next();
        first_problem = reply.ok() || !first_problem.ok() ? first_problem : reply.status();
    }
    const Status named = name_changed(client_, keys_, changed_);
    if (!first_problem.ok() || !named.ok()) {
        return first_problem.ok() ? named : first_problem;
    }
    sent_ += changed_.size();
    changed_.clear();
    progress_.update(total_ > 0 ? static_cast<double>(sent_) / static_cast<double>(total_) : 1);
    return {};
}

// Reads the feed twice: what it says of one item depends on what it says of others.
Result<learn::FeedReport> send_feed(const std::string& bytes, const ImportOptions& options,
                                    Importer& importer, AbsentItems& absent, RedisClient& client) {
    auto report =
        learn::read_feed(bytes, [&](const store::ItemInput& item) { importer.note(item); });
    if (!report.ok()) {
        return Status::error(options.feed + ": " + report.message());
    }
    if (options.complete) {
        if (!importer.has_column("availability")) {
            return Status::error(options.feed +
                                 ": --complete needs the column availability, without which an "
                                 "item that comes back would stay out of stock");
        }
        if (Status status = absent.find(client, importer.ids()); !status.ok()) {
            return status;
        }
    }
    report = learn::read_feed(bytes, [&](const store::ItemInput& item) { importer.send(item); });
    const Status status = importer.status().ok() ? importer.flush() : importer.status();
    return status.ok() ? std::move(report) : Result<learn::FeedReport>(status);
}

// A feed that may not be whole marks nothing, unless forced to.
Status mark_absent(const ImportOptions& options, const learn::FeedReport& report,
                   const AbsentItems& absent, RedisClient& client) {
    const std::string otherwise =
        "; no item was marked out of stock. If the feed is right, say --force";
    if (report.skipped > 0 && !options.force) {
        return Status::error(std::to_string(report.skipped) + " items of the feed cannot be read" +
                             otherwise);
    }
    if (absent.too_many() && !options.force) {
        return Status::error("the feed lacks " + std::to_string(absent.size()) + " of " +
                             std::to_string(absent.known()) + " items" + otherwise);
    }
    Status status = absent.mark(client);
    if (status.ok()) {
        std::printf("%zu items that the feed lacks marked out of stock\n", absent.size());
    }
    return status;
}

int run_import(const ImportOptions& options) {
    const auto bytes = read_input(options.feed);
    if (!bytes.ok()) {
        return fail(bytes.status());
    }
    auto client = RedisClient::connect(options.redis.access);
    if (!client.ok()) {
        return fail(client.status());
    }
    Importer importer(*client, options.redis.keys);
    AbsentItems absent(options.redis.keys);
    const auto report = send_feed(*bytes, options, importer, absent, *client);
    if (!report.ok()) {
        return fail(report.status());
    }
    for (const auto& error : report->errors) {
        warn(options.feed + ": " + error);
    }
    std::printf("%zu items imported, %zu skipped\n", report->items, report->skipped);
    if (report->items == 0) {
        return fail("the feed has no item that can be read");
    }
    const Status marked =
        options.complete ? mark_absent(options, *report, absent, *client) : Status();
    return marked.ok() ? kDone : fail(marked);
}

}  // namespace

void add_import(CLI::App& app, Run& run) {
    CLI::App* command =
        app.add_subcommand("import", "Write a product feed (TSV or RSS/Atom XML) into Redis");
    auto options = std::make_shared<ImportOptions>();
    command->add_option("feed", options->feed, "The feed, plain or .gz; - is standard input")
        ->required()
        ->type_name("FEED");
    auto* complete =
        command->add_flag("--complete", options->complete,
                          "The feed is the whole catalog: mark what it lacks out_of_stock");
    command
        ->add_flag("--force", options->force,
                   "Mark even if the feed lacks most items, or some of it cannot be read")
        ->needs(complete);
    options->redis.add_to(*command, true);
    command->footer(
        "An item that cannot be read is skipped and named, and stays in Redis as it was; so is a "
        "row\n"
        "of a TSV with fewer values than the header has columns: empty values at its end need "
        "their\n"
        "tabs. A feed that was cut off (within a row, .gz or XML) is refused as a whole. What an "
        "item\n"
        "leaves empty and others have is removed from Redis; what no item has stays.");
    command->callback([&run, options] { run = [options] { return run_import(*options); }; });
}

}  // namespace pz::cli
