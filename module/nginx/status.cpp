// personalize_status: counters of all workers and this worker's health, as JSON or Prometheus text.
#include <algorithm>

#include "nginx/conf.hpp"
#include "nginx/worker.hpp"
#include "store/version.hpp"

namespace pz::ngx {

namespace {

struct Metric {
    std::string_view name;  // Prometheus: personalize_<name>_total
    std::string_view help;
    Counter Stats::*counter;
};

constexpr Metric kMetrics[] = {
    {"lookups", "reads of a visitor's state begun", &Stats::lookups},
    {"lookup_failures", "reads that Redis did not answer or answered with nonsense",
     &Stats::lookup_failures},
    {"visitor_cache_hits", "lookups of visitors whose events the worker knew but for the newest",
     &Stats::visitor_cache_hits},
    {"visitor_cache_changed",
     "of whom it knew others, so that all were read in a second round trip",
     &Stats::visitor_cache_changed},
    {"visitor_cache_evictions", "visitors who left the worker's memory for others",
     &Stats::visitor_cache_evictions},
    {"lookup_timeouts", "reads that were later than personalize_timeout", &Stats::lookup_timeouts},
    {"redis_connects", "connections to Redis that became ready", &Stats::redis_connects},
    {"redis_failures", "connections to Redis that failed", &Stats::redis_failures},
    {"redis_redirects", "answers that sent a command to another server of Redis, or to later",
     &Stats::redis_redirects},
    {"widgets_filled", "widgets whose content was replaced", &Stats::widgets_filled},
    {"listings_reordered", "listings whose order was changed", &Stats::listings_reordered},
    {"placements_kept", "placements left as they were", &Stats::placements_kept},
    {"over_budget", "placements left as they were to keep within personalize_budget",
     &Stats::over_budget},
    {"over_limit", "placements given up at a limit", &Stats::over_limit},
    {"ambiguous", "placements given up because their end was not certain", &Stats::ambiguous},
    {"events", "events taken in", &Stats::events},
    {"events_failed", "events that Redis did not get", &Stats::events_failed},
    {"events_spooled", "events that went to the spool because Redis was away",
     &Stats::events_spooled},
    {"events_replayed", "events of the spool that Redis has", &Stats::events_replayed},
    {"events_unreplayable", "events of the spool that Redis refused for good",
     &Stats::events_unreplayable},
    {"spool_full", "events that the spool had no room for", &Stats::spool_full},
    {"spool_failures", "writes, syncs and reads of the spool that failed", &Stats::spool_failures},
    {"beacons_refused", "beacons that could not be read", &Stats::beacons_refused},
    {"values_refused", "prices and quantities that personalize_event left out: they were none",
     &Stats::values_refused},
    {"impressions", "placements shown to visitors", &Stats::impressions},
    {"impressions_dropped", "impressions that Redis did not get", &Stats::impressions_dropped},
    {"without_consent", "requests of visitors who have not consented to being remembered",
     &Stats::without_consent},
    {"not_of_visitors", "prefetches and requests of bots, which made no events",
     &Stats::not_of_visitors},
    {"forgets", "visitors who had themselves forgotten", &Stats::forgets},
    {"forgets_failed", "of whom Redis was not told", &Stats::forgets_failed},
    {"joins", "anonymous visitors whose events became a customer's", &Stats::joins},
    {"joins_failed", "of whom something was left over for the next login", &Stats::joins_failed},
    {"rules_failed", "rules undone or resting because of an error or their budget",
     &Stats::rules_failed},
    {"rule_reloads", "rule files taken into force while running", &Stats::rule_reloads},
    {"rule_reload_failures", "changed rule files that did not load", &Stats::rule_reload_failures},
    {"store_swaps", "generations of the store taken into service", &Stats::store_swaps},
    {"page_cache_hits", "pages that came from the worker's memory", &Stats::page_cache_hits},
    {"page_cache_misses", "pages of files that the worker did not know", &Stats::page_cache_misses},
    {"page_cache_evictions", "pages that left the worker's memory for others",
     &Stats::page_cache_evictions},
    {"gzip_joined", "pages joined from deflated pieces", &Stats::gzip_joined},
};

struct RuleVersion {
    std::string_view file, version;
    std::size_t rules;
    std::vector<rules::RuleSet::Failing> failing;
};

using NodeState = redis::Router::NodeState;

struct Health {
    bool redis_configured, redis_ready;
    std::vector<NodeState> nodes;
    SnapshotPtr snapshot;
    std::vector<RuleVersion> rules;  // of this worker
    std::size_t page_cache_bytes, page_cache_pages;
    std::size_t tile_cache_bytes, tiles;
    std::uint64_t tiles_rendered;
    std::size_t visitor_cache_bytes, visitor_cache_visitors;
    std::size_t buffered_bytes;
    spool::Survey spool;         // of all workers
    std::int64_t spool_age = 0;  // seconds
};

// For JSON and Prometheus alike: a path has no other characters that need it.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += static_cast<unsigned char>(c) < ' ' ? '?' : c;
    }
    return out + '"';
}

