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

TEST(Assessments, OddRatersAreTold) {
    const auto one = [](std::string_view source, std::string_view rater, std::string_view date = "2026-01-01") {
        const auto found = told_of(
            {{"person", "capability", "level", "source", "rater", "date"}, {"E1", "Go", "2", source, rater, date}});
        EXPECT_LE(found.size(), 1u);
        return found.empty() ? std::string() : found[0];
    };
    const std::string place = "warning contradiction assessments 1 rater: source ",
                      end = "; the rating counts as given", own = "; it counts as the person's own";
    EXPECT_EQ(one("manager", ""), "");
    EXPECT_EQ(told_of({{"person", "capability", "level", "source", "date"}, {"M", "Go", "2", "manager", "2026-01-01"}}),
              (std::vector<std::string>{place + "manager, but no rater is named and people has no manager of 'M'; the "
                                                "rating counts as of a rater of its own"}));
    EXPECT_EQ(one("peer", "E1"), place + "peer, but the rater 'E1' is the person, who rates as self" + end);
    EXPECT_EQ(one("report", "E1"), place + "report, but the rater 'E1' is the person, who rates as self" + end);
    EXPECT_EQ(one("manager", "E1"), place + "manager, but the rater 'E1' is the person, who rates as self" + end);
    EXPECT_EQ(one("self", "E2"), place + "self, but the rater 'E2' is not the person, who alone rates as self" + own);
    EXPECT_EQ(one("self", "X"), place + "self, but the rater 'X' is not the person, who alone rates as self" + own);
    EXPECT_EQ(one("manager", "E2"), place + "manager, but the rater 'E2' is nobody's manager in people" + end);
    EXPECT_EQ(one("manager", "X"), place + "manager, but the rater 'X' is nobody's manager in people" + end);
    for (const auto& [source, rater] : std::vector<std::pair<std::string_view, std::string_view>>{{"self", "E1"},
                                                                                                  {"self", ""},
                                                                                                  {"manager", "M"},
                                                                                                  {"manager", ""},
                                                                                                  {"peer", "E2"},
                                                                                                  {"peer", "X"},
                                                                                                  {"test", "E1"},
                                                                                                  {"observation", "X"}})
        EXPECT_EQ(one(source, rater), "") << source << " " << rater;

    std::vector<Literal> tables = small;  // a manager who came and went
    tables.back() = {"people",
                     {{"person", "role", "manager", "joined", "left"},
                      {"E1", "Engineer", "M", "", ""},
                      {"M", "Manager", "", "2026-01-10", "2026-02-10"}}};
    const auto on = [&](std::string_view date) {
        return told(*assess(build(tables), {{"person", "capability", "level", "source", "rater", "date"},
                                            {"E1", "Go", "2", "manager", "M", date}})
                         .problems);
    };
    EXPECT_EQ(on("2026-01-09"),
              std::vector<std::string>{place + "manager, but the rater 'M' is not there yet on that day" + end});
    EXPECT_TRUE(on("2026-01-10").empty());
    EXPECT_TRUE(on("2026-02-09").empty());
    EXPECT_EQ(on("2026-02-10"),
              std::vector<std::string>{place + "manager, but the rater 'M' is no longer there on that day" + end});

    tables.back() = {"people", {{"person", "role"}, {"E1", "Engineer"}}};  // no manager is known
    EXPECT_TRUE(on("2026-01-10").empty());
}

/// The row and the count are those of the input.
TEST(Assessments, OddRatersAreToldByRow) {
    EXPECT_EQ(told_of({{"person", "capability", "level", "source", "rater", "date"},
                       {"M", "Go", "2", "peer", "E1", "2026-01-01"},
                       {"E2", "Go", "2", "peer", "E2", "2026-01-01"},
                       {"E1", "Go", "2", "self", "M", "2026-01-01"}}),
              (std::vector<std::string>{"warning contradiction assessments 2 rater: source peer, but the rater 'E2' is "
                                        "the person, who rates as self; the rating counts as given",
                                        "warning contradiction assessments 3 rater: source self, but the rater 'M' is "
                                        "not the person, who alone rates as self; it counts as the person's own"}));
    Cells many = {{"person", "capability", "level", "source", "rater", "date"}};
    for (int i = 0; i < 1500; ++i) many.push_back({"E2", "Go", "2", "peer", "E2", "2026-01-01"});
    const std::vector<std::string> found = told_of(many);
    EXPECT_EQ(found.size(), 1002u);  // and that they repeat one another
    EXPECT_NE(found[1001].find("500 more of this kind"), std::string::npos);
}

