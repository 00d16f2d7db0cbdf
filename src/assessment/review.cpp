#include <gradus/assessment/review.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gradus/assessment/rater.h>

#include "assessment/review_rounds.h"
#include "assessment/stage.h"
#include "base/spelling.h"
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
    OptionsJson json = describe(options.estimate);
    for (std::size_t s = 0; s < source_count; ++s)
        if (!is_missing(options.bias[s])) json.add("bias." + std::string(Words<Source>::names[s]), options.bias[s]);
    return json.add("seed", static_cast<double>(options.seed));
}

/// The correlation of two numbers within rounds, pooled: each round has means of its own, since one round is what one sees. What all
/// raters of a round have in common moves all levels alike, and tells nobody from anybody.
struct Correlation {
    double count = 0, aa = 0, ab = 0, bb = 0;                     // of whole rounds, about their means
    double n = 0, of_a = 0, of_b = 0, saa = 0, sab = 0, sbb = 0;  // of the round under way

    void add(double x, double y) { ++n, of_a += x, of_b += y, saa += x * x, sab += x * y, sbb += y * y; }
    void end_round() {
        if (n > 1) {
            const double a = saa - of_a * of_a / n, b = sbb - of_b * of_b / n;
            // What is left of sums that should cancel is not a spread.
            if (a > 1e-12 * saa) aa += a;
            if (b > 1e-12 * sbb) bb += b;
            ab += sab - of_a * of_b / n;
        }
        count += n;
        n = of_a = of_b = saa = sab = sbb = 0;
    }
    double value() const {
        return aa > 0 && bb > 0 ? std::clamp(ab / std::sqrt(aa * bb), -1.0, 1.0) : missing<double>();
    }
};

/// What is found of some levels, over all repetitions.
struct Known {
    double levels = 0, variance = 0, sd = 0, covered = 0, ratings = 0;
    Correlation mean, as_rated;

    /// All about the prior mean, in ranges of the scale. `plain`: the mean of ratings, missing where there are none.
    void add(double truth, double own_mean, double own_sd, double plain) {
        ++levels;
        variance += own_sd * own_sd;
        sd += own_sd;
        covered += std::abs(truth - own_mean) <= sure * own_sd;
        if (is_missing(plain)) return;
        mean.add(truth, own_mean);
        as_rated.add(truth, plain);
    }
    void end_round() { mean.end_round(), as_rated.end_round(); }
};

/// What rounds of one design came to, over all repetitions.
struct Found {
    explicit Found(std::size_t capabilities) : of(capabilities) {}

    Known all;
    std::vector<Known> of;  // by capability
    double identifiability = 0, raters_told = 0, raters = 0, repetitions = 0;
    ReviewRounds::Counts asked;  // of the last repetition: who is there to be asked is the same in all

