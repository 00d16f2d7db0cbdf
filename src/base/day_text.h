#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include <gradus/base/units.h>

namespace gradus {

/// ISO 8601, for messages: "2026-03-01".
inline std::string to_text(Date day) {
    const std::chrono::year_month_day ymd{std::chrono::sys_days(day)};
    char buffer[48];
    std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", static_cast<int>(ymd.year()),
                  static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
    return buffer;
}

}  // namespace gradus
