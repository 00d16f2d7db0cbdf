#include <gradus/tracking/observation.h>

#include <initializer_list>

#include "organization/apart.h"

namespace gradus {

namespace {

template <class T>
T load(const Organization& organization, const Input& input, std::initializer_list<std::string_view> vocabularies) {
    return load_apart<T>(organization, input, vocabularies, [](const T&, const Origin&, ProblemList&) {});
}

}  // namespace

Kpis load_kpis(const Organization& organization, const Input& input) {
    return load<Kpis>(organization, input, {KpiTag::table});
}

Rollouts load_rollouts(const Organization& organization, const Input& input) {
    return load<Rollouts>(organization, input, {ClusterTag::table});
}

Anecdotes load_anecdotes(const Organization& organization, const Input& input) {
    return load<Anecdotes>(organization, input, {});
}

}  // namespace gradus
