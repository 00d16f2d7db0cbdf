#include <gradus/assessment/assessment.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "assessment/stage.h"
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
    /// Without raters and occasions the keys of the table stay.
    void give(Assessments& table, std::shared_ptr<const Strings> raters = nullptr,
              std::shared_ptr<const Strings> occasions = nullptr) && {
        table.person.set(std::move(person));
        table.capability.set(std::move(capability));
        table.source.set(std::move(source));
        table.rater.set(std::move(rater), std::move(raters));
        table.date.set(std::move(date));
        table.level.set(std::move(level));
        table.assessment.set(std::move(occasion), std::move(occasions));
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

/// Rows are sorted. How many repeat one of the same rater, named or known by the source, on the same day at the same level.
std::int64_t repeated(const Assessments& table, int threads) {
    const auto rows = static_cast<std::int64_t>(table.size());
    std::vector<std::int64_t> pieces(static_cast<std::size_t>(rows / chunk + 1));
    parallel_for(rows, chunk, threads, [&](std::int64_t first, std::int64_t last) {
        for (auto i = static_cast<std::size_t>(std::max<std::int64_t>(first, 1)); i < static_cast<std::size_t>(last);
             ++i) {
            const Source source = table.source[i];
            const bool known = table.rater[i] || source == Source::self || source == Source::manager;
            pieces[static_cast<std::size_t>(first / chunk)] +=
                known && !is_missing(table.date[i]) && table.person[i] == table.person[i - 1] &&
                table.capability[i] == table.capability[i - 1] && source == table.source[i - 1] &&
                table.rater[i] == table.rater[i - 1] && table.date[i] == table.date[i - 1] &&
                table.level[i] == table.level[i - 1] && table.assessment[i] == table.assessment[i - 1];
        }
    });
    return std::accumulate(pieces.begin(), pieces.end(), std::int64_t{0});
}

void warn_repeated(std::int64_t count, ProblemList& problems) {
    if (count == 0) return;
    problems.add({.severity = Severity::warning,
                  .code = Code::assumed,
                  .table = "assessments",
                  .message = counted(count, "rating repeats", "ratings repeat") +
                             " another of the same rater, day and level, and " + (count == 1 ? "counts" : "count") +
                             " once more: given twice?"});
}

/// What `source` and `rater` say together that cannot well be. Rows stand as in the input. Such ratings count as they are given.
void warn_odd(const Assessments& table, const Organization& organization, const Origin& origin, ProblemList& problems) {
    const People& people = organization->people;
    std::vector<bool> manages(people.size(), false);
    for (const PersonId manager : people.manager)
        if (manager) manages[static_cast<std::size_t>(manager.value())] = true;
    const bool managers_known = std::find(manages.begin(), manages.end(), true) != manages.end();
    const Strings& names = *table.rater.strings();
    std::vector<PersonId> as_person(names.size());
    std::int32_t at = -1;
    for (std::size_t rater = 0; rater < names.size(); ++rater) {
        const std::int32_t found = organization.people().find_after(at, names[rater]);
        if (found >= 0) as_person[rater] = PersonId(at = found);
    }
    const auto manager_fault = [&](PersonId rater, Date day) -> const char* {
        const auto place = static_cast<std::size_t>(rater.value());
        if (!rater || !manages[place]) return "nobody's manager in people";
        if (is_missing(day)) return nullptr;
        if (!is_missing(people.joined[place]) && day < people.joined[place]) return "not there yet on that day";
        return !is_missing(people.left[place]) && day >= people.left[place] ? "no longer there on that day" : nullptr;
    };
    const auto warn = [&](std::size_t row, std::string key, std::string message) {
        problems.add({.severity = Severity::warning,
                      .code = Code::contradiction,
                      .table = "assessments",
                      .row = origin.row(row),
                      .column = "rater",
                      .key = std::move(key),
                      .message = std::move(message),
                      .line = origin.line(row)});
    };
    for (std::size_t row = 0; row < table.size(); ++row) {
        if (!table.rater[row]) {
            const auto person = static_cast<std::size_t>(table.person[row].value());
            if (table.source[row] == Source::manager && managers_known && !people.manager[person])
                warn(row, {},
                     "source manager, but no rater is named and people has no manager of '" +
                         std::string(organization.people()[person]) + "'; the rating counts as of a rater of its own");
            continue;
        }
        const auto rater = static_cast<std::size_t>(table.rater[row].value());
        const bool own = as_person[rater] == table.person[row];
        const Source source = table.source[row];
        std::string fault;
        if (source == Source::self)
            fault = own ? "" : "is not the person, who alone rates as self";
        else if (own && source != Source::test)
            fault = "is the person, who rates as self";
        else if (const char* found = source == Source::manager && managers_known
                                         ? manager_fault(as_person[rater], table.date[row])
                                         : nullptr)
            fault = std::string("is ") + found;
        if (fault.empty()) continue;
        warn(row, std::string(names[rater]),
             "source " + std::string(Words<Source>::names[static_cast<std::size_t>(source)]) + ", but the rater '" +
                 std::string(names[rater]) + "' " + fault +
                 (source == Source::self ? "; it counts as the person's own" : "; the rating counts as given"));
    }
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
    warn_odd(table, organization, reader.origin(), problems);
    sort(table, organization.people().size(), threads);
    warn_repeated(repeated(table, threads), problems);
    table.problems = problems.table();
    table.provenance.digest = digest_of(table);
    return table;
}

Assessments add_assessments(const Assessments& assessments, const Assessments& added, int threads) {
    const auto with_problems = [&](Assessments table) {
        table.problems = join(*assessments.problems, *added.problems);
        return table;
    };
    if (!assessments.person.strings()) return with_problems(added);
    if (!added.person.strings()) return with_problems(assessments);
    const auto check = [](const AnyColumn& a, const AnyColumn& b) {
        if (!same(a.strings().get(), b.strings().get()))
            throw Error(Code::contradiction,
                        "the assessments were made with different organisations: their " + std::string(a.references()) +
                            " are not the same",
                        "assessments", 0, std::string(a.field().name));
    };
    check(assessments.person, added.person);
    check(assessments.capability, added.capability);

    const auto words = [](const Strings& strings) {
        std::vector<std::string_view> list;
        for (std::size_t i = 0; i < strings.size(); ++i) list.push_back(strings[i]);
        return list;
    };
    // The keys of both, and what those of one are called among them.
    const auto united = [&](const auto& column, const auto& other) {
        return Keys({words(*column.strings()), words(*other.strings())}, threads);
    };
    const auto renamed = []<class Id>(const Column<Id>& column, const Keys& keys) {
        std::vector<Id> names;
        std::int32_t at = -1;
        for (std::size_t i = 0; i < column.strings()->size(); ++i)
            names.push_back(Id(at = keys.find_after(at, (*column.strings())[i])));
        return names;
    };
    const Keys raters = united(assessments.rater, added.rater),
               occasions = united(assessments.assessment, added.assessment);
    Columns columns(assessments.size() + added.size());
    std::size_t first = 0;
    for (const Assessments* table : {&assessments, &added}) {
        const std::vector<RaterId> rater_of = renamed(table->rater, raters);
        const std::vector<OccasionId> occasion_of = renamed(table->assessment, occasions);
        parallel_for(static_cast<std::int64_t>(table->size()), chunk, threads, [&](std::int64_t from, std::int64_t to) {
            for (auto i = static_cast<std::size_t>(from); i < static_cast<std::size_t>(to); ++i) {
                Rating rating = rating_at(*table, i);
                if (rating.rater) rating.rater = rater_of[static_cast<std::size_t>(rating.rater.value())];
                if (rating.occasion) rating.occasion = occasion_of[static_cast<std::size_t>(rating.occasion.value())];
                columns.set(first + i, rating);
            }
        });
        first += table->size();
    }
    Assessments all = assessments;
    std::move(columns).give(all, raters.strings(), occasions.strings());
    sort(all, all.person.strings()->size(), threads);
    all.provenance = {};
    all.provenance.digest = digest_of(all);
    ProblemList problems;
    warn_repeated(repeated(all, threads) - repeated(assessments, threads) - repeated(added, threads), problems);
    all = with_problems(std::move(all));
    all.problems = join(*all.problems, *problems.table());
    return all;
}

}  // namespace gradus
