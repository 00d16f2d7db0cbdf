#include <gradus/assessment/assessment.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <tuple>

#include <gtest/gtest.h>

#include "base/arrow_source.h"
#include "organization/tables.h"

namespace gradus {
namespace {

const std::vector<Literal> small = {
    {"scales",
     {{"scale", "level"}, {"gdad", "Awareness"}, {"gdad", "Working"}, {"gdad", "Practitioner"}, {"gdad", "Expert"}}},
    {"capabilities", {{"capability", "scale"}, {"Go", "gdad"}, {"C++", "gdad"}}},
    {"roles", {{"role"}, {"Engineer"}, {"Manager"}}},
    {"requirements", {{"role", "capability", "level"}, {"Engineer", "Go", "Working"}, {"Manager", "Go", "3.5"}}},
    {"people", {{"person", "role", "manager"}, {"E2", "Engineer", "M"}, {"E1", "Engineer", "M"}, {"M", "Manager", ""}}},
};

TEST(Assessments, AreSortedAndKept) {
    const Organization organization = build(small);
    const Assessments ratings = assess(organization, {{"person", "capability", "level", "source", "rater", "date"},
                                                      {"E2", "Go", "Expert", "manager", "M", "2026-01-02"},
                                                      {"E1", "Go", "2", "self", "", ""},
                                                      {"E2", "C++", "2.5", "peer", "", "2026-01-01"},
                                                      {"E2", "C++", "2.5", "peer", "", "2026-01-01"}});
    ASSERT_EQ(ratings.size(), 4u);
    EXPECT_EQ(ratings.person[0], id<PersonTag>(organization, "E1"));
    EXPECT_EQ(ratings.level[0], 2);
    EXPECT_TRUE(is_missing(ratings.date[0]));
    EXPECT_EQ(ratings.capability[1], id<CapabilityTag>(organization, "C++"));
    EXPECT_EQ(ratings.level[3], 4);
    EXPECT_EQ(ratings.date[3], day("2026-01-02"));
    EXPECT_EQ((*ratings.rater.strings())[static_cast<std::size_t>(ratings.rater[3].value())], "M");
}

std::vector<std::string> told_of(Cells cells) {
    try {
        return told(*assess(build(small), std::move(cells)).problems);
    } catch (const Error& error) {
        return told(*error.problems());
    }
}

TEST(Assessments, AllProblemsAreTold) {
    EXPECT_EQ(
        told_of({{"person", "capability", "level", "source", "date"},
                 {"E3", "Go", "2", "self", "2026-01-01"},
                 {"E1", "Gone", "2", "self", "2026-01-01"},
                 {"E1", "Go", "Expret", "self", "2026-01-01"},
                 {"E1", "Go", "0.5", "self", "2026-01-01"},
                 {"E1", "Go", "", "peers", "2026-01-01"}}),
        (std::vector<std::string>{
            "error unknown_key assessments 1 person: person 'E3' is not in people",
            "error unknown_key assessments 2 capability: capability 'Gone' is not in capabilities",
            "error unknown_level assessments 3 level: level 'Expret' is not on scale 'gdad' (Awareness, Working, "
            "Practitioner, Expert); did you mean 'Expert'?",
            "error out_of_range assessments 4 level: level '0.5' is outside scale 'gdad' (Awareness, Working, "
            "Practitioner, Expert), which runs from 1 to 4",
            "error missing_value assessments 5 level: level is missing",
            "error unknown_word assessments 5 source: source 'peers' is not one of self, manager, peer, report, test, "
            "observation; did you mean 'peer'?"}));
}

TEST(Assessments, UndatedOnesAreCounted) {
    EXPECT_EQ(
        told_of({{"person", "capability", "level", "source"}, {"E1", "Go", "2", "self"}, {"E1", "Go", "2", "self"}}),
        std::vector<std::string>{"warning assumed assessments date: 2 ratings have no date and are taken as new"});
}

TEST(Assessments, NoneIsAValidTable) {
    const Assessments none = assess(build(small), {{"person", "capability", "level", "source"}});
    EXPECT_EQ(none.size(), 0u);
    EXPECT_TRUE(none.rater.strings());
    EXPECT_EQ(told_of({{"person", "capability", "source"}}).size(), 1u);
}

/// Random ratings as dictionary columns in three batches, as texts, and set row by row, in an order of their own each.
TEST(Assessments, AreTheSameFromAnySourceInAnyOrderWithAnyThreads) {
    using namespace test;
    std::vector<Literal> tables = small;
    constexpr std::size_t people = 300, rows = 200'000;
    std::vector<std::string> keys;
    tables.pop_back();
    Input rows_of_people("people");
    for (std::size_t i = 0; i < people; ++i) {
        keys.push_back("P" + std::to_string(i * 7919 % 1000));
        rows_of_people.row().set("person", keys.back()).set("role", "Engineer");
    }
    std::vector<Input> all = inputs(tables);
    all.push_back(rows_of_people);
    const Organization organization(all, 2);

    const std::vector<std::string> capabilities = {"Go", "C++"}, levels = {"Working", "2.5", "4", "Expert"},
                                   sources = {"self", "peer", "manager", "test"}, raters = {"", "x", "P0", "y"};
    std::mt19937 random(3);
    const auto draw = [&](std::size_t n) {
        std::vector<std::int32_t> indices(rows);
        for (std::int32_t& index : indices) index = static_cast<std::int32_t>(random() % n);
        return indices;
    };
    const std::vector<std::int32_t> person = draw(people), capability = draw(2), level = draw(4), source = draw(4),
                                    rater = draw(4), date = draw(1000);
    const auto columns = [&](const auto& column, const std::vector<std::size_t>& order) {
        const auto ordered = [&](const std::vector<std::int32_t>& values) {
            std::vector<std::int32_t> out;
            for (const std::size_t i : order) out.push_back(values[i]);
            return out;
        };
        return batch({column(ordered(person), keys).named("person"),
                      column(ordered(capability), capabilities).named("capability"),
                      column(ordered(level), levels).named("level"), column(ordered(source), sources).named("source"),
                      column(ordered(rater), raters).named("rater"), numbers("tdD", ordered(date)).named("date")});
    };
    const auto dictionary = [](const std::vector<std::int32_t>& indices, const std::vector<std::string>& words) {
        return encoded(numbers("i", indices), texts(words));
    };
    const auto plain = [](const std::vector<std::int32_t>& indices, const std::vector<std::string>& words) {
        std::vector<std::string> all_words;
        for (const std::int32_t index : indices) all_words.push_back(words[static_cast<std::size_t>(index)]);
        return texts(all_words);
    };
    const auto load = [&](ArrowArrayStream stream, int threads) {
        return load_assessments(organization, Input("assessments", &stream), threads);
    };

    std::vector<std::size_t> order(rows);
    std::iota(order.begin(), order.end(), 0);
    const Assessments first = load(stream(columns(dictionary, order)), 1);
    for (std::size_t i = 1; i < rows; ++i) {
        const auto key = [&](std::size_t row) {
            return std::tuple(first.person[row], first.capability[row], first.source[row], first.rater[row],
                              first.date[row], first.level[row]);
        };
        ASSERT_LE(key(i - 1), key(i));
    }
    for (const int threads : {1, 2, 3}) {
        std::shuffle(order.begin(), order.end(), random);
        const Array whole = columns(dictionary, order);
        const std::int64_t third = rows / 3;
        const auto part = [&](std::int64_t from, std::int64_t count) {
            Array some = batch({});
            some.length = count;
            for (const Array& column : whole.children) some.children.push_back(column.slice(from, count));
            return some;
        };
        EXPECT_EQ(load(stream(whole, {part(0, third), part(third, third), part(2 * third, rows - 2 * third)}), threads)
                      .provenance.digest,
                  first.provenance.digest);
        std::shuffle(order.begin(), order.end(), random);
        EXPECT_EQ(load(stream(columns(plain, order)), threads).provenance.digest, first.provenance.digest);
    }
}

}  // namespace
}  // namespace gradus
