#include <gradus/tracking/observation.h>

#include <initializer_list>

#include "organization/reader.h"
#include "organization/rows.h"

namespace gradus {

namespace {

/// Reads a table whose own vocabularies are its words alone.
template <class Observations>
Observations load_apart(const Organization& organization, const Input& input,
                        std::initializer_list<std::string_view> vocabularies) {
    Observations table;
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
    problems.throw_errors();
    table.problems = problems.table();
    table.provenance.digest = digest_of(table);
    return table;
}

}  // namespace

Kpis load_kpis(const Organization& organization, const Input& input) {
    return load_apart<Kpis>(organization, input, {KpiTag::table});
}

Rollouts load_rollouts(const Organization& organization, const Input& input) {
    return load_apart<Rollouts>(organization, input, {ClusterTag::table});
}

Anecdotes load_anecdotes(const Organization& organization, const Input& input) {
    return load_apart<Anecdotes>(organization, input, {});
}

}  // namespace gradus
