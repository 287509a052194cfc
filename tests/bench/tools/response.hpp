// Response: how one HTTP/1.1 response is framed, so that a load generator knows its end and reads
// no more of it than it must.
//
// take() is given what was received since begin(), in any pieces; true at the response's last byte.
// skippable() bytes of body may be thrown away unread: report them by skipped(). Responses come one
// at a time (no pipelining). Without a length, or chunks, there is no end: framed() is false.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

namespace pz::bench {

class Response {
  public:
    void begin() { *this = Response(); }

    bool take(std::string_view bytes) {
        while (!bytes.empty() && part_ != Part::done) {
            bytes.remove_prefix(step(bytes));
        }
        return part_ == Part::done;
    }

    std::size_t skippable() const { return part_ == Part::body ? left_ : 0; }
    bool skipped(std::size_t bytes) {
        left_ -= std::min(bytes, left_);
        part_ = left_ == 0 ? Part::done : part_;
        return part_ == Part::done;
    }

    bool framed() const { return part_ != Part::unframed; }
    bool success() const { return status_ >= 200 && status_ < 300; }
    bool closes() const { return closes_; }

  private:
    enum class Part { head, body, chunk_size, chunk, chunk_end, trailer, done, unframed };

    std::size_t step(std::string_view bytes) {
        switch (part_) {
            case Part::head:
                return head(bytes);
            case Part::body:
            case Part::chunk: {
                const std::size_t taken = std::min(left_, bytes.size());
                left_ -= taken;
                if (left_ == 0) {
                    part_ = part_ == Part::body ? Part::done : Part::chunk_end;
                }
                return taken;
            }
            default:
                return line(bytes);
        }
    }

    std::size_t head(std::string_view bytes) {
        const std::size_t before = text_.size();
        text_ += bytes;
        const std::size_t end = text_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
        if (end == std::string::npos) {
            return bytes.size();
        }
        text_.resize(end + 2);
        for (char& c : text_) {
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
        }
        status_ = text_.size() > 12 ? std::atoi(text_.c_str() + 9) : 0;
        closes_ = text_.find("\r\nconnection: close\r\n") != std::string::npos;
        begin_body();
        text_.clear();
        return end + 4 - before;
    }

    void begin_body() {
        constexpr std::string_view kLength = "\r\ncontent-length:";
        if (status_ == 204 || status_ == 304) {
            part_ = Part::done;
        } else if (const std::size_t at = text_.find(kLength); at != std::string::npos) {
            left_ = std::strtoull(text_.c_str() + at + kLength.size(), nullptr, 10);
            part_ = left_ == 0 ? Part::done : Part::body;
        } else {
            const bool chunks =
                text_.find("\r\ntransfer-encoding: chunked\r\n") != std::string::npos;
            part_ = chunks ? Part::chunk_size : Part::unframed;
        }
    }

    // The lines around chunks: a size, the blank one behind a chunk, the trailer's.
    std::size_t line(std::string_view bytes) {
        if (part_ == Part::unframed) {
            return bytes.size();
        }
        const std::size_t end = bytes.find('\n');
        text_ += bytes.substr(0, end);
        if (end == std::string_view::npos) {
            return bytes.size();
        }
        if (part_ == Part::chunk_size) {
            left_ = std::strtoull(text_.c_str(), nullptr, 16);
            part_ = left_ == 0 ? Part::trailer : Part::chunk;
        } else if (part_ == Part::chunk_end) {
            part_ = Part::chunk_size;
        } else if (text_.empty() || text_ == "\r") {
            part_ = Part::done;
        }
        text_.clear();
        return end + 1;
    }

    Part part_ = Part::head;
    std::string text_;      // the head or line so far
    std::size_t left_ = 0;  // bytes of the body or chunk
    int status_ = 0;
    bool closes_ = false;
};

}  // namespace pz::bench
