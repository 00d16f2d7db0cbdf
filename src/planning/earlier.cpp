#include "planning/earlier.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "assessment/stage.h"
#include "base/parallel.h"
#include "organization/rows.h"
#include "planning/plan_tables.h"
#include "planning/search.h"

namespace gradus {
namespace {

constexpr std::int64_t chunk = 64;        // people
constexpr std::size_t most_asked = 2000;  // people whose own problem differs: beyond, all are as well asked anew

bool same(const AnyColumn& a, const AnyColumn& b) {
    if (a.size() != b.size()) return false;
    const auto texts = [](const AnyColumn& column) {
        const Strings* strings = column.strings().get();
        return strings
                   ? std::string_view(strings->bytes(), static_cast<std::size_t>(strings->offsets()[strings->size()]))
                   : std::string_view();
    };
    const auto ends = [](const AnyColumn& column) {
        const Strings* strings = column.strings().get();
        return strings ? std::span(strings->offsets(), strings->size() + 1) : std::span<const std::int32_t>();
    };
    if (texts(a) != texts(b) || !std::ranges::equal(ends(a), ends(b))) return false;
    std::size_t width = 8;
    switch (a.type()) {
    case Type::text: return true;
    case Type::word:
    case Type::boolean: width = 1; break;
    case Type::key:
    case Type::integer:
    case Type::date: width = 4; break;
    default: break;
    }
    return a.size() == 0 || std::memcmp(a.data(), b.data(), width * a.size()) == 0;
}

// What an organisation differs in from another, where that is nothing but the limits that follow.
struct Difference {
    std::vector<FundId> amounts;
    std::vector<SessionId> seats;
    std::vector<PersonId> hours;
};

template <class T, class Id>
void list(const Column<T>& before, const Column<T>& now, std::vector<Id>& ids) {
    for (std::size_t i = 0; i < now.size(); ++i)
        if (before[i] != now[i]) ids.push_back(Id(static_cast<std::int32_t>(i)));
}

// False: they differ in more.
bool differ_in_limits(const Organization& before, const Organization& now, Difference& difference) {
    const std::vector<const Table*> earlier = before.tables().all(), tables = now.tables().all();
    const Tables &old = before.tables(), &given = now.tables();
    const auto limit = [&](const AnyColumn& column) {
        return &column == &given.funds.amount || &column == &given.sessions.seats || &column == &given.people.hours;
    };
    for (std::size_t t = 0; t < tables.size(); ++t) {
        if (tables[t]->provenance.digest == earlier[t]->provenance.digest) continue;
        for (std::size_t c = 0; c < tables[t]->column_count(); ++c)
            if (limit(tables[t]->column(c)) ? tables[t]->column(c).size() != earlier[t]->column(c).size()
                                            : !same(tables[t]->column(c), earlier[t]->column(c)))
                return false;
    }
    if (before.relations().funds_given != now.relations().funds_given) return false;
    for (std::size_t i = 0; i < given.sessions.size(); ++i)
        if (is_missing(old.sessions.seats[i]) != is_missing(given.sessions.seats[i])) return false;
    list(old.funds.amount, given.funds.amount, difference.amounts);
    list(old.sessions.seats, given.sessions.seats, difference.seats);
    list(old.people.hours, given.people.hours, difference.hours);
    return true;
}

// Whether people may choose from the same, all limits apart; what change costs apart, too.
bool same_question(const OptimizeOptions& a, const OptimizeOptions& b) {
    return a.start == b.start && a.months == b.months && a.period_months == b.period_months &&
           a.max_activities == b.max_activities && a.max_capabilities == b.max_capabilities &&
           a.max_of_a_kind == b.max_of_a_kind && a.allow_overlap == b.allow_overlap;
}

bool same_charges(const OptimizeOptions& a, const OptimizeOptions& b) {
    if (a.change_cost != b.change_cost) return false;
    return a.change_cost == 0 || a.previous == b.previous || digest_of(*a.previous) == digest_of(*b.previous);
}

// Whether a list of options is the other, but for more at its end: the plan that it started from.
bool begins_alike(const std::string& options, const std::string& fewer) {
    const std::size_t end = fewer.size() - 1;  // the closing brace
    return options.size() > end && options.compare(0, end, fewer, 0, end) == 0 &&
           (options[end] == '}' || options[end] == ',');
}

// Whether the certificate is one that optimize made of just this, with these options.
bool made_here(const Earlier& earlier) {
    const Provenance& made = earlier.plan.certificate.provenance;
    const auto of = [&](bool charged) {
        Stage stage = Stage("optimize").input(earlier.organization.digest()).input(earlier.risks.provenance.digest);
        if (charged) stage.input(digest_of(*earlier.plan.options.previous));
        PlanCertificate like;
        stage.sign(like, options_json(earlier.plan.options), missing<Date>(), 1);
        return made.stage == like.provenance.stage && made.version == like.provenance.version &&
               made.inputs == like.provenance.inputs && begins_alike(made.options, like.provenance.options);
    };
    return earlier.plan.certificate.size() == 1 && (of(false) || (earlier.plan.options.previous && of(true)));
}

// Numbers of people as numbers of groups; -1: none.
std::vector<std::int32_t> group_numbers(const Organization& organization, const std::vector<PersonId>& groups) {
    std::vector<std::int32_t> number(organization.people().size(), -1);
    for (std::size_t i = 0; i < groups.size(); ++i) number[groups[i].value()] = static_cast<std::int32_t>(i);
    return number;
}

// What everyone had and may have again.
Choices choices_from(const Earlier& earlier, const Catalog& catalog, const std::vector<PersonId>& groups,
                     const DutyRoster& roster) {
    const Organization& organization = catalog.organization;
    const PlanItems& items = earlier.plan.items;
    const auto number = group_numbers(organization, groups);
    const auto renumbered = [](const AnyColumn& column, const Keys& keys) {
        std::vector<std::int32_t> result;
        if (const auto& strings = column.strings())
            for (std::size_t i = 0; i < strings->size(); ++i) result.push_back(keys.find((*strings)[i]));
        return result;
    };
    const auto people = renumbered(items.person, organization.people());
    const auto activities = renumbered(items.activity, organization.activities());
    const auto sessions = renumbered(items.session, organization.sessions());
    std::vector<std::vector<std::int32_t>> contents(groups.size());
    for (std::size_t row = 0; row < items.size(); ++row) {
        if (items.reason[row] == Reason::pinned) continue;
        const std::int32_t person = people[items.person[row].value()];
        const std::int32_t activity = activities[items.activity[row].value()];
        if (person < 0 || number[person] < 0 || activity < 0) continue;
        const std::int32_t session =
            items.session[row] ? sessions[items.session[row].value()] : -1 - catalog.period_of(items.first_day[row]);
        std::vector<std::int32_t>& content = contents[number[person]];
        content.push_back(activity);
        content.push_back(session);
    }
    const auto has = [](const std::vector<ActivityId>& list, ActivityId activity) {
        return std::find(list.begin(), list.end(), activity) != list.end();
    };
    Choices result(static_cast<std::int32_t>(groups.size()));
    parallel_for(static_cast<std::int64_t>(groups.size()), Choices::block, catalog.options.threads,
                 [&](std::int64_t first, std::int64_t last) {
                     Draft draft(catalog);
                     const Query query;
                     Offer::Duties taken;
                     Choice choice;
                     for (std::int64_t i = first; i < last; ++i) {
                         const std::vector<std::int32_t>& content = contents[i];
                         if (content.empty()) continue;
                         taken.forced.clear();
                         for (std::size_t k = 0; k < content.size(); k += 2)
                             taken.forced.push_back(ActivityId(content[k]));
                         bool possible = true;
                         if (!roster.duties.empty()) {
                             for (const ActivityId activity : roster.duties[i].forced)
                                 possible = possible && has(taken.forced, activity);
                             for (const ActivityId activity : roster.duties[i].excluded)
                                 possible = possible && !has(taken.forced, activity);
                         }
                         // What is forced here would be offered to who has declined it.
                         for (const std::size_t row : organization.relations().enrolments_of_person[groups[i]]) {
                             const Enrolments& enrolments = organization->enrolments;
                             possible = possible && !(enrolments.status[row] == EnrolmentStatus::declined &&
                                                      has(taken.forced, enrolments.activity[row]));
                         }
                         if (!possible) continue;
                         draft.offer.open(groups[i], &taken, true);
                         draft.begin(query);
                         if (!draft.replay(content) || !draft.complete()) continue;
                         choice.value = draft.net();
                         choice.uses.clear();
                         for (const Way& way : draft.chosen())
                             draft.offer.uses(way, [&](std::int32_t resource, std::int64_t amount) {
                                 choice.uses.push_back({resource, amount});
                             });
                         std::sort(choice.uses.begin(), choice.uses.end(),
                                   [](const Use& a, const Use& b) { return a.resource < b.resource; });
                         std::size_t kept = 0;
                         for (const Use& use : choice.uses)
                             if (kept > 0 && choice.uses[kept - 1].resource == use.resource)
                                 choice.uses[kept - 1].amount += use.amount;
                             else
                                 choice.uses[kept++] = use;
                         choice.uses.resize(kept);
                         draft.describe(choice.content);
                         result.set(static_cast<std::int32_t>(i), choice);
                     }
                 });
    return result;
}

// Groups that may use what differs, as far as that is quickly told; empty: too many to tell them from others.
std::vector<std::int32_t> concerned_by(const Difference& difference, const Catalog& catalog,
                                       const std::vector<PersonId>& groups) {
    const Organization& organization = catalog.organization;
    const Forest& funds = organization.relations().funds;
    std::vector<char> fund(organization.funds().size(), 0), capability(organization.capabilities().size(), 0),
        person(organization.people().size(), 0);
    for (const FundId id : difference.amounts) fund[id.value()] = 1;
    for (std::int32_t f = 0; f < funds.size(); ++f)
        for (std::int32_t at = f; at >= 0; at = funds.parent(at))
            if (fund[at]) fund[f] = 1;
    std::vector<char> activity(organization.activities().size(), 0);
    for (const SessionId id : difference.seats) activity[organization->sessions.activity[id.value()].value()] = 1;
    for (std::size_t c = 0; c < capability.size(); ++c)
        for (std::int32_t k = catalog.first_teaching[c]; k < catalog.first_teaching[c + 1]; ++k)
            if (activity[catalog.teachings[k].activity.value()]) capability[c] = 1;
    for (const PersonId id : difference.hours) person[id.value()] = 1;
    std::vector<std::int32_t> result;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        bool any = person[groups[i].value()];
        if (!difference.amounts.empty()) {
            const FundId own = catalog.fund_for(organization->people.unit[groups[i].value()], catalog.start);
            any = any || (own && fund[own.value()]);
        }
        if (!difference.seats.empty())
            for (const std::size_t row : catalog.risks_of_person[groups[i]])
                any = any || capability[catalog.risks.capability[row].value()];
        if (any) result.push_back(static_cast<std::int32_t>(i));
    }
    if (2 * result.size() > groups.size()) result.clear();
    return result;
}

// What a person's best choice is worth at the prices: a bound, and what was found.
struct Worth {
    double bound = 0, found = 0;
};
Worth ask(Search& search, PersonId person, const Offer::Duties* duties, std::span<const double> prices,
          const Control* control) {
    Query query;
    query.prices = prices;
    query.control = control;
    Choice best;
    std::int64_t nodes = 0;
    search.draft.offer.open(person, duties, false, prices);
    const double bound = search.run(query, best, nodes);
    return {bound, ChoiceView(best).net(prices)};
}

bool same_duties(const Offer::Duties& a, const Offer::Duties& b) {
    return a.forced == b.forced && a.excluded == b.excluded;
}

// No less than what all best choices come to at the earlier prices: as the earlier bound has it, but for those whose own
// limits or duties differ, who are asked. Infinite: not known.
double worth_at_prices(const Earlier& earlier, const Catalog& catalog, const Difference& difference,
                       const std::vector<PersonId>& groups, const DutyRoster& roster, std::span<const double> prices,
                       double constant, const Control* control) {
    constexpr double unknown = std::numeric_limits<double>::infinity();
    OptimizeOptions options = earlier.plan.options;
    options.threads = catalog.options.threads;
    const bool charged_alike = same_charges(options, catalog.options);
    // What change costs is taken off what there was without: no choice is worth more for it.
    if (!made_here(earlier) || !same_question(options, catalog.options) ||
        earlier.risks.provenance.digest != catalog.risks.provenance.digest ||
        !(charged_alike || options.change_cost == 0))
        return unknown;
    // The earlier bound counted what charges can add up to, and they are the same.
    const std::int64_t step = money_step(catalog);
    double rent = 0;
    for (std::size_t r = 0; r < prices.size(); ++r) {
        const bool fund = r < static_cast<std::size_t>(catalog.funds);
        const std::int64_t capacity =
            fund ? earlier.organization->funds.amount[r].minor_units()
                 : earlier.organization->sessions.seats[catalog.seat_session[r - catalog.funds].value()];
        rent += prices[r] * static_cast<double>(fund ? capacity - capacity % step : capacity);
    }
    double worth = earlier.plan.certificate.price_bound[0] - rent - constant;
    if (difference.hours.empty() && catalog.mandatory.empty()) return worth;
    if (!charged_alike || difference.hours.size() > most_asked) return unknown;

    const Catalog before(earlier.organization, earlier.risks, options);
    const DutyRoster duties = place_duties(before, groups, control);
    std::vector<char> hours(catalog.organization.people().size(), 0);
    for (const PersonId person : difference.hours) hours[person.value()] = 1;
    std::vector<std::int32_t> differing;
    for (std::size_t i = 0; i < groups.size(); ++i)
        if (hours[groups[i].value()] || (!roster.duties.empty() && !same_duties(roster.duties[i], duties.duties[i])))
            differing.push_back(static_cast<std::int32_t>(i));
    if (differing.size() > most_asked) return unknown;
    std::vector<double> more(differing.size(), 0.0);
    parallel_for(
        static_cast<std::int64_t>(differing.size()), 1, catalog.options.threads, [&](std::int64_t i, std::int64_t) {
            const auto group = static_cast<std::size_t>(differing[i]);
            const auto of = [&](const DutyRoster& all) { return all.duties.empty() ? nullptr : &all.duties[group]; };
            Search then(before), now(catalog);
            more[i] = ask(now, groups[group], of(roster), prices, control).bound -
                      ask(then, groups[group], of(duties), prices, control).found;
        });
    for (const double one : more) worth += one;
    return control && control->cancelled() ? unknown : worth;
}

}  // namespace

