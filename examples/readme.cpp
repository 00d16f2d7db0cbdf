// The C++ of the README. Built and run as a test; tests/python/test_readme.py checks that the two are the same text.
#include <gradus/gradus.h>

#include <iostream>

int main() {
    std::vector<gradus::Input> tables;  // by rows from a database cursor, as here, or by Arrow streams
    auto table = [&](const char* name) -> gradus::Input& { return tables.emplace_back(name); };
    table("scales").row().set("scale", "S").set("level", "basic").row().set("scale", "S").set("level", "skilled");
    table("capabilities").row().set("capability", "SQL").set("scale", "S");
    table("roles").row().set("role", "analyst");
    table("requirements").row().set("role", "analyst").set("capability", "SQL").set("level", "skilled");
    table("people").row().set("person", "E1").set("role", "analyst").set("hours", 8);
    table("activities").row().set("activity", "A1").set("hours", 16).set("cost", 450);
    table("outcomes").row().set("activity", "A1").set("capability", "SQL").set("uplift", 1).set("probability", 0.9);

    const gradus::Organization organization(tables);
    gradus::Input ratings("assessments");
    ratings.row().set("person", "E1").set("capability", "SQL").set("level", "basic").set("source", "manager");
    const auto seen = gradus::load_assessments(organization, ratings);
    const auto estimates =
        gradus::estimate(organization, seen, {.as_of = std::chrono::sys_days{std::chrono::March / 31 / 2026}});
    const auto risks = gradus::assess_risk(organization, gradus::find_gaps(organization, estimates));
    const auto plan = gradus::optimize(organization, risks, {.months = 12});
    std::cout << plan.items.size() << " item removes " << plan.certificate.value[0]
              << " of exposure; the most possible is " << plan.certificate.bound[0] << '\n';
}
