#include <gradus/planning/mip.h>

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gradus/base/error.h>
#include <gradus/planning/optimize.h>
#include <gradus/planning/verify.h>

#include "organization/tables.h"

namespace gradus {
namespace {

// Two people, courses that follow one another, sessions, a fund with a part, an account, a duty and a pin.
std::vector<Literal> everything() {
    return {
        {"scales", {{"scale", "level"}, {"s", "1"}, {"s", "2"}, {"s", "3"}, {"s", "4"}, {"s", "5"}}},
        {"capabilities", {{"capability", "scale"}, {"A", "s"}, {"B", "s"}}},
        {"roles", {{"role"}, {"R"}}},
        {"units", {{"unit"}, {"U"}}},
        {"people",
         {{"person", "role", "hours", "unit"}, {"P1", "R", "10", "U"}, {"P 2", "R", "20", "U"}, {"P3", "R", "", ""}}},
        {"activities",
         {{"activity", "kind", "hours", "cost", "days", "account_share"},
          {"Basics", "course", "8", "100", "5", ""},
          {"Further", "course", "20", "300", "10", "0.5"},
          {"Class", "class", "10", "50", "", ""},
          {"Duty", "class", "4", "20", "1", ""},
          {"Running", "", "2", "10", "30", ""}}},
        {"outcomes",
         {{"activity", "capability", "uplift"},
          {"Basics", "A", "0.5"},
          {"Further", "A", "2"},
          {"Class", "A", "1"},
          {"Class", "B", "0.75"},
          {"Running", "B", "0.5"}}},
        {"activity_prerequisites", {{"activity", "prerequisite"}, {"Further", "Basics"}, {"Further", "Class"}}},
        {"sessions",
         {{"session", "activity", "first_day", "last_day", "seats"},
          {"S1", "Class", "2026-04-10", "2026-04-12", "1"},
          {"S2", "Class", "2026-08-10", "2026-08-12", "2"}}},
        {"mandatory", {{"activity", "person", "due"}, {"Duty", "P1", "2026-05-31"}}},
        {"enrolments", {{"person", "activity", "status", "date"}, {"P 2", "Running", "in_progress", "2026-03-20"}}},
        {"funds", {{"fund", "amount", "parent", "unit"}, {"all", "900", "", ""}, {"part", "500", "all", "U"}}},
        {"accounts", {{"person", "kind", "available"}, {"P1", "money", "200"}}},
    };
}

struct Case {
    Organization organization;
    Risks risks;
};

// Risk rows of one role: person, capability, required, mean; sd 0.
Case make(const std::vector<Literal>& tables, std::string_view sd = "0") {
    const Organization organization = build(tables);
    Input rows("risks");
    const auto row = [&](const char* person, const char* capability, const char* required, const char* mean) {
        rows.row()
            .set("basis", "role")
            .set("role", "R")
            .set("likelihood", 1)
            .set("shortfall", 1)
            .set("criticality", 3)
            .set("impact", 3)
            .set("person", person)
            .set("capability", capability)
            .set("required", required)
            .set("mean", mean)
            .set("sd", sd);
    };
    row("P1", "A", "4", "1.5");
    row("P1", "B", "3", "1");
    row("P 2", "A", "5", "3");
    row("P 2", "B", "2", "1");
    row("P3", "A", "4", "2");
    return {organization, load_risks(organization, rows, day("2026-03-31"), 1)};
}

OptimizeOptions start() {
    OptimizeOptions options;
    options.start = day("2026-04-01");
    return options;
}

std::string exported(const Case& c, const OptimizeOptions& options = start()) {
    std::ostringstream file;
    export_mps(c.organization, c.risks, file, options);
    return file.str();
}

// A reader of what free MPS allows and export_mps uses; names in their order of appearance.
struct Mps {
    struct Row {
        char sense = 'L';
        double limit = 0;
        std::map<std::string, double> entries{};
    };
    struct Column {
        double cost = 0, low = 0, high = std::numeric_limits<double>::infinity();
        bool binary = false;
    };
    std::map<std::string, Row> rows;
    std::map<std::string, Column> columns;

