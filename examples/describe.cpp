// Every table describes itself: this program prints the data contract as Markdown from the column descriptions alone.
// `scripts/make_docs` writes its output to docs/tables.md, and a test compares the two.
#include <gradus/gradus.h>

#include <cmath>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using gradus::AnyColumn;
using gradus::Field;
using gradus::Table;
using gradus::Type;

std::string number(double value) {
    std::ostringstream text;
    text << value;
    return text.str();
}

// Where no text may break a Markdown table.
std::string cell(std::string_view text) {
    std::string safe;
    for (const char c : text) safe += c == '|' ? std::string("\\|") : std::string(1, c);
    return safe;
}

std::string type(const AnyColumn& column) {
    static constexpr std::string_view names[] = {"key",  "word",  "text",  "real",   "integer", "boolean",
                                                 "date", "money", "hours", "amount", "level",   "moment"};
    std::string text(names[static_cast<std::size_t>(column.type())]);
    if (column.type() == Type::key) text += " of `" + std::string(column.references()) + "`";
    if (column.type() == Type::word) {
        text += ":";
        for (const std::string_view word : column.words()) text += " `" + std::string(word) + "`";
    }
    return text;
}

// What is allowed, and what missing stands for, beside the meaning.
std::string rules(const AnyColumn& column) {
    const Field& field = column.field();
    std::vector<std::string> rules;
    if (std::isfinite(field.low) && std::isfinite(field.high))
        rules.push_back(number(field.low) + " to " + number(field.high));
    else if (std::isfinite(field.low))
        rules.push_back((field.above_low ? "> " : "≥ ") + number(field.low));
    if (!std::isnan(field.fallback))
        rules.push_back("default " + (column.type() == Type::boolean
                                          ? std::string(field.fallback != 0 ? "true" : "false")
                                          : number(field.fallback)));
    if (field.carried) rules.push_back("*carried*");
    std::string text;
    for (const std::string& rule : rules) text += (text.empty() ? "" : "; ") + rule;
    return text;
}

// From column `first` on.
void print(const Table& table, const std::string& name, bool input, std::size_t first = 0) {
    std::string anchor;
    for (const char c : name) anchor += c == '.' ? "" : std::string(1, c);
    std::cout << "\n### " << name << "\n\n" << table.meaning() << " ([example](table-examples.md#" << anchor << ")).";
    if (first > 0) std::cout << " The columns of `gaps`, and:";
    std::cout << "\n\n| column | type | unit | "
              << (input ? "required | meaning | rules |\n|---|---|---|---|---|---|\n"
                        : "meaning |\n|---|---|---|---|\n");
    for (std::size_t i = first; i < table.column_count(); ++i) {
        const AnyColumn& column = table.column(i);
        const Field& field = column.field();
        std::cout << "| `" << field.name << "` | " << type(column) << " | " << cell(field.unit) << " | ";
        if (input) std::cout << (field.required ? "yes" : "") << " | ";
        std::cout << cell(field.meaning) << " |";
        if (input) std::cout << ' ' << rules(column) << " |";
        std::cout << '\n';
    }
}

void heading(const char* title, const char* text) { std::cout << "\n## " << title << "\n\n" << text << '\n'; }

}  // namespace

