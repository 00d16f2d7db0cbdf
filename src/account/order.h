#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <gradus/account/request.h>

namespace gradus {

/// Where a moment, or what has it, stands in a table that was given.
struct MomentPlace {
    std::string table;
    std::int64_t row = 0;
    std::string_view key{};  ///< of the request; empty: none
};

/// That a moment is given, and that it is not before the last one; `of`: of what that was, such as "transaction".
/// @throws Error missing_value or out_of_range at the place, column `at`.
void check_not_before(Moment at, Moment last, const char* of, const MomentPlace& place);

/// A number in a column of 32 bits. @throws Error out_of_range
std::int32_t short_number(std::int64_t number, const char* table);

}  // namespace gradus