std::string name_of(const Earlier& earlier) {
    Digest all;
    for (const std::uint64_t part :
         {earlier.organization.digest(), earlier.risks.provenance.digest, earlier.plan.certificate.provenance.digest,
          digest_of(earlier.plan.items), digest_of(earlier.plan.resources), digest_of(earlier.plan.certificate)})
        all.word(part);
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(all.value()));
    return text;
}

std::vector<double> prices_from(const PlanResources& resources, const Catalog& catalog) {
    const Organization& organization = catalog.organization;
    const double minor = std::pow(10.0, organization.relations().minor_digits);
    std::vector<std::int32_t> seat_of(organization.sessions().size(), -1);
    for (std::size_t i = 0; i < catalog.seat_session.size(); ++i)
        seat_of[catalog.seat_session[i].value()] = catalog.funds + static_cast<std::int32_t>(i);
    std::vector<double> prices(catalog.capacity.size(), 0.0);
    for (std::size_t row = 0; row < resources.size(); ++row) {
        const bool fund = resources.kind[row] == ResourceKind::fund;
        const auto& keys = resources.resource.strings();
        const ResourceId id = resources.resource[row];
        if (!id || !keys) continue;
        const std::string_view key = (*keys)[static_cast<std::size_t>(id.value())];
        const std::int32_t known = (fund ? organization.funds() : organization.sessions()).find(key);
        const std::int32_t resource = known < 0 || fund ? known : seat_of[static_cast<std::size_t>(known)];
        const double price = resources.price[row];
        if (resource >= 0 && price >= 0 && std::isfinite(price))
            prices[static_cast<std::size_t>(resource)] = fund ? price / minor : price;
    }
    return prices;
}

Known known_from(const Earlier& earlier, const Catalog& catalog, const std::vector<PersonId>& groups,
                 const DutyRoster& roster, double constant, const Control* control) {
    Known known;
    known.prices = prices_from(earlier.plan.resources, catalog);
    known.choices = choices_from(earlier, catalog, groups, roster);
    Difference difference;
    if (!differ_in_limits(earlier.organization, catalog.organization, difference)) return known;
    known.worth_at_prices =
        worth_at_prices(earlier, catalog, difference, groups, roster, known.prices, constant, control);
    known.concerned = concerned_by(difference, catalog, groups);
    return known;
}

}  // namespace gradus