int main() {
    std::cout << "# Tables\n\n"
                 "<!-- Made by scripts/make_docs from the column descriptions in include/gradus/. Do not edit. -->\n\n"
                 "The data contract: every table, column by column. How the numbers are worked out is told by\n"
                 "[methods](methods.md), how files and frames are read by [concepts](concepts.md#reading).\n"
                 "[Tables by example](table-examples.md) shows rows of each.\n\n"
                 "A *key* names a row of the table (or a word of the vocabulary) that is given with it. A\n"
                 "*level* is read from a label of the scale or a number, and kept as a position. *Carried*\n"
                 "columns are checked, kept and handed on, and no plan is computed with them; those of `programs` are\n"
                 "for the [ledger](methods/programs.md).\n";

    heading("Input tables of an organisation",
            "Read together by `Organization`, and immutable from then on. Only `scales`, `capabilities`, `roles`,\n"
            "`requirements` and `people` are needed to find gaps.");
    const gradus::Tables tables;
    for (const Table* table : tables.all()) print(*table, std::string(table->name()), true);

    heading("Input tables of what was seen",
            "Each is read apart from the organisation, since new rows arrive every day.");
    print(gradus::Assessments(), "assessments", true);
    print(gradus::ReviewDesigns(), "review_designs", true);
    print(gradus::Kpis(), "kpis", true);
    print(gradus::Rollouts(), "rollouts", true);
    print(gradus::Anecdotes(), "anecdotes", true);

    heading("Input tables of accounts",
            "What is asked of a [ledger](ledger.md) and of [plans](methods/agreement.md), and what a report of\n"
            "programmes asks about people. What a plan holds is read from `items`, `goals` and `milestones`.");
    print(gradus::Requests(), "requests", true);
    print(gradus::PlanRequests(), "plan_requests", true);
    print(gradus::Stages(), "stages", true);

    heading("Result tables",
            "`estimates`, `gaps`, `risks`, `goals` and `milestones` may also come from outside, in this same form:\n"
            "the function that uses them takes a table with at least the columns that it names.");
    print(gradus::Problems(), "problems", false);
    const gradus::Gaps gaps;
    print(gradus::Estimates(), "estimates", false);
    print(gradus::Raters(), "raters", false);
    print(gradus::Sources(), "sources", false);
    print(gradus::VarianceReport(), "variances", false);
    print(gradus::Fairness(), "fairness", false);
    print(gradus::Residuals(), "residuals", false);
    print(gradus::RatingsBySource(), "ratings_by_source", false);
    print(gradus::DesignReview(), "design_review", false);
    print(gradus::DesignReviewCapabilities(), "design_review_capabilities", false);
    print(gradus::TrueLevels(), "true_levels", false);
    print(gaps, "gaps", false);
    print(gradus::Risks(), "risks", false, gaps.column_count());
    print(gradus::RiskChanges(), "risk_changes", false);
    print(gradus::HeatMap(), "heat_map", false);
    print(gradus::Concentration(), "concentration", false);
    print(gradus::PlanItems(), "plan.items", false);
    print(gradus::PlanPeople(), "plan.people", false);
    print(gradus::PlanGoals(), "plan.goals", false);
    print(gradus::PlanResources(), "plan.resources", false);
    print(gradus::PlanConflicts(), "plan.conflicts", false);
    print(gradus::PlanCertificate(), "plan.certificate", false);
    print(gradus::Violations(), "violations", false);
    print(gradus::Goals(), "goals", false);
    print(gradus::Milestones(), "milestones", false);
    print(gradus::GoalChecks(), "goal_checks", false);
    print(gradus::Trace(), "trace", false);
    print(gradus::ObjectiveTrace(), "objective_trace", false);
    print(gradus::ProposalSummary(), "proposal", false);
    print(gradus::ProposalChanges(), "proposal.changes", false);
    print(gradus::ProposalUses(), "proposal.uses", false);
    print(gradus::RemainingResources(), "remaining", false);
    print(gradus::Refusal(), "refusal", false);
    print(gradus::Recommendations(), "recommendations", false);
    print(gradus::Receipts(), "receipts", false);
    print(gradus::SpendingParts(), "spending_parts", false);
    print(gradus::PlanReceipts(), "plan_receipts", false);
    print(gradus::Plans(), "plans", false);
    print(gradus::PlanHistory(), "plan_history", false);
    print(gradus::AgreedItems(), "agreed_items", false);
    print(gradus::Transitions(), "transitions", false);
    print(gradus::LedgerEntries(), "ledger_entries", false);
    print(gradus::LedgerBalances(), "ledger_balances", false);
    print(gradus::LedgerPending(), "ledger_pending", false);
    print(gradus::Entitlement(), "entitlement", false);
    print(gradus::Notices(), "notices", false);
    print(gradus::ProgramReport(), "program_report", false);
}
