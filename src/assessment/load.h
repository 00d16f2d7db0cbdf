#pragma once

#include <algorithm>

#include "assessment/stage.h"
#include "organization/columns.h"
#include "organization/reader.h"
#include "organization/rows.h"

namespace gradus {

/// Reads a result table that was made elsewhere: same columns, same checks as the tables of an organisation.
/// @throws Error with all problems.
inline void load(Table& table, const Organization& organization, const Input& input, int threads,
                 ProblemList& problems) {
    const Reference reference = reference_of(organization);
    Reader reader(table, &input, reference, problems, threads);
    reader.match();
    reader.read();
    reader.sort();
    problems.throw_errors();
}

/// Names a loaded table by its content.
inline void sign_loaded(Table& table, std::string_view stage, Date as_of) {
    if (is_missing(as_of))
        throw Error(Code::invalid_option, "as_of is required: the day of the " + std::string(table.name()), "options",
                    0, "as_of");
    Stage(stage).input(digest_of(table)).sign(table, OptionsJson().add("as_of", as_of), as_of, 1);
}

/// Gives every missing cell of a column the value of(row).
template <class T, class Of>
void complete(Column<T>& column, Of&& of) {
    if (std::none_of(column.begin(), column.end(), [](const T& value) { return is_missing(value); })) return;
    Buffer<T> values(column.size());
    for (std::size_t row = 0; row < column.size(); ++row) values[row] = is_missing(column[row]) ? of(row) : column[row];
    column.set(std::move(values));
}

}  // namespace gradus
