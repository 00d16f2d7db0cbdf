#include <gradus/agreement/plan_request.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "agreement/stored_table.h"
#include "agreement/team.h"

namespace {

using namespace gradus;

/// One line for each row: person, then every cell.
template <class T>
std::multiset<std::string> lines(const T& table) {
    std::multiset<std::string> lines;
    const StoredCells cells = cells_of(table);
    for (std::size_t row = 0; row < table.size(); ++row) {
        std::string line;
        for (const auto& column : cells)
            line += std::visit(
                        [](const auto& value) -> std::string {
                            if constexpr (requires { std::to_string(value); }) return std::to_string(value);
                            if constexpr (requires { std::string(value); }) return std::string(value);
                            return "-";
                        },
                        column[row]) +
                    " ";
        lines.insert(line);
    }
    return lines;
}

// Each row is in one part, that of its person, and none is lost, whoever has rows of which tables.
TEST(PlanRequest, OfAPlanForManyHoldsEachPersonsRows) {
    const Organization organization = build(test::team_tables());
    std::mt19937_64 random(5);
    int divided = 0;
    for (int round = 0; round < 100; ++round) {
        Cells items{{"person", "activity", "first_day", "last_day"}}, goals{{"person", "capability"}},
            milestones{{"person", "capability", "number", "kind"}};
        for (const char* person : {"Cy", "Ann", "Max", "Bo"}) {
            for (const char* activity : {"a", "c"})
                if (random() % 2) items.push_back({person, activity, "2026-05-04", "2026-05-05"});
            for (const char* capability : {"A", "B"})
                if (random() % 3 == 0) goals.push_back({person, capability});
            if (random() % 3 == 0) milestones.push_back({person, "A", "1", "check_in"});
        }
        Plan plan;
        plan.items = test::items(organization, items), plan.as_of = day("2026-01-01");
        const Input of_milestones = input({"milestones", milestones});
        const WrittenGoals written = load_goals(organization, input({"goals", goals}), &of_milestones);
        for (const WrittenGoals* with : {&written, static_cast<const WrittenGoals*>(nullptr)}) {
            std::multiset<std::string> of_items, of_goals, steps;
            std::string before;
            for (const PlanContent& content : divide(plan, with)) {
                EXPECT_LT(before, content.person);
                before = content.person;
                EXPECT_EQ(content.as_of, plan.as_of);
                EXPECT_EQ(content.supersedes, "");
                EXPECT_GT(content.items.size() + content.goals.size() + content.milestones.size(), 0u);
                for (const Table* table :
                     std::vector<const Table*>{&content.items, &content.goals, &content.milestones})
                    for (std::size_t row = 0; row < table->size(); ++row)
                        EXPECT_EQ(table->find("person")->text(row), content.person);
                of_items.merge(lines(content.items)), of_goals.merge(lines(content.goals));
                steps.merge(lines(content.milestones));
                ++divided;
            }
            EXPECT_EQ(of_items, lines(plan.items));
            EXPECT_EQ(of_goals, with ? lines(written.goals) : std::multiset<std::string>());
            EXPECT_EQ(steps, with ? lines(written.milestones) : std::multiset<std::string>());
        }
    }
    EXPECT_GT(divided, 500);
}

}  // namespace
