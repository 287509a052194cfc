// The filter above nginx's copy filter: it sees a page as a range of a file, before it is read. If
// the worker knows the page already, it goes on from memory, with its placements found; if not, it
// is read here and looked through once for all visitors.
//
// Everything that is not one whole file goes on as it came: answers of an origin, parts, pages that
// another filter changes. Nothing here waits for a disk. Where a file may become a gzip stream, its
// header waits for it: nginx's cache says beforehand which file it has, the others do not.
#include <sys/stat.h>
#include <sys/uio.h>

#include <cerrno>
#include <utility>

#include "nginx/request.hpp"

namespace pz::ngx {

namespace {

ngx_http_output_body_filter_pt next_body_filter;

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// The time of this turn of the event loop; it never goes ahead of the clock.
std::int64_t now_ns() {
    const ngx_time_t* now = ngx_timeofday();
    return (std::int64_t{now->sec} * 1000 + static_cast<std::int64_t>(now->msec)) * 1'000'000;
}

// The whole response, not read yet.
bool whole_file(const ngx_chain_t* in) {
    const ngx_buf_t* b = in->buf;
    return in->next == nullptr && b->last_buf && b->in_file && !ngx_buf_in_memory(b) &&
           b->file != nullptr && !b->file->directio && b->file_last > b->file_pos;
}

bool look_at(ngx_fd_t fd, off_t begin, off_t end, page::FileRange& range) {
    struct stat now;
    if (fstat(fd, &now) != 0 || !S_ISREG(now.st_mode)) {
        return false;
    }
    range = {
        now.st_dev, now.st_ino, now.st_size, nanoseconds(now.st_mtim), nanoseconds(now.st_ctim),
        begin,      end};
    return true;
}

// Nothing when that would wait for the disk: nginx reads the page then, as it is configured to.
std::unique_ptr<char[]> read_now(ngx_fd_t fd, off_t begin, std::size_t size) {
    auto bytes = std::make_unique_for_overwrite<char[]>(size);
    iovec whole = {bytes.get(), size};
    ssize_t got = preadv2(fd, &whole, 1, begin, RWF_NOWAIT);
    if (got < 0 && errno == EOPNOTSUPP) {
        got = pread(fd, bytes.get(), size, begin);
    }
    return got == static_cast<ssize_t>(size) ? std::move(bytes) : nullptr;
}

ngx_int_t file_filter(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
    Request* request = in != nullptr && r == r->main ? Request::find(r) : nullptr;
    if (request != nullptr && request->waits_for_file()) {
        request->meet_file(in);
        if (send_awaited_header(r, *request) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    if (request != nullptr && request->may_know()) {
        in = guarded(r->connection->log, in, [&] { return request->know(in); });
    }
    return next_body_filter(r, in);
}

ngx_int_t add_filter(ngx_conf_t*) noexcept {
    next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = file_filter;
    return NGX_OK;
}

ngx_http_module_t context = {nullptr, add_filter, nullptr, nullptr,
                             nullptr, nullptr,    nullptr, nullptr};

}  // namespace

bool Request::may_know() const {
    return rewrites() && playable_ && !asked_ && location_->max_known_page > 0;
}

ngx_chain_t* Request::know(ngx_chain_t* in) {
    asked_ = true;
    if (!whole_file(in)) {
        return in;
    }
    const ngx_buf_t* b = in->buf;
    if (known_file_ == NGX_INVALID_FILE) {
        know_file(b->file->fd, b->file_pos, b->file_last);
    }
    return known_ != nullptr && b->file->fd == known_file_ ? from_memory(in) : in;
}

void Request::know_file(ngx_fd_t fd, off_t begin, off_t end) {
    known_file_ = fd;
    known_ = known_page(fd, begin, end);
}

// From the worker's memory, or read now; nullptr: neither.
std::shared_ptr<const page::KnownPage> Request::known_page(ngx_fd_t fd, off_t begin, off_t end) {
    page::FileRange range;
    if (end <= begin || end - begin > static_cast<off_t>(location_->max_known_page) ||
        !look_at(fd, begin, end, range)) {
        return nullptr;
    }
    // The same object for clients with gzip and without.
    const bool deflated = offers_gzip() && (r_->cached || r_->upstream == nullptr);
    const page::Plan& plan = *location_->plan;
    auto known = worker_.pages().find(range, plan, deflated);
    (known != nullptr ? worker_.stats().page_cache_hits : worker_.stats().page_cache_misses).add();
    if (known == nullptr && page::settled(range, now_ns())) {
        const auto size = static_cast<std::size_t>(end - begin);
        if (auto bytes = read_now(fd, begin, size)) {
            known = std::make_shared<const page::KnownPage>(plan, std::move(bytes), size, deflated);
            worker_.stats().page_cache_evictions.add(worker_.pages().add(range, plan, known));
        }
    }
    return known;
}

bool Request::offers_gzip() const {
    return location_->gzip && location_->max_known_page > 0 && !location_->plan->answer;
}

void Request::know_cached() {
    if (r_->cached && r_->cache != nullptr && ngx_http_gzip_ok(r_) == NGX_OK) {
        const ngx_http_cache_t* cache = r_->cache;
        know_file(cache->file.fd, static_cast<off_t>(cache->body_start), cache->length);
        join_gzip();
    }
}

// nginx's own handlers send the body right behind the header.
bool Request::await_file(const Start& start) {
    if (r_->upstream == nullptr && r_->content_handler == nullptr &&
        ngx_http_gzip_ok(r_) == NGX_OK) {
        start_ = start;
    }
    return start_.has_value();
}

void Request::meet_file(const ngx_chain_t* in) {
    if (whole_file(in)) {
        guarded(r_->connection->log, 0, [&] {
            const ngx_buf_t* b = in->buf;
            know_file(b->file->fd, b->file_pos, b->file_last);
            join_gzip();
            return 0;
        });
    }
}

// Of a page that is known.
void Request::join_gzip() {
    if (known_ != nullptr) {
        page::GzipSink& own = *this;
        gzip_.emplace(*known_, own);
        worker_.stats().gzip_joined.add();
    }
}

// Behind the last byte, and before the end of the response leaves.
void Request::finish_gzip() {
    if (gzip_ && ended_ && !page_->holding() && !gzip_->finished()) {
        gzip_->finish();
    }
}

// The page instead of its file; nginx's own link when memory is out.
ngx_chain_t* Request::from_memory(ngx_chain_t* in) {
    ngx_chain_t* link = ngx_alloc_chain_link(r_->pool);
    ngx_buf_t* b = static_cast<ngx_buf_t*>(ngx_calloc_buf(r_->pool));
    if (link == nullptr || b == nullptr) {
        return in;
    }
    b->memory = 1;
    b->pos = b->start = bytes(known_->bytes());
    b->last = b->end = b->pos + known_->bytes().size();
    b->last_buf = in->buf->last_buf;
    b->last_in_chain = in->buf->last_in_chain;
    in->buf->file_pos = in->buf->file_last;
    link->buf = b;
    link->next = nullptr;
    return link;
}

}  // namespace pz::ngx

extern "C" {

ngx_module_t ngx_http_personalize_file_filter_module = {
    NGX_MODULE_V1, &pz::ngx::context, nullptr, NGX_HTTP_MODULE, nullptr, nullptr,
    nullptr,       nullptr,           nullptr, nullptr,         nullptr, NGX_MODULE_V1_PADDING};
}
