#include <gradus/assessment/estimate.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "assessment/stage.h"
#include "base/parallel.h"

namespace gradus {

namespace {

/// One rating of a person's capability by one source.
struct Rating {
    std::int32_t rater;
    bool undated;  // counts as given on the day itself, so it is the newest
    Date date;
    double level;

    friend bool operator<(const Rating& a, const Rating& b) {
        return std::tie(a.rater, a.undated, a.date, a.level) < std::tie(b.rater, b.undated, b.date, b.level);
    }
};

/// The ratings of one person, capability and source, by rater.
class Raters {
public:
    Raters(const Organization& organization, const Assessments& assessments)
        : organization_(organization), assessments_(assessments) {}

    /// Collects the rows [first, last) that are not later than the day.
    void collect(std::size_t first, std::size_t last, Date as_of) {
        ratings_.clear();
        std::int32_t anonymous = -1;
        for (std::size_t row = first; row < last; ++row) {
            const Date date = assessments_.date[row];
            if (date > as_of) continue;
            RaterId rater = assessments_.rater[row];
            const Source source = assessments_.source[row];
            if (source == Source::self) rater = RaterId();
            if (!rater && source == Source::manager) rater = manager_among(first, last);
            const bool one_each = source != Source::self && source != Source::manager && source != Source::test;
            ratings_.push_back({rater      ? rater.value()
                                : one_each ? --anonymous
                                           : -1,
                                is_missing(date), date, assessments_.level[row]});
        }
        std::sort(ratings_.begin(), ratings_.end());
    }
    bool empty() const { return ratings_.empty(); }
    /// Calls visit(newest, the one before or null) for each rater.
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (std::size_t i = 0; i < ratings_.size(); ++i) {
            const bool newest = i + 1 == ratings_.size() || ratings_[i + 1].rater != ratings_[i].rater;
            const bool has_before = i > 0 && ratings_[i - 1].rater == ratings_[i].rater;
            if (newest) visit(ratings_[i], has_before ? &ratings_[i - 1] : nullptr);
        }
    }

private:
    /// A rating of the manager without a rater is of the same rater as one that names the manager.
    RaterId manager_among(std::size_t first, std::size_t last) const {
        const auto person = static_cast<std::size_t>(assessments_.person[first].value());
        const PersonId manager = organization_->people.manager[person];
        if (!manager) return RaterId();
        const std::string_view key = organization_.people()[static_cast<std::size_t>(manager.value())];
        for (std::size_t row = first; row < last; ++row)
            if (const RaterId rater = assessments_.rater[row];
                rater && (*assessments_.rater.strings())[static_cast<std::size_t>(rater.value())] == key)
                return rater;
        return RaterId();
    }

    const Organization& organization_;
    const Assessments& assessments_;
    std::vector<Rating> ratings_;
};

/// What one source says of a person's capability.
struct Summary {
    std::size_t first;  // row of the ratings
    double mean, previous, change;
    std::int32_t raters;
    Date last;
};

Summary summary(const Raters& group, std::size_t first) {
    double levels = 0, before = 0, rises = 0;
    std::int32_t count = 0, twice = 0;
    Date newest = missing<Date>();
    group.for_each([&](const Rating& now, const Rating* then) {
        ++count;
        levels += now.level;
        newest = std::max(newest, now.date);
        if (then) {
            ++twice;
            before += then->level;
            rises += now.level - then->level;
            newest = std::max(newest, then->date);  // of an undated rating and a dated one the date is known of one
        }
    });
    const double none = missing<double>();
    return {first, levels / count, twice ? before / twice : none, twice ? rises / twice : none, count, newest};
}

}  // namespace

RatingsBySource ratings_by_source(const Organization& organization, const Assessments& assessments, Date as_of,
                                  int threads) {
    Stage stage("ratings_by_source");
    stage.input(organization.digest()).input(assessments.provenance.digest);
    if (is_missing(as_of))
        throw Error(Code::invalid_option, "as_of is required: later ratings are left out", "options", 0, "as_of");
    check_keys(assessments, assessments.person, organization.people());
    check_keys(assessments, assessments.capability, organization.capabilities());

    // A piece holds the groups of ratings that begin in it.
    constexpr std::int64_t ratings_at_once = 1 << 14;
    const auto count = static_cast<std::int64_t>(assessments.size());
    const auto begins = [&](std::size_t row) {
        return row == 0 || assessments.person[row] != assessments.person[row - 1] ||
               assessments.capability[row] != assessments.capability[row - 1] ||
               assessments.source[row] != assessments.source[row - 1];
    };
    std::vector<std::vector<Summary>> pieces(static_cast<std::size_t>(count / ratings_at_once + 1));
    parallel_for(count, ratings_at_once, threads, [&](std::int64_t from, std::int64_t to) {
        Raters group(organization, assessments);
        auto first = static_cast<std::size_t>(from);
        while (first < static_cast<std::size_t>(to) && !begins(first)) ++first;
        for (std::size_t end = 0; first < static_cast<std::size_t>(to); first = end) {
            for (end = first + 1; end < assessments.size() && !begins(end); ++end) {
            }
            if (!takes_part(organization, assessments.person[first], as_of)) continue;
            group.collect(first, end, as_of);
            if (!group.empty())
                pieces[static_cast<std::size_t>(from / ratings_at_once)].push_back(summary(group, first));
        }
    });

    std::size_t rows = 0;
    for (const auto& piece : pieces) rows += piece.size();
    Buffer<PersonId> person(rows);
    Buffer<CapabilityId> capability(rows);
    Buffer<Source> source(rows);
    Buffer<double> mean(rows), previous(rows), change(rows);
    Buffer<std::int32_t> raters(rows);
    Buffer<Date> last(rows);
    std::size_t row = 0;
    for (const auto& piece : pieces)
        for (const Summary& of : piece) {
            person[row] = assessments.person[of.first];
            capability[row] = assessments.capability[of.first];
            source[row] = assessments.source[of.first];
            mean[row] = of.mean;
            raters[row] = of.raters;
            last[row] = of.last;
            previous[row] = of.previous;
            change[row] = of.change;
            ++row;
        }

    RatingsBySource result;
    result.person.set(std::move(person), organization.people().strings());
    result.capability.set(std::move(capability), organization.capabilities().strings());
    result.source.set(std::move(source));
    result.mean.set(std::move(mean));
    result.raters.set(std::move(raters));
    result.last.set(std::move(last));
    result.previous.set(std::move(previous));
    result.change.set(std::move(change));
    stage.sign(result, OptionsJson().add("as_of", as_of), as_of,
               thread_count(static_cast<std::int64_t>(pieces.size()), threads));
    return result;
}

}  // namespace gradus
