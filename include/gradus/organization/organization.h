#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/base/forest.h>
#include <gradus/base/groups.h>
#include <gradus/base/input.h>
#include <gradus/base/problem.h>
#include <gradus/base/table.h>
#include <gradus/organization/activity.h>
#include <gradus/organization/capability.h>
#include <gradus/organization/fund.h>
#include <gradus/organization/ids.h>
#include <gradus/organization/objective.h>
#include <gradus/organization/person.h>
#include <gradus/organization/role.h>
#include <gradus/organization/scale.h>
#include <gradus/organization/scope.h>
#include <gradus/organization/unit.h>

namespace gradus {

/// The one currency of an organisation.
struct Settings : Table {
    Settings() : Table("settings", "One row: the currency of the organisation") {}

    Column<std::string_view> currency{
        *this,
        {.name = "currency", .unit = "ISO 4217", .meaning = "all money is in it; default EUR", .required = true}};
};

/// All input tables of an organisation, in the contract's order. Rows are sorted by key.
struct Tables {
    Settings settings;
    Scales scales;
    Capabilities capabilities;
    Roles roles;
    Requirements requirements;
    Units units;
    People people;
    Positions positions;
    PersonAttributes person_attributes;
    TargetRoles target_roles;
    PersonalGoals personal_goals;
    Objectives objectives;
    ObjectiveLinks objective_links;
    KpiTargets kpi_targets;
    Activities activities;
    Outcomes outcomes;
    ActivityPrerequisites activity_prerequisites;
    Clusters clusters;
    Sessions sessions;
    Eligibility eligibility;
    Mandatory mandatory;
    Preferences preferences;
    Enrolments enrolments;
    Funds funds;
    Programs programs;
    Accounts accounts;

    /// Every table, in order.
    std::vector<Table*> all();
    std::vector<const Table*> all() const;
};

/// What is worked out once from the tables, for everyone who asks.
struct Relations {
    // Rows of a table by the id in its leading column.
    Groups<ScaleTag> levels_of_scale;               ///< rows of scales
    Groups<RoleTag> requirements_of_role;           ///< rows of requirements
    Groups<PersonTag> positions_of_person;          ///< rows of positions
    Groups<PersonTag> target_roles_of_person;       ///< rows of target_roles
    Groups<PersonTag> personal_goals_of_person;     ///< rows of personal_goals
    Groups<PersonTag> preferences_of_person;        ///< rows of preferences
    Groups<PersonTag> enrolments_of_person;         ///< rows of enrolments
    Groups<PersonTag> accounts_of_person;           ///< rows of accounts
    Groups<ObjectiveTag> links_of_objective;        ///< rows of objective_links
    Groups<ActivityTag> outcomes_of_activity;       ///< rows of outcomes
    Groups<ActivityTag> prerequisites_of_activity;  ///< rows of activity_prerequisites
    Groups<ActivityTag> eligibility_of_activity;    ///< rows of eligibility
    Groups<ActivityTag> mandatory_of_activity;      ///< rows of mandatory
    Groups<ActivityTag> sessions_of_activity;       ///< entries of session_order
    std::vector<SessionId> session_order;           ///< sessions by activity, first day, key
    std::vector<ActivityId> activity_order;         ///< activities, prerequisites before those who need them

    Forest capabilities, units, funds, objectives;

    // By dense id.
    std::vector<double> bottom, top;                  ///< positions of the scale's ends, by capability
    std::vector<std::vector<KindId>> activity_kinds;  ///< by program, sorted; empty: all

    bool funds_given = false;  ///< the table was given, even if empty
    int minor_digits = 2;      ///< decimal digits of the currency
};

/// Limits in place of those that an organisation has. Those not named stay.
struct Limits {
    std::vector<std::pair<FundId, Money>> amounts{};          ///< of funds, 0 or more
    std::vector<std::pair<SessionId, std::int32_t>> seats{};  ///< 0 or more; missing: no limit
    std::vector<std::pair<PersonId, Minutes>> hours{};        ///< per calendar month, 0 or more; missing: no limit
};

/// An organisation: immutable, validated once, cheap to copy (copies share everything), safe to read from any thread.
///
/// `organization->people.role[i]` reads a table; ids are ranks of sorted keys, so `people` row i is PersonId(i), and
/// likewise for capabilities, roles, units, objectives, activities, sessions, funds and programs.
class Organization {
public:
    /// Reads and checks all tables at once. Absent tables are empty; the order of rows and of inputs never matters.
    /// @throws Error with all problems; nothing is built then.
    explicit Organization(std::span<const Input> inputs, int threads = 0);

    const Tables* operator->() const;
    const Tables& tables() const;
    const Relations& relations() const;
    /// Warnings of the load.
    const Problems& problems() const;
    /// The table of that name, or null.
    const Table* find(std::string_view table) const;

    /// Keys by id.
    const Keys& scales() const;
    const Keys& capabilities() const;
    const Keys& roles() const;
    const Keys& units() const;
    const Keys& people() const;
    const Keys& objectives() const;
    const Keys& activities() const;
    const Keys& sessions() const;
    const Keys& funds() const;
    const Keys& programs() const;
    /// The words of a vocabulary ("persona", "family", "kind", …) or the keys of a table, by name.
    const Keys& keys(std::string_view references) const;

    /// A changed organisation: the inputs given replace the tables of their names, the others stay.
    /// Row numbers in messages about tables that stayed count sorted rows.
    Organization with_tables(std::span<const Input> inputs, int threads = 0) const;

    /// The same organisation with other limits, as with_tables would make it, but nothing is read again: a question about one
    /// fund of a large organisation should not wait for that. @throws Error unknown_key for an id that it does not have;
    /// out_of_range below 0; missing_value for an amount.
    Organization with_limits(const Limits& limits) const;

    /// Digest of the content, whatever the order of rows it came in.
    std::uint64_t digest() const;

private:
    struct Data;
    explicit Organization(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
    std::shared_ptr<const Data> data_;
};

/// True if the person takes part on `day`: has joined and not left.
bool takes_part(const Organization& organization, PersonId person, Date day);

/// The role at a day: the position that covers it, else people.role.
RoleId role_at(const Organization& organization, PersonId person, Date day);

}  // namespace gradus
