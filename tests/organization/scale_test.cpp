#include <gradus/organization/scale.h>

#include <gtest/gtest.h>

#include "organization/tables.h"

namespace gradus {
namespace {

using Told = std::vector<std::string>;

TEST(Scale, LevelsWithoutPositionsAreNumberedAsTheyCome) {
    const Organization organization =
        build({{"scales",
                {{"scale", "level"}, {"b", "Low"}, {"a", "Z"}, {"b", "High"}, {"a", "A"}, {"a", "Z"}, {"a", "M"}}}});
    const Scales& scales = organization->scales;
    ASSERT_EQ(scales.size(), 5u);
    for (const auto& [row, level, position] :
         {std::tuple(0u, "Z", 1.0), {1u, "A", 2.0}, {2u, "M", 3.0}, {3u, "Low", 1.0}, {4u, "High", 2.0}}) {
        EXPECT_EQ(scales.level[row], level);
        EXPECT_EQ(scales.position[row], position);
    }
}

TEST(Scale, PositionsDecideTheOrder) {
    const Organization organization = build(
        {{"scales", {{"scale", "level", "position"}, {"a", "High", "7"}, {"a", "None", "0"}, {"a", "Mid", "2.5"}}},
         {"capabilities", {{"capability", "scale"}, {"C", "a"}}}});
    EXPECT_EQ(organization->scales.level[0], "None");
    EXPECT_EQ(organization->scales.level[2], "High");
    EXPECT_EQ(organization.relations().bottom[0], 0);
    EXPECT_EQ(organization.relations().top[0], 7);
}

TEST(Scale, PositionsMustRiseAndBeGivenForAllOrNone) {
    EXPECT_EQ(told({{"scales", {{"scale", "level", "position"}, {"a", "X", "1"}, {"a", "Y", "1"}}}}),
              Told{"error contradiction scales 2 position: levels 'X' and 'Y' both stand at position 1"});
    EXPECT_EQ(
        told({{"scales",
               {{"scale", "level", "position"}, {"a", "X", "1"}, {"a", "Y", ""}, {"b", "X", ""}, {"b", "Y", ""}}}}),
        Told{"error missing_value scales 2 position: position is missing, but other levels of scale 'a' have one; give "
             "all positions or none"});
    EXPECT_EQ(told({{"scales", {{"scale", "level"}, {"a", "X"}}}}),
              Told{"error contradiction scales 1 level: scale 'a' has one level; a scale needs at least two"});
    EXPECT_EQ(
        told({{"scales", {{"scale", "level", "position"}, {"a", "X", "1"}, {"a", "X", "2"}, {"a", "Y", "3"}}}}),
        Told{"error duplicate_key scales 2 position: scale 'a', level 'X' is already in row 1, with another position"});
}

}  // namespace
}  // namespace gradus
