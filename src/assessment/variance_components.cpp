#include "assessment/variance_components.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>

#include "allocation/random.h"
#include "assessment/stage.h"
#include "base/parallel.h"

namespace gradus {

namespace {

constexpr std::size_t first_sample = 8'000;
constexpr std::int64_t people_at_once = 256;
constexpr double fine = 0.009;     // relative standard error that is enough
constexpr double most_work = 3e7;  // products of one round, to take in how uncertain difficulties and biases are
constexpr double least = 1e-9;     // squared ranges: less is nothing
constexpr double exact = 1e-7;     // of a residual: beside one that varies less, what others say is lost in rounding

// What is believed before any rating, in squared ranges: together the errors of one rating that were assumed where nothing is known.
// A rater's own ways are the larger part of what is not the person: Scullen, Mount & Goff (2000), J. Appl. Psychol. 85, 956.
struct Belief {
    double severity, halo, residual;
};
constexpr Belief belief[] = {
    {0.025, 0, 0.0375},        // self: the person is the only one rated, so severity and halo cannot be told apart
    {0.01, 0.01, 0.02},        // manager
    {0.01, 0.01, 0.02},        // peer
    {0.01, 0.01, 0.02},        // report
    {0.0025, 0, 0.0075},       // test
    {0.0050, 0.0050, 0.0125},  // observation
};

}  // namespace

double believed_variance(const EstimateOptions& options, VarianceTerm term, Source source) {
    const Belief& of = belief[static_cast<std::size_t>(source)];
    const double level = 0.5 * options.prior_sd * options.prior_sd;  // the other half is the capability's difficulty
    switch (term) {
    case VarianceTerm::person: return 0.5 * level;
    case VarianceTerm::person_capability: return (options.terms.person ? 0.5 : 1) * level;
    case VarianceTerm::severity: return of.severity;
    case VarianceTerm::halo: return of.halo;
    case VarianceTerm::residual: return of.residual;
    }
    return missing<double>();
}

VarianceComponents::VarianceComponents(const Ratings& ratings, const SharedLayout& layout,
                                       const EstimateOptions& options, Control* control)
    : ratings_(ratings), layout_(layout), control_(control), threads_(options.threads),
      prior_weight_(options.prior_weight), priors_(options) {
    list(ratings, options);
    spread();
    criterion_ = missing<double>();
    people_ = ratings_.rated();
    if (estimated_.empty()) return;
    if (people_.empty() || ratings_.ratings() == 0) {
        for (const std::int32_t k : estimated_) {  // all that is known is the prior
            VarianceComponent& component = components_[static_cast<std::size_t>(k)];
            component.prior_share = 1;
            component.sd = prior_weight_ > 0 ? component.variance * std::sqrt(2 / prior_weight_) : missing<double>();
        }
        return;
    }
    if (people_.size() > 2 * first_sample) {
        std::vector<std::int32_t> some = sample(first_sample);
        improve(some, 1e-2, 30);
        double worst = 0;
        for (const std::int32_t k : estimated_)
            worst = std::max(
                worst, components_[static_cast<std::size_t>(k)].sd / components_[static_cast<std::size_t>(k)].variance);
        const double needed = static_cast<double>(some.size()) * (worst / fine) * (worst / fine);
        if (needed < 0.7 * static_cast<double>(people_.size())) people_ = sample(static_cast<std::int64_t>(needed));
    }
    improve(people_, people_.size() > 2 * first_sample ? 1e-3 : 1e-5, 60);
}

double VarianceComponents::improve() {
    if (estimated_.empty() || people_.empty() || ratings_.ratings() == 0) return 0;
    ++rounds_;
    if (control_) control_->report(std::min(0.6, 0.05 * rounds_));
    const Step step = look(people_, whole(people_));
    const Eigen::VectorXd move = newton(step);
    if (!move.allFinite()) return 0;
    Eigen::VectorXd logs(move.size());
    for (Eigen::Index i = 0; i < move.size(); ++i)
        logs(i) = std::log(components_[static_cast<std::size_t>(estimated_[static_cast<std::size_t>(i)])].variance);
    const Eigen::VectorXd next = accelerated_.next(logs, move, 0.5);
    for (Eigen::Index i = 0; i < move.size(); ++i)
        components_[static_cast<std::size_t>(estimated_[static_cast<std::size_t>(i)])].variance =
            std::max(least, std::exp(next(i)));
    spread();
    tell(step);
    double moved = 0;
    for (Eigen::Index i = 0; i < move.size(); ++i)
        if (std::exp(next(i)) > 10 * least) moved = std::max(moved, std::abs(move(i)));
    return moved;
}

// Whether a round can take in how uncertain difficulties and biases are.
bool VarianceComponents::whole(std::span<const std::int32_t> people) const {
    double work = 0;
    PersonRatings ratings;
    for (std::size_t i = 0; i < people.size() && work <= most_work; ++i) {
        ratings_.gather(people[i], ratings);
        const auto columns = static_cast<double>(ratings.capabilities.size() + ratings.raters.size());
        work += static_cast<double>(ratings.cells.size()) * columns * columns;
    }
    return work <= most_work;
}

// What a prior takes of the likelihood of an estimated component, and of its slope by log variance.
std::pair<double, double> VarianceComponents::belief_of(Eigen::Index i) const {
    const auto k = static_cast<std::size_t>(estimated_[static_cast<std::size_t>(i)]);
    return {prior_[k] / components_[k].variance, std::log(components_[k].variance)};
}

// By log variance.
Eigen::VectorXd VarianceComponents::newton(const Step& step) const {
    Eigen::VectorXd gradient = step.gradient;
    Eigen::MatrixXd information = step.information;
    for (Eigen::Index i = 0; i < gradient.size(); ++i) {
        const double ratio = belief_of(i).first;
        gradient(i) += 0.5 * prior_weight_ * (ratio - 1);
        information(i, i) += 0.5 * prior_weight_ * std::max(ratio, 1.0);
        information(i, i) += 1e-9 + 1e-7 * information(i, i);
    }
    return information.ldlt().solve(gradient);
}

// How much is known of each variance, and by whom.
void VarianceComponents::tell(const Step& step) {
    const auto m = static_cast<Eigen::Index>(estimated_.size());
    Eigen::MatrixXd information = step.information;
    for (Eigen::Index i = 0; i < m; ++i) {
        VarianceComponent& component = components_[static_cast<std::size_t>(estimated_[static_cast<std::size_t>(i)])];
        const double prior = 0.5 * prior_weight_ * std::max(belief_of(i).first, 1e-12);
        component.prior_share = prior / std::max(prior + step.information(i, i), 1e-300);
        information(i, i) += prior + 1e-9;
    }
    const Eigen::MatrixXd inverse = information.ldlt().solve(Eigen::MatrixXd::Identity(m, m));
    for (Eigen::Index i = 0; i < m; ++i) {
        VarianceComponent& component = components_[static_cast<std::size_t>(estimated_[static_cast<std::size_t>(i)])];
        component.sd = component.variance * std::sqrt(std::max(0.0, inverse(i, i)));
    }
}

void VarianceComponents::list(const Ratings& ratings, const EstimateOptions& options) {
    for (auto& of_term : place_) of_term.fill(-1);
    const auto add = [&](VarianceTerm term, std::vector<Source> of, double prior, double given) {
        const auto place = static_cast<std::int32_t>(components_.size());
        if (of.empty()) place_[static_cast<std::size_t>(term)].fill(place);
        for (const Source source : of) place_[static_cast<std::size_t>(term)][static_cast<std::size_t>(source)] = place;
        const bool known = !is_missing(given);
        components_.push_back({.term = term, .of = std::move(of), .variance = known ? given : prior, .given = known});
        prior_.push_back(prior);
        if (!known) estimated_.push_back(place);
    };
    const auto on = [&](VarianceTerm term) { return options.terms.has(term); };
    for (const VarianceTerm term : {VarianceTerm::person, VarianceTerm::person_capability})
        if (on(term))
            add(term, {}, believed_variance(options, term, Source::self), options.variances.of(term, Source::self));
    for (const VarianceTerm term : {VarianceTerm::severity, VarianceTerm::halo, VarianceTerm::residual}) {
        if (!on(term)) continue;
        const auto prior_of = [&](Source source) { return believed_variance(options, term, source); };
        const bool pooled = options.pooled.has(term);
        std::vector<Source> all;
        double sum = 0;
        for (std::size_t s = 0; s < source_count; ++s) {
            const auto source = static_cast<Source>(s);
            if (!ratings.has(source)) continue;
            const double given = options.variances.of(term, source);
            if (pooled && is_missing(given)) {
                all.push_back(source);
                sum += prior_of(source);
            } else if (prior_of(source) > 0 || !is_missing(given)) {
                add(term, {source}, prior_of(source) > 0 ? prior_of(source) : given, given);
            }
        }
        if (!all.empty()) {
            const double prior = std::max(sum / static_cast<double>(all.size()), 1e-3);
            add(term, std::move(all), prior, missing<double>());
        }
    }
}

// The components as the model sees them.
void VarianceComponents::spread() {
    const auto of = [&](VarianceTerm term, std::size_t source) {
        const std::int32_t place = place_[static_cast<std::size_t>(term)][source];
        return place < 0 ? 0.0 : components_[static_cast<std::size_t>(place)].variance;
    };
    variances_.person = of(VarianceTerm::person, 0);
    variances_.person_capability = of(VarianceTerm::person_capability, 0);
    for (std::size_t s = 0; s < source_count; ++s) {
        variances_.severity[s] = std::max(of(VarianceTerm::severity, s), 1e-12);
        variances_.halo[s] = of(VarianceTerm::halo, s);
        variances_.residual[s] = std::max(of(VarianceTerm::residual, s), exact);
    }
}

// People whom raters in random order rated, until there are enough: so raters keep all they rated.
std::vector<std::int32_t> VarianceComponents::sample(std::int64_t wanted) const {
    std::vector<char> drawn(static_cast<std::size_t>(ratings_.people()), 0);
    std::int64_t count = 0;
    Random random(11);
    const auto take = [&](std::int32_t person) {
        if (drawn[static_cast<std::size_t>(person)] || !ratings_.takes_part(person)) return;
        drawn[static_cast<std::size_t>(person)] = 1;
        ++count;
    };
    std::vector<std::int32_t> order(static_cast<std::size_t>(ratings_.shared()));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int32_t>(i);
    random.shuffle(order);
    for (const std::int32_t rater : order) {
        if (count >= wanted) break;
        for (const std::int32_t person : ratings_.rated_by(rater)) take(person);
    }
    order.resize(static_cast<std::size_t>(ratings_.people()));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int32_t>(i);
    random.shuffle(order);
    for (const std::int32_t person : order) {
        if (count >= wanted) break;
        if (ratings_.first_row(person) < ratings_.last_row(person)) take(person);
    }
    std::vector<std::int32_t> people;
    for (std::int32_t person = 0; person < ratings_.people(); ++person)
        if (drawn[static_cast<std::size_t>(person)]) people.push_back(person);
    return people;
}

// The slope and curvature of the restricted likelihood. `whole`: with how uncertain difficulties and biases are.
VarianceComponents::Step VarianceComponents::look(std::span<const std::int32_t> people, bool whole) const {
    RaterSystem system(ratings_, layout_, people, variances_, priors_, threads_);
    system.invert();
    const std::size_t count = components_.size();
    const std::span<const double> x = system.solution();
    const auto raters = static_cast<std::size_t>(layout_.raters);

    // Of each rater and person, what the vectors of average information come to: summed by rater, in order, afterwards.
    std::vector<std::int64_t> slot(raters + 1, 0);
    for (std::size_t r = 0; r < raters; ++r)
        slot[r + 1] = slot[r] + static_cast<std::int64_t>(ratings_.rated_by(static_cast<std::int32_t>(r)).size());
    std::vector<double> of_slot(static_cast<std::size_t>(slot.back()) * count, 0.0);

    struct Sum {
        Eigen::VectorXd squares, traces;  // y'PVPy and tr(PV)
        Eigen::MatrixXd products, common;
    };
    const std::int64_t part = std::max<std::int64_t>(people_at_once, static_cast<std::int64_t>(people.size()) / 64 + 1);
    std::vector<Sum> sums(people.size() / static_cast<std::size_t>(part) + 1);
    parallel_for(static_cast<std::int64_t>(people.size()), part, threads_, [&](std::int64_t first, std::int64_t last) {
        Sum& sum = sums[static_cast<std::size_t>(first / part)];
        sum.squares = sum.traces = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(count));
        sum.products = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(count));
        sum.common = Eigen::MatrixXd::Zero(layout_.common, static_cast<Eigen::Index>(count));
        PersonRatings ratings;
        PersonBlock block;
        PersonBlock::Functional fit;
        LocalColumns columns;
        Eigen::MatrixXd covariance;
        Eigen::VectorXd along;
        std::vector<PersonBlock::Vector> vectors(count);
        std::vector<double> fits, residuals, value(count);
        const auto column_of = [&](std::size_t i) {
            return i < columns.raters ? block.of_rater(columns.rater[i])
                                      : block.of_capability(static_cast<std::int32_t>(i - columns.raters));
        };
        for (std::int64_t p = first; p < last; ++p) {
            const std::int32_t person = people[static_cast<std::size_t>(p)];
            ratings_.gather(person, ratings);
            if (ratings.cells.empty()) continue;
            block.factor(ratings, variances_);
            columns.set(ratings, layout_);
            const auto shared_part = [&](std::int32_t capability, std::int32_t rater) {
                return system.shared_part(ratings, capability, rater);
            };
            block.condition(shared_part);
            system.covariance(columns, covariance);
            // `along` is how something moves with this person's columns. Where the work is too much, of what is common to all only one
            // capability's difficulty, as it differs from another's: the rest is of the order of one person among all.
            const auto dense = static_cast<Eigen::Index>(whole ? columns.size() : columns.raters);
            double along_own = 0;
            std::int32_t own_capability = -1;
            const auto uncertain = [&] {
                double all = 0;
                for (Eigen::Index i = 0; i < dense; ++i) {
                    double row = 0;
                    for (Eigen::Index j = 0; j < dense; ++j) row += covariance(i, j) * along(j);
                    all += along(i) * row;
                }
                if (whole || own_capability < 0) return all;
                const auto begin = static_cast<Eigen::Index>(columns.raters);
                const auto own = begin + own_capability,
                           next = begin + (own_capability + 1) % static_cast<Eigen::Index>(columns.capabilities);
                const double apart = 0.5 * (covariance(own, own) + covariance(next, next)) - covariance(own, next);
                return all + along_own * along_own * apart;
            };
            along.resize(static_cast<Eigen::Index>(columns.size()));
            const auto set_along = [&](std::int32_t capability, auto&& of) {
                own_capability = capability;
                for (std::size_t i = 0; i < columns.raters; ++i)
                    along(static_cast<Eigen::Index>(i)) = of(block.of_rater(columns.rater[i]));
                if (!whole) {
                    if (capability >= 0) along_own = of(block.of_capability(capability));
                    return;
                }
                for (std::size_t c = 0; c < columns.capabilities; ++c)
                    along(static_cast<Eigen::Index>(columns.raters + c)) =
                        of(block.of_capability(static_cast<std::int32_t>(c)));
                for (std::size_t i = columns.raters + columns.capabilities; i < columns.size(); ++i)
                    along(static_cast<Eigen::Index>(i)) = 0;
                for (std::size_t j = 0; j < ratings.raters.size(); ++j)
                    if (const std::int32_t source =
                            columns.of_source[static_cast<std::size_t>(ratings.raters[j].source)];
                        source >= 0)
                        along(source) += of(block.of_rater(static_cast<std::int32_t>(j)));
            };
            const auto aimed = [&](PersonBlock::Column column) { return block.aimed(column); };

            const auto at = [&](VarianceTerm term, Source source) {
                return place_[static_cast<std::size_t>(term)][static_cast<std::size_t>(source)];
            };
            // The person, and the person at each capability.
            const std::int32_t person_place = at(VarianceTerm::person, Source::self),
                               capability_place = at(VarianceTerm::person_capability, Source::self);
            if (person_place >= 0) {
                block.aim(PersonBlock::of_person());
                set_along(-1, aimed);
                const double score = block.score(PersonBlock::of_person());
                sum.squares(person_place) += score * score;
                sum.traces(person_place) += block.aimed(PersonBlock::of_person()) - uncertain();
            }
            for (std::int32_t c = 0;
                 capability_place >= 0 && c < static_cast<std::int32_t>(ratings.capabilities.size()); ++c) {
                const PersonBlock::Column column = block.of_capability(c);
                block.aim(column);
                set_along(c, aimed);
                sum.squares(capability_place) += block.score(column) * block.score(column);
                sum.traces(capability_place) += block.aimed(column) - uncertain();
            }
            // Raters of this person: halo, and the severity of those who rated nobody else.
            for (std::size_t j = 0; j < ratings.raters.size(); ++j) {
                const PersonRatings::Rater& by = ratings.raters[j];
                if (!by.effect) continue;
                const std::int32_t halo = at(VarianceTerm::halo, by.source),
                                   severity = by.shared < 0 ? at(VarianceTerm::severity, by.source) : -1;
                if (halo < 0 && severity < 0) continue;
                const PersonBlock::Column column = block.of_rater(static_cast<std::int32_t>(j));
                block.aim(column);
                set_along(-1, aimed);
                const double square = block.score(column) * block.score(column),
                             trace = block.aimed(column) - uncertain();
                for (const std::int32_t place : {halo, severity}) {
                    if (place < 0) continue;
                    sum.squares(place) += square;
                    sum.traces(place) += trace;
                }
            }
            // What is left of each rating.
            fits.resize(ratings.cells.size());
            residuals.resize(ratings.cells.size());
            for (std::size_t i = 0; i < ratings.cells.size(); ++i) {
                const PersonRatings::Cell& cell = ratings.cells[i];
                const PersonRatings::Rater& by = ratings.raters[static_cast<std::size_t>(cell.rater)];
                const std::int32_t place = at(VarianceTerm::residual, by.source);
                const double residual = variances_.residual[static_cast<std::size_t>(by.source)];
                block.functional(true, cell.capability, cell.rater, fit);
                fits[i] = block.mean(fit) + shared_part(cell.capability, cell.rater);
                residuals[i] =
                    cell.squares - 2 * fits[i] * cell.sum + fits[i] * fits[i] * cell.weight;  // Σ weight · error²
                if (place < 0) continue;
                block.respond(fit);
                set_along(cell.capability, [&](PersonBlock::Column column) { return block.response(fit, column); });
                for (std::size_t k = 0; k < columns.raters; ++k)
                    if (columns.rater[k] == cell.rater) along(static_cast<Eigen::Index>(k)) += 1;
                along_own += 1;
                if (whole) {
                    along(static_cast<Eigen::Index>(columns.raters) + cell.capability) += 1;
                    if (const std::int32_t source = columns.of_source[static_cast<std::size_t>(by.source)]; source >= 0)
                        along(source) += 1;
                }
                const double variance = block.variance(fit) + uncertain();
                sum.squares(place) += residuals[i] / (residual * residual);
                sum.traces(place) += cell.ratings / residual - cell.weight / (residual * residual) * variance;
            }
            // Average information: of each component, its part of V P z.
            const std::size_t cells = ratings.cells.size();
            for (std::size_t k = 0; k < count; ++k) vectors[k].of_cell.assign(cells, 0.0);
            Eigen::MatrixXd& products = sum.products;
            Eigen::MatrixXd inner =
                Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(count));
            for (std::size_t i = 0; i < cells; ++i) {
                const PersonRatings::Cell& cell = ratings.cells[i];
                const PersonRatings::Rater& by = ratings.raters[static_cast<std::size_t>(cell.rater)];
                std::fill(value.begin(), value.end(), 0.0);
                if (person_place >= 0)
                    value[static_cast<std::size_t>(person_place)] = block.score(PersonBlock::of_person());
                if (capability_place >= 0)
                    value[static_cast<std::size_t>(capability_place)] =
                        block.score(block.of_capability(cell.capability));
                if (by.effect) {
                    const double own = block.score(block.of_rater(cell.rater));
                    const auto source = static_cast<std::size_t>(by.source);
                    if (const std::int32_t place = at(VarianceTerm::halo, by.source); place >= 0)
                        value[static_cast<std::size_t>(place)] = own;
                    if (const std::int32_t place = at(VarianceTerm::severity, by.source); place >= 0)
                        value[static_cast<std::size_t>(place)] =
                            by.shared < 0 ? own : x[static_cast<std::size_t>(by.shared)] / variances_.severity[source];
                }
                const double weight = block.weight(i);
                for (std::size_t k = 0; k < count; ++k) {
                    vectors[k].of_cell[i] += weight * value[k];
                    for (std::size_t l = 0; l <= k; ++l)
                        inner(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(l)) +=
                            weight * value[k] * value[l];
                }
                if (const std::int32_t place = at(VarianceTerm::residual, by.source); place >= 0) {
                    const double residual = variances_.residual[static_cast<std::size_t>(by.source)];
                    const double left = (cell.sum - fits[i] * cell.weight) / (residual * residual);  // Σ W error / σ²
                    vectors[static_cast<std::size_t>(place)].of_cell[i] += left;
                    for (std::size_t k = 0; k < count; ++k)
                        if (value[k] != 0)
                            inner(std::max<Eigen::Index>(place, static_cast<Eigen::Index>(k)),
                                  std::min<Eigen::Index>(place, static_cast<Eigen::Index>(k))) += left * value[k];
                    inner(place, place) += residuals[i] / (residual * residual * residual);
                }
            }
            for (std::size_t k = 0; k < count; ++k) block.project(vectors[k]);
            for (std::size_t k = 0; k < count; ++k) {
                const auto row = static_cast<Eigen::Index>(k);
                for (std::size_t l = 0; l <= k; ++l)
                    products(row, static_cast<Eigen::Index>(l)) +=
                        block.product(vectors[k], vectors[l], inner(row, static_cast<Eigen::Index>(l)));
                for (std::size_t i = 0; i < columns.raters; ++i) {
                    const auto rated = ratings_.rated_by(columns.number[i]);
                    const std::int64_t place = slot[static_cast<std::size_t>(columns.number[i])] +
                                               (std::lower_bound(rated.begin(), rated.end(), person) - rated.begin());
                    of_slot[static_cast<std::size_t>(place) * count + k] = block.product(column_of(i), vectors[k]);
                }
                for (std::size_t c = 0; c < ratings.capabilities.size(); ++c)
                    sum.common(ratings.capabilities[c], row) +=
                        block.product(block.of_capability(static_cast<std::int32_t>(c)), vectors[k]);
                for (std::size_t j = 0; j < ratings.raters.size(); ++j)
                    if (const std::int32_t source = layout_.source[static_cast<std::size_t>(ratings.raters[j].source)];
                        source >= 0)
                        sum.common(source, row) +=
                            block.product(block.of_rater(static_cast<std::int32_t>(j)), vectors[k]);
            }
        }
    });

    const auto n = static_cast<Eigen::Index>(count);
    Eigen::VectorXd squares = Eigen::VectorXd::Zero(n), traces = Eigen::VectorXd::Zero(n);
    Eigen::MatrixXd products = Eigen::MatrixXd::Zero(n, n), common = Eigen::MatrixXd::Zero(layout_.common, n);
    for (const Sum& sum : sums) {
        if (sum.squares.size() == 0) continue;
        squares += sum.squares;
        traces += sum.traces;
        products += sum.products;
        common += sum.common;
    }
    // Severities of shared raters: b = σ² Z'Pz. Raters of nobody asked here tell nothing.
    for (std::size_t r = 0; r < raters; ++r) {
        const Source source = ratings_.source(static_cast<std::int32_t>(r));
        const std::int32_t place =
            place_[static_cast<std::size_t>(VarianceTerm::severity)][static_cast<std::size_t>(source)];
        if (place < 0) continue;
        const double variance = variances_.severity[static_cast<std::size_t>(source)];
        squares(place) += x[r] * x[r] / (variance * variance);
        traces(place) += (1 - system.variance(static_cast<std::int32_t>(r)) / variance) / variance;
    }
    std::vector<std::vector<double>> right(count,
                                           std::vector<double>(raters + static_cast<std::size_t>(layout_.common), 0.0));
    for (std::size_t k = 0; k < count; ++k) {
        for (std::size_t r = 0; r < raters; ++r)
            for (std::int64_t i = slot[r]; i < slot[r + 1]; ++i)
                right[k][r] += of_slot[static_cast<std::size_t>(i) * count + k];
        for (std::int32_t i = 0; i < layout_.common; ++i)
            right[k][raters + static_cast<std::size_t>(i)] = common(i, static_cast<Eigen::Index>(k));
    }
    for (std::size_t k = 0; k < count; ++k) {
        const std::vector<double> solved = system.solve(right[k], 1e-3);
        for (std::size_t l = 0; l <= k; ++l)
            for (std::size_t i = 0; i < solved.size(); ++i)
                products(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(l)) -= right[l][i] * solved[i];
    }

    Step step;
    const auto m = static_cast<Eigen::Index>(estimated_.size());
    step.gradient.resize(m);
    step.information.resize(m, m);
    step.exact = system.exact();
    step.criterion = system.criterion();
    for (Eigen::Index i = 0; i < m; ++i) {
        const auto k = static_cast<Eigen::Index>(estimated_[static_cast<std::size_t>(i)]);
        const double of_k = components_[static_cast<std::size_t>(k)].variance;
        step.gradient(i) = 0.5 * of_k * (squares(k) - traces(k));
        for (Eigen::Index j = 0; j < m; ++j) {
            const auto l = static_cast<Eigen::Index>(estimated_[static_cast<std::size_t>(j)]);
            step.information(i, j) = 0.5 * of_k * components_[static_cast<std::size_t>(l)].variance *
                                     products(std::max(k, l), std::min(k, l));
        }
    }
    return step;
}

