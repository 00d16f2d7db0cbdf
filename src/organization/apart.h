#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>

#include "organization/reader.h"
#include "organization/rows.h"

namespace gradus {

/// Reads a table that stands apart from an organisation and whose own vocabularies are its words alone. `check(table, origin,
/// problems)` sees the sorted rows.
template <class T, class Check>
T load_apart(const Organization& organization, const Input& input, std::initializer_list<std::string_view> vocabularies,
             Check&& check) {
    T table;
    ProblemList problems;
    Reference reference = reference_of(organization);
    Reader reader(table, &input, reference, problems, 0);
    reader.match();
    for (const std::string_view vocabulary : vocabularies) {
        KeyCollector words;
        reader.collect(vocabulary, words);
        reference.keys.set(vocabulary, std::make_shared<const Keys>(words.keys()));
    }
    reader.read();
    reader.sort();
    check(table, reader.origin(), problems);
    problems.throw_errors();
    table.problems = problems.table();
    table.provenance.digest = digest_of(table);
    return table;
}

}  // namespace gradus
