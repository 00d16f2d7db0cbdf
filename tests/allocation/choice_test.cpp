#include <gradus/allocation/choice.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace gradus {
namespace {

TEST(Choice, NetIsValueLessPricesOfUse) {
    const Choice choice{10, {{0, 3}, {2, 1}}, {7}};
    const std::vector<double> prices = {0.5, 100, 2};
    EXPECT_DOUBLE_EQ(ChoiceView(choice).net(prices), 10 - 1.5 - 2);
}

TEST(Choices, AreEmptyAtFirst) {
    const Choices choices(3);
    EXPECT_EQ(choices.size(), 3);
    for (std::int32_t group = 0; group < 3; ++group) {
        EXPECT_EQ(choices[group].value, 0);
        EXPECT_TRUE(choices[group].uses.empty());
        EXPECT_TRUE(choices[group].content.empty());
    }
}

// Lists that grow, shrink and grow again, next to one another and over the ends of blocks.
TEST(Choices, KeepWhatWasSetLast) {
    std::mt19937 random(3);
    const std::int32_t groups = 2 * Choices::block + 5;
    Choices choices(groups);
    std::vector<Choice> truth(static_cast<std::size_t>(groups));
    for (int step = 0; step < 20'000; ++step) {
        const auto group = static_cast<std::int32_t>(random() % static_cast<unsigned>(groups));
        Choice& choice = truth[static_cast<std::size_t>(group)];
        choice = Choice{static_cast<double>(step), {}, {}};
        for (auto k = random() % 5; k > 0; --k) choice.uses.push_back({static_cast<std::int32_t>(k), step});
        for (auto k = random() % 7; k > 0; --k) choice.content.push_back(step);
        choices.set(group, choice);
    }
    for (std::int32_t group = 0; group < groups; ++group) {
        const Choice& expected = truth[static_cast<std::size_t>(group)];
        EXPECT_EQ(choices[group].value, expected.value);
        EXPECT_TRUE(std::ranges::equal(choices[group].uses, expected.uses));
        EXPECT_TRUE(std::ranges::equal(choices[group].content, expected.content));
    }
}

}  // namespace
}  // namespace gradus
