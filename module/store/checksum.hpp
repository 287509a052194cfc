// Checksum: XXH3 (64 bits) of bytes that come in pieces. Of a store file: of its immutable part,
// which begins with a Header, taking the header's checksum as 0.
// Thread rules: one thread per object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pz::store {

// Of bytes that are all there.
std::uint64_t checksum_of(std::string_view bytes);

class Checksum {
  public:
    Checksum();
    ~Checksum();
    Checksum(const Checksum&) = delete;
    Checksum& operator=(const Checksum&) = delete;
    void add(const void* bytes, std::size_t size);
    std::uint64_t value() const;

  private:
    void* state_;
};

}  // namespace pz::store
