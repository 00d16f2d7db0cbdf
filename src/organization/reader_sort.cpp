// The order of rows, and rows that repeat or contradict one another.

#include <algorithm>
#include <numeric>

#include "organization/columns.h"
#include "organization/reader.h"

namespace gradus {

namespace {

using Columns = std::vector<const AnyColumn*>;

std::strong_ordering compare_rows(const Columns& columns, std::int32_t a, std::int32_t b) {
    for (const AnyColumn* column : columns)
        if (const auto order = compare(*column, static_cast<std::size_t>(a), static_cast<std::size_t>(b)); order != 0)
            return order;
    return std::strong_ordering::equal;
}

Columns columns_of(const Table& table, bool identity) {
    Columns columns;
    for (std::size_t c = 0; c < table.column_count(); ++c)
        if (table.column(c).field().identity == identity) columns.push_back(&table.column(c));
    return columns;
}

}  // namespace

/// The rows that have an identity: by their leading key where they have one, else as they came.
std::vector<std::int32_t> Reader::rows_by_leading_key() const {
    std::vector<std::int32_t> rows;
    rows.reserve(static_cast<std::size_t>(rows_));
    for (std::int32_t row = 0; row < rows_; ++row)
        if (!unnamed_[static_cast<std::size_t>(row)]) rows.push_back(row);
    const Columns identity = columns_of(table_, true);
    if (identity.empty() || identity[0]->type() != Type::key) return rows;

    const auto* ids = static_cast<const std::int32_t*>(identity[0]->data());
    const auto by_id = [&](std::int32_t a, std::int32_t b) { return ids[a] < ids[b]; };
    if (std::is_sorted(rows.begin(), rows.end(), by_id)) return rows;
    std::vector<std::int32_t> next(identity[0]->strings()->size() + 2, 0);  // by id + 1, for a missing one is -1
    for (const std::int32_t row : rows) ++next[static_cast<std::size_t>(ids[row] + 2)];
    std::partial_sum(next.begin(), next.end(), next.begin());
    std::vector<std::int32_t> sorted(rows.size());
    for (const std::int32_t row : rows) {
        std::int32_t& place = next[static_cast<std::size_t>(ids[row] + 1)];
        sorted[static_cast<std::size_t>(place++)] = row;
    }
    return sorted;
}

void Reader::sort() {
    const Columns identity = columns_of(table_, true), others = columns_of(table_, false);
    std::vector<std::int32_t> rows = rows_by_leading_key();

    const bool leading_key = !identity.empty() && identity[0]->type() == Type::key;
    const auto* ids = leading_key ? static_cast<const std::int32_t*>(identity[0]->data()) : nullptr;
    const Columns rest(identity.begin() + leading_key, identity.end());
    const auto before = [&](std::int32_t a, std::int32_t b) {
        if (const auto order = compare_rows(rest, a, b); order != 0) return order < 0;
        if (const auto order = compare_rows(others, a, b); order != 0) return order < 0;
        return a < b;
    };

    std::size_t kept = 0;
    for (std::size_t first = 0, last = 0; first < rows.size(); first = last) {
        last = first + 1;
        while (last < rows.size() && (!ids || ids[rows[last]] == ids[rows[first]])) ++last;
        const std::span<std::int32_t> group(rows.data() + first, last - first);
        if (group.size() > 1) std::sort(group.begin(), group.end(), before);
        for (std::size_t i = 0, end = 0; i < group.size(); i = end) {
            end = i + 1;
            while (end < group.size() && compare_rows(rest, group[i], group[end]) == 0) ++end;
            rows[kept++] = end - i == 1 ? group[i] : settle_repeats(group.subspan(i, end - i));
        }
    }
    rows.resize(kept);

    const bool as_they_came =
        rows.size() == static_cast<std::size_t>(rows_) && std::is_sorted(rows.begin(), rows.end());
    if (as_they_came) return;
    gather(table_, rows);
    origin_.rows = std::move(rows);
}

/// Of rows with one identity, sorted by the other columns, says which repeat and which contradict an earlier one.
/// Returns the one that stays.
std::int32_t Reader::settle_repeats(std::span<std::int32_t> run) {
    const Columns others = columns_of(table_, false);
    std::size_t distinct = 0;
    for (std::size_t i = 0, end = 0; i < run.size(); i = end) {
        const std::int32_t first = run[i];
        for (end = i + 1; end < run.size() && compare_rows(others, first, run[end]) == 0; ++end) {
            Problem repeated = problem(Code::repeated_row, run[end], {});
            repeated.severity = Severity::warning;
            repeated.key = name_of(run[end]);
            repeated.message = "the row repeats row " + std::to_string(first + 1) + " and is dropped";
            problems_.add(std::move(repeated));
        }
        run[distinct++] = first;
    }
    std::sort(run.begin(), run.begin() + static_cast<std::ptrdiff_t>(distinct));
    const std::int32_t first = run[0];
    for (const std::int32_t row : run.subspan(1, distinct - 1)) {
        std::string_view differs;
        for (const AnyColumn* column : others)
            if (differs.empty() && compare_rows({column}, first, row) != 0) differs = column->field().name;
        Problem contradicts = problem(Code::duplicate_key, row, differs);
        contradicts.key = name_of(row);
        const std::string earlier = "row " + std::to_string(first + 1);
        contradicts.message =
            contradicts.key.empty()
                ? "the table has one row; " + earlier + " has another " + std::string(differs)
                : contradicts.key + " is already in " + earlier + ", with another " + std::string(differs);
        problems_.add(std::move(contradicts));
    }
    return first;
}

/// What the row is of: "role 'R1', capability 'C1'".
std::string Reader::name_of(std::int32_t row) const {
    std::string name;
    const auto add = [&](const AnyColumn& column, std::string_view text) {
        name += (name.empty() ? "" : ", ") + std::string(column.field().name) + " '" + std::string(text) + "'";
    };
    for (const AnyColumn* column : columns_of(table_, true)) {
        if (column->type() == Type::key) {
            const std::int32_t id = static_cast<const std::int32_t*>(column->data())[row];
            if (id >= 0) add(*column, (*column->strings())[static_cast<std::size_t>(id)]);
        } else if (column->type() == Type::text) {
            add(*column, (*column->strings())[static_cast<std::size_t>(row)]);
        }
    }
    return name;
}

}  // namespace gradus