// Two anonymous peers may agree; a rater who is known has been read twice. Another day, level or occasion is another rating.
TEST(Assessments, RepeatsOfKnownRatersAreTold) {
    const Organization org = build(small);
    const Cells cells = {{"person", "capability", "level", "source", "rater", "date", "assessment"},
                         {"E1", "Go", "1", "peer", "x", "2026-01-01", "o"},
                         {"E1", "Go", "1", "peer", "x", "2026-01-01", "o"},
                         {"E1", "Go", "1", "self", "", "2026-01-01", "o"},
                         {"E1", "Go", "1", "self", "", "2026-01-01", "o"},
                         {"E1", "Go", "1", "peer", "", "2026-01-01", "o"},
                         {"E1", "Go", "1", "peer", "", "2026-01-01", "o"},
                         {"E1", "Go", "1", "peer", "y", "2026-01-01", "o"},
                         {"E1", "Go", "1", "peer", "y", "2026-01-02", "o"},
                         {"E1", "Go", "2", "peer", "y", "2026-01-02", "o"},
                         {"E1", "Go", "2", "peer", "y", "2026-01-02", "q"},
                         {"E1", "C++", "2", "peer", "y", "2026-01-02", "q"},
                         {"E1", "Go", "2", "peer", "z", "2026-01-02", "q"}};
    const Assessments once = assess(org, cells);
    EXPECT_EQ(told(*once.problems),
              (std::vector<std::string>{"warning assumed assessments: 2 ratings repeat another of the same rater, day "
                                        "and level, and count once more: given twice?"}));
    const std::vector<std::string> twice = told(*add_assessments(once, once).problems);
    ASSERT_EQ(twice.size(), 3u);  // those of each, and what is new: eight of known raters once more
    EXPECT_EQ(twice[2],
              "warning assumed assessments: 8 ratings repeat another of the same rater, day and level, and "
              "count once more: given twice?");
}

TEST(Assessments, AddedOnesAreAsIfAllWereRead) {
    const Organization organization = build(small);
    const Cells head = {{"person", "capability", "level", "source", "rater", "date", "assessment"}};
    const Cells rows = {
        {"E2", "Go", "Expert", "manager", "M", "2026-01-02", "a"}, {"E1", "Go", "2", "self", "", "", "b"},
        {"E2", "C++", "2.5", "peer", "x", "2026-01-01", ""},       {"E2", "C++", "2.5", "peer", "x", "2026-01-01", ""},
        {"M", "Go", "2", "report", "E1", "2026-01-01", "c"},       {"M", "Go", "1", "self", "E2", "2026-01-01", "a"}};
    const auto part = [&](std::size_t from, std::size_t to) {
        Cells cells = head;
        for (std::size_t i = from; i < to; ++i) cells.push_back(rows[i]);
        return assess(organization, cells);
    };
    const Assessments all = part(0, rows.size());
    for (std::size_t cut = 0; cut <= rows.size(); ++cut) {
        const Assessments first = part(0, cut), second = part(cut, rows.size());
        for (const int threads : {1, 2}) {
            EXPECT_EQ(add_assessments(first, second, threads).provenance.digest, all.provenance.digest) << cut;
            EXPECT_EQ(add_assessments(second, first, threads).provenance.digest, all.provenance.digest) << cut;
        }
        EXPECT_EQ(add_assessments(first, second).problems->size(), 3u) << cut;  // and a repeat
    }
    EXPECT_EQ(all.rater.text(0), "");  // of the sorted rows, E1's own
    EXPECT_EQ(all.person.text(0), "E1");
    EXPECT_EQ(all.source.text(0), "self");
    EXPECT_THROW(static_cast<const AnyColumn&>(all.level).text(0), Error);
    EXPECT_EQ(add_assessments(Assessments(), all).provenance.digest, all.provenance.digest);
    EXPECT_EQ(add_assessments(all, Assessments()).provenance.digest, all.provenance.digest);

    std::vector<Literal> tables = small;
    tables.back().cells.push_back({"N", "Manager", ""});
    const Assessments others =
        assess(build(tables), {{"person", "capability", "level", "source"}, {"N", "Go", "2", "test"}});
    EXPECT_THROW(add_assessments(all, others), Error);
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
