#pragma once

#include <cstdint>
#include <string>

#include <gradus/base/error.h>

namespace gradus {

/// What an error says, without where.
std::string message_of(const Error& error);

/// The same error elsewhere: of a row of another table, or of another row.
Error located(const Error& error, const std::string& table, std::int64_t row, const std::string& column);

}  // namespace gradus
