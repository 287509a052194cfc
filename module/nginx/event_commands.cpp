#include "nginx/event_commands.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

#include "redis/once.hpp"
#include "visitor/identity.hpp"

namespace pz::ngx {

namespace {

// Bytes of the words and lengths of the commands for one event; what they say comes on top.
constexpr std::size_t kListFrame = 128, kStreamFrame = 256;

// 0: it has none, or none is asked for.
std::uint64_t identity(bool once, std::string_view visitor, const visitor::Event& event) {
    return once ? visitor::identity(visitor, event) : 0;
}

}  // namespace

Commands list_commands(const MainConf& conf, std::string_view visitor,
                       std::span<const visitor::Event> events, std::span<const std::string> texts,
                       Once once) {
    Commands list{conf.keys.events(visitor), {}, 0};
    list.commands.reserve(3 * list.key.size() +
                          std::transform_reduce(texts.begin(), texts.end(), kListFrame, std::plus(),
                                                [](const auto& text) { return text.size() + 8; }));
    const bool wanted = once == Once::wanted && conf.spool.configured;
    std::vector<std::uint64_t> identities(wanted ? events.size() : 0);
    for (std::size_t i = 0; i < identities.size(); i++) {
        identities[i] = identity(wanted, visitor, events[i]);
    }
    const bool named =
        std::any_of(identities.begin(), identities.end(), [](auto each) { return each != 0; });
    list.replies =
        named ? redis::append_write_once(list.commands, conf.keys, conf.retention, visitor, texts,
                                         identities)
              : redis::append_write(list.commands, conf.keys, conf.retention, visitor, texts);
    return list;
}

Commands stream_commands(const MainConf& conf, std::string_view visitor,
                         std::span<const visitor::Event> events, Once once) {
    const bool wanted = once == Once::wanted && conf.spool.configured;
    const unsigned partition = redis::partition_of(visitor, conf.partitions);
    Commands stream{conf.keys.stream(partition), {}, 0};
    stream.commands.reserve(events.size() * (kStreamFrame + visitor.size()));
    for (const visitor::Event& event : events) {
        const auto fields = visitor::stream_fields(visitor, event);
        const std::uint64_t named = identity(wanted, visitor, event);
        stream.replies += named != 0
                              ? redis::append_stream_once(stream.commands, conf.keys,
                                                          conf.retention, partition, named, fields)
                              : redis::append_stream(stream.commands, conf.keys, conf.retention,
                                                     partition, fields);
    }
    return stream;
}

}  // namespace pz::ngx
