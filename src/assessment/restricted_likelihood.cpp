#include "assessment/restricted_likelihood.h"

#include <algorithm>

#include "assessment/person_posterior.h"
#include "base/parallel.h"

namespace gradus {

namespace {

constexpr std::int64_t people_at_once = 64;
constexpr std::int64_t most_parts = 64;  // sums are made in at most so many, whatever the number of threads
// Products of one round, to take in how uncertain difficulties and biases are. All of that is of the order of one person among all.
constexpr double most_work = 3e7;
constexpr double solution_tolerance = 1e-6, information_tolerance = 1e-3;  // relative, where not exact

bool little_work(const RaterPattern& pattern) {
    double work = 0;
    for (std::size_t place = 0; place < pattern.people().size() && work <= most_work; ++place) {
        const auto columns = static_cast<double>(pattern.rows_of(place).size() + pattern.common_of(place).size());
        work += columns * columns * columns;
    }
    return work <= most_work;
}

}  // namespace

RestrictedLikelihood::RestrictedLikelihood(const Ratings& ratings, const SharedLayout& layout,
                                           std::span<const std::int32_t> people, const VariancePlaces& places,
                                           std::size_t count, const RaterSystem::Priors& priors, int threads)
    : ratings_(ratings), layout_(layout), places_(places), count_(count), priors_(priors), threads_(threads),
      pattern_(std::make_shared<const RaterPattern>(ratings, layout, people, threads)), whole_(little_work(*pattern_)) {
}

/// Goes from person to person and adds up what each says.
class RestrictedLikelihood::Look {
public:
    Look(const RestrictedLikelihood& likelihood, const RatingVariances& variances)
        : likelihood_(likelihood), system_(*likelihood.system_), variances_(variances), squares_(zeros()),
          traces_(zeros()) {}

    void inform() {
        const auto count = static_cast<Eigen::Index>(likelihood_.count_);
        products_ = Eigen::MatrixXd::Zero(count, count);
        common_.assign(static_cast<std::size_t>(likelihood_.layout_.common) * likelihood_.count_, 0.0);
        parts_.resize(likelihood_.count_);
    }

    /// False: no ratings.
    bool go(std::int32_t person) {
        likelihood_.ratings_.gather(person, ratings_);
        if (ratings_.cells.empty()) return false;
        block_.factor(ratings_, variances_);
        rater_parts_.resize(ratings_.raters.size());
        for (std::size_t j = 0; j < rater_parts_.size(); ++j) rater_parts_[j] = system_.rater_part(ratings_.raters[j]);
        block_.condition([&](std::int32_t capability, std::int32_t rater) { return shared_part(capability, rater); });
        return true;
    }

    void add_squares() {
        add_square(likelihood_.place_of_person(), block_.score(PersonBlock::of_person()));
        for_each_effect([&](PersonBlock::Column column, std::int32_t place, std::int32_t other) {
            add_square(place, block_.score(column));
            add_square(other, block_.score(column));
        });
        misfit_.resize(ratings_.cells.size());
        const double own = block_.mean(PersonBlock::of_person());
        for (std::size_t i = 0; i < ratings_.cells.size(); ++i) {
            const PersonRatings::Cell& cell = ratings_.cells[i];
            const double fit = own + block_.mean(block_.of_capability(cell.capability)) +
                               block_.mean(block_.of_rater(cell.rater)) + shared_part(cell.capability, cell.rater);
            misfit_[i] = {cell.sum - fit * cell.weight, cell.squares - 2 * fit * cell.sum + fit * fit * cell.weight};
            if (const std::int32_t place = residual_place(cell); place >= 0) {
                const double residual = residual_of(cell);
                squares_(place) += misfit_[i].squares / (residual * residual);
                traces_(place) += cell.ratings / residual;
            }
        }
    }

