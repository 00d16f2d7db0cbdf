#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <gradus/assessment/review.h>

#include "assessment/draws.h"
#include "assessment/rating_model.h"

namespace gradus {

/// What a source is asked for.
struct Asked {
    std::int32_t raters = 0;
    Reach reach = Reach::team;
    double answered = 1;
};

/// One design: who is asked to rate.
class ReviewDesign {
public:
    ReviewDesign(const ReviewDesigns& designs, DesignId design) {
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

/// Review rounds drawn from the model of estimate(): who rates whom, true levels, ratings.
class ReviewRounds {
public:
    /// `before`: ratings whose raters and dates stay.
    ReviewRounds(const Organization& organization, const Assessments& before, const ReviewOptions& options);

    const Estimates& known() const { return known_; }
    /// Those that rounds are drawn with, all given.
    const EstimateOptions& options() const { return options_; }
    /// Who take part.
    std::size_t people() const { return everyone_.of(0).size(); }

    /// The true level, in ranges of the scale above its bottom.
    double level(const Draws& draws, PersonId person, CapabilityId capability) const;

    /// Where fewer are there to draw from than a source is asked for.
    struct Lack {
        std::int64_t people = 0, raters = 0;
    };
    /// What a round asks for, summed over people.
    struct Counts {
        std::int64_t raters = 0, ratings = 0, lacking = 0;  // lacking: people of whom any source lacks raters
        std::array<Lack, source_count> lacks{};

        void add(const Counts& other);
    };
    struct Drawn {
        Assessments assessments;
        Counts counts;
    };
    /// What is drawn beside the ratings of the round.
    enum class Before { drawn_anew, left_out };
    /// `design`: none: what there is.
    Drawn draw(const Draws& draws, const ReviewDesign* design, Before before, int threads) const;

private:
    class Person;
    static std::size_t place(PersonId person) { return static_cast<std::size_t>(person.value()); }
    static std::size_t place(RaterId rater) { return static_cast<std::size_t>(rater.value()); }
    std::size_t size() const { return organization_.people().size(); }
    PersonId manager(PersonId person) const { return organization_->people.manager[place(person)]; }
    Rows scale_of(CapabilityId capability) const {
        const ScaleId scale = organization_->capabilities.scale[static_cast<std::size_t>(capability.value())];
        return organization_.relations().levels_of_scale[scale];
    }
    double position(std::int32_t row) const { return organization_->scales.position[static_cast<std::size_t>(row)]; }
    double shared(std::int32_t number) const {
        const RatingModel& model = *known_.model;
        return model.system.solution()[static_cast<std::size_t>(model.layout.raters + number)];
    }
    void learn(const ReviewOptions& options);
    void name_raters();
    double difficulty(const Draws& draws, CapabilityId capability) const;
    double rounding(CapabilityId capability) const;
    double shown(CapabilityId capability, double level) const;

    const Organization& organization_;
    const Assessments& before_;
    EstimateOptions options_;
    Estimates known_;
    const Day& day_;
    Circles everyone_, managed_, units_;
    Variances::BySource bias_{};
    std::vector<double> rounding_;  // by capability
    Keys raters_;
    std::vector<RaterId> as_rater_, renamed_;  // by person; by rater of the ratings before
};

}  // namespace gradus
