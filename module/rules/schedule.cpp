#include "rules/schedule.hpp"

#include <unicode/strenum.h>
#include <unicode/timezone.h>

#include <charconv>
#include <ctime>

#include "rules/nearest.hpp"

namespace pz::rules {
namespace {

LocalTime local_time_of(const std::tm& parts) {
    LocalTime time;
    time.date = (parts.tm_year + 1900) * 10000 + (parts.tm_mon + 1) * 100 + parts.tm_mday;
    time.minute = parts.tm_hour * 60 + parts.tm_min;
    time.weekday = (parts.tm_wday + 6) % 7;
    return time;
}

bool countable(const std::tm& parts) {
    return parts.tm_year >= 0 && parts.tm_year <= 8000;
}

std::string nearest_zone(std::string_view name) {
    UErrorCode code = U_ZERO_ERROR;
    const std::unique_ptr<icu::StringEnumeration> all(icu::TimeZone::createTimeZoneIDEnumeration(
        UCAL_ZONE_TYPE_CANONICAL, nullptr, nullptr, code));
    Nearest nearest(name);
    std::int32_t length = 0;
    const char* known = nullptr;
    while (U_SUCCESS(code) && all != nullptr && (known = all->next(&length, code)) != nullptr) {
        nearest.offer({known, static_cast<std::size_t>(length)});
    }
    return nearest.best();
}

}  // namespace

struct Zones::Zone {
    std::string name;
    std::unique_ptr<icu::TimeZone> zone;
};

Zones::Zones() = default;
Zones::~Zones() = default;

std::int32_t Zones::add(std::string_view name, std::string& nearest) {
    for (std::size_t i = 0; i < zones_.size(); ++i) {
        if (zones_[i]->name == name) {
            return static_cast<std::int32_t>(i + 1);
        }
    }
    std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(
        icu::UnicodeString(name.data(), static_cast<std::int32_t>(name.size()), US_INV)));
    if (zone == nullptr || *zone == icu::TimeZone::getUnknown()) {
        nearest = nearest_zone(name);
        return -1;
    }
    zones_.push_back(std::make_unique<Zone>(Zone{std::string(name), std::move(zone)}));
    return static_cast<std::int32_t>(zones_.size());
}

LocalTime Zones::time(std::int32_t zone, std::int64_t unix_seconds) const {
    if (zone <= 0 || static_cast<std::size_t>(zone) > zones_.size()) {
        return local_time(unix_seconds);
    }
    std::int32_t raw = 0;
    std::int32_t summer = 0;
    UErrorCode code = U_ZERO_ERROR;
    zones_[static_cast<std::size_t>(zone) - 1]->zone->getOffset(
        static_cast<double>(unix_seconds) * 1000, 0, raw, summer, code);
    const auto seconds = static_cast<std::time_t>(unix_seconds + (raw + summer) / 1000);
    std::tm parts{};
    const bool known = U_SUCCESS(code) && gmtime_r(&seconds, &parts) != nullptr;
    return known && countable(parts) ? local_time_of(parts) : LocalTime();
}

bool parse_moment(std::string_view text, std::int64_t* unix_seconds) {
    std::int64_t seconds = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    constexpr std::int64_t kYears = 100'000'000;  // below: it may be meant as a date
    if (read.ec == std::errc() && read.ptr == text.data() + text.size() && seconds >= kYears) {
        *unix_seconds = seconds;
        return true;
    }
    const std::string whole(text);
    for (const char* format : {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"}) {
        std::tm parts{};
        const char* end = ::strptime(whole.c_str(), format, &parts);
        if (end == whole.c_str() + whole.size() && whole.find('\0') == std::string::npos) {
            parts.tm_isdst = -1;
            *unix_seconds = std::mktime(&parts);
            return true;
        }
    }
    return false;
}

std::int32_t days_in_month(const LocalTime& time) {
    const std::int32_t year = time.date / 10000;
    const std::int32_t month = time.date / 100 % 100;
    if (month == 2) {
        return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

LocalTime local_time(std::int64_t unix_seconds) {
    const auto seconds = static_cast<std::time_t>(unix_seconds);
    std::tm parts{};
    if (localtime_r(&seconds, &parts) == nullptr || !countable(parts)) {
        return {};  // nobody's clock: no date, midnight, Monday
    }
    return local_time_of(parts);
}

std::string format_date(const LocalTime& time) {
    std::string text = std::to_string(time.date / 10000);
    text.insert(0, text.size() < 4 ? 4 - text.size() : 0, '0');
    for (const int part : {time.date / 100 % 100, time.date % 100}) {
        text += '-';
        text += static_cast<char>('0' + part / 10);
        text += static_cast<char>('0' + part % 10);
    }
    return text;
}

bool Schedule::holds(const LocalTime& time) const {
    if ((from != 0 && time.date < from) || (to != 0 && time.date > to)) {
        return false;
    }
    if ((days >> time.weekday & 1) == 0) {
        return false;
    }
    if (start <= end) {
        return time.minute >= start && time.minute < end;
    }
    return time.minute >= start || time.minute < end;
}

}  // namespace pz::rules
