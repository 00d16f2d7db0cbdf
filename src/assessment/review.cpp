#include <gradus/assessment/review.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gradus/assessment/rater.h>

#include "allocation/random.h"
#include "assessment/people_rows.h"
#include "assessment/rating_model.h"
#include "assessment/stage.h"
#include "organization/apart.h"

namespace gradus {

namespace {

constexpr std::size_t enough_levels = 10'000;
constexpr std::int32_t most_repetitions = 100;
constexpr double sure = 1.96;  // standard deviations on either side that hold 95 % of a normal distribution

/// What a source is asked for.
struct Asked {
    std::int32_t raters = 0;
    Reach reach = Reach::team;
    double answered = 1;
};

class Design {
public:
    Design(const ReviewDesigns& designs, DesignId design) {
        for (std::size_t row = 0; row < designs.size(); ++row) {
            if (designs.design[row] != design) continue;
            const Asked asked{designs.raters[row],
                              is_missing(designs.drawn_from[row]) ? Reach::team : designs.drawn_from[row],
                              designs.answered[row]};
            const auto source = static_cast<std::size_t>(designs.source[row]);
            if (designs.capability[row])
                own_.push_back({designs.capability[row], source, asked});
            else
                all_[source] = asked;
        }
    }
    Asked of(CapabilityId capability, std::size_t source) const {
        for (const Own& own : own_)
            if (own.capability == capability && own.source == source) return own.asked;
        return all_[source];
    }

private:
    struct Own {
        CapabilityId capability;
        std::size_t source;
        Asked asked;
    };
    std::array<Asked, source_count> all_{};
    std::vector<Own> own_;
};

enum class Draw : std::uint64_t { person, capability, severity, halo, chance, difficulty, raters, answer };

/// Whatever is drawn depends on nothing but the seed and what it is of: not on the design, the order or the threads.
class Draws {
public:
    Draws(std::uint64_t seed, std::int32_t repetition)
        : seed_(Random(seed + 0x632be59bd9b4e019u * static_cast<std::uint64_t>(repetition)).next()) {}

    Random of(Draw what, std::initializer_list<std::uint64_t> whose) const {
        std::uint64_t state = Random(seed_ ^ static_cast<std::uint64_t>(what)).next();
        for (const std::uint64_t one : whose) state = Random(state ^ one).next();
        return Random(state);
    }
    /// Box & Muller (1958), Ann. Math. Stat. 29, 610.
    double normal(Draw what, std::initializer_list<std::uint64_t> whose, double variance) const {
        if (!(variance > 0)) return 0;
        Random random = of(what, whose);
        const double radius = std::sqrt(-2 * std::log(1 - random.real()));
        return std::sqrt(variance) * radius * std::cos(2 * std::numbers::pi * random.real());
    }

private:
    std::uint64_t seed_;
};

/// People who take part, by what they have in common.
class Circles {
public:
    template <class KeyOf>
    Circles(const Day& day, std::size_t people, std::size_t keys, KeyOf&& key_of) : first_(keys + 1, 0) {
        const auto each = [&](auto&& visit) {
            for (std::size_t p = 0; p < people; ++p) {
                const PersonId person(static_cast<std::int32_t>(p));
                if (const std::int32_t key = key_of(person); key >= 0 && day.role(person))
                    visit(static_cast<std::size_t>(key), person);
            }
        };
        each([&](std::size_t key, PersonId) { ++first_[key + 1]; });
        for (std::size_t key = 0; key < keys; ++key) first_[key + 1] += first_[key];
        people_.resize(first_.back());
        std::vector<std::size_t> next = first_;
        each([&](std::size_t key, PersonId person) { people_[next[key]++] = person; });
    }
    /// None of a key below 0.
    std::span<const PersonId> of(std::int32_t key) const {
        if (key < 0) return {};
        const auto k = static_cast<std::size_t>(key);
        return std::span(people_).subspan(first_[k], first_[k + 1] - first_[k]);
    }

private:
    std::vector<std::size_t> first_;
    std::vector<PersonId> people_;
};

struct Rating {
    CapabilityId capability;
    Source source;
    RaterId rater;
    Date date;
    double level;

