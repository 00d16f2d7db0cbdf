#include <gradus/base/buffer.h>

#include <cstdint>
#include <memory>
#include <new>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(Buffer, HoldsWhatItIsFilledWith) {
    Buffer<std::int32_t> values(3);
    std::iota(values.begin(), values.end(), 7);
    EXPECT_EQ(std::vector<std::int32_t>(values.begin(), values.end()), (std::vector<std::int32_t>{7, 8, 9}));
    EXPECT_EQ(Buffer<double>(2, 0.5)[1], 0.5);
    EXPECT_EQ(Buffer<bool>(0).size(), 0u);
}

TEST(Buffer, IsSharedWithoutACopy) {
    Buffer<std::int64_t> values(std::vector<std::int64_t>{1, 2});
    const std::int64_t* const before = values.data();
    const std::shared_ptr<const std::int64_t[]> shared(std::move(values).release());
    EXPECT_EQ(shared.get(), before);
    EXPECT_EQ(shared[1], 2);
}

TEST(Buffer, OfAnImpossibleSizeIsRefused) {
    EXPECT_THROW(Buffer<double>(~std::size_t{0} / 2), std::bad_array_new_length);
}

}  // namespace
}  // namespace gradus
