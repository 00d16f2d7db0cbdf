#include <gradus/organization/organization.h>

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "organization/rows.h"
#include "organization/tables.h"

namespace gradus {
namespace {

const std::vector<Literal> everything = {
    {"settings", {{"currency"}, {"KWD"}}},
    {"scales",
     {{"scale", "level", "position"},
      {"s", "Low", "0"},
      {"s", "Mid", "2"},
      {"s", "High", "7"},
      {"t", "1", "1"},
      {"t", "2", "2"}}},
    {"capabilities",
     {{"capability", "scale", "name", "parent"}, {"C", "s", "Coding", ""}, {"D", "t", "", "C"}, {"B", "s", "", "C"}}},
    {"roles", {{"role", "family", "grade", "criticality"}, {"R", "it", "2", "4"}, {"Q", "it", "", ""}}},
    {"requirements",
     {{"role", "capability", "level", "max_level", "criticality", "valid_from", "valid_to"},
      {"R", "C", "Mid", "High", "5", "", "2026-01-01"},
      {"R", "C", "3.5", "", "", "2026-01-01", ""},
      {"Q", "D", "2", "", "", "", ""}}},
    {"units", {{"unit", "parent"}, {"U", ""}, {"V", "U"}}},
    {"people",
     {{"person", "role", "name", "unit", "manager", "persona", "hours", "joined", "left"},
      {"E2", "R", "Zoë", "V", "E1", "expert", "7.5", "2020-01-01", ""},
      {"E1", "Q", "Åsa", "U", "", "novice", "", "", "2030-01-01"}}},
    {"positions", {{"person", "role", "valid_from", "valid_to"}, {"E1", "Q", "2024-01-01", ""}}},
    {"person_attributes", {{"person", "attribute", "value"}, {"E1", "age", "50+"}, {"E2", "age", "<50"}}},
    {"target_roles", {{"person", "role", "weight"}, {"E2", "Q", "0.25"}}},
    {"personal_goals", {{"person", "capability", "level", "due", "text"}, {"E2", "B", "High", "2027-01-01", "lead"}}},
    {"objectives",
     {{"objective", "name", "parent", "weight", "unit", "person", "due", "behaviour"},
      {"O", "Growth", "", "2", "U", "E1", "2027-01-01", "ship"},
      {"P", "", "O", "", "", "", "", ""}}},
    {"objective_links", {{"objective", "capability", "strength", "unit"}, {"O", "C", "0.5", "U"}, {"P", "D", "", ""}}},
    {"kpi_targets",
     {{"kpi", "objective", "direction", "target", "unit_value"}, {"churn", "O", "down", "0.1", "-1.234"}}},
    {"activities",
     {{"activity", "kind", "hours", "cost", "account_share", "employee_share", "days", "external", "repeatable",
       "valid_from"},
      {"A", "course", "20.25", "19.999", "0.3", "0.1", "5", "yes", "", "2026-01-01"},
      {"X", "coaching", "0.05", "0", "", "", "", "", "true", ""}}},
    {"outcomes",
     {{"activity", "capability", "uplift", "up_to", "from_level", "probability"},
      {"A", "C", "1.5", "Mid", "Low", "0.9"},
      {"X", "D", "", "", "", ""}}},
    {"activity_prerequisites", {{"activity", "prerequisite"}, {"X", "A"}}},
    {"clusters", {{"cluster", "activity", "objective", "persona"}, {"K", "A", "O", "expert"}}},
    {"sessions",
     {{"session", "activity", "first_day", "last_day", "seats", "cost"}, {"S", "A", "2026-05-01", "", "3", "1.5"}}},
    {"eligibility", {{"activity", "role"}, {"A", "R"}}},
    {"mandatory", {{"activity", "unit", "due"}, {"X", "V", "2026-12-31"}}},
    {"preferences", {{"person", "kind", "weight"}, {"E2", "course", "1.5"}}},
    {"enrolments",
     {{"person", "activity", "status", "session", "date", "hours", "cost", "score", "reaction"},
      {"E1", "A", "completed", "S", "2025-01-01", "3", "1", "0.5", "1"},
      {"E2", "A", "no_show", "", "", "", "", "", ""}}},
    {"funds",
     {{"fund", "amount", "parent", "unit", "valid_from", "valid_to"},
      {"F", "1000.001", "", "U", "2026-01-01", "2027-01-01"},
      {"G", "5", "F", "V", "2026-02-01", "2026-03-01"}}},
    {"programs",
     {{"program", "kind", "fund", "requires_plan", "cap", "cap_period", "grant", "grant_period", "expires_days",
       "activity_kinds", "mock"},
      {"I", "money", "F", "true", "10.001", "year", "1", "once", "365", "course", ""},
      {"J", "hours", "", "", "1.5", "", "", "", "", "", ""}}},
    {"accounts",
     {{"person", "kind", "available", "program", "cap", "cap_period"},
      {"E1", "money", "0.001", "I", "", ""},
      {"E1", "hours", "2.25", "J", "1", "month"},
      {"E2", "items", "2", "", "", ""}}},
};

TEST(Organization, OfNothingIsValid) {
    const Organization organization = build({});
    for (const Table* table : organization.tables().all()) {
        EXPECT_EQ(table->size(), 0u);
        for (std::size_t c = 0; c < table->column_count(); ++c)
            if (const Type type = table->column(c).type(); type == Type::key || type == Type::text) {
                EXPECT_TRUE(table->column(c).strings()) << table->name();
            }
    }
    EXPECT_EQ(organization.problems().size(), 0u);
    EXPECT_EQ(organization.relations().minor_digits, 2);
}

TEST(Organization, TablesStandInTheOrderOfTheContract) {
    const Organization organization = build(everything);
    const auto all = organization.tables().all();
    ASSERT_EQ(all.size(), everything.size());
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i]->name(), everything[i].table);
    EXPECT_EQ(organization.find("people"), &organization->people);
    EXPECT_EQ(organization.find("poeple"), nullptr);
    EXPECT_EQ(organization.keys("family")[0], "it");
    EXPECT_THROW(organization.keys("colour"), Error);
}

