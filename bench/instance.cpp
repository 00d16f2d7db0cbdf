#include "instance.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include "base/parallel.h"
#include "columns.h"
#include "demand.h"
#include "measure.h"
#include "random.h"

namespace gradus::bench {

namespace {

constexpr int roles = 100, requirements = 12, capabilities = 200, activities = 500, levels = 5;
constexpr int session_seats = 20;  // of family `sessions`
constexpr std::size_t open_sessions = 3;
constexpr double money_share = 0.4;  // of the demand at no price
constexpr double tight_share = 0.05;
constexpr double seat_share = 0.5;
// Every role has one mandatory activity, this share of them a second: then about 30 % of the items are mandatory.
constexpr double second_duty_share = 0.38;
// The demand of more people is that of the first so many times their number: shares of it need not be sharper than this, and
// an instance of a million people should not take longer to make than to plan.
constexpr int asked = 10'000;

Date as_of() { return std::chrono::sys_days(std::chrono::year(2026) / 3 / 31); }
Date first_day() { return as_of() + std::chrono::days(1); }

std::string key(char prefix, int number, std::size_t digits = 7) {
    const std::string text = std::to_string(number);
    return prefix + std::string(digits - text.size(), '0') + text;
}
std::vector<std::string> keys(char prefix, int count) {
    std::vector<std::string> made;
    for (int i = 0; i < count; ++i) made.push_back(key(prefix, i));
    return made;
}

bool one_of(Family family, std::initializer_list<Family> list) {
    return std::find(list.begin(), list.end(), family) != list.end();
}
bool has_sessions(Family family) { return one_of(family, {Family::seats, Family::sessions, Family::quarters}); }
bool in_sessions(int activity) { return activity % 2 == 0; }

/// What is learnt by whom: the same for every size.
struct Syllabus {
    struct Lesson {
        int capability;
        double uplift, probability;
        int up_to;
    };
    struct Course {
        int hours, cost, days;
        double account_share;
        std::vector<Lesson> lessons;
    };
    struct Need {
        int capability, level, criticality;
    };
    std::array<std::array<Need, requirements>, roles> needs;
    std::array<Course, activities> courses;
    std::array<std::vector<int>, roles> duties;  ///< activities that are mandatory and help the role

    explicit Syllabus(std::uint64_t seed) {
        Random random(seed);
        for (auto& role : needs) {
            const int first = random.below(capabilities);
            const int step = 1 + random.below(5);  // distinct, since 12 × 5 < 200
            for (int k = 0; k < requirements; ++k)
                role[static_cast<std::size_t>(k)] = {(first + k * step) % capabilities, 2 + random.below(levels - 1),
                                                     1 + random.below(5)};
        }
        for (Course& course : courses) {
            course = {4 + 2 * random.below(9), 100 + 50 * random.below(30), 1 + random.below(30), 0, {}};
            if (random.below(10) < 3) course.account_share = 0.5;
            const int lessons = 1 + random.below(2);
            const int base = random.below(capabilities);
            for (int k = 0; k < lessons; ++k)
                course.lessons.push_back({(base + 7 * k) % capabilities, 0.25 * (1 + random.below(6)),
                                          random.real(0.5, 1.0), 3 + random.below(levels - 2)});
        }
        for (std::size_t role = 0; role < roles; ++role) {
            // What is mandatory the organisation pays alone, and two fit into the hours of anybody: so there are no conflicts.
            std::vector<int> helpful;
            for (std::size_t a = 0; a < activities; ++a)
                if (courses[a].account_share == 0 && courses[a].hours <= 18 && helps(courses[a], role))
                    helpful.push_back(static_cast<int>(a));
            const int first = random.below(static_cast<int>(helpful.size()));
            const int step = 1 + random.below(static_cast<int>(helpful.size()) - 1);
            duties[role].push_back(helpful[static_cast<std::size_t>(first)]);
            if (random.real() < second_duty_share)
                duties[role].push_back(helpful[static_cast<std::size_t>(first + step) % helpful.size()]);
        }
    }

private:
    bool helps(const Course& course, std::size_t role) const {
        for (const Lesson& lesson : course.lessons)
            for (const Need& need : needs[role])
                if (need.capability == lesson.capability) return true;
        return false;
    }
};

/// Units in a tree. Its leaves are where people are; every unit has a fund.
struct Tree {
    std::vector<int> parent;  ///< by unit, parents first; -1: the organisation itself
    std::vector<int> leaves;
    std::vector<int> rank;  ///< by unit: among those of its level

