#include "assessment/noteworthy.h"

#include <string>

#include "assessment/stage.h"

namespace gradus {

Noteworthy& Noteworthy::operator+=(const Noteworthy& other) {
    undated += other.undated, later += other.later, absent += other.absent;
    of_source += other.of_source, of_capability += other.of_capability;
    return *this;
}

void Noteworthy::warn(Date as_of, ProblemList& problems) const {
    const auto add = [&](std::int64_t count, Code code, const char* column, const char* one, const char* several,
                         const std::string& what) {
        if (count == 0) return;
        problems.add({.severity = Severity::warning,
                      .code = code,
                      .table = "assessments",
                      .column = column,
                      .message = counted(count, one, several) + " " + what});
    };
    const auto left_out = [&](std::int64_t count, const char* column, const std::string& why) {
        add(count, Code::ignored, column, "rating is", "ratings are", why);
    };
    const std::string day = to_text(as_of);
    add(undated, Code::assumed, "date", "rating has", "ratings have",
        std::string("no date and ") + (undated == 1 ? "counts" : "count") + " as given on " + day);
    left_out(later, "date", "later than as_of " + day + " and left out");
    left_out(absent, "person", "of people who take no part on " + day + " (joined, left, role) and left out");
    left_out(of_source, "source", "from a source without ratings before and left out: estimate again");
    left_out(of_capability, "capability", "of a capability without ratings before and left out: estimate again");
}

}  // namespace gradus
