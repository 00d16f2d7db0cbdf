#include <gradus/risk/risk.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include "assessment/stage.h"
#include "base/parallel.h"
#include "risk/exact_sum.h"

namespace gradus {

namespace {

enum Change : std::size_t { added, removed, level_wanted, estimate_differs, impact_differs, changes };
constexpr std::array<std::string_view, changes> names = {"added", "removed", "level_wanted", "estimate", "impact"};

/// Ranks of the keys of two sorted lists in their union: ids of two organisations become comparable.
struct Ranks {
    std::vector<std::int32_t> before, after;
    std::int32_t count = 0;  // of the union

    Ranks(const AnyColumn& first, const AnyColumn& second) {
        static const Strings none;
        const Strings& a = first.strings() ? *first.strings() : none;
        const Strings& b = second.strings() ? *second.strings() : none;
        before.reserve(a.size());
        after.reserve(b.size());
        for (; before.size() < a.size() || after.size() < b.size(); ++count) {
            const bool first_left = before.size() < a.size(), second_left = after.size() < b.size();
            const int order = !first_left ? 1 : !second_left ? -1 : a[before.size()].compare(b[after.size()]);
            if (order <= 0) before.push_back(count);
            if (order >= 0) after.push_back(count);
        }
    }
};

template <class Tag>
std::int32_t rank(const std::vector<std::int32_t>& ranks, Id<Tag> id) {
    return id ? ranks[static_cast<std::size_t>(id.value())] : -1;
}

/// What became of the rows of one kind of change.
struct Tally {
    std::int32_t rows = 0, people = 0, last_person = -1;
    int128 before = 0, after = 0;

    void add(std::int32_t person, std::int64_t exposure_before, std::int64_t exposure_after) {
        ++rows;
        people += std::exchange(last_person, person) != person;
        before += exposure_before;
        after += exposure_after;
    }
    /// Adds what became of the rows of other people.
    void operator+=(const Tally& other) {
        rows += other.rows;
        people += other.people;
        before += other.before;
        after += other.after;
    }
};

/// The first row of a person of that rank or more.
std::size_t first_row(const Risks& risks, const std::vector<std::int32_t>& ranks, std::int64_t from) {
    const auto found = std::partition_point(risks.person.begin(), risks.person.end(),
                                            [&](PersonId person) { return rank(ranks, person) < from; });
    return static_cast<std::size_t>(found - risks.person.begin());
}

}  // namespace

RiskChanges compare(const Risks& before, const Risks& after, int threads) {
    Stage stage("compare");
    stage.input(before.provenance.digest).input(after.provenance.digest);
    const Ranks people(before.person, after.person), roles(before.role, after.role),
        capabilities(before.capability, after.capability);
    const auto key = [&](const Risks& risks, std::size_t row, bool first) {
        return std::tuple(rank(first ? people.before : people.after, risks.person[row]), risks.basis[row],
                          rank(first ? roles.before : roles.after, risks.role[row]),
                          rank(first ? capabilities.before : capabilities.after, risks.capability[row]));
    };
    const Grid grid(std::max(largest(before.exposure, threads), largest(after.exposure, threads)));

    // Both are sorted by their keys, and the ranks keep that order: whole people can be gone through apart.
    constexpr std::int64_t people_at_once = 4096;
    std::vector<std::array<Tally, changes>> pieces(static_cast<std::size_t>(people.count / people_at_once + 1));
    parallel_for(people.count, people_at_once, threads, [&](std::int64_t first, std::int64_t last) {
        std::array<Tally, changes>& tallies = pieces[static_cast<std::size_t>(first / people_at_once)];
        std::size_t i = first_row(before, people.before, first), j = first_row(after, people.after, first);
        const std::size_t end_before = first_row(before, people.before, last),
                          end_after = first_row(after, people.after, last);
        while (i < end_before || j < end_after) {
            const bool only_before = j == end_after || (i < end_before && key(before, i, true) < key(after, j, false));
            const bool only_after = !only_before && (i == end_before || key(after, j, false) < key(before, i, true));
            if (only_after) {
                tallies[added].add(rank(people.after, after.person[j]), 0, grid.units(after.exposure[j]));
                ++j;
            } else if (only_before) {
                tallies[removed].add(rank(people.before, before.person[i]), grid.units(before.exposure[i]), 0);
                ++i;
            } else {
                const auto differs = [&](const auto& column) { return (before.*column)[i] != (after.*column)[j]; };
                const Change change = differs(&Risks::required) ? level_wanted
                                      : differs(&Risks::mean) || differs(&Risks::sd) || differs(&Risks::likelihood) ||
                                              differs(&Risks::shortfall)
                                          ? estimate_differs
                                      : differs(&Risks::impact) ? impact_differs
                                                                : changes;
                if (change != changes)
                    tallies[change].add(rank(people.after, after.person[j]), grid.units(before.exposure[i]),
                                        grid.units(after.exposure[j]));
                ++i;
                ++j;
            }
        }
    });
    std::array<Tally, changes> tallies;
    for (const auto& piece : pieces)
        for (std::size_t c = 0; c < changes; ++c) tallies[c] += piece[c];

    auto change = std::make_shared<Strings>();
    Buffer<std::int32_t> rows(changes), distinct(changes);
    Buffer<double> exposure_before(changes), exposure_after(changes);
    for (std::size_t c = 0; c < changes; ++c) {
        change->push_back(names[c]);
        rows[c] = tallies[c].rows;
        distinct[c] = tallies[c].people;
        exposure_before[c] = grid.value(tallies[c].before);
        exposure_after[c] = grid.value(tallies[c].after);
    }
    RiskChanges result;
    result.change.set(std::move(change));
    result.rows.set(std::move(rows));
    result.people.set(std::move(distinct));
    result.exposure_before.set(std::move(exposure_before));
    result.exposure_after.set(std::move(exposure_after));
    stage.sign(result, OptionsJson(), after.provenance.as_of,
               thread_count(static_cast<std::int64_t>(pieces.size()), threads));
    return result;
}

}  // namespace gradus
