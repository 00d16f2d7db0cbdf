// Who rates how, and whom to ask next time: the C++ of docs/raters-and-rounds.md. Built and run as a test.
#include <gradus/gradus.h>

#include <chrono>
#include <iostream>
#include <string>

int main() {
    std::vector<gradus::Input> tables;
    auto table = [&](const char* name) -> gradus::Input& { return tables.emplace_back(name); };
    table("scales").row().set("scale", "S").set("level", "aware").row().set("scale", "S").set("level", "able");
    tables.back().row().set("scale", "S").set("level", "skilled").row().set("scale", "S").set("level", "expert");
    table("capabilities").row().set("capability", "SQL").set("scale", "S");
    table("roles").row().set("role", "analyst");
    table("requirements").row().set("role", "analyst").set("capability", "SQL").set("level", "skilled");
    gradus::Input& people = table("people");
    for (const char* person : {"E1", "E2", "E3", "E4", "E5"}) {
        people.row().set("person", person).set("role", "analyst");
        if (std::string(person) != "E1") people.set("manager", "E1");
    }
    const gradus::Organization organization(tables);

    gradus::Input ratings("assessments");  // E1 is a level more severe than the test
    for (const char* person : {"E2", "E3", "E4", "E5"})
        for (const auto& [source, level] : {std::pair("test", "skilled"), std::pair("manager", "able")})
            ratings.row()
                .set("person", person)
                .set("capability", "SQL")
                .set("source", source)
                .set("level", level)
                .set("date", "2026-03-01");
    const auto seen = gradus::load_assessments(organization, ratings);
    const gradus::Date day = std::chrono::sys_days{std::chrono::March / 31 / 2026};

    const gradus::Raters raters = gradus::report_raters(gradus::estimate(organization, seen, {.as_of = day}));
    for (std::size_t row = 0; row < raters.size(); ++row)
        std::cout << raters.rater.text(row) << " as " << raters.source.text(row) << ": severity "
                  << raters.severity[row] << ", sd " << raters.severity_sd[row] << ", identifiability "
                  << raters.identifiability[row] << '\n';

    gradus::Input rows("review_designs");
    rows.row().set("design", "manager").set("source", "manager");
    rows.row().set("design", "manager and two peers").set("source", "manager");
    rows.row().set("design", "manager and two peers").set("source", "peer").set("raters", 2);
    const auto designs = gradus::load_review_designs(organization, rows);
    const gradus::DesignReview review =
        gradus::review_design(organization, seen, designs, {.estimate = {.as_of = day}, .repetitions = 20});
    for (std::size_t row = 0; row < review.size(); ++row)
        std::cout << (row == 0 ? "no round" : review.design.text(row)) << ": levels known to \u00b1"
                  << review.interval[row] / 2 << " of the range of the scale (95 %)\n";
}
