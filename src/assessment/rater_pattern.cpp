#include "assessment/rater_pattern.h"

#include <algorithm>
#include <numeric>

#include "base/parallel.h"

namespace gradus {

namespace {

constexpr std::int64_t people_at_once = 512, rows_at_once = 512;
constexpr double small_group = 100;  // rows that a row shares its group with, on average

/// Lists made piece by piece, as one.
template <class T>
void append(std::vector<T>& all, std::vector<T>& piece) {
    all.insert(all.end(), piece.begin(), piece.end());
    piece = {};
}

}  // namespace

SharedLayout::SharedLayout(const Ratings& ratings)
    : raters(ratings.shared()), capabilities(ratings.capabilities()), common(ratings.capabilities()) {
    source.fill(-1);
    for (std::size_t s = 0; s < source_count; ++s)
        if (const auto of = static_cast<Source>(s); ratings.has(of) && of != ratings.reference()) source[s] = common++;
    level = common++;
}

RaterPattern::RaterPattern(const Ratings& ratings, const SharedLayout& layout, std::span<const std::int32_t> people,
                           int threads)
    : people_(people.begin(), people.end()), row_(static_cast<std::size_t>(layout.raters), -1) {
    list_people(ratings, layout, threads);
    list_rows(ratings, layout, threads);
    group_rows();
}

void RaterPattern::list_people(const Ratings& ratings, const SharedLayout& layout, int threads) {
    struct Piece {
        std::vector<std::int32_t> raters, common;
    };
    std::vector<Piece> pieces(people_.size() / people_at_once + 1);
    rows_first_.assign(people_.size() + 1, 0);
    common_first_.assign(people_.size() + 1, 0);
    parallel_for(
        static_cast<std::int64_t>(people_.size()), people_at_once, threads, [&](std::int64_t first, std::int64_t last) {
            Piece& piece = pieces[static_cast<std::size_t>(first / people_at_once)];
            PersonRatings own;
            for (auto place = static_cast<std::size_t>(first); place < static_cast<std::size_t>(last); ++place) {
                ratings.gather(people_[place], own);
                const std::size_t raters = piece.raters.size(), common = piece.common.size();
                for (const PersonRatings::Rater& by : own.raters)
                    if (by.shared >= 0) piece.raters.push_back(by.shared);
                std::sort(piece.raters.begin() + static_cast<std::ptrdiff_t>(raters), piece.raters.end());
                piece.common.insert(piece.common.end(), own.capabilities.begin(), own.capabilities.end());
                std::array<bool, source_count> by{};
                for (const PersonRatings::Rater& rater : own.raters) by[static_cast<std::size_t>(rater.source)] = true;
                for (std::size_t s = 0; s < source_count; ++s)
                    if (by[s] && layout.source[s] >= 0) piece.common.push_back(layout.source[s]);
                rows_first_[place + 1] = piece.raters.size() - raters;
                common_first_[place + 1] = piece.common.size() - common;
            }
        });
    for (std::size_t i = 0; i < people_.size(); ++i) {
        rows_first_[i + 1] += rows_first_[i];
        common_first_[i + 1] += common_first_[i];
    }
    rows_of_.reserve(rows_first_.back());
    common_of_.reserve(common_first_.back());
    for (Piece& piece : pieces) {
        append(rows_of_, piece.raters);
        append(common_of_, piece.common);
    }
    for (const std::int32_t rater : rows_of_) row_[static_cast<std::size_t>(rater)] = 0;
    for (std::size_t rater = 0; rater < row_.size(); ++rater)
        if (row_[rater] == 0) {
            row_[rater] = rows();
            rater_.push_back(static_cast<std::int32_t>(rater));
        }
    for (std::int32_t& rater : rows_of_) rater = row_[static_cast<std::size_t>(rater)];
}

void RaterPattern::list_rows(const Ratings& ratings, const SharedLayout& layout, int threads) {
    std::vector<std::int32_t> place_of(static_cast<std::size_t>(ratings.people()), -1);
    for (std::size_t i = 0; i < people_.size(); ++i)
        place_of[static_cast<std::size_t>(people_[i])] = static_cast<std::int32_t>(i);
    std::vector<std::vector<std::int32_t>> pieces(rater_.size() / rows_at_once + 1);
    first_.assign(rater_.size() + 1, 0);
    common_.assign(rater_.size(), 0);
    parallel_for(rows(), rows_at_once, threads, [&](std::int64_t first, std::int64_t last) {
        std::vector<std::int32_t>& columns = pieces[static_cast<std::size_t>(first / rows_at_once)];
        std::vector<std::int32_t> others;
        std::vector<char> met(static_cast<std::size_t>(layout.common), 0);
        for (auto row = static_cast<std::int32_t>(first); row < last; ++row) {
            others.clear();
            std::fill(met.begin(), met.end(), 0);
            for (const std::int32_t person : ratings.rated_by(rater(row))) {
                const std::int32_t place = place_of[static_cast<std::size_t>(person)];
                if (place < 0) continue;
                for (const std::int32_t other : rows_of(static_cast<std::size_t>(place)))
                    if (other != row) others.push_back(other);
                for (const std::int32_t number : common_of(static_cast<std::size_t>(place)))
                    met[static_cast<std::size_t>(number)] = 1;
            }
            std::sort(others.begin(), others.end());
            others.erase(std::unique(others.begin(), others.end()), others.end());
            const std::size_t before = columns.size();
            columns.insert(columns.end(), others.begin(), others.end());
            for (std::int32_t number = 0; number < layout.common; ++number)
                if (met[static_cast<std::size_t>(number)]) columns.push_back(rows() + number);
            common_[static_cast<std::size_t>(row)] = others.size();
            first_[static_cast<std::size_t>(row) + 1] = columns.size() - before;
        }
    });
    for (std::size_t row = 0; row < rater_.size(); ++row) {
        first_[row + 1] += first_[row];
        common_[row] += first_[row];
    }
    column_.reserve(first_.back());
    for (std::vector<std::int32_t>& piece : pieces) append(column_, piece);
}

void RaterPattern::group_rows() {
    std::vector<std::int32_t> above(rater_.size()), size(rater_.size(), 0);
    std::iota(above.begin(), above.end(), 0);
    const auto group_of = [&](std::int32_t row) {
        std::int32_t* up = &above[static_cast<std::size_t>(row)];
        while (*up != row) {
            *up = above[static_cast<std::size_t>(*up)];
            row = *up;
            up = &above[static_cast<std::size_t>(row)];
        }
        return row;
    };
    for (std::size_t place = 0; place < people_.size(); ++place) {
        const std::span<const std::int32_t> rows = rows_of(place);
        for (std::size_t i = 1; i < rows.size(); ++i)
            above[static_cast<std::size_t>(group_of(rows[i]))] = group_of(rows[0]);
    }
    for (std::int32_t row = 0; row < this->rows(); ++row) ++size[static_cast<std::size_t>(group_of(row))];
    double squares = 0;
    for (const std::int32_t rows : size) squares += static_cast<double>(rows) * rows;
    falls_apart_ = squares <= small_group * static_cast<double>(size.size());
}

void RaterPattern::forget_people() {
    people_ = {};
    rows_first_ = common_first_ = {};
    rows_of_ = common_of_ = {};
}

}  // namespace gradus