    auto order() const { return std::tuple(capability, source, rater, date, level); }
};

/// Rounds of ratings drawn from the model.
class Rounds {
public:
    /// `before`: ratings whose raters and dates stay.
    Rounds(const Organization& organization, const Assessments& before, const ReviewOptions& options, Control* control)
        : organization_(organization), before_(before), options_(options.estimate), seed_(options.seed),
          known_(estimate(organization, before, options.estimate, control)), day_(known_.model->day),
          everyone_(day_, size(), 1, [](PersonId) { return 0; }),
          managed_(day_, size(), size(), [&](PersonId p) { return organization->people.manager[place(p)].value(); }),
          units_(day_, size(), organization.units().size(),
                 [&](PersonId p) { return organization->people.unit[place(p)].value(); }) {
        learn(options);
        name_raters();
        for (std::size_t c = 0; c < organization.capabilities().size(); ++c)
            rounding_.push_back(
                options_.likelihood == Likelihood::ordinal ? 0 : rounding(CapabilityId(static_cast<std::int32_t>(c))));
    }

    const Estimates& known() const { return known_; }
    /// Those that rounds are drawn with, all given.
    const EstimateOptions& options() const { return options_; }
    std::size_t people() const { return everyone_.of(0).size(); }

    /// In ranges of the scale above its bottom.
    double level(const Draws& draws, PersonId person, CapabilityId capability) const {
        const auto p = static_cast<std::uint64_t>(person.value()), c = static_cast<std::uint64_t>(capability.value());
        return options_.prior_mean + difficulty(draws, capability) +
               draws.normal(Draw::person, {p}, options_.variances.person) +
               draws.normal(Draw::capability, {p, c}, options_.variances.person_capability);
    }

