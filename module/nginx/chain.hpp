// Chain: what one response sends, as nginx buffers.
//
// Two kinds of buffers: slices point into a buffer that came from above, which is marked consumed
// only when its last slice has been sent (as ngx_http_sub_filter_module does it); copies own their
// bytes. Both are reused once sent, so a long response needs a bounded number of them. Invariant:
// busy_ holds our buffers only, in order of sending. Lifetime: pool and lent memory outlive what is
// sent.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "nginx/ngx.hpp"

namespace pz::ngx {

class Chain {
  public:
    // A copy that is yet to be made.
    struct Late {
        u_char* to;
        std::string_view from;
    };

    explicit Chain(ngx_pool_t* pool) : pool_(pool) {}
    // From now on copies take this before they ask the pool. Once. `late` is empty.
    void lend(std::span<u_char> spare, std::vector<Late>& late) {
        spare_ = spare;
        late_ = &late;
    }

    // All return false when memory is out.
    bool slice(std::string_view bytes);
    bool copy(std::string_view bytes);
    // The bytes live until send(), where they are copied: by then they have come into the processor's
    // cache, if whoever has them sent for them. After lend().
    bool copy_late(std::string_view bytes);
    // `from` has been read to its end. Its flags go on to the last buffer emitted for it; with
    // nothing emitted it is consumed at once. `hold_last`: the end of the response is kept for
    // later.
    bool finish(ngx_buf_t* from, bool hold_last);
    // What was sent before, and may wait for more in the filters below, shall leave now.
    bool flush();
    // The end of the response that finish() kept.
    bool release_last();

    bool empty() const { return out_ == nullptr; }
    bool busy() const { return busy_ != nullptr; }
    // Hands everything to the next filter and takes back what was sent.
    ngx_int_t send(ngx_http_request_t* r, ngx_http_output_body_filter_pt next);

  private:
    static constexpr std::size_t kCopySize = 4096;
    static constexpr std::size_t kKeepSize = 65536;

    ngx_chain_t* append(ngx_chain_t** free);
    u_char* room(std::size_t size);
    u_char* extend(std::size_t size);
    bool give_memory(ngx_buf_t* buffer, std::size_t size);
    ngx_chain_t* append_special();
    void take_back();

    ngx_pool_t* pool_;
    std::span<u_char> spare_;
    std::vector<Late>* late_ = nullptr;
    ngx_chain_t* out_ = nullptr;
    ngx_chain_t** last_ = &out_;
    ngx_chain_t* busy_ = nullptr;
    ngx_chain_t* free_slices_ = nullptr;
    ngx_chain_t* free_copies_ = nullptr;
    ngx_buf_t* newest_ = nullptr;  // the last buffer appended since the last finish()
    bool last_buf_ = false, last_in_chain_ = false;
};

}  // namespace pz::ngx
