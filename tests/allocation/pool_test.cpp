#include "allocation/pool.h"

#include <gtest/gtest.h>

#include <vector>

namespace gradus {
namespace {

std::vector<std::int32_t> contents(const Pool& pool, std::int32_t member) {
    std::vector<std::int32_t> found;
    pool.each(member, [&](std::int32_t number, const ChoiceView& choice) {
        found.push_back(choice.content.empty() ? -1 : choice.content[0]);
        EXPECT_EQ(pool(member, number).value, choice.value);
    });
    return found;
}

TEST(Pools, KeepEachChoiceOnceInTheOrderInWhichItCame) {
    Pool pool;
    pool.resize(2 * Pool::block + 1);
    for (const std::int32_t member : {0, Pool::block - 1, Pool::block, 2 * Pool::block}) {
        EXPECT_TRUE(pool.add(member, Choice{3, {{0, 2}}, {7}}));
        EXPECT_TRUE(pool.add(member, ChoiceView()));
        EXPECT_FALSE(pool.add(member, Choice{9, {{1, 2}}, {7}}));  // the same content is the same choice
        EXPECT_TRUE(pool.add(member, Choice{1, {}, {5}}));
        EXPECT_FALSE(pool.add(member, ChoiceView()));
        EXPECT_EQ(contents(pool, member), (std::vector<std::int32_t>{7, -1, 5}));
    }
    EXPECT_EQ(contents(pool, 1), std::vector<std::int32_t>());
    EXPECT_EQ(pool.choices(), 12);
    pool.each(0, [](std::int32_t, const ChoiceView& choice) {
        if (choice.value != 3) return;
        ASSERT_EQ(choice.uses.size(), 1u);
        EXPECT_EQ(choice.uses[0], (Use{0, 2}));
    });
}

TEST(Pools, GrowWithoutForgetting) {
    Pool pool;
    pool.resize(1);
    pool.add(0, Choice{1, {}, {1}});
    pool.resize(3 * Pool::block);
    EXPECT_EQ(pool.size(), 3 * Pool::block);
    EXPECT_EQ(contents(pool, 0), (std::vector<std::int32_t>{1}));
    EXPECT_TRUE(pool.add(3 * Pool::block - 1, Choice{1, {}, {2}}));
    EXPECT_EQ(pool.choices(), 2);
}

}  // namespace
}  // namespace gradus
