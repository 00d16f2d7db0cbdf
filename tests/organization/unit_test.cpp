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

}  // namespace
}  // namespace gradus
