#include "risk/normal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace gradus {
namespace {

TEST(Normal, AgreesWithErfc) {
    double last = 0;
    for (double u = -37; u < 9; u += 0.0009765625) {
        const Normal found = normal(u);
        // Against long double: erfc of a rounded u/√2 would be 2e-13 off in the tail by itself.
        const long double below = std::erfc(-u / std::numbers::sqrt2_v<long double>) / 2;
        const long double density = std::exp(-0.5L * u * u) / std::sqrt(2 * std::numbers::pi_v<long double>);
        ASSERT_NEAR(found.below, static_cast<double>(below), 1e-15) << u;
        ASSERT_NEAR(static_cast<double>(found.below / below), 1, 2e-15) << u;
        ASSERT_NEAR(static_cast<double>(found.density / density), 1, 2e-15) << u;
        ASSERT_GE(found.below, last) << u;
        last = found.below;
    }
}

TEST(Normal, HasEnds) {
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(normal(0).below, 0.5);
    EXPECT_EQ(normal(-infinity).below, 0);
    EXPECT_EQ(normal(infinity).below, 1);
    EXPECT_EQ(normal(infinity).density, 0);
    EXPECT_EQ(normal(-1e6).below, 0);
    EXPECT_TRUE(std::isnan(normal(std::numeric_limits<double>::quiet_NaN()).below));
}

}  // namespace
}  // namespace gradus
