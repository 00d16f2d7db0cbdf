#include "assessment/review_rounds.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "assessment/people_rows.h"

namespace gradus {

namespace {

struct Rating {
    CapabilityId capability;
    Source source;
    RaterId rater;
    Date date;
    double level;

    auto order() const { return std::tuple(capability, source, rater, date, level); }
};

}  // namespace

/// The ratings of one person after the other.
class ReviewRounds::Person {
public:
    Person(const ReviewRounds& rounds, const Draws& draws, const ReviewDesign* design, Before earlier,
           std::int64_t first)
        : rounds_(rounds), draws_(draws), design_(design), before_(earlier),
          rows_(rounds.before_.person, PersonId(static_cast<std::int32_t>(first))) {}

    /// Sorted. Without `levels` they are 0.
    std::span<const Rating> go(std::int64_t i, bool levels) {
        person_ = PersonId(static_cast<std::int32_t>(i));
        levels_ = levels;
        level_of_ = CapabilityId();
        made_.clear();
        rows_.go(person_);
        if (!rounds_.day_.role(person_)) return made_;
        if (before_ == Before::drawn_anew) keep();
        if (design_) ask();
        std::sort(made_.begin(), made_.end(), [](const Rating& a, const Rating& b) { return a.order() < b.order(); });
        return made_;
    }
    Counts counts;  // of the people so far

private:
    // What raters and repeated ratings are told apart by, where draws are of them: nobody (no severity), the row of an anonymous
    // rating, and the ratings there are, which are not those of the round.
    static constexpr std::uint64_t nobody = ~std::uint64_t{0}, unnamed = std::uint64_t{1} << 62,
                                   before = std::uint64_t{1} << 32;

    void keep() {
        const Assessments& table = rounds_.before_;
        for (std::size_t row = rows_.first(); row < rows_.last(); ++row) {
            if (table.date[row] > rounds_.options_.as_of) continue;
            const Source source = table.source[row];
            RaterId rater = table.rater[row];
            std::uint64_t by = unnamed + row;
            if (rater)
                by = static_cast<std::uint64_t>((rater = rounds_.renamed_[rounds_.place(rater)]).value());
            else if (source == Source::test)
                by = nobody;
            else if (source == Source::self)
                by = as_rater(person_);
            else if (source == Source::manager && rounds_.manager(person_))
                by = as_rater(rounds_.manager(person_));
            add(table.capability[row], source, rater, table.date[row], by, before + row - rows_.first());
        }
    }
    void ask() {
        rounds_.day_.needed(person_, needed_);
        for (auto& of_source : drawn_)
            for (auto& drawn : of_source) drawn.reset();
        met_.clear();
        lacking_.fill(0);
        for (const CapabilityId capability : needed_)
            for (std::size_t s = 0; s < source_count; ++s) {
                const Asked asked = design_->of(capability, s);
                if (asked.raters > 0) ask(capability, static_cast<Source>(s), asked);
            }
        std::sort(met_.begin(), met_.end());
        counts.raters += std::unique(met_.begin(), met_.end()) - met_.begin();
        counts.lacking += std::any_of(lacking_.begin(), lacking_.end(), [](std::int32_t lacks) { return lacks > 0; });
        for (std::size_t s = 0; s < source_count; ++s) {
            counts.lacks[s].people += lacking_[s] > 0;
            counts.lacks[s].raters += lacking_[s];
        }
    }
    void ask(CapabilityId capability, Source source, const Asked& asked) {
        const auto rate = [&](std::uint64_t by, RaterId rater, std::uint64_t number) {
            const auto s = static_cast<std::uint64_t>(source);
            const bool answers =
                draws_.of(Draw::answer, {s, by, static_cast<std::uint64_t>(person_.value()), number}).real() <
                asked.answered;
            if (!answers) return;
            add(capability, source, rater, rounds_.options_.as_of, by, number);
            met_.push_back({s, by, number});
            ++counts.ratings;
        };
        switch (source) {
        case Source::self: rate(as_rater(person_), RaterId(), 0); break;
        case Source::manager:
            if (const PersonId manager = rounds_.manager(person_); manager && rounds_.day_.role(manager))
                rate(as_rater(manager), RaterId(), 0);
            break;
        case Source::test:
            for (std::int32_t i = 0; i < asked.raters; ++i) rate(nobody, RaterId(), static_cast<std::uint64_t>(i));
            break;
        case Source::peer:
        case Source::report:
        case Source::observation: {
            const std::span<const PersonId> drawn = raters_of(source, asked);
            const auto most = std::min(drawn.size(), static_cast<std::size_t>(asked.raters));
            for (const PersonId other : drawn.first(most)) rate(as_rater(other), rounds_.as_rater_[place(other)], 0);
            // Of people whom nobody reports to, no report is missed.
            std::int32_t& lacking = lacking_[static_cast<std::size_t>(source)];
            if (source != Source::report || !drawn.empty())
                lacking = std::max(lacking, asked.raters - static_cast<std::int32_t>(most));
            break;
        }
        }
    }

