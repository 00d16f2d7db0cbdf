#include <gradus/base/problem.h>

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace gradus {
namespace {

TEST(ProblemList, IsSortedByTableRowColumnAndSeverity) {
    ProblemList list;
    const auto add = [&](Severity severity, const char* table, std::int64_t row, const char* column) {
        list.add({.severity = severity, .code = Code::lossy, .table = table, .row = row, .column = column});
    };
    add(Severity::error, "zebras", 1, "a");
    add(Severity::error, "apes", 1, "a");
    add(Severity::error, "assessments", 1, "a");
    add(Severity::error, "people", 2, "a");
    add(Severity::warning, "people", 1, "b");
    add(Severity::error, "people", 1, "b");
    add(Severity::error, "people", 1, "a");
    add(Severity::warning, "people", 0, "");
    add(Severity::error, "roles", 9, "a");
    const auto table = list.table();
    std::vector<std::string> order;
    for (std::size_t i = 0; i < table->size(); ++i) {
        const std::int32_t row = table->row[i];
        order.push_back(std::string(table->table[i]) + (is_missing(row) ? "" : std::to_string(row)) +
                        std::string(table->column[i]) + (table->severity[i] == Severity::error ? "!" : "?"));
    }
    EXPECT_EQ(order, (std::vector<std::string>{"roles9a!", "people?", "people1a!", "people1b!", "people1b?",
                                               "people2a!", "assessments1a!", "apes1a!", "zebras1a!"}));
}

TEST(ProblemList, KeepsEveryPart) {
    ProblemList list;
    list.add({.severity = Severity::warning,
              .code = Code::unknown_key,
              .table = "people",
              .row = 3,
              .column = "role",
              .key = "chef",
              .message = "no such role",
              .line = 5});
    list.add({.code = Code::missing_table, .table = "roles"});
    const auto table = list.table();
    ASSERT_EQ(table->size(), 2u);
    EXPECT_TRUE(is_missing(table->row[0]));
    EXPECT_TRUE(is_missing(table->line[0]));
    EXPECT_EQ(table->severity[1], Severity::warning);
    EXPECT_EQ(table->code[1], "unknown_key");
    EXPECT_EQ(table->table[1], "people");
    EXPECT_EQ(table->row[1], 3);
    EXPECT_EQ(table->line[1], 5);
    EXPECT_EQ(table->column[1], "role");
    EXPECT_EQ(table->key[1], "chef");
    EXPECT_EQ(table->message[1], "no such role");
}

TEST(ProblemList, CapsEachKindAndCountsTheRest) {
    // The first rows are kept, whatever the order in which they were found.
    for (const bool backwards : {false, true}) {
        ProblemList list;
        for (int i = 1; i <= 4500; ++i)
            list.add({.code = Code::lossy, .table = "people", .row = backwards ? 4501 - i : i, .column = "hours"});
        for (int i = 1; i <= 1000; ++i)
            list.add({.code = Code::lossy, .table = "people", .row = i, .column = "joined"});
        const auto table = list.table();
        ASSERT_EQ(table->size(), 2001u);
        for (std::size_t i = 0; i < 2000; ++i) ASSERT_EQ(table->row[i], static_cast<std::int32_t>(i / 2 + 1));
        EXPECT_TRUE(is_missing(table->row[2000]));
        EXPECT_EQ(table->column[2000], "hours");
        EXPECT_EQ(table->severity[2000], Severity::error);
        EXPECT_EQ(table->code[2000], "lossy");
        EXPECT_EQ(table->message[2000], "3500 more of this kind are not listed");
    }
}

TEST(ProblemList, CapsErrorsAndWarningsApart) {
    ProblemList list;
    for (int i = 1; i <= 1500; ++i)
        list.add({.severity = Severity::warning, .code = Code::lossy, .table = "people", .row = i, .column = "hours"});
    list.add({.code = Code::lossy, .table = "people", .row = 2000, .column = "hours"});
    EXPECT_EQ(list.table()->size(), 1002u);
    EXPECT_TRUE(list.has_errors());
}

TEST(ProblemList, IsUtf8WhateverUsersWrote) {
    ProblemList list;
    list.add({.code = Code::invalid_text,
              .table = "people",
              .row = 1,
              .column = "name",
              .key = std::string(10'000'000, '\xFF'),
              .message = "found \xC3"});
    const auto table = list.table();
    EXPECT_TRUE(valid_utf8(table->key[0]));
    EXPECT_LT(table->key[0].size(), 1000u);
    EXPECT_EQ(table->message[0], "found \\xc3");
}

TEST(ProblemList, ThrowsErrorsOnly) {
    ProblemList list;
    EXPECT_NO_THROW(list.throw_errors());
    EXPECT_EQ(list.table()->size(), 0u);
    list.add({.severity = Severity::warning, .code = Code::assumed, .table = "people"});
    EXPECT_FALSE(list.has_errors());
    EXPECT_NO_THROW(list.throw_errors());
    list.add({.code = Code::cycle, .table = "units", .message = "a > b > a"});
    EXPECT_TRUE(list.has_errors());
    EXPECT_THROW(list.throw_errors(), Error);
}

}  // namespace
}  // namespace gradus
