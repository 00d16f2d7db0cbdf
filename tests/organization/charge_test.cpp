#include "organization/charge.h"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace {

using namespace gradus;

std::int64_t share_of(std::int64_t cost, double share) { return rounded_share(Money(cost), share).minor_units(); }

TEST(Charge, RoundsAShareAsItWasWrittenHalfToEven) {
    EXPECT_EQ(share_of(150, 0.35), 52);  // 52.5
    EXPECT_EQ(share_of(50, 0.35), 18);   // 17.5
    EXPECT_EQ(share_of(1, 0.5), 0);
    EXPECT_EQ(share_of(3, 0.5), 2);
    EXPECT_EQ(share_of(99'999, 0.75), 74'999);
    EXPECT_EQ(share_of(100, 0.125), 12);
    EXPECT_EQ(share_of(300, 0.125), 38);
    EXPECT_EQ(share_of(7, 0), 0);
    EXPECT_EQ(share_of(7, 1), 7);
    // Every percentage of every small cost, by whole numbers.
    for (int percent = 0; percent <= 100; ++percent)
        for (std::int64_t cost = 0; cost <= 400; ++cost) {
            const std::int64_t whole = cost * percent / 100, rest = cost * percent % 100;
            const std::int64_t expected = rest > 50 || (rest == 50 && whole % 2 == 1) ? whole + 1 : whole;
            ASSERT_EQ(share_of(cost, percent / 100.0), expected) << percent << " % of " << cost;
        }
}

TEST(Charge, IsExactForTheLargestCosts) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();  // ...807
    EXPECT_EQ(share_of(most, 0.5), 4'611'686'018'427'387'904);               // ...903.5
    EXPECT_EQ(share_of(most, 0.75), 6'917'529'027'641'081'855);              // ...855.25
    EXPECT_EQ(share_of(most - 2, 0.75), 6'917'529'027'641'081'854);          // ...853.75
    EXPECT_EQ(share_of(most, 0.1), 922'337'203'685'477'581);                 // ...580.7
    EXPECT_EQ(share_of(90'000'000'000'000'001, 0.3), 27'000'000'000'000'000);
    EXPECT_EQ(share_of(90'000'000'000'000'003, 0.3), 27'000'000'000'000'001);  // 0.9
    // The largest share below all of it, and shares so small that nothing is left of any cost.
    EXPECT_EQ(share_of(most, 0.9999999999999999), 9'223'372'036'854'774'885);  // ...884.46...
    EXPECT_EQ(share_of(most, 1e-19), 1);
    EXPECT_EQ(share_of(most, 1e-20), 0);
    EXPECT_EQ(share_of(most, std::numeric_limits<double>::denorm_min()), 0);
    for (std::int64_t cost = most; cost > most - 1'000; --cost)
        for (const double share : {0.35, 1.0 / 3, 0.9999999999999999}) {
            ASSERT_LE(share_of(cost, share), cost);
            ASSERT_LE(share_of(cost - 1, share), share_of(cost, share));  // never less of more
        }
}

}  // namespace