std::string_view role(const NodeState& node) {
    return node.primary ? "primary" : "replica";
}

std::string_view breaker_state(const NodeState& node) {
    constexpr std::string_view kNames[] = {"closed", "open", "half_open"};
    return kNames[static_cast<std::size_t>(node.breaker)];
}

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

constexpr std::string_view kTierNames[Renders::kTiers] = {"pre", "segment", "individual"};

std::string_view name_of(const Renders::Place& place) {
    return {place.name, place.size.load(std::memory_order_acquire)};
}

// Neither in Redis nor in the spool, or refused by Redis for good.
std::uint64_t events_dropped(const Stats& stats) {
    return stats.events_failed.get() + stats.events_unreplayable.get();
}

template <const Bounds& kBounds>
void json_histogram(std::string_view name, const Histogram<kBounds>& histogram, std::string& out) {
    out.append(",\"").append(name).append("\":{\"sum\":");
    out += number(histogram.sum_us.get()) + ",\"le\":{";
    for (std::size_t i = 0; i <= kBounds.size(); i++) {
        out += (i > 0 ? ",\"" : "\"") +
               (i < kBounds.size() ? number(kBounds[i]) : std::string("inf")) +
               "\":" + number(histogram.bucket[i].get());
    }
    out += "}}";
}

void json_counters(const Stats& stats, std::string& out) {
    out += "\"requests\":{\"personal\":" + number(stats.personal.get()) +
           ",\"popular\":" + number(stats.popular.get()) + ",\"passed\":{";
    for (std::size_t i = 1; i < kSkipNames.size(); i++) {
        out.append(i > 1 ? ",\"" : "\"").append(kSkipNames[i]);
        out += "\":" + number(stats.passed[i].get());
    }
    out += "}}";
    for (const Metric& metric : kMetrics) {
        out.append(",\"").append(metric.name);
        out += "\":" + number((stats.*metric.counter).get());
    }
    out += ",\"events_dropped\":" + number(events_dropped(stats));
    json_histogram("lookup_us", stats.lookup_time, out);
    json_histogram("added_us", stats.added_time, out);
    json_histogram("rewrite_us", stats.rewrite_time, out);
    out += ",\"placements\":[";
    for (const Renders::Place& place : stats.renders) {
        if (const std::string_view name = name_of(place); !name.empty()) {
            out.append(out.ends_with('[') ? "{\"name\":" : ",{\"name\":").append(quoted(name));
            for (std::size_t i = 0; i < Renders::kTiers; i++) {
                out.append(",\"").append(kTierNames[i]);
                out += "\":" + number(place.shown[i].get());
            }
            out += '}';
        }
    }
    out += ']';
}

void json_node(const NodeState& node, std::string& out) {
    out += out.back() == '[' ? "{" : ",{";
    out += "\"name\":" + quoted(node.name);
    out.append(",\"role\":\"").append(role(node));
    out.append("\",\"up\":").append(node.ready ? "true" : "false");
    out.append(",\"breaker\":\"").append(breaker_state(node));
    out += "\",\"round_trip_us\":" + number(node.round_trip_us) +
           ",\"pending\":" + number(node.pending) + "}";
}

