#include <gradus/organization/capability.h>

#include <gtest/gtest.h>

#include "organization/tables.h"

namespace gradus {
namespace {

using Told = std::vector<std::string>;

const Literal scales = {
    "scales",
    {{"scale", "level", "position"}, {"s", "low", "1"}, {"s", "high", "4"}, {"t", "no", "0"}, {"t", "yes", "1"}}};

TEST(Capability, CirclesAreTold) {
    EXPECT_EQ(told({scales, {"capabilities", {{"capability", "scale", "parent"}, {"X", "s", "Y"}, {"Y", "s", "X"}}}}),
              Told{"error cycle capabilities 1 parent: parent runs in a circle: X → Y → X"});
}

TEST(Capability, NeedsAScaleThatThereIs) {
    EXPECT_EQ(told({scales, {"capabilities", {{"capability", "scale"}, {"X", "u"}, {"Y", ""}}}}),
              (Told{"error unknown_key capabilities 1 scale: scale 'u' is not in scales",
                    "error missing_value capabilities 2 scale: scale is missing"}));
}

TEST(Capability, HasTheEndsOfItsScaleAndThoseBelowIt) {
    const Organization organization = build({scales,
                                             {"capabilities",
                                              {{"capability", "scale", "parent", "name", "kind"},
                                               {"Y", "t", "X", "", ""},
                                               {"X", "s", "", "An X", "skill"},
                                               {"Z", "s", "Y", "", ""}}}});
    EXPECT_EQ(organization->capabilities.name[0], "An X");
    EXPECT_EQ(organization->capabilities.kind[0], "skill");
    const Relations& relations = organization.relations();
    EXPECT_EQ(relations.bottom, (std::vector<double>{1, 0, 1}));
    EXPECT_EQ(relations.top, (std::vector<double>{4, 1, 4}));
    EXPECT_TRUE(relations.capabilities.holds(0, 2));
    EXPECT_FALSE(relations.capabilities.holds(2, 0));
}

}  // namespace
}  // namespace gradus
