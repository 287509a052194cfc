// Entry: what a record of the spool says: events of one visitor that Redis is still to get, oldest
// first. What the commands are made of, not the commands: whoever replays it writes where the
// configuration of that day says.
//
//   u8 parts, u8 size of the visitor's id, id; for each event: u16 size, text form (visitor/event.hpp)
//
// Thread rules: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/status.hpp"
#include "visitor/event.hpp"

namespace pz::spool {

// Which of the keys do not have the events.
using Parts = std::uint8_t;
inline constexpr Parts kList = 1;    // the visitor's list
inline constexpr Parts kStream = 2;  // the stream
inline constexpr Parts kAllParts = kList | kStream;

struct Entry {
    Parts parts = kAllParts;
    std::string visitor;
    std::vector<visitor::Event> events;
};

// `texts`: of the events, each at most visitor::kMaxEventLength bytes. `visitor` is valid.
std::string encode_entry(Parts parts, std::string_view visitor, std::span<const std::string> texts);
// Sets the parts of an encoded entry.
void set_parts(std::string& encoded, Parts parts);
// Believes nothing: the error says what is wrong with the bytes.
Result<Entry> decode_entry(std::string_view bytes);

}  // namespace pz::spool
