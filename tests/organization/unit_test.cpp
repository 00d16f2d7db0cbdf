#include <gradus/organization/unit.h>

#include <gtest/gtest.h>

#include "organization/tables.h"

namespace gradus {
namespace {

using Told = std::vector<std::string>;

TEST(Unit, EveryCircleIsTold) {
    EXPECT_EQ(
        told({{"units", {{"unit", "parent"}, {"C", "A"}, {"B", "C"}, {"A", "B"}, {"D", "A"}, {"E", "E"}, {"F", ""}}}}),
        (Told{"error cycle units 3 parent: parent runs in a circle: A → B → C → A",
              "error cycle units 5 parent: parent runs in a circle: E → E"}));
}

TEST(Unit, HoldsThoseBelow) {
    const Organization organization =
        build({{"units", {{"unit", "parent"}, {"B", "A"}, {"C", "B"}, {"A", ""}, {"D", "A"}}}});
    const Forest& units = organization.relations().units;
    EXPECT_TRUE(units.holds(0, 2));
    EXPECT_TRUE(units.holds(1, 2));
    EXPECT_FALSE(units.holds(3, 2));
}

TEST(Capability, CirclesAreTold) {
    EXPECT_EQ(told({{"scales", {{"scale", "level"}, {"s", "1"}, {"s", "2"}}},
                    {"capabilities", {{"capability", "scale", "parent"}, {"X", "s", "Y"}, {"Y", "s", "X"}}}}),
              Told{"error cycle capabilities 1 parent: parent runs in a circle: X → Y → X"});
}

TEST(Objective, CirclesAndWeightsAreTold) {
    EXPECT_EQ(told({{"objectives", {{"objective", "parent", "weight"}, {"X", "Y", "0"}, {"Y", "X", "1"}}}}),
              (Told{"error cycle objectives 1 parent: parent runs in a circle: X → Y → X",
                    "error out_of_range objectives 1 weight: weight '0' is not above 0"}));
}

}  // namespace
}  // namespace gradus
