// JsonRewriter: the rewriter of rewriter.hpp for JSON documents. Sans-I/O.
//
// The sink gets the document back as a sequence, in order and without a gap: element() for each
// array or string that a pattern matched, raw() for the rest. What the sink is given concatenates
// to exactly the bytes written, and the chunks never change what matches.
//
// Of an array, the tiles are its elements, without the blanks and commas around them, and their
// keys what stands at the pattern's `id`. Of a string, `outer` has its quotes, `inner` is what
// stands between them, as written.
//
// What stands before the first match leaves at once. From there on everything is kept until end():
// only then is it certain that the document is valid and that no member is there twice, and no
// reader of JSON can use a part of it sooner. A document that is not valid by RFC 8259 (UTF-8
// included; a byte order mark is allowed) leaves as it came, and so does one of which more than
// Limits::max_buffer would have to be kept: then everything kept leaves as raw(), and what follows
// passes through.
//
// After abandon() everything, kept bytes first, is raw(). Reentrancy: the sink may call abandon(),
// not write() or end(). Lifetime: views given to the sink live only during the call; the patterns
// outlive the rewriter. Thread rules: one thread. Errors: none; any bytes are welcome.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rewrite/json_finder.hpp"
#include "rewrite/rewriter.hpp"

namespace pz::rewrite {

class JsonRewriter {
  public:
    JsonRewriter(std::span<const JsonPattern> patterns, Sink& sink, const Limits& limits = {});

    void write(std::string_view bytes);
    void end();
    void abandon();

    std::size_t buffered() const;  // bytes kept now, and what was found in them
    // end() will, or did, find a document that is not valid.
    bool invalid() const { return finder_.state() == JsonScanner::State::invalid; }
    Counters counters() const;

  private:
    bool too_large() const;
    void give_up();
    void keep(std::string_view bytes);
    void deliver();
    void deliver_match(const JsonMatch& match);
    void release(std::size_t end);
    std::string_view kept(std::uint64_t begin, std::uint64_t end) const;

    std::span<const JsonPattern> patterns_;
    Sink& sink_;
    std::size_t max_buffer_;
    JsonFinder finder_;
    std::string kept_;
    std::uint64_t kept_begin_ = 0;  // in the document
    std::size_t released_ = 0;      // of kept_
    std::uint64_t written_ = 0;
    bool passing_ = false, over_limit_ = false, delivering_ = false;
    std::vector<Tile> tiles_;
};

}  // namespace pz::rewrite
