#pragma once

// Organisations from literal tables, for the tests of every room:
//
//     const Organization organization = build({{"roles", {{"role"}, {"R1"}}},
//                                              {"people", {{"person", "role"}, {"E1", "R1"}}}});
//
// The first row names the columns; "" is a missing cell.

#include <string>
#include <string_view>
#include <vector>

#include <gradus/assessment/assessment.h>
#include <gradus/organization/organization.h>

namespace gradus {

using Cells = std::vector<std::vector<std::string_view>>;

struct Literal {
    std::string_view table;
    Cells cells;
};

inline Input input(const Literal& literal) {
    Input input{std::string(literal.table)};
    if (literal.cells.empty()) return input;
    for (const std::string_view column : literal.cells[0]) input.column(column);
    for (std::size_t row = 1; row < literal.cells.size(); ++row) {
        input.row();
        for (std::size_t c = 0; c < literal.cells[row].size(); ++c)
            input.set(literal.cells[0].at(c), literal.cells[row][c]);
    }
    return input;
}

inline std::vector<Input> inputs(const std::vector<Literal>& tables) {
    std::vector<Input> all;
    for (const Literal& table : tables) all.push_back(input(table));
    return all;
}

inline Organization build(const std::vector<Literal>& tables, int threads = 1) {
    return Organization(inputs(tables), threads);
}

inline Assessments assess(const Organization& organization, Cells cells, int threads = 1) {
    return load_assessments(organization, input({"assessments", std::move(cells)}), threads);
}

/// The dense id of a key in a table or vocabulary, whatever its tag.
template <class Tag>
Id<Tag> id(const Organization& organization, std::string_view key) {
    return Id<Tag>(organization.keys(Tag::table).find(key));
}

/// A day: day("2026-03-31").
inline Date day(std::string_view iso) {
    const auto part = [&](std::size_t from, std::size_t size) {
        return std::stoi(std::string(iso.substr(from, size)));
    };
    return Date(std::chrono::time_point_cast<Date::duration>(
        std::chrono::sys_days(std::chrono::year(part(0, 4)) / part(5, 2) / part(8, 2))));
}

/// The message of each problem, warnings included, as "severity code table row column: message"; of a load that fails,
/// those of the error.
inline std::vector<std::string> told(const Problems& problems) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < problems.size(); ++i) {
        std::string line(Words<Severity>::names[static_cast<std::size_t>(problems.severity[i])]);
        line += " " + std::string(problems.code[i]) + " " + std::string(problems.table[i]);
        if (!is_missing(problems.row[i])) line += " " + std::to_string(problems.row[i]);
        if (!problems.column[i].empty()) line += " " + std::string(problems.column[i]);
        all.push_back(line + ": " + std::string(problems.message[i]));
    }
    return all;
}

inline std::vector<std::string> told(const std::vector<Literal>& tables) {
    try {
        return told(build(tables).problems());
    } catch (const Error& error) {
        return error.problems() ? told(*error.problems()) : std::vector<std::string>{error.what()};
    }
}

}  // namespace gradus
