#pragma once

// Organisations for the tests of estimates, gaps and risks: a small one to check by hand, and a random one.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gradus/risk/heat_map.h>

#include "organization/tables.h"

namespace gradus {

/// One person whose role needs level 4 of 5 in A. Tables given replace those of the same name.
inline std::vector<Literal> small(const std::vector<Literal>& given = {}) {
    std::vector<Literal> tables = {
        {"scales",
         {{"scale", "level"}, {"S", "novice"}, {"S", "basic"}, {"S", "able"}, {"S", "skilled"}, {"S", "expert"}}},
        {"capabilities", {{"capability", "scale"}, {"A", "S"}, {"B", "S"}}},
        {"roles", {{"role"}, {"R"}, {"T"}}},
        {"requirements", {{"role", "capability", "level"}, {"R", "A", "skilled"}}},
        {"people", {{"person", "role"}, {"p", "R"}}}};
    for (const Literal& table : given) {
        bool replaced = false;
        for (Literal& known : tables)
            if (known.table == table.table) known = table, replaced = true;
        if (!replaced) tables.push_back(table);
    }
    return tables;
}

inline const Date today = day("2026-03-31");

/// Estimates of one person each, from rows of person, capability, mean, sd and optionally ratings and last.
inline Estimates believe(const Organization& organization, Cells cells, Date as_of = today) {
    return load_estimates(organization, input({"estimates", std::move(cells)}), as_of, 1);
}

/// All values of a table, byte for byte. Texts and keys by their content.
inline std::string bytes(const Table& table) {
    std::string all;
    for (std::size_t c = 0; c < table.column_count(); ++c) {
        const AnyColumn& column = table.column(c);
        const std::size_t width =
            column.type() == Type::word || column.type() == Type::boolean                                 ? 1
            : column.type() == Type::key || column.type() == Type::integer || column.type() == Type::date ? 4
                                                                                                          : 8;
        if (column.type() == Type::text)
            for (std::size_t i = 0; i < column.size(); ++i) all += std::string((*column.strings())[i]) + '\n';
        else
            all.append(static_cast<const char*>(column.data()), column.size() * width);
    }
    return all;
}

/// A random organisation with everything that gaps and risks look at, and ratings of it. Rows come in random order.
class Random {
public:
    /// `more`: capabilities that nobody needs.
    explicit Random(std::uint32_t seed, int people, std::uint32_t shuffle = 0, int more = 0)
        : draw_(seed), shuffle_(shuffle) {
        for (int i = 1; i <= 5; ++i) add("scales", {{"scale", "S"}, {"level", "l" + n(i)}, {"position", n(i)}});
        for (int i = 0; i <= 3; ++i) add("scales", {{"scale", "Q"}, {"level", "q" + n(i)}, {"position", n(i * i)}});
        for (int i = 0; i < 12; ++i) {
            add("capabilities",
                {{"capability", "c" + n(i)}, {"scale", i % 3 ? "S" : "Q"}, {"parent", i < 3 ? "" : "c" + n(below(i))}});
        }
        for (int i = 0; i < more; ++i) add("capabilities", {{"capability", "z" + n(i)}, {"scale", "S"}});
        for (int i = 0; i < 5; ++i) {
            add("roles", {{"role", "r" + n(i)}, {"family", i ? "f" + n(i % 2) : ""}});
            for (int c = 0; c < 12; ++c)
                if (below(2))
                    add("requirements", {{"role", "r" + n(i)},
                                         {"capability", "c" + n(c)},
                                         {"level", n(1 + below(4))},
                                         {"criticality", below(3) ? n(1 + below(5)) : ""},
                                         {"max_level", below(3) ? "" : n(4)},
                                         {"valid_to", below(6) ? "" : "2026-01-01"}});
        }
        for (int i = 0; i < 6; ++i) add("units", {{"unit", "u" + n(i)}, {"parent", i ? "u" + n(below(i)) : ""}});
        for (int i = 0; i < 5; ++i) {
            add("objectives",
                {{"objective", "o" + n(i)}, {"weight", n(1 + below(4))}, {"parent", i ? "o" + n(below(i)) : ""}});
            for (int k = 0; k < 4; ++k)
                add("objective_links", {{"objective", "o" + n(i)},
                                        {"capability", "c" + n((3 * i + 5 * k) % 12)},
                                        {"strength", "0." + n(1 + below(9))},
                                        {"unit", below(2) ? "" : "u" + n(below(6))},
                                        {"role", below(3) ? "" : "r" + n(below(5))},
                                        {"target_role", below(5) ? "" : "r" + n(below(5))},
                                        {"person", below(8) ? "" : "p" + n(1000 + below(people))},
                                        {"persona", below(6) ? "" : "x" + n(below(2))}});
        }
        for (int i = 0; i < 8; ++i) {
            add("activities", {{"activity", "a" + n(i)}, {"kind", i % 3 ? "k" + n(i % 2) : ""}});
            for (int k = 0; k < 3; ++k)
                add("outcomes", {{"activity", "a" + n(i)},
                                 {"capability", "c" + n((i + k * 4) % 12)},
                                 {"uplift", "0." + n(2 + below(7))},
                                 {"up_to", below(2) ? "" : n(1 + below(4))},
                                 {"probability", "0." + n(1 + below(9))}});
        }
        for (int i = 0; i < people; ++i) person(i, people);
    }

