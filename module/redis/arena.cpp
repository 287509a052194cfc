#include "redis/arena.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace pz::redis {

namespace {

constexpr std::size_t kChunk = 16 * 1024;  // holds a hundred events and their nodes
constexpr std::size_t kAlignment = alignof(std::max_align_t);

}  // namespace

bool Arena::add_chunk(std::size_t bytes) {
    const std::size_t size = std::max(bytes, kChunk);
    Chunk chunk{std::unique_ptr<std::byte[]>(new (std::nothrow) std::byte[size]), size};
    if (chunk.bytes == nullptr) {
        return false;
    }
    chunks_.push_back(std::move(chunk));
    held_ += size;
    used_ = 0;
    return true;
}

std::byte* Arena::take(std::size_t bytes, std::size_t alignment) {
    std::size_t begin = (used_ + alignment - 1) / alignment * alignment;
    const std::size_t size = chunks_.empty() ? 0 : chunks_.back().size;
    if (chunks_.empty() || begin > size || bytes > size - begin) {
        if (!add_chunk(bytes)) {
            return nullptr;
        }
        begin = 0;
    }
    used_ = begin + bytes;
    return chunks_.back().bytes.get() + begin;
}

void* Arena::allocate(std::size_t bytes) {
    return take(bytes, kAlignment);
}

char* Arena::room(std::size_t bytes) {
    return reinterpret_cast<char*>(take(bytes, 1));
}

std::string_view Arena::copy(std::string_view text) {
    char* const bytes = room(text.size());
    if (bytes == nullptr) {
        return {};
    }
    std::copy(text.begin(), text.end(), bytes);
    return {bytes, text.size()};
}

// Larger chunks were for one large reply: only one of the ordinary size stays.
void Arena::reset() {
    const auto ordinary = std::find_if(chunks_.begin(), chunks_.end(),
                                       [](const Chunk& chunk) { return chunk.size == kChunk; });
    if (ordinary == chunks_.end()) {
        chunks_.clear();
    } else {
        std::swap(chunks_.front(), *ordinary);
        chunks_.resize(1);
    }
    held_ = chunks_.size() * kChunk;
    used_ = 0;
}

}  // namespace pz::redis
