#pragma once

// A few people who share money and seats, made up from a seed, and a plan for them.

#include <cstdio>
#include <list>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gradus/planning/optimize.h>
#include <gradus/risk/risk.h>

#include "organization/tables.h"

namespace gradus {

struct Team {
    explicit Team(unsigned seed, int people = 4, int activities = 5) : random(seed) {
        std::vector<std::string> names;
        for (int i = 0; i < activities; ++i) names.push_back(std::string(1, static_cast<char>('a' + i)));
        Cells rows = {{"activity", "kind", "hours", "cost", "days", "account_share", "repeatable"}};
        Cells outcomes = {{"activity", "capability", "uplift", "up_to", "probability", "from_level"}};
        Cells before = {{"activity", "prerequisite"}}, sessions = {{"session", "activity", "first_day", "seats"}};
        for (int i = 0; i < activities; ++i) {
            rows.push_back({keep(names[i]), draw(0, 1) ? "x" : "y", number(draw(1, 9)), number(draw(0, 30)),
                            number(draw(1, 70)), draw(0, 2) ? "" : "0.3", ""});
            for (const char* capability : {"A", "B"})
                if (draw(0, 3))
                    outcomes.push_back({keep(names[i]), capability, number(draw(1, 6), 4), number(draw(3, 5)),
                                        draw(0, 2) ? number(draw(4, 9), 10) : "1",
                                        draw(0, 4) ? "" : number(draw(2, 3))});
            if (i > 0 && !draw(0, 2)) before.push_back({keep(names[i]), keep(names[draw(0, i - 1)])});
            if (!draw(0, 2))
                for (const char* first : {"2026-05-02", "2026-08-01"})
                    sessions.push_back({keep(names[i] + first), keep(names[i]), first, draw(0, 3) ? "1" : ""});
        }
        Cells who = {{"person", "role", "unit", "hours"}};
        Cells accounts = {{"person", "kind", "available", "cap", "cap_period"}};
        Cells under_way = {{"person", "activity", "status", "date"}};
        Cells beliefs = {{"person", "capability", "mean", "sd"}};
        for (int i = 0; i < people; ++i) {
            const std::string_view person = keep("p" + std::to_string(i));
            who.push_back({person, "R", draw(0, 2) ? "u" : "top", draw(0, 4) ? number(draw(3, 9)) : ""});
            if (!draw(0, 2)) accounts.push_back({person, "money", "9", draw(0, 1) ? "5" : "", "quarter"});
            if (!draw(0, 2)) under_way.push_back({person, keep(names[0]), "enrolled", "2026-05-10"});
            if (!draw(0, 3)) under_way.push_back({person, keep(names[1]), "completed", "2026-02-10"});
            for (const char* capability : {"A", "B"})
                beliefs.push_back({person, capability, number(draw(4, 14), 4), number(draw(0, 3), 4)});
        }
        std::vector<Literal> tables = {
            {"scales", {{"scale", "level"}, {"S", "1"}, {"S", "2"}, {"S", "3"}, {"S", "4"}, {"S", "5"}}},
            {"capabilities", {{"capability", "scale"}, {"A", "S"}, {"B", "S"}}},
            {"roles", {{"role"}, {"R"}}},
            {"requirements",
             {{"role", "capability", "level", "criticality"},
              {"R", "A", "4", number(draw(1, 5))},
              {"R", "B", "4", number(draw(1, 5))}}},
            {"units", {{"unit", "parent"}, {"top", ""}, {"u", "top"}}},
            {"people", who},
            {"activities", rows},
            {"outcomes", outcomes},
            {"activity_prerequisites", before},
            {"sessions", sessions},
            {"accounts", accounts},
            {"enrolments", under_way},
            {"funds",
             {{"fund", "amount", "parent", "unit"},
              {"all", number(draw(20, 90)), "", "top"},
              {"f", number(draw(10, 60)), "all", "u"}}}};
        if (!draw(0, 2)) tables.push_back({"mandatory", {{"activity"}, {keep(names.back())}}});
        organization.emplace(build(tables));
        estimates.emplace(load_estimates(*organization, input({"estimates", beliefs}), day("2026-03-31"), 1));
        risks.emplace(risks_of(*estimates));
        options.start = day("2026-04-01");
        options.months = draw(0, 1) ? 6 : 12;
        options.threads = 1;
        if (!draw(0, 2)) options.max_activities = draw(1, 4);
        if (!draw(0, 2)) options.max_of_a_kind = draw(1, 2);
        if (!draw(0, 3)) options.max_capabilities = 1;
        plan.emplace(optimize(*organization, *risks, options));
    }

    Risks risks_of(const Estimates& levels) const {
        return assess_risk(*organization, find_gaps(*organization, levels));
    }
    PersonId person(int i) const { return PersonId(i); }
    /// New levels of one person: of one capability or of both.
    Estimates new_levels(PersonId who) {
        const std::string_view key = keep(std::string(organization->people()[static_cast<std::size_t>(who.value())]));
        Cells cells = {{"person", "capability", "mean", "sd"}};
        const int which = draw(0, 2);
        for (const char* capability : {"A", "B"})
            if (which == 2 || which == capability[0] - 'A')
                cells.push_back({key, capability, number(draw(4, 20), 4), number(draw(0, 3), 4)});
        return load_estimates(*organization, input({"estimates", cells}), day("2026-03-31"), 1);
    }
    /// All estimates, with those of `changed` instead.
    Estimates merged(const Estimates& old, const Estimates& changed) const {
        Input rows("estimates");
        const auto add = [&](const Estimates& from, std::size_t i) {
            rows.row()
                .set("person", organization->people()[static_cast<std::size_t>(from.person[i].value())])
                .set("capability", organization->capabilities()[static_cast<std::size_t>(from.capability[i].value())])
                .set("mean", from.mean[i])
                .set("sd", from.sd[i]);
        };
        for (std::size_t i = 0; i < old.size(); ++i) {
            bool replaced = false;
            for (std::size_t k = 0; k < changed.size(); ++k)
                replaced |= old.person[i] == changed.person[k] && old.capability[i] == changed.capability[k];
            if (!replaced) add(old, i);
        }
        for (std::size_t k = 0; k < changed.size(); ++k) add(changed, k);
        return load_estimates(*organization, rows, day("2026-03-31"), 1);
    }

    int draw(int low, int high) { return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1)); }

    std::mt19937 random;
    std::list<std::string> texts;  // what cells point into
    std::optional<Organization> organization;
    std::optional<Estimates> estimates;
    std::optional<Risks> risks;
    OptimizeOptions options;
    std::optional<Plan> plan;

private:
    std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
    std::string_view number(int n, int divisor = 1) {
        char text[32];
        std::snprintf(text, sizeof text, "%g", static_cast<double>(n) / divisor);
        return keep(text);
    }
};

}  // namespace gradus
