#include "page/gzip_output.hpp"

#include "page/resolver.hpp"

namespace pz::page {

void GzipOutput::begin() {
    if (!join_) {
        output_.made(join_.emplace(output_.gzip_memory()).begin());
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

void GzipOutput::made(std::string_view bytes) {
    send_pending();
    join_->add_text(bytes);
    output_.made(join_->end_block());
}

void GzipOutput::tile(const ReadyTile& tile) {
    send_pending();
    join_->add_tile(tile);
}

void GzipOutput::flush() {
    send_pending();
    output_.made(join_->end_block());
}

void GzipOutput::send_pending() {
    begin();
    const std::string_view all = page_.bytes();
    while (pending_begin_ < pending_end_) {
        const DeflatedPiece* piece = page_.piece(pending_begin_, pending_end_);
        if (piece != nullptr) {
            output_.made(join_->end_block());
            join_->add(*piece);
            output_.input(piece->bytes);
            pending_begin_ += piece->size;
            continue;
        }
        const std::size_t from = pending_begin_;
        pending_begin_ = page_.next_piece(from, pending_end_);
        join_->add_text(all.substr(from, pending_begin_ - from));
    }
}

void GzipOutput::finish() {
    flush();
    finished_ = true;
    output_.made(join_->end());
}

}  // namespace pz::page
