#pragma once

#include <map>
#include <vector>

namespace gradus::verification {

/// A row of risks as far as the value needs it; weight × impact / range of the scale = what a position weighs (§3.5).
struct Need {
    double weighs, required, sd;
};

/// One outcome for one person: the probability includes the preference (§3.4).
struct Lesson {
    double up_to, uplift, probability;
};

/// A lesson and the share of the horizon's days that lie after it.
struct Effect {
    double share;
    int lesson;
};

/// E[max(0, required − level)] for level ~ N(mean, sd²) (§3.2).
double shortfall(double required, double mean, double sd);

/// One level of one person, all that is needed of it and all that might raise it.
///
/// What a set of lessons leaves of the exposure does not depend on their dates, so it is worked out once per set.
/// Sets have numbers; 0 is the empty set.
class Subject {
public:
    Subject(double mean, std::vector<Need> needs, std::vector<Lesson> lessons);

    int lessons() const { return static_cast<int>(lessons_.size()); }
    /// The number of the set with one lesson more.
    int with(int set, int lesson) {
        const int known = next_[static_cast<std::size_t>(set * lessons() + lesson)];
        return known >= 0 ? known : extend(set, lesson);
    }
    /// The expected weighted exposure once these lessons were given (§3.4).
    double exposure(int set) const { return exposures_[static_cast<std::size_t>(set)]; }
    /// Its mean over the horizon's days, `effects` in the order of time (§3.5).
    double exposure(const std::vector<Effect>& effects);
    /// The same with one effect more.
    double exposure(const std::vector<Effect>& effects, Effect more);

private:
    double evaluate(const std::vector<int>& members) const;
    int add(const std::vector<int>& members);
    int extend(int set, int lesson);

    double mean_;
    std::vector<Need> needs_;
    std::vector<Lesson> lessons_;
    std::map<std::vector<int>, int> numbers_;  // by members, ascending
    std::vector<std::vector<int>> members_;    // by set
    std::vector<double> exposures_;            // by set
    std::vector<int> next_;                    // by set and lesson: the set with it; -1: not worked out yet
};

}  // namespace gradus::verification
