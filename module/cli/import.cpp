// personalize import: a product feed -> Redis.
#include <cstdio>
#include <set>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/redis_client.hpp"
#include "learn/catalog.hpp"

namespace pz::cli {

namespace {

constexpr std::size_t kWindow = 500;  // items on their way to Redis at a time
constexpr std::string_view kCatalogEntries = "1000000";

struct ImportOptions {
    std::string feed;
    RedisOptions redis;
};

class Importer {
  public:
    Importer(RedisClient client, redis::Keys keys)
        : client_(std::move(client)), keys_(std::move(keys)) {}

    // The first of two looks at the feed: which columns it has.
    void note(const store::ItemInput& item);
    void send(const store::ItemInput& item);
    Status flush();
    const Status& status() const { return status_; }

  private:
    // A column that another item has but this one has not was emptied there: the sale is over. The
    // sale may also have been the last one.
    std::set<std::string, std::less<>> columns_ = {"sale_price"};
    RedisClient client_;
    redis::Keys keys_;
    std::size_t total_ = 0, sent_ = 0, waiting_ = 0;
    std::size_t replies_ = 0;
    Status status_;
    Progress progress_{"import"};
};

void Importer::note(const store::ItemInput& item) {
    total_++;
    for (const auto& [name, text] : item.fields) {
        columns_.insert(name);
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
    client_.append(values);
    replies_++;
    if (!absent.empty()) {
        std::vector<std::string_view> emptied = {"HDEL", key};
        emptied.insert(emptied.end(), absent.begin(), absent.end());
        client_.append(emptied);
        replies_++;
    }
    client_.append({"XADD", keys_.catalog(), "MAXLEN", "~", kCatalogEntries, "*", "id", id});
    replies_++;
    if (++waiting_ == kWindow) {
        status_ = flush();
    }
}

Status Importer::flush() {
    for (; replies_ > 0; replies_--) {
        const auto reply = client_.next();
        if (!reply.ok()) {
            return reply.status();
        }
    }
    sent_ += waiting_;
    waiting_ = 0;
    progress_.update(total_ > 0 ? static_cast<double>(sent_) / static_cast<double>(total_) : 1);
    return {};
}

int run_import(const ImportOptions& options) {
    const auto bytes = read_input(options.feed);
    if (!bytes.ok()) {
        return fail(bytes.status());
    }
    auto client = RedisClient::connect(options.redis.url);
    if (!client.ok()) {
        return fail(client.status());
    }
    Importer importer(std::move(*client), options.redis.keys);
    auto report =
        learn::read_feed(*bytes, [&](const store::ItemInput& item) { importer.note(item); });
    if (report.ok()) {
        report =
            learn::read_feed(*bytes, [&](const store::ItemInput& item) { importer.send(item); });
    }
    if (!report.ok()) {
        return fail(options.feed + ": " + report.message());
    }
    const Status status = importer.status().ok() ? importer.flush() : importer.status();
    if (!status.ok()) {
        return fail(status);
    }
    for (const auto& error : report->errors) {
        warn(options.feed + ": " + error);
    }
    std::printf("%zu items imported, %zu skipped\n", report->items, report->skipped);
    return report->items > 0 ? kDone : fail("the feed has no item that can be read");
}

}  // namespace

void add_import(CLI::App& app, Run& run) {
    CLI::App* command =
        app.add_subcommand("import", "Write a product feed (TSV or RSS/Atom XML) into Redis");
    auto options = std::make_shared<ImportOptions>();
    command->add_option("feed", options->feed, "The feed, plain or .gz; - is standard input")
        ->required()
        ->type_name("FEED");
    options->redis.add_to(*command, true);
    command->callback([&run, options] { run = [options] { return run_import(*options); }; });
}

}  // namespace pz::cli
