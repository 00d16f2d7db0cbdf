#pragma once

#include <span>
#include <utility>
#include <vector>

#include "planning/verify_case.h"
#include "planning/verify_learning.h"

namespace gradus::verification {

/// The levels of one person that are wanted, and what some activities teach of them (§3.4, §3.5).
struct Worth {
    /// `activities` without repeats; each lesson of theirs has a number within its subject.
    Worth(const Person& person, std::span<const ActivityId> activities);

    std::vector<Subject> subjects;
    std::vector<int> topic;  // by subject: its capability among those of the person
    int topics = 0;
    std::vector<std::vector<std::pair<int, int>>> teaches;  // by activity given: subject, lesson
    std::vector<std::vector<int>> topics_of;                // by activity given: what it teaches, needed or not
};

/// Adds what an activity teaches to the effects of each subject, keeping them in the order of time.
void give(std::vector<std::vector<Effect>>& effects, const std::vector<std::pair<int, int>>& teaches, double share);

}  // namespace gradus::verification
