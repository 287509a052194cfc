#include "nginx/request.hpp"

#include <functional>
#include <new>
#include <utility>

#include "nginx/clock.hpp"
#include "nginx/visit.hpp"
#include "rules/schedule.hpp"

namespace pz::ngx {

namespace {

// Free on r->buffered: SSI, sub and copy own the other three bits.
constexpr unsigned kBufferedBit = 0x08;

}  // namespace

Request::Request(ngx_http_request_t* r)
    : r_(r),
      main_(main_conf(r)),
      location_(location_conf(r)),
      worker_(*main_->worker),
      work_(worker_.take_workspace()),
      lookup_(*main_, *work_, r->connection->log, *this),
      variables_(work_->variables),
      context_(work_->context),
      chain_(r->pool),
      deadline_(this, on_deadline, r->connection->log, Timer::Leaving::waits) {}

Request::~Request() {
    guarded(ngx_cycle->log, 0, [this] {
        write_events();
        return 0;
    });
    stop_waiting();
    worker_.change_buffered(buffered_, 0);
    html_.reset();  // it uses the profile and the output
    json_.reset();
    worker_.give_back(std::move(work_));
    if (desk_ != nullptr) {
        worker_.give_back(std::move(desk_));
    }
}

void Request::destroy(void* self) noexcept {
    static_cast<Request*>(self)->~Request();
}

Request* Request::find(ngx_http_request_t* r) {
    if (void* ctx = ngx_http_get_module_ctx(r, ngx_http_personalize_module)) {
        return static_cast<Request*>(ctx);
    }
    for (ngx_pool_cleanup_t* cleanup = r->pool->cleanup; cleanup != nullptr;
         cleanup = cleanup->next) {
        if (cleanup->handler == destroy) {
            ngx_http_set_ctx(r, cleanup->data, ngx_http_personalize_module);
            return static_cast<Request*>(cleanup->data);
        }
    }
    return nullptr;
}

Request* Request::create(ngx_http_request_t* r) {
    static_assert(alignof(Request) <= NGX_ALIGNMENT);
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(r->pool, sizeof(Request));
    if (cleanup == nullptr) {
        return nullptr;
    }
    auto* request = new (cleanup->data) Request(r);
    cleanup->handler = destroy;
    ngx_http_set_ctx(r, request, ngx_http_personalize_module);
    return request;
}

void Request::enter_location(bool wanted, bool reads) {
    write_events();  // of the location before
    location_ = location_conf(r_);
    wanted_ = wanted;
    reads_ = reads;
    wants_page_ = wanted && !location_->plan->empty();
    consent_ = consents(r_);
    std::string_view id = evaluate(r_, location_->visitor);
    id = visitor::valid_visitor_id(id) ? id : std::string_view();
    if (!consent_ && (wanted || reads) && !id.empty()) {
        worker_.stats().without_consent.add();
    }
    if (id != visitor_ || !may_read()) {
        // Another location may know the visitor by another name, or not have their consent.
        lookup_.forget();
        segments_.reset();
        skip_ = Skip::none;
    }
    visitor_ = id;
    if (wants_page_) {
        drop_validators();
    }
    if ((wants_page_ || reads_) && may_read() && worker_.redis() != nullptr &&
        lookup_.state() == Lookup::State::none) {
        lookup_.begin(visitor_);
        if (!lookup_.pending()) {
            skip(Skip::redis);
        }
    }
}

// The not-modified filter runs before ours and would compare with those of the origin.
// (disable_not_modified does not last: a proxied answer sets it anew.)
void Request::drop_validators() {
    r_->headers_in.if_none_match = nullptr;
    r_->headers_in.if_modified_since = nullptr;
    r_->headers_in.if_match = nullptr;
    r_->headers_in.if_unmodified_since = nullptr;
}

Desk& Request::desk() {
    if (desk_ == nullptr) {
        desk_ = worker_.take_desk();
        desk_->late.clear();
        chain_.lend({desk_->copies.get(), Desk::kCopies}, desk_->late);
    }
    return *desk_;
}

void Request::skip(Skip reason) {
    if (skip_ == Skip::none) {
        skip_ = reason;
    }
}

Skip Request::skipped() const {
    if (skip_ != Skip::none) {
        return skip_;
    }
    const page::Counters* counters = ended_ ? &page_->counters() : nullptr;
    if (counters != nullptr && counters->rewrite.matched == 0) {
        return counters->invalid                  ? Skip::invalid
               : counters->rewrite.over_limit > 0 ? Skip::limit
                                                  : Skip::no_placement;
    }
    const bool decided = page_ != nullptr && page_->verdict() != page::Verdict::undecided;
    return decided ? Skip::none : Skip::undecided;
}

void Request::begin_page(const Start& start) {
    seen_ = start.seen;
    charset_ = start.json ? rewrite::Charset::utf8 : start.charset;  // JSON is UTF-8
    const page::Plan& plan = *location_->plan;
    playable_ = !start.json && !plan.answer;
    page::Output& own = *this;
    page::Output& output = gzip_ ? static_cast<page::Output&>(*gzip_) : own;
    if (start.json) {
        json_ = page::make_json_page(plan, worker_.scratch(), output);
        page_ = json_.get();
    } else {
        page_ = &html_.emplace(plan, worker_.scratch(), output, work_->page);
    }
}

void Request::abandon_page() {
    abandoned_ = true;
    seen_ = false;
    hold(Hold::none);
    stop_waiting();
    skip(Skip::status);
}

void Request::on_delay() noexcept {
    // nginx's clock stands still in a long turn of the loop and goes in steps of up to 4 ms.
    if (monotonic_us() - hold_began_us_ < Worker::kHeadDelay * 1000) {
        worker_.head_delays().begin(*this);
        return;
    }
    const ngx_msec_t waited = ngx_current_msec - hold_began_;
    deadline_.set(patience() > waited ? patience() - waited : 1);
    if (rewrites()) {
        ngx_http_set_log_request(r_->connection->log, r_);
        (void)guarded(r_->connection->log, 0, [this] {
            send_head();
            return 0;
        });
    }
}

void Request::on_deadline(ngx_event_t* event) noexcept {
    auto* self = Timer::owner<Request>(event);
    if (self->lookup_.pending()) {
        self->worker_.stats().lookup_timeouts.add();
        self->skip(Skip::timeout);
    }
    if (self->awaits_lookup()) {
        self->lookup_.give_up();
        self->resume();
        return;
    }
    (void)guarded(self->r_->connection->log, 0, [self] {
        self->write_events();
        return 0;
    });
    self->stop_waiting();
    self->wake();
}

void Request::stop_waiting() {
    lookup_.give_up();
    if (write_ != nullptr) {
        Worker::forget(write_);
        write_ = nullptr;
    }
    if (join_ != nullptr) {
        join_->forget();
        join_ = nullptr;
    }
}

// While we hold, send_timeout runs against the client: stay well below it.
ngx_msec_t Request::patience() const {
    auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(r_, ngx_http_core_module));
    const ngx_msec_t all = ngx_min(location_->timeout, core->send_timeout / 2 + 1);
    return all > held_ms_ ? all - held_ms_ : 1;
}