    struct Drawn {
        Assessments assessments;
        std::int64_t raters = 0, ratings = 0;  // of the round; raters: summed over people
    };
    /// `design`: none: what there is.
    Drawn draw(const Draws& draws, const Design* design, int threads) const {
        std::vector<std::pair<std::int64_t, std::int64_t>> counts(size() / PeopleRows::chunk + 1);
        const PeopleRows rows(size(), threads, [&](std::int64_t first, std::int64_t last) {
            Person person(*this, draws, design, first);
            std::size_t count = 0;
            for (std::int64_t i = first; i < last; ++i) count += person.go(i, false).size();
            counts[static_cast<std::size_t>(first / PeopleRows::chunk)] = {person.raters, person.ratings};
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
            Person person(*this, draws, design, first);
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
        for (const auto& [raters, ratings] : counts) drawn.raters += raters, drawn.ratings += ratings;
        return drawn;
    }

private:
    static std::size_t place(PersonId person) { return static_cast<std::size_t>(person.value()); }
    std::size_t size() const { return organization_.people().size(); }
    PersonId manager(PersonId person) const { return organization_->people.manager[place(person)]; }

    // What was estimated or believed becomes what is true.
    void learn(const ReviewOptions& options) {
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
    double shared(std::int32_t number) const {
        const RatingModel& model = *known_.model;
        return model.system.solution()[static_cast<std::size_t>(model.layout.raters + number)];
    }
    double difficulty(const Draws& draws, CapabilityId capability) const {
        const RatingModel& model = *known_.model;
        const std::int32_t number = model.ratings.number(capability);
        if (number >= 0) return shared(number);
        const double variance = 0.5 * options_.prior_sd * options_.prior_sd / std::max(1.0, options_.prior_weight);
        return model.unrated_mean +
               draws.normal(Draw::difficulty, {static_cast<std::uint64_t>(capability.value())}, variance);
    }

    // Raters there are keep their keys; all people may become raters.
    void name_raters() {
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
    double rounding(CapabilityId capability) const {
        const Rows levels = scale_of(capability);
        double squares = 0;
        for (std::int32_t i = levels.first + 1; i < levels.last; ++i) {
            const double step = position(i) - position(i - 1);
            squares += step * step;
        }
        const double range = position(levels.last - 1) - position(levels.first);
        return squares / (levels.size() - 1) / 12 / (range * range);
    }
    Rows scale_of(CapabilityId capability) const {
        const ScaleId scale = organization_->capabilities.scale[static_cast<std::size_t>(capability.value())];
        return organization_.relations().levels_of_scale[scale];
    }
    double position(std::int32_t row) const { return organization_->scales.position[static_cast<std::size_t>(row)]; }

    // The nearest level of the scale.
    double shown(CapabilityId capability, double level) const {
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

    /// The ratings of one person after the other.
    class Person {
    public:
        Person(const Rounds& rounds, const Draws& draws, const Design* design, std::int64_t first)
            : rounds_(rounds), draws_(draws), design_(design),
              rows_(rounds.before_.person, PersonId(static_cast<std::int32_t>(first))) {}

        /// Sorted. Without `levels` they are 0.
        std::span<const Rating> go(std::int64_t i, bool levels) {
            person_ = PersonId(static_cast<std::int32_t>(i));
            levels_ = levels;
            made_.clear();
            rows_.go(person_);
            if (!rounds_.day_.role(person_)) return made_;
            keep();
            if (design_) ask();
            std::sort(made_.begin(), made_.end(),
                      [](const Rating& a, const Rating& b) { return a.order() < b.order(); });
            return made_;
        }
        std::int64_t raters = 0, ratings = 0;  // asked of people so far

    private:
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
            for (const CapabilityId capability : needed_)
                for (std::size_t s = 0; s < source_count; ++s) {
                    const Asked asked = design_->of(capability, s);
                    if (asked.raters > 0) ask(capability, static_cast<Source>(s), asked);
                }
            std::sort(met_.begin(), met_.end());
            raters += std::unique(met_.begin(), met_.end()) - met_.begin();
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
                ++ratings;
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
                for (const PersonId other : drawn.first(most))
                    rate(as_rater(other), rounds_.as_rater_[place(other)], 0);
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
                : asked.reach == Reach::unit
                    ? rounds_.units_.of(rounds_.organization_->people.unit[place(person_)].value())
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

        void add(CapabilityId capability, Source source, RaterId rater, Date date, std::uint64_t by,
                 std::uint64_t number) {
            const double level = levels_ ? seen(capability, source, date, by, number) : 0;
            made_.push_back({capability, source, rater, date, level});
        }
        double seen(CapabilityId capability, Source source, Date date, std::uint64_t by, std::uint64_t number) const {
            const EstimateOptions& options = rounds_.options_;
            const auto s = static_cast<std::size_t>(source);
            const auto p = static_cast<std::uint64_t>(person_.value());
            double level = rounds_.level(draws_, person_, capability) + rounds_.bias_[s];
            if (by != nobody)
                level += draws_.normal(Draw::severity, {s, by}, options.variances.severity[s]) +
                         draws_.normal(Draw::halo, {s, by, p}, options.variances.halo[s]);
            const double age = is_missing(date) ? 0 : static_cast<double>((options.as_of - date).count()) / 365.25;
            const double variance = options.variances.residual[s] * (1 + age / options.half_information_years) -
                                    rounds_.rounding_[static_cast<std::size_t>(capability.value())];
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
        const Rounds& rounds_;
        const Draws& draws_;
        const Design* design_;
        RowsOfPerson rows_;
        PersonId person_;
        bool levels_ = false;
        std::vector<Rating> made_;
        std::vector<CapabilityId> needed_;
        std::optional<People> drawn_[source_count][std::size(Words<Reach>::names)];
        std::vector<std::pair<std::size_t, PersonId>> swapped_;
        std::vector<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>> met_;
    };
    static std::size_t place(RaterId rater) { return static_cast<std::size_t>(rater.value()); }

    const Organization& organization_;
    const Assessments& before_;
    EstimateOptions options_;
    std::uint64_t seed_;
    Estimates known_;
    const Day& day_;
    Circles everyone_, managed_, units_;
    Variances::BySource bias_{};
    std::vector<double> rounding_;  // by capability
    Keys raters_;
    std::vector<RaterId> as_rater_, renamed_;  // by person; by rater of the ratings before
};

void check(const ReviewOptions& options) {
    for (std::size_t s = 0; s < source_count; ++s)
        if (const double bias = options.bias[s]; !is_missing(bias) && !(bias >= -1 && bias <= 1))
            refuse_option("bias." + std::string(Words<Source>::names[s]), bias, "from -1 to 1, in ranges of the scale");
    if (options.repetitions < 0 || options.repetitions > 10'000)
        refuse_option("repetitions", options.repetitions, "from 0 to 10,000");
}

OptionsJson describe(const ReviewOptions& options) {
    OptionsJson json;
    json.add("as_of", options.estimate.as_of);
    for (std::size_t s = 0; s < source_count; ++s)
        if (!is_missing(options.bias[s])) json.add("bias." + std::string(Words<Source>::names[s]), options.bias[s]);
    return json.add("seed", static_cast<double>(options.seed));
}

/// The correlation of two numbers, from sums about what is near their means.
struct Correlation {
    double count = 0, a = 0, b = 0, aa = 0, ab = 0, bb = 0;

    void add(double x, double y) { ++count, a += x, b += y, aa += x * x, ab += x * y, bb += y * y; }
    double value() const {
        const double x = aa - a * a / count, y = bb - b * b / count;
        // What is left of sums that should cancel is not a spread.
        if (!(count > 1) || !(x > 1e-12 * aa) || !(y > 1e-12 * bb)) return missing<double>();
        return std::clamp((ab - a * b / count) / std::sqrt(x * y), -1.0, 1.0);
    }
};

/// What rounds of one design came to, over all repetitions.
struct Found {
    double levels = 0, variance = 0, sd = 0, covered = 0, identifiability = 0, raters_told = 0;
    double raters = 0, ratings = 0, repetitions = 0;
    Correlation mean, as_rated;

    void add(const Rounds& rounds, const Draws& draws, const Organization& organization, const Estimates& estimates) {
        const Relations& relations = organization.relations();
        for (std::size_t row = 0; row < estimates.size(); ++row) {
            const auto c = static_cast<std::size_t>(estimates.capability[row].value());
            const double bottom = relations.bottom[c], range = relations.top[c] - bottom,
                         middle = rounds.options().prior_mean;
            const double truth = rounds.level(draws, estimates.person[row], estimates.capability[row]) - middle,
                         own_mean = (estimates.mean[row] - bottom) / range - middle, own_sd = estimates.sd[row] / range;
            ++levels;
            variance += own_sd * own_sd;
            sd += own_sd;
            covered += std::abs(truth - own_mean) <= sure * own_sd;
            if (is_missing(estimates.as_rated[row])) continue;
            mean.add(truth, own_mean);
            as_rated.add(truth, (estimates.as_rated[row] - bottom) / range - middle);
        }
        const Raters known = report_raters(estimates);
        for (std::size_t row = 0; row < known.size(); ++row) {
            if (known.source[row] == Source::self) continue;
            identifiability += known.identifiability[row];
            ++raters_told;
        }
        ++repetitions;
    }
};

double share(double part, double whole) { return whole > 0 ? part / whole : missing<double>(); }

}  // namespace

ReviewDesigns load_review_designs(const Organization& organization, const Input& input) {
    return load_apart<ReviewDesigns>(
        organization, input, {DesignTag::table},
        [](const ReviewDesigns& table, const Origin& origin, ProblemList& problems) {
            const auto refuse = [&](std::size_t row, const char* column, std::string message) {
                problems.add({.code = Code::contradiction,
                              .table = "review_designs",
                              .row = origin.row(row),
                              .column = column,
                              .message = std::move(message),
                              .line = origin.line(row)});
            };
            for (std::size_t row = 0; row < table.size(); ++row) {
                const Source source = table.source[row];
                if (is_missing(source)) continue;
                const std::string word(Words<Source>::names[static_cast<std::size_t>(source)]);
                if ((source == Source::self || source == Source::manager) && table.raters[row] > 1)
                    refuse(row, "raters",
                           "there is one rater of the source " + word + ", not " + std::to_string(table.raters[row]));
                if (source != Source::peer && source != Source::observation && !is_missing(table.drawn_from[row]))
                    refuse(row, "drawn_from",
                           "raters are drawn of peer and observation; who the source " + word + " is, is known");
            }
        });
}

SimulatedReview simulate_assessments(const Organization& organization, const ReviewDesigns& designs,
                                     std::string_view design, const ReviewOptions& options, Control* control) {
    Stage stage("simulate_assessments");
    stage.input(organization.digest()).input(designs.provenance.digest);
    check(options);
    check_keys(designs, designs.capability, organization.capabilities());
    const Strings* const names = designs.design.strings().get();
    const std::size_t count = names ? names->size() : 0;
    DesignId chosen;
    for (std::size_t i = 0; i < count; ++i)
        if ((*names)[i] == design || (design.empty() && count == 1)) chosen = DesignId(static_cast<std::int32_t>(i));
    if (!chosen)
        throw Error(Code::unknown_key,
                    design.empty()
                        ? "of " + counted(static_cast<std::int64_t>(count), "design", "designs") + " one must be named"
                        : "there is no design '" + std::string(design) + "'",
                    "review_designs", 0, "design");
    const Assessments none;
    const Rounds rounds(organization, none, options, nullptr);
    const Draws draws(options.seed, 0);
    const Design asked(designs, chosen);
    SimulatedReview result;
    result.assessments = rounds.draw(draws, &asked, options.estimate.threads).assessments;
    result.assessments.provenance.digest = digest_of(result.assessments);
    if (control) control->report(0.8);

    const Estimates& rows = rounds.known();
    const Relations& relations = organization.relations();
    Buffer<double> level(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto c = static_cast<std::size_t>(rows.capability[row].value());
        level[row] = relations.bottom[c] + rounds.level(draws, rows.person[row], rows.capability[row]) *
                                               (relations.top[c] - relations.bottom[c]);
    }
    result.levels.person.share(rows.person);
    result.levels.capability.share(rows.capability);
    result.levels.level.set(std::move(level));
    stage.input(rows.provenance.digest);
    const std::uint64_t content = result.assessments.provenance.digest;
    stage.sign(result.levels, describe(options).add("design", (*names)[static_cast<std::size_t>(chosen.value())]),
               options.estimate.as_of, 1);
    result.levels.provenance.seed = options.seed;
    result.assessments.provenance = result.levels.provenance;
    result.assessments.provenance.digest = content;
    if (control) control->report(1);
    return result;
}

DesignReview review_design(const Organization& organization, const Assessments& assessments,
                           const ReviewDesigns& designs, const ReviewOptions& options, Control* control) {
    Stage stage("review_design");
    stage.input(organization.digest()).input(assessments.provenance.digest).input(designs.provenance.digest);
    check(options);
    check_keys(designs, designs.capability, organization.capabilities());
    const Rounds rounds(organization, assessments, options, nullptr);
    std::vector<DesignId> all{DesignId()};
    for (std::size_t row = 0; row < designs.size(); ++row)
        if (designs.design[row] != all.back()) all.push_back(designs.design[row]);

    const std::size_t levels = rounds.known().size();
    std::int32_t repetitions = options.repetitions;
    if (repetitions == 0)
        repetitions = static_cast<std::int32_t>(
            std::clamp<std::size_t>(levels ? (enough_levels + levels - 1) / levels : 1, 1, most_repetitions));
    std::vector<Found> found(all.size());
    const double steps = static_cast<double>(repetitions) * static_cast<double>(all.size());
    for (std::int32_t repetition = 0; repetition < repetitions; ++repetition) {
        const Draws draws(options.seed, repetition);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const double done =
                static_cast<double>(repetition) * static_cast<double>(all.size()) + static_cast<double>(i);
            if (control) control->report(0.1 + 0.9 * done / steps);
            std::optional<Design> design;
            if (all[i]) design.emplace(designs, all[i]);
            const Rounds::Drawn drawn = rounds.draw(draws, design ? &*design : nullptr, options.estimate.threads);
            found[i].raters += static_cast<double>(drawn.raters);
            found[i].ratings += static_cast<double>(drawn.ratings);
            found[i].add(rounds, draws, organization, estimate(organization, drawn.assessments, rounds.options()));
        }
        if (control && control->cancelled() && repetition + 1 < repetitions) break;
    }

    const std::size_t count = all.size();
    Buffer<DesignId> design(count);
    Buffer<double> raters(count), ratings(count), sd(count), interval(count), accuracy(count), as_rated(count),
        rated(count), coverage(count), identifiability(count);
    for (std::size_t i = 0; i < count; ++i) {
        const Found& of = found[i];
        design[i] = all[i];
        raters[i] = share(of.raters, of.repetitions * static_cast<double>(rounds.people()));
        ratings[i] = of.ratings / of.repetitions;
        sd[i] = std::sqrt(share(of.variance, of.levels));
        interval[i] = share(2 * sure * of.sd, of.levels);
        rated[i] = share(of.mean.count, of.levels);
        accuracy[i] = of.mean.value();
        as_rated[i] = of.as_rated.value();
        coverage[i] = share(of.covered, of.levels);
        identifiability[i] = share(of.identifiability, of.raters_told);
    }
    DesignReview result;
    result.design.set(std::move(design), designs.design.strings());
    result.raters.set(std::move(raters));
    result.ratings.set(std::move(ratings));
    result.sd.set(std::move(sd));
    result.interval.set(std::move(interval));
    result.rated.set(std::move(rated));
    result.accuracy.set(std::move(accuracy));
    result.as_rated.set(std::move(as_rated));
    result.coverage.set(std::move(coverage));
    result.identifiability.set(std::move(identifiability));
    stage.input(rounds.known().provenance.digest);
    stage.sign(result, describe(options).add("repetitions", static_cast<double>(repetitions)), options.estimate.as_of,
               rounds.known().provenance.threads);
    result.provenance.seed = options.seed;
    result.problems = designs.problems;
    return result;
}

}  // namespace gradus