    /// Twenty units, or eighty teams of departments and divisions; fewer where fewer than ten people would be in one, since
    /// money for one person is no budget. Four levels stay four.
    explicit Tree(const Shape& shape) {
        std::vector<int> sizes = {1};
        if (shape.family == Family::tree) {
            const int teams = std::clamp(shape.people / 10, 2, 80);
            const int departments = (teams + 4) / 5;
            sizes.insert(sizes.end(), {(departments + 3) / 4, departments, teams});
        } else {
            sizes.push_back(std::clamp(shape.people / 10, 2, 20));
        }
        int before = 0;  // first unit of the level above
        for (std::size_t level = 0; level < sizes.size(); ++level) {
            const auto first = static_cast<int>(parent.size());
            leaves.clear();
            for (int i = 0; i < sizes[level]; ++i) {
                parent.push_back(level == 0 ? -1 : before + i * sizes[level - 1] / sizes[level]);
                rank.push_back(i);
                leaves.push_back(first + i);
            }
            before = first;
        }
    }
};

struct Session {
    int activity;
    Date first, last;
    std::int64_t seats;
};

constexpr int quarters[] = {0, 91, 183, 275};  // days from 1 April to the first of July, October and January

/// The days of an activity's sessions, by the number of sessions that it needs. One to three days from a Wednesday on; the
/// last weeks of the horizon are left out, since what ends with it is worth nothing.
void add_sessions(Random& random, Family family, int activity, int count, std::vector<Session>& sessions) {
    const auto first = static_cast<std::ptrdiff_t>(sessions.size());
    for (int k = 0; k < count; ++k) {
        Session session{activity, first_day(), first_day(), 0};
        if (family == Family::sessions) session.first += std::chrono::days(7 * random.below(40));
        if (family == Family::quarters)
            session.first += std::chrono::days(quarters[(activity / 2 + k) % 4] + 7 * random.below(12));
        session.last = session.first + std::chrono::days(family == Family::seats ? 0 : random.below(3));
        sessions.push_back(session);
    }
    if (family == Family::sessions)  // those beyond the demand are dropped from the end
        std::sort(sessions.begin() + first, sessions.end(),
                  [](const Session& a, const Session& b) { return a.first < b.first; });
}

/// One instance in the making.
class Maker {
public:
    explicit Maker(const Shape& shape)
        : shape_(shape), people_(std::min(shape.people, asked)), syllabus_(shape.seed), tree_(shape) {
        options_.period_months = shape.family == Family::quarters ? 3 : 12;
        options_.allow_overlap = shape.family == Family::seats;
    }

    Instance make() {
        // First the demand: everything is free, and no seat limited.
        const std::vector<double> enough(tree_.parent.size(), 1e12);
        const double scale = static_cast<double>(shape_.people) / people_;
        const auto seats = [&](const Demand& demand, int activity) {
            const double wanted = scale * static_cast<double>(demand.people[static_cast<std::size_t>(activity)]);
            return std::max<std::int64_t>(1, static_cast<std::int64_t>(seat_share * wanted));
        };
        const auto draw_sessions = [&](auto&& count) {
            Random random(shape_.seed + 3);
            sessions_.clear();
            for (int a = 0; a < activities; ++a)
                if (in_sessions(a)) add_sessions(random, shape_.family, a, count(a), sessions_);
        };
        if (shape_.family == Family::sessions) {
            const Demand undated = demand(enough);
            draw_sessions(
                [&](int a) { return static_cast<int>((seats(undated, a) + session_seats - 1) / session_seats); });
        } else if (has_sessions(shape_.family)) {
            draw_sessions([&](int) { return shape_.family == Family::quarters ? 4 : 1; });
        }
        const Demand wanted = demand(enough);

        for (std::size_t i = 0; i < sessions_.size();) {
            const int activity = sessions_[i].activity;
            std::size_t end = i;
            while (end < sessions_.size() && sessions_[end].activity == activity) ++end;
            const auto count = static_cast<std::int64_t>(end - i);
            std::int64_t left = seats(wanted, activity);
            for (std::int64_t k = 0; i < end; ++i, ++k) {
                sessions_[i].seats = shape_.family == Family::sessions ? std::min<std::int64_t>(left, session_seats)
                                                                       : (left + count - k - 1) / (count - k);
                left -= sessions_[i].seats;
            }
        }
        std::erase_if(sessions_, [](const Session& session) { return session.seats == 0; });
        limited_ = true;
        people_ = shape_.people;
        const Organization made = organization(amounts(wanted.money, scale));
        return {made, risks(made), options_};
    }

private:
    Demand demand(const std::vector<double>& funds) const {
        const Organization free = organization(funds);
        return free_demand(free, risks(free), options_);
    }

