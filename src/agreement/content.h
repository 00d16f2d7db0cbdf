#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/agreement/plan_request.h>
#include <gradus/organization/organization.h>

#include "agreement/records.h"

namespace gradus {

/// A plan as it is kept: what its rows leave open is worked out, and it is known who would pay for each item.
struct WrittenContent {
    PlanContent content;
    std::vector<ItemRecord> items;  ///< in the order of content.items; `plan` is not set
};

/// @throws Error with table, row and column for what is not known, missing, negative or contradicts itself; `at` decides roles
///         where the content does not.
WrittenContent written(const Organization& organization, const PlanContent& content, Moment at);

/// The rows of each person, by key, in their order.
using RowsByPerson = std::map<std::string, std::vector<std::int32_t>, std::less<>>;
RowsByPerson rows_by_person(const Table& table);

/// `text`, not longer than the file keeps it, UTF-8 without control characters. @throws Error invalid_text, missing_value.
const std::string& checked_text(const std::string& text, const char* column, bool needed);

}  // namespace gradus