    void add(const ReviewRounds& rounds, const Draws& draws, const Organization& organization,
             const Estimates& estimates) {
        const Relations& relations = organization.relations();
        for (std::size_t row = 0; row < estimates.size(); ++row) {
            const auto c = static_cast<std::size_t>(estimates.capability[row].value());
            const double bottom = relations.bottom[c], range = relations.top[c] - bottom,
                         middle = rounds.options().prior_mean;
            const double truth = rounds.level(draws, estimates.person[row], estimates.capability[row]) - middle,
                         own_mean = (estimates.mean[row] - bottom) / range - middle, own_sd = estimates.sd[row] / range;
            const double rated = estimates.as_rated[row],
                         plain = is_missing(rated) ? rated : (rated - bottom) / range - middle;
            all.add(truth, own_mean, own_sd, plain);
            of[c].add(truth, own_mean, own_sd, plain);
        }
        all.end_round();
        for (Known& capability : of) capability.end_round();
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

/// The columns of levels, filled by row.
struct Columns {
    explicit Columns(std::size_t rows)
        : ratings(rows), sd(rows), interval(rows), rated(rows), accuracy(rows), as_rated(rows), coverage(rows) {}

    void set(std::size_t row, const Known& of, double repetitions) {
        ratings[row] = of.ratings / repetitions;
        sd[row] = std::sqrt(share(of.variance, of.levels));
        interval[row] = share(2 * sure * of.sd, of.levels);
        rated[row] = share(of.mean.count, of.levels);
        accuracy[row] = of.mean.value();
        as_rated[row] = of.as_rated.value();
        coverage[row] = share(of.covered, of.levels);
    }
    template <class T>
    void give(T& table) && {
        table.ratings.set(std::move(ratings));
        table.sd.set(std::move(sd));
        table.interval.set(std::move(interval));
        table.rated.set(std::move(rated));
        table.accuracy.set(std::move(accuracy));
        table.as_rated.set(std::move(as_rated));
        table.coverage.set(std::move(coverage));
    }

    Buffer<double> ratings, sd, interval, rated, accuracy, as_rated, coverage;
};

DesignReviewCapabilities by_capability(const std::vector<Found>& found, const std::vector<DesignId>& designs,
                                       const Organization& organization, const ReviewDesigns& named) {
    const std::size_t capabilities = organization.capabilities().size();
    std::vector<std::pair<std::size_t, std::size_t>> rows;
    for (std::size_t i = 0; i < found.size(); ++i)
        for (std::size_t c = 0; c < capabilities; ++c)
            if (found[i].of[c].levels > 0) rows.emplace_back(i, c);
    Buffer<DesignId> design(rows.size());
    Buffer<CapabilityId> capability(rows.size());
    Buffer<std::int32_t> people(rows.size());
    Columns columns(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto [i, c] = rows[row];
        design[row] = designs[i];
        capability[row] = CapabilityId(static_cast<std::int32_t>(c));
        people[row] = static_cast<std::int32_t>(found[i].of[c].levels / found[i].repetitions);
        columns.set(row, found[i].of[c], found[i].repetitions);
    }
    DesignReviewCapabilities result;
    result.design.set(std::move(design), named.design.strings());
    result.capability.set(std::move(capability), organization.capabilities().strings());
    result.people.set(std::move(people));
    std::move(columns).give(result);
    return result;
}

/// Where fewer raters are there than are asked for, beside the warnings of the designs.
std::shared_ptr<const Problems> warnings_of(const std::vector<Found>& found, const std::vector<DesignId>& designs,
                                            const ReviewDesigns& named, std::size_t everyone) {
    ProblemList list;
    for (std::size_t i = 1; i < found.size(); ++i)
        for (std::size_t s = 0; s < source_count; ++s) {
            const ReviewRounds::Lack& lack = found[i].asked.lacks[s];
            if (lack.people == 0) continue;
            const std::string name((*named.design.strings())[static_cast<std::size_t>(designs[i].value())]),
                source(Words<Source>::names[s]);
            list.add({.severity = Severity::warning,
                      .code = Code::ignored,
                      .table = "review_designs",
                      .column = "raters",
                      .key = name,
                      .message = "design '" + name + "': for " + std::to_string(lack.people) + " of " +
                                 counted(static_cast<std::int64_t>(everyone), "person", "people") +
                                 " there are fewer of the source " + source + " than it asks for, " +
                                 counted(lack.raters, "rater", "raters") + " in all; those who are there are asked"});
        }
    return join(*named.problems, *list.table());
}

/// The rows of designs in the order in which these first occur.
template <class T>
void put(Column<T>& column, const std::vector<std::size_t>& rows) {
    Buffer<T> values(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) values[row] = column[rows[row]];
    column.set(std::move(values));
}

[[noreturn]] void refuse_design(const ReviewDesigns& designs, std::string_view design) {
    std::vector<std::string_view> known;
    for (std::size_t row = 0; row < designs.size(); ++row)
        if (row == 0 || designs.design[row] != designs.design[row - 1]) known.push_back(designs.design.text(row));
    std::string listed;
    for (const std::string_view name : known) listed.append(listed.empty() ? "" : ", ").append(name);
    const std::string there = known.empty() ? "there is none" : "there are " + listed;
    const std::string_view near = nearest(design, known);
    throw Error(Code::unknown_key,
                design.empty() ? "of " + counted(static_cast<std::int64_t>(known.size()), "design", "designs") +
                                     " one must be named; " + there
                               : "there is no design '" + std::string(design) + "'; " + there +
                                     (near.empty() ? "" : "; did you mean '" + std::string(near) + "'?"),
                "review_designs", 0, "design");
}

}  // namespace

ReviewDesigns load_review_designs(const Organization& organization, const Input& input) {
    std::vector<std::int64_t> first;  // row of the input, by design
    ReviewDesigns designs = load_apart<ReviewDesigns>(
        organization, input, {DesignTag::table},
        [&first](const ReviewDesigns& table, const Origin& origin, ProblemList& problems) {
            for (std::size_t row = 0; row < table.size(); ++row) {
                const auto design = static_cast<std::size_t>(table.design[row].value());
                first.resize(std::max(first.size(), design + 1), std::numeric_limits<std::int64_t>::max());
                first[design] = std::min(first[design], origin.row(row));
            }
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
    std::vector<std::size_t> rows(designs.size());
    std::iota(rows.begin(), rows.end(), 0);
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
        return first[static_cast<std::size_t>(designs.design[a].value())] <
               first[static_cast<std::size_t>(designs.design[b].value())];
    });
    put(designs.design, rows);
    put(designs.source, rows);
    put(designs.capability, rows);
    put(designs.raters, rows);
    put(designs.drawn_from, rows);
    put(designs.answered, rows);
    designs.provenance.digest = digest_of(designs);
    return designs;
}

SimulatedReview simulate_assessments(const Organization& organization, const Assessments& assessments,
                                     const ReviewDesigns& designs, std::string_view design,
                                     const ReviewOptions& options, Control* control) {
    Stage stage("simulate_assessments");
    stage.input(organization.digest()).input(assessments.provenance.digest).input(designs.provenance.digest);
    check(options);
    check_keys(designs, designs.capability, organization.capabilities());
    const Strings* const names = designs.design.strings().get();
    const std::size_t count = names ? names->size() : 0;
    DesignId chosen;
    for (std::size_t i = 0; i < count; ++i)
        if ((*names)[i] == design || (design.empty() && count == 1)) chosen = DesignId(static_cast<std::int32_t>(i));
    if (!chosen) refuse_design(designs, design);
    const ReviewRounds rounds(organization, assessments, options);
    const Draws draws(options.seed, 0);
    const ReviewDesign asked(designs, chosen);
    SimulatedReview result;
    result.assessments =
        rounds.draw(draws, &asked, ReviewRounds::Before::left_out, options.estimate.threads).assessments;
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
    const std::size_t capabilities = organization.capabilities().size();
    std::vector<Found> found(all.size(), Found(capabilities));
    std::vector<double> before(capabilities);  // ratings there are, by capability
    const double steps = static_cast<double>(repetitions) * static_cast<double>(all.size());
    for (std::int32_t repetition = 0; repetition < repetitions; ++repetition) {
        const Draws draws(options.seed, repetition);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const double done =
                static_cast<double>(repetition) * static_cast<double>(all.size()) + static_cast<double>(i);
            if (control) control->report(0.1 + 0.9 * done / steps);
            std::optional<ReviewDesign> design;
            if (all[i]) design.emplace(designs, all[i]);
            const ReviewRounds::Drawn drawn = rounds.draw(draws, design ? &*design : nullptr,
                                                          ReviewRounds::Before::drawn_anew, options.estimate.threads);
            found[i].asked = drawn.counts;
            found[i].raters += static_cast<double>(drawn.counts.raters);
            found[i].all.ratings += static_cast<double>(drawn.counts.ratings);
            std::vector<double> ratings(capabilities);
            for (const CapabilityId capability : drawn.assessments.capability)
                ++ratings[static_cast<std::size_t>(capability.value())];
            if (i == 0) before = ratings;
            for (std::size_t c = 0; c < capabilities; ++c) found[i].of[c].ratings += ratings[c] - before[c];
            found[i].add(rounds, draws, organization, estimate(organization, drawn.assessments, rounds.options()));
        }
        if (control && control->cancelled() && repetition + 1 < repetitions) break;
    }

