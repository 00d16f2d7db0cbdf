#include "organization/checks.h"

#include <chrono>
#include <cstdio>

#include "organization/columns.h"

namespace gradus {

Origin& Checks::origin(const Table& table) const {
    const auto found = std::find_if(readers_.begin(), readers_.end(), [&](Reader& r) { return &r.table() == &table; });
    return found->origin();
}

void Checks::add(Severity severity, Code code, const Table& table, std::size_t row, std::string_view column,
                 std::string message) {
    const Origin& from = origin(table);
    Problem problem{.severity = severity,
                    .code = code,
                    .table = std::string(table.name()),
                    .row = from.row(row),
                    .column = std::string(column),
                    .message = std::move(message),
                    .line = from.line(row)};
    if (const AnyColumn& first = table.column(0); first.type() == Type::key && row < first.size()) {
        const auto id = static_cast<const std::int32_t*>(first.data())[row];
        if (id >= 0) problem.key = (*first.strings())[static_cast<std::size_t>(id)];
    }
    problems_.add(std::move(problem));
}

void Checks::error(Code code, const Table& table, std::size_t row, std::string_view column, std::string message) {
    add(Severity::error, code, table, row, column, std::move(message));
}

void Checks::warn(Code code, const Table& table, std::size_t row, std::string_view column, std::string message) {
    add(Severity::warning, code, table, row, column, std::move(message));
}

void Checks::warn(Code code, const Table& table, std::string_view column, std::string message) {
    problems_.add({.severity = Severity::warning,
                   .code = code,
                   .table = std::string(table.name()),
                   .column = std::string(column),
                   .message = std::move(message)});
}

void Checks::overlap(const Spells& spells, std::size_t a, std::size_t b) {
    if (row(spells.table, a) > row(spells.table, b)) std::swap(a, b);
    error(Code::overlap, spells.table, b, "valid_from",
          spells.what + " of row " + std::to_string(row(spells.table, a)) + ", and their dates overlap (" +
              text(spells.valid_from[a]) + " to " + text(spells.valid_to[a]) + ", " + text(spells.valid_from[b]) +
              " to " + text(spells.valid_to[b]) + ")");
}

void Checks::keep(Table& table, std::span<const std::int32_t> rows) {
    Origin& from = origin(table);
    std::vector<std::int32_t> kept;
    kept.reserve(rows.size());
    for (const std::int32_t row : rows)
        kept.push_back(static_cast<std::int32_t>(from.row(static_cast<std::size_t>(row)) - 1));
    gather(table, rows);
    from.rows = std::move(kept);
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string quoted(const AnyColumn& column, std::size_t row) {
    const auto id = static_cast<const std::int32_t*>(column.data())[row];
    return quoted((*column.strings())[static_cast<std::size_t>(id)]);
}

std::string text(Date day) {
    if (is_missing(day)) return "open";
    const std::chrono::year_month_day date{std::chrono::sys_days(day)};
    char digits[32];
    std::snprintf(digits, sizeof digits, "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return digits;
}

void check_forest(Checks& checks, const Table& table, const AnyColumn& parent) {
    const std::span<const std::int32_t> parents(static_cast<const std::int32_t*>(parent.data()), table.size());
    const auto key = [&](std::int32_t node) {
        return std::string((*parent.strings())[static_cast<std::size_t>(node)]);
    };
    std::vector<std::int32_t> seen(parents.size(), -1);  // by node: the start of the walk that came by first
    for (std::int32_t start = 0; start < static_cast<std::int32_t>(parents.size()); ++start) {
        std::int32_t node = start;
        while (node >= 0 && seen[static_cast<std::size_t>(node)] < 0) {
            seen[static_cast<std::size_t>(node)] = start;
            node = parents[static_cast<std::size_t>(node)];
        }
        if (node < 0 || seen[static_cast<std::size_t>(node)] != start) continue;
        // The walk has come back to `node`. Told from its smallest key on.
        std::int32_t first = node;
        for (std::int32_t n = parents[static_cast<std::size_t>(node)]; n != node;
             n = parents[static_cast<std::size_t>(n)])
            first = std::min(first, n);
        std::string circle = key(first);
        for (std::int32_t n = parents[static_cast<std::size_t>(first)]; n != first;
             n = parents[static_cast<std::size_t>(n)])
            circle += " → " + key(n);
        checks.error(Code::cycle, table, static_cast<std::size_t>(first), parent.field().name,
                     std::string(parent.field().name) + " runs in a circle: " + circle + " → " + key(first));
    }
}

void check_validity(Checks& checks, const Table& table) {
    const AnyColumn *from = table.find("valid_from"), *to = table.find("valid_to");
    if (!from || !to) return;
    const auto *first = static_cast<const Date*>(from->data()), *end = static_cast<const Date*>(to->data());
    for (std::size_t row = 0; row < table.size(); ++row)
        if (!is_missing(first[row]) && !is_missing(end[row]) && first[row] >= end[row])
            checks.error(Code::contradiction, table, row, "valid_to",
                         "valid_to " + text(end[row]) + " is not after valid_from " + text(first[row]) +
                             "; valid_to is the first day that no longer counts");
}

void check_all(Checks& checks) {
    const Tables& tables = checks.tables;
    check_forest(checks, tables.capabilities, tables.capabilities.parent);
    check_roles(checks);
    check_requirements(checks);
    check_forest(checks, tables.units, tables.units.parent);
    check_people(checks);
    check_positions(checks);
    drop_own_target_roles(checks);
    check_forest(checks, tables.objectives, tables.objectives.parent);
    check_scope(checks, tables.objective_links, tables.objective_links.scope);
    check_shares(checks, tables.activities, tables.activities.account_share, tables.activities.employee_share);
    settle_outcomes(checks);
    check_prerequisites(checks);
    settle_sessions(checks);
    check_scope(checks, tables.eligibility, tables.eligibility.scope);
    check_scope(checks, tables.mandatory, tables.mandatory.scope);
    check_enrolments(checks);
    check_funds(checks);
    check_programs(checks);
    check_scope(checks, tables.programs, tables.programs.scope);
    check_accounts(checks);
}

}  // namespace gradus