TEST(Organization, RowsOfAKeyedTableAreItsIds) {
    const Organization organization = build(everything);
    const auto check = [&](const auto& column, const Keys& keys) {
        ASSERT_EQ(column.size(), keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(column[i].value(), static_cast<std::int32_t>(i));
    };
    const Tables& tables = organization.tables();
    check(tables.capabilities.capability, organization.capabilities());
    check(tables.roles.role, organization.roles());
    check(tables.units.unit, organization.units());
    check(tables.people.person, organization.people());
    check(tables.objectives.objective, organization.objectives());
    check(tables.activities.activity, organization.activities());
    check(tables.sessions.session, organization.sessions());
    check(tables.funds.fund, organization.funds());
    check(tables.programs.program, organization.programs());
    EXPECT_EQ(organization.people()[0], "E1");
    EXPECT_EQ(organization->people.name[1], "Zoë");
}

TEST(Organization, DoesNotDependOnTheOrderOfRowsAndTables) {
    const std::uint64_t digest = build(everything).digest();
    std::mt19937 random(7);
    for (int round = 0; round < 5; ++round) {
        std::vector<Literal> tables = everything;
        std::shuffle(tables.begin(), tables.end(), random);
        for (Literal& table : tables) std::shuffle(table.cells.begin() + 1, table.cells.end(), random);
        EXPECT_EQ(build(tables, 1 + round).digest(), digest);
    }
}

TEST(Organization, EveryCellCountsInTheDigest) {
    const std::uint64_t digest = build(everything).digest();
    std::size_t changes = 0;
    for (std::size_t t = 0; t < everything.size(); ++t)
        for (std::size_t row = 1; row < everything[t].cells.size(); ++row)
            for (std::size_t c = 0; c < everything[t].cells[row].size(); ++c) {
                std::vector<Literal> tables = everything;
                if (tables[t].cells[row][c].empty()) continue;
                tables[t].cells[row][c] = "";
                try {
                    const bool same = build(tables).digest() == digest;
                    // up_to and valid dates apart, a cell that may be left out says something.
                    EXPECT_FALSE(same) << everything[t].table << " " << everything[t].cells[0][c];
                    ++changes;
                } catch (const Error&) {
                }
            }
    EXPECT_GT(changes, 50u);
}

TEST(Organization, RowsReadBackToTheSame) {
    const Organization organization = build(everything);
    const Levels levels(organization->scales, organization->capabilities, organization.scales().size());
    std::vector<Input> back;
    for (const Table* table : organization.tables().all()) back.push_back(rows_of(*table, levels, 3));
    const Organization again(back);
    EXPECT_EQ(again.digest(), organization.digest());
    for (const Table* table : organization.tables().all())
        EXPECT_EQ(again.find(table->name())->provenance.digest, table->provenance.digest) << table->name();
}

TEST(Organization, WithTablesReplacesSome) {
    const Organization organization = build(everything);
    const std::vector<Input> none;
    EXPECT_EQ(organization.with_tables(none).digest(), organization.digest());

    std::vector<Literal> changed = everything;
    changed[6].cells.push_back({"E0", "R", "New", "V", "E1", "", "", "", ""});
    changed[1].cells[2][2] = "3";  // Mid moves from 2 to 3, and with it every level that is Mid
    const Organization replaced = organization.with_tables(inputs({changed[6], changed[1]}));
    EXPECT_EQ(replaced.digest(), build(changed).digest());
    EXPECT_EQ(replaced->requirements.level[1], 3);
    EXPECT_EQ(organization->requirements.level[1], 2);

    try {
        organization.with_tables(inputs({{"roles", {{"role"}, {"R"}}}}));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::unknown_key);
        EXPECT_EQ(error.table(), "requirements");
    }
}

