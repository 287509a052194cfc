// EventReader: the text form of one event as views, without copies. Internal to the room.
//
// The only parser of the text form: parse_event() copies what it found, Profile only looks. Tokens
// without '%' are views into the text, others into the reader. Thread rules: one thread per reader.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "store/status.hpp"
#include "visitor/byte_marks.hpp"
#include "visitor/event.hpp"

namespace pz::visitor {

// Which part of an event is wrong and how; empty `problem`: none is.
struct Fault {
    std::string_view part;
    std::string_view problem;
    std::string_view text;  // the offending text, quoted in the message unless empty

    explicit operator bool() const { return !problem.empty(); }
    Status status() const;  // "time: not a number of seconds: 'x'"
};

// What every event must obey, whoever made it. Empty: nothing is wrong. `plain`: it is known to have
// no control characters.
std::string_view name_problem(std::string_view name, bool plain = false);
// Of a given id, not of an absent one.
std::string_view item_problem(std::string_view item, bool plain = false);
std::string_view time_problem(std::int64_t time);
std::string_view key_problem(std::string_view key, bool plain = false);
std::string_view value_problem(std::string_view value);

// Unix seconds; false when the text is anything else.
bool parse_time(std::string_view text, std::int64_t* time);

class EventReader {
  public:
    EventReader() = default;
    EventReader(const EventReader&) = delete;
    EventReader& operator=(const EventReader&) = delete;

    struct Parameter {
        std::string_view key, value;
    };

    // False: see fault(). Views live until the next read() and as long as `text`.
    bool read(std::string_view text);
    const Fault& fault() const { return fault_; }

    std::string_view name() const { return name_; }
    std::string_view item() const { return item_; }  // empty: none
    std::int64_t time() const { return time_; }
    std::span<const Parameter> parameters() const { return {parameters_.data(), count_}; }
    std::string_view parameter(std::string_view key) const;  // empty when absent
    // Whether `view`, one of the above, is of the text itself and stays as long as it.
    static bool is_of(std::string_view view, std::string_view text) {
        return view.data() >= text.data() && view.data() < text.data() + text.size();
    }

  private:
    bool read_short(std::string_view text);
    void look_at(std::string_view text);
    [[gnu::always_inline]] inline std::size_t find(std::size_t from, bool marked) const;
    std::string_view next_token();
    bool fail(std::string_view part, std::string_view problem, std::string_view text);
    bool decode(std::string_view token, std::string_view part, std::string_view* decoded);
    bool read_name(std::string_view token);
    bool read_item(std::string_view token);
    bool read_time(std::string_view token);
    bool read_parameter(std::string_view token);

    std::string_view text_;
    std::size_t at_ = 0;  // before it everything has been read
    // A bit for each byte of the text that is a space, the first byte's lowest, and for the one
    // behind it; a word of zeros follows.
    static constexpr std::size_t kBlock = ByteMarks::kMost;
    std::array<std::uint64_t, kMaxEventLength / kBlock + 2> spaces_;
    std::string_view name_, item_;
    std::int64_t time_ = 0;
    std::size_t count_ = 0;
    bool plain_ = false;  // the text has neither a '%' nor a control character
    Fault fault_;
    std::array<Parameter, kMaxParameters> parameters_;
    // Decoded tokens. Reserved for a whole text that has any, which decoding never makes longer: so
    // views stay.
    std::string decoded_;
};

// Of a parameter's text; the meaning of Event::price_micros() and Event::quantity().
std::int64_t price_of(std::string_view text);
std::uint32_t quantity_of(std::string_view text);

}  // namespace pz::visitor