    // The first so many of all who could be asked, in an order that is drawn.
    std::span<const PersonId> raters_of(Source source, const Asked& asked) {
        auto& drawn = drawn_[static_cast<std::size_t>(source)][static_cast<std::size_t>(asked.reach)];
        if (drawn && drawn->asked >= asked.raters) return drawn->people;
        drawn.emplace(asked.raters);
        const PersonId manager = rounds_.manager(person_);
        const std::span<const PersonId> from =
            source == Source::report     ? rounds_.managed_.of(person_.value())
            : asked.reach == Reach::team ? rounds_.managed_.of(manager.value())
            : asked.reach == Reach::unit ? rounds_.units_.of(rounds_.organization_->people.unit[place(person_)].value())
                                         : rounds_.everyone_.of(0);
        Random random =
            draws_.of(Draw::raters, {static_cast<std::uint64_t>(source), static_cast<std::uint64_t>(asked.reach),
                                     static_cast<std::uint64_t>(person_.value())});
        swapped_.clear();  // a shuffle that touches only what it draws
        const auto at = [&](std::size_t i) -> PersonId {
            for (auto it = swapped_.rbegin(); it != swapped_.rend(); ++it)
                if (it->first == i) return it->second;
            return from[i];
        };
        for (std::size_t i = 0; i < from.size(); ++i) {
            if (drawn->people.size() == static_cast<std::size_t>(asked.raters)) break;
            const std::size_t j = i + random.below(from.size() - i);
            const PersonId other = at(j);
            if (j != i) swapped_.push_back({j, at(i)});
            if (other != person_ && other != manager) drawn->people.push_back(other);
        }
        return drawn->people;
    }

    void add(CapabilityId capability, Source source, RaterId rater, Date date, std::uint64_t by, std::uint64_t number) {
        const double level = levels_ ? seen(capability, source, date, by, number) : 0;
        made_.push_back({capability, source, rater, date, level});
    }
    double seen(CapabilityId capability, Source source, Date date, std::uint64_t by, std::uint64_t number) {
        const EstimateOptions& options = rounds_.options_;
        const auto s = static_cast<std::size_t>(source);
        const auto p = static_cast<std::uint64_t>(person_.value());
        if (capability != level_of_) {  // ratings mostly come by capability
            level_of_ = capability;
            true_level_ = rounds_.level(draws_, person_, capability);
        }
        double level = true_level_ + rounds_.bias_[s];
        if (by != nobody)
            level += draws_.normal(Draw::severity, {s, by}, options.variances.severity[s]) +
                     draws_.normal(Draw::halo, {s, by, p}, options.variances.halo[s]);
        const double aged = rounds_.known_.model->ratings.aged(
            {.capability = capability, .source = source, .key = -1, .date = date, .level = 0}, options.as_of);
        const double variance =
            options.variances.residual[s] * aged - rounds_.rounding_[static_cast<std::size_t>(capability.value())];
        // Of an infinite variance there is no normal distribution; that of this rating counts for nothing.
        if (std::isfinite(variance))
            level += draws_.normal(Draw::chance, {s, by, p, static_cast<std::uint64_t>(capability.value()), number},
                                   variance);
        return rounds_.shown(capability, level);
    }
    std::uint64_t as_rater(PersonId person) const {
        return static_cast<std::uint64_t>(rounds_.as_rater_[place(person)].value());
    }

