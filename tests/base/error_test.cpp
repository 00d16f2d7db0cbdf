#include <gradus/base/error.h>

#include <gtest/gtest.h>

#include <gradus/base/problem.h>

namespace gradus {
namespace {

TEST(Error, SaysWhereAndWhat) {
    const Error error(Code::unknown_key, "there is no role 'chef'", "people", 4, "role");
    EXPECT_STREQ(error.what(), "people, row 4, column role: there is no role 'chef'");
    EXPECT_EQ(error.code(), Code::unknown_key);
    EXPECT_EQ(error.table(), "people");
    EXPECT_EQ(error.row(), 4);
    EXPECT_EQ(error.column(), "role");
    EXPECT_EQ(error.problems(), nullptr);
    EXPECT_STREQ(Error(Code::missing_table, "no people", "people").what(), "people: no people");
    EXPECT_STREQ(Error(Code::invalid_option, "months is 0").what(), "months is 0");
    EXPECT_STREQ(Error(Code::lossy, "no", "", 3, "x").what(), "row 3, column x: no");
    EXPECT_STREQ(Error(Code::lossy, "no", "", 0, "x").what(), "column x: no");
}

TEST(Error, OfSeveralProblemsNamesTheFirst) {
    ProblemList list;
    list.add({.code = Code::overlap, .table = "requirements", .row = 2, .message = "late"});
    list.add({.severity = Severity::warning, .code = Code::assumed, .table = "scales", .message = "a warning"});
    list.add({.code = Code::lossy, .table = "roles", .row = 7, .column = "grade", .message = "first"});
    const Error error(list.table());
    EXPECT_STREQ(error.what(), "roles, row 7, column grade: first (and 1 more error)");
    EXPECT_EQ(error.code(), Code::lossy);
    EXPECT_EQ(error.row(), 7);
    ASSERT_NE(error.problems(), nullptr);
    EXPECT_EQ(error.problems()->size(), 3u);
    list.add({.code = Code::cycle, .table = "units", .message = "of a table"});
    EXPECT_STREQ(Error(list.table()).what(), "roles, row 7, column grade: first (and 2 more errors)");
}

TEST(Error, OfATableHasNoRow) {
    ProblemList list;
    list.add({.code = Code::missing_table, .table = "people", .message = "absent"});
    const Error error(list.table());
    EXPECT_EQ(error.row(), 0);
    EXPECT_STREQ(error.what(), "people: absent");
    EXPECT_EQ(Error(std::make_shared<const Problems>()).code(), Code::internal);
}

TEST(Code, NamesAreStable) {
    EXPECT_STREQ(to_string(Code::ok), "ok");
    EXPECT_STREQ(to_string(Code::unknown_table), "unknown_table");
    EXPECT_STREQ(to_string(Code::missing_value), "missing_value");
    EXPECT_STREQ(to_string(Code::unknown_key), "unknown_key");
    EXPECT_STREQ(to_string(Code::duplicate_key), "duplicate_key");
    EXPECT_STREQ(to_string(Code::contradiction), "contradiction");
    EXPECT_STREQ(to_string(Code::invalid_option), "invalid_option");
    EXPECT_STREQ(to_string(Code::internal), "internal");
    EXPECT_STREQ(to_string(static_cast<Code>(99)), "unknown");
    EXPECT_STREQ(to_string(static_cast<Code>(-1)), "unknown");
}

}  // namespace
}  // namespace gradus
