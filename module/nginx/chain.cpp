#include "nginx/chain.hpp"

namespace pz::ngx {

namespace {

void consume(ngx_buf_t* buffer) {
    buffer->pos = buffer->last;
    if (buffer->in_file) {
        buffer->file_pos = buffer->file_last;
    }
}

// Our tag says that `start` is memory of this chain's own.
ngx_buf_tag_t copy_tag() {
    return static_cast<ngx_buf_tag_t>(&ngx_http_personalize_module);
}

}  // namespace

ngx_chain_t* Chain::append(ngx_chain_t** free) {
    ngx_chain_t* link = *free;
    if (link != nullptr) {
        *free = link->next;
        u_char* start = link->buf->start;
        u_char* end = link->buf->end;
        ngx_memzero(link->buf, sizeof(ngx_buf_t));
        link->buf->start = start;
        link->buf->end = end;
    } else {
        link = ngx_alloc_chain_link(pool_);
        if (link == nullptr) {
            return nullptr;
        }
        link->buf = static_cast<ngx_buf_t*>(ngx_calloc_buf(pool_));
        if (link->buf == nullptr) {
            return nullptr;
        }
    }
    link->next = nullptr;
    *last_ = link;
    last_ = &link->next;
    newest_ = link->buf;
    return link;
}

bool Chain::slice(std::string_view text) {
    if (text.empty()) {
        return true;
    }
    if (newest_ != nullptr && newest_->memory && newest_->last == bytes(text)) {
        newest_->last += text.size();  // it goes on where the last one ended
        return true;
    }
    ngx_chain_t* link = append(&free_slices_);
    if (link == nullptr) {
        return false;
    }
    link->buf->memory = 1;
    link->buf->pos = bytes(text);
    link->buf->last = link->buf->pos + text.size();
    return true;
}

bool Chain::copy(std::string_view text) {
    if (text.empty()) {
        return true;
    }
    u_char* to = room(text.size());
    if (to == nullptr) {
        return false;
    }
    ngx_memcpy(to, text.data(), text.size());
    return true;
}

bool Chain::copy_late(std::string_view text) {
    if (text.empty()) {
        return true;
    }
    late_->push_back({nullptr, text});  // first: what throws here has taken no room
    u_char* to = room(text.size());
    if (to == nullptr) {
        late_->pop_back();
        return false;
    }
    late_->back().to = to;
    return true;
}

// At the end of what is to be sent; nullptr when memory is out.
u_char* Chain::room(std::size_t size) {
    if (u_char* to = extend(size)) {
        return to;
    }
    ngx_chain_t** reusable = &free_copies_;
    while (*reusable != nullptr &&
           static_cast<std::size_t>((*reusable)->buf->end - (*reusable)->buf->start) < size) {
        reusable = &(*reusable)->next;
    }
    ngx_chain_t* link = append(reusable);
    if (link == nullptr) {
        return nullptr;
    }
    ngx_buf_t* b = link->buf;
    if (b->start == nullptr && !give_memory(b, size)) {
        return nullptr;
    }
    b->tag = copy_tag();
    b->temporary = 1;
    b->pos = b->start;
    b->last = b->start + size;
    return b->start;
}

// Pieces in a row share a buffer; nullptr: it has no room.
u_char* Chain::extend(std::size_t size) {
    if (newest_ == nullptr || newest_->tag != copy_tag()) {
        return nullptr;
    }
    if (newest_->end == spare_.data() && size <= spare_.size()) {
        newest_->end += size;
        spare_ = spare_.subspan(size);
    }
    if (static_cast<std::size_t>(newest_->end - newest_->last) < size) {
        return nullptr;
    }
    newest_->last += size;
    return newest_->last - size;
}

bool Chain::give_memory(ngx_buf_t* b, std::size_t size) {
    if (size <= spare_.size()) {
        b->start = spare_.data();
        spare_ = spare_.subspan(size);
    } else {
        size = size < kCopySize ? kCopySize : size;
        b->start = static_cast<u_char*>(ngx_palloc(pool_, size));
    }
    b->end = b->start != nullptr ? b->start + size : nullptr;
    return b->start != nullptr;
}

// A buffer without memory, only to carry flags.
ngx_chain_t* Chain::append_special() {
    ngx_chain_t* link = append(&free_slices_);
    if (link != nullptr) {
        link->buf->sync = 1;
    }
    return link;
}

bool Chain::finish(ngx_buf_t* from, bool hold_last) {
    const bool last_buf = from->last_buf && !hold_last;
    const bool last_in_chain = from->last_in_chain && !hold_last;
    if (hold_last) {
        last_buf_ = last_buf_ || from->last_buf;
        last_in_chain_ = last_in_chain_ || from->last_in_chain;
    }
    if (newest_ == nullptr) {
        if (!last_buf && !last_in_chain && !from->flush) {
            consume(from);
            return true;
        }
        if (append_special() == nullptr) {
            return false;
        }
    }
    newest_->last_buf = last_buf;
    newest_->last_in_chain = last_in_chain;
    newest_->flush = from->flush;
    newest_->recycled = from->recycled;
    newest_->shadow = from;
    newest_ = nullptr;
    return true;
}

bool Chain::flush() {
    if (newest_ == nullptr && append_special() == nullptr) {
        return false;
    }
    newest_->flush = 1;
    newest_ = nullptr;
    return true;
}

bool Chain::release_last() {
    if (!last_buf_ && !last_in_chain_) {
        return true;
    }
    if (newest_ == nullptr && append_special() == nullptr) {
        return false;
    }
    newest_->last_buf = last_buf_;
    newest_->last_in_chain = last_in_chain_;
    newest_ = nullptr;
    last_buf_ = last_in_chain_ = false;
    return true;
}

ngx_int_t Chain::send(ngx_http_request_t* r, ngx_http_output_body_filter_pt next) {
    if (late_ != nullptr) {
        for (const Late& late : *late_) {
            ngx_memcpy(late.to, late.from.data(), late.from.size());
        }
        late_->clear();
    }
    ngx_chain_t* out = out_;
    const ngx_int_t rc = next(r, out);
    if (out != nullptr) {
        ngx_chain_t** end = &busy_;
        while (*end != nullptr) {
            end = &(*end)->next;
        }
        *end = out;
    }
    out_ = nullptr;
    last_ = &out_;
    newest_ = nullptr;
    take_back();
    return rc;
}

void Chain::take_back() {
    while (busy_ != nullptr && ngx_buf_size(busy_->buf) == 0) {
        ngx_chain_t* link = busy_;
        ngx_buf_t* b = link->buf;
        busy_ = link->next;
        if (b->shadow != nullptr) {
            consume(b->shadow);
        }
        const bool own = b->tag == copy_tag();
        const bool large = own && static_cast<std::size_t>(b->end - b->start) > kKeepSize;
        if (large) {
            ngx_pfree(pool_, b->start);
        }
        if (!own || large) {
            b->start = b->end = nullptr;
        }
        ngx_chain_t** free = b->start != nullptr ? &free_copies_ : &free_slices_;
        link->next = *free;
        *free = link;
    }
}

}  // namespace pz::ngx
