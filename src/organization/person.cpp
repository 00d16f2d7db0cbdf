#include <gradus/organization/person.h>

#include <numeric>
#include <vector>

#include "organization/checks.h"

namespace gradus {

void check_people(Checks& checks) {
    const People& people = checks.tables.people;
    check_forest(checks, people, people.manager);
    for (std::size_t row = 0; row < people.size(); ++row)
        if (!is_missing(people.joined[row]) && !is_missing(people.left[row]) && people.left[row] < people.joined[row])
            checks.error(Code::contradiction, people, row, "left",
                         "left " + text(people.left[row]) + " is before joined " + text(people.joined[row]));
}

void check_positions(Checks& checks) {
    const Positions& positions = checks.tables.positions;
    std::vector<std::int32_t> rows(positions.size());
    std::iota(rows.begin(), rows.end(), 0);
    check_overlaps(checks, {positions, positions.valid_from, positions.valid_to, "has the person"}, rows,
                   [&](std::size_t a, std::size_t b) { return positions.person[a] == positions.person[b]; });
}

/// Of people with a role history it depends on the day which role is their own: there each stage leaves it out.
void drop_own_target_roles(Checks& checks) {
    TargetRoles& targets = checks.tables.target_roles;
    const People& people = checks.tables.people;
    std::vector<bool> has_history(people.size(), false);
    for (const PersonId person : checks.tables.positions.person)
        has_history[static_cast<std::size_t>(person.value())] = true;
    std::vector<std::int32_t> kept;
    for (std::size_t row = 0; row < targets.size(); ++row) {
        const auto person = static_cast<std::size_t>(targets.person[row].value());
        if (has_history[person] || people.role[person] != targets.role[row])
            kept.push_back(static_cast<std::int32_t>(row));
        else
            checks.warn(Code::ignored, targets, row, "role",
                        "role " + quoted(targets.role, row) + " is the own role of " + quoted(targets.person, row) +
                            "; the row is dropped");
    }
    if (kept.size() < targets.size()) checks.keep(targets, kept);
}

bool takes_part(const Organization& organization, PersonId person, Date day) {
    const People& people = organization->people;
    const auto row = static_cast<std::size_t>(person.value());
    return people.joined[row] <= day && (is_missing(people.left[row]) || day < people.left[row]);
}

RoleId role_at(const Organization& organization, PersonId person, Date day) {
    const Positions& positions = organization->positions;
    for (const std::size_t row : organization.relations().positions_of_person[person])
        if (positions.valid_from[row] <= day && day < end_of(positions.valid_to[row])) return positions.role[row];
    return organization->people.role[static_cast<std::size_t>(person.value())];
}

}  // namespace gradus
