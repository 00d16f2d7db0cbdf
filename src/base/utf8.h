#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gradus {

/// True if `text` is well-formed UTF-8 (no overlong forms, no surrogates, nothing beyond U+10FFFF).
bool valid_utf8(std::string_view text) noexcept;

/// The number of bytes of the well-formed character at the start of `text`; 0 if there is none.
std::size_t utf8_length(std::string_view text) noexcept;

/// `text` as UTF-8 on one line, whatever its bytes: control characters and bytes that are not UTF-8 become \xNN, and
/// what follows the first `most` bytes becomes "…".
std::string printable(std::string_view text, std::size_t most = 80);

}  // namespace gradus
