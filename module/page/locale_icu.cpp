// Locale::prepare(): what ICU knows of a locale, read off its formatters' output.
#include <unicode/ucurr.h>
#include <unicode/udat.h>
#include <unicode/uenum.h>
#include <unicode/ufieldpositer.h>
#include <unicode/uloc.h>
#include <unicode/unum.h>
#include <unicode/unumberformatter.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "page/locale.hpp"
#include "page/locale_code.hpp"
#include "page/suggest.hpp"
#include "store/utf8.hpp"

namespace pz::page {

namespace {

template <auto Close>
struct Closer {
    template <class T>
    void operator()(T* object) const {
        Close(object);
    }
};
using Number = std::unique_ptr<UNumberFormatter, Closer<unumf_close>>;
using Formatted = std::unique_ptr<UFormattedNumber, Closer<unumf_closeResult>>;
using DateFormat = std::unique_ptr<UDateFormat, Closer<udat_close>>;
using Fields = std::unique_ptr<UFieldPositionIterator, Closer<ufieldpositer_close>>;
using Names = std::unique_ptr<UEnumeration, Closer<uenum_close>>;

constexpr std::size_t kMaxName = 64;
constexpr double kDay = 86'400'000;  // of ICU's milliseconds

std::string to_utf8(std::u16string_view text) {
    std::string out(text.size() * 3, '\0');
    int32_t size = 0;
    UErrorCode error = U_ZERO_ERROR;
    u_strToUTF8(out.data(), static_cast<int32_t>(out.size()), &size, text.data(),
                static_cast<int32_t>(text.size()), &error);
    out.resize(U_SUCCESS(error) ? static_cast<std::size_t>(size) : 0);
    return out;
}

// A formatter's output and where its fields are.
struct Output {
    struct Field {
        int kind;
        std::size_t begin, end;
    };
    std::u16string text;
    std::vector<Field> fields;  // in the text's order

    std::string cut(std::size_t begin, std::size_t end) const {
        return to_utf8(std::u16string_view(text).substr(begin, end - begin));
    }
    const Field* find(int kind) const {
        const auto found = std::find_if(fields.begin(), fields.end(),
                                        [kind](const Field& each) { return each.kind == kind; });
        return found == fields.end() ? nullptr : &*found;
    }
};

// `format(buffer, size, fields, error)` calls ICU.
template <class Format>
Output output_of(const Format& format) {
    UErrorCode error = U_ZERO_ERROR;
    const Fields fields(ufieldpositer_open(&error));
    Output out;
    out.text.resize(256);
    const int32_t size =
        format(out.text.data(), static_cast<int32_t>(out.text.size()), fields.get(), &error);
    if (U_FAILURE(error) || static_cast<std::size_t>(size) > out.text.size()) {
        return {};
    }
    out.text.resize(static_cast<std::size_t>(size));
    int32_t begin = 0;
    int32_t end = 0;
    for (int kind = ufieldpositer_next(fields.get(), &begin, &end); kind >= 0;
         kind = ufieldpositer_next(fields.get(), &begin, &end)) {
        out.fields.push_back(
            {kind, static_cast<std::size_t>(begin), static_cast<std::size_t>(end)});
    }
    std::sort(out.fields.begin(), out.fields.end(),
              [](const auto& a, const auto& b) { return a.begin < b.begin; });
    return out;
}

Output written(const UNumberFormatter* format, std::int64_t number) {
    return output_of(
        [&](UChar* text, int32_t size, UFieldPositionIterator* fields, UErrorCode* error) {
            const Formatted result(unumf_openResult(error));
            unumf_formatInt(format, number, result.get(), error);
            unumf_resultGetAllFieldPositions(result.get(), fields, error);
            return unumf_resultToString(result.get(), text, size, error);
        });
}

std::vector<std::string> code_points(std::string_view text) {
    std::vector<std::string> points;
    while (!text.empty()) {
        const std::size_t size = store::decode_utf8(text).size;
        points.emplace_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return points;
}

std::vector<std::string> available_locales() {
    std::vector<std::string> names;
    UErrorCode error = U_ZERO_ERROR;
    const Names all(uloc_openAvailableByType(ULOC_AVAILABLE_WITH_LEGACY_ALIASES, &error));
    while (const char* name = uenum_next(all.get(), nullptr, &error)) {
        names.emplace_back(name);
    }
    return names;
}

Status unknown_locale(std::string_view name) {
    std::string id(name);
    std::replace(id.begin(), id.end(), '-', '_');
    const std::vector<std::string> names = available_locales();
    const std::vector<std::string_view> known(names.begin(), names.end());
    const std::string_view near = nearest(id, known);
    return Status::error("unknown locale '" + std::string(name) + "': " +
                         (near.empty() ? std::string("write language and country, as in de_DE")
                                       : "did you mean '" + std::string(near) + "'?"));
}

// "de-DE" -> "de_DE"; empty: not even the form of a locale's name.
std::string id_of(std::string_view name) {
    std::string tag(name.substr(0, kMaxName + 1));
    std::replace(tag.begin(), tag.end(), '_', '-');
    std::array<char, ULOC_FULLNAME_CAPACITY> id{};
    int32_t read = 0;
    UErrorCode error = U_ZERO_ERROR;
    const int32_t size = uloc_forLanguageTag(tag.c_str(), id.data(),
                                             static_cast<int32_t>(id.size()) - 1, &read, &error);
    const bool whole = tag.size() <= kMaxName && static_cast<std::size_t>(read) == tag.size();
    return U_SUCCESS(error) && whole ? std::string(id.data(), static_cast<std::size_t>(size))
                                     : std::string();
}

std::string base_of(const std::string& id) {
    return id.substr(0, id.find('@'));
}

}  // namespace

class LocaleReader {
  public:
    explicit LocaleReader(const std::string& id) : id_(id) { locale_.name_ = id; }

