#include <gradus/base/input.h>

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/base/error.h>

#include "base/cell.h"

namespace gradus {
namespace {

std::vector<std::string> cells(const Input& input, std::string_view column) {
    std::vector<std::string> out;
    const InputColumn* found = input.state().find(column);
    if (!found) return {"no column"};
    read(
        *found, 0, input.rows(), [](const Cell& cell) { return describe(cell); },
        [&](std::int64_t row, const std::string& text) {
            EXPECT_EQ(row, static_cast<std::int64_t>(out.size()));
            out.push_back(text);
        });
    return out;
}

using testing::ElementsAre;
using testing::HasSubstr;

Code code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.code();
    }
    return Code::ok;
}

TEST(Input, KeepsTheTypeOfEachCell) {
    Input input("people");
    input.row().set("a", "Ann").set("b", 7).set("c", 0.1);
    input.row().set("a", std::int64_t(9'000'000'000)).set("c", true);
    input.row().set("b", Date(std::chrono::sys_days(std::chrono::year(2026) / 2 / 28)));
    EXPECT_EQ(input.table(), "people");
    EXPECT_EQ(input.rows(), 3);
    EXPECT_THAT(cells(input, "a"), ElementsAre("'Ann'", "9000000000", "nothing"));
    EXPECT_THAT(cells(input, "b"), ElementsAre("7", "nothing", "2026-02-28"));
    EXPECT_THAT(cells(input, "c"), ElementsAre("0.1", "true", "nothing"));
}

TEST(Input, ColumnsMayComeInAnyOrderAndLate) {
    Input input("people");
    input.row().set("a", "1").set("b", "2");
    input.row().set("b", "4").set("a", "3");
    input.row().set("c", "").set("a", "5");
    EXPECT_THAT(cells(input, "a"), ElementsAre("'1'", "'3'", "'5'"));
    EXPECT_THAT(cells(input, "b"), ElementsAre("'2'", "'4'", "nothing"));
    EXPECT_THAT(cells(input, "c"), ElementsAre("nothing", "nothing", "''"));
    EXPECT_EQ(input.state().columns.size(), 3u);
}

TEST(Input, DeclaredColumnsMayStayEmpty) {
    Input input("people");
    input.column("person").column("role").column("person");
    EXPECT_EQ(input.state().columns.size(), 2u);
    EXPECT_THAT(cells(input, "person"), ElementsAre());
    input.row().row();
    EXPECT_THAT(cells(input, "role"), ElementsAre("nothing", "nothing"));
    EXPECT_THAT(cells(input, "unit"), ElementsAre("no column"));
}

TEST(Input, RefusesACellSetTwiceAndACellWithoutARow) {
    Input input("people");
    EXPECT_EQ(code_of([&] { input.set("a", 1); }), Code::contradiction);
    input.row().set("a", 1);
    try {
        input.set("a", "again");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::contradiction);
        EXPECT_EQ(error.table(), "people");
        EXPECT_EQ(error.row(), 1);
        EXPECT_EQ(error.column(), "a");
    }
    EXPECT_THAT(cells(input, "a"), ElementsAre("1"));
}

TEST(Input, NamesAreUtf8) {
    EXPECT_EQ(code_of([] { Input("peo\xFFple"); }), Code::invalid_text);
    EXPECT_EQ(code_of([] { Input("people").column("na\xFFme"); }), Code::invalid_text);
    EXPECT_EQ(code_of([] { Input("people").row().set("na\xFFme", 1); }), Code::invalid_text);
}

TEST(Input, AMissingDateIsAMissingCell) {
    Input input("people");
    input.row().set("a", missing<Date>());
    input.row().set("a", Date());
    EXPECT_THAT(cells(input, "a"), ElementsAre("nothing", "1970-01-01"));
}

TEST(Input, CopiesShareWhatTheyHold) {
    Input input("people");
    const Input copy = input;
    input.row().set("a", "x");
    EXPECT_EQ(copy.rows(), 1);
    EXPECT_THAT(cells(copy, "a"), ElementsAre("'x'"));
}

TEST(Input, KeepsLines) {
    Input input("people");
    EXPECT_EQ(input.state().lines, nullptr);
    input.row().lines(std::shared_ptr<const std::int64_t[]>(new std::int64_t[1]{2}));
    EXPECT_EQ(input.state().lines[0], 2);
}

TEST(Input, ReadsAnyRangeOfRows) {
    Input input("people");
    for (int i = 0; i < 10; ++i) {
        input.row();
        if (i < 5) input.set("a", i);
    }
    std::vector<std::pair<std::int64_t, std::int64_t>> seen;
    read(
        *input.state().find("a"), 3, 7, [](const Cell& c) { return c.kind == Cell::Kind::missing ? -1 : c.integer; },
        [&](std::int64_t row, std::int64_t value) { seen.emplace_back(row, value); });
    EXPECT_THAT(seen, ElementsAre(std::pair(3, 3), std::pair(4, 4), std::pair(5, -1), std::pair(6, -1)));
}

TEST(Cell, IsDescribedForMessages) {
    using Kind = Cell::Kind;
    EXPECT_EQ(describe({}), "nothing");
    EXPECT_EQ(describe({.kind = Kind::text, .text = "Expret"}), "'Expret'");
    EXPECT_EQ(describe({.kind = Kind::text, .text = "a\n\xFF"}), "'a\\x0a\\xff'");
    const std::string longer(10'000'000, 'x');
    EXPECT_LT(describe({.kind = Kind::text, .text = longer}).size(), 100u);
    EXPECT_EQ(describe({.kind = Kind::real, .real = 3.5}), "3.5");
    EXPECT_EQ(describe({.kind = Kind::real, .real = std::numeric_limits<double>::quiet_NaN()}), "nan");
    EXPECT_EQ(describe({.kind = Kind::boolean, .integer = 1}), "true");
    EXPECT_EQ(describe({.kind = Kind::integer, .integer = INT64_MIN}), "-9223372036854775808");
    EXPECT_EQ(describe({.kind = Kind::date, .integer = -1}), "1969-12-31");
    EXPECT_EQ(describe({.kind = Kind::date, .integer = INT64_MAX}), "day 9223372036854775807 after 1970-01-01");
    const auto stamp = [](std::int64_t ticks, std::int64_t per_second, bool zoned = false) {
        return describe(
            {.kind = Kind::timestamp, .zoned = zoned, .integer = ticks, .ticks_per_day = per_second * 86400});
    };
    EXPECT_EQ(stamp(0, 1), "1970-01-01 00:00:00");
    EXPECT_EQ(stamp(-1, 1), "1969-12-31 23:59:59");
    EXPECT_EQ(stamp(-1, 1000), "1969-12-31 23:59:59.999");
    EXPECT_EQ(stamp(86'400'000'000'001, 1'000'000'000), "1970-01-02 00:00:00.000000001");
    EXPECT_EQ(stamp(3600, 1, true), "1970-01-01 01:00:00 UTC");
    EXPECT_EQ(stamp(INT64_MIN, 1), "day -106751991167301 after 1970-01-01 08:29:52");
    const auto decimal = [](int128 value, std::int32_t scale) {
        return describe({.kind = Kind::decimal, .scale = scale, .decimal = value});
    };
    EXPECT_EQ(decimal(1999, 2), "19.99");
    EXPECT_EQ(decimal(-5, 3), "-0.005");
    EXPECT_EQ(decimal(0, 2), "0.00");
    EXPECT_EQ(decimal(0, 0), "0");
    EXPECT_EQ(decimal(7, -2), "700");
    EXPECT_EQ(decimal(int128(1) << 127, 0), "-170141183460469231731687303715884105728");
}

TEST(Cell, AFloatIsTheDoubleOfItsShortestDecimal) {
    EXPECT_EQ(shortest(0.1f), 0.1);
    EXPECT_EQ(shortest(19.99f), 19.99);
    EXPECT_EQ(shortest(-3.0f), -3.0);
    EXPECT_EQ(shortest(1e30f), 1e30);
    EXPECT_TRUE(std::signbit(shortest(-0.0f)));
    EXPECT_TRUE(std::isnan(shortest(std::numeric_limits<float>::quiet_NaN())));
    EXPECT_EQ(shortest(-std::numeric_limits<float>::infinity()), -std::numeric_limits<double>::infinity());
}

TEST(Cell, AHalfIsTheDoubleOfItsShortestDecimal) {
    EXPECT_EQ(shortest_half(0x3C00), 1.0);
    EXPECT_EQ(shortest_half(0x2E66), 0.1);
    EXPECT_EQ(shortest_half(0xC500), -5.0);
    EXPECT_EQ(shortest_half(0x7BFF), 65500);  // the largest, 65504, lies 32 from its neighbours
    EXPECT_EQ(shortest_half(0x0001), 6e-8);
    EXPECT_EQ(shortest_half(0x6801), 2050);
    EXPECT_EQ(shortest_half(0x0000), 0);
    EXPECT_TRUE(std::isnan(shortest_half(0x7E00)));
    EXPECT_EQ(shortest_half(0xFC00), -std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace gradus