    const std::size_t count = all.size();
    Buffer<DesignId> design(count);
    Buffer<double> raters(count), lacking(count), identifiability(count);
    Columns columns(count);
    for (std::size_t i = 0; i < count; ++i) {
        const Found& of = found[i];
        design[i] = all[i];
        raters[i] = share(of.raters, of.repetitions * static_cast<double>(rounds.people()));
        lacking[i] = share(static_cast<double>(of.asked.lacking), static_cast<double>(rounds.people()));
        columns.set(i, of.all, of.repetitions);
        identifiability[i] = share(of.identifiability, of.raters_told);
    }
    DesignReview result;
    result.design.set(std::move(design), designs.design.strings());
    result.raters.set(std::move(raters));
    result.lacking.set(std::move(lacking));
    result.identifiability.set(std::move(identifiability));
    std::move(columns).give(result);
    DesignReviewCapabilities apart = by_capability(found, all, organization, designs);
    stage.input(rounds.known().provenance.digest);
    stage.sign(result, describe(options).add("repetitions", found[0].repetitions), options.estimate.as_of,
               rounds.known().provenance.threads);
    result.provenance.seed = options.seed;
    apart.provenance = result.provenance;
    result.capabilities = std::make_shared<const DesignReviewCapabilities>(std::move(apart));
    result.problems = join(*rounds.known().problems, *warnings_of(found, all, designs, rounds.people()));
    return result;
}

}  // namespace gradus