    struct People {
        explicit People(std::int32_t of) : asked(of) {}
        std::int32_t asked;
        std::vector<PersonId> people;
    };
    const ReviewRounds& rounds_;
    const Draws& draws_;
    const ReviewDesign* design_;
    Before before_;
    RowsOfPerson rows_;
    PersonId person_;
    bool levels_ = false;
    CapabilityId level_of_;
    double true_level_ = 0;
    std::vector<Rating> made_;
    std::vector<CapabilityId> needed_;
    std::optional<People> drawn_[source_count][std::size(Words<Reach>::names)];
    std::vector<std::pair<std::size_t, PersonId>> swapped_;
    std::vector<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>> met_;
    std::array<std::int32_t, source_count> lacking_{};  // raters, on the capability where most are missing
};

void ReviewRounds::Counts::add(const Counts& other) {
    raters += other.raters;
    ratings += other.ratings;
    lacking += other.lacking;
    for (std::size_t s = 0; s < source_count; ++s) {
        lacks[s].people += other.lacks[s].people;
        lacks[s].raters += other.lacks[s].raters;
    }
}

ReviewRounds::ReviewRounds(const Organization& organization, const Assessments& before, const ReviewOptions& options)
    : organization_(organization), before_(before), options_(options.estimate),
      known_(estimate(organization, before, options.estimate)), day_(known_.model->day),
      everyone_(day_, size(), 1, [](PersonId) { return 0; }),
      managed_(day_, size(), size(), [&](PersonId p) { return manager(p).value(); }),
      units_(day_, size(), organization.units().size(),
             [&](PersonId p) { return organization->people.unit[place(p)].value(); }) {
    learn(options);
    name_raters();
    for (std::size_t c = 0; c < organization.capabilities().size(); ++c)
        rounding_.push_back(
            options_.likelihood == Likelihood::ordinal ? 0 : rounding(CapabilityId(static_cast<std::int32_t>(c))));
}

double ReviewRounds::level(const Draws& draws, PersonId person, CapabilityId capability) const {
    const auto p = static_cast<std::uint64_t>(person.value()), c = static_cast<std::uint64_t>(capability.value());
    return options_.prior_mean + difficulty(draws, capability) +
           draws.normal(Draw::person, {p}, options_.variances.person) +
           draws.normal(Draw::capability, {p, c}, options_.variances.person_capability);
}

ReviewRounds::Drawn ReviewRounds::draw(const Draws& draws, const ReviewDesign* design, Before before,
                                       int threads) const {
    std::vector<Counts> counts(size() / PeopleRows::chunk + 1);
    const PeopleRows rows(size(), threads, [&](std::int64_t first, std::int64_t last) {
        Person person(*this, draws, design, before, first);
        std::size_t count = 0;
        for (std::int64_t i = first; i < last; ++i) count += person.go(i, false).size();
        counts[static_cast<std::size_t>(first / PeopleRows::chunk)] = person.counts;
        return count;
    });
    Buffer<PersonId> whom(rows.rows());
    Buffer<CapabilityId> capability(rows.rows());
    Buffer<Source> source(rows.rows());
    Buffer<RaterId> rater(rows.rows());
    Buffer<Date> date(rows.rows());
    Buffer<double> level(rows.rows());
    Buffer<OccasionId> occasion(rows.rows());
    rows.fill(nullptr, 0, 1, [&](std::int64_t first, std::int64_t last, std::size_t row, std::size_t) {
        Person person(*this, draws, design, before, first);
        for (std::int64_t i = first; i < last; ++i)
            for (const Rating& rating : person.go(i, true)) {
                whom[row] = PersonId(static_cast<std::int32_t>(i));
                capability[row] = rating.capability;
                source[row] = rating.source;
                rater[row] = rating.rater;
                date[row] = rating.date;
                level[row] = rating.level;
                occasion[row] = OccasionId();
                ++row;
            }
    });
    Drawn drawn;
    drawn.assessments.person.set(std::move(whom), organization_.people().strings());
    drawn.assessments.capability.set(std::move(capability), organization_.capabilities().strings());
    drawn.assessments.source.set(std::move(source));
    drawn.assessments.rater.set(std::move(rater), raters_.strings());
    drawn.assessments.date.set(std::move(date));
    drawn.assessments.level.set(std::move(level));
    drawn.assessments.assessment.set(std::move(occasion), Keys().strings());
    for (const Counts& of_chunk : counts) drawn.counts.add(of_chunk);
    return drawn;
}

// What was estimated or believed becomes what is true.
void ReviewRounds::learn(const ReviewOptions& options) {
    const RatingModel& model = *known_.model;
    const RatingVariances& found = model.components.variances();
    const auto complete = [&](VarianceTerm term, Source source, double& into, double estimated, bool occurs) {
        if (!options_.terms.has(term))
            into = 0;
        else if (is_missing(into))
            into = occurs ? estimated : believed_variance(options_, term, source);
    };
    Variances& all = options_.variances;
    complete(VarianceTerm::person, Source::self, all.person, found.person, true);
    complete(VarianceTerm::person_capability, Source::self, all.person_capability, found.person_capability, true);
    for (std::size_t s = 0; s < source_count; ++s) {
        const auto source = static_cast<Source>(s);
        const bool occurs = model.ratings.has(source);
        complete(VarianceTerm::severity, source, all.severity[s], found.severity[s], occurs);
        complete(VarianceTerm::halo, source, all.halo[s], found.halo[s], occurs);
        complete(VarianceTerm::residual, source, all.residual[s], found.residual[s], occurs);
        const std::int32_t number = model.layout.source[s];
        bias_[s] = !is_missing(options.bias[s]) ? options.bias[s] : number < 0 ? 0 : shared(number);
    }
}

double ReviewRounds::difficulty(const Draws& draws, CapabilityId capability) const {
    const RatingModel& model = *known_.model;
    const std::int32_t number = model.ratings.number(capability);
    if (number >= 0) return shared(number);
    const double variance = 0.5 * options_.prior_sd * options_.prior_sd / std::max(1.0, options_.prior_weight);
    return model.unrated_mean +
           draws.normal(Draw::difficulty, {static_cast<std::uint64_t>(capability.value())}, variance);
}

// Raters there are keep their keys; all people may become raters.
void ReviewRounds::name_raters() {
    std::vector<std::string_view> people, others;
    for (std::size_t p = 0; p < size(); ++p) people.push_back(organization_.people()[p]);
    if (const Strings* strings = before_.rater.strings().get())
        for (std::size_t r = 0; r < strings->size(); ++r) others.push_back((*strings)[r]);
    raters_ = Keys({people, others}, 1);
    std::int32_t at = -1;
    for (const std::string_view name : people) as_rater_.push_back(RaterId(at = raters_.find_after(at, name)));
    for (const std::string_view name : others) renamed_.push_back(RaterId(raters_.find(name)));
}

// What rounding to levels adds to the variance of a rating, in squared ranges: a twelfth of the mean squared step (Sheppard
// 1898). Variances of ratings read as normal have it in them, so it is not drawn a second time.
double ReviewRounds::rounding(CapabilityId capability) const {
    const Rows levels = scale_of(capability);
    double squares = 0;
    for (std::int32_t i = levels.first + 1; i < levels.last; ++i) {
        const double step = position(i) - position(i - 1);
        squares += step * step;
    }
    const double range = position(levels.last - 1) - position(levels.first);
    return squares / (levels.size() - 1) / 12 / (range * range);
}

// The nearest level of the scale.
double ReviewRounds::shown(CapabilityId capability, double level) const {
    const auto c = static_cast<std::size_t>(capability.value());
    const Relations& relations = organization_.relations();
    const double position = relations.bottom[c] + level * (relations.top[c] - relations.bottom[c]);
    const Rows levels = scale_of(capability);
    const double* const first = organization_->scales.position.data() + levels.first;
    const double* const above = std::upper_bound(first, first + levels.size(), position);
    if (above == first) return *first;
    if (above == first + levels.size()) return above[-1];
    return position - above[-1] < *above - position ? above[-1] : *above;
}

}  // namespace gradus