    void add_traces() {
        system_.share(ratings_, likelihood_.whole_, shared_);
        posterior_.set(block_, shared_);
        add_trace(likelihood_.place_of_person(), posterior_.kept_trace(0));
        for_each_effect([&](PersonBlock::Column column, std::int32_t place, std::int32_t other) {
            if (!column.kept) return;
            const double trace = posterior_.kept_trace(static_cast<std::size_t>(column.number) + 1);
            add_trace(place, trace);
            add_trace(other, trace);
        });
        for (std::size_t e = 0; e < block_.eliminated(); ++e) {
            posterior_.open(e);
            const PersonBlock::Column column{false, static_cast<std::int32_t>(e)};
            const auto [place, other] = effect_places(column);
            if (place >= 0 || other >= 0) {
                const double trace = posterior_.trace();
                add_trace(place, trace);
                add_trace(other, trace);
            }
            for (std::size_t a = 1; a < block_.kept(); ++a) {
                const double weight = block_.weights(a)[e];
                if (weight == 0) continue;
                const std::size_t rater = block_.by_capability() ? a - 1 : e;
                const auto source = static_cast<std::size_t>(ratings_.raters[rater].source);
                add_trace(likelihood_.places_[static_cast<std::size_t>(VarianceTerm::residual)][source],
                          -weight / variances_.residual[source] * posterior_.fit_variance(a));
            }
        }
    }

    /// After add_squares(): of each component its part of the ratings' V P z, and products of all.
    void add_information(std::span<const std::int32_t> rows, double* of_rows) {
        make_parts();
        const std::size_t count = likelihood_.count_;
        for (std::size_t k = 0; k < count; ++k) {
            for (std::size_t l = 0; l <= k; ++l)
                products_(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(l)) +=
                    block_.product(parts_[k].vector, parts_[l].vector, inner(k, l));
            const PersonBlock::Vector& vector = parts_[k].vector;
            const auto common = [&](std::int32_t number) -> double& {
                return common_[static_cast<std::size_t>(number) * count + k];
            };
            for (std::size_t c = 0; c < ratings_.capabilities.size(); ++c)
                common(ratings_.capabilities[c]) +=
                    PersonBlock::product(block_.of_capability(static_cast<std::int32_t>(c)), vector);
            for (std::size_t j = 0; j < ratings_.raters.size(); ++j) {
                const PersonRatings::Rater& by = ratings_.raters[j];
                const double product = PersonBlock::product(block_.of_rater(static_cast<std::int32_t>(j)), vector);
                if (const std::int32_t source = likelihood_.layout_.source_of(by); source >= 0)
                    common(source) += product;
                if (by.shared < 0) continue;
                const auto place =
                    std::lower_bound(rows.begin(), rows.end(), system_.pattern().row(by.shared)) - rows.begin();
                of_rows[static_cast<std::size_t>(place) * count + k] = product;
            }
        }
    }

    const Eigen::VectorXd& squares() const { return squares_; }
    const Eigen::VectorXd& traces() const { return traces_; }
    const Eigen::MatrixXd& products() const { return products_; }
    const std::vector<double>& common() const { return common_; }  // by common number, component

private:
    struct Misfit {
        double sum, squares;  // Σ weight · error, Σ weight · error²
    };
    struct Part {
        std::vector<std::pair<PersonBlock::Column, double>> effects;  // of which the value is the sum; else by rating
        PersonBlock::Vector vector;
        double squares = 0;  // Σ W value², by rating
    };