void Request::send_head() {
    if (r_->connection->error) {
        return;
    }
    page_->release_head();
    if (gzip_) {
        gzip_->flush();
    }
    if (chain_.flush()) {
        (void)ngx_http_output_filter(r_, nullptr);
    }
}

// The clock's, or what personalize_now says; a page of another time leaves no impressions.
std::int64_t Request::now() {
    std::int64_t moment = ngx_time();
    if (rules::parse_moment(evaluate(r_, location_->now), &moment)) {
        seen_ = false;
    }
    return moment;
}

void Request::evaluate_variables(page::Visitor& visitor) {
    for (ngx_http_complex_value_t* value : location_->placements->variables) {
        variables_.push_back(evaluate(r_, value));
    }
    for (const auto& [name, value] : location_->context->context) {
        context_.emplace_back(name, evaluate(r_, value));
    }
    visitor.variables = variables_;
    visitor.context.variables = context_;
    visitor.explain = truthy(evaluate(r_, location_->explain));
    visitor.locale = &locale();
}

const page::Locale& Request::locale() const {
    const LocaleChoice* choice = location_->locale;
    return choice == nullptr || choice->known.empty()
               ? page::Locale::plain()
               : page::choose_locale(choice->known, evaluate(r_, choice->wanted));
}

void Request::decide() {
    if (page_->verdict() != page::Verdict::undecided) {
        return;
    }
    if (!profiled_ && skip_ == Skip::none) {
        build_profile();
    }
    if (snapshot_ == nullptr) {
        skip(Skip::store);
    }
    if (skip_ != Skip::none) {
        page_->pass();
        return;
    }
    page::Visitor visitor;
    visitor.snapshot = snapshot_.get();
    visitor.profile = &desk().profile;
    if (RuleWatch* watch = worker_.rules(location_->rules)) {
        rules_ = watch->current();
        visitor.rules = rules_.get();
    }
    visitor.now = now();
    visitor.host = view(r_->headers_in.server);
    visitor.uri = view(r_->main->unparsed_uri);
    // Only where an impression will tell how it went.
    if (seen_ && location_->impressions && may_write() && worker_.redis() != nullptr) {
        visitor.explore = static_cast<float>(location_->explore) / 100;
        visitor.seed = std::hash<std::string_view>()(visitor_) | 1U;
    }
    visitor.context.consent = consent_;
    visitor.charset = charset_;
    visitor.ready = &worker_.tiles_of(snapshot_);
    visitor.coded_tiles = gzip_.has_value();
    visitor.budget = {static_cast<std::int64_t>(location_->budget) * 1'000'000, monotonic_ns};
    evaluate_variables(visitor);
    page_->decide(page::Verdict::personalize, visitor);
}

void Request::input(std::string_view bytes) {
    out_of_memory_ = out_of_memory_ || !chain_.slice(bytes);
}

