#include "planning/formulation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include <gradus/base/error.h>

#include "assessment/stage.h"

namespace gradus {
namespace {

// Numbers in names count from 1, in the order of keys.
std::string number(char letter, std::int32_t zero_based) {
    return std::string("_") + letter + std::to_string(zero_based + 1);
}

std::string number(Date day) {
    std::string text = to_text(day);
    std::erase(text, '-');
    return "_d" + text;
}

std::string quoted(std::string_view key) { return "'" + std::string(key) + "'"; }

constexpr const char* only_certain = "a mixed-integer programme is written only where levels are known exactly: ";

}  // namespace

void Formulation::add_row(std::string name, bool equal, double limit, const std::vector<Term>& terms) {
    const auto row = static_cast<std::int32_t>(rows.size());
    rows.push_back({std::move(name), equal, limit});
    for (const Term& term : terms) columns[term.column].entries.push_back({row, term.coefficient});
}

// A limit on what is taken. Left out where nothing that can be chosen exceeds it: at most one way of each course.
void Formulation::add_limit(std::string name, std::int64_t limit, const std::vector<Term>& terms) {
    const double most = static_cast<double>(std::max<std::int64_t>(0, limit));
    double sum = 0, dearest = 0;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        dearest = std::max(dearest, terms[i].coefficient);
        const bool last = i + 1 == terms.size() || ways[terms[i + 1].column].course != ways[terms[i].column].course;
        if (!last) continue;
        sum += dearest;
        dearest = 0;
    }
    if (sum > most) add_row(std::move(name), false, most, terms);
}

std::int32_t Formulation::add_column(std::string name, double most, double worth) {
    columns.push_back({.name = std::move(name), .most = most, .worth = worth});
    return static_cast<std::int32_t>(columns.size()) - 1;
}

void Formulation::open(PersonId person, const Offer::Duties* duties) {
    offer.open(person, duties);
    suffix_ = number('p', person.value());
    rows.clear();
    columns.clear();
    date_ways();
    name_ways();
    limit_courses();
    limit_time();
    limit_accounts();
    limit_numbers();
    use_resources();
    reward();
}

// Every way as it may be taken. An activity on demand starts as early in its period as what comes before it allows: that is
// the day after one of these, so its possible days follow from theirs.
void Formulation::date_ways() {
    ways.clear();
    delayed_.clear();
    first_way_.assign(1, 0);
    std::vector<Date> days;
    for (const Offer::Course& course : offer.courses) {
        for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
            const Way& way = offer.ways[w];
            const bool session = static_cast<bool>(catalog_.offerings[way.offering].session);
            if (session && !catalog_.options.allow_overlap &&
                std::any_of(offer.pins.begin(), offer.pins.end(), [&](const Offer::Pin& pin) {
                    return pin.session && way.first <= pin.last && pin.first <= way.last;
                }))
                continue;
            days.assign(1, way.first);
            if (!session)
                for (const std::int32_t before : course.prerequisites)
                    for (std::int32_t u = first_way_[before]; u < first_way_[before + 1]; ++u) {
                        const Date next = ways[u].last + std::chrono::days(1);
                        if (next > way.first && next < catalog_.periods[way.period].end) days.push_back(next);
                    }
            std::sort(days.begin(), days.end());
            days.erase(std::unique(days.begin(), days.end()), days.end());
            for (const Date day : days) {
                Way actual = way;
                if (day == way.first && way.only_later) continue;
                if (day > way.first && !(offer.dated(actual, day) && offer.priced(actual))) continue;
                const bool possible =
                    std::all_of(course.prerequisites.begin(), course.prerequisites.end(), [&](std::int32_t before) {
                        return std::any_of(ways.begin() + first_way_[before], ways.begin() + first_way_[before + 1],
                                           [&](const Way& u) { return u.last < actual.first; });
                    });
                if (!possible) continue;
                ways.push_back(actual);
                delayed_.push_back(day > way.first);
            }
        }
        first_way_.push_back(static_cast<std::int32_t>(ways.size()));
    }
}

