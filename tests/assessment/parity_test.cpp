#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gradus/assessment/rater.h>

#include "assessment/rating_model.h"
#include "organization/tables.h"

// The same models by lme4 (Bates et al. 2015, J. Stat. Software 67): its restricted likelihood, variances, fixed effects, conditional
// modes and their standard deviations, on data of others (docs/methods/estimate.md). And the order of judges, as published.

namespace gradus {
namespace {

namespace fs = std::filesystem;

const fs::path data = fs::path(GRADUS_SOURCE_DIR) / ".." / "shared" / "data" / "ratings";

std::vector<std::vector<std::string>> read(const fs::path& file) {
    std::ifstream in(file);
    std::vector<std::vector<std::string>> rows;
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
        std::istringstream row(line);
        std::vector<std::string>& cells = rows.emplace_back();
        for (std::string cell; std::getline(row, cell, ',');) {
            cell.erase(std::remove(cell.begin(), cell.end(), '"'), cell.end());
            cells.push_back(cell);
        }
    }
    return rows;
}

struct Rating {
    std::string person, capability, rater, source, level;
};

Organization organisation(const std::vector<Rating>& ratings, int lowest, int levels) {
    Input scales{"scales"}, capabilities{"capabilities"}, roles{"roles"}, requirements{"requirements"},
        people{"people"};
    for (int i = 0; i < levels; ++i) {
        scales.row();
        scales.set("scale", "S");
        scales.set("level", std::string_view("l" + std::to_string(lowest + i)));
        scales.set("position", std::string_view(std::to_string(lowest + i)));
    }
    std::map<std::string, int> of_capability, of_person;
    for (const Rating& rating : ratings) ++of_capability[rating.capability], ++of_person[rating.person];
    for (const auto& [key, count] : of_capability) {
        capabilities.row();
        capabilities.set("capability", std::string_view(key));
        capabilities.set("scale", "S");
    }
    roles.row();
    roles.set("role", "R");
    for (const auto& [key, count] : of_person) {
        people.row();
        people.set("person", std::string_view(key));
        people.set("role", "R");
    }
    requirements.column("role");
    requirements.column("capability");
    requirements.column("level");
    const std::vector<Input> all{scales, capabilities, roles, requirements, people};
    return Organization(all, 1);
}

Assessments assessments(const Organization& organization, const std::vector<Rating>& ratings) {
    Input input{"assessments"};
    for (const Rating& rating : ratings) {
        input.row();
        input.set("person", std::string_view(rating.person));
        input.set("capability", std::string_view(rating.capability));
        input.set("rater", std::string_view(rating.rater));
        input.set("source", std::string_view(rating.source));
        input.set("level", std::string_view(rating.level));
    }
    return load_assessments(organization, input, 1);
}

/// As lme4 has it: nothing is believed before, variances are the same for all sources.
EstimateOptions as_lme4() {
    EstimateOptions options;
    options.as_of = day("2026-01-01");
    options.prior_weight = 0;
    options.pooled = {.severity = true, .halo = true, .residual = true};
    options.common_uncertainty = false;
    options.threads = 1;
    return options;
}

double variance(const RatingModel& model, VarianceTerm term) {
    for (const VarianceComponent& component : model.components.components())
        if (component.term == term) return component.variance;
    return 0;
}

bool absent() {
    if (fs::exists(data)) return false;
    const char* required = std::getenv("GRADUS_REQUIRE_DATA");
    if (required && std::string(required) == "1") ADD_FAILURE() << data << " is not there";
    return true;
}

/// Of the people's and raters' effects, by lme4's names of their groups.
void compare(const RatingModel& model, const fs::path& file, double range,
             const std::map<std::string, std::string>& terms) {
    PersonLevels levels(model);
    std::map<std::string, std::map<std::string, PersonLevels::Effect>> found;
    for (std::int32_t person = 0; person < model.ratings.people(); ++person) {
        const std::string who(model.organization.people()[static_cast<std::size_t>(person)]);
        levels.go(person);
        found["person"][who] = levels.effect(true, -1, -1);
        for (std::size_t c = 0; c < levels.ratings().capabilities.size(); ++c) {
            const CapabilityId capability = model.ratings.capability(levels.ratings().capabilities[c]);
            found["person:capability"]
                 [who + "." +
                  std::string(model.organization.capabilities()[static_cast<std::size_t>(capability.value())])] =
                     levels.effect(false, static_cast<std::int32_t>(c), -1);
        }
        for (std::size_t j = 0; j < levels.ratings().raters.size(); ++j) {
            const PersonRatings::Rater& by = levels.ratings().raters[j];
            const std::string name(by.key < 0 ? "" : model.ratings.name(by.key));
            if (by.shared < 0) continue;
            for (const char* between : {":", "."})
                found["person:rater"][who + between + name] = levels.effect(false, -1, static_cast<std::int32_t>(j));
            found["rater"][name] = {model.system.solution()[static_cast<std::size_t>(by.shared)],
                                    model.system.variance(by.shared)};
        }
    }
    std::map<std::string, int> compared;
    for (const std::vector<std::string>& row : read(file)) {
        const auto term = terms.find(row.at(0));
        if (term == terms.end()) continue;
        const auto& of_term = found[term->second];
        std::string key = row.at(2);
        const auto at = of_term.find(key);
        if (at == of_term.end()) continue;
        ++compared[term->second];
        EXPECT_NEAR(range * at->second.mean, std::stod(row.at(3)), 1e-3) << row.at(0) << " " << key;
        EXPECT_NEAR(range * std::sqrt(at->second.variance) / std::stod(row.at(4)), 1, 1e-3) << row.at(0) << " " << key;
    }
    for (const auto& [name, term] : terms) EXPECT_GT(compared[term], 9) << name;
}

TEST(Parity, OfEssaysByTenRaters) {
    if (absent()) GTEST_SKIP() << data << " is not there";
    std::vector<Rating> ratings;
    for (const std::vector<std::string>& row : read(data / "immer__data.ptam4long.csv"))
        ratings.push_back({row.at(0), row.at(2), row.at(1), "peer", row.at(3)});
    ASSERT_EQ(ratings.size(), 1776u);
    const Organization organization = organisation(ratings, 0, 4);
    EstimateOptions options = as_lme4();
    options.terms.person_capability = false;
    const RatingModel model(organization, assessments(organization, ratings), options, nullptr);
    const double range = 3;
    EXPECT_TRUE(model.system.exact());
    EXPECT_NEAR(model.components.criterion() + 2 * (1776 - 3) * std::log(range), 3533.257916, 1e-4);
    const double square = range * range;
    EXPECT_NEAR(square * variance(model, VarianceTerm::person) / 0.30617244594565, 1, 1e-3);
    EXPECT_NEAR(square * variance(model, VarianceTerm::severity) / 0.0322058310954364, 1, 1e-3);
    EXPECT_NEAR(square * variance(model, VarianceTerm::halo) / 0.069447739563078, 1, 1e-3);
    EXPECT_NEAR(square * variance(model, VarianceTerm::residual) / 0.296650686705829, 1, 1e-3);
    compare(model, data / "reference" / "immer_ptam4_lmer_ranef.csv", range,
            {{"person", "person"}, {"rater", "rater"}, {"person:rater", "person:rater"}});
}

TEST(Parity, OfSelfManagerAndPeers) {
    if (absent()) GTEST_SKIP() << data << " is not there";
    std::vector<Rating> ratings;
    for (const std::vector<std::string>& row : read(data / "sim120_ratings.csv"))
        ratings.push_back({row.at(0), row.at(1), row.at(2), row.at(3), row.at(4)});
    ASSERT_EQ(ratings.size(), 3840u);
    const Organization organization = organisation(ratings, 1, 5);
    const RatingModel model(organization, assessments(organization, ratings), as_lme4(), nullptr);
    const double range = 4, square = range * range;
    EXPECT_TRUE(model.system.exact());
    EXPECT_NEAR(model.components.criterion() + 2 * (3840 - 10) * std::log(range), 9982.38051835, 1e-4);
    EXPECT_NEAR(square * variance(model, VarianceTerm::person) / 0.350635986759461, 1, 1e-3);
    EXPECT_NEAR(square * variance(model, VarianceTerm::person_capability) / 0.216305934832784, 1, 1e-3);
    EXPECT_NEAR(square * variance(model, VarianceTerm::severity) / 0.130955290790905, 1, 1e-3);
    EXPECT_NEAR(square * variance(model, VarianceTerm::halo) / 0.226157664716892, 1, 1e-3);
    EXPECT_NEAR(square * variance(model, VarianceTerm::residual) / 0.466654269597648, 1, 1e-3);
    // Fixed effects: of the manager 0, of others against it; a capability's is that of the manager.
    const auto common = model.system.solution().subspan(static_cast<std::size_t>(model.layout.raters));
    const auto source = [&](Source of) {
        return range * common[static_cast<std::size_t>(model.layout.source[static_cast<std::size_t>(of)])];
    };
    EXPECT_NEAR(source(Source::peer), 0.197395833333243, 1e-3 * 0.197);
    EXPECT_NEAR(source(Source::self), 0.499999999999736, 1e-3 * 0.5);
    EXPECT_NEAR(1 + range * (0.5 + common[0]), 2.90755208333385, 1e-3);
    compare(model, data / "reference" / "sim120_lmer_ranef_condsd.csv", range,
            {{"person", "person"}, {"rater", "rater"}, {"pr", "person:rater"}, {"pc", "person:capability"}});
}

// Guilford (1954), Psychometric Methods: three judges, each of seven people on five traits. The measures beside are those of a Rasch
// model; of a judge it is high for the severe, whose severity here is below 0.
TEST(Parity, OfGuilfordsJudges) {
    if (absent()) GTEST_SKIP() << data << " is not there";
    std::vector<Rating> ratings;
    for (const std::vector<std::string>& row : read(data / "guilford_creativity_long.csv"))
        ratings.push_back({row.at(5), row.at(6), row.at(4), "peer", row.at(3)});
    ASSERT_EQ(ratings.size(), 105u);
    const Organization organization = organisation(ratings, 1, 9);
    EstimateOptions options;
    options.as_of = day("2026-01-01");
    const Estimates found = estimate(organization, assessments(organization, ratings), options);

    std::map<std::string, std::vector<std::pair<double, std::string>>> published;
    for (const std::vector<std::string>& row : read(data / "reference" / "guilford_jmle_rsm_computed_here.csv"))
        if (row.at(0) != "step") published[row.at(0)].emplace_back(std::stod(row.at(3)), row.at(1));
    const auto order = [](std::vector<std::pair<double, std::string>> measures, bool falling) {
        std::sort(measures.begin(), measures.end());
        if (falling) std::reverse(measures.begin(), measures.end());
        std::vector<std::string> names;
        for (const auto& [measure, name] : measures) names.push_back(name);
        return names;
    };
    const Raters judges = report_raters(found);
    std::vector<std::pair<double, std::string>> severities, levels;
    for (std::size_t i = 0; i < judges.size(); ++i)
        severities.emplace_back(judges.severity[i], (*judges.rater.strings())[judges.rater[i].value()]);
    EXPECT_EQ(order(severities, false), (std::vector<std::string>{"Brahe", "Avogadro", "Cavendish"}));
    EXPECT_EQ(order(severities, false), order(published["judge"], true));
    std::map<std::string, double> sums;
    for (std::size_t i = 0; i < found.size(); ++i)
        sums[std::string(organization.people()[found.person[i].value()])] += found.mean[i];
    for (const auto& [name, sum] : sums) levels.emplace_back(sum, name);
    EXPECT_EQ(order(levels, true), order(published["person"], true));
}

}  // namespace
}  // namespace gradus
