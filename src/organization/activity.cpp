#include <gradus/organization/activity.h>

#include <vector>

#include "organization/checks.h"

namespace gradus {

void settle_outcomes(Checks& checks) {
    Outcomes& outcomes = checks.tables.outcomes;
    constexpr double assumed_uplift = 0.5;
    Buffer<double> uplift(outcomes.size()), up_to(outcomes.size());
    std::size_t assumed = 0;
    for (std::size_t row = 0; row < outcomes.size(); ++row) {
        const bool given = !is_missing(outcomes.uplift[row]);
        assumed += !given;
        uplift[row] = given ? outcomes.uplift[row] : assumed_uplift;
        up_to[row] = outcomes.up_to[row];
        const ScaleId scale = checks.reference.levels->scale_of(outcomes.capability[row].value());
        if (is_missing(up_to[row]) && scale) up_to[row] = checks.reference.levels->top(scale);
    }
    outcomes.uplift.set(std::move(uplift));
    outcomes.up_to.set(std::move(up_to));
    if (assumed > 0)
        checks.warn(Code::assumed, outcomes, "uplift",
                    std::to_string(assumed) + (assumed == 1 ? " outcome has" : " outcomes have") +
                        " no uplift; 0.5 positions are assumed");
}

void check_prerequisites(Checks& checks) {
    const ActivityPrerequisites& table = checks.tables.activity_prerequisites;
    const std::span<const std::int32_t> activity(reinterpret_cast<const std::int32_t*>(table.activity.data()),
                                                 table.size());
    const std::span<const std::int32_t> prerequisite(reinterpret_cast<const std::int32_t*>(table.prerequisite.data()),
                                                     table.size());
    const Keys& keys = checks.keys("activities");
    const std::vector<std::int32_t> cycle = find_cycle(static_cast<std::int32_t>(keys.size()), activity, prerequisite);
    if (cycle.empty()) return;
    std::string circle;
    for (const std::int32_t node : cycle) circle += std::string(keys[static_cast<std::size_t>(node)]) + " → ";
    circle += keys[static_cast<std::size_t>(cycle[0])];
    const auto of_cycle = [&](std::size_t row) {
        return activity[row] == cycle[0] && prerequisite[row] == cycle[1 % cycle.size()];
    };
    std::size_t row = 0;
    while (!of_cycle(row)) ++row;
    checks.error(Code::cycle, table, row, "prerequisite", "prerequisites run in a circle: " + circle);
}

void settle_sessions(Checks& checks) {
    Sessions& sessions = checks.tables.sessions;
    const Activities& activities = checks.tables.activities;
    Buffer<Date> last_day(sessions.size());
    for (std::size_t row = 0; row < sessions.size(); ++row) {
        const Date first = sessions.first_day[row];
        last_day[row] = is_missing(sessions.last_day[row]) ? first : sessions.last_day[row];
        if (is_missing(first)) continue;
        if (last_day[row] < first)
            checks.error(Code::contradiction, sessions, row, "last_day",
                         "last_day " + text(last_day[row]) + " is before first_day " + text(first));
        if (!sessions.activity[row]) continue;
        const auto activity = static_cast<std::size_t>(sessions.activity[row].value());
        const Date from = activities.valid_from[activity], to = activities.valid_to[activity];
        if (first < from || first >= end_of(to))
            checks.warn(Code::ignored, sessions, row, "first_day",
                        "first_day " + text(first) + " is outside the validity of activity " +
                            quoted(sessions.activity, row) + " (" + text(from) + " to " + text(to) +
                            "), so the session is not offered");
    }
    sessions.last_day.set(std::move(last_day));
}

void check_enrolments(Checks& checks) {
    const Enrolments& enrolments = checks.tables.enrolments;
    const Sessions& sessions = checks.tables.sessions;
    for (std::size_t row = 0; row < enrolments.size(); ++row) {
        if (!enrolments.session[row]) continue;
        const auto session = static_cast<std::size_t>(enrolments.session[row].value());
        if (sessions.activity[session] && sessions.activity[session] != enrolments.activity[row])
            checks.error(Code::contradiction, enrolments, row, "session",
                         "session " + quoted(enrolments.session, row) + " is one of activity " +
                             quoted(sessions.activity, session) + ", not of " + quoted(enrolments.activity, row));
    }
}

void check_shares(Checks& checks, const Table& table, const Column<double>& account_share,
                  const Column<double>& employee_share) {
    for (std::size_t row = 0; row < table.size(); ++row)
        if (account_share[row] + employee_share[row] > 1 + 1e-12)
            checks.error(Code::out_of_range, table, row, "employee_share",
                         "account_share and employee_share are more than 1 together");
}

}  // namespace gradus
