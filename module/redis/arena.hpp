// Arena: memory for the replies of one ticket. Internal to the room.
//
// Hands out pieces of chunks; reset() takes all of them back at once and keeps one chunk for the
// next ticket, so that the usual ticket costs no malloc. Thread rules: one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace pz::redis {

class Arena {
  public:
    // Aligned for any object; nullptr when there is no memory.
    void* allocate(std::size_t bytes);
    // For bytes; nullptr when there is no memory.
    char* room(std::size_t bytes);
    // A copy that lives until reset(); data() is nullptr when there is no memory.
    std::string_view copy(std::string_view text);
    void reset();
    // Bytes of the chunks it holds.
    std::size_t held() const { return held_; }

  private:
    struct Chunk {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t size;
    };

    std::byte* take(std::size_t bytes, std::size_t alignment);
    bool add_chunk(std::size_t bytes);

    std::vector<Chunk> chunks_;  // the last is in use
    std::size_t used_ = 0;       // of the last
    std::size_t held_ = 0;
};

}  // namespace pz::redis
