#include <gradus/base/problem.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "base/utf8.h"

namespace gradus {

namespace {

constexpr std::size_t most_of_a_kind = 1000;
constexpr std::int64_t last_row = std::numeric_limits<std::int64_t>::max();

/// The tables in the order of the contract; any other comes after them, by name.
constexpr std::string_view tables[] = {"settings",
                                       "scales",
                                       "capabilities",
                                       "roles",
                                       "requirements",
                                       "units",
                                       "people",
                                       "positions",
                                       "person_attributes",
                                       "target_roles",
                                       "personal_goals",
                                       "objectives",
                                       "objective_links",
                                       "kpi_targets",
                                       "activities",
                                       "outcomes",
                                       "activity_prerequisites",
                                       "clusters",
                                       "sessions",
                                       "eligibility",
                                       "mandatory",
                                       "preferences",
                                       "enrolments",
                                       "funds",
                                       "programs",
                                       "accounts",
                                       "assessments",
                                       "review_designs",
                                       "kpis",
                                       "rollouts",
                                       "anecdotes"};

std::ptrdiff_t rank(std::string_view table) {
    return std::find(std::begin(tables), std::end(tables), table) - std::begin(tables);
}

bool before(const Problem& a, const Problem& b) {
    const auto ranks = std::pair(rank(a.table), rank(b.table));
    if (ranks.first != ranks.second) return ranks.first < ranks.second;
    return std::tie(a.table, a.row, a.column, a.severity, a.code, a.key, a.message) <
           std::tie(b.table, b.row, b.column, b.severity, b.code, b.key, b.message);
}

std::int32_t number(std::int64_t value) {
    const bool known = value > 0 && value <= std::numeric_limits<std::int32_t>::max();
    return known ? static_cast<std::int32_t>(value) : missing<std::int32_t>();
}

}  // namespace

void ProblemList::add(Problem problem) {
    errors_ = errors_ || problem.severity == Severity::error;
    Kept& kept = kinds_[{problem.table, problem.column, problem.code, problem.severity}];
    ++kept.count;
    kept.problems.push_back(std::move(problem));
    // Those of the first rows are kept, in whatever order they come, without keeping a million.
    if (kept.problems.size() < 2 * most_of_a_kind) return;
    std::nth_element(kept.problems.begin(), kept.problems.begin() + most_of_a_kind, kept.problems.end(), before);
    kept.problems.resize(most_of_a_kind);
}

void ProblemList::add(const ProblemList& other) {
    for (const auto& [kind, kept] : other.kinds_) {
        for (const Problem& problem : kept.problems) add(problem);
        kinds_[kind].count += kept.count - static_cast<std::int64_t>(kept.problems.size());
    }
}

std::shared_ptr<const Problems> join(const Problems& first, const Problems& second) {
    const std::size_t size = first.size() + second.size();
    auto joined = std::make_shared<Problems>();
    const auto values = [&](auto& into, const auto& a, const auto& b) {
        Buffer<std::decay_t<decltype(a[0])>> all(size);
        for (std::size_t row = 0; row < size; ++row) all[row] = row < first.size() ? a[row] : b[row - first.size()];
        into.set(std::move(all));
    };
    const auto texts = [&](auto& into, const auto& a, const auto& b) {
        auto all = std::make_shared<Strings>();
        for (std::size_t row = 0; row < size; ++row)
            all->push_back(row < first.size() ? a[row] : b[row - first.size()]);
        into.set(std::move(all));
    };
    values(joined->severity, first.severity, second.severity);
    texts(joined->code, first.code, second.code);
    texts(joined->table, first.table, second.table);
    values(joined->row, first.row, second.row);
    values(joined->line, first.line, second.line);
    texts(joined->column, first.column, second.column);
    texts(joined->key, first.key, second.key);
    texts(joined->message, first.message, second.message);
    return joined;
}

std::shared_ptr<const Problems> ProblemList::table() const {
    std::vector<Problem> all;
    for (const auto& [kind, kept] : kinds_) {
        std::vector<Problem> some = kept.problems;
        std::sort(some.begin(), some.end(), before);
        some.resize(std::min(some.size(), most_of_a_kind));
        const std::int64_t left_out = kept.count - static_cast<std::int64_t>(some.size());
        if (left_out > 0) {
            Problem rest{
                .severity = std::get<Severity>(kind), .code = std::get<Code>(kind), .table = std::get<0>(kind)};
            rest.column = std::get<1>(kind);
            rest.row = last_row;
            rest.message = std::to_string(left_out) + " more of this kind are not listed";
            some.push_back(std::move(rest));
        }
        std::move(some.begin(), some.end(), std::back_inserter(all));
    }
    std::sort(all.begin(), all.end(), before);

    Buffer<Severity> severity(all.size());
    Buffer<std::int32_t> row(all.size()), line(all.size());
    auto code = std::make_shared<Strings>(), table = std::make_shared<Strings>(), column = std::make_shared<Strings>(),
         key = std::make_shared<Strings>(), message = std::make_shared<Strings>();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Problem& problem = all[i];
        severity[i] = problem.severity;
        row[i] = problem.row == last_row ? missing<std::int32_t>() : number(problem.row);
        line[i] = number(problem.line);
        // What users wrote may be of any length and need not be UTF-8.
        code->push_back(to_string(problem.code));
        table->push_back(printable(problem.table));
        column->push_back(printable(problem.column));
        key->push_back(printable(problem.key));
        message->push_back(printable(problem.message, 2000));
    }
    auto problems = std::make_shared<Problems>();
    problems->severity.set(std::move(severity));
    problems->code.set(std::move(code));
    problems->table.set(std::move(table));
    problems->row.set(std::move(row));
    problems->line.set(std::move(line));
    problems->column.set(std::move(column));
    problems->key.set(std::move(key));
    problems->message.set(std::move(message));
    return problems;
}

void ProblemList::throw_errors() const {
    if (errors_) throw Error(table());
}

}  // namespace gradus