void Formulation::name_ways() {
    columns.reserve(ways.size());
    for (std::size_t i = 0; i < ways.size(); ++i) {
        const Way& way = ways[i];
        const SessionId session = catalog_.offerings[way.offering].session;
        std::string label = "x" + suffix_ + number('a', offer.courses[way.course].activity.value()) +
                            (session ? number('s', session.value()) : number(way.first));
        columns.push_back(
            {.name = std::move(label), .way = static_cast<std::int32_t>(i), .most = 1, .worth = offer.spared(way)});
    }
}

// Each course once, after those that it needs, and on demand no later than these make it.
void Formulation::limit_courses() {
    std::vector<Term> terms;
    for (std::size_t c = 0; c < offer.courses.size(); ++c) {
        const Offer::Course& course = offer.courses[c];
        const std::int32_t first = first_way_[c], end = first_way_[c + 1];
        const std::string label = suffix_ + number('a', course.activity.value());
        if (course.forced && first == end)
            throw Error(Code::internal, "export_mps: what is mandatory cannot be taken in any way");
        terms.clear();
        for (std::int32_t w = first; w < end; ++w) terms.push_back({w, 1});
        if (course.forced || end - first > 1) add_row("once" + label, course.forced, 1, terms);

        std::vector<std::int32_t> by_day;
        for (std::int32_t w = first; w < end; ++w) by_day.push_back(w);
        std::stable_sort(by_day.begin(), by_day.end(),
                         [&](std::int32_t a, std::int32_t b) { return ways[a].first < ways[b].first; });
        for (const std::int32_t before : course.prerequisites) {
            const std::int32_t from = first_way_[before], to = first_way_[before + 1];
            const auto ended = [&](Date day) {
                return std::count_if(ways.begin() + from, ways.begin() + to,
                                     [&](const Way& u) { return u.last < day; });
            };
            // What starts by a day needs what ended before it. Of days before which the same has ended the last says all.
            for (std::size_t i = 0; i < by_day.size(); ++i) {
                const Date day = ways[by_day[i]].first;
                if (i + 1 < by_day.size() && ended(ways[by_day[i + 1]].first) == ended(day)) continue;
                terms.clear();
                for (std::size_t k = 0; k <= i; ++k) terms.push_back({by_day[k], 1});
                for (std::int32_t u = from; u < to; ++u)
                    if (ways[u].last < day) terms.push_back({u, -1});
                add_row("after" + label + number('a', offer.courses[before].activity.value()) + number(day), false, 0,
                        terms);
            }
        }
        for (std::int32_t w = first; w < end; ++w) {
            if (!delayed_[w]) continue;
            terms.assign(1, {w, 1});
            for (const std::int32_t before : course.prerequisites)
                for (std::int32_t u = first_way_[before]; u < first_way_[before + 1]; ++u)
                    if (ways[u].last + std::chrono::days(1) == ways[w].first) terms.push_back({u, -1});
            add_row("wait" + label + number(ways[w].first), false, 0, terms);
        }
    }
}

// Hours by period, and one session a day.
void Formulation::limit_time() {
    std::vector<Term> terms;
    const auto count = static_cast<std::int32_t>(ways.size());
    for (std::int32_t p = 0; offer.hours_limited && p < static_cast<std::int32_t>(catalog_.periods.size()); ++p) {
        terms.clear();
        for (std::int32_t w = 0; w < count; ++w)
            if (ways[w].period == p && ways[w].minutes > 0) terms.push_back({w, static_cast<double>(ways[w].minutes)});
        add_limit(name("hours") + number('t', p), offer.room_minutes[p], terms);
    }

    if (catalog_.options.allow_overlap) return;
    std::set<Date> starts;
    const auto session = [&](std::int32_t w) {
        return static_cast<bool>(catalog_.offerings[ways[w].offering].session);
    };
    for (std::int32_t w = 0; w < count; ++w)
        if (session(w)) starts.insert(ways[w].first);
    // Of days on which the same sessions or more are under way the largest set says all, and some session starts on one of
    // these; it is largest where one of them ends before the next starts.
    for (auto day = starts.begin(); day != starts.end(); ++day) {
        terms.clear();
        const auto next = std::next(day);
        bool largest = next == starts.end();
        for (std::int32_t w = 0; w < count; ++w) {
            if (!session(w) || ways[w].first > *day || ways[w].last < *day) continue;
            terms.push_back({w, 1});
            largest = largest || ways[w].last < *next;
        }
        if (largest) add_limit(name("day") + number(*day), 1, terms);
    }
}

