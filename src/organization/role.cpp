#include <gradus/organization/role.h>

#include <numeric>
#include <vector>

#include "organization/checks.h"

namespace gradus {

namespace {

std::vector<std::int32_t> all_rows(const Table& table) {
    std::vector<std::int32_t> rows(table.size());
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
}

}  // namespace

void check_roles(Checks& checks) {
    const Roles& roles = checks.tables.roles;
    std::vector<bool> needs(roles.size(), false);
    for (const RoleId role : checks.tables.requirements.role) needs[static_cast<std::size_t>(role.value())] = true;
    constexpr int most = 5;
    int without = 0;
    std::string names;
    for (std::size_t row = 0; row < roles.size(); ++row)
        if (!needs[row] && ++without <= most) names += (names.empty() ? "" : ", ") + quoted(roles.role, row);
    if (without == 0) return;
    if (without > most) names += " and " + std::to_string(without - most) + " more";
    checks.warn(Code::ignored, roles, "role",
                std::to_string(without) + (without == 1 ? " role has" : " roles have") +
                    " no requirements, so nobody can have a gap in " + (without == 1 ? "it: " : "them: ") + names);
}

void check_requirements(Checks& checks) {
    const Requirements& requirements = checks.tables.requirements;
    for (std::size_t row = 0; row < requirements.size(); ++row)
        if (requirements.max_level[row] < requirements.level[row])
            checks.error(Code::contradiction, requirements, row, "max_level", "max_level is below level");
    check_overlaps(checks,
                   {requirements, requirements.valid_from, requirements.valid_to, "has the role and capability"},
                   all_rows(requirements), [&](std::size_t a, std::size_t b) {
                       return requirements.role[a] == requirements.role[b] &&
                              requirements.capability[a] == requirements.capability[b];
                   });
}

}  // namespace gradus
