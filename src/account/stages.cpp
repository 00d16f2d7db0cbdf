#include <gradus/account/stages.h>

#include <cstddef>

#include "organization/apart.h"

namespace gradus {

Stages load_stages(const Organization& organization, const Input& stages) {
    return load_apart<Stages>(organization, stages, {}, [](const Stages&, const Origin&, ProblemList&) {});
}

std::vector<PersonStage> rows_of(const Stages& stages) {
    std::vector<PersonStage> rows;
    rows.reserve(stages.size());
    for (std::size_t i = 0; i < stages.size(); ++i)
        rows.push_back({stages.person[i], stages.program[i], stages.stage[i]});
    return rows;
}

}  // namespace gradus