void Formulation::limit_accounts() {
    const Tables& tables = catalog_.organization.tables();
    for (std::size_t a = 0; a < offer.accounts.size(); ++a) {
        const Offer::Account& account = offer.accounts[a];
        const auto kind = static_cast<int>(account.kind);
        std::map<std::int32_t, std::vector<Term>> by_period;
        const auto limit = [&](const char* what, CapPeriod period, Amount most) {
            by_period.clear();
            for (std::size_t w = 0; w < ways.size(); ++w) {
                if (ways[w].account[kind] != static_cast<std::int32_t>(a)) continue;
                const std::int64_t amount = offer.taken(ways[w], account.kind);
                if (amount > 0)
                    by_period[calendar_period(ways[w].first, period)].push_back(
                        {static_cast<std::int32_t>(w), static_cast<double>(amount)});
            }
            for (const auto& [at, terms] : by_period)
                add_limit(name(what) + number('k', static_cast<std::int32_t>(a)) +
                              (is_missing(period) ? std::string() : "_t" + std::to_string(at)),
                          most.units(), terms);
        };
        limit("account", missing<CapPeriod>(), Amount(account.available));
        if (!is_missing(tables.accounts.cap[account.row]))
            limit("cap", tables.accounts.cap_period[account.row], tables.accounts.cap[account.row]);
        const ProgramId program = tables.accounts.program[account.row];
        if (program && !is_missing(tables.programs.cap[program.value()]))
            limit("programme", tables.programs.cap_period[program.value()], tables.programs.cap[program.value()]);
    }
}

// Maxima of one person. What is under way counts, and is never in the way of nothing more.
void Formulation::limit_numbers() {
    const OptimizeOptions& options = catalog_.options;
    const auto count = static_cast<std::int32_t>(ways.size());
    std::vector<Term> terms;
    if (options.max_activities) {
        for (std::int32_t w = 0; w < count; ++w) terms.push_back({w, 1});
        add_limit(name("activities"), *options.max_activities - static_cast<std::int64_t>(offer.pins.size()), terms);
    }
    if (options.max_of_a_kind) {
        std::map<std::int32_t, std::vector<Term>> by_kind;
        for (std::int32_t w = 0; w < count; ++w)
            if (course_of(w).kind >= 0) by_kind[course_of(w).kind].push_back({w, 1});
        for (const auto& [kind, of_kind] : by_kind) {
            const auto pinned = std::count_if(offer.pins.begin(), offer.pins.end(),
                                              [kind = kind](const Offer::Pin& pin) { return pin.kind == kind; });
            add_limit(name("kind") + number('k', kind), *options.max_of_a_kind - pinned, of_kind);
        }
    }
    if (options.max_capabilities) {
        std::set<std::int32_t> under_way;
        for (const Offer::Pin& pin : offer.pins)
            under_way.insert(offer.benefit.capabilities(pin.entry).begin(),
                             offer.benefit.capabilities(pin.entry).end());
        std::map<std::int32_t, std::vector<std::int32_t>> taught;  // by capability: courses
        for (std::size_t c = 0; c < offer.courses.size(); ++c)
            for (const std::int32_t capability : offer.benefit.capabilities(offer.courses[c].entry))
                if (!under_way.contains(capability) && first_way_[c] < first_way_[c + 1])
                    taught[capability].push_back(static_cast<std::int32_t>(c));
        const std::int64_t room =
            std::max<std::int64_t>(0, *options.max_capabilities - static_cast<std::int64_t>(under_way.size()));
        if (static_cast<std::int64_t>(taught.size()) <= room) return;
        std::vector<Term> all;
        for (const auto& [capability, courses] : taught) {
            const std::int32_t column = add_column("teach" + suffix_ + number('c', capability), 1, 0);
            all.push_back({column, 1});
            for (const std::int32_t c : courses) {
                terms.assign(1, {column, -1});
                for (std::int32_t w = first_way_[c]; w < first_way_[c + 1]; ++w) terms.push_back({w, 1});
                add_row("teach" + suffix_ + number('c', capability) + number('a', offer.courses[c].activity.value()),
                        false, 0, terms);
            }
        }
        add_row(name("capabilities"), false, static_cast<double>(room), all);
    }
}

