#include "reviews.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "random.h"
#include "workforce.h"

namespace gradus::bench {

namespace {

constexpr int team = 8;

// In positions.
constexpr double person_sd = 0.59, capability_sd = 0.47, severity_sd[] = {0.55, 0.36, 0.36},
                 halo_sd[] = {0, 0.48, 0.48}, residual_sd = 0.68;
constexpr double bias[] = {0.5, 0, 0.2};

/// Two real numbers of a normal distribution from two of an even one: Box & Muller (1958).
class Normal {
public:
    explicit Normal(std::uint64_t seed) : random_(seed) {}
    double next() {
        if (has_) {
            has_ = false;
            return other_;
        }
        const double radius = std::sqrt(-2 * std::log(1 - random_.real(0, 1))),
                     turn = 6.283185307179586 * random_.real(0, 1);
        other_ = radius * std::sin(turn);
        has_ = true;
        return radius * std::cos(turn);
    }
    int below(int count) { return random_.below(count); }

private:
    Random random_;
    double other_ = 0;
    bool has_ = false;
};

std::string key(char prefix, int number) {
    const std::string digits = std::to_string(number);
    return prefix + std::string(7 - digits.size(), '0') + digits;
}

}  // namespace

Reviews::Reviews(int people) : people_count_(people) {
    Normal normal(9);
    Input scale("scales"), capability("capabilities"), role("roles"), requirement("requirements");
    std::vector<std::string> person_keys, capability_keys, level_keys;
    for (int i = 0; i < levels; ++i) {
        level_keys.push_back("level " + std::to_string(i + 1));
        scale.row().set("scale", "S").set("level", level_keys.back());
    }
    role.row().set("role", "R");
    for (int i = 0; i < capabilities; ++i) {
        capability_keys.push_back(key('C', i));
        capability.row().set("capability", capability_keys.back()).set("scale", "S");
        requirement.row().set("role", "R").set("capability", capability_keys.back()).set("level", 3);
    }
    small_ = {scale, capability, role, requirement};
    for (int i = 0; i < people; ++i) person_keys.push_back(key('P', i));
    std::vector<std::int32_t> every(static_cast<std::size_t>(people)), none(static_cast<std::size_t>(people), 0);
    for (int i = 0; i < people; ++i) every[static_cast<std::size_t>(i)] = i;
    people_.keys("person", every, person_keys, Form::dictionary).keys("role", none, {"R"}, Form::dictionary);

    std::vector<double> severity[3];
    for (int s = 0; s < 3; ++s)
        for (int i = 0; i < people; ++i) severity[s].push_back(severity_sd[s] * normal.next());
    const auto rows = static_cast<std::size_t>(ratings());
    std::vector<std::int32_t> person(rows), of(rows), source(rows);
    rater_.resize(rows);
    level_.resize(rows);
    std::size_t row = 0;
    for (int i = 0; i < people; ++i) {
        const double own = person_sd * normal.next();
        double at[capabilities];
        for (double& value : at) value = 3 + own + capability_sd * normal.next();
        int by[raters] = {i, i / team * team, normal.below(people), normal.below(people)};
        while (by[2] == i || by[2] == by[1]) by[2] = normal.below(people);
        while (by[3] == i || by[3] == by[1] || by[3] == by[2]) by[3] = normal.below(people);
        if (by[1] == i) by[1] = (i + team) % people;  // a manager is managed by another
        if (by[2] > by[3]) std::swap(by[2], by[3]);
        constexpr int source_of[raters] = {0, 1, 2, 2};
        double impression[raters];
        for (int j = 0; j < raters; ++j)
            impression[j] = bias[source_of[j]] + severity[source_of[j]][static_cast<std::size_t>(by[j])] +
                            halo_sd[source_of[j]] * normal.next();
        for (int c = 0; c < capabilities; ++c)
            for (int j = 0; j < raters; ++j, ++row) {
                person[row] = i;
                of[row] = c;
                source[row] = source_of[j];
                rater_[row] = by[j];
                level_[row] =
                    std::clamp(static_cast<int>(std::lround(at[c] + impression[j] + residual_sd * normal.next())), 1,
                               levels) -
                    1;
            }
    }
    assessments_.keys("person", person, person_keys, Form::dictionary)
        .keys("capability", of, capability_keys, Form::dictionary)
        .keys("source", source, {"self", "manager", "peer"}, Form::dictionary)
        .keys("rater", rater_, person_keys, Form::dictionary)
        .keys("level", level_, level_keys, Form::dictionary)
        .days("date", std::vector<std::int32_t>(rows, as_of().time_since_epoch().count()));
}

std::vector<Input> Reviews::organization() const {
    std::vector<Input> inputs = small_;
    inputs.push_back(people_.input());
    return inputs;
}

void Reviews::write(const char* file) const {
    std::FILE* out = std::fopen(file, "w");
    if (!out) throw std::runtime_error(std::string("could not write ") + file);
    std::fprintf(out, "person,capability,rater,source,level\n");
    constexpr const char* source_of[raters] = {"self", "manager", "peer", "peer"};
    for (std::size_t row = 0; row < rater_.size(); ++row) {
        const auto within = static_cast<int>(row % (capabilities * raters));
        std::fprintf(out, "%d,%d,%s%d,%s,%d\n", static_cast<int>(row / (capabilities * raters)), within / raters,
                     source_of[within % raters], rater_[row], source_of[within % raters], level_[row] + 1);
    }
    std::fclose(out);
}

}  // namespace gradus::bench
