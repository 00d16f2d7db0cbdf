#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "assessment/ratings.h"

namespace gradus {

/// Which unknowns are shared by several people, and their numbers: severities of shared raters, then what is common to all.
struct SharedLayout {
    explicit SharedLayout(const Ratings& ratings);

    std::int32_t raters, capabilities, common;      // common: capabilities, sources but the reference, level
    std::array<std::int32_t, source_count> source;  // number among the common; -1: the reference, or absent
    std::int32_t level;                             // the same: what difficulties are believed to have in common

    std::int32_t size() const { return raters + common; }
    std::int32_t source_of(const PersonRatings::Rater& rater) const {
        return source[static_cast<std::size_t>(rater.source)];
    }
};

/// What of it meets in whom: one row for each shared rater who rated any of certain people. It depends on who rated whom alone.
class RaterPattern {
public:
    /// `people`: who take part, ascending.
    RaterPattern(const Ratings& ratings, const SharedLayout& layout, std::span<const std::int32_t> people, int threads);

    std::span<const std::int32_t> people() const { return people_; }
    std::int32_t rows() const { return static_cast<std::int32_t>(rater_.size()); }
    std::int32_t rater(std::int32_t row) const { return rater_[static_cast<std::size_t>(row)]; }
    /// -1: none of the people was rated by that rater.
    std::int32_t row(std::int32_t rater) const { return row_[static_cast<std::size_t>(rater)]; }

    /// Entries of a row besides the diagonal, ascending: other rows, then rows() + the number of what is common.
    std::size_t first(std::int32_t row) const { return first_[static_cast<std::size_t>(row)]; }
    std::size_t common(std::int32_t row) const { return common_[static_cast<std::size_t>(row)]; }
    std::size_t last(std::int32_t row) const { return first_[static_cast<std::size_t>(row) + 1]; }
    std::size_t entries() const { return column_.size(); }
    std::int32_t column(std::size_t entry) const { return column_[entry]; }
    const std::int32_t* columns() const { return column_.data(); }

    /// Of the person at a place among the people: the rows of shared raters, and the common numbers but the level, ascending.
    std::span<const std::int32_t> rows_of(std::size_t place) const {
        return {rows_of_.data() + rows_first_[place], rows_of_.data() + rows_first_[place + 1]};
    }
    /// Where the first of rows_of(place) stands among all people's.
    std::size_t slot(std::size_t place) const { return rows_first_[place]; }
    std::size_t slots() const { return rows_of_.size(); }
    std::span<const std::int32_t> common_of(std::size_t place) const {
        return {common_of_.data() + common_first_[place], common_of_.data() + common_first_[place + 1]};
    }
    /// Whether the rows fall apart into groups that no person ties together, and these are small: then so is a Cholesky factor.
    bool falls_apart() const { return falls_apart_; }

    /// Forgets what concerns single people.
    void forget_people();

private:
    void list_people(const Ratings& ratings, const SharedLayout& layout, int threads);
    void list_rows(const Ratings& ratings, const SharedLayout& layout, int threads);
    void group_rows();

    std::vector<std::int32_t> people_, rater_, row_;
    std::vector<std::size_t> first_, common_;
    std::vector<std::int32_t> column_;
    std::vector<std::size_t> rows_first_, common_first_;
    std::vector<std::int32_t> rows_of_, common_of_;
    bool falls_apart_ = false;
};

}  // namespace gradus
