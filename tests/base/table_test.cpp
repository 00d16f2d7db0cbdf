#include <gradus/base/table.h>

#include <gtest/gtest.h>

namespace gradus {
namespace {

struct OwnerTag {
    static constexpr std::string_view table = "owners";
};
enum class Size : std::uint8_t { small, large };

}  // namespace

template <>
struct Words<Size> {
    static constexpr std::string_view names[] = {"small", "large"};
};

namespace {

/// Columns that several tables have in common.
struct Named {
    explicit Named(Table& table) : name{table, {.name = "name", .meaning = "label"}} {}
    Column<std::string_view> name;
};

struct Boats : Table {
    Boats() : Table("boats", "Boats and their owners") {}

    Column<Id<OwnerTag>> owner{*this, {.name = "owner", .meaning = "whose it is", .required = true}};
    Named named{*this};
    Column<Size> size_class{*this, {.name = "size"}};
    Column<double> length{*this, {.name = "length", .unit = "m", .low = 0}};
    Column<double> skill{*this, {.name = "skill", .level = true}};
    Column<bool> sold{*this, {.name = "sold"}};
    Column<std::int32_t> berths{*this, {.name = "berths"}};
    Column<Date> built{*this, {.name = "built"}};
    Column<Money> price{*this, {.name = "price"}};
    Column<Minutes> sailed{*this, {.name = "sailed"}};
    Column<Amount> fee{*this, {.name = "fee"}};
    Column<Moment> seen{*this, {.name = "seen"}};
};

Boats boats() {
    Boats boats;
    boats.owner.set(Buffer<Id<OwnerTag>>(2, Id<OwnerTag>(1)), Keys({"Ann", "Bo"}).strings());
    boats.length.set(Buffer<double>(std::vector<double>{7.5, 12}));
    return boats;
}

TEST(Table, ListsItsColumnsInOrder) {
    const Boats boats;
    EXPECT_EQ(boats.name(), "boats");
    EXPECT_EQ(boats.meaning(), "Boats and their owners");
    const Type types[] = {Type::key,     Type::text, Type::word,  Type::real,  Type::level,  Type::boolean,
                          Type::integer, Type::date, Type::money, Type::hours, Type::amount, Type::moment};
    ASSERT_EQ(boats.column_count(), std::size(types));
    for (std::size_t i = 0; i < std::size(types); ++i) EXPECT_EQ(boats.column(i).type(), types[i]) << i;
    EXPECT_EQ(boats.column(0).field().name, "owner");
    EXPECT_TRUE(boats.column(0).field().required);
    EXPECT_EQ(boats.column(0).references(), "owners");
    EXPECT_EQ(boats.column(2).words().size(), 2u);
    EXPECT_EQ(boats.column(2).words()[1], "large");
    EXPECT_EQ(boats.column(3).field().unit, "m");
    EXPECT_EQ(boats.size(), 0u);
}

TEST(Table, FindsColumnsByName) {
    const Boats boats;
    EXPECT_EQ(boats.find("owner"), &boats.owner);
    EXPECT_EQ(boats.find("name"), &boats.named.name);
    EXPECT_EQ(boats.find("fee"), &boats.fee);
    EXPECT_EQ(boats.find("Owner"), nullptr);
    EXPECT_EQ(boats.find(""), nullptr);
}

TEST(Table, CopiesAndMovesShareValuesAndFindTheirOwnColumns) {
    Boats original = boats();
    const void* values = original.length.data();
    const Boats copy = original;
    EXPECT_EQ(copy.find("length"), &copy.length);
    EXPECT_EQ(copy.find("name"), &copy.named.name);
    EXPECT_EQ(copy.length.data(), values);
    Boats moved = std::move(original);
    EXPECT_EQ(moved.find("length"), &moved.length);
    EXPECT_EQ(moved.length.data(), values);
    moved.length.set(Buffer<double>(2, 1.0));
    EXPECT_EQ(copy.length[0], 7.5);
    EXPECT_EQ(moved.length[0], 1.0);
    Boats assigned;
    assigned = copy;
    EXPECT_EQ(assigned.find("owner"), &assigned.owner);
    EXPECT_EQ(assigned.size(), 2u);
}

TEST(Column, HasValuesAndKeys) {
    const Boats b = boats();
    EXPECT_EQ(b.size(), 2u);
    EXPECT_EQ(b.length[1], 12);
    EXPECT_EQ((*b.owner.strings())[static_cast<std::size_t>(b.owner[0].value())], "Bo");
    double sum = 0;
    for (const double length : b.length) sum += length;
    EXPECT_EQ(sum, 19.5);
    const std::span<const double> span = b.length;
    EXPECT_EQ(span.size(), 2u);
    Boats other;
    other.owner.share(b.owner);
    EXPECT_EQ(other.owner.data(), b.owner.data());
    EXPECT_EQ(other.owner.strings(), b.owner.strings());
    EXPECT_EQ(other.owner.size(), 2u);
}

TEST(Column, ValuesOutliveTheTable) {
    std::shared_ptr<const void> owner;
    {
        const Boats b = boats();
        owner = b.length.owner();
    }
    EXPECT_EQ(static_cast<const double*>(owner.get())[0], 7.5);
}

TEST(Column, OfTextsReadsThem) {
    Boats b;
    auto names = std::make_shared<Strings>();
    names->push_back("Avalon");
    b.named.name.set(names);
    EXPECT_EQ(b.named.name[0], "Avalon");
    EXPECT_EQ(b.named.name.size(), 1u);
    EXPECT_EQ(b.named.name.data(), nullptr);
}

}  // namespace
}  // namespace gradus