TEST(Organization, CopiesShareEverything) {
    const Organization organization = build(everything);
    const Organization copy = organization;
    EXPECT_EQ(&copy.tables(), &organization.tables());
}

TEST(Organization, RelationsFindTheRows) {
    const Organization organization = build(everything);
    const Relations& relations = organization.relations();
    const auto r = id<RoleTag>(organization, "R");
    ASSERT_EQ(relations.requirements_of_role[r].size(), 2);
    for (const std::size_t row : relations.requirements_of_role[r]) EXPECT_EQ(organization->requirements.role[row], r);
    EXPECT_EQ(relations.accounts_of_person[PersonId(0)].size(), 2);
    EXPECT_EQ(relations.enrolments_of_person[PersonId(1)].size(), 1);
    EXPECT_EQ(relations.outcomes_of_activity[ActivityId(0)].size(), 1);
    EXPECT_EQ(relations.links_of_objective[ObjectiveId(0)].size(), 1);
    EXPECT_EQ(relations.minor_digits, 3);
    EXPECT_EQ(relations.top[static_cast<std::size_t>(id<CapabilityTag>(organization, "C").value())], 7);
}

TEST(Organization, OtherLimitsAreWhatOtherTablesWouldMake) {
    const std::vector<Literal> tables = {
        {"roles", {{"role"}, {"R"}}},
        {"people", {{"person", "role", "hours"}, {"p", "R", "8"}, {"q", "R", ""}}},
        {"activities", {{"activity"}, {"a"}}},
        {"sessions", {{"session", "activity", "first_day", "seats"}, {"s", "a", "2026-05-01", "3"}}},
        {"funds", {{"fund", "amount"}, {"f", "100"}, {"g", "50"}}}};
    const Organization one = build(tables);
    const Organization other = one.with_limits(
        {.amounts = {{FundId(1), Money(7025)}}, .seats = {{SessionId(0), 5}}, .hours = {{PersonId(1), Minutes(90)}}});
    const Organization read =
        build({tables[0],
               {"people", {{"person", "role", "hours"}, {"p", "R", "8"}, {"q", "R", "1.5"}}},
               tables[2],
               {"sessions", {{"session", "activity", "first_day", "seats"}, {"s", "a", "2026-05-01", "5"}}},
               {"funds", {{"fund", "amount"}, {"f", "100"}, {"g", "70.25"}}}});
    EXPECT_EQ(other.digest(), read.digest());
    EXPECT_NE(other.digest(), one.digest());
    EXPECT_EQ(one->funds.amount[1], Money(5000));
    EXPECT_EQ(one.with_limits({}).digest(), one.digest());
    EXPECT_THROW(one.with_limits({.amounts = {{FundId(2), Money(1)}}}), Error);
    EXPECT_THROW(one.with_limits({.amounts = {{FundId(), Money(1)}}}), Error);
    EXPECT_THROW(one.with_limits({.amounts = {{FundId(0), Money(-1)}}}), Error);
    EXPECT_THROW(one.with_limits({.amounts = {{FundId(0), missing<Money>()}}}), Error);
    EXPECT_TRUE(is_missing(one.with_limits({.seats = {{SessionId(0), missing<std::int32_t>()}}})->sessions.seats[0]));
}

}  // namespace
}  // namespace gradus
