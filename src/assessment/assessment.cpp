#include <gradus/assessment/assessment.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "organization/reader.h"
#include "organization/rows.h"

namespace gradus {

namespace {

constexpr std::int64_t chunk = 1 << 16;

/// One row, so that sorting moves it once instead of once per column.
struct Rating {
    PersonId person;
    CapabilityId capability;
    RaterId rater;
    Date date;
    double level;
    OccasionId occasion;
    Source source;

    auto order() const { return std::tuple(capability, source, rater, date, level, occasion); }
    friend bool operator<(const Rating& a, const Rating& b) { return a.order() < b.order(); }
};

Rating rating_at(const Assessments& table, std::size_t i) {
    return {table.person[i], table.capability[i], table.rater[i], table.date[i],
            table.level[i],  table.assessment[i], table.source[i]};
}

/// True if holds(i) for every row i but the last.
template <class Holds>
bool all_rows(const Assessments& table, int threads, Holds&& holds) {
    std::atomic<bool> all{true};
    parallel_for(static_cast<std::int64_t>(table.size()) - 1, chunk, threads,
                 [&](std::int64_t first, std::int64_t last) {
                     for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last) && all; ++i)
                         if (!holds(i)) all = false;
                 });
    return all;
}

bool is_by_person(const Assessments& table, int threads) {
    return all_rows(table, threads, [&](std::size_t i) { return table.person[i] <= table.person[i + 1]; });
}

bool is_sorted(const Assessments& table, int threads) {
    return all_rows(table, threads, [&](std::size_t i) {
        return table.person[i] != table.person[i + 1] || !(rating_at(table, i + 1) < rating_at(table, i));
    });
}

/// The rows by person: a counting sort, each part of the rows into places of its own.
Buffer<Rating> ratings_by_person(const Assessments& table, std::size_t people, int threads) {
    const auto rows = static_cast<std::int64_t>(table.size());
    constexpr std::int64_t most_counts = 1 << 24;
    const std::int64_t parts = std::clamp<std::int64_t>(most_counts / static_cast<std::int64_t>(people + 1), 1,
                                                        thread_count(rows / chunk + 1, threads));
    const std::int64_t part = (rows - 1) / parts + 1;
    std::vector<std::vector<std::uint32_t>> place(static_cast<std::size_t>(parts));
    parallel_for(rows, part, threads, [&](std::int64_t first, std::int64_t last) {
        std::vector<std::uint32_t>& counts = place[static_cast<std::size_t>(first / part)];
        counts.assign(people, 0);
        for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i)
            ++counts[static_cast<std::size_t>(table.person[i].value())];
    });
    std::uint32_t next = 0;
    for (std::size_t person = 0; person < people; ++person)
        for (std::vector<std::uint32_t>& counts : place)
            if (!counts.empty()) next += std::exchange(counts[person], next);

    Buffer<Rating> ratings(table.size());
    parallel_for(rows, part, threads, [&](std::int64_t first, std::int64_t last) {
        std::vector<std::uint32_t>& places = place[static_cast<std::size_t>(first / part)];
        for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i)
            ratings[places[static_cast<std::size_t>(table.person[i].value())]++] = rating_at(table, i);
    });
    return ratings;
}

/// The columns anew, filled by row.
struct Columns {
    explicit Columns(std::size_t rows)
        : person(rows), capability(rows), source(rows), rater(rows), date(rows), level(rows), occasion(rows) {}

    void set(std::size_t row, const Rating& rating) {
        person[row] = rating.person;
        capability[row] = rating.capability;
        source[row] = rating.source;
        rater[row] = rating.rater;
        date[row] = rating.date;
        level[row] = rating.level;
        occasion[row] = rating.occasion;
    }
    void give(Assessments& table) && {
        table.person.set(std::move(person));
        table.capability.set(std::move(capability));
        table.source.set(std::move(source));
        table.rater.set(std::move(rater));
        table.date.set(std::move(date));
        table.level.set(std::move(level));
        table.assessment.set(std::move(occasion));
    }

    Buffer<PersonId> person;
    Buffer<CapabilityId> capability;
    Buffer<Source> source;
    Buffer<RaterId> rater;
    Buffer<Date> date;
    Buffer<double> level;
    Buffer<OccasionId> occasion;
};

/// By person, and within a person by the rest: one person after the other is taken out, sorted and put into columns.
void sort(Assessments& table, std::size_t people, int threads) {
    const bool by_person = is_by_person(table, threads);
    if (by_person && is_sorted(table, threads)) return;
    const Buffer<Rating> moved = by_person ? Buffer<Rating>() : ratings_by_person(table, people, threads);
    const auto rating = [&](std::size_t i) { return by_person ? rating_at(table, i) : moved[i]; };
    const auto rows = static_cast<std::int64_t>(table.size());
    const auto person = [&](std::int64_t i) {
        const auto row = static_cast<std::size_t>(i);
        return by_person ? table.person[row] : moved[row].person;
    };
    const auto whole = [&](std::int64_t row) {  // the first row of a person from here on
        while (row > 0 && row < rows && person(row) == person(row - 1)) ++row;
        return row;
    };
    Columns columns(table.size());
    parallel_for(rows, chunk, threads, [&](std::int64_t first, std::int64_t last) {
        std::vector<Rating> own;
        last = whole(last);
        for (std::int64_t begin = whole(first), end = begin; begin < last; begin = end) {
            own.clear();
            for (; end < last && person(end) == person(begin); ++end)
                own.push_back(rating(static_cast<std::size_t>(end)));
            std::sort(own.begin(), own.end());
            for (std::size_t i = 0; i < own.size(); ++i) columns.set(static_cast<std::size_t>(begin) + i, own[i]);
        }
    });
    std::move(columns).give(table);
}

void warn_undated(const Assessments& table, ProblemList& problems) {
    const auto undated = std::count_if(table.date.begin(), table.date.end(), [](Date day) { return is_missing(day); });
    if (undated == 0) return;
    problems.add({.severity = Severity::warning,
                  .code = Code::assumed,
                  .table = "assessments",
                  .column = "date",
                  .message = std::to_string(undated) +
                             (undated == 1 ? " rating has no date and is" : " ratings have no date and are") +
                             " taken as new"});
}

}  // namespace

Assessments load_assessments(const Organization& organization, const Input& input, int threads) {
    Assessments table;
    ProblemList problems;
    Reference reference = reference_of(organization);
    Reader reader(table, &input, reference, problems, threads);
    reader.match();
    for (const std::string_view vocabulary : {RaterTag::table, OccasionTag::table}) {
        KeyCollector words;
        reader.collect(vocabulary, words);
        reference.keys.set(vocabulary, std::make_shared<const Keys>(words.keys(threads)));
    }
    reader.read();
    problems.throw_errors();
    warn_undated(table, problems);
    sort(table, organization.people().size(), threads);
    table.problems = problems.table();
    table.provenance.digest = digest_of(table);
    return table;
}

}  // namespace gradus