void Formulation::use_resources() {
    for (std::size_t w = 0; w < ways.size(); ++w)
        offer.uses(ways[w], [&](std::int32_t resource, std::int64_t amount) {
            columns[w].entries.push_back({-1 - resource, static_cast<double>(amount)});
        });
}

// What lifts a state; false if nothing that could be chosen does. Refuses what is not certain.
bool Formulation::lifts_of(std::int32_t index, std::vector<Lift>& lifts) const {
    const Benefit::State& state = offer.benefit.state(index);
    const Tables& tables = catalog_.organization.tables();
    const Relations& relations = catalog_.organization.relations();
    lifts.clear();
    if (!state.worthwhile) return false;
    struct Uncertain {
        const char* table;
        std::size_t row;
        const char* column;
        std::string what;
    };
    std::vector<Uncertain> uncertain;
    const auto add = [&](ActivityId activity, std::int32_t course, double share) {
        for (const std::size_t row : relations.outcomes_of_activity[activity]) {
            if (tables.outcomes.capability[row] != state.capability) continue;
            double weight = 1;
            std::size_t preference = 0;
            const KindId kind = tables.activities.kind[activity.value()];
            for (const std::size_t p : relations.preferences_of_person[offer.person])
                if (kind && tables.preferences.kind[p] == kind) {
                    weight = tables.preferences.weight[p];
                    preference = p;
                }
            const double uplift = tables.outcomes.uplift[row], own = tables.outcomes.probability[row];
            const double probability = std::min(1.0, own * weight), up_to = tables.outcomes.up_to[row];
            if (!(uplift > 0) || !(probability > 0) || !(up_to > state.mean)) continue;
            const double top = relations.top[state.capability.value()];
            const std::string whose = "activity " + quoted(catalog_.organization.activities()[activity.value()]) +
                                      " teaches " +
                                      quoted(catalog_.organization.capabilities()[state.capability.value()]);
            if (probability < 1 && own < 1)
                uncertain.push_back(
                    {"outcomes", row, "probability", whose + " with probability " + to_text(own) + ", expected 1"});
            else if (probability < 1)
                uncertain.push_back({"preferences", preference, "weight",
                                     whose + ", and the weight " + to_text(weight) +
                                         " of its kind makes the probability less than 1, expected 1 or more"});
            if (up_to < top)
                uncertain.push_back(
                    {"outcomes", row, "up_to",
                     whose + " up to position " + to_text(up_to) + ", expected the top, " + to_text(top)});
            lifts.push_back({course, uplift, share});
        }
    };
    for (std::size_t c = 0; c < offer.courses.size(); ++c)
        if (first_way_[c] < first_way_[c + 1]) add(offer.courses[c].activity, static_cast<std::int32_t>(c), 0);
    if (lifts.empty()) return false;
    for (const Offer::Pin& pin : offer.pins) add(pin.activity, -1, catalog_.share(pin.last));
    if (state.sd > 0) {
        const std::size_t row = offer.benefit.wanted(state.first_wanted).row;
        uncertain.insert(
            uncertain.begin(),
            {"risks", row, "sd",
             "the level of capability " + quoted(catalog_.organization.capabilities()[state.capability.value()]) +
                 " has sd " + to_text(state.sd) + ", expected 0"});
    }
    if (uncertain.empty()) return true;
    const Uncertain& first = uncertain.front();
    throw Error(Code::contradiction,
                only_certain + ("for person " + quoted(catalog_.organization.people()[offer.person.value()])) + ", " +
                    first.what,
                first.table, static_cast<std::int64_t>(first.row) + 1, first.column);
}

