#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "organization/reader.h"

#include <gradus/organization/organization.h>

namespace gradus {

struct Spells;

/// The tables of an organisation after reading, while what concerns more than one cell is checked. Cells that could not
/// be read are missing here, so each rule lets what is missing pass.
class Checks {
public:
    /// `readers` in the order of tables.all().
    Checks(Tables& all, std::span<Reader> readers, const Reference& known, ProblemList& problems)
        : tables(all), reference(known), readers_(readers), problems_(problems) {}

    Tables& tables;
    const Reference& reference;

    /// `row` of the sorted table, in the user's words the row of the input.
    void error(Code code, const Table& table, std::size_t row, std::string_view column, std::string message);
    void warn(Code code, const Table& table, std::size_t row, std::string_view column, std::string message);
    /// About a table as a whole.
    void warn(Code code, const Table& table, std::string_view column, std::string message);
    /// Two rows that hold at the same time: said of the one that comes later in the input.
    void overlap(const Spells& spells, std::size_t a, std::size_t b);
    /// 1-based row of the input.
    std::int64_t row(const Table& table, std::size_t row) const { return origin(table).row(row); }

    /// Keeps these rows of a table, in this order.
    void keep(Table& table, std::span<const std::int32_t> rows);

    const Keys& keys(std::string_view name) const { return *reference.keys.find(name); }

private:
    Origin& origin(const Table& table) const;
    void add(Severity severity, Code code, const Table& table, std::size_t row, std::string_view column,
             std::string message);

    std::span<Reader> readers_;
    ProblemList& problems_;
};

/// The key in a cell of a key column, in quotes.
std::string quoted(const AnyColumn& column, std::size_t row);
std::string quoted(std::string_view text);
/// "2026-03-31".
std::string text(Date day);

/// The first day after a row's validity: far away where it is open.
inline Date end_of(Date valid_to) { return is_missing(valid_to) ? Date::max() : valid_to; }

/// Rows with the dates in which they hold, of which those of one group must not overlap.
struct Spells {
    const Table& table;
    const Column<Date>& valid_from;
    const Column<Date>& valid_to;
    std::string what;  ///< what the later of two rows does: "repeats the capability"
};

/// Says where rows of one group overlap. `rows` sorted by group, then first day.
template <class SameGroup>
void check_overlaps(Checks& checks, const Spells& spells, std::span<const std::int32_t> rows, SameGroup&& same_group) {
    for (std::size_t i = 1, open = 0; i < rows.size(); ++i) {
        const auto row = static_cast<std::size_t>(rows[i]), before = static_cast<std::size_t>(rows[open]);
        const bool same = same_group(before, row);
        if (same && spells.valid_from[row] < end_of(spells.valid_to[before])) checks.overlap(spells, before, row);
        // `open` is the row of the group that lasts longest so far.
        if (!same || end_of(spells.valid_to[row]) >= end_of(spells.valid_to[before])) open = i;
    }
}

/// Says where the parents of a table whose rows are its ids run in a circle: "A → B → A".
void check_forest(Checks& checks, const Table& table, const AnyColumn& parent);
/// Says where valid_to is not after valid_from, in any table.
void check_validity(Checks& checks, const Table& table);

/// Every rule, once all tables are read (settings and scales are settled on the way).
void check_all(Checks& checks);

// The rules of each table, beside it.
void settle_scales(Checks& checks);
void check_settings(Checks& checks);
void check_roles(Checks& checks);
void check_requirements(Checks& checks);
void check_people(Checks& checks);
void check_positions(Checks& checks);
void drop_own_target_roles(Checks& checks);
void settle_outcomes(Checks& checks);
void check_prerequisites(Checks& checks);
void settle_sessions(Checks& checks);
void check_enrolments(Checks& checks);
void check_shares(Checks& checks, const Table& table, const Column<double>& account_share,
                  const Column<double>& employee_share);
void check_funds(Checks& checks);
void check_programs(Checks& checks);
void check_accounts(Checks& checks);
void check_scope(Checks& checks, const Table& table, const Scope& scope);

/// Calls f(kind) for each kind in a list like "course; coaching".
template <class F>
void for_each_kind(std::string_view list, F&& f) {
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(';'), list.size());
        std::string_view kind = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        while (kind.starts_with(' ')) kind.remove_prefix(1);
        while (kind.ends_with(' ')) kind.remove_suffix(1);
        if (!kind.empty()) f(kind);
    }
}

}  // namespace gradus
