#include "account/wording.h"

#include <chrono>
#include <cstdio>

#include "base/utf8.h"
#include "organization/currency.h"

namespace gradus {

std::string to_text(Moment moment) {
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date(day);
    const auto rest = moment - day;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(rest);
    const auto micros = static_cast<long>((rest - seconds).count());
    const auto total = static_cast<long>(seconds.count());
    // A year of more than four digits is written as it is; chrono's own years end before those of Moment.
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u %02ld:%02ld:%02ld", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), total / 3600, total / 60 % 60,
                  total % 60);
    std::string result = text;
    if (micros > 0) {
        std::snprintf(text, sizeof text, ".%06ld", micros);
        result += text;
    }
    return result;
}

std::string to_text(Amount amount, AccountKind kind, std::string_view currency) {
    const std::int64_t units = amount.units();
    if (kind == AccountKind::money) return decimal(units, minor_digits(currency)) + " " + std::string(currency);
    if (kind == AccountKind::items) return std::to_string(units) + (units == 1 ? " item" : " items");
    const std::int64_t hours = units / 60, minutes = units % 60;
    if (hours == 0) return std::to_string(minutes) + " min";
    return std::to_string(hours) + " h" + (minutes ? " " + std::to_string(minutes) + " min" : "");
}

std::string to_text(const Payer& payer) {
    if (const auto* fund = std::get_if<FundAccount>(&payer))
        return "fund " + printable(fund->fund) + ", " + std::string(word(fund->kind));
    const auto& account = std::get<Account>(payer);
    return "person " + printable(account.person) +
           (account.program.empty() ? "" : ", programme " + printable(account.program)) + ", " +
           std::string(word(account.kind));
}

}  // namespace gradus
