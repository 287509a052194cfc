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

std::uint64_t load_eight(const char* bytes) {
    std::uint64_t word;
    std::memcpy(&word, bytes, sizeof word);
    return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

// Times of the years 2001 to 2286. (Eight digits at a time: D. Lemire, "Quickly parsing eight
// digits", 2018.) False: look closer.
bool parse_ten_digits(const char* text, std::int64_t* number) {
    constexpr std::uint64_t kHigh = 0xf0f0f0f0f0f0f0f0, kDigits = 0x3030303030303030;
    constexpr std::uint64_t kSix = 0x0606060606060606;
    std::uint64_t word = load_eight(text);
    const auto tens = static_cast<unsigned char>(text[8] - '0');
    const auto ones = static_cast<unsigned char>(text[9] - '0');
    if ((word & kHigh) != kDigits || ((word + kSix) & kHigh) != kDigits || tens > 9 || ones > 9) {
        return false;
    }
    word = (word - kDigits) * 2561 >> 8U;
    word = (word & 0x00ff00ff00ff00ff) * 6553601 >> 16U;
    word = (word & 0x0000ffff0000ffff) * 42949672960001 >> 32U;
    *number = static_cast<std::int64_t>(word) * 100 + tens * 10 + ones;
    return true;
}

constexpr std::size_t kTenDigits = 10;

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
    if (text.size() == kTenDigits && parse_ten_digits(text.data(), time)) {
        return true;
    }
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
    plain_ = true;
    std::size_t block = 0;
    for (; text.size() >= kBlock; text.remove_prefix(kBlock)) {
        const ByteMarks marks = marks_of(text.substr(0, kBlock));
        spaces_[block++] = marks.spaces;
        plain_ = plain_ && !marks.strange;
    }
    const ByteMarks rest = marks_of(text);
    spaces_[block] = rest.spaces | std::uint64_t{1} << text.size();
    spaces_[block + 1] = 0;
    plain_ = plain_ && !rest.strange;
}

// The first byte from `from` on that is marked, or that is not.
std::size_t EventReader::find(std::size_t from, bool marked) const {
    const std::uint64_t other = marked ? 0 : ~std::uint64_t{0};
    std::size_t block = from / kBlock;
    std::uint64_t found = (spaces_[block] ^ other) & ~std::uint64_t{0} << from % kBlock;
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

// Of a text as we write them: short, one space between tokens, nothing encoded, nothing wrong.
// False: look closer.
bool EventReader::read_short(std::string_view text) {
    const ByteMarks marks = marks_of(text);
    std::uint64_t ends = marks.spaces | std::uint64_t{1} << text.size();
    if (marks.strange || (ends & (ends << 1U | 1U)) != 0) {
        return false;
    }
    std::size_t begin = 0;
    const auto next = [&] {
        const auto end = static_cast<std::size_t>(std::countr_zero(ends));
        const std::string_view token(text.data() + begin, end - begin);
        ends &= ends - 1;
        begin = end + 1;
        return token;
    };
    name_ = next();
    item_ = ends != 0 ? next() : std::string_view();
    if (ends == 0 || name_.size() > kMaxNameLength || item_.size() > kMaxItemIdLength ||
        !parse_time(next(), &time_)) {
        return false;
    }
    item_ = item_ == "-" ? std::string_view() : item_;
    while (ends != 0) {
        const std::uint64_t equals = marks.equals >> begin;
        const std::string_view token = next();
        const auto key = static_cast<std::size_t>(std::countr_zero(equals));
        if (key >= token.size() || key < 2 || key > kMaxNameLength || count_ == kMaxParameters) {
            return false;
        }
        parameters_[count_++] = {token.substr(0, key), token.substr(key + 1)};
    }
    return true;
}

bool EventReader::read(std::string_view text) {
    fault_ = {};
    count_ = 0;
    if (text.size() < ByteMarks::kMost && read_short(text)) {
        return true;
    }
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
