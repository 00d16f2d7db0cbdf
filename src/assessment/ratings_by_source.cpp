#include <gradus/assessment/estimate.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "assessment/stage.h"

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

}  // namespace

RatingsBySource ratings_by_source(const Organization& organization, const Assessments& assessments, Date as_of) {
    Stage stage("ratings_by_source");
    stage.input(organization.digest()).input(assessments.provenance.digest);
    if (is_missing(as_of))
        throw Error(Code::invalid_option, "as_of is required: later ratings are left out", "options", 0, "as_of");
    check_keys(assessments, assessments.person, organization.people());
    check_keys(assessments, assessments.capability, organization.capabilities());

    std::vector<PersonId> person;
    std::vector<CapabilityId> capability;
    std::vector<Source> source;
    std::vector<double> mean, previous, change;
    std::vector<std::int32_t> raters;
    std::vector<Date> last;
    Raters group(organization, assessments);
    for (std::size_t first = 0, end = 0; first < assessments.size(); first = end) {
        const auto same = [&](std::size_t row) {
            return assessments.person[row] == assessments.person[first] &&
                   assessments.capability[row] == assessments.capability[first] &&
                   assessments.source[row] == assessments.source[first];
        };
        for (end = first + 1; end < assessments.size() && same(end); ++end) {
        }
        if (!takes_part(organization, assessments.person[first], as_of)) continue;
        group.collect(first, end, as_of);
        if (group.empty()) continue;

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
        person.push_back(assessments.person[first]);
        capability.push_back(assessments.capability[first]);
        source.push_back(assessments.source[first]);
        mean.push_back(levels / count);
        raters.push_back(count);
        last.push_back(newest);
        previous.push_back(twice ? before / twice : missing<double>());
        change.push_back(twice ? rises / twice : missing<double>());
    }

    RatingsBySource result;
    result.person.set(Buffer(person), organization.people().strings());
    result.capability.set(Buffer(capability), organization.capabilities().strings());
    result.source.set(Buffer(source));
    result.mean.set(Buffer(mean));
    result.raters.set(Buffer(raters));
    result.last.set(Buffer(last));
    result.previous.set(Buffer(previous));
    result.change.set(Buffer(change));
    stage.sign(result, OptionsJson().add("as_of", as_of), as_of, 1);
    return result;
}

}  // namespace gradus
