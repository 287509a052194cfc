#include "visitor/event_reader.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>

#include "store/parse.hpp"

namespace pz::visitor {

namespace {

constexpr std::int64_t kMaxTime = 253402300799;  // the end of the year 9999
constexpr std::size_t kMaxQuote = 60;

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

// `plain`: there are no control characters.
std::string_view text_problem(std::string_view text, std::size_t limit, std::string_view too_long,
                              bool plain) {
    if (text.empty()) {
        return "empty";
    }
    if (text.size() > limit) {
        return too_long;
    }
    return !plain && has_control(text) ? "not without control characters" : std::string_view();
}

// Eight bytes at a time: texts are short, and most have nothing that needs a second look.
using Word = std::uint64_t;
constexpr Word kOnes = 0x0101010101010101;
constexpr Word kHighs = 0x8080808080808080;

// The high bit of every byte that is 0, and no other (H. Warren, Hacker's Delight, 6-1).
constexpr Word zero_bytes(Word word) {
    return ~(((word & ~kHighs) + ~kHighs) | word | ~kHighs);
}

// Of kHighs, some when a byte is less than `limit`, at most 128, and none when no byte is. Other
// bits say nothing.
constexpr Word bytes_below(Word word, unsigned char limit) {
    return (word - kOnes * limit) & ~word;
}

// The same of control characters and '%'.
constexpr Word strange_bytes(Word word) {
    return bytes_below(word, 0x20) | bytes_below(word ^ kOnes * 0x7f, 1) |
           bytes_below(word ^ kOnes * '%', 1);
}

// A bit for each byte that is a space, the first byte's lowest.
constexpr Word space_bits(Word word) {
    constexpr Word kGather = 0x0102040810204080;
    return (zero_bytes(word ^ kOnes * ' ') >> 7U) * kGather >> 56U;
}

Word load(const void* bytes) {
    Word word;
    std::memcpy(&word, bytes, sizeof(word));
    return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

// Of fewer than eight; letters behind them.
Word load_rest(std::string_view text) {
    std::array<char, sizeof(Word)> bytes;
    bytes.fill('a');
    std::copy(text.begin(), text.end(), bytes.begin());
    return load(bytes.data());
}

}  // namespace

std::string_view name_problem(std::string_view name, bool plain) {
    return text_problem(name, kMaxNameLength, "longer than 40 bytes", plain);
}

std::string_view item_problem(std::string_view item, bool plain) {
    return text_problem(item, kMaxItemIdLength, "longer than 50 bytes", plain);
}

std::string_view time_problem(std::int64_t time) {
    return time < 0 || time > kMaxTime ? "not a number of seconds" : std::string_view();
}

std::string_view key_problem(std::string_view key, bool plain) {
    // These are the stream entry's own fields.
    constexpr std::string_view kReserved = "veit";
    if (key.size() == 1 && kReserved.find(key.front()) != std::string_view::npos) {
        return "a reserved name";
    }
    return text_problem(key, kMaxNameLength, "longer than 40 bytes", plain);
}

std::string_view value_problem(std::string_view value) {
    return value.size() > kMaxParameterLength ? "longer than 200 bytes" : std::string_view();
}

Status Fault::status() const {
    std::string message(part);
    message.append(": ").append(problem);
    if (!text.empty()) {
        std::string quoted(text.substr(0, kMaxQuote));
        std::replace_if(
            quoted.begin(), quoted.end(),
            [](char c) {
                return has_control({&c, 1});
            },
            '?');
        message.append(": '").append(quoted).append(text.size() > kMaxQuote ? "...'" : "'");
    }
    return Status::error(std::move(message));
}

bool parse_time(std::string_view text, std::int64_t* time) {
    std::int64_t seconds = 0;
    for (const char c : text) {
        const auto digit = static_cast<unsigned char>(c - '0');
        seconds = seconds * 10 + digit;
        if (digit > 9 || seconds > kMaxTime) {
            return false;
        }
    }
    *time = seconds;
    return !text.empty();
}

bool EventReader::fail(std::string_view part, std::string_view problem, std::string_view text) {
    fault_ = {part, problem, text};
    return false;
}

bool EventReader::decode(std::string_view token, std::string_view part, std::string_view* decoded) {
    if (plain_ || token.find('%') == std::string_view::npos) {
        *decoded = token;
        return true;
    }
    const std::size_t begin = decoded_.size();
    if (!percent_decode(token, decoded_)) {
        return fail(part, "a broken percent-encoding", token);
    }
    *decoded = std::string_view(decoded_).substr(begin);
    return true;
}

bool EventReader::read_name(std::string_view token) {
    if (!decode(token, "name", &name_)) {
        return false;
    }
    const std::string_view problem = name_problem(name_, plain_);
    return problem.empty() || fail("name", problem, token);
}

bool EventReader::read_item(std::string_view token) {
    item_ = {};
    if (token.empty()) {
        return fail("item", "missing; write - for none", {});
    }
    if (token == "-") {
        return true;
    }
    if (!decode(token, "item", &item_)) {
        return false;
    }
    const std::string_view problem = item_problem(item_, plain_);
    return problem.empty() || fail("item", problem, token);
}

bool EventReader::read_time(std::string_view token) {
    if (token.empty()) {
        return fail("time", "missing", {});
    }
    return parse_time(token, &time_) || fail("time", "not a number of seconds", token);
}

bool EventReader::read_parameter(std::string_view token) {
    const std::size_t equals = token.find('=');
    if (equals == std::string_view::npos) {
        return fail("parameter", "not of the form key=value", token);
    }
    if (count_ == kMaxParameters) {
        return fail("parameters", "more than 16", {});
    }
    Parameter& parameter = parameters_[count_];
    if (!decode(token.substr(0, equals), "parameter", &parameter.key) ||
        !decode(token.substr(equals + 1), "parameter", &parameter.value)) {
        return false;
    }
    ++count_;
    std::string_view problem = key_problem(parameter.key, plain_);
    if (problem.empty()) {
        problem = value_problem(parameter.value);
    }
    return problem.empty() || fail("parameter", problem, token);
}

// Marks the spaces of the whole text and its end, and finds out whether any of it needs a second
// look.
void EventReader::look_at(std::string_view text) {
    text_ = text;
    at_ = 0;
    Word strange = 0;
    Word marks = 0;
    std::size_t block = 0;
    unsigned shift = 0;
    for (; text.size() >= sizeof(Word); text.remove_prefix(sizeof(Word))) {
        const Word word = load(text.data());
        strange |= strange_bytes(word);
        marks |= space_bits(word) << shift;
        shift += sizeof(Word);
        if (shift == kBlock) {
            spaces_[block++] = std::exchange(marks, 0);
            shift = 0;
        }
    }
    const Word rest = load_rest(text);
    strange |= strange_bytes(rest);
    spaces_[block] = marks | (space_bits(rest) | Word{1} << text.size()) << shift;
    spaces_[block + 1] = 0;
    plain_ = (strange & kHighs) == 0;
}

// The first byte from `from` on that is marked, or that is not.
std::size_t EventReader::find(std::size_t from, bool marked) const {
    const Word other = marked ? 0 : ~Word{0};
    std::size_t block = from / kBlock;
    Word found = (spaces_[block] ^ other) & ~Word{0} << from % kBlock;
    while (found == 0) {
        found = spaces_[++block] ^ other;
    }
    return block * kBlock + static_cast<std::size_t>(std::countr_zero(found));
}

// Empty: the text has ended.
std::string_view EventReader::next_token() {
    const std::size_t begin = find(at_, false);
    if (begin >= text_.size()) {
        at_ = text_.size();
        return {};
    }
    at_ = find(begin, true);
    return text_.substr(begin, at_ - begin);
}

bool EventReader::read(std::string_view text) {
    fault_ = {};
    count_ = 0;
    decoded_.clear();
    if (text.size() > kMaxEventLength) {
        return fail("event", "longer than 2048 bytes", {});
    }
    look_at(text);
    if (!plain_) {
        decoded_.reserve(kMaxEventLength);
    }
    if (!read_name(next_token()) || !read_item(next_token()) || !read_time(next_token())) {
        return false;
    }
    for (std::string_view token = next_token(); !token.empty(); token = next_token()) {
        if (!read_parameter(token)) {
            return false;
        }
    }
    return true;
}

std::string_view EventReader::parameter(std::string_view key) const {
    for (const Parameter& parameter : parameters()) {
        if (parameter.key == key) {
            return parameter.value;
        }
    }
    return {};
}

namespace {

// "19.90" and the like, as we write prices; 0: look closer.
std::int64_t plain_price(std::string_view text) {
    constexpr std::size_t kLongest = 12, kDecimals = 3;
    constexpr std::int64_t kTenThousands = 10'000;
    if (text.size() <= kDecimals || text.size() > kLongest ||
        text[text.size() - kDecimals] != '.') {
        return 0;
    }
    std::int64_t hundredths = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digit = static_cast<unsigned char>(text[i] - '0');
        if (digit <= 9) {
            hundredths = hundredths * 10 + digit;
        } else if (i != text.size() - kDecimals) {
            return 0;
        }
    }
    return hundredths * kTenThousands;
}

}  // namespace

std::int64_t price_of(std::string_view text) {
    if (const std::int64_t price = plain_price(text); price != 0) {
        return price;
    }
    std::int64_t micros = 0;
    std::string_view currency;
    return store::parse_price(text, &micros, &currency) ? micros : 0;
}

std::uint32_t quantity_of(std::string_view text) {
    std::uint32_t quantity = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quantity);
    const bool number = error == std::errc() && end == text.data() + text.size();
    return number && quantity > 0 ? quantity : 1;
}

}  // namespace pz::visitor
