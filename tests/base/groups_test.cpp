#include <gradus/base/groups.h>

#include <gtest/gtest.h>

namespace gradus {
namespace {

struct RoleTag {
    static constexpr std::string_view table = "roles";
};
using RoleId = Id<RoleTag>;

TEST(Groups, AreTheRunsOfASortedColumn) {
    const std::vector<RoleId> sorted{RoleId(0), RoleId(0), RoleId(2), RoleId(3), RoleId(3)};
    const Groups<RoleTag> groups(sorted, 5);
    EXPECT_EQ(groups.size(), 5u);
    EXPECT_EQ(groups[RoleId(0)].size(), 2);
    EXPECT_EQ(groups[RoleId(1)].size(), 0);
    EXPECT_EQ(groups[RoleId(2)].first, 2);
    EXPECT_EQ(groups[RoleId(4)].size(), 0);
    std::vector<std::size_t> rows;
    for (const std::size_t row : groups[RoleId(3)]) rows.push_back(row);
    EXPECT_EQ(rows, (std::vector<std::size_t>{3, 4}));
}

TEST(Groups, MayBeEmpty) {
    EXPECT_EQ(Groups<RoleTag>().size(), 0u);
    const Groups<RoleTag> groups({}, 2);
    EXPECT_EQ(groups[RoleId(1)].size(), 0);
}

}  // namespace
}  // namespace gradus
