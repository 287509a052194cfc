// Schedule: when a rule is in force, by the shop's local time.
// Thread rules: pure functions and values; a Zones belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pz::rules {

struct LocalTime {
    std::int32_t date = 0;     // 20261120
    std::int32_t minute = 0;   // of the day, 0..1439
    std::int32_t weekday = 0;  // 0: Monday .. 6: Sunday

    std::int32_t hour() const { return minute / 60; }
};

// By the process's time zone.
LocalTime local_time(std::int64_t unix_seconds);
// "2026-12-24", "2026-12-24T18:00", both of the process's time zone, or unix seconds. False, and
// nothing set, for anything else.
bool parse_moment(std::string_view text, std::int64_t* unix_seconds);
std::int32_t days_in_month(const LocalTime& time);

// The time zones that a rule file names ("Europe/Berlin"), as ICU knows them. Number 0 is the
// process's own.
class Zones {
  public:
    Zones();
    ~Zones();
    Zones(const Zones&) = delete;
    Zones& operator=(const Zones&) = delete;

    // Its number; -1: no such zone, and `nearest` (may be empty) is what may be meant.
    std::int32_t add(std::string_view name, std::string& nearest);
    LocalTime time(std::int32_t zone, std::int64_t unix_seconds) const;

  private:
    struct Zone;
    std::vector<std::unique_ptr<Zone>> zones_;
};

std::string format_date(const LocalTime& time);  // "2026-11-20"

struct Schedule {
    std::int32_t from = 0;     // first day, 20261120; 0: none
    std::int32_t to = 0;       // last day, included; 0: none
    std::int32_t start = 0;    // minute of the day; start > end runs over midnight
    std::int32_t end = 1440;   // excluded
    std::uint8_t days = 0x7f;  // bit 0: Monday
    std::int32_t zone = -1;    // of Zones; -1: the file's

    bool holds(const LocalTime& time) const;
};

}  // namespace pz::rules
