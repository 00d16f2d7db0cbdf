#include <gradus/base/units.h>

#include <gtest/gtest.h>

#include <gradus/base/id.h>
#include <gradus/base/provenance.h>

namespace gradus {
namespace {

struct RoleTag {
    static constexpr std::string_view table = "roles";
};
struct UnitTag {
    static constexpr std::string_view table = "units";
};
enum class Word : std::uint8_t { first };

TEST(Units, MissingIsNeverZero) {
    EXPECT_TRUE(is_missing(missing<double>()));
    EXPECT_TRUE(is_missing(missing<std::int32_t>()));
    EXPECT_TRUE(is_missing(missing<Date>()));
    EXPECT_TRUE(is_missing(missing<Minutes>()));
    EXPECT_TRUE(is_missing(missing<Money>()));
    EXPECT_TRUE(is_missing(missing<Amount>()));
    EXPECT_TRUE(is_missing(missing<Word>()));
    EXPECT_TRUE(is_missing(missing<Id<RoleTag>>()));
    EXPECT_FALSE(is_missing(0.0));
    EXPECT_FALSE(is_missing(std::int32_t(0)));
    EXPECT_FALSE(is_missing(Date()));
    EXPECT_FALSE(is_missing(Minutes(0)));
    EXPECT_FALSE(is_missing(Money()));
    EXPECT_FALSE(is_missing(Amount()));
    EXPECT_FALSE(is_missing(Word::first));
    EXPECT_FALSE(is_missing(Id<RoleTag>(0)));
}

TEST(Units, HaveTheLayoutOfTheirColumns) {
    static_assert(sizeof(Date) == 4 && sizeof(Money) == 8 && sizeof(Minutes) == 8 && sizeof(Amount) == 8);
    EXPECT_EQ(Date(std::chrono::sys_days(std::chrono::year(1970) / 1 / 2)).time_since_epoch().count(), 1);
}

TEST(Money, AddsAndCompares) {
    Money money(250);
    money += Money(50);
    money -= Money(100);
    EXPECT_EQ(money, Money(200));
    EXPECT_EQ((money + Money(1) - Money(2)).minor_units(), 199);
    EXPECT_LT(Money(-1), Money());
}

TEST(Id, DoesNotConvertToOthersOrToNumbers) {
    using RoleId = Id<RoleTag>;
    static_assert(!std::is_convertible_v<RoleId, Id<UnitTag>> && !std::is_convertible_v<RoleId, int>);
    static_assert(!std::is_convertible_v<int, RoleId> && sizeof(RoleId) == 4);
    EXPECT_FALSE(RoleId());
    EXPECT_TRUE(RoleId(0));
    EXPECT_LT(RoleId(1), RoleId(2));
    EXPECT_EQ(RoleId::table, "roles");
}

TEST(Provenance, BeginsEmpty) {
    const Provenance provenance;
    EXPECT_TRUE(is_missing(provenance.as_of));
    EXPECT_EQ(provenance.digest, 0u);
}

}  // namespace
}  // namespace gradus
