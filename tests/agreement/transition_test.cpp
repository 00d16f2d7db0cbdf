#include <gradus/agreement/transition.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

namespace gradus {
namespace {

template <class E>
std::string name(E value) {
    return is_missing(value) ? "none" : std::string(Words<E>::names[static_cast<std::size_t>(value)]);
}

TEST(Transitions, SayForEachStateEventAndActorOneThingAtMost) {
    std::set<std::tuple<PlanState, PlanEvent, int>> seen;
    for (const Transition& step : transitions())
        for (int actor = 0; actor < 4; ++actor)
            if (step.allows(static_cast<Actor>(actor))) {
                EXPECT_TRUE(seen.insert({step.from, step.event, actor}).second)
                    << name(step.from) << " " << name(step.event) << " " << actor;
            }
}

TEST(Transitions, LeadEverywhereAndNeedBothToAgree) {
    std::set<PlanState> reached{missing<PlanState>()};
    for (std::size_t before = 0; before != reached.size();) {
        before = reached.size();
        for (const Transition& step : transitions())
            if (reached.contains(step.from)) reached.insert(step.to);
    }
    EXPECT_EQ(reached.size(), std::size(Words<PlanState>::names) + 1);
    for (const Transition& step : transitions()) {
        if (step.to != PlanState::agreed || step.from == PlanState::agreed) continue;
        EXPECT_EQ(step.event, PlanEvent::agree);
        EXPECT_EQ(step.allows(Actor::employee), step.from == PlanState::manager_agreed);
        EXPECT_EQ(step.allows(Actor::manager), step.from == PlanState::employee_agreed);
        EXPECT_FALSE(step.allows(Actor::administrator) || step.allows(Actor::advisor));
    }
}

TEST(Transitions, AreThoseOfTheDocumentation) {
    const Transitions table = transition_table();
    std::string rows = "| state | event | by | next |\n|---|---|---|---|\n";
    for (std::size_t i = 0; i < table.size(); ++i)
        rows += "| " + name(table.state[i]) + " | " + name(table.event[i]) + " | " + std::string(table.by[i]) + " | " +
                name(table.next[i]) + " |\n";
    std::ifstream file(GRADUS_SOURCE_DIR "/docs/methods/agreement.md");
    std::ostringstream page;
    page << file.rdbuf();
    EXPECT_NE(page.str().find("\n" + rows + "\n"), std::string::npos) << "docs/methods/agreement.md lacks\n" << rows;
}

}  // namespace
}  // namespace gradus
