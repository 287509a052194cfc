// personalize alias: gives the events of an anonymous visitor to a customer, as personalize_alias
// does on login.
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/redis_client.hpp"
#include "redis/visitor_commands.hpp"
#include "visitor/event.hpp"
#include "visitor/event_list.hpp"

namespace pz::cli {

namespace {

constexpr unsigned kSecondsOfDay = 24 * 3600;

struct AliasOptions {
    std::string from, to;
    redis::Retention retention;
    unsigned days = retention.seconds / kSecondsOfDay;
    RedisOptions redis;
};

// The reply to the last of `replies` commands on keys of that visitor.
Result<RedisReply> ask(RedisClient& client, const std::string& key, const std::string& commands,
                       unsigned replies) {
    client.append_commands(key, commands);
    Result<RedisReply> reply = client.next();
    for (; reply.ok() && replies > 1; --replies) {
        reply = client.next();
    }
    return reply;
}

int run_alias(RedisClient& client, const AliasOptions& options) {
    const redis::Keys& keys = options.redis.keys;
    const std::string from = keys.events(options.from);
    const std::string to = keys.events(options.to);
    std::string read;
    const unsigned reads = redis::append_join_read(read, keys, options.retention, options.from);
    const auto list = ask(client, from, read, reads);
    if (!list.ok()) {
        return fail(list.status());
    }
    std::vector<std::string_view> texts;
    for (const redisReply* element : elements_of(**list)) {
        texts.push_back(text_of(*element));
    }
    texts = visitor::newest_first(texts);
    std::string merge;
    const unsigned merges = redis::append_join_merge(
        merge, keys, options.retention, {options.from, options.to, std::time(nullptr)}, texts);
    const auto added = ask(client, to, merge, merges);
    if (!added.ok()) {
        return fail(added.status());
    }
    std::string drop;
    const unsigned drops = redis::append_join_drop(drop, keys, options.from, texts);
    if (drops > 0) {
        const auto dropped = ask(client, from, drop, drops);
        if (!dropped.ok()) {
            return fail(dropped.status());
        }
    }
    std::printf("%lld events joined\n", (*added)->integer);
    return kDone;
}

int check_and_run(const AliasOptions& options) {
    if (!visitor::valid_visitor_id(options.from) || !visitor::valid_visitor_id(options.to) ||
        options.from == options.to) {
        warn("write two different visitor ids: each 1 to 64 of A-Z a-z 0-9 . _ -");
        return kUsage;
    }
    auto client = RedisClient::connect(options.redis.access);
    return client.ok() ? run_alias(*client, options) : fail(client.status());
}

}  // namespace

void add_alias(CLI::App& app, Run& run) {
    CLI::App* command =
        app.add_subcommand("alias", "Give the events of an anonymous visitor to a customer");
    auto options = std::make_shared<AliasOptions>();
    command->add_option("anonymous", options->from, "Who they were")->required()->type_name("ID");
    command->add_option("customer", options->to, "Who they are")->required()->type_name("ID");
    command
        ->add_option("--keep", options->retention.events,
                     "As many events as personalize_retention says")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--days", options->days, "and as long")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    options->redis.add_to(*command, true);
    command->callback([&run, options] {
        options->retention.seconds = options->days * kSecondsOfDay;
        run = [options] { return check_and_run(*options); };
    });
}

}  // namespace pz::cli