void json_rules(const RuleVersion& file, std::string& out) {
    out.append("{\"file\":").append(quoted(file.file));
    out.append(",\"version\":").append(quoted(file.version));
    out += ",\"rules\":" + number(file.rules) + ",\"failing\":[";
    for (const auto& each : file.failing) {
        out.append(out.ends_with('[') ? "" : ",").append("{\"").append(each.kind).append("\":");
        out += quoted(each.name) + ",\"failures\":" + number(each.failures) +
               ",\"resting\":" + (each.resting ? "true" : "false") +
               ",\"error\":" + quoted(each.error) + "}";
    }
    out += "]}";
}

std::string as_json(const Stats& stats, const Health& health) {
    std::string out = "{\"version\":" + quoted(kVersion) + ",\"redis\":{\"configured\":";
    out += health.redis_configured ? "true" : "false";
    out += ",\"ready\":";
    out += health.redis_ready ? "true" : "false";
    out += ",\"nodes\":[";
    for (const NodeState& node : health.nodes) {
        json_node(node, out);
    }
    out += "]},\"store\":";
    if (health.snapshot != nullptr) {
        out += "{\"generation\":" + number(health.snapshot->generation()) +
               ",\"created\":" + number(static_cast<std::uint64_t>(health.snapshot->created())) +
               ",\"items\":" + number(health.snapshot->item_count()) +
               ",\"bytes\":" + number(health.snapshot->bytes()) + "}";
    } else {
        out += "null";
    }
    out += ",\"rules\":[";
    for (const RuleVersion& each : health.rules) {
        out += out.ends_with('[') ? "" : ",";
        json_rules(each, out);
    }
    out += "],\"page_cache\":{\"pages\":" + number(health.page_cache_pages) +
           ",\"bytes\":" + number(health.page_cache_bytes) +
           "},\"tile_cache\":{\"tiles\":" + number(health.tiles) +
           ",\"bytes\":" + number(health.tile_cache_bytes) +
           ",\"rendered\":" + number(health.tiles_rendered) +
           "},\"visitor_cache\":{\"visitors\":" + number(health.visitor_cache_visitors) +
           ",\"bytes\":" + number(health.visitor_cache_bytes) +
           "},\"buffered_bytes\":" + number(health.buffered_bytes) +
           ",\"spool\":{\"files\":" + number(health.spool.files) +
           ",\"bytes\":" + number(health.spool.bytes) +
           ",\"oldest_seconds\":" + number(health.spool_age) + "},";
    json_counters(stats, out);
    return out + "}\n";
}

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
    out.append("# HELP personalize_").append(name).append(" ").append(help);
    out.append("\n# TYPE personalize_").append(name).append(" ").append(type).append("\n");
}

void prometheus_requests(const Stats& stats, std::string& out) {
    head(out, "requests_total", "counter", "pages by result");
    std::uint64_t passed = 0;
    for (const Counter& counter : stats.passed) {
        passed += counter.get();
    }
    out += "personalize_requests_total{result=\"personal\"} " + number(stats.personal.get()) +
           "\npersonalize_requests_total{result=\"popular\"} " + number(stats.popular.get()) +
           "\npersonalize_requests_total{result=\"passed\"} " + number(passed) + "\n";
    head(out, "skipped_total", "counter", "pages left as the origin made them, by reason");
    for (std::size_t i = 1; i < kSkipNames.size(); i++) {
        out.append("personalize_skipped_total{reason=\"").append(kSkipNames[i]);
        out += "\"} " + number(stats.passed[i].get()) + "\n";
    }
}

template <const Bounds& kBounds>
void prometheus_histogram(std::string_view name, std::string_view help,
                          const Histogram<kBounds>& histogram, std::string& out) {
    head(out, name, "histogram", help);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i <= kBounds.size(); i++) {
        sum += histogram.bucket[i].get();
        std::string bound = "+Inf";
        if (i < kBounds.size()) {
            bound = std::to_string(kBounds[i] / 1e6);
        }
        out.append("personalize_").append(name) +=
            "_bucket{le=\"" + bound + "\"} " + number(sum) + "\n";
    }
    out.append("personalize_").append(name) +=
        "_sum " + std::to_string(static_cast<double>(histogram.sum_us.get()) / 1e6) + "\n";
    out.append("personalize_").append(name) += "_count " + number(sum) + "\n";
}

