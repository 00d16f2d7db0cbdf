#pragma once

// Organisations with programmes, and what people ask of them, for the tests of programmes.

#include <string>
#include <string_view>
#include <vector>

#include <gradus/account/ledger.h>
#include <gradus/account/spending.h>

#include "organization/tables.h"

namespace gradus::test {

inline Moment midnight(std::string_view iso) { return Moment(day(iso)); }

/// Two units, three people of whom Cy joins in March and Dee leaves in June, four kinds of activity, and the programmes given.
inline Organization organization_with(Cells programs, Cells funds = {{"fund", "amount"}, {"pool", "100000"}}) {
    return build({{"scales", {{"scale", "level"}, {"S", "1"}, {"S", "2"}}},
                  {"capabilities", {{"capability", "scale"}, {"C", "S"}}},
                  {"roles", {{"role"}, {"clerk"}, {"chief"}}},
                  {"requirements", {{"role", "capability", "level"}, {"clerk", "C", "2"}}},
                  {"units", {{"unit", "parent"}, {"agency", ""}, {"north", "agency"}, {"south", "agency"}}},
                  {"people",
                   {{"person", "role", "unit", "joined", "left"},
                    {"Ann", "clerk", "north", "", ""},
                    {"Bo", "chief", "south", "", ""},
                    {"Cy", "clerk", "north", "2026-03-10", ""},
                    {"Dee", "clerk", "south", "", "2026-06-15"}}},
                  {"activities",
                   {{"activity", "kind", "hours", "cost", "account_share", "employee_share"},
                    {"coach", "coaching", "2", "100", "0.5", "0"},
                    {"course", "course", "8", "1000", "", ""},
                    {"thing", "", "1", "10", "", ""}}},
                  {"sessions",
                   {{"session", "activity", "first_day", "seats"},
                    {"s1", "course", "2026-02-10", "5"},
                    {"s2", "course", "2026-02-20", "0"},
                    {"s3", "coach", "2026-02-12", ""},
                    {"s4", "course", "2026-05-01", ""}}},
                  {"funds", std::move(funds)},
                  {"programs", std::move(programs)}});
}

/// The tuition programme: three quarters from a pool, a quarter by the employee.
inline Cells tuition() {
    return {{"program", "kind", "fund", "account_share", "employee_share", "activity_kinds"},
            {"tuition", "money", "pool", "0.75", "0.25", "course"}};
}

inline Spending spending(std::string key, Moment at, std::string person, std::string program, std::int64_t cents,
                         Date first_day) {
    return {.key = std::move(key),
            .at = at,
            .by = "test",
            .reason = {},
            .person = std::move(person),
            .program = std::move(program),
            .activity = "course",
            .cost = Money(cents),
            .first_day = first_day,
            .provider = "school",
            .agreed_plan = {}};
}
inline Spending hours(std::string key, Moment at, std::string person, std::string program, std::int64_t minutes,
                      Date first_day) {
    Spending asked = spending(std::move(key), at, std::move(person), std::move(program), 0, first_day);
    asked.cost = missing<Money>();
    asked.hours = Minutes(minutes);
    return asked;
}
inline Settlement settlement(std::string key, Moment at, std::string of, Money cost = missing<Money>(),
                             Minutes hours = missing<Minutes>()) {
    return {.key = std::move(key),
            .at = at,
            .by = "test",
            .reason = {},
            .spending = std::move(of),
            .cost = cost,
            .hours = hours,
            .provider = "school"};
}
inline Cancellation cancellation(std::string key, Moment at, std::string of) {
    return {.key = std::move(key), .at = at, .by = "test", .reason = {}, .spending = std::move(of)};
}

inline void apply(Ledger& ledger, std::string key, Moment at, Operation operation) {
    ledger.apply({.key = std::move(key), .at = at, .by = "test", .reason = {}, .operation = std::move(operation)});
}

}  // namespace gradus::test
