#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <gradus/assessment/assessment.h>
#include <gradus/organization/organization.h>

#include "assessment/day.h"

namespace gradus {

inline constexpr std::size_t source_count = std::size(Words<Source>::names);

/// Where a test is, it says what a level is; else whoever is nearest to it. Only differences between sources can be told.
inline constexpr Source most_trusted[] = {Source::test, Source::manager, Source::observation,
                                          Source::peer, Source::report,  Source::self};

/// What one person's ratings come to, by capability and rater. Local numbers: within the person.
///
/// Levels are counted in ranges of their scale, from the level believed before any rating.
struct PersonRatings {
    static constexpr std::int32_t anonymous = -2;

    /// What one rating says, as a normal one: Σ weight · (level - x)² = squares - 2 x sum + x² weight, in units of its source's residual
    /// variance. As given, one of `a` times as long ago as it takes to double its variance has the weight 1 / (1 + a).
    struct Terms {
        double weight, sum, squares;
    };

    struct Rater {
        std::int32_t shared;  // its number among those who rated several people; -1: nobody else
        Source source;
        bool effect;       // false: a test that names no rater has no severity
        std::int32_t key;  // of the rater; -1: the person, the manager or the test; or anonymous
    };
    struct Cell {
        std::int32_t capability, rater;  // local
        std::int32_t ratings;
        double weight, sum, squares;  // of the terms of its ratings
    };
    std::vector<std::int32_t> capabilities;  // local → number among the rated capabilities; ascending
    std::vector<Rater> raters;
    std::vector<Cell> cells;         // by capability, then rater
    std::vector<std::int32_t> cell;  // of each rating, in the order in which they came
};

/// Who rated whom by a day: the design behind an estimate.
///
/// A rater is a key together with a source: somebody's severity as a manager says nothing of it as a peer.
class Ratings {
public:
    /// `left_out`: sources whose ratings count for nothing.
    Ratings(const Organization& organization, const Day& day, const Assessments& assessments,
            double half_information_years, double prior_mean, const std::array<bool, source_count>& left_out,
            int threads);

    std::int32_t people() const { return people_; }
    bool takes_part(std::int32_t person) const { return takes_part_[static_cast<std::size_t>(person)] != 0; }
    /// Of the assessments.
    std::size_t first_row(std::int32_t person) const { return rows_[person]; }
    std::size_t last_row(std::int32_t person) const { return rows_[person + 1]; }
    bool counts(std::size_t row) const { return counts(row, as_of_); }
    bool counts(std::size_t row, Date as_of) const {
        return assessments_.date[row] <= as_of && !left_out_[static_cast<std::size_t>(assessments_.source[row])];
    }

    /// Those who take part and have a row in the assessments, ascending.
    std::vector<std::int32_t> rated() const;

    /// Capabilities with ratings, ascending.
    std::int32_t capabilities() const { return static_cast<std::int32_t>(rated_.size()); }
    CapabilityId capability(std::int32_t number) const { return rated_[number]; }
    std::int32_t number(CapabilityId capability) const { return number_[static_cast<std::size_t>(capability.value())]; }

    /// Those that occur.
    bool has(Source source) const { return present_[static_cast<std::size_t>(source)]; }
    Source reference() const { return reference_; }
    std::int64_t ratings() const { return count_; }

    /// Raters of more than one person, by key and source.
    std::int32_t shared() const { return static_cast<std::int32_t>(shared_.size()); }
    Source source(std::int32_t shared) const {
        return static_cast<Source>(shared_[shared] % static_cast<std::int64_t>(source_count));
    }
    std::int32_t key(std::int32_t shared) const {
        return static_cast<std::int32_t>(shared_[shared] / static_cast<std::int64_t>(source_count));
    }
    /// Of the key of a rater: raters' own keys, then people's.
    std::string_view name(std::int32_t key) const;
    /// The people whom a shared rater rated, ascending, and the shared raters of a person.
    std::span<const std::int32_t> rated_by(std::int32_t shared) const {
        return {rated_people_.data() + rated_first_[shared], rated_people_.data() + rated_first_[shared + 1]};
    }

