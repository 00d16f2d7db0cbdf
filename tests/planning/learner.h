#pragma once

// Somebody with a few things to learn, made up from a seed, and what would be best for them, found by trying everything.

#include <functional>
#include <list>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gradus/risk/risk.h>

#include "organization/tables.h"
#include "planning/chains.h"
#include "planning/draft.h"
#include "planning/every_choice.h"

namespace gradus {

struct Learner {
    /// `again`: there may be a plan before, something begun, and shared resources that are running out. `dates`: nothing
    /// needs another, and each activity is in up to so many sessions, each on days and at a price of its own.
    explicit Learner(unsigned seed, int activities = 6, bool again = false, int dates = 0) : random(seed) {
        std::vector<std::string> names;
        for (int i = 0; i < activities; ++i) names.push_back(std::string(1, static_cast<char>('a' + i)));
        Cells rows = {{"activity", "kind", "hours", "cost", "days", "account_share"}};
        Cells outcomes = {{"activity", "capability", "uplift", "up_to", "probability"}};
        Cells before = {{"activity", "prerequisite"}};
        Cells sessions = {{"session", "activity", "first_day", "last_day", "seats"}};
        for (int i = 0; i < activities; ++i) {
            rows.push_back({keep(names[i]), draw(0, 1) ? "x" : "y", number(draw(1, 9)), number(draw(0, 30)),
                            number(draw(1, 70)), draw(0, 2) ? "" : "0.3"});
            for (const char* capability : {"A", "B"})
                if (draw(0, 3))
                    outcomes.push_back({keep(names[i]), capability, number(draw(1, 6), 4), number(draw(3, 5)),
                                        draw(0, 2) ? number(draw(4, 9), 10) : "1"});
            for (int k = dates > 0 ? draw(1, dates) : 0; k > 0; --k) {
                const int first = draw(0, 80), last = first + draw(0, draw(0, 1) ? 9 : 50);  // in months of 28 days
                const auto date = [&](int n) {
                    return keep("2026-0" + std::to_string(4 + n / 28) + "-" + std::to_string(101 + n % 28).substr(1));
                };
                sessions.push_back({keep(names[i] + std::to_string(k)), keep(names[i]), date(first), date(last), "1"});
            }
            if (dates > 0) continue;
            if (i > 0 && !draw(0, 2)) before.push_back({keep(names[i]), keep(names[draw(0, i - 1)])});
            if (again && i > 1 && draw(0, 1)) before.push_back({keep(names[i]), keep(names[draw(0, i - 1)])});
            if (before.size() > 2 && before.back() == before[before.size() - 2]) before.pop_back();
            if (!draw(0, 3))
                for (const char* first : {"2026-05-02", "2026-08-01"})
                    sessions.push_back({keep(names[i] + first), keep(names[i]), first, "", draw(0, 1) ? "1" : ""});
        }
        std::vector<Literal> tables = {
            {"scales", {{"scale", "level"}, {"S", "1"}, {"S", "2"}, {"S", "3"}, {"S", "4"}, {"S", "5"}}},
            {"capabilities", {{"capability", "scale"}, {"A", "S"}, {"B", "S"}}},
            {"roles", {{"role"}, {"R"}}},
            {"people", {{"person", "role", "hours"}, {"p", "R", draw(0, 4) ? number(draw(3, 9)) : ""}}},
            {"activities", rows},
            {"outcomes", outcomes},
            {"activity_prerequisites", before},
            {"sessions", sessions},
            {"funds", {{"fund", "amount", "valid_from"}, {"f", "600", draw(0, 1) ? "2026-01-01" : ""}}}};
        if (draw(0, 1))
            tables.push_back({"accounts",
                              {{"person", "kind", "available", "cap", "cap_period"},
                               {"p", "money", "9", draw(0, 1) ? "5" : "", "quarter"}}});
        if (!draw(0, 2))
            tables.push_back(
                {"enrolments",
                 {{"person", "activity", "status", "date"}, {"p", keep(names[0]), "enrolled", "2026-05-10"}}});
        if (again) {
            const std::string_view until = keep("2026-05-" + std::to_string(draw(10, 28)));
            if (draw(0, 1))
                tables[8].cells = {
                    {"fund", "amount", "valid_from", "valid_to"}, {"f", "600", "", until}, {"g", "300", until, ""}};
            if (tables.back().table == "accounts" && draw(0, 1)) {
                tables.back().cells[0].push_back("valid_to");
                tables.back().cells[1].push_back(until);
            }
            if (draw(0, 1)) tables.push_back({"mandatory", {{"activity", "due"}, {keep(names.back()), "2026-08-20"}}});
        }
        organization.emplace(build(tables));
        Input risks("risks");
        for (const char* capability : {"A", "B"})
            risks.row()
                .set("basis", "role")
                .set("role", "R")
                .set("likelihood", 1)
                .set("shortfall", 1)
                .set("criticality", 3)
                .set("person", "p")
                .set("capability", capability)
                .set("required", 4)
                .set("sd", 0.5)
                .set("mean", capability[0] == 'A' ? 2.2 : 2.9)
                .set("impact", draw(1, 9));
        OptimizeOptions options;
        options.start = day("2026-04-01");
        options.months = draw(0, 1) ? 6 : 12;
        if (!draw(0, 2)) options.max_activities = draw(1, 4);
        if (!draw(0, 2)) options.max_of_a_kind = draw(1, 2);
        if (!draw(0, 3)) options.max_capabilities = 1;
        if (again) {
            options.period_months = draw(2, 3);
            options.allow_overlap = draw(0, 1) == 1;
        }
        catalog.emplace(*organization, load_risks(*organization, risks, day("2026-03-31"), 1), options);
        draft.emplace(*catalog);
        if (!draw(0, 3)) duties.forced.push_back(id<ActivityTag>(*organization, names.back()));
        if (again) plan_again(names);
        draft->offer.open(PersonId(0), &duties);
        for (std::size_t r = 0; r < catalog->capacity.size(); ++r)
            prices.push_back(dates > 0 ? 0.1 * draw(0, 20) : 0.002 * draw(0, 3));
        if (!prices.empty()) prices[0] /= dates > 0 ? 1e5 : 100;  // per cent of the fund
        query.prices = prices;
        if (again && draw(0, 1)) {
            for (const std::int64_t capacity : catalog->capacity) room.push_back(draw(0, 2) ? capacity : capacity / 50);
            query.room = room;
        }
        draft->begin(query);
        chains.open(draft->offer);
    }