    explicit Mps(const std::string& text) {
        std::istringstream lines(text);
        std::string line, section;
        while (std::getline(lines, line)) {
            if (line.empty() || line[0] == '*') continue;
            std::istringstream fields(line);
            if (line[0] != ' ') {
                fields >> section;
                continue;
            }
            std::vector<std::string> field;
            for (std::string word; fields >> word;) field.push_back(word);
            if (section == "ROWS") {
                EXPECT_TRUE(rows.emplace(field.at(1), Row{field.at(0).at(0)}).second) << field[1];
            } else if (section == "COLUMNS") {
                EXPECT_TRUE(rows.contains(field.at(1))) << line;
                Column& column = columns[field[0]];
                if (field[1] == "minus_value")
                    column.cost = std::stod(field.at(2));
                else
                    EXPECT_TRUE(rows[field[1]].entries.emplace(field[0], std::stod(field.at(2))).second) << line;
            } else if (section == "RHS") {
                EXPECT_TRUE(rows.contains(field.at(1))) << line;
                rows[field[1]].limit = std::stod(field.at(2));
            } else if (section == "BOUNDS") {
                EXPECT_TRUE(columns.contains(field.at(2))) << line;
                Column& column = columns[field[2]];
                column.high = field.size() > 3 ? std::stod(field[3]) : 1;
                if (field[0] == "FX") column.low = column.high;
                column.binary = field[0] == "BV";
            }
        }
        EXPECT_EQ(section, "ENDATA");
    }

    // The value of the choice of these binary columns, all others at their best; missing where a limit is broken. Pieces of
    // gains fill rows of their own, in the order of their names, by which slopes fall.
    double value(const std::vector<std::string>& chosen) const {
        std::map<std::string, double> at;
        for (const auto& [name, column] : columns) at[name] = column.low;
        for (const std::string& name : chosen) {
            const auto found = columns.find(name);
            if (found == columns.end() || !found->second.binary) return missing<double>();
            at[name] = 1;
        }
        for (const auto& [name, row] : rows) {
            if (name.rfind("teach_", 0) != 0)
                continue;  // a capability is taught where something that teaches it is taken
            double taken = 0;
            for (const auto& [column, coefficient] : row.entries) taken += std::max(0.0, coefficient) * at[column];
            for (const auto& [column, coefficient] : row.entries)
                if (coefficient < 0 && taken > 0) at[column] = 1;
        }
        for (const auto& [name, row] : rows) {
            if (name.rfind("lift_", 0) != 0) continue;
            double left = 0;
            for (const auto& [column, coefficient] : row.entries) left -= coefficient * at[column];
            for (const auto& [column, coefficient] : row.entries) {
                if (columns.at(column).binary) continue;
                at[column] = std::min(left, columns.at(column).high);
                left -= at[column];
            }
        }
        for (const auto& [name, row] : rows) {
            if (name == "minus_value") continue;
            double sum = 0;
            for (const auto& [column, coefficient] : row.entries) sum += coefficient * at[column];
            if (sum > row.limit + 1e-9 || (row.sense == 'E' && sum < row.limit - 1e-9)) return missing<double>();
        }
        double value = 0;
        for (const auto& [name, column] : columns) value -= column.cost * at[name];
        return value;
    }
};

// The columns of a plan's items, pins aside.
std::vector<std::string> columns_of(const Plan& plan) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < plan.items.size(); ++i) {
        if (plan.items.reason[i] == Reason::pinned) continue;
        const SessionId session = plan.items.session[i];
        const std::chrono::year_month_day first{std::chrono::sys_days(plan.items.first_day[i])};
        char when[32];
        if (session)
            std::snprintf(when, sizeof when, "s%d", session.value() + 1);
        else
            std::snprintf(when, sizeof when, "d%04d%02u%02u", int(first.year()), unsigned(first.month()),
                          unsigned(first.day()));
        names.push_back("x_p" + std::to_string(plan.items.person[i].value() + 1) + "_a" +
                        std::to_string(plan.items.activity[i].value() + 1) + "_" + when);
    }
    return names;
}

// The best value, by trying every choice: a row that nothing can mend any more ends a branch.
double best(const Mps& mps) {
    std::vector<std::string> binaries, chosen;
    for (const auto& [name, column] : mps.columns)
        if (column.binary) binaries.push_back(name);
    double most = -std::numeric_limits<double>::infinity();
    const auto broken = [&] {
        for (const auto& [name, row] : mps.rows) {
            if (name.rfind("once", 0) != 0) continue;
            double sum = 0;
            for (const std::string& column : chosen)
                if (row.entries.contains(column)) sum += row.entries.at(column);
            if (sum > row.limit) return true;
        }
        return false;
    };
    const std::function<void(std::size_t)> extend = [&](std::size_t next) {
        if (next == binaries.size()) {
            const double value = mps.value(chosen);
            if (value > most) most = value;
            return;
        }
        extend(next + 1);
        chosen.push_back(binaries[next]);
        if (!broken()) extend(next + 1);
        chosen.pop_back();
    };
    extend(0);
    return most;
}

TEST(Mip, ThePlanKeepsEveryRowAndHasTheValueThatItStates) {
    for (const bool overlap : {false, true})
        for (const int period : {3, 6}) {
            const Case c = make(everything());
            OptimizeOptions options = start();
            options.allow_overlap = overlap;
            options.period_months = period;
            options.gap = 0;
            const Plan plan = optimize(c.organization, c.risks, options);
            ASSERT_EQ(plan.certificate.conflicts[0], 0);
            const Mps mps(exported(c, options));
            EXPECT_GT(plan.certificate.value[0], 0);
            EXPECT_NEAR(mps.value(columns_of(plan)), plan.certificate.value[0], 1e-9);
        }
}

