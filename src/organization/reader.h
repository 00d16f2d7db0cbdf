#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "organization/keyring.h"
#include "organization/levels.h"
#include "organization/parse.h"

#include <gradus/base/input.h>
#include <gradus/base/problem.h>
#include <gradus/base/table.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// What the cells of a table are read against. Filled on the way: keys first, levels after scales and capabilities.
struct Reference {
    Keyring keys{};
    std::optional<Levels> levels{};
    int minor_digits = 2;
};

/// What tables that stand apart from an organisation are read against. Must not outlive the organisation.
Reference reference_of(const Organization& organization);

/// Where the rows of a table came from.
struct Origin {
    const Input* input = nullptr;
    std::vector<std::int32_t> rows{};  ///< row of the input by row of the table; empty: the same

    std::int64_t row(std::size_t i) const;   ///< 1-based
    std::int64_t line(std::size_t i) const;  ///< 0: not known
};

/// Reads one table from an input: the one reader of all tables, driven by the description of their columns.
class Reader {
public:
    /// `input` may be null (a table without rows). All that is referred to must outlive the reader.
    Reader(Table& table, const Input* input, const Reference& reference, ProblemList& problems, int threads);

    /// Finds the input's columns. An input of another table is a problem, and has none.
    void match();
    /// Collects the keys of this table if it is `name`, or the words in the columns of the vocabulary `name`.
    void collect(std::string_view name, KeyCollector& keys);
    /// Reads every column. Rows stand as in the input.
    void read();
    /// Sorts the rows by the identity columns, then all others. Drops repeats, rows that contradict an earlier one and
    /// rows whose identity could not be read: the rows of a table that has keys are then its ids.
    void sort();

    Table& table() const { return table_; }
    /// Null: not given.
    const Input* input() const { return input_; }
    /// Where the rows came from, after sort().
    Origin& origin() { return origin_; }

private:
    struct Found {
        std::int64_t row;
        Fault fault;
    };

    AnyColumn& column(std::size_t index) const;
    const AnyColumn* sibling(std::string_view name) const { return table_.find(name); }
    Cell cell(std::size_t index, std::int64_t row) const;

    /// Rows are read in parts, one per thread, so that each part looks up every entry of a dictionary once.
    std::int64_t chunk() const;
    std::int64_t parts() const;

    void read_column(std::size_t index);
    void read_key(std::size_t index);
    void read_coded(std::size_t index, const Keys& keys);
    void read_text(std::size_t index);
    void read_level(std::size_t index);
    void read_amount(std::size_t index);
    template <class T, class MakeParse, class Settle>
    Buffer<T> fill(std::size_t index, T absent, MakeParse&& make_parse, Settle&& settle);
    template <class T, class Parse>
    Buffer<T> fill(std::size_t index, T absent, Parse&& parse);

    void report(std::size_t index, const std::vector<std::vector<Found>>& found);
    std::string explain_at(std::size_t index, Found found);
    std::string suggest(std::string_view text, std::string_view references);
    Problem problem(Code code, std::int64_t row, std::string_view column) const;

    std::vector<std::int32_t> rows_by_leading_key() const;
    std::int32_t settle_repeats(std::span<std::int32_t> run);
    std::string name_of(std::int32_t row) const;

    Table& table_;
    const Input* input_;
    const Reference& reference_;
    ProblemList& problems_;
    int threads_;
    std::int64_t rows_ = 0;
    std::int64_t comparisons_left_ = 2'000'000;  // spent on suggestions: a million typing errors must not take an hour
    std::vector<const InputColumn*> sources_;    // by column of the table; null: absent
    std::vector<CodedColumn> coded_;             // by column of the table: those whose keys were collected here
    std::vector<std::uint8_t> unnamed_;          // by row: its identity could not be read
    Origin origin_;
};

}  // namespace gradus