    /// The most that any choice is worth, by trying all; none: what is forced cannot be placed.
    std::optional<double> best() {
        std::optional<double> most;
        try_all(*draft, [&] {
            if (!most || draft->net() > *most) most = draft->net();
        });
        return most;
    }

    int draw(int low, int high) { return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1)); }
    double part() { return draw(0, 1000) / 1000.0; }

    std::mt19937 random;
    std::list<std::string> texts;  // what cells point into
    std::optional<Organization> organization;
    std::optional<Catalog> catalog;
    std::optional<Draft> draft;
    Offer::Duties duties;
    Anew anew;
    std::vector<double> prices;
    std::vector<std::int64_t> room;
    Query query;
    Chains chains;

private:
    // Some of it kept, or worth keeping: on its first day, on a later one, as a session.
    void plan_again(const std::vector<std::string>& names) {
        const auto& offerings = catalog->offerings;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const auto activity = static_cast<std::size_t>(id<ActivityTag>(*organization, names[i]).value());
            const std::int32_t first = catalog->first_offering[activity], last = catalog->first_offering[activity + 1];
            if (first == last) continue;
            const Offering& offering = offerings[static_cast<std::size_t>(draw(first, last - 1))];
            const ActivityId of(static_cast<std::int32_t>(activity));
            const int what = draw(0, 5);
            const Date day = offering.first + Date::duration(offering.session ? 0 : draw(0, 1) * draw(0, 80));
            if (what == 0)
                anew.begun.push_back({of, offering.session, offering.first, offering.last,
                                      (*organization)->activities.hours[activity].count()});
            else if (what < 4)
                anew.previous.push_back({PersonId(0), of, offering.session, day});
        }
        std::sort(anew.previous.begin(), anew.previous.end(),
                  [](const PreviousItem& a, const PreviousItem& b) { return a.activity < b.activity; });
        anew.change_cost = draw(0, 2) * 0.1;
        if (!draw(0, 2)) anew.at = day("2026-04-15");
        draft->offer.anew = &anew;
    }

    std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
    std::string_view number(int n, int divisor = 1) {
        std::string text = std::to_string(static_cast<double>(n) / divisor);
        if (divisor == 1) text = std::to_string(n);
        return keep(std::move(text));
    }
};

}  // namespace gradus
