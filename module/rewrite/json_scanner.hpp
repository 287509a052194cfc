// JsonScanner: whether bytes are JSON, and where its values are. Sans-I/O, in chunks of any size.
//
// The grammar is RFC 8259's, no more: one value, UTF-8 in its strings, nothing behind it. A byte
// order mark before it is allowed. No value is built; memory is a bit for each open object or
// array, and one token if the handler asks for it.
// Lifetime: the handler outlives the scanner; views live only during the call. Thread rules: one
// thread. Errors: state().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pz::rewrite {

enum class JsonToken : std::uint8_t { key, string, number, literal };

// Of a longer token only the beginning is given.
inline constexpr std::size_t kMaxJsonToken = 2048;

// Offsets count the bytes of the document.
class JsonHandler {
  public:
    virtual void open(bool object, std::uint64_t begin) = 0;
    virtual void close(std::uint64_t end) = 0;
    // True: end_token() is to be given the bytes.
    virtual bool begin_token(JsonToken token, std::uint64_t begin) = 0;
    // `bytes`: as written, strings without their quotes; longer than kMaxJsonToken means too long.
    // Empty when begin_token() did not ask for them.
    virtual void end_token(JsonToken token, std::uint64_t end, std::string_view bytes) = 0;

  protected:
    ~JsonHandler() = default;
};

class JsonScanner {
  public:
    enum class State : std::uint8_t {
        going,
        complete,   // end() was called after one whole value
        invalid,    // no JSON; position() is the first byte that cannot be
        over_limit  // too deep, or abandoned; position() is where
    };

    JsonScanner(JsonHandler& handler, std::size_t max_depth)
        : handler_(handler), max_depth_(max_depth) {}

    // Does nothing when the state is not `going`.
    void feed(std::string_view bytes);
    void end();
    // The handler's: it has too much.
    void abandon(std::uint64_t position);

    State state() const { return state_; }
    bool failed() const { return state_ == State::invalid || state_ == State::over_limit; }
    std::uint64_t position() const { return position_; }

  private:
    enum class Expect : std::uint8_t {
        value,
        value_or_end,
        key,
        key_or_end,
        colon,
        comma_or_end,
        nothing,
        text,
        number,
        literal
    };
    enum class Number : std::uint8_t {
        none,
        minus,
        zero,
        digits,
        point,
        decimals,
        exponent,
        sign,
        exponent_digits
    };

    const char* structure(const char* at, const char* end);
    const char* begin_value(const char* at);
    const char* open(const char* at);
    const char* close(const char* at);
    const char* next_member(const char* at);
    void begin_token(JsonToken token, const char* at, Expect expect);
    void end_token(const char* at, const char* token_end);
    void after_value();
    const char* text(const char* at, const char* end);
    const char* text_special(const char* at);
    const char* text_byte(const char* at);
    const char* number(const char* at, const char* end);
    const char* literal(const char* at, const char* end);
    void keep_token(const char* end);
    const char* fail(const char* at, State state = State::invalid);
    std::uint64_t offset(const char* at) const {
        return chunk_begin_ + static_cast<std::uint64_t>(at - chunk_.data());
    }
    static Number next(Number state, char c);
    static bool whole(Number state);

    JsonHandler& handler_;
    std::size_t max_depth_;
    State state_ = State::going;
    std::uint64_t position_ = 0;
    Expect expect_ = Expect::value;
    std::vector<bool> objects_;  // open ones: object or array

    std::string_view chunk_;
    std::uint64_t chunk_begin_ = 0;

    JsonToken token_ = JsonToken::literal;
    bool wanted_ = false;
    const char* token_from_ = nullptr;  // in the chunk
    std::string kept_;                  // of the chunks before
    // Within a string.
    bool escaped_ = false;
    unsigned hex_digits_ = 0;     // still to come
    unsigned continuations_ = 0;  // still to come
    unsigned char least_ = 0x80, most_ = 0xbf;
    Number number_ = Number::none;
    std::string_view literal_;  // what is still to come
};

}  // namespace pz::rewrite