void Formulation::reward() {
    std::vector<Lift> lifts;
    for (std::int32_t s = 0; s < offer.benefit.states(); ++s)
        if (lifts_of(s, lifts)) reward(s, lifts);
}

// While the same lessons are in effect, what they remove is concave and piecewise linear in the sum of their uplifts: each
// piece is a column, filled by that sum.
void Formulation::reward(std::int32_t index, const std::vector<Lift>& lifts) {
    const Benefit::State& state = offer.benefit.state(index);
    const double top = catalog_.organization.relations().top[state.capability.value()];
    struct Effect {
        double share = 0;
        std::int32_t way = -1;  // -1: of what is under way
        double uplift = 0;
    };
    std::vector<Effect> effects;
    for (const Lift& lift : lifts) {
        if (lift.course < 0) {
            effects.push_back({lift.share, -1, lift.uplift});
            continue;
        }
        for (std::int32_t w = first_way_[lift.course]; w < first_way_[lift.course + 1]; ++w)
            effects.push_back({ways[w].share, w, lift.uplift});
    }
    std::erase_if(effects, [](const Effect& effect) { return !(effect.share > 0); });
    std::stable_sort(effects.begin(), effects.end(),
                     [](const Effect& a, const Effect& b) { return a.share > b.share; });

    struct Piece {
        double rest, coefficient;
    };
    std::vector<Piece> pieces;
    std::vector<Term> terms;
    double under_way = 0;
    for (std::size_t i = 0; i < effects.size();) {
        const double share = effects[i].share;
        for (; i < effects.size() && effects[i].share == share; ++i)
            if (effects[i].way < 0) under_way += effects[i].uplift;
        const double width = share - (i < effects.size() ? effects[i].share : 0);

        pieces.clear();
        for (std::int32_t w = state.first_wanted; w < state.last_wanted; ++w) {
            const Benefit::Wanted& wanted = offer.benefit.wanted(w);
            const double rest = std::min(wanted.required, top) - state.mean - under_way;
            if (rest > 0 && wanted.coefficient > 0) pieces.push_back({rest, wanted.coefficient});
        }
        if (pieces.empty()) return;  // and later no less is in effect
        std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.rest < b.rest; });

        // No more than all that is left counts of any one uplift: the same gains, and a tighter relaxation.
        terms.clear();
        for (std::size_t k = 0; k < i; ++k)
            if (effects[k].way >= 0)
                terms.push_back({effects[k].way, -std::min(effects[k].uplift, pieces.back().rest)});
        if (terms.empty()) continue;
        const std::string label =
            suffix_ + number('l', index) +
            number(Date(catalog_.end - std::chrono::days(std::lround(
                                           share * static_cast<double>((catalog_.end - catalog_.start).count())))));
        double slope = 0, reached = 0;
        for (const Piece& piece : pieces) slope += piece.coefficient;
        std::int32_t count = 0;
        for (const Piece& piece : pieces) {
            if (piece.rest > reached) {
                const std::int32_t column =
                    add_column("gain" + label + number('n', count++), piece.rest - reached, slope * width);
                terms.push_back({column, 1});
                reached = piece.rest;
            }
            slope -= piece.coefficient;
        }
        add_row("lift" + label, false, 0, terms);
    }
}

}  // namespace gradus
