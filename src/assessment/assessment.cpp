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

bool is_sorted(const Assessments& table, int threads) {
    std::atomic<bool> sorted{true};
    parallel_for(
        static_cast<std::int64_t>(table.size()) - 1, chunk, threads, [&](std::int64_t first, std::int64_t last) {
            for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last) && sorted; ++i) {
                const bool ordered =
                    table.person[i] < table.person[i + 1] ||
                    (table.person[i] == table.person[i + 1] && !(rating_at(table, i + 1) < rating_at(table, i)));
                if (!ordered) sorted = false;
            }
        });
    return sorted;
}

/// The rows by person (a counting sort, each part of the rows into places of its own), and within a person by the rest.
Buffer<Rating> sorted_ratings(const Assessments& table, std::size_t people, int threads) {
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
    std::vector<std::uint32_t> first_of(people + 1, 0);
    std::uint32_t next = 0;
    for (std::size_t person = 0; person < people; ++person) {
        first_of[person] = next;
        for (std::vector<std::uint32_t>& counts : place)
            if (!counts.empty()) next += std::exchange(counts[person], next);
    }
    first_of[people] = next;

    Buffer<Rating> ratings(table.size());
    parallel_for(rows, part, threads, [&](std::int64_t first, std::int64_t last) {
        std::vector<std::uint32_t>& places = place[static_cast<std::size_t>(first / part)];
        for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i)
            ratings[places[static_cast<std::size_t>(table.person[i].value())]++] = rating_at(table, i);
    });
    parallel_for(static_cast<std::int64_t>(people), 1 << 12, threads, [&](std::int64_t first, std::int64_t last) {
        for (auto person = static_cast<std::size_t>(first); person < static_cast<std::size_t>(last); ++person)
            std::sort(ratings.data() + first_of[person], ratings.data() + first_of[person + 1]);
    });
    return ratings;
}

/// Sets a column from one member of the ratings.
template <class T>
void set(Column<T>& column, const Buffer<Rating>& ratings, T Rating::*member, int threads) {
    Buffer<T> values(ratings.size());
    parallel_for(static_cast<std::int64_t>(ratings.size()), chunk, threads, [&](std::int64_t first, std::int64_t last) {
        for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i)
            values[i] = ratings[i].*member;
    });
    column.set(std::move(values));
}

void sort(Assessments& table, std::size_t people, int threads) {
    if (is_sorted(table, threads)) return;
    const Buffer<Rating> ratings = sorted_ratings(table, people, threads);
    set(table.person, ratings, &Rating::person, threads);
    set(table.capability, ratings, &Rating::capability, threads);
    set(table.source, ratings, &Rating::source, threads);
    set(table.rater, ratings, &Rating::rater, threads);
    set(table.date, ratings, &Rating::date, threads);
    set(table.level, ratings, &Rating::level, threads);
    set(table.assessment, ratings, &Rating::occasion, threads);
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
        reference.keys.set(vocabulary, std::make_shared<const Keys>(words.keys()));
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
