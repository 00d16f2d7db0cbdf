#include "base/parallel.h"

#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(ParallelFor, CutsTheSameWayForAnyNumberOfThreads) {
    for (const int threads : {1, 2, 3, 8, 0, -1}) {
        std::vector<int> seen(1003, 0);
        std::vector<std::int64_t> last_of(101, -1);
        parallel_for(1003, 10, threads, [&](std::int64_t first, std::int64_t last) {
            EXPECT_EQ(first % 10, 0);
            last_of[static_cast<std::size_t>(first / 10)] = last;
            for (std::int64_t i = first; i < last; ++i) ++seen[static_cast<std::size_t>(i)];
        });
        EXPECT_EQ(seen, std::vector<int>(1003, 1));
        for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(last_of[i], static_cast<std::int64_t>(10 * i + 10));
        EXPECT_EQ(last_of[100], 1003);
    }
}

TEST(ParallelFor, OfNothingDoesNothing) {
    parallel_for(0, 10, 4, [](std::int64_t, std::int64_t) { FAIL(); });
    parallel_for(-5, 10, 4, [](std::int64_t, std::int64_t) { FAIL(); });
    int calls = 0;
    parallel_for(3, 0, 1, [&](std::int64_t, std::int64_t) { ++calls; });  // a piece has at least one
    EXPECT_EQ(calls, 3);
}

TEST(ParallelFor, ThrowsTheExceptionOfTheLowestPiece) {
    for (int round = 0; round < 200; ++round) {
        const std::int64_t slow = round % 2 == 0 ? 20 : 21;  // so that the lowest fails now last, now first
        try {
            parallel_for(100, 1, 4, [slow](std::int64_t first, std::int64_t) {
                if (first >= 20) std::this_thread::sleep_for(std::chrono::microseconds(first == slow ? 300 : 50));
                if (first >= 20) throw std::runtime_error(std::to_string(first));
            });
            FAIL();
        } catch (const std::runtime_error& error) {
            ASSERT_STREQ(error.what(), "20");
        }
    }
}

TEST(ParallelFor, UsesNoMoreThreadsThanPieces) {
    EXPECT_EQ(thread_count(3, 8), 3);
    EXPECT_EQ(thread_count(8, 3), 3);
    EXPECT_EQ(thread_count(8, 1), 1);
    EXPECT_EQ(thread_count(0, 4), 1);
    EXPECT_GE(thread_count(1000, 0), 1);
    EXPECT_LE(thread_count(1'000'000'000, 1'000'000'000), 1024);
}

}  // namespace
}  // namespace gradus
