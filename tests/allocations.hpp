// Counts how often a program asks for memory with operator new, for what is to do so once and never
// again; and lets memory run out. Include it in one source of a program alone, because it replaces
// the program's operator new. With a sanitizer, which has its own and looks at who frees what, nothing
// is counted, a count that is to be zero is then, and memory does not run out. Thread rules: one
// thread.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define PERSONALIZE_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PERSONALIZE_COUNTS_ALLOCATIONS 0
#endif
#endif
#ifndef PERSONALIZE_COUNTS_ALLOCATIONS
#define PERSONALIZE_COUNTS_ALLOCATIONS 1
#endif

namespace pz::test {

// Since the program began.
inline std::size_t& allocations() {
    static std::size_t count = 0;
    return count;
}

// How many more there may be before all that follow fail.
inline constexpr long kNoLimit = -1;
inline long& allocations_left() {
    static long left = kNoLimit;
    return left;
}

}  // namespace pz::test

#if PERSONALIZE_COUNTS_ALLOCATIONS
void* operator new(std::size_t size) {
    ++pz::test::allocations();
    long& left = pz::test::allocations_left();
    if (left != pz::test::kNoLimit && left-- == 0) {
        left = 0;
        throw std::bad_alloc();
    }
    if (void* memory = std::malloc(size)) {
        return memory;
    }
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}
#endif