TEST(Mip, MaximaAreRows) {
    const Case c = make(everything());
    OptimizeOptions options = start();
    options.gap = 0;
    const Plan free = optimize(c.organization, c.risks, options);
    const std::vector<std::string> all = columns_of(free);
    for (auto most :
         {&OptimizeOptions::max_activities, &OptimizeOptions::max_capabilities, &OptimizeOptions::max_of_a_kind}) {
        OptimizeOptions limited = options;
        limited.*most = 1;
        const Mps mps(exported(c, limited));
        EXPECT_TRUE(is_missing(mps.value(all)));  // what was best breaks it
        const Plan plan = optimize(c.organization, c.risks, limited);
        EXPECT_LT(plan.certificate.value[0], free.certificate.value[0]);
        EXPECT_NEAR(mps.value(columns_of(plan)), plan.certificate.value[0], 1e-9);
    }
}

std::string mark(const std::string& text) {
    const std::size_t at = text.find("\n gradus_") + 2;
    return text.substr(at, text.find(' ', at) - at);
}

Plan read(const Case& c, const std::string& solution, const OptimizeOptions& options,
          std::optional<double> bound = {}) {
    std::istringstream file(solution);
    return read_solution(c.organization, c.risks, file, options, bound);
}

template <class T>
void expect_same(const Column<T>& one, const Column<T>& other) {
    ASSERT_EQ(one.size(), other.size());
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i], other[i]) << one.field().name << " of row " << i;
}

TEST(Mip, APlanComesBackAsItWas) {
    const Case c = make(everything());
    OptimizeOptions options = start();
    options.gap = 0;
    const Plan plan = optimize(c.organization, c.risks, options);
    std::string solution = mark(exported(c, options)) + " 1\n";
    for (const std::string& name : columns_of(plan)) solution += name + " 1\n";
    const Plan back = read(c, solution, options, plan.certificate.bound[0]);
    expect_same(back.items.person, plan.items.person);
    expect_same(back.items.activity, plan.items.activity);
    expect_same(back.items.session, plan.items.session);
    expect_same(back.items.first_day, plan.items.first_day);
    expect_same(back.items.last_day, plan.items.last_day);
    expect_same(back.items.period, plan.items.period);
    expect_same(back.items.hours, plan.items.hours);
    expect_same(back.items.cost, plan.items.cost);
    expect_same(back.items.fund, plan.items.fund);
    expect_same(back.items.fund_cost, plan.items.fund_cost);
    expect_same(back.items.account_cost, plan.items.account_cost);
    expect_same(back.items.employee_cost, plan.items.employee_cost);
    expect_same(back.items.gain, plan.items.gain);
    expect_same(back.items.reason, plan.items.reason);
    expect_same(back.resources.used, plan.resources.used);
    expect_same(back.resources.capacity, plan.resources.capacity);
    expect_same(back.goals.exposure_removed, plan.goals.exposure_removed);
    EXPECT_DOUBLE_EQ(back.certificate.value[0], plan.certificate.value[0]);
    EXPECT_DOUBLE_EQ(back.certificate.bound[0], plan.certificate.bound[0]);
    EXPECT_EQ(back.certificate.status[0], plan.certificate.status[0]);
    const Verification verdict = verify(c.organization, c.risks, back);
    EXPECT_TRUE(verdict.ok()) << (verdict.violations.size() ? verdict.violations.message[0] : "");
}

TEST(Mip, TheBoundAtNoPricesHoldsAndIsTold) {
    const Case c = make(everything());
    const OptimizeOptions options = start();
    const Plan plan = optimize(c.organization, c.risks, options);
    std::string solution = mark(exported(c, options)) + " 1\n";
    for (const std::string& name : columns_of(plan)) solution += name + " 0.999999\n";
    const Plan back = read(c, solution, options);
    EXPECT_GE(back.certificate.bound[0], plan.certificate.value[0]);
    EXPECT_EQ(back.certificate.bound[0], back.certificate.price_bound[0]);
    EXPECT_EQ(back.certificate.bound_kind[0], BoundKind::prices);
    for (const double price : back.resources.price) EXPECT_EQ(price, 0);
    for (const double value : back.resources.one_more) EXPECT_TRUE(is_missing(value));
    for (const double value : back.resources.one_fewer) EXPECT_TRUE(is_missing(value));
    const Verification verdict = verify(c.organization, c.risks, back);
    EXPECT_TRUE(verdict.ok()) << (verdict.violations.size() ? verdict.violations.message[0] : "");
}