    /// What each fund has: the organisation's share of all demand, and in turn 0.9 and 1.3 times the share of a unit's own, so
    /// that every level binds somewhere.
    std::vector<double> amounts(std::vector<double> money, double scale) const {
        for (std::size_t unit = money.size(); --unit > 0;)
            money[static_cast<std::size_t>(tree_.parent[unit])] += money[unit];
        const double share = scale * (shape_.family == Family::tight ? tight_share : money_share);
        for (std::size_t unit = 0; unit < money.size(); ++unit)
            money[unit] = std::floor((unit == 0 ? 1 : tree_.rank[unit] % 2 == 0 ? 0.9 : 1.3) * share * money[unit]);
        return money;
    }

    Organization organization(const std::vector<double>& funds) const {
        std::vector<Input> inputs = needed();
        for (Input& input : offered()) inputs.push_back(std::move(input));
        Input units("units"), fund("funds");
        for (std::size_t u = 0; u < tree_.parent.size(); ++u) {
            units.row().set("unit", key('U', static_cast<int>(u)));
            fund.row().set("fund", key('F', static_cast<int>(u))).set("unit", key('U', static_cast<int>(u)));
            fund.set("amount", funds[u]);
            if (tree_.parent[u] < 0) continue;
            units.set("parent", key('U', tree_.parent[u]));
            fund.set("parent", key('F', tree_.parent[u]));
        }
        inputs.push_back(units);
        inputs.push_back(fund);

        // Many rows, so by columns. Of people drawn one after another, the first are the same for every size.
        const auto n = static_cast<std::size_t>(people_);
        std::vector<std::int32_t> every(n), role(n), unit(n), kind(n, 0);
        std::vector<double> hours(n), available(n);
        std::iota(every.begin(), every.end(), 0);
        Random random(shape_.seed + 1);
        for (std::size_t p = 0; p < n; ++p) {
            role[p] = random.below(roles);
            unit[p] = tree_.leaves[random.next() % tree_.leaves.size()];
            hours[p] = 3 + random.below(4);
            available[p] = 200 + 50 * random.below(13);
        }
        const std::vector<std::string> person = keys('P', people_);
        Columns people("people"), accounts("accounts");
        people.keys("person", every, person, Form::dictionary)
            .keys("role", role, keys('R', roles), Form::dictionary)
            .keys("unit", unit, keys('U', static_cast<int>(tree_.parent.size())), Form::dictionary)
            .reals("hours", std::move(hours));
        accounts.keys("person", every, person, Form::dictionary)
            .keys("kind", kind, {"money"}, Form::dictionary)
            .reals("available", std::move(available));
        inputs.push_back(people.input());
        inputs.push_back(accounts.input());
        return Organization(inputs, threads);
    }

    std::vector<Input> needed() const {
        Input scales("scales"), capability("capabilities"), role("roles"), requirement("requirements");
        for (const char* level : {"one", "two", "three", "four", "five"})
            scales.row().set("scale", "s").set("level", level);
        for (int c = 0; c < capabilities; ++c) capability.row().set("capability", key('C', c)).set("scale", "s");
        for (int r = 0; r < roles; ++r) {
            role.row().set("role", key('R', r));
            for (const Syllabus::Need& need : syllabus_.needs[static_cast<std::size_t>(r)])
                requirement.row()
                    .set("role", key('R', r))
                    .set("capability", key('C', need.capability))
                    .set("level", need.level)
                    .set("criticality", need.criticality);
        }
        return {scales, capability, role, requirement};
    }