void prometheus_times(const Stats& stats, std::string& out) {
    prometheus_histogram("redis_request_duration_seconds",
                         "from the read's begin to its last reply", stats.lookup_time, out);
    prometheus_histogram("added_latency_seconds",
                         "by which pages were later: the waiting for Redis, and the rewriting",
                         stats.added_time, out);
    prometheus_histogram("rewrite_duration_seconds",
                         "the rewriting of pages, recommendations and rules included",
                         stats.rewrite_time, out);
}

void prometheus_placements(const Stats& stats, std::string& out) {
    head(out, "placements_shown_total", "counter",
         "placements filled or put in order, by the highest tier in them");
    for (const Renders::Place& place : stats.renders) {
        const std::string_view name = name_of(place);
        for (std::size_t i = 0; i < Renders::kTiers && !name.empty(); i++) {
            out += "personalize_placements_shown_total{placement=" + quoted(name);
            out.append(",tier=\"").append(kTierNames[i]).append("\"} ");
            out += number(place.shown[i].get()) + "\n";
        }
    }
}

void prometheus_nodes(const std::vector<NodeState>& nodes, std::string& out) {
    const auto gauge = [&](std::string_view name, std::string_view help, auto value) {
        head(out, name, "gauge", help);
        for (const NodeState& node : nodes) {
            out.append("personalize_").append(name).append("{node=") += quoted(node.name);
            out.append(",role=\"").append(role(node)).append("\"} ") += value(node) + "\n";
        }
    };
    gauge("redis_node_up", "1 when this worker's connection to the server answers",
          [](const NodeState& node) { return std::string(node.ready ? "1" : "0"); });
    gauge("redis_node_breaker_open", "1 when this worker does not read from the server",
          [](const NodeState& node) {
              return std::string(node.breaker == redis::Breaker::State::closed ? "0" : "1");
          });
    gauge("redis_node_round_trip_seconds", "smoothed time of a PING", [](const NodeState& node) {
        return std::to_string(static_cast<double>(node.round_trip_us) / 1e6);
    });
    gauge("redis_node_pending", "replies that this worker waits for",
          [](const NodeState& node) { return number(node.pending); });
}

void prometheus_build(std::string& out) {
    head(out, "build_info", "gauge", "the version of the module, and of nginx it was built for");
    out += "personalize_build_info{version=" + quoted(kVersion) +
           ",nginx=" + quoted(NGINX_VERSION) + "} 1\n";
}

void prometheus_rules(const std::vector<RuleVersion>& files, std::string& out) {
    head(out, "rules_info", "gauge", "the version of each rule file in force in this worker");
    for (const RuleVersion& each : files) {
        out += "personalize_rules_info{file=" + quoted(each.file) +
               ",version=" + quoted(each.version) + "} 1\n";
    }
    const auto per_rule = [&](const char* name, auto value) {
        for (const RuleVersion& file : files) {
            for (const auto& each : file.failing) {
                out.append("personalize_").append(name).append("{file=").append(quoted(file.file));
                out.append(",").append(each.kind).append("=").append(quoted(each.name));
                out += "} " + number(value(each)) + "\n";
            }
        }
    };
    head(out, "rule_failures", "gauge",
         "failures of a rule since its file was loaded, this worker");
    per_rule("rule_failures", [](const auto& each) { return each.failures; });
    head(out, "rule_resting", "gauge", "1 when a rule rests until its file changes, this worker");
    per_rule("rule_resting", [](const auto& each) { return each.resting ? 1 : 0; });
}