TEST(Mip, SameBytesForAnyOrderAndThreads) {
    auto tables = everything();
    OptimizeOptions options = start();
    options.threads = 1;
    const std::string text = exported(make(tables), options);
    for (Literal& table : tables)
        if (table.table != "scales") std::reverse(table.cells.begin() + 1, table.cells.end());
    options.threads = 3;
    EXPECT_EQ(exported(make(tables), options), text);
}

TEST(Mip, KeysAreListedInOneLineEach) {
    auto tables = everything();
    for (Literal& table : tables)
        for (auto& cells : table.cells)
            for (std::string_view& cell : cells)
                if (cell == "P 2") cell = "P\n2";
    const Organization organization = build(tables);
    Input rows("risks");
    std::ostringstream file;
    export_mps(organization, load_risks(organization, rows, day("2026-03-31"), 1), file, start());
    EXPECT_NE(file.str().find("* person p1 P\\x0a2\n"), std::string::npos) << file.str();
}

void expect_refused(const std::vector<Literal>& tables, std::string_view sd, const char* table, std::int64_t row,
                    const char* column) {
    const Case c = make(tables, sd);
    try {
        exported(c);
        FAIL() << "not refused: " << table << " " << column;
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::contradiction);
        EXPECT_EQ(error.table(), table) << error.what();
        EXPECT_EQ(error.row(), row) << error.what();
        EXPECT_EQ(error.column(), column) << error.what();
        EXPECT_NE(std::string(error.what()).find("expected"), std::string::npos);
    }
}

TEST(Mip, WhatIsNotCertainIsRefusedAndNamed) {
    expect_refused(everything(), "0.25", "risks", 1, "sd");
    const auto with = [](const char* table, const char* column, const char* value, std::size_t row) {
        auto tables = everything();
        for (Literal& literal : tables)
            if (literal.table == table) {
                for (auto& cells : literal.cells) cells.push_back("");
                literal.cells[0].back() = column;
                literal.cells[row].back() = value;
            }
        return tables;
    };
    // Rows are those of the sorted tables: Basics, Class A, Class B, Further, Running.
    expect_refused(with("outcomes", "probability", "0.5", 2), "0", "outcomes", 4, "probability");
    expect_refused(with("outcomes", "up_to", "4", 4), "0", "outcomes", 3, "up_to");
    auto preferred = everything();
    preferred.push_back({"preferences", {{"person", "kind", "weight"}, {"P3", "class", "0.5"}}});
    expect_refused(preferred, "0", "preferences", 1, "weight");
    // What is under way counts where something may be added to it.
    expect_refused(with("outcomes", "probability", "0.5", 5), "0", "outcomes", 5, "probability");
}

TEST(Mip, WhatConcernsNobodyMayBeUncertain) {
    auto tables = everything();
    for (Literal& table : tables) {
        if (table.table == "outcomes") {
            for (auto& cells : table.cells) cells.push_back("");
            table.cells[0].back() = "probability";
            table.cells.push_back({"Other", "A", "1", "0.5"});
        }
        if (table.table == "activities") table.cells.push_back({"Other", "", "1", "1", "", ""});
    }
    tables.push_back({"eligibility", {{"activity", "person"}, {"Other", "P9"}}});
    for (Literal& table : tables)
        if (table.table == "people") table.cells.push_back({"P9", "R", "", ""});
    EXPECT_EQ(exported(make(tables)).find("a4_x"), std::string::npos);
    EXPECT_NO_THROW(exported(make(tables)));
}

TEST(Mip, NothingIsBetterThanTheBestPlanOfASmallOrganisation) {
    auto tables = everything();
    for (Literal& table : tables)
        if (table.table == "people") table.cells.pop_back();  // P3
    const Organization organization = build(tables);
    Input rows("risks");
    for (const auto& [person, required] : {std::pair("P1", "4"), std::pair("P 2", "5")})
        rows.row()
            .set("basis", "role")
            .set("role", "R")
            .set("likelihood", 1)
            .set("shortfall", 1)
            .set("criticality", 3)
            .set("impact", 3)
            .set("person", person)
            .set("capability", "A")
            .set("required", required)
            .set("mean", "2")
            .set("sd", 0);
    const Case c{organization, load_risks(organization, rows, day("2026-03-31"), 1)};
    OptimizeOptions options = start();
    options.months = 6;
    options.gap = 0;
    const Plan plan = optimize(c.organization, c.risks, options);
    const double most = best(Mps(exported(c, options)));
    EXPECT_GE(most, plan.certificate.value[0] - 1e-9);
    EXPECT_LE(most, plan.certificate.bound[0] + 1e-9);
}

}  // namespace
}  // namespace gradus
