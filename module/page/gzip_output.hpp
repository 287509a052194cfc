// GzipOutput: a known page's output as a gzip stream: pieces that were deflated before, and tiles.
//
// Bytes of the known page that are a piece leave as that piece, by the same pointers; all others,
// whatever they are, are encoded as they come. Between the first byte and finish() it is one stream.
// Thread rules: one thread. Lifetime: page and output outlive it. Errors: none, but for
// std::bad_alloc.
#pragma once

#include <optional>

#include "page/gzip_join.hpp"
#include "page/page.hpp"

namespace pz::page {

class GzipSink : public Output {
  public:
    // Asked for when the first byte comes; this stream's alone until its end.
    virtual GzipMemory& gzip_memory() = 0;

  protected:
    ~GzipSink() = default;
};

class GzipOutput final : public Output {
  public:
    // `page` is deflated().
    GzipOutput(const KnownPage& page, GzipSink& output) : page_(page), output_(output) {}

    void input(std::string_view bytes) override;
    void made(std::string_view bytes) override;
    void tile(const ReadyTile& tile) override;
    // What came so far shall be with the output now.
    void flush();
    // The end of the stream; once.
    void finish();
    bool finished() const { return finished_; }

  private:
    void begin();
    void send_pending();

    const KnownPage& page_;
    GzipSink& output_;
    std::optional<GzipJoin> join_;  // once something is to be sent
    bool finished_ = false;
    std::size_t pending_begin_ = 0, pending_end_ = 0;  // of the page, not sent yet
};

}  // namespace pz::page
