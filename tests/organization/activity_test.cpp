#include <gradus/organization/activity.h>

#include <gtest/gtest.h>

#include "organization/tables.h"

namespace gradus {
namespace {

using Told = std::vector<std::string>;

const Literal scales = {"scales", {{"scale", "level"}, {"s", "Low"}, {"s", "Mid"}, {"s", "High"}}};
const Literal capabilities = {"capabilities", {{"capability", "scale"}, {"C", "s"}}};
const Literal activities = {
    "activities",
    {{"activity", "valid_from", "valid_to"}, {"A", "2026-01-01", "2027-01-01"}, {"B", "", ""}, {"C", "", ""}}};
const Literal roles = {"roles", {{"role"}, {"R"}}};
const Literal people = {"people", {{"person", "role"}, {"E1", "R"}}};

TEST(Outcomes, AnAbsentUpliftIsAssumedAndSaid) {
    const Organization organization = build(
        {scales,
         capabilities,
         activities,
         {"outcomes", {{"activity", "capability", "uplift", "up_to"}, {"A", "C", "", ""}, {"B", "C", "1", "Mid"}}}});
    EXPECT_EQ(told(organization.problems()),
              Told{"warning assumed outcomes uplift: 1 outcome has no uplift; 0.5 positions are assumed"});
    EXPECT_EQ(organization->outcomes.uplift[0], 0.5);
    EXPECT_EQ(organization->outcomes.up_to[0], 3);
    EXPECT_EQ(organization->outcomes.probability[0], 1);
    EXPECT_EQ(organization->outcomes.uplift[1], 1);
    EXPECT_EQ(organization->outcomes.up_to[1], 2);
}

TEST(Prerequisites, ACircleIsTold) {
    EXPECT_EQ(told({activities,
                    {"activity_prerequisites", {{"activity", "prerequisite"}, {"B", "C"}, {"C", "A"}, {"A", "B"}}}}),
              Told{"error cycle activity_prerequisites 3 prerequisite: prerequisites run in a circle: A → B → C → A"});
}

TEST(Prerequisites, ComeFirstInTheOrder) {
    const Organization organization =
        build({activities, {"activity_prerequisites", {{"activity", "prerequisite"}, {"A", "C"}, {"C", "B"}}}});
    EXPECT_EQ(organization.relations().activity_order, (std::vector{ActivityId(1), ActivityId(2), ActivityId(0)}));
}

TEST(Sessions, LastDayIsTheFirstUnlessGiven) {
    const Organization organization = build({activities,
                                             {"sessions",
                                              {{"session", "activity", "first_day", "last_day", "seats"},
                                               {"S2", "A", "2026-03-01", "", "0"},
                                               {"S1", "A", "2026-03-02", "2026-03-04", ""}}}});
    EXPECT_EQ(organization->sessions.last_day[0], day("2026-03-04"));
    EXPECT_EQ(organization->sessions.last_day[1], day("2026-03-01"));
    EXPECT_TRUE(is_missing(organization->sessions.seats[0]));
    EXPECT_EQ(organization->sessions.seats[1], 0);
    const Relations& relations = organization.relations();
    const Rows offered = relations.sessions_of_activity[ActivityId(0)];
    ASSERT_EQ(offered.size(), 2);
    EXPECT_EQ(relations.session_order[static_cast<std::size_t>(offered.first)], SessionId(1));
}

TEST(Sessions, LieInOrderAndWithinTheActivity) {
    EXPECT_EQ(
        told({activities,
              {"sessions",
               {{"session", "activity", "first_day", "last_day"},
                {"S1", "B", "2026-03-02", "2026-03-01"},
                {"S2", "A", "2027-01-01", ""},
                {"S3", "A", "2026-12-31", ""}}}}),
        (Told{"error contradiction sessions 1 last_day: last_day 2026-03-01 is before first_day 2026-03-02",
              "warning ignored sessions 2 first_day: first_day 2027-01-01 is outside the validity of activity 'A' "
              "(2026-01-01 to 2027-01-01), so the session is not offered"}));
}

TEST(Enrolments, NameASessionOfTheActivity) {
    Told all = told({activities,
                     roles,
                     people,
                     {"sessions", {{"session", "activity", "first_day"}, {"S1", "B", "2026-03-02"}}},
                     {"enrolments",
                      {{"person", "activity", "status", "session"},
                       {"E1", "A", "enrolled", "S1"},
                       {"E1", "B", "enrolled", "S1"},
                       {"E1", "B", "done", ""}}}});
    std::erase_if(all, [](const std::string& line) { return line.starts_with("warning ignored roles"); });
    EXPECT_EQ(
        all,
        (Told{"error contradiction enrolments 1 session: session 'S1' is one of activity 'B', not of 'A'",
              "error unknown_word enrolments 3 status: status 'done' is not one of planned, enrolled, in_progress, "
              "completed, failed, no_show, withdrawn, declined"}));
}

TEST(Activities, SharesAreAtMostTheWhole) {
    EXPECT_EQ(told({{"activities",
                     {{"activity", "account_share", "employee_share"}, {"A", "0.7", "0.3"}, {"B", "0.7", "0.31"}}}}),
              Told{"error out_of_range activities 2 employee_share: account_share and employee_share are more than 1 "
                   "together"});
}

TEST(Activities, MissingCellsMeanWhatTheContractSays) {
    const Organization organization = build({{"activities", {{"activity", "hours", "cost"}, {"A", "", ""}}}});
    const Activities& table = organization->activities;
    EXPECT_TRUE(is_missing(table.hours[0]));
    EXPECT_TRUE(is_missing(table.cost[0]));
    EXPECT_EQ(table.account_share[0], 0);
    EXPECT_EQ(table.days[0], 1);
    EXPECT_FALSE(table.repeatable[0]);
    EXPECT_TRUE(is_missing(table.valid_to[0]));
    EXPECT_EQ(table.name[0], "");
}

}  // namespace
}  // namespace gradus
