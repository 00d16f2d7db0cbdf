#include <gradus/tracking/observation.h>

#include <gtest/gtest.h>

#include "organization/tables.h"

namespace gradus {
namespace {

const std::vector<Literal> small = {{"objectives", {{"objective"}, {"O"}}}, {"activities", {{"activity"}, {"A"}}}};

TEST(Kpis, AreSortedAndChecked) {
    const Organization organization = build(small);
    const Kpis kpis = load_kpis(organization, input({"kpis",
                                                     {{"kpi", "entity", "date", "value"},
                                                      {"k", "U", "2026-02-01", "2"},
                                                      {"k", "U", "2026-01-01", "1"},
                                                      {"k", "U", "2026-01-01", "1"},
                                                      {"j", "V", "2026-01-01", "-3"}}}));
    ASSERT_EQ(kpis.size(), 3u);
    EXPECT_EQ(kpis.value[0], -3);
    EXPECT_EQ(kpis.value[1], 1);
    EXPECT_EQ(kpis.entity[1], "U");
    EXPECT_EQ(kpis.problems->size(), 1u);
    try {
        load_kpis(
            organization,
            input(
                {"kpis",
                 {{"kpi", "entity", "date", "value"}, {"k", "U", "2026-01-01", "1"}, {"k", "U", "2026-01-01", "2"}}}));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(told(*error.problems()),
                  std::vector<std::string>{
                      "error duplicate_key kpis 2 value: kpi 'k', entity 'U' is already in row 1, with another value"});
    }
}

TEST(Kpis, AreNotAnotherTable) {
    EXPECT_THROW(load_kpis(build(small), input({"kpi_targets", {{"kpi", "entity", "date", "value"}}})), Error);
}

TEST(Rollouts, NameActivitiesAndClusters) {
    const Organization organization = build(small);
    const Rollouts rollouts = load_rollouts(organization, input({"rollouts",
                                                                 {{"entity", "start", "activity", "cluster"},
                                                                  {"U", "2026-01-01", "A", ""},
                                                                  {"U", "2026-02-01", "", "K"}}}));
    ASSERT_EQ(rollouts.size(), 2u);
    EXPECT_EQ((*rollouts.cluster.strings())[static_cast<std::size_t>(rollouts.cluster[0].value())], "K");
    EXPECT_FALSE(rollouts.activity[0]);
    EXPECT_EQ(rollouts.activity[1], ActivityId(0));
}

TEST(Anecdotes, AreKept) {
    const Organization organization = build(small);
    const Anecdotes anecdotes =
        load_anecdotes(organization, input({"anecdotes", {{"text", "objective"}, {"It helped", "O"}}}));
    EXPECT_EQ(anecdotes.text[0], "It helped");
    EXPECT_THROW(load_anecdotes(organization, input({"anecdotes", {{"text", "objective"}, {"It helped", "P"}}})),
                 Error);
    EXPECT_THROW(load_anecdotes(organization, input({"anecdotes", {{"text", "program"}, {"It helped", "P"}}})), Error);
}

}  // namespace
}  // namespace gradus
