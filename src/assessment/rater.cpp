#include <gradus/assessment/rater.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <Eigen/Cholesky>

#include "assessment/rating_model.h"
#include "assessment/stage.h"
#include "base/parallel.h"

namespace gradus {

namespace {

// Groups of people and raters that ratings connect: a forest of unions.
class Components {
public:
    explicit Components(std::size_t size) : above_(size) { std::iota(above_.begin(), above_.end(), 0); }
    std::int32_t root(std::int32_t i) {
        while (above_[static_cast<std::size_t>(i)] != i)
            i = above_[static_cast<std::size_t>(i)] =
                above_[static_cast<std::size_t>(above_[static_cast<std::size_t>(i)])];
        return i;
    }
    // The lower root stays, so that the result does not depend on order.
    void join(std::int32_t a, std::int32_t b) {
        a = root(a);
        b = root(b);
        above_[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
    }

private:
    std::vector<std::int32_t> above_;
};

struct RaterRow {
    std::string_view name;
    Source source;
    double severity, variance, halo_squares;
    std::int32_t ratings, people;
    double prior;
    std::int32_t component;
};

struct SharedRater {
    double halo_squares = 0;
    std::int32_t ratings = 0, people = 0;
};

}  // namespace

Raters report_raters(const Estimates& estimates) {
    const RatingModel& model = model_of(estimates, "raters");
    Stage stage("report_raters");
    stage.input(estimates.provenance.digest);
    const Ratings& ratings = model.ratings;
    const RatingVariances& variances = model.components.variances();

    Components components(static_cast<std::size_t>(ratings.people()));
    for (std::int32_t r = 0; r < ratings.shared(); ++r)
        for (const std::int32_t person : ratings.rated_by(r)) components.join(ratings.rated_by(r).front(), person);
    std::vector<std::int32_t> number(static_cast<std::size_t>(ratings.people()), 0);
    std::int32_t last = 0;

    std::vector<RaterRow> rows;
    std::vector<SharedRater> shared(static_cast<std::size_t>(ratings.shared()));
    PersonLevels levels(model);
    std::vector<std::int32_t> counts;
    for (const std::int32_t person : ratings.rated()) {
        levels.go(person);
        const PersonRatings& own = levels.ratings();
        if (own.cells.empty()) continue;
        std::int32_t& component = number[static_cast<std::size_t>(components.root(person))];
        if (component == 0) component = ++last;
        counts.assign(own.raters.size(), 0);
        for (const PersonRatings::Cell& cell : own.cells) counts[static_cast<std::size_t>(cell.rater)] += cell.ratings;
        for (std::size_t j = 0; j < own.raters.size(); ++j) {
            const PersonRatings::Rater& by = own.raters[j];
            if (!by.effect || by.key == PersonRatings::anonymous || (by.key < 0 && by.source != Source::self)) continue;
            const PersonLevels::Effect effect = levels.effect(false, -1, static_cast<std::int32_t>(j));
            const auto s = static_cast<std::size_t>(by.source);
            if (by.shared >= 0) {
                SharedRater& rater = shared[static_cast<std::size_t>(by.shared)];
                rater.halo_squares += effect.mean * effect.mean + effect.variance;
                rater.ratings += counts[j];
                ++rater.people;
                continue;
            }
            // Of the sum of severity and halo, severity has its share of the prior variance.
            const double severity = variances.severity[s], halo = variances.halo[s],
                         share = severity / (severity + halo);
            const double apart = severity * halo / (severity + halo);
            const auto part = [&](double of) {
                return of * of * (effect.mean * effect.mean + effect.variance) + apart;
            };
            rows.push_back(
                {by.key < 0 ? model.organization.people()[static_cast<std::size_t>(person)] : ratings.name(by.key),
                 by.source, share * effect.mean, share * share * effect.variance + apart,
                 halo > 0 ? part(1 - share) : 0, counts[j], 1, severity, component});
        }
    }
    const std::span<const double> x = model.system.solution();
    for (std::int32_t r = 0; r < ratings.shared(); ++r) {
        const SharedRater& rater = shared[static_cast<std::size_t>(r)];
        if (rater.people == 0) continue;
        rows.push_back({ratings.name(ratings.key(r)), ratings.source(r), x[static_cast<std::size_t>(r)],
                        model.system.variance(r), rater.halo_squares / rater.people, rater.ratings, rater.people,
                        variances.severity[static_cast<std::size_t>(ratings.source(r))],
                        number[static_cast<std::size_t>(components.root(ratings.rated_by(r).front()))]});
    }
    std::sort(rows.begin(), rows.end(), [](const RaterRow& a, const RaterRow& b) {
        return std::tie(a.name, a.source) < std::tie(b.name, b.source);
    });

    const std::size_t size = rows.size();
    Strings names;
    Buffer<RaterId> rater(size);
    Buffer<Source> source(size);
    Buffer<double> severity(size), severity_sd(size), halo_sd(size), identifiability(size);
    Buffer<std::int32_t> count(size), people(size), component(size);
    for (std::size_t i = 0; i < size; ++i) {
        const RaterRow& row = rows[i];
        if (i == 0 || rows[i - 1].name != row.name) names.push_back(row.name);
        rater[i] = RaterId(static_cast<std::int32_t>(names.size()) - 1);
        source[i] = row.source;
        const bool none = row.prior <= 1e-12;  // severity is left out of the model
        severity[i] = none ? 0 : row.severity;
        severity_sd[i] = none ? 0 : std::sqrt(std::max(0.0, row.variance));
        halo_sd[i] = std::sqrt(std::max(0.0, row.halo_squares));
        count[i] = row.ratings;
        people[i] = row.people;
        identifiability[i] = none ? 0 : std::clamp(1 - row.variance / row.prior, 0.0, 1.0);
        component[i] = row.component;
    }
    Raters result;
    result.rater.set(std::move(rater), std::make_shared<const Strings>(std::move(names)));
    result.source.set(std::move(source));
    result.severity.set(std::move(severity));
    result.severity_sd.set(std::move(severity_sd));
    result.halo_sd.set(std::move(halo_sd));
    result.ratings.set(std::move(count));
    result.people.set(std::move(people));
    result.identifiability.set(std::move(identifiability));
    result.component.set(std::move(component));
    stage.sign(result, OptionsJson(), model.options.as_of, 1);
    return result;
}

Sources report_sources(const Estimates& estimates) {
    const RatingModel& model = model_of(estimates, "sources");
    Stage stage("report_sources");
    stage.input(estimates.provenance.digest);
    const Ratings& ratings = model.ratings;
    const RatingVariances& variances = model.components.variances();
    std::array<std::int32_t, source_count> count{}, raters{};
    PersonRatings own;
    for (const std::int32_t person : ratings.rated()) {
        ratings.gather(person, own);
        for (const PersonRatings::Cell& cell : own.cells)
            count[static_cast<std::size_t>(own.raters[static_cast<std::size_t>(cell.rater)].source)] += cell.ratings;
        for (const PersonRatings::Rater& by : own.raters)
            raters[static_cast<std::size_t>(by.source)] += by.effect && by.shared < 0;
    }
    for (std::int32_t r = 0; r < ratings.shared(); ++r) ++raters[static_cast<std::size_t>(ratings.source(r))];

    std::vector<std::size_t> present;
    for (std::size_t s = 0; s < source_count; ++s)
        if (ratings.has(static_cast<Source>(s))) present.push_back(s);
    const std::size_t size = present.size();
    Buffer<Source> source(size);
    Buffer<double> bias(size), bias_sd(size), severity_sd(size), halo_sd(size), residual_sd(size);
    Buffer<std::int32_t> rating_count(size), rater_count(size);
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t s = present[i];
        const std::int32_t number = model.layout.source[s];
        source[i] = static_cast<Source>(s);
        bias[i] = number < 0 ? 0 : model.system.solution()[static_cast<std::size_t>(model.layout.raters + number)];
        bias_sd[i] = number < 0 ? 0 : std::sqrt(std::max(0.0, model.system.common_variance(number)));
        severity_sd[i] = variances.severity[s] <= 1e-12 ? 0 : std::sqrt(variances.severity[s]);
        halo_sd[i] = std::sqrt(variances.halo[s]);
        residual_sd[i] = std::sqrt(variances.residual[s]);
        rating_count[i] = count[s];
        rater_count[i] = raters[s];
    }
    Sources result;
    result.source.set(std::move(source));
    result.bias.set(std::move(bias));
    result.bias_sd.set(std::move(bias_sd));
    result.severity_sd.set(std::move(severity_sd));
    result.halo_sd.set(std::move(halo_sd));
    result.residual_sd.set(std::move(residual_sd));
    result.ratings.set(std::move(rating_count));
    result.raters.set(std::move(rater_count));
    stage.sign(result, OptionsJson(), model.options.as_of, 1);
    return result;
}

VarianceReport report_variances(const Estimates& estimates) {
    const RatingModel& model = model_of(estimates, "variances");
    Stage stage("report_variances");
    stage.input(estimates.provenance.digest);
    struct Row {
        const VarianceComponent* component;
        Source source;
    };
    std::vector<Row> rows;
    for (const VarianceComponent& component : model.components.components()) {
        if (component.of.empty()) rows.push_back({&component, missing<Source>()});
        for (const Source source : component.of) rows.push_back({&component, source});
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        return std::pair(a.component->term, a.source) < std::pair(b.component->term, b.source);
    });
    Buffer<VarianceTerm> term(rows.size());
    Buffer<Source> source(rows.size());
    Buffer<double> variance(rows.size()), sd(rows.size()), prior_share(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const VarianceComponent& component = *rows[i].component;
        term[i] = component.term;
        source[i] = rows[i].source;
        variance[i] = component.variance;
        sd[i] = component.given ? missing<double>() : component.sd;
        prior_share[i] = component.given ? missing<double>() : component.prior_share;
    }
    VarianceReport result;
    result.term.set(std::move(term));
    result.source.set(std::move(source));
    result.variance.set(std::move(variance));
    result.sd.set(std::move(sd));
    result.prior_share.set(std::move(prior_share));
    stage.sign(result, OptionsJson(), model.options.as_of, 1);
    return result;
}

