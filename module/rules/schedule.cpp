#include "rules/schedule.hpp"

#include <ctime>

namespace pz::rules {

LocalTime local_time(std::int64_t unix_seconds) {
    const auto seconds = static_cast<std::time_t>(unix_seconds);
    std::tm parts{};
    if (localtime_r(&seconds, &parts) == nullptr || parts.tm_year < 0 || parts.tm_year > 8000) {
        return {};  // nobody's clock: no date, midnight, Monday
    }
    LocalTime time;
    time.date = (parts.tm_year + 1900) * 10000 + (parts.tm_mon + 1) * 100 + parts.tm_mday;
    time.minute = parts.tm_hour * 60 + parts.tm_min;
    time.weekday = (parts.tm_wday + 6) % 7;
    return time;
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
