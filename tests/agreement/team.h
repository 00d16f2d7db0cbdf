#pragma once

// A team whose plans are agreed: Max manages Ann, Bo and Cy; nobody manages Max.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/agreement/agreements.h>
#include <gradus/planning/plan.h>

#include "organization/tables.h"

namespace gradus::test {

inline std::vector<Literal> team_tables() {
    return {{"scales", {{"scale", "level"}, {"S", "1"}, {"S", "2"}, {"S", "3"}, {"S", "4"}, {"S", "5"}}},
            {"capabilities", {{"capability", "scale"}, {"A", "S"}, {"B", "S"}}},
            {"roles", {{"role"}, {"R"}}},
            {"requirements", {{"role", "capability", "level"}, {"R", "A", "4"}, {"R", "B", "4"}}},
            {"people",
             {{"person", "role", "manager"},
              {"Max", "R", ""},
              {"Ann", "R", "Max"},
              {"Bo", "R", "Max"},
              {"Cy", "R", "Max"}}},
            {"activities",
             {{"activity", "hours", "cost", "kind"},
              {"a", "8", "10", "course"},
              {"b", "6", "4", "course"},
              {"c", "2", "2", "course"},
              {"d", "1", "0", "talk"}}},
            {"outcomes",
             {{"activity", "capability", "uplift"},
              {"a", "A", "1"},
              {"b", "B", "1"},
              {"c", "A", "0.5"},
              {"d", "B", "0.5"}}},
            {"sessions",
             {{"session", "activity", "first_day", "seats"},
              {"b1", "b", "2026-05-04", "1"},
              {"b2", "b", "2026-06-01", "2"},
              {"c1", "c", "2026-07-01", ""}}},
            {"funds", {{"fund", "amount"}, {"F", "1000"}}},
            {"programs",
             {{"program", "kind", "account_share", "employee_share"},
              {"H", "hours", "", ""},
              {"I", "items", "", ""},
              {"T", "money", "0.5", "0.25"}}},
            {"accounts",
             {{"person", "kind", "program", "available"},
              {"Ann", "money", "T", "100"},
              {"Ann", "hours", "H", "100"},
              {"Cy", "money", "T", "100"},
              {"Cy", "items", "I", "5"}}}};
}

/// The items of one person, from cells as in tables.h.
inline PlanItems items(const Organization& organization, Cells cells) {
    return load_items(organization, input({"items", std::move(cells)}), 1);
}

inline Moment noon(std::string_view iso) { return Moment(std::chrono::sys_days(day(iso))) + std::chrono::hours(12); }

}  // namespace gradus::test
