#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <gradus/organization/ids.h>

#include "planning/verify_calendar.h"
#include "planning/verify_learning.h"

namespace gradus::verification {

/// So much of one of the person's limits.
struct Use {
    int limit;
    std::int64_t amount;
};

/// An activity at its dates.
struct Placement {
    Date first, last;
    double share = 0;         // of the horizon's days that lie after it
    double price = 0;         // of its fund money and its seat
    std::vector<Use> uses{};  // of the person's limits, hours aside
};

/// One way of taking an activity: a session, or on demand in a period.
struct Way {
    SessionId session;
    int period = 0;  // 0-based
    /// False: prerequisites may delay it. Then `at` has the earliest dates, largest share, least price and uses.
    bool settled = true;
    Placement at{};
};

/// An activity that a person may take; the last of the choices is always not to take it.
struct Candidate {
    ActivityId activity;
    bool forced = false;
    std::int64_t minutes = 0;
    std::vector<int> after{};                    // candidates that must end before it starts
    std::vector<std::pair<int, int>> teaches{};  // subject, lesson
    std::vector<int> topics{};                   // capabilities of the person that it teaches
    std::vector<Way> ways{};
};

/// What one person may choose at given prices: each candidate at most once, in one of its ways, within the limits.
struct ChoiceProblem {
    std::vector<Candidate> candidates;  // prerequisites first
    std::vector<Subject> subjects;
    std::vector<int> topic;                   // by subject
    std::vector<std::vector<Effect>> pinned;  // by subject: what is under way
    std::vector<double> cuts;                 // share of the horizon that lies after each period's start, descending
    std::vector<std::int64_t> minutes;        // left by period; empty: no limit
    std::vector<std::int64_t> limits;         // what is left of the others
    std::vector<char> topics_pinned;          // by topic: taught by what is under way
    int topics_left = -1;                     // further topics that may be taught; -1: no limit
    bool may_overlap = false;                 // sessions in days
    double day = 0;                           // one, as a share of the horizon
    bool impossible = false;                  // what is forced cannot be
    /// Where a way that is not settled lands when it can start no earlier than on a day; none: nowhere.
    std::function<std::optional<Placement>(const Candidate&, const Way&, Date)> place;
};

struct Person;

/// The problem of a person at the prices of the case: mandatory activities are forced, those left out excluded.
/// Must not outlive the person.
ChoiceProblem make_problem(const Person& person);

}  // namespace gradus::verification