void Request::made(std::string_view bytes) {
    (void)desk();
    out_of_memory_ = out_of_memory_ || !chain_.copy(bytes);
}

void Request::tile(const page::ReadyTile& tile) {
    if (!tile.kept) {
        made(tile.text);
        return;
    }
    (void)desk();
    out_of_memory_ = out_of_memory_ || !chain_.copy_late(tile.text);
}

bool Request::feed(ngx_buf_t* buffer) {
    if (ngx_buf_in_memory(buffer) && buffer->pos != buffer->last) {
        feed(std::string_view(reinterpret_cast<const char*>(buffer->pos),
                              static_cast<std::size_t>(buffer->last - buffer->pos)));
    }
    if (buffer->last_buf && !ended_) {
        ended_ = true;
        page_->end();
    }
    finish_gzip();
    return chain_.finish(buffer, page_->holding() || writing()) && !out_of_memory_;
}

// Another filter may have made something else of the known page; then it is scanned.
void Request::feed(std::string_view bytes) {
    const bool known = known_ != nullptr && !fed_ && bytes.data() == known_->bytes().data() &&
                       bytes.size() == known_->bytes().size();
    fed_ = true;
    if (known) {
        page_->play(*known_);
    } else {
        page_->write(bytes);
    }
}

ngx_int_t Request::body(ngx_chain_t* in, ngx_http_output_body_filter_pt next) {
    const bool passing =
        page_->verdict() == page::Verdict::pass && page_->buffered() == 0 && !gzip_;
    if (passing && hold_ == Hold::none && !writing() && chain_.empty() && !chain_.busy()) {
        return next(r_, in);
    }
    const std::uint64_t began_us = monotonic_us();
    if (!lookup_.pending()) {
        decide();
        write_events();
    }
    for (ngx_chain_t* link = in; link != nullptr; link = link->next) {
        if (!feed(link->buf)) {
            return NGX_ERROR;
        }
    }
    finish_gzip();
    if (page_->verdict() == page::Verdict::pass) {
        skip(Skip::limit);  // unless there was another reason before
    }
    work_us_ += monotonic_us() - began_us;
    buffered_ = worker_.change_buffered(buffered_, page_->buffered());
    update_hold();
    if (hold_ == Hold::none && !chain_.release_last()) {
        return NGX_ERROR;
    }
    // An empty chain where nothing waits below would be an alert; a NULL call must always go on.
    if (in != nullptr && chain_.empty() && !chain_.busy()) {
        return NGX_OK;
    }
    return chain_.send(r_, next);
}

// With a length of its own, the response would end for the client before its last buffer: all of
// it is kept.
ngx_int_t Request::pass(ngx_chain_t* in, ngx_http_output_body_filter_pt next) {
    if (!lookup_.pending()) {
        write_events();
    }
    const bool wait = writing();
    hold(wait ? Hold::end : Hold::none);
    if (!wait && kept_ == nullptr) {
        return next(r_, in);
    }
    if (ngx_chain_add_copy(r_->pool, &kept_, in) != NGX_OK) {
        return NGX_ERROR;
    }
    return wait ? NGX_OK : next(r_, std::exchange(kept_, nullptr));
}

void Request::update_hold() {
    const bool end = ended_ && writing();
    hold(page_->holding() ? Hold::placement : end ? Hold::end : Hold::none);
}

// The bit keeps the request alive; the deadline sees to it that it is cleared. What a new reason
// lets go shall not wait in the filters below, so the delay of the head begins anew.
void Request::hold(Hold why) {
    if (why == hold_) {
        return;
    }
    if (hold_ != Hold::none) {
        held_ms_ += ngx_current_msec - hold_began_;
        held_us_ += monotonic_us() - hold_began_us_;
        deadline_.unset();
        give_up();  // the delay
        r_->buffered &= ~kBufferedBit;
    }
    hold_ = why;
    if (hold_ != Hold::none) {
        hold_began_ = ngx_current_msec;
        hold_began_us_ = monotonic_us();
        if (patience() > Worker::kHeadDelay) {
            worker_.head_delays().begin(*this);
        } else {
            deadline_.set(patience());
        }
        r_->buffered |= kBufferedBit;
    }
}

// Push what was held from the top of the chain, so that the filters above account for it, then let
// the request's own handler go on. After that the request may be gone.
void Request::wake() {
    ngx_connection_t* c = r_->connection;
    ngx_http_request_t* r = r_;
    if (c->error) {
        return;
    }
    ngx_http_set_log_request(c->log, r);
    (void)ngx_http_output_filter(r, nullptr);
    r->write_event_handler(r);
    ngx_http_run_posted_requests(c);
}

std::string Request::status() const {
    if (!wants_page_) {
        return {};
    }
    if (const Skip reason = skipped(); reason != Skip::none) {
        return "passed:" + std::string(kSkipNames[static_cast<std::size_t>(reason)]);
    }
    return personal() ? "personal" : "popular";
}

}  // namespace pz::ngx
