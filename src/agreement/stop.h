#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"

namespace gradus {

/// Why a request is not applied.
struct Stop {
    std::string rule, message;
};

// Words of its messages.

inline std::string quoted(std::string_view text) { return "'" + printable(text) + "'"; }
inline std::string plan_name(std::string_view plan) { return "plan " + quoted(plan); }

/// "proposed, manager_agreed".
inline std::string listed(const std::vector<std::string_view>& words) {
    std::string text;
    for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
    return text;
}

}  // namespace gradus
