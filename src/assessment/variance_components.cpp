#include "assessment/variance_components.h"
#include "assessment/rating_model.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>

#include "allocation/random.h"
#include "assessment/stage.h"
#include "base/parallel.h"

namespace gradus {

namespace {

constexpr std::int64_t first_sample = 125, second_sample = 8'000;
constexpr double fine = 0.0095;  // relative standard error that is enough
// Of how far it is to the maximum of the likelihood, in squared standard errors: what is near enough for a start, with very many
// people, and else.
constexpr double near = 0.1, close = 1e-3, there = 1e-6;
// Steps of logarithms: the longest; up to which average information stays as it was, where a look is cheap and else; the longest that
// leaves no more than a thousandth of a variance, which with very many people will do; and none.
constexpr double longest_step = 1.5, far_exact = 0.05, far = 0.1, near_step = 0.05, nowhere = 1e-5;
constexpr int most_rounds = 60;
constexpr double least = 1e-9;  // squared ranges: less is nothing
constexpr double exact = 1e-7;  // of a residual: beside one that varies less, what others say is lost in rounding

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
    start_from(options.previous);
    // Few first, so that the next start is near: as many times more as are needed, but not by too many at once. The more of those whom a
    // rater rated are asked, the more each of them tells of the rater, so what a small sample needs of others is too much.
    const auto all = static_cast<std::int64_t>(people_.size());
    for (std::int64_t few = first_sample; 2 * few < all; few *= 8) {
        improve(sample(few), near, few > second_sample);
        const double needed = static_cast<double>(few) * (widest() / fine) * (widest() / fine);
        if (few < second_sample || std::min(needed, static_cast<double>(all)) > 16.0 * static_cast<double>(few))
            continue;
        if (needed < 0.7 * static_cast<double>(all)) people_ = sample(static_cast<std::int64_t>(needed));
        break;
    }
    const bool many = static_cast<std::int64_t>(people_.size()) > 2 * second_sample;
    improve(people_, many ? close : there, many);
}

void VarianceComponents::start_from(const Estimates* previous) {
    if (!previous || !previous->model) return;
    for (const std::int32_t k : estimated_) {
        VarianceComponent& own = components_[static_cast<std::size_t>(k)];
        for (const VarianceComponent& before : previous->model->components.components())
            if (before.term == own.term && before.of == own.of) own.variance = std::max(before.variance, least);
    }
    spread();
}

// The largest relative standard error.
double VarianceComponents::widest() const {
    double result = 0;
    for (const std::int32_t k : estimated_) {
        const VarianceComponent& component = components_[static_cast<std::size_t>(k)];
        result = std::max(result, component.sd / component.variance);
    }
    return result;
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

// Estimated ones, as free numbers.
Eigen::VectorXd VarianceComponents::logarithms() const {
    Eigen::VectorXd result(static_cast<Eigen::Index>(estimated_.size()));
    for (std::size_t i = 0; i < estimated_.size(); ++i)
        result(static_cast<Eigen::Index>(i)) = std::log(components_[static_cast<std::size_t>(estimated_[i])].variance);
    return result;
}

void VarianceComponents::set(const Eigen::VectorXd& logarithms) {
    for (std::size_t i = 0; i < estimated_.size(); ++i)
        components_[static_cast<std::size_t>(estimated_[i])].variance =
            std::max(least, std::exp(logarithms(static_cast<Eigen::Index>(i))));
    spread();
}

RestrictedLikelihood VarianceComponents::likelihood(std::span<const std::int32_t> people) const {
    return {ratings_, layout_, people, place_, components_.size(), priors_, threads_};
}

// At the variances as they are. `informed`: average information anew.
RestrictedLikelihood::Step VarianceComponents::look(RestrictedLikelihood& likelihood, bool informed) {
    RestrictedLikelihood::Step step = likelihood.at(variances_, informed);
    if (!informed) return step;
    const auto m = static_cast<Eigen::Index>(estimated_.size());
    const auto place = [&](Eigen::Index i) { return static_cast<Eigen::Index>(component(i)); };
    information_.resize(m, m);
    for (Eigen::Index i = 0; i < m; ++i)
        for (Eigen::Index j = 0; j < m; ++j)
            information_(i, j) = 0.5 / likelihood.people() * components_[component(i)].variance *
                                 components_[component(j)].variance * step.information(place(i), place(j));
    return step;
}

// What a prior takes of the likelihood of an estimated component, and of its slope by log variance.
std::pair<double, double> VarianceComponents::belief_of(Eigen::Index i) const {
    const double variance = components_[component(i)].variance;
    return {prior_[component(i)] / variance, std::log(variance)};
}

// By log variance.
VarianceComponents::Move VarianceComponents::newton(const RestrictedLikelihood& likelihood,
                                                    const RestrictedLikelihood::Step& at) const {
    const auto m = static_cast<Eigen::Index>(estimated_.size());
    Eigen::VectorXd gradient(m);
    Eigen::MatrixXd information = likelihood.people() * information_;
    for (Eigen::Index i = 0; i < m; ++i) {
        const auto place = static_cast<Eigen::Index>(component(i));
        const double ratio = belief_of(i).first;
        gradient(i) = 0.5 * components_[component(i)].variance * (at.squares(place) - at.traces(place)) +
                      0.5 * prior_weight_ * (ratio - 1);
        information(i, i) += 0.5 * prior_weight_ * std::max(ratio, 1.0);
        information(i, i) += 1e-9 + 1e-7 * information(i, i);
    }
    Eigen::VectorXd step = information.ldlt().solve(gradient);
    const double distance = step.dot(gradient);
    return {std::move(step), distance};
}

double VarianceComponents::improve(RestrictedLikelihood& likelihood) {
    if (estimated_.empty() || people_.empty() || ratings_.ratings() == 0) return 0;
    ++rounds_;
    if (control_) control_->report(std::min(0.6, 0.05 * rounds_));
    const RestrictedLikelihood::Step step = look(likelihood, true);
    const Eigen::VectorXd move = newton(likelihood, step).step;
    if (!move.allFinite()) return 0;
    const Eigen::VectorXd next = accelerated_.next(logarithms(), move, 0.5);
    set(next);
    settle(likelihood.people() * information_);
    double moved = 0;
    for (Eigen::Index i = 0; i < move.size(); ++i)
        if (std::exp(next(i)) > 10 * least) moved = std::max(moved, std::abs(move(i)));
    return moved;
}

void VarianceComponents::improve(std::span<const std::int32_t> people, double enough, bool many) {
    RestrictedLikelihood likelihood = this->likelihood(people);
    const auto m = static_cast<Eigen::Index>(estimated_.size());
    const auto objective = [&](const RestrictedLikelihood::Step& step) {
        double sum = step.criterion;
        for (Eigen::Index i = 0; i < m; ++i) sum += prior_weight_ * (belief_of(i).first + belief_of(i).second);
        return sum;
    };
    RestrictedLikelihood::Step step = look(likelihood, true);
    double before = 0;
    for (int round = 0; round < most_rounds; ++round) {
        ++rounds_;
        if (control_) control_->report(std::min(0.6, 0.05 * rounds_));
        if (control_ && control_->cancelled()) break;
        auto [move, distance] = newton(likelihood, step);
        const double longest = move.cwiseAbs().maxCoeff();
        if (!std::isfinite(longest)) break;
        if (longest > longest_step) {
            move *= longest_step / longest;
            distance *= longest_step / longest;
        }
        // How far there is to go, in squared standard errors. It falls by more from one step to the next: what is left after this one is
        // less than its share of it.
        const bool last = distance < enough || (many && longest < near_step) ||
                          (before > 0 && longest < 0.5 && distance * distance / before < enough);
        before = distance;
        const Eigen::VectorXd from = logarithms();
        const double now = objective(step);
        RestrictedLikelihood::Step next;
        for (int halving = 0; halving < 6; ++halving, move *= 0.5) {
            set(from + move);
            if (last) break;
            next = look(likelihood, longest > (step.exact ? far_exact : far));
            // A slope that is not whole is not that of the likelihood: it need not fall along it.
            if (!likelihood.whole() || !step.exact || !next.exact || objective(next) <= now + 1e-9 * std::abs(now))
                break;
        }
        if (last) {
            step.criterion -= distance;  // a step lowers it by about that
            break;
        }
        const Eigen::VectorXd to = logarithms();
        double moved = 0;
        for (Eigen::Index i = 0; i < m; ++i)
            if (components_[component(i)].variance > 10 * least) moved = std::max(moved, std::abs(to(i) - from(i)));
        step = std::move(next);
        if (moved < nowhere) break;
    }
    settle(likelihood.people() * information_);
    if (step.exact) criterion_ = step.criterion;
}

// How much is known of each, and how much of that is the prior's.
void VarianceComponents::settle(const Eigen::MatrixXd& from_ratings) {
    const Eigen::Index m = from_ratings.rows();
    Eigen::MatrixXd information = from_ratings;
    for (Eigen::Index i = 0; i < m; ++i) {
        const auto k = static_cast<std::size_t>(estimated_[static_cast<std::size_t>(i)]);
        const double prior = 0.5 * prior_weight_ * std::max(prior_[k] / components_[k].variance, 1e-12);
        components_[k].prior_share = prior / std::max(prior + from_ratings(i, i), 1e-300);
        information(i, i) += prior + 1e-9;
    }
    const Eigen::MatrixXd inverse = information.ldlt().solve(Eigen::MatrixXd::Identity(m, m));
    for (Eigen::Index i = 0; i < m; ++i) {
        VarianceComponent& component = components_[static_cast<std::size_t>(estimated_[static_cast<std::size_t>(i)])];
        component.sd = component.variance * std::sqrt(std::max(0.0, inverse(i, i)));
    }
}

}  // namespace gradus