std::string as_prometheus(const Stats& stats, const Health& health) {
    std::string out;
    prometheus_build(out);
    prometheus_requests(stats, out);
    for (const Metric& metric : kMetrics) {
        const std::string name = std::string(metric.name) + "_total";
        head(out, name, "counter", metric.help);
        out += "personalize_" + name + " " + number((stats.*metric.counter).get()) + "\n";
    }
    head(out, "events_dropped_total", "counter",
         "events that neither Redis nor the spool took, or that Redis refused for good");
    out += "personalize_events_dropped_total " + number(events_dropped(stats)) + "\n";
    prometheus_times(stats, out);
    prometheus_placements(stats, out);
    prometheus_rules(health.rules, out);
    head(out, "redis_ready", "gauge", "1 when this worker's connection answers");
    out += std::string("personalize_redis_ready ") + (health.redis_ready ? "1\n" : "0\n");
    prometheus_nodes(health.nodes, out);
    head(out, "spool_bytes", "gauge", "size of the spool's files, of all workers");
    out += "personalize_spool_bytes " + number(health.spool.bytes) + "\n";
    head(out, "spool_oldest_seconds", "gauge", "age of the spool's oldest file, 0 for none");
    out += "personalize_spool_oldest_seconds " + number(health.spool_age) + "\n";
    const auto* snapshot = health.snapshot.get();
    head(out, "store_generation", "gauge", "the generation in service, 0 for none");
    out += "personalize_store_generation " + number(snapshot ? snapshot->generation() : 0) + "\n";
    head(out, "store_items", "gauge", "items in the store in service");
    out += "personalize_store_items " + number(snapshot ? snapshot->item_count() : 0) + "\n";
    head(out, "page_cache_bytes", "gauge", "memory of the pages that this worker knows");
    out += "personalize_page_cache_bytes " + number(health.page_cache_bytes) + "\n";
    head(out, "tile_cache_bytes", "gauge", "memory of the tiles that this worker has ready");
    out += "personalize_tile_cache_bytes " + number(health.tile_cache_bytes) + "\n";
    head(out, "visitor_cache_bytes", "gauge", "memory of the events that this worker knows");
    out += "personalize_visitor_cache_bytes " + number(health.visitor_cache_bytes) + "\n";
    head(out, "buffered_bytes", "gauge", "what this worker holds of pages at the moment");
    out += "personalize_buffered_bytes " + number(health.buffered_bytes) + "\n";
    // No counter: the next answer may be another worker's.
    head(out, "worker_tiles_rendered", "gauge", "tiles that this worker did not have ready");
    out += "personalize_worker_tiles_rendered " + number(health.tiles_rendered) + "\n";
    return out;
}

void survey_spool(const std::string& path, Health& health) {
    health.spool = spool::survey(path);
    health.spool_age =
        health.spool.files == 0 ? 0 : std::max<std::int64_t>(ngx_time() - health.spool.oldest, 0);
}

}  // namespace

ngx_int_t status_handler(ngx_http_request_t* r) noexcept {
    if (!(r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }
    if (const ngx_int_t rc = ngx_http_discard_request_body(r); rc != NGX_OK) {
        return rc;
    }
    MainConf* conf = main_conf(r);
    return guarded(r->connection->log, static_cast<ngx_int_t>(NGX_HTTP_INTERNAL_SERVER_ERROR), [&] {
        Worker* worker = conf->worker;
        Health health{
            conf->redis.configured, false, {}, nullptr, {}, 0, 0, 0, 0, 0, 0, 0, 0, {}, 0};
        if (conf->spool.configured) {
            survey_spool(conf->spool.path, health);
        }
        if (worker != nullptr) {
            health.redis_ready = worker->redis() != nullptr && worker->redis()->ready();
            health.nodes =
                worker->redis() != nullptr ? worker->redis()->nodes() : std::vector<NodeState>();
            health.snapshot = worker->snapshot();
            for (const auto& watch : worker->rule_files()) {
                health.rules.push_back(
                    {watch->path(), watch->version(), watch->rule_count(), watch->failing()});
            }
            health.page_cache_bytes = worker->pages().bytes();
            health.page_cache_pages = worker->pages().pages();
            health.tile_cache_bytes = worker->tiles().bytes();
            health.tiles = worker->tiles().tiles();
            health.tiles_rendered = worker->tiles().rendered();
            health.buffered_bytes = worker->buffered();
            health.visitor_cache_bytes = worker->histories().bytes();
            health.visitor_cache_visitors = worker->histories().visitors();
        }
        return location_conf(r)->status_prometheus
                   ? send_text(r, NGX_HTTP_OK, "text/plain; version=0.0.4",
                               as_prometheus(conf->stats(), health))
                   : send_text(r, NGX_HTTP_OK, "application/json", as_json(conf->stats(), health));
    });
}

}  // namespace pz::ngx
