#include <gradus/assessment/review.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gradus/assessment/rater.h>

#include "assessment/review_rounds.h"
#include "assessment/stage.h"
#include "organization/apart.h"

namespace gradus {

namespace {

constexpr std::size_t enough_levels = 10'000;
constexpr std::int32_t most_repetitions = 100;
constexpr double sure = 1.96;  // standard deviations on either side that hold 95 % of a normal distribution

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

    void add(const ReviewRounds& rounds, const Draws& draws, const Organization& organization,
             const Estimates& estimates) {
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
    const ReviewRounds rounds(organization, none, options);
    const Draws draws(options.seed, 0);
    const ReviewDesign asked(designs, chosen);
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
    const ReviewRounds rounds(organization, assessments, options);
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
            std::optional<ReviewDesign> design;
            if (all[i]) design.emplace(designs, all[i]);
            const ReviewRounds::Drawn drawn = rounds.draw(draws, design ? &*design : nullptr, options.estimate.threads);
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
    stage.sign(result, describe(options).add("repetitions", found[0].repetitions), options.estimate.as_of,
               rounds.known().provenance.threads);
    result.provenance.seed = options.seed;
    result.problems = designs.problems;
    return result;
}

}  // namespace gradus