namespace {

/// One attribute and value: its people, and those with another value.
struct Group {
    AttributeId attribute;
    std::string_view value;
    std::vector<std::int32_t> members, others;
};

std::vector<Group> groups_of(const Organization& organization, int min_people) {
    const auto& table = organization->person_attributes;
    std::map<AttributeId, std::map<std::string_view, std::vector<std::int32_t>>> found;
    for (std::size_t row = 0; row < table.size(); ++row)
        found[table.attribute[row]][table.value[row]].push_back(table.person[row].value());
    std::vector<Group> groups;
    for (const auto& [attribute, values] : found)
        for (const auto& [value, members] : values) {
            Group group{attribute, value, members, {}};
            for (const auto& [other, people] : values)
                if (other != value) group.others.insert(group.others.end(), people.begin(), people.end());
            std::sort(group.others.begin(), group.others.end());
            if (static_cast<int>(group.members.size()) >= min_people &&
                static_cast<int>(group.others.size()) >= min_people)
                groups.push_back(std::move(group));
        }
    return groups;
}

/// The group's own mean and its mean in each source, by generalised least squares with the model's covariance of all ratings.
struct Contrast {
    std::array<std::int32_t, source_count> people{}, others{};
    Eigen::VectorXd estimate;
    Eigen::MatrixXd covariance;
};

Contrast contrast(const RatingModel& model, const Group& group, const std::vector<Source>& compared) {
    // The mean and that in each source: of the group, then of all who have a value, so that what one group has the other lacks.
    const auto half = static_cast<Eigen::Index>(compared.size()) + 1, columns = 2 * half;
    const auto raters = static_cast<std::size_t>(model.layout.raters);
    std::vector<std::vector<double>> right(static_cast<std::size_t>(columns),
                                           std::vector<double>(static_cast<std::size_t>(model.layout.size()), 0.0));
    Eigen::MatrixXd products = Eigen::MatrixXd::Zero(columns, columns);
    Eigen::VectorXd levels = Eigen::VectorXd::Zero(columns);
    Contrast result;
    PersonRatings ratings;
    PersonBlock block;
    std::vector<PersonBlock::Vector> vectors(static_cast<std::size_t>(columns));
    PersonBlock::Vector given;
    const auto visit = [&](std::int32_t person, bool member) {
        if (!model.ratings.takes_part(person)) return;
        model.ratings.gather(person, ratings);
        if (ratings.cells.empty()) return;
        block.factor(ratings, model.components.variances());
        std::array<bool, source_count> by{};
        for (const PersonRatings::Rater& rater : ratings.raters) by[static_cast<std::size_t>(rater.source)] = true;
        for (std::size_t s = 0; s < source_count; ++s) (member ? result.people : result.others)[s] += by[s];
        const std::size_t cells = ratings.cells.size();
        Eigen::MatrixXd inner = Eigen::MatrixXd::Zero(columns, columns);
        for (auto& vector : vectors) block.clear(vector);
        block.clear(given);
        for (std::size_t i = 0; i < cells; ++i) {
            const PersonRatings::Cell& cell = ratings.cells[i];
            const Source source = ratings.raters[static_cast<std::size_t>(cell.rater)].source;
            const double weight = block.weight(i);
            block.add(cell, weight * cell.sum / cell.weight, given);
            const auto value = [&](Eigen::Index k) {
                if (k < half && !member) return 0.0;
                return k % half == 0 || compared[static_cast<std::size_t>(k % half) - 1] == source ? 1.0 : 0.0;
            };
            for (Eigen::Index k = 0; k < columns; ++k) {
                const double of_k = value(k);
                if (of_k == 0) continue;
                block.add(cell, weight, vectors[static_cast<std::size_t>(k)]);
                levels(k) += weight * cell.sum / cell.weight;
                for (Eigen::Index l = 0; l <= k; ++l) inner(k, l) += weight * value(l);
            }
        }
        block.project(given);
        for (auto& vector : vectors) block.project(vector);
        for (Eigen::Index k = 0; k < columns; ++k) {
            const PersonBlock::Vector& of_k = vectors[static_cast<std::size_t>(k)];
            levels(k) += block.product(of_k, given, 0);
            for (Eigen::Index l = 0; l <= k; ++l)
                products(k, l) += block.product(of_k, vectors[static_cast<std::size_t>(l)], inner(k, l));
            for (std::size_t j = 0; j < ratings.raters.size(); ++j) {
                const double product = block.product(block.of_rater(static_cast<std::int32_t>(j)), of_k);
                if (ratings.raters[j].shared >= 0)
                    right[static_cast<std::size_t>(k)][static_cast<std::size_t>(ratings.raters[j].shared)] += product;
                if (const std::int32_t source = model.layout.source[static_cast<std::size_t>(ratings.raters[j].source)];
                    source >= 0)
                    right[static_cast<std::size_t>(k)][raters + static_cast<std::size_t>(source)] += product;
            }
            for (std::size_t c = 0; c < ratings.capabilities.size(); ++c)
                right[static_cast<std::size_t>(k)][raters + static_cast<std::size_t>(ratings.capabilities[c])] +=
                    block.product(block.of_capability(static_cast<std::int32_t>(c)), of_k);
        }
    };
    for (const std::int32_t person : group.members) visit(person, true);
    for (const std::int32_t person : group.others) visit(person, false);
    const std::span<const double> x = model.system.solution();
    for (Eigen::Index k = 0; k < columns; ++k) {
        const std::vector<double> solved = model.system.solve(right[static_cast<std::size_t>(k)], 1e-8);
        for (std::size_t i = 0; i < solved.size(); ++i) {
            levels(k) -= right[static_cast<std::size_t>(k)][i] * x[i];
            for (Eigen::Index l = 0; l <= k; ++l) products(k, l) -= right[static_cast<std::size_t>(l)][i] * solved[i];
        }
    }
    products.triangularView<Eigen::StrictlyUpper>() = products.transpose();
    for (Eigen::Index k = 0; k < columns; ++k)
        products(k, k) += 1e-9 * products(k, k) + 1e-9;  // what others tell as well is left nowhere
    const Eigen::LDLT<Eigen::MatrixXd> solver(products);
    result.estimate = solver.solve(levels);
    result.covariance = solver.solve(Eigen::MatrixXd::Identity(columns, columns));
    return result;
}

Source anchor_of(const RatingModel& model, Source against) {
    if (is_missing(against)) return model.ratings.reference();
    if (model.ratings.has(against)) return against;
    std::string present;
    for (std::size_t s = 0; s < source_count; ++s)
        if (model.ratings.has(static_cast<Source>(s)))
            present += (present.empty() ? "" : ", ") + std::string(Words<Source>::names[s]);
    throw Error(Code::invalid_option,
                "option against must be a source that ratings came from (" +
                    (present.empty() ? "there are none" : present) + "), not " +
                    std::string(Words<Source>::names[static_cast<std::size_t>(against)]),
                "options", 0, "against");
}

}  // namespace

