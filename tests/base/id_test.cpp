#include <gradus/base/id.h>

#include <gtest/gtest.h>

#include <type_traits>

namespace gradus {
namespace {

struct AppleTag {
    static constexpr std::string_view table = "apples";
};
struct PearTag {
    static constexpr std::string_view table = "pears";
};
using AppleId = Id<AppleTag>;
using PearId = Id<PearTag>;

// What must not compile.
template <class A, class B>
concept Comparable = requires(A a, B b) {
    a == b;
};
static_assert(Comparable<AppleId, AppleId> && !Comparable<AppleId, PearId> && !Comparable<AppleId, std::int32_t>);
static_assert(!std::is_convertible_v<std::int32_t, AppleId> && !std::is_convertible_v<AppleId, std::int32_t>);
static_assert(!std::is_constructible_v<AppleId, PearId> && !std::is_convertible_v<AppleId, bool>);
static_assert(sizeof(AppleId) == 4 && std::is_trivially_copyable_v<AppleId>);  // columns share their memory with Arrow

TEST(Id, IsNoneUntilItIsGiven) {
    EXPECT_FALSE(AppleId());
    EXPECT_EQ(AppleId().value(), -1);
    EXPECT_EQ(AppleId(), AppleId(-1));
    EXPECT_TRUE(AppleId(0));
    EXPECT_EQ(AppleId::table, "apples");
}

TEST(Id, IsOrderedAsTheKeysAreWithNoneFirst) {
    EXPECT_LT(AppleId(), AppleId(0));
    EXPECT_LT(AppleId(2), AppleId(10));
    EXPECT_NE(AppleId(2), AppleId(3));
}

}  // namespace
}  // namespace gradus
