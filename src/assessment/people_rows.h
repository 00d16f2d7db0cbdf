#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <gradus/base/control.h>
#include <gradus/organization/ids.h>

#include "base/parallel.h"

namespace gradus {

/// Fills a table of rows by person in two passes over fixed pieces of people: one counts, one fills.
///
/// Every piece knows where its rows begin before any is written, so pieces are filled in parallel, in place, by the
/// thread that first touches the memory.
class PeopleRows {
public:
    static constexpr std::int64_t chunk = 2048;

    /// count(first, last) → rows of the people in [first, last).
    template <class Count>
    PeopleRows(std::size_t people, int threads, Count&& count)
        : people_(static_cast<std::int64_t>(people)), threads_(threads), first_(pieces() + 1, 0) {
        parallel_for(people_, chunk, threads_, [&](std::int64_t first, std::int64_t last) {
            first_[static_cast<std::size_t>(first / chunk) + 1] = count(first, last);
        });
        for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
    }
    std::size_t rows() const { return first_.back(); }
    int threads() const { return thread_count(static_cast<std::int64_t>(pieces()), threads_); }

    /// fill(first, last, first row, last row); progress goes from `from` to `to`.
    template <class Fill>
    void fill(Control* control, double from, double to, Fill&& fill) const {
        std::atomic<std::int64_t> done{0};
        parallel_for(people_, chunk, threads_, [&](std::int64_t first, std::int64_t last) {
            const auto piece = static_cast<std::size_t>(first / chunk);
            fill(first, last, first_[piece], first_[piece + 1]);
            if (control)
                control->report(from +
                                (to - from) * static_cast<double>(done += last - first) / static_cast<double>(people_));
        });
        if (control) control->report(to);
    }

private:
    std::size_t pieces() const { return static_cast<std::size_t>((people_ + chunk - 1) / chunk); }

    std::int64_t people_;
    int threads_;
    std::vector<std::size_t> first_;
};

/// Walks the rows of one person after the other in a table sorted by person.
class RowsOfPerson {
public:
    /// Starts at `person`.
    RowsOfPerson(std::span<const PersonId> sorted, PersonId person)
        : people_(sorted),
          last_(static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), person) - sorted.begin())) {}

    /// Moves on to `person`, who must not lie before the one before.
    void go(PersonId person) {
        while (last_ < people_.size() && people_[last_] < person) ++last_;
        first_ = last_;
        while (last_ < people_.size() && people_[last_] == person) ++last_;
    }
    std::size_t first() const { return first_; }
    std::size_t last() const { return last_; }

private:
    std::span<const PersonId> people_;
    std::size_t first_ = 0, last_;
};

}  // namespace gradus