    std::vector<Input> offered() const {
        Input activity("activities"), outcomes("outcomes"), sessions("sessions"), mandatory("mandatory");
        for (int a = 0; a < activities; ++a) {
            const Syllabus::Course& course = syllabus_.courses[static_cast<std::size_t>(a)];
            activity.row()
                .set("activity", key('A', a))
                .set("hours", course.hours)
                .set("cost", course.cost)
                .set("account_share", course.account_share)
                .set("days", course.days);
            for (const Syllabus::Lesson& lesson : course.lessons) {
                outcomes.row()
                    .set("activity", key('A', a))
                    .set("capability", key('C', lesson.capability))
                    .set("uplift", lesson.uplift);
                if (!shape_.certain) outcomes.set("probability", lesson.probability).set("up_to", lesson.up_to);
            }
        }
        for (std::size_t s = 0; s < sessions_.size(); ++s) {
            // Where seats are not limited the first is as good as any, but for overlaps: the others only cost time.
            if (shape_.family == Family::sessions && !limited_ && s >= open_sessions &&
                sessions_[s - open_sessions].activity == sessions_[s].activity)
                continue;
            sessions.row()
                .set("session", key('S', static_cast<int>(s)))
                .set("activity", key('A', sessions_[s].activity))
                .set("first_day", sessions_[s].first)
                .set("last_day", sessions_[s].last);
            if (limited_) sessions.set("seats", sessions_[s].seats);
        }
        if (shape_.family == Family::mandatory)
            for (int r = 0; r < roles; ++r)
                for (const int duty : syllabus_.duties[static_cast<std::size_t>(r)])
                    mandatory.row().set("activity", key('A', duty)).set("role", key('R', r));
        return {activity, outcomes, sessions, mandatory};
    }

    Risks risks(const Organization& organization) const {
        const auto rows = static_cast<std::size_t>(people_) * requirements;
        Estimates estimates;
        Buffer<PersonId> person(rows);
        Buffer<CapabilityId> capability(rows);
        Buffer<double> mean(rows), sd(rows);
        Random random(shape_.seed + 2);
        const Requirements& needs = organization->requirements;
        std::size_t i = 0;
        for (std::int32_t p = 0; p < people_; ++p)
            for (const std::size_t row :
                 organization.relations()
                     .requirements_of_role[organization->people.role[static_cast<std::size_t>(p)]]) {
                person[i] = PersonId(p);
                capability[i] = needs.capability[row];
                mean[i] = std::clamp(needs.level[row] + random.real(-2.2, 0.8), 1.0, double{levels});
                sd[i] = random.real(0.3, 0.8);
                if (shape_.certain) sd[i] = 0;
                ++i;
            }
        estimates.person.set(std::move(person), organization.people().strings());
        estimates.capability.set(std::move(capability), organization.capabilities().strings());
        estimates.mean.set(std::move(mean));
        estimates.sd.set(std::move(sd));
        estimates.ratings.set(Buffer<std::int32_t>(rows, 1));
        estimates.last.set(Buffer<Date>(rows, as_of()));
        estimates.as_rated.share(estimates.mean);
        estimates.evidence.set(Buffer<double>(rows, 0.5));
        estimates.provenance.as_of = as_of();
        return assess_risk(organization, find_gaps(organization, estimates, {.threads = threads}),
                           {.threads = threads});
    }

    Shape shape_;
    int people_;
    Syllabus syllabus_;
    Tree tree_;
    OptimizeOptions options_;
    std::vector<Session> sessions_;
    bool limited_ = false;
};

}  // namespace

std::string name_of(const Shape& shape) {
    return std::string(family_names[static_cast<std::size_t>(shape.family)]) +
           (shape.certain ? "/certain/" : "/uncertain/") + std::to_string(shape.people);
}

std::optional<Shape> shape_named(std::string_view name) {
    const std::size_t first = name.find('/'), second = name.find('/', first + 1);
    if (first == name.npos || second == name.npos) return std::nullopt;
    Shape shape;
    const auto* family = std::find(std::begin(family_names), std::end(family_names), name.substr(0, first));
    if (family == std::end(family_names)) return std::nullopt;
    shape.family = static_cast<Family>(family - std::begin(family_names));
    const std::string_view people = name.substr(second + 1);
    std::from_chars(people.data(), people.data() + people.size(), shape.people);
    shape.certain = name.substr(first + 1, second - first - 1) == "certain";
    if (shape.people < 1 || name_of(shape) != name) return std::nullopt;
    return shape;
}

Instance make_instance(const Shape& shape) { return Maker(shape).make(); }

const Instance& instance(const Shape& shape) {
    static std::optional<Shape> asked_for;
    static std::unique_ptr<const Instance> made;
    if (asked_for != shape) {
        made.reset();
        made = std::make_unique<const Instance>(make_instance(shape));
        asked_for = shape;
    }
    return *made;
}

}  // namespace gradus::bench
