#include <gtest/gtest.h>

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

}  // namespace
}  // namespace gradus