    Eigen::VectorXd zeros() const { return Eigen::VectorXd::Zero(static_cast<Eigen::Index>(likelihood_.count_)); }
    void add_square(std::int32_t place, double score) {
        if (place >= 0) squares_(place) += score * score;
    }
    void add_trace(std::int32_t place, double trace) {
        if (place >= 0) traces_(place) += trace;
    }
    double shared_part(std::int32_t capability, std::int32_t rater) const {
        return system_.difficulty(ratings_.capabilities[static_cast<std::size_t>(capability)]) +
               rater_parts_[static_cast<std::size_t>(rater)];
    }
    std::int32_t place(VarianceTerm term, Source source) const {
        return likelihood_.places_[static_cast<std::size_t>(term)][static_cast<std::size_t>(source)];
    }
    const PersonRatings::Rater& by(const PersonRatings::Cell& cell) const {
        return ratings_.raters[static_cast<std::size_t>(cell.rater)];
    }
    std::int32_t residual_place(const PersonRatings::Cell& cell) const {
        return place(VarianceTerm::residual, by(cell).source);
    }
    double residual_of(const PersonRatings::Cell& cell) const {
        return variances_.residual[static_cast<std::size_t>(by(cell).source)];
    }
    // Of a person's own effect beside α: of a rater who rated nobody else it is halo and severity together.
    std::pair<std::int32_t, std::int32_t> effect_places(PersonBlock::Column column) const {
        if (column.kept != block_.by_capability()) return {place(VarianceTerm::person_capability, Source::self), -1};
        const PersonRatings::Rater& rater = ratings_.raters[static_cast<std::size_t>(column.number)];
        if (!rater.effect) return {-1, -1};
        return {place(VarianceTerm::halo, rater.source),
                rater.shared < 0 ? place(VarianceTerm::severity, rater.source) : -1};
    }
    template <class Visit>
    void for_each_effect(Visit&& visit) const {
        const auto go = [&](PersonBlock::Column column) {
            const auto [first, second] = effect_places(column);
            visit(column, first, second);
        };
        for (std::size_t c = 0; c < ratings_.capabilities.size(); ++c)
            go(block_.of_capability(static_cast<std::int32_t>(c)));
        for (std::size_t j = 0; j < ratings_.raters.size(); ++j) go(block_.of_rater(static_cast<std::int32_t>(j)));
    }

    void make_parts() {
        for (Part& part : parts_) {
            part.effects.clear();
            part.squares = 0;
            block_.clear(part.vector);
        }
        const auto add = [&](std::int32_t place, PersonBlock::Column column, double value) {
            if (place < 0) return;
            Part& part = parts_[static_cast<std::size_t>(place)];
            part.effects.emplace_back(column, value);
            block_.add(column, value, part.vector);
        };
        add(likelihood_.place_of_person(), PersonBlock::of_person(), block_.score(PersonBlock::of_person()));
        for_each_effect([&](PersonBlock::Column column, std::int32_t place, std::int32_t other) {
            add(place, column, block_.score(column));
            add(other, column, block_.score(column));
        });
        for (std::size_t j = 0; j < ratings_.raters.size(); ++j) {
            const PersonRatings::Rater& rater = ratings_.raters[j];
            if (rater.shared < 0) continue;
            const auto row = static_cast<std::size_t>(system_.pattern().row(rater.shared));
            add(place(VarianceTerm::severity, rater.source), block_.of_rater(static_cast<std::int32_t>(j)),
                system_.solution()[row] / variances_.severity[static_cast<std::size_t>(rater.source)]);
        }
        for (std::size_t i = 0; i < ratings_.cells.size(); ++i) {
            const PersonRatings::Cell& cell = ratings_.cells[i];
            const std::int32_t place = residual_place(cell);
            if (place < 0) continue;
            Part& part = parts_[static_cast<std::size_t>(place)];
            const double residual = residual_of(cell);
            block_.add(cell, misfit_[i].sum / (residual * residual), part.vector);
            part.squares += misfit_[i].squares / (residual * residual * residual);
        }
        for (Part& part : parts_) block_.project(part.vector);
    }

    // Σ W of two components' values: of effects, by sums over their ratings.
    double inner(std::size_t k, std::size_t l) const {
        const Part& a = parts_[parts_[k].effects.empty() ? l : k];
        const Part& b = parts_[parts_[k].effects.empty() ? k : l];
        double sum = k == l ? a.squares : 0;
        for (const auto& [column, value] : a.effects) sum += value * PersonBlock::sum(column, b.vector);
        return sum;
    }

