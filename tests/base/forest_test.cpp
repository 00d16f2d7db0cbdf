#include <gradus/base/forest.h>

#include <numeric>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/base/error.h>

namespace gradus {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Forest, KnowsParentsDepthsAndWhoIsBelow) {
    //  3      1
    // 0 4     5
    // 2
    const Forest forest({3, -1, 0, -1, 3, 1});
    EXPECT_EQ(forest.size(), 6);
    EXPECT_EQ(forest.parent(2), 0);
    EXPECT_EQ(forest.parent(3), -1);
    EXPECT_EQ(forest.depth(3), 0);
    EXPECT_EQ(forest.depth(2), 2);
    EXPECT_TRUE(forest.holds(3, 3));
    EXPECT_TRUE(forest.holds(3, 2));
    EXPECT_TRUE(forest.holds(0, 2));
    EXPECT_FALSE(forest.holds(2, 0));
    EXPECT_FALSE(forest.holds(4, 2));
    EXPECT_FALSE(forest.holds(1, 2));
    EXPECT_THAT(forest.order(), ElementsAre(1, 5, 3, 0, 2, 4));
}

TEST(Forest, MayBeEmptyOrFlat) {
    EXPECT_EQ(Forest().size(), 0);
    EXPECT_EQ(Forest(std::vector<std::int32_t>()).order().size(), 0u);
    const Forest flat({-1, -1, -1});
    EXPECT_THAT(flat.order(), ElementsAre(0, 1, 2));
    EXPECT_FALSE(flat.holds(0, 1));
}

TEST(Forest, AgreesWithWalkingUpTheParents) {
    std::mt19937 random(3);
    constexpr std::int32_t n = 200;
    std::vector<std::int32_t> parents(n), names(n);
    std::iota(names.begin(), names.end(), 0);
    std::shuffle(names.begin(), names.end(), random);
    for (int i = 0; i < n; ++i) {  // in the shuffled order, a parent comes earlier
        const auto to = static_cast<int>(random() % static_cast<unsigned>(i + 1));
        parents[static_cast<std::size_t>(names[static_cast<std::size_t>(i)])] =
            to == i || random() % 10 == 0 ? -1 : names[static_cast<std::size_t>(to)];
    }
    const Forest forest(parents);
    std::vector<bool> seen(n, false);
    for (const std::int32_t node : forest.order()) {
        EXPECT_TRUE(forest.parent(node) < 0 || seen[static_cast<std::size_t>(forest.parent(node))]);
        seen[static_cast<std::size_t>(node)] = true;
    }
    for (std::int32_t node = 0; node < n; ++node) {
        std::vector<bool> above(n, false);
        std::int32_t depth = -1;
        for (std::int32_t up = node; up >= 0; up = forest.parent(up), ++depth)
            above[static_cast<std::size_t>(up)] = true;
        EXPECT_EQ(forest.depth(node), depth);
        for (std::int32_t other = 0; other < n; ++other)
            ASSERT_EQ(forest.holds(other, node), above[static_cast<std::size_t>(other)]) << other << ' ' << node;
    }
}

TEST(Forest, MayBeAMillionDeep) {
    constexpr std::int32_t n = 1'000'000;
    std::vector<std::int32_t> parents(n);
    for (std::int32_t i = 0; i < n; ++i) parents[static_cast<std::size_t>(i)] = i + 1 < n ? i + 1 : -1;
    const Forest forest(parents);
    EXPECT_EQ(forest.depth(0), n - 1);
    EXPECT_TRUE(forest.holds(n - 1, 0));
    EXPECT_FALSE(forest.holds(0, 1));
}

TEST(Forest, RefusesACycle) {
    EXPECT_THROW(Forest({1, 0}), Error);
    EXPECT_THROW(Forest({0}), Error);
    EXPECT_THROW(Forest({-1, 2, 1}), Error);
}

std::vector<std::int32_t> cycle(std::int32_t nodes, std::vector<std::int32_t> from, std::vector<std::int32_t> to) {
    return find_cycle(nodes, from, to);
}

TEST(FindCycle, ListsTheNodesInTheOrderOfTheEdges) {
    EXPECT_THAT(cycle(0, {}, {}), IsEmpty());
    EXPECT_THAT(cycle(3, {0, 1}, {1, 2}), IsEmpty());
    EXPECT_THAT(cycle(4, {0, 0, 1, 2}, {1, 2, 3, 3}), IsEmpty());
    EXPECT_THAT(cycle(1, {0}, {0}), ElementsAre(0));
    EXPECT_THAT(cycle(3, {0, 1, 2}, {1, 2, 0}), ElementsAre(0, 1, 2));
    EXPECT_THAT(cycle(4, {0, 3, 1, 2}, {3, 2, 3, 1}), ElementsAre(1, 3, 2));  // entered from 0, begins at its smallest
    EXPECT_THAT(cycle(3, {0, 1, 2}, {-1, 2, -1}), IsEmpty());                 // -1: no edge
}

TEST(FindCycle, DoesNotDependOnTheOrderOfTheEdges) {
    EXPECT_THAT(cycle(4, {0, 0, 1, 2, 3}, {1, 2, 0, 0, 3}), ElementsAre(0, 1));
    EXPECT_THAT(cycle(4, {3, 2, 0, 1, 0}, {3, 0, 2, 0, 1}), ElementsAre(0, 1));
}

TEST(FindCycle, LooksAtEachNodeOnce) {
    // Between the first node and the last there are 2^100 paths.
    std::vector<std::int32_t> from, to;
    for (std::int32_t i = 0; i < 300; i += 3) {
        from.insert(from.end(), {i, i, i + 1, i + 2});
        to.insert(to.end(), {i + 1, i + 2, i + 3, i + 3});
    }
    EXPECT_THAT(find_cycle(301, from, to), IsEmpty());
}

TEST(FindCycle, MayBeAMillionLong) {
    constexpr std::int32_t n = 1'000'000;
    std::vector<std::int32_t> from(n), to(n);
    for (std::int32_t i = 0; i < n; ++i) {
        from[static_cast<std::size_t>(i)] = i;
        to[static_cast<std::size_t>(i)] = (i + 1) % n;
    }
    EXPECT_EQ(find_cycle(n, from, to).size(), static_cast<std::size_t>(n));
    to.back() = -1;
    EXPECT_THAT(find_cycle(n, from, to), IsEmpty());
}

}  // namespace
}  // namespace gradus
