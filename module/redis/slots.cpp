#include "redis/slots.hpp"

#include <array>

namespace pz::redis {

namespace {

constexpr std::uint16_t kPolynomial = 0x1021;

constexpr std::array<std::uint16_t, 256> make_table() {
    std::array<std::uint16_t, 256> table{};
    for (std::size_t byte = 0; byte < table.size(); ++byte) {
        unsigned crc = static_cast<unsigned>(byte) << 8;
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc << 1) ^ ((crc & 0x8000U) != 0 ? kPolynomial : 0U);
        }
        table[byte] = static_cast<std::uint16_t>(crc);
    }
    return table;
}

constexpr auto kTable = make_table();

std::string_view hashed_part(std::string_view key) {
    const std::size_t open = key.find('{');
    if (open == std::string_view::npos) {
        return key;
    }
    const std::size_t close = key.find('}', open + 1);
    const bool tagged = close != std::string_view::npos && close > open + 1;
    return tagged ? key.substr(open + 1, close - open - 1) : key;
}

}  // namespace

Slot slot_of(std::string_view key) {
    unsigned crc = 0;
    for (const char c : hashed_part(key)) {
        crc = ((crc << 8) ^ kTable[((crc >> 8) ^ static_cast<unsigned char>(c)) & 0xffU]) & 0xffffU;
    }
    return static_cast<Slot>(crc % kSlots);
}

}  // namespace pz::redis
