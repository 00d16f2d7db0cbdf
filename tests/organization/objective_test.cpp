#include <gradus/organization/objective.h>

#include <gtest/gtest.h>

#include "organization/tables.h"

namespace gradus {
namespace {

using Told = std::vector<std::string>;

const Literal scales = {"scales", {{"scale", "level"}, {"s", "low"}, {"s", "high"}}};
const Literal capabilities = {"capabilities", {{"capability", "scale"}, {"A", "s"}, {"B", "s"}}};

TEST(Objective, CirclesAndWeightsAreTold) {
    EXPECT_EQ(told({{"objectives", {{"objective", "parent", "weight"}, {"X", "Y", "0"}, {"Y", "X", "1"}}}}),
              (Told{"error cycle objectives 1 parent: parent runs in a circle: X → Y → X",
                    "error out_of_range objectives 1 weight: weight '0' is not above 0"}));
}

TEST(Objective, WeighsOneWhereNothingIsSaid) {
    const Organization organization =
        build({{"objectives", {{"objective", "parent", "weight"}, {"Y", "X", ""}, {"X", "", "2.5"}}}});
    EXPECT_EQ(organization->objectives.weight[0], 2.5);
    EXPECT_EQ(organization->objectives.weight[1], 1);
    EXPECT_EQ(organization->objectives.parent[1], ObjectiveId(0));
    EXPECT_EQ(organization.relations().objectives.parent(1), 0);
}

TEST(ObjectiveLinks, AreOneForEachScopeAndOfFullStrengthWhereNothingIsSaid) {
    const Literal objectives = {"objectives", {{"objective"}, {"X"}, {"Y"}}};
    const Organization organization = build({scales,
                                             capabilities,
                                             objectives,
                                             {"objective_links",
                                              {{"objective", "capability", "strength", "persona"},
                                               {"Y", "B", "", ""},
                                               {"Y", "B", "0.5", "leader"},
                                               {"X", "A", "0", ""}}}});
    const ObjectiveLinks& links = organization->objective_links;
    ASSERT_EQ(links.size(), 3u);
    EXPECT_EQ(links.strength[0], 0);
    const Rows of_y = organization.relations().links_of_objective[ObjectiveId(1)];
    ASSERT_EQ(of_y.size(), 2);
    for (const std::size_t row : of_y) EXPECT_EQ(links.strength[row], links.scope.persona[row] ? 0.5 : 1);
    EXPECT_EQ(
        told({scales,
              capabilities,
              objectives,
              {"objective_links",
               {{"objective", "capability", "strength"}, {"X", "A", "1.5"}, {"X", "B", "1"}, {"X", "B", "0.9"}}}}),
        (Told{"error out_of_range objective_links 1 strength: strength '1.5' is not between 0 and 1",
              "error duplicate_key objective_links 3 strength: objective 'X', capability 'B' is already in row 2, with "
              "another strength"}));
}

TEST(KpiTargets, SayWhichWayIsBetter) {
    EXPECT_EQ(told({{"kpi_targets", {{"kpi", "direction"}, {"K", "higher"}, {"L", ""}}}}),
              (Told{"error unknown_word kpi_targets 1 direction: direction 'higher' is not one of up, down",
                    "error missing_value kpi_targets 2 direction: direction is missing"}));
    const Organization organization =
        build({{"kpi_targets", {{"kpi", "direction", "unit_value"}, {"K", "down", "1.25"}}}});
    EXPECT_EQ(organization->kpi_targets.direction[0], Direction::down);
    EXPECT_EQ(organization->kpi_targets.unit_value[0], Money(125));
}

}  // namespace
}  // namespace gradus
