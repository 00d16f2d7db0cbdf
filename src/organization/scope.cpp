#include <gradus/organization/scope.h>

#include <vector>

#include "base/spelling.h"
#include "organization/checks.h"

namespace gradus {

void check_scope(Checks& checks, const Table& table, const Scope& scope) {
    const Keys& personas = checks.keys("persona");
    std::vector<bool> held(personas.size(), false);
    for (const PersonaId persona : checks.tables.people.persona)
        if (persona) held[static_cast<std::size_t>(persona.value())] = true;
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < personas.size(); ++i)
        if (held[i]) known.push_back(personas[i]);
    for (std::size_t row = 0; row < table.size(); ++row) {
        const PersonaId persona = scope.persona[row];
        if (!persona || held[static_cast<std::size_t>(persona.value())]) continue;
        const std::string_view near = nearest(personas[static_cast<std::size_t>(persona.value())], known);
        checks.warn(Code::ignored, table, row, "persona",
                    "nobody has persona " + quoted(scope.persona, row) + ", so the row is of nobody" +
                        (near.empty() ? std::string() : "; did you mean " + quoted(near) + "?"));
    }
}

bool holds(const Organization& organization, const Scope& scope, std::size_t row, PersonId person, RoleId role) {
    const Tables& tables = organization.tables();
    const auto who = static_cast<std::size_t>(person.value());
    if (scope.person[row] && scope.person[row] != person) return false;
    if (scope.role[row] && scope.role[row] != role) return false;
    if (scope.persona[row] && scope.persona[row] != tables.people.persona[who]) return false;
    if (const UnitId unit = scope.unit[row]) {
        const UnitId own = tables.people.unit[who];
        if (!own || !organization.relations().units.holds(unit.value(), own.value())) return false;
    }
    const RoleId target = scope.target_role[row];
    if (!target) return true;
    if (target == role) return false;  // nobody aspires to the role they have
    for (const std::size_t t : organization.relations().target_roles_of_person[person])
        if (tables.target_roles.role[t] == target) return true;
    return false;
}

}  // namespace gradus
