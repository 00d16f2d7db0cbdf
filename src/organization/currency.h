#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gradus {

/// True if `currency` has the form of an ISO 4217 code: three capital letters.
bool is_currency(std::string_view currency);

/// Decimal digits of a currency's minor unit after ISO 4217: 2 for most.
int minor_digits(std::string_view currency);

/// A number of minor units as a decimal with that many digits: -5 with 2 is -0.05.
std::string decimal(std::int64_t units, int digits);

}  // namespace gradus