Fairness check_fairness(const Estimates& estimates, int min_people, Source against) {
    const RatingModel& model = model_of(estimates, "checks of fairness");
    if (min_people < 2) refuse_option("min_people", min_people, "at least 2");
    Stage stage("check_fairness");
    stage.input(estimates.provenance.digest);
    const Source anchor = anchor_of(model, against);
    std::vector<Source> compared;
    for (std::size_t s = 0; s < source_count; ++s)
        if (const auto source = static_cast<Source>(s); model.ratings.has(source) && source != anchor)
            compared.push_back(source);

    struct Row {
        const Group* group;
        Source source, against;
        double difference, sd;
        std::int32_t people, others;
    };
    const std::vector<Group> groups = groups_of(model.organization, min_people);
    std::vector<Row> rows;
    for (const Group& group : groups) {
        const Contrast found = contrast(model, group, compared);
        for (std::size_t s = 0; s < source_count; ++s) {
            const auto source = static_cast<Source>(s);
            const std::int32_t people = found.people[s], others = found.others[s];
            if (people == 0) continue;
            Row row{&group, source, source == anchor ? missing<Source>() : anchor, missing<double>(), missing<double>(),
                    people, others};
            const auto a = static_cast<std::size_t>(anchor);
            const bool enough = std::min({people, others, found.people[a], found.others[a]}) >= min_people;
            if (source != anchor && enough) {
                const auto k =
                    static_cast<Eigen::Index>(std::find(compared.begin(), compared.end(), source) - compared.begin()) +
                    1;
                row.difference = found.estimate(k);
                row.sd = std::sqrt(std::max(0.0, found.covariance(k, k)));
            }
            rows.push_back(row);
        }
    }
    Buffer<AttributeId> attribute(rows.size());
    Strings values;
    Buffer<Source> source(rows.size()), anchors(rows.size());
    Buffer<double> difference(rows.size()), sd(rows.size()), detectable(rows.size());
    Buffer<std::int32_t> people(rows.size()), others(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        attribute[i] = rows[i].group->attribute;
        values.push_back(rows[i].group->value);
        source[i] = rows[i].source;
        anchors[i] = rows[i].against;
        difference[i] = rows[i].difference;
        sd[i] = rows[i].sd;
        detectable[i] = (1.96 + 0.84) * rows[i].sd;
        people[i] = rows[i].people;
        others[i] = rows[i].others;
    }
    Fairness result;
    result.attribute.set(std::move(attribute), model.organization->person_attributes.attribute.strings());
    result.value.set(std::make_shared<const Strings>(std::move(values)));
    result.source.set(std::move(source));
    result.against.set(std::move(anchors));
    result.difference.set(std::move(difference));
    result.sd.set(std::move(sd));
    result.detectable.set(std::move(detectable));
    result.people.set(std::move(people));
    result.others.set(std::move(others));
    OptionsJson options;
    options.add("min_people", static_cast<double>(min_people));
    if (!is_missing(against)) options.add("against", Words<Source>::names[static_cast<std::size_t>(against)]);
    stage.sign(result, options, model.options.as_of, 1);
    return result;
}

}  // namespace gradus
