#define XXH_INLINE_ALL
#include <xxhash.h>

#include "store/checksum.hpp"
#include "store/format.hpp"

namespace pz::store {

std::uint32_t hash_text(std::string_view text) {
    const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
    return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

std::uint64_t checksum_of(std::string_view bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

// XXH3's state wants 64-byte alignment, which its own functions see to.
Checksum::Checksum() : state_(XXH3_createState()) {
    if (state_ != nullptr) {
        XXH3_64bits_reset(static_cast<XXH3_state_t*>(state_));
    }
}

Checksum::~Checksum() {
    XXH3_freeState(static_cast<XXH3_state_t*>(state_));
}

void Checksum::add(const void* bytes, std::size_t size) {
    if (state_ != nullptr && size != 0) {
        XXH3_64bits_update(static_cast<XXH3_state_t*>(state_), bytes, size);
    }
}

std::uint64_t Checksum::value() const {
    return state_ == nullptr ? 0 : XXH3_64bits_digest(static_cast<const XXH3_state_t*>(state_));
}

}  // namespace pz::store