    /// The person's ratings by the day.
    void gather(std::int32_t person, PersonRatings& into) const;

    /// One rating of a person, whatever table it is from.
    struct Row {
        CapabilityId capability;
        Source source;
        std::int32_t key;  // of the rater; -1: not named
        Date date;
        double level;
    };
    Row row(std::size_t row) const {
        return {assessments_.capability[row], assessments_.source[row], assessments_.rater[row].value(),
                assessments_.date[row], assessments_.level[row]};
    }
    /// The key of a rater by name; -1: neither a rater nor a person.
    std::int32_t key_of(std::string_view name) const;
    /// Keys are below.
    std::int32_t keys() const { return static_cast<std::int32_t>(shared_of_code_.size() / source_count); }
    /// The level of a rating in ranges of its scale, from the level believed before any rating.
    double level(const Row& row) const;
    /// By how much the variance of a rating has grown by the day: 1 + age / half_information_years.
    double aged(const Row& row, Date as_of) const;
    PersonRatings::Terms as_given(const Row& row, Date as_of) const;
    /// Where the level seen lies: between the half-way points to the levels next to the one given, in the units of level(). Beyond the
    /// first and the last there are none. A number between two levels is the level seen itself: both ends are equal.
    struct Interval {
        double low, high;
    };
    Interval interval(const Row& row) const;
    /// Ratings of one's own choice, by capability, then source, then rater, with what each says.
    void gather(std::int32_t person, std::span<const Row> rows, std::span<const PersonRatings::Terms> terms,
                PersonRatings& into) const;

    /// What a rating of the assessments says on the day.
    PersonRatings::Terms says(std::size_t row) const {
        return read_as_ ? (*read_as_)[row] : as_given(this->row(row), as_of_);
    }
    /// From now on a person's ratings say this, by row of the assessments, instead of what was given.
    void read_as(std::shared_ptr<const std::vector<PersonRatings::Terms>> terms) { read_as_ = std::move(terms); }

private:
    class Gathering;
    class Given;
    std::int64_t code(std::size_t row) const;

    Organization organization_;
    Assessments assessments_;
    Date as_of_;
    double half_information_years_, prior_mean_;
    std::array<bool, source_count> left_out_;
    std::int32_t people_;
    std::vector<std::size_t> rows_;
    std::vector<char> takes_part_;
    std::vector<CapabilityId> rated_;
    std::vector<std::int32_t> number_;
    std::array<bool, source_count> present_{};
    Source reference_ = Source::self;
    std::int64_t count_ = 0;
    std::vector<std::int32_t> key_of_manager_;  // by person: the key of the manager as a rater
    std::vector<std::int32_t> shared_of_code_;  // -1: not shared
    std::vector<std::int64_t> shared_;          // codes
    std::vector<std::int64_t> rated_first_;
    std::vector<std::int32_t> rated_people_;
    std::shared_ptr<const std::vector<PersonRatings::Terms>> read_as_;
};

/// Puts one person's ratings together, one after the other.
class Ratings::Gathering {
public:
    Gathering(const Ratings& ratings, std::int32_t person, PersonRatings& into);
    void add(const Row& row, const PersonRatings::Terms& terms);

private:
    std::size_t rater_of(const Row& row);

    const Ratings& ratings_;
    std::int32_t person_;
    PersonRatings& into_;
    std::size_t expected_ = 0;                            // raters mostly come in the same order for every capability
    std::unordered_map<std::int64_t, std::size_t> many_;  // where there are too many to look through
    CapabilityId last_;
};

/// What ratings say as given, one after the other: most come one day, and those of a capability together.
class Ratings::Given {
public:
    Given(const Ratings& ratings, Date as_of) : ratings_(ratings), as_of_(as_of) {}
    PersonRatings::Terms says(const Row& row);

private:
    const Ratings& ratings_;
    Date as_of_;
    bool any_ = false;
    Row before_{};
    double weight_ = 1, bottom_ = 0, per_range_ = 1;
};

}  // namespace gradus