    Organization organization(int threads = 1) { return Organization(all_inputs(), threads); }
    Assessments assessments(const Organization& organization, int threads = 1) {
        return load_assessments(organization, input_of("assessments"), threads);
    }

private:
    using Row = std::vector<std::pair<std::string_view, std::string>>;

    static std::string n(int number) { return std::to_string(number); }
    int below(int n) { return static_cast<int>(draw_() % static_cast<unsigned>(n)); }
    void add(std::string_view table, Row row) {
        for (auto& [name, rows] : tables_)
            if (name == table) return rows.push_back(std::move(row));
        tables_.emplace_back(table, std::vector<Row>{std::move(row)});
    }
    std::string date() { return "202" + n(3 + below(4)) + "-0" + n(1 + below(9)) + "-1" + n(below(10)); }

    void person(int i, int people) {
        const std::string key = "p" + n(1000 + i), role = "r" + n(below(5));
        add("people", {{"person", key},
                       {"role", role},
                       {"unit", below(7) ? "u" + n(below(6)) : ""},
                       {"persona", below(3) ? "x" + n(below(2)) : ""},
                       {"manager", i ? "p" + n(1000 + below(i)) : ""},
                       {"left", below(10) ? "" : "2026-01-01"}});
        if (below(4) == 0) add("positions", {{"person", key}, {"role", "r" + n(below(5))}, {"valid_from", date()}});
        for (int t = 0; t < 2; ++t)
            if (const std::string target = "r" + n(t + below(4)); below(3) == 0 && target != last_target_)
                add("target_roles", {{"person", key}, {"role", last_target_ = target}});
        last_target_.clear();
        if (below(3) == 0)
            add("personal_goals", {{"person", key}, {"capability", "c" + n(below(12))}, {"level", n(1 + below(4))}});
        if (below(2)) add("preferences", {{"person", key}, {"kind", "k" + n(below(2))}, {"weight", n(below(3))}});
        for (int k = below(4); k > 0; --k)
            add("enrolments", {{"person", key},
                               {"activity", "a" + n(below(8))},
                               {"status", below(4) ? "completed" : "enrolled"},
                               {"date", below(4) ? date() : ""}});
        static constexpr const char* sources[] = {"self", "manager", "peer", "report", "test", "observation"};
        for (int k = below(10); k > 0; --k)
            add("assessments", {{"person", key},
                                {"capability", "c" + n(below(12))},
                                {"level", n(1 + below(4))},
                                {"source", sources[below(6)]},
                                {"date", below(5) ? date() : ""},
                                {"rater", below(2) ? "" : "p" + n(1000 + below(people))}});
    }

    Input input_of(std::string_view table) {
        Input input{std::string(table)};
        for (auto& [name, rows] : tables_) {
            if (name != table) continue;
            std::mt19937 order(shuffle_);
            if (shuffle_) std::shuffle(rows.begin(), rows.end(), order);
            for (const Row& row : rows) {
                input.row();
                for (const auto& [column, text] : row) input.set(column, std::string_view(text));
            }
        }
        return input;
    }
    std::vector<Input> all_inputs() {
        std::vector<Input> all;
        for (const auto& [name, rows] : tables_)
            if (name != "assessments") all.push_back(input_of(name));
        return all;
    }

    std::mt19937 draw_;
    std::uint32_t shuffle_;
    std::string last_target_;
    std::vector<std::pair<std::string_view, std::vector<Row>>> tables_;
};

}  // namespace gradus