    const RestrictedLikelihood& likelihood_;
    const RaterSystem& system_;
    const RatingVariances& variances_;
    PersonRatings ratings_;
    PersonBlock block_;
    SharedParts shared_;
    PersonPosterior posterior_;
    std::vector<double> rater_parts_;
    std::vector<Misfit> misfit_;
    std::vector<Part> parts_;  // by component
    Eigen::VectorXd squares_, traces_;
    Eigen::MatrixXd products_;
    std::vector<double> common_;
};

RestrictedLikelihood::Step RestrictedLikelihood::at(const RatingVariances& variances, bool informed) {
    if (system_)
        system_->fit(pattern_, variances, priors_, solution_tolerance);
    else
        system_.emplace(ratings_, layout_, pattern_, variances, priors_, solution_tolerance, threads_);
    RaterSystem& system = *system_;
    system.invert();
    const auto people = static_cast<std::int64_t>(pattern_->people().size());
    // Of each person and shared rater, what the vectors of average information come to.
    std::vector<double> of_slot(informed ? pattern_->slots() * count_ : 0);
    const std::int64_t part = std::max(people_at_once, people / most_parts + 1);
    std::vector<std::unique_ptr<Look>> looks(static_cast<std::size_t>((people - 1) / part + 1));
    parallel_for(people, part, threads_, [&](std::int64_t first, std::int64_t last) {
        auto look = std::make_unique<Look>(*this, variances);
        if (informed) look->inform();
        for (auto place = static_cast<std::size_t>(first); place < static_cast<std::size_t>(last); ++place) {
            if (!look->go(pattern_->people()[place])) continue;
            look->add_squares();
            look->add_traces();
            if (informed)
                look->add_information(pattern_->rows_of(place), of_slot.data() + pattern_->slot(place) * count_);
        }
        looks[static_cast<std::size_t>(first / part)] = std::move(look);
    });

    const auto count = static_cast<Eigen::Index>(count_);
    Step step;
    step.exact = system.exact();
    step.criterion = system.criterion();
    step.squares = step.traces = Eigen::VectorXd::Zero(count);
    for (const auto& look : looks) {
        step.squares += look->squares();
        step.traces += look->traces();
    }
    add_shared(variances, step);
    if (!informed) return step;

    step.information = Eigen::MatrixXd::Zero(count, count);
    const auto rows = static_cast<std::size_t>(pattern_->rows());
    RaterSystem::Vectors right(system.size(), count_);
    for (const auto& look : looks) {
        step.information += look->products();
        for (std::size_t i = 0; i < look->common().size(); ++i) right.value[rows * count_ + i] += look->common()[i];
    }
    for (std::size_t place = 0; place < pattern_->people().size(); ++place) {
        const double* from = of_slot.data() + pattern_->slot(place) * count_;
        for (const std::int32_t row : pattern_->rows_of(place))
            for (std::size_t k = 0; k < count_; ++k) right(static_cast<std::size_t>(row), k) += *from++;
    }
    const RaterSystem::Vectors solved = system.solve(right, information_tolerance);
    for (std::size_t i = 0; i < system.size(); ++i)
        for (std::size_t k = 0; k < count_; ++k)
            for (std::size_t l = 0; l <= k; ++l)
                step.information(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(l)) -=
                    right(i, l) * solved(i, k);
    step.information.triangularView<Eigen::StrictlyUpper>() = step.information.transpose();
    return step;
}

// Severities of shared raters: b = σ² Z'Pz.
void RestrictedLikelihood::add_shared(const RatingVariances& variances, Step& step) const {
    for (std::int32_t row = 0; row < pattern_->rows(); ++row) {
        const auto source = static_cast<std::size_t>(ratings_.source(pattern_->rater(row)));
        const std::int32_t place = places_[static_cast<std::size_t>(VarianceTerm::severity)][source];
        if (place < 0) continue;
        const double variance = variances.severity[source],
                     score = system_->solution()[static_cast<std::size_t>(row)] / variance;
        step.squares(place) += score * score;
        step.traces(place) += (1 - system_->variance(row) / variance) / variance;
    }
}

}  // namespace gradus
