// Request: one main request's personalization, from the lookup to the impression.
//
// Life: enter_location() in PRECONTENT begins the lookup and never suspends the request. The header
// filter records the location's events and, for an eligible response, begins the page. The body
// filter feeds it; at a placement bytes are held (the buffered bit keeps the request) until the
// lookup ends or the deadline passes; whichever comes wakes the request. The end of a response that
// recorded events waits in the same way until Redis has them. A pool cleanup destroys the object
// and cancels the lookup. The object lives in the request's pool and is found again after an
// internal redirect, which clears nginx's own pointer to it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nginx/chain.hpp"
#include "nginx/conf.hpp"
#include "nginx/delays.hpp"
#include "nginx/lookup.hpp"
#include "nginx/timer.hpp"
#include "nginx/worker.hpp"
#include "page/gzip_output.hpp"
#include "page/json_page.hpp"
#include "page/known_page.hpp"
#include "page/page.hpp"
#include "visitor/profile.hpp"

namespace pz::ngx {

class Request final : private Lookup::Waiter,
                      private Worker::Waiter,
                      private Joins::Waiter,
                      private Delays::Waiter,
                      private page::GzipSink {
  public:
    static Request* find(ngx_http_request_t* r);
    // nullptr when memory is out.
    static Request* create(ngx_http_request_t* r);

    // In PRECONTENT, once for every location that the request comes to before its page begins. The
    // first that wants a page begins the lookup. `wanted`: personalization is on here. `reads`: the
    // lookup is wanted in any case (personalize_lookup).
    void enter_location(bool wanted, bool reads);
    // True: the location waits for the lookup. When it has ended, or the deadline passes, the
    // request's phases are run again, and take_resumed() is true once.
    bool await_lookup();
    bool awaits_lookup() const { return wait_ == Wait::waits; }
    bool take_resumed();
    bool in(const LocationConf* location) const { return location_ == location; }
    // Whether it is the doing of a visitor, or of somebody who becomes one, who may be remembered.
    bool counts();
    // Writes this location's events, when the lookup, if it is out, has ended and told the visitor's
    // segments; without these when it fails, or the request ends before. The end of the response waits
    // until Redis has them, so that the visitor's next page knows, whichever worker or edge makes it.
    void record_events();
    // Gives the anonymous visitor's events to the customer, where this location says who they are. The
    // end of the response waits for this, too.
    void join_visitors();
    // A response that will be personalized. `seen`: by a visitor, now, and not fetched ahead.
    // `charset`: of the page as the origin sends it; not unsafe.
    struct Start {
        bool json, seen;
        rewrite::Charset charset;
    };
    // Whether pages of this location may be gzip streams of ours.
    bool offers_gzip() const;
    // Before the page begins: makes it such a stream if nginx has it in its cache, the client accepts
    // gzip and the worker knows the page. Its headers are the caller's.
    void know_cached();
    // The same of a file that is yet to come: true when the page, and its header, begin only with
    // the body's first link. Then the body filter calls meet_file(), and send_awaited_header() the
    // rest.
    bool await_file(const Start& start);
    bool waits_for_file() const { return start_.has_value(); }
    void meet_file(const ngx_chain_t* in);
    void forget_start() { start_.reset(); }
    Start take_start() { return *std::exchange(start_, std::nullopt); }
    bool joins_gzip() const { return gzip_.has_value(); }
    // Make ready for the body.
    void begin_page(const Start& start);
    // A later filter failed and another response takes the page's place: it passes as it is.
    void abandon_page();
    bool has_page() const { return page_ != nullptr; }
    bool rewrites() const { return page_ != nullptr && !abandoned_; }
    // Before the body is read: whether know() is to be asked.
    bool may_know() const;
    // The body's first links, before they are read; the same, or the page as the worker knows it.
    ngx_chain_t* know(ngx_chain_t* in);
    ngx_int_t body(ngx_chain_t* in, ngx_http_output_body_filter_pt next);
    // The body of a response that stays as it is.
    ngx_int_t pass(ngx_chain_t* in, ngx_http_output_body_filter_pt next);
    void finish_log();

    void skip(Skip reason);
    // Why the page stays, or stayed, as the origin made it.
    Skip skipped() const;
    bool wants_page() const { return wants_page_; }
    bool may_write() const { return wanted_ && !visitor_.empty() && consent_; }
    bool may_read() const { return (wanted_ || reads_) && !visitor_.empty() && consent_; }

    // For nginx variables.
    std::string_view visitor() const { return visitor_; }
    std::string status() const;
    std::string segments();
    ngx_msec_t held_ms() const { return held_ms_; }
    // Of that name, as a variable writes it; empty: none is known.
    std::string_view trait(std::string_view name) const;

    explicit Request(ngx_http_request_t* r);

  private:
    // Which bytes wait: those from a placement on, or the end of the response.
    enum class Hold : std::uint8_t { none, placement, end };
    // Of the location, for the lookup.
    enum class Wait : std::uint8_t { none, waits, over };

    ~Request();
    static void destroy(void* self) noexcept;
    static void on_deadline(ngx_event_t* event) noexcept;

    // Lookup::Waiter
    bool on_events() override;
    void on_looked_up() noexcept override;
    // Worker::Waiter
    void on_written(bool stored) noexcept override;
    // Joins::Waiter
    void on_joined() noexcept override;
    // Delays::Waiter
    void on_delay() noexcept override;
    // page::GzipSink
    void input(std::string_view bytes) override;
    void made(std::string_view bytes) override;
    void tile(const page::ReadyTile& tile) override;
    page::GzipMemory& gzip_memory() override { return desk().gzip; }

    void drop_validators();
    void decide();
    void build_profile();
    void resume();
    void find_segments();
    void add_rule_segments(rules::RuleSet& rules, const store::Snapshot& snapshot,
                           visitor::Profile& profile);
    std::int64_t now();
    void collect_events(const EventRule& rule, std::vector<visitor::Event>& events);
    void add_value(std::string_view key, std::string_view text, visitor::Event& event);
    bool add_shown_list(const visitor::Event& event);
    void write_events();
    std::string told_segments() const;
    void count_page(const page::Counters& counters);
    void record_impressions();
    // Whether Redis has yet to confirm what this request changes.
    bool writing() const { return !events_.empty() || write_ != nullptr || join_ != nullptr; }
    // Whether anything is known of the visitor.
    bool personal() const {
        return desk_ != nullptr &&
               (desk_->profile.event_count() > 0 || !desk_->profile.traits().empty());
    }
    Desk& desk();
    void evaluate_variables(page::Visitor& visitor);
    const page::Locale& locale() const;
    void know_file(ngx_fd_t fd, off_t begin, off_t end);
    void join_gzip();
    std::shared_ptr<const page::KnownPage> known_page(ngx_fd_t fd, off_t begin, off_t end);
    ngx_chain_t* from_memory(ngx_chain_t* in);
    void finish_gzip();
    bool feed(ngx_buf_t* buffer);
    void feed(std::string_view bytes);
    void update_hold();
    void hold(Hold why);
    void stop_waiting();
    ngx_msec_t patience() const;
    void send_head();
    void wake();

    ngx_http_request_t* r_;
    MainConf* main_;
    LocationConf* location_;
    Worker& worker_;
    bool wanted_ = false, reads_ = false, wants_page_ = false, consent_ = true;
    Wait wait_ = Wait::none;
    std::string visitor_;
    Skip skip_ = Skip::none;

    std::unique_ptr<Workspace> work_;
    std::unique_ptr<Desk> desk_;  // once the page is made
    Lookup lookup_;
    std::vector<visitor::Event> events_;   // of this request, until they are written
    std::vector<std::string> own_events_;  // the same, newest first
    Worker::Write* write_ = nullptr;       // of these, until it is answered
    Joins::Join* join_ = nullptr;          // until it has ended

    SnapshotPtr snapshot_;  // the page's, once its profile is built
    bool profiled_ = false;
    std::optional<std::string> segments_;  // as they are known before the page is
    std::shared_ptr<rules::RuleSet> rules_;
    std::vector<std::string_view>& variables_;
    std::vector<std::pair<std::string_view, std::string_view>>& context_;

    Chain chain_;
    ngx_chain_t* kept_ = nullptr;  // of a body that stays as it is, while writing()
    std::optional<Start> start_;   // of a page that waits for its file
    std::shared_ptr<const page::KnownPage> known_;  // what the body comes from, if it does
    ngx_fd_t known_file_ = NGX_INVALID_FILE;        // that was asked about
    std::optional<page::GzipOutput> gzip_;
    std::optional<page::Page> html_;
    std::unique_ptr<page::Body> json_;
    page::Body* page_ = nullptr;  // one of these
    bool playable_ = false;
    bool asked_ = false, fed_ = false;  // know(), the first bytes of the body
    bool out_of_memory_ = false;
    bool seen_ = false;  // impressions count
    rewrite::Charset charset_ = rewrite::Charset::utf8;
    Hold hold_ = Hold::none;
    bool ended_ = false, abandoned_ = false;
    ngx_msec_t hold_began_ = 0, held_ms_ = 0;
    std::uint64_t hold_began_us_ = 0;
    std::size_t buffered_ = 0;                 // as the worker was told
    std::uint64_t held_us_ = 0, work_us_ = 0;  // of the page: waited, and worked on
    Timer deadline_;
};

// module.cpp. After meet_file(), before the body goes on.
ngx_int_t send_awaited_header(ngx_http_request_t* r, Request& request) noexcept;

}  // namespace pz::ngx
