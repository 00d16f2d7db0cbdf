#include <gradus/agreement/plan_contents.h>

#include <string>
#include <vector>

#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "agreement/team.h"

namespace {

using namespace gradus;
using Numbers = std::vector<std::int64_t>;

const Agreements& plans_of_the_team() {
    static const Organization organization = build(test::team_tables());
    static const Agreements agreements(Ledger::open(":memory:"), organization);
    return agreements;
}

/// Ann's and Bo's plans are written; Cy's is proposed.
PlanRequests requests() {
    return load_plan_requests(plans_of_the_team(),
                              input({"plan_requests",
                                     {{"key", "at", "by", "as", "operation", "plan", "person"},
                                      {"1", "2026-01-01", "Max", "manager", "write", "A", "Ann"},
                                      {"2", "2026-01-01", "Max", "manager", "write", "B", "Bo"},
                                      {"3", "2026-01-01", "Max", "manager", "propose", "C", ""}}}));
}

PlanContents loaded(const Cells& items, const Cells& goals = {}, const Cells& milestones = {}) {
    const Input all[] = {input({"items", items}), input({"goals", goals}), input({"milestones", milestones})};
    return load_plan_contents(plans_of_the_team(), requests(), items.empty() ? nullptr : &all[0],
                              goals.empty() ? nullptr : &all[1], milestones.empty() ? nullptr : &all[2], 1);
}

std::string refusal(const Cells& items, const Cells& goals = {}, const Cells& milestones = {}) {
    try {
        loaded(items, goals, milestones);
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

const std::vector<std::string_view> item_columns = {"person", "activity", "first_day", "last_day"};

TEST(PlanContents, KeepWhereEachRowWasRead) {
    const PlanContents contents = loaded(
        {item_columns,
         {"Bo", "b", "2026-05-04", "2026-05-05"},
         {"Ann", "b", "2026-05-04", "2026-05-05"},
         {"Ann", "a", "2026-05-04", "2026-05-05"}},
        {{"person", "capability"}, {"Bo", "A"}, {"Ann", "A"}},
        {{"person", "capability", "number", "kind"}, {"Ann", "A", "2", "check_in"}, {"Ann", "A", "1", "check_in"}});
    ASSERT_EQ(contents.items.size(), 3u);
    EXPECT_EQ(contents.items.person.text(0), "Ann");
    EXPECT_EQ(contents.items.activity.text(0), "a");
    EXPECT_EQ(contents.item_rows, (Numbers{3, 2, 1}));
    EXPECT_EQ(contents.goal_rows, (Numbers{2, 1}));
    EXPECT_EQ(contents.milestone_rows, (Numbers{2, 1}));
    EXPECT_TRUE(is_missing(contents.as_of));
    const PlanContents none = loaded({});
    EXPECT_EQ(none.items.size() + none.goals.size() + none.milestones.size(), 0u);
}

TEST(PlanContents, AreOfPeopleForWhomARowWrites) {
    const std::string cy = "column person: expected somebody for whom a row of plan_requests writes, found 'Cy'";
    EXPECT_EQ(refusal({item_columns,
                       {"Cy", "b", "2026-05-04", "2026-05-05"},
                       {"Bo", "b", "2026-05-04", "2026-05-05"},
                       {"Ann", "b", "2026-05-04", "2026-05-05"}}),
              "items, row 1, " + cy);
    EXPECT_EQ(refusal({}, {{"person", "capability"}, {"Cy", "B"}, {"Ann", "A"}, {"Cy", "A"}}),
              "goals, row 1, " + cy + " (and 1 more error)");
    EXPECT_EQ(
        refusal(
            {}, {},
            {{"person", "capability", "number", "kind"}, {"Bo", "A", "1", "check_in"}, {"Cy", "A", "1", "check_in"}}),
        "milestones, row 2, " + cy);
}

TEST(PlanContents, SayWhichCellIsWrong) {
    const std::string wrong = refusal({item_columns, {"Ann", "a", "2026-05-04", ""}, {"Eve", "a", "2026-05-04", "x"}});
    EXPECT_EQ(wrong.find("items, row 1, column last_day: "), 0u) << wrong;
    EXPECT_NE(wrong.find("(and 2 more errors)"), std::string::npos) << wrong;
    const Input goals = input({"goals", {{"person"}, {"Ann"}}});
    EXPECT_THROW(load_plan_contents(plans_of_the_team(), requests(), &goals, nullptr, nullptr), Error);
    const PlanContents warned = loaded({}, {{"person", "colour"}, {"Ann", "red"}});
    EXPECT_EQ(warned.problems->size(), 1u);
}

TEST(PlanContents, OfAPlanAreItsItemsAndWhatWasWrittenFromIt) {
    Plan plan;
    plan.items =
        test::items(plans_of_the_team().organization(), {item_columns, {"Cy", "a", "2026-05-04", "2026-05-05"}});
    plan.as_of = day("2026-01-01");
    const Input goals = input({"goals", {{"person"}, {"Cy"}}});
    const WrittenGoals written = load_goals(plans_of_the_team().organization(), goals);
    const PlanContents contents = plan_contents(plan, &written);
    EXPECT_EQ(contents.items.person.text(0), "Cy");
    EXPECT_EQ(contents.goals.size(), 1u);
    EXPECT_EQ(contents.as_of, plan.as_of);
    EXPECT_TRUE(contents.item_rows.empty());
    EXPECT_EQ(plan_contents(plan).goals.size(), 0u);
}

}  // namespace