    bool read() { return read_prices() && read_dates(); }
    Locale take() { return std::move(locale_); }

  private:
    using Money = Locale::Money;
    using Part = Locale::Part;

    bool read_prices();
    bool read_money(const UNumberFormatter* format, Money& money);
    bool read_digits(const Output& sample);
    void read_groups(const UNumberFormatter* format, const Output& sample, Money& money);
    Number open(const std::string& skeleton) const;
    bool read_currencies();
    bool read_dates();
    bool read_month(const UDateFormat* format, UDate day, std::vector<Part>& parts);

    std::string id_;
    Locale locale_;
};

// Each digit once, and several groups.
constexpr std::int64_t kSample = 1234567890;
// No text is longer than Locale::kMaxText while these are not.
constexpr std::size_t kMaxMark = 16;
constexpr std::size_t kMaxAffix = 64;

bool LocaleReader::read_prices() {
    const Number plain = open(".00");
    return plain != nullptr && read_digits(written(plain.get(), kSample)) &&
           read_money(plain.get(), locale_.bare_) && read_currencies();
}

Number LocaleReader::open(const std::string& skeleton) const {
    const std::u16string text(skeleton.begin(), skeleton.end());
    UErrorCode error = U_ZERO_ERROR;
    return Number(unumf_openForSkeletonAndLocale(text.data(), static_cast<int32_t>(text.size()),
                                                 id_.c_str(), &error));
}

bool LocaleReader::read_digits(const Output& sample) {
    const Output::Field* whole = sample.find(UNUM_INTEGER_FIELD);
    if (whole == nullptr) {
        return false;
    }
    std::size_t count = 0;
    std::size_t at = whole->begin;
    const auto take = [&](std::size_t end) {
        for (std::string& digit : code_points(sample.cut(at, end))) {
            locale_.digits_[++count % 10] = std::move(digit);
        }
    };
    for (const Output::Field& field : sample.fields) {
        if (field.kind == UNUM_GROUPING_SEPARATOR_FIELD) {
            take(field.begin);
            at = field.end;
        }
    }
    take(whole->end);
    return count == 10;
}

bool LocaleReader::read_currencies() {
    UErrorCode error = U_ZERO_ERROR;
    const Names codes(ucurr_openISOCurrencies(UCURR_ALL, &error));
    std::vector<std::string> names = {std::string(kPlaceholder)};
    while (const char* code = uenum_next(codes.get(), nullptr, &error)) {
        names.emplace_back(code);
    }
    for (const std::string& name : names) {
        const Number format = open("currency/" + name);
        Money money;
        if (format == nullptr || !read_money(format.get(), money)) {
            return false;
        }
        money.currency = currency_code(name);
        (name == kPlaceholder ? locale_.unknown_ : locale_.money_.emplace_back()) = money;
    }
    std::sort(locale_.money_.begin(), locale_.money_.end(),
              [](const Money& a, const Money& b) { return a.currency < b.currency; });
    return locale_.money_.size() > 100;
}

bool LocaleReader::read_money(const UNumberFormatter* format, Money& money) {
    const Output sample = written(format, kSample);
    const Output::Field* whole = sample.find(UNUM_INTEGER_FIELD);
    if (whole == nullptr) {
        return false;
    }
    const Output::Field* point = sample.find(UNUM_DECIMAL_SEPARATOR_FIELD);
    const Output::Field* fraction = sample.find(UNUM_FRACTION_FIELD);
    money.decimals = 0;
    std::size_t end = whole->end;
    if (point != nullptr && fraction != nullptr) {
        money.point = sample.cut(point->begin, point->end);
        money.decimals =
            static_cast<unsigned>(code_points(sample.cut(fraction->begin, fraction->end)).size());
        end = fraction->end;
    }
    money.prefix = sample.cut(0, whole->begin);
    money.suffix = sample.cut(end, sample.text.size());
    read_groups(format, sample, money);
    return money.decimals <= 6 && money.point.size() <= kMaxMark &&
           money.group.size() <= kMaxMark && money.prefix.size() <= kMaxAffix &&
           money.suffix.size() <= kMaxAffix;
}

void LocaleReader::read_groups(const UNumberFormatter* format, const Output& sample, Money& money) {
    std::vector<Output::Field> marks;
    std::copy_if(sample.fields.begin(), sample.fields.end(), std::back_inserter(marks),
                 [](const auto& field) { return field.kind == UNUM_GROUPING_SEPARATOR_FIELD; });
    if (marks.size() < 2) {
        return;  // money.group is empty
    }
    const std::size_t end = sample.find(UNUM_INTEGER_FIELD)->end;
    const Output::Field& last = marks.back();
    const Output::Field& before = marks[marks.size() - 2];
    money.group = sample.cut(last.begin, last.end);
    money.primary = static_cast<unsigned>(code_points(sample.cut(last.end, end)).size());
    money.secondary = static_cast<unsigned>(code_points(sample.cut(before.end, last.begin)).size());
    money.grouped_from = money.primary + 1;
    for (std::int64_t number = 1234; number < kSample; number = number * 10 + 1) {
        if (written(format, number).find(UNUM_GROUPING_SEPARATOR_FIELD) != nullptr) {
            return;
        }
        money.grouped_from++;
    }
}

bool LocaleReader::read_dates() {
    UErrorCode error = U_ZERO_ERROR;
    std::array<char, ULOC_FULLNAME_CAPACITY> id{};
    id_.copy(id.data(), id.size() - 1);
    uloc_setKeywordValue("calendar", "gregorian", id.data(), static_cast<int32_t>(id.size()),
                         &error);
    const DateFormat format(
        udat_open(UDAT_NONE, UDAT_MEDIUM, id.data(), u"GMT", 3, nullptr, 0, &error));
    if (U_FAILURE(error)) {
        return false;
    }
    // 2001-01-05, and the same day of the months that follow.
    constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    double day = 11'327;
    for (std::size_t month = 0; month < kDays.size(); month++) {
        if (!read_month(format.get(), day * kDay, locale_.months_[month])) {
            return false;
        }
        day += kDays[month];
    }
    return true;
}

// Day and year are numbers; all else of a month's dates is always the same.
bool LocaleReader::read_month(const UDateFormat* format, UDate day, std::vector<Part>& parts) {
    const Output sample = output_of(
        [&](UChar* text, int32_t size, UFieldPositionIterator* fields, UErrorCode* error) {
            return udat_formatForFields(format, day, text, size, fields, error);
        });
    std::size_t at = 0;
    std::size_t numbers = 0;
    const auto text_to = [&](std::size_t end) {
        parts.push_back({Part::Kind::text, sample.cut(at, end)});
    };
    for (const Output::Field& field : sample.fields) {
        if (field.kind != UDAT_DATE_FIELD && field.kind != UDAT_YEAR_FIELD) {
            continue;
        }
        const std::size_t digits = code_points(sample.cut(field.begin, field.end)).size();
        text_to(field.begin);
        if (field.kind == UDAT_DATE_FIELD) {
            parts.push_back({Part::Kind::day, {}});
            locale_.day_digits_ = static_cast<unsigned>(digits);
        } else {
            parts.push_back({Part::Kind::year, {}});
            locale_.short_year_ = digits == 2;
        }
        at = field.end;
        numbers++;
    }
    text_to(sample.text.size());
    return numbers == 2 && sample.text.size() <= kMaxAffix;
}

Result<Locale> Locale::prepare(std::string_view name) {
    const std::string id = id_of(name);
    const std::vector<std::string> known = available_locales();
    if (std::find(known.begin(), known.end(), base_of(id)) == known.end()) {
        return unknown_locale(name.substr(0, kMaxName));
    }
    LocaleReader reader(id);
    if (!reader.read()) {
        return Status::error("locale '" + id +
                             "' cannot be read from ICU's data: is it installed?");
    }
    return reader.take();
}

}  // namespace pz::page
