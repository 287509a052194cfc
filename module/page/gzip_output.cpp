#include "page/gzip_output.hpp"

#include "page/resolver.hpp"

namespace pz::page {

void GzipOutput::begin() {
    if (!begun_) {
        begun_ = true;
        encoded_.clear();
        join_.begin(encoded_);
        output_.made(encoded_);
    }
}

// What follows on what was before may be one piece with it.
void GzipOutput::input(std::string_view bytes) {
    const std::string_view all = page_.bytes();
    if (!is_within(bytes, all)) {
        made(bytes);
        return;
    }
    const auto from = static_cast<std::size_t>(bytes.data() - all.data());
    if (from != pending_end_) {
        send_pending();
        pending_begin_ = from;
    }
    pending_end_ = from + bytes.size();
}

void GzipOutput::tiles(std::string_view bytes, std::span<const rewrite::TilePart> parts) {
    send_pending();
    begin();
    encoded_.clear();
    join_.append_tiles(bytes, parts, encoded_);
    output_.made(encoded_);
}

void GzipOutput::send_pending() {
    begin();
    const std::string_view all = page_.bytes();
    while (pending_begin_ < pending_end_) {
        const DeflatedPiece* piece = page_.piece(pending_begin_, pending_end_);
        if (piece != nullptr) {
            join_.add(*piece);
            output_.input(piece->bytes);
            pending_begin_ += piece->size;
            continue;
        }
        const std::size_t from = pending_begin_;
        pending_begin_ = page_.next_piece(from, pending_end_);
        encoded_.clear();
        join_.append_tiles(all.substr(from, pending_begin_ - from), {}, encoded_);
        output_.made(encoded_);
    }
}

void GzipOutput::finish() {
    send_pending();
    finished_ = true;
    encoded_.clear();
    join_.end(encoded_);
    output_.made(encoded_);
}

}  // namespace pz::page
