#include "../../capi/guard.h"

#include <cstring>
#include <stdexcept>
#include <vector>

#include <gradus/base/problem.h>
#include <gtest/gtest.h>

namespace gradus::c {
namespace {

TEST(Guard, TellsWhatAnErrorSays) {
    gradus_error err;
    const auto throws = [] { throw Error(Code::unknown_key, "no such role: 'cook'", "people", 7, "role"); };
    EXPECT_EQ(guard(&err, throws), GRADUS_UNKNOWN_KEY);
    EXPECT_EQ(err.code, GRADUS_UNKNOWN_KEY);
    EXPECT_EQ(err.row, 7);
    EXPECT_STREQ(err.table, "people");
    EXPECT_STREQ(err.column, "role");
    EXPECT_NE(std::strstr(err.message, "no such role: 'cook'"), nullptr);
    EXPECT_EQ(guard(nullptr, throws), GRADUS_UNKNOWN_KEY);
}

TEST(Guard, LetsNothingThrough) {
    gradus_error err;
    EXPECT_EQ(guard(&err, [] { throw 42; }), GRADUS_INTERNAL);
    EXPECT_STREQ(err.message, "an unknown exception");
    EXPECT_EQ(guard(&err, [] { static_cast<void>(std::vector<int>().at(3)); }), GRADUS_INTERNAL);
    EXPECT_EQ(guard(&err, [] { throw std::bad_array_new_length(); }), GRADUS_OUT_OF_MEMORY);
    EXPECT_STREQ(err.message, "memory ran out");
    EXPECT_EQ(guard(nullptr, [] { throw 42; }), GRADUS_INTERNAL);
}

TEST(Guard, WritesNoErrorOnSuccess) {
    gradus_error err{};
    err.code = -5;
    EXPECT_EQ(guard(&err, [] {}), GRADUS_OK);
    EXPECT_EQ(err.code, -5);
}

TEST(Guard, KeepsAllProblemsOfAnError) {
    ProblemList list;
    for (const int row : {3, 4})
        list.add({.code = Code::missing_value, .table = "people", .row = row, .message = "empty"});
    std::shared_ptr<const Problems> problems;
    EXPECT_EQ(guard(
                  nullptr, [&] { list.throw_errors(); }, &problems),
              GRADUS_MISSING_VALUE);
    ASSERT_TRUE(problems);
    EXPECT_EQ(problems->size(), 2u);
}

TEST(Guard, CutsTextBetweenCharacters) {
    char room[6];
    copy("abcdefgh", room);
    EXPECT_STREQ(room, "abcde");
    copy("abcd\xc3\xa9", room);
    EXPECT_STREQ(room, "abcd");
    copy("abc\xc3\xa9", room);
    EXPECT_STREQ(room, "abc\xc3\xa9");
    copy("", room);
    EXPECT_STREQ(room, "");
    copy("\x80\x80\x80\x80\x80\x80\x80", room);  // not UTF-8 at all
    EXPECT_STREQ(room, "");
}

TEST(Guard, MakesNoHandleOnFailure) {
    int* handle = new int(1);
    const std::unique_ptr<int> owner(handle);
    EXPECT_EQ(create(&handle, nullptr, []() -> int { throw Error(Code::cycle, "a cycle"); }), GRADUS_CYCLE);
    EXPECT_EQ(handle, nullptr);
    EXPECT_EQ(create(static_cast<int**>(nullptr), nullptr, [] { return 1; }), GRADUS_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace gradus::c
