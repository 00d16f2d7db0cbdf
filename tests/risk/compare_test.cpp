#include <gtest/gtest.h>

#include <set>

#include "risk/cases.h"

namespace gradus {
namespace {

Risks risks_of(const Organization& org, Cells estimates) {
    return assess_risk(org, find_gaps(org, believe(org, std::move(estimates))));
}

TEST(Compare, SaysWhatChangedFirst) {
    const Organization before = build(small(
        {{"requirements", {{"role", "capability", "level", "criticality"}, {"R", "A", "4", "4"}, {"R", "B", "4", "4"}}},
         {"people", {{"person", "role"}, {"b", "R"}, {"c", "R"}, {"d", "R"}}}}));
    const Organization after = build(small(
        {{"requirements", {{"role", "capability", "level", "criticality"}, {"R", "A", "4", "4"}, {"R", "B", "5", "2"}}},
         {"people", {{"person", "role"}, {"a", "R"}, {"b", "R"}, {"d", "R"}}}}));
    const Risks first = risks_of(before, {{"person", "capability", "mean", "sd"},
                                          {"b", "A", "2", "0"},
                                          {"b", "B", "4", "0"},
                                          {"c", "A", "3", "0"},
                                          {"c", "B", "4", "0"},
                                          {"d", "A", "4", "0"},
                                          {"d", "B", "4", "0"}});
    const Risks second = risks_of(after, {{"person", "capability", "mean", "sd"},
                                          {"a", "A", "3", "0"},
                                          {"a", "B", "5", "0"},
                                          {"b", "A", "3", "0"},
                                          {"b", "B", "4", "0"},
                                          {"d", "A", "4", "0"},
                                          {"d", "B", "5", "0"}});
    const RiskChanges changes = compare(first, second);
    ASSERT_EQ(changes.size(), 5u);
    const auto row = [&](std::size_t i) {
        return std::tuple(changes.change[i], changes.rows[i], changes.people[i], changes.exposure_before[i],
                          changes.exposure_after[i]);
    };
    using Row = std::tuple<std::string_view, std::int32_t, std::int32_t, double, double>;
    EXPECT_EQ(row(0), Row("added", 2, 1, 0, 1));
    EXPECT_EQ(row(1), Row("removed", 2, 1, 1, 0));
    EXPECT_EQ(row(2), Row("level_wanted", 2, 2, 0, 0.5));
    EXPECT_EQ(row(3), Row("estimate", 1, 1, 2, 1));
    EXPECT_EQ(row(4), Row("impact", 0, 0, 0, 0));
}

TEST(Compare, OfTheSameIsNothing) {
    Random random(31, 300);
    const Organization org = random.organization();
    const Risks risks = assess_risk(org, find_gaps(org, estimate(org, random.assessments(org), {.as_of = today})));
    for (const std::int32_t rows : compare(risks, risks).rows) EXPECT_EQ(rows, 0);
    const RiskChanges all = compare(Risks(), risks);
    EXPECT_EQ(all.rows[0], static_cast<std::int32_t>(risks.size()));
    EXPECT_EQ(compare(risks, Risks()).rows[1], static_cast<std::int32_t>(risks.size()));
}

TEST(Compare, CountsManyPeopleInPieces) {
    Random random(32, 9500);
    const Organization org = random.organization();
    const Gaps gaps = find_gaps(org, estimate(org, random.assessments(org), {.as_of = today}));
    const Risks before = assess_risk(org, gaps);
    // Two thirds of the people, and what they need is of another capability.
    Cells people = {{"person", "role"}};
    for (std::size_t i = 0; i < org.people().size(); ++i)
        if (i % 3)
            people.push_back({org.people()[i], org.roles()[static_cast<std::size_t>(org->people.role[i].value())]});
    const Organization fewer = build(small({{"people", people},
                                            {"roles", {{"role"}, {"r0"}, {"r1"}, {"r2"}, {"r3"}, {"r4"}}},
                                            {"requirements", {{"role", "capability", "level"}, {"r0", "A", "4"}}}}));
    const Risks after = risks_of(fewer, {{"person", "capability", "mean", "sd"}});
    ASSERT_GT(after.size(), 0u);

    std::set<PersonId> had, have;
    double exposure = 0;
    for (std::size_t i = 0; i < before.size(); ++i) had.insert(before.person[i]), exposure += before.exposure[i];
    for (const PersonId person : after.person) have.insert(person);
    const RiskChanges changes = compare(before, after);
    EXPECT_EQ(changes.rows[0], static_cast<std::int32_t>(after.size()));  // no capability in common
    EXPECT_EQ(changes.rows[1], static_cast<std::int32_t>(before.size()));
    EXPECT_EQ(changes.people[0], static_cast<std::int32_t>(have.size()));
    EXPECT_EQ(changes.people[1], static_cast<std::int32_t>(had.size()));
    EXPECT_NEAR(changes.exposure_before[1], exposure, 1e-9 * exposure);
    for (const int threads : {1, 2, 5}) EXPECT_EQ(bytes(compare(before, after, threads)), bytes(changes));
}

}  // namespace
}  // namespace gradus
