#pragma once

#include <string_view>

namespace gradus {

/// The version of the library, such as "0.1.0". The text is NUL-terminated and lives as long as the program.
std::string_view version();

}  // namespace gradus
