#include <gradus/assessment/assessment.h>

#include <gtest/gtest.h>

#include "organization/tables.h"

namespace gradus {
namespace {

const std::vector<Literal> small = {
    {"scales", {{"scale", "level"}, {"gdad", "Awareness"}, {"gdad", "Working"}, {"gdad", "Practitioner"}, {"gdad", "Expert"}}},
    {"capabilities", {{"capability", "scale"}, {"Go", "gdad"}, {"C++", "gdad"}}},
    {"roles", {{"role"}, {"Engineer"}, {"Manager"}}},
    {"requirements", {{"role", "capability", "level"}, {"Engineer", "Go", "Working"}, {"Manager", "Go", "3.5"}}},
    {"people", {{"person", "role", "manager"}, {"E2", "Engineer", "M"}, {"E1", "Engineer", "M"}, {"M", "Manager", ""}}},
};

TEST(Assessments, AreSortedAndKept) {
    const Organization organization = build(small);
    const Assessments ratings = assess(organization, {{"person", "capability", "level", "source", "rater", "date"},
                                                      {"E2", "Go", "Expert", "manager", "M", "2026-01-02"},
                                                      {"E1", "Go", "2", "self", "", ""},
                                                      {"E2", "C++", "2.5", "peer", "", "2026-01-01"},
                                                      {"E2", "C++", "2.5", "peer", "", "2026-01-01"}});
    ASSERT_EQ(ratings.size(), 4u);
    EXPECT_EQ(ratings.person[0], id<PersonTag>(organization, "E1"));
    EXPECT_EQ(ratings.level[0], 2);
    EXPECT_TRUE(is_missing(ratings.date[0]));
    EXPECT_EQ(ratings.capability[1], id<CapabilityTag>(organization, "C++"));
    EXPECT_EQ(ratings.level[3], 4);
    EXPECT_EQ(ratings.date[3], day("2026-01-02"));
    EXPECT_EQ((*ratings.rater.strings())[static_cast<std::size_t>(ratings.rater[3].value())], "M");
}

}  // namespace
}  // namespace gradus