bool VarianceComponents::improve(std::span<const std::int32_t> people, double enough, int most) {
    const auto m = static_cast<Eigen::Index>(estimated_.size());
    const bool all = whole(people);
    const auto objective = [&](const Step& step) {
        double sum = step.criterion;
        for (Eigen::Index i = 0; i < m; ++i) sum += prior_weight_ * (belief_of(i).first + belief_of(i).second);
        return sum;
    };
    Step step = look(people, all);
    bool settled = false;
    for (int round = 0; round < most && !settled; ++round) {
        ++rounds_;
        if (control_) control_->report(std::min(0.6, 0.05 * rounds_));
        if (control_ && control_->cancelled()) break;
        Eigen::VectorXd move = newton(step);
        const double longest = move.cwiseAbs().maxCoeff();
        if (!std::isfinite(longest)) break;
        const bool last = longest < enough;
        if (longest > 1.5) move *= 1.5 / longest;
        std::vector<double> before;
        for (const std::int32_t k : estimated_) before.push_back(components_[static_cast<std::size_t>(k)].variance);
        const double now = objective(step);
        Step next;
        for (int halving = 0; halving < 6; ++halving, move *= 0.5) {
            for (Eigen::Index i = 0; i < m; ++i)
                components_[static_cast<std::size_t>(estimated_[static_cast<std::size_t>(i)])].variance =
                    std::max(least, before[static_cast<std::size_t>(i)] * std::exp(move(i)));
            spread();
            if (last) break;
            next = look(people, all);
            // A slope that is not whole is not that of the likelihood: it need not fall along it.
            if (!all || !step.exact || !next.exact || objective(next) <= now + 1e-9 * std::abs(now)) break;
        }
        double moved = 0;
        for (Eigen::Index i = 0; i < m; ++i) {
            const double variance =
                components_[static_cast<std::size_t>(estimated_[static_cast<std::size_t>(i)])].variance;
            if (variance > 10 * least)
                moved = std::max(moved, std::abs(std::log(variance / before[static_cast<std::size_t>(i)])));
        }
        settled = last || moved < enough;
        if (!last) step = std::move(next);
    }
    tell(step);
    if (step.exact) criterion_ = step.criterion;
    return settled;
}

}  // namespace gradus
