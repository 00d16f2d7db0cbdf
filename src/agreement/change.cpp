#include "agreement/change.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <variant>

#include <gradus/base/error.h>

#include "account/book.h"
#include "account/wording.h"
#include "base/utf8.h"

namespace gradus {

namespace {

__extension__ typedef __int128 int128;

std::string quoted(std::string_view text) { return "'" + printable(text) + "'"; }

/// "proposed, manager_agreed".
std::string listed(const std::vector<std::string_view>& words) {
    std::string text;
    for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
    return text;
}

std::string plan_name(const std::string& plan) { return "plan " + quoted(plan); }

/// whole × part / of, rounded half-even; 0 ≤ part ≤ of.
std::int64_t share(std::int64_t whole, std::int64_t part, std::int64_t of) {
    if (of == 0) return 0;
    const int128 product = int128(whole) * part;
    const int128 rest = product % of;
    int128 result = product / of;
    if (rest * 2 > of || (rest * 2 == of && result % 2 != 0)) ++result;
    return static_cast<std::int64_t>(result);
}

std::string reservation_key(const ItemRecord& item, const char* leg, std::int64_t times) {
    return "agreement " + item.reservation + " " + leg + (times ? " " + std::to_string(times) : "");
}

bool same_terms(const ItemRecord& a, const ItemRecord& b) {
    const auto terms = [](const ItemRecord& i) {
        return std::tie(i.session, i.first_day, i.account, i.employee, i.fund_cost, i.fund, i.minutes, i.money_program,
                        i.hours_program, i.items_program);
    };
    return terms(a) == terms(b);
}

}  // namespace

std::optional<Stop> PlanChange::work_out() {
    const auto check_event = [](PlanEvent event, std::initializer_list<PlanEvent> of) {
        if (std::find(of.begin(), of.end(), event) == of.end())
            throw Error(Code::invalid_option,
                        "expected another event for this operation, found '" +
                            (static_cast<std::size_t>(event) < std::size(Words<PlanEvent>::names)
                                 ? std::string(word(event))
                                 : std::to_string(static_cast<int>(event))) +
                            "'",
                        "plans", 0, "event");
    };
    if (static_cast<std::size_t>(request_.as) >= std::size(Words<Actor>::names))
        throw Error(Code::unknown_word, "expected employee, manager, advisor or administrator", "plans", 0, "as");
    if (const auto* seats = std::get_if<SetSeats>(&request_.operation)) return set_seats(*seats);

    checked_text(request_.plan, "plan", true);
    plan_ = records_.plan(request_.plan);
    if (plan_) before_ = plan_->state;
    if (const auto* write = std::get_if<WritePlan>(&request_.operation)) return write_plan(*write);
    if (const auto* plan = std::get_if<StepPlan>(&request_.operation)) {
        using enum PlanEvent;
        event_ = plan->event;
        check_event(event_, {propose, agree, decline, withdraw, comment, start, review, close});
    } else if (const auto* item = std::get_if<StepItem>(&request_.operation)) {
        using enum PlanEvent;
        event_ = item->event;
        subject_ = checked_text(item->activity, "activity", true);
        check_event(event_, {begin_item, complete_item, fail_item, miss_item, withdraw_item});
        checked_text(item->provider, "provider", false);
        const bool settles = event_ != begin_item && event_ != withdraw_item;
        const auto check = [&](bool given, bool negative, const char* column) {
            if (given && !settles)
                throw Error(Code::contradiction, "nothing is paid on '" + std::string(word(event_)) + "'", "plans", 0,
                            column);
            if (given && negative) throw Error(Code::out_of_range, "expected 0 or more", "plans", 0, column);
        };
        check(!is_missing(item->cost), item->cost < Money(0), "cost");
        check(!is_missing(item->hours), item->hours < Minutes(0), "hours");
    } else if (const auto* advisor = std::get_if<NameAdvisor>(&request_.operation)) {
        event_ = PlanEvent::name_advisor;
        subject_ = checked_text(advisor->advisor, "advisor", true);
    } else {
        const auto& raise = std::get<RaiseItem>(request_.operation);
        event_ = PlanEvent::raise_item;
        subject_ = checked_text(raise.activity, "activity", true);
        if (raise.account < Money(0) || raise.employee < Money(0) || raise.fund < Money(0) || raise.hours < Minutes(0))
            throw Error(Code::out_of_range, "expected 0 or more of each part", "plans", 0, "cost");
        if (raise.account + raise.employee + raise.fund == Money(0) && raise.hours == Minutes(0))
            throw Error(Code::out_of_range, "expected more than 0 of one part", "plans", 0, "cost");
    }
    if (event_ == PlanEvent::comment && request_.reason.empty())
        throw Error(Code::missing_value, "is empty, and is what is said", "plans", 0, "reason");
    if (!plan_) throw Error(Code::unknown_key, "there is no " + plan_name(request_.plan), "plans", 0, "plan");

    if (std::optional<Stop> stop = step(event_)) return stop;
    std::optional<Stop> stop;
    if (const auto* item = std::get_if<StepItem>(&request_.operation))
        stop = step_item(*item);
    else if (const auto* more = std::get_if<RaiseItem>(&request_.operation))
        stop = raise(*more);
    else if (std::holds_alternative<StepPlan>(request_.operation))
        stop = step_plan();
    else
        plans_.at(request_.plan).advisor = subject_;
    if (!stop) advance();
    return stop;
}

PlanState PlanChange::state_after() const {
    const auto found = plans_.find(request_.plan);
    return found == plans_.end() ? before_ : found->second.state;
}

std::optional<Stop> PlanChange::may(PlanEvent event, const PlanRecord* plan, PlanState& next) const {
    std::vector<std::string_view> states, actors;
    const Transition* taken = nullptr;
    for (const Transition& transition : transitions()) {
        if (transition.event != event) continue;
        if (transition.from != plan->state) {
            if (!is_missing(transition.from)) states.push_back(word(transition.from));
            continue;
        }
        for (std::size_t actor = 0; actor < std::size(Words<Actor>::names); ++actor)
            if (transition.allows(static_cast<Actor>(actor))) actors.push_back(Words<Actor>::names[actor]);
        if (transition.allows(request_.as)) taken = &transition;
    }
    const std::string what(word(event));
    if (actors.empty())
        return Stop{"state", plan_name(plan->plan) + " is " + std::string(word(plan->state)) +
                                 ", and cannot take the step " + what + ". Possible: " + what + " when it is " +
                                 listed(states)};
    if (!taken)
        return Stop{"who", what + " of a plan that is " +
                               (is_missing(plan->state) ? "new" : std::string(word(plan->state))) + " is not for the " +
                               std::string(word(request_.as)) + ". Possible: by " + listed(actors)};
    next = taken->to;
    const auto not_them = [&](const std::string& who) {
        return Stop{"who", quoted(request_.by) + " is not the " + std::string(word(request_.as)) + " of " +
                               plan_name(plan->plan) + ". Possible: by " + who};
    };
    if (request_.as == Actor::employee && request_.by != plan->person) return not_them(quoted(plan->person));
    if (request_.as == Actor::advisor && (plan->advisor.empty() || request_.by != plan->advisor))
        return not_them(plan->advisor.empty() ? "one who was named first (name_advisor)" : quoted(plan->advisor));
    if (request_.as == Actor::manager) {
        const std::int32_t person = organization_.people().find(plan->person);
        const PersonId manager =
            person < 0 ? PersonId() : organization_->people.manager[static_cast<std::size_t>(person)];
        if (!manager)
            return not_them("a manager, and the organisation has none for " + quoted(plan->person) +
                            ": give people.manager first");
        const std::string_view key = organization_.people()[static_cast<std::size_t>(manager.value())];
        if (request_.by != key) return not_them(quoted(key));
    }
    return std::nullopt;
}

std::optional<Stop> PlanChange::step(PlanEvent event) {
    PlanRecord plan = *plan_;
    if (std::optional<Stop> stop = may(event, &plan, plan.state)) return stop;
    plans_[plan.plan] = std::move(plan);
    return std::nullopt;
}

std::optional<Stop> PlanChange::write_plan(const WritePlan& operation) {
    const PlanContent& content = operation.content;
    event_ = plan_ ? PlanEvent::change : PlanEvent::draft;
    checked_text(content.person, "person", true);
    checked_text(content.supersedes, "supersedes", false);
    if (content.supersedes == request_.plan)
        throw Error(Code::contradiction, "a plan cannot supersede itself", "plans", 0, "supersedes");
    if (plan_ && plan_->person != content.person)
        throw Error(Code::contradiction,
                    plan_name(request_.plan) + " is of " + quoted(plan_->person) + ", expected a plan of that person",
                    "plans", 0, "person");
    if (!content.supersedes.empty()) {
        const std::optional<PlanRecord> old = records_.plan(content.supersedes);
        if (!old || old->person != content.person)
            throw Error(Code::unknown_key,
                        "there is no " + plan_name(content.supersedes) + " of " + quoted(content.person), "plans", 0,
                        "supersedes");
    }
    WrittenContent full = written(organization_, content, request_.at);

    PlanRecord plan = plan_ ? *plan_ : PlanRecord{.plan = request_.plan, .person = content.person};
    if (std::optional<Stop> stop = may(event_, &plan, plan.state)) return stop;
    plan.content = number_, plan.supersedes = content.supersedes;
    plans_[plan.plan] = plan;
    content_ = std::move(full.content);
    for (ItemRecord& item : full.items) {
        item.plan = plan.plan;
        if (!item.session.empty() && !records_.seats(item.session).known) {
            const std::int32_t id = organization_.sessions().find(item.session);
            const std::int32_t seats = organization_->sessions.seats[static_cast<std::size_t>(id)];
            seats_[item.session] = is_missing(seats) ? std::nullopt : std::optional<std::int64_t>(seats);
        }
        set(std::move(item));
    }
    return std::nullopt;
}

std::optional<Stop> PlanChange::set_seats(const SetSeats& operation) {
    event_ = PlanEvent::set_seats;
    subject_ = checked_text(operation.session, "session", true);
    if (!request_.plan.empty())
        throw Error(Code::contradiction, "seats are of a session, expected no plan", "plans", 0, "plan");
    if (operation.seats && *operation.seats < 0)
        throw Error(Code::out_of_range, "expected 0 or more, found " + std::to_string(*operation.seats), "plans", 0,
                    "seats");
    if (!records_.seats(subject_).known && organization_.sessions().find(subject_) < 0)
        throw Error(Code::unknown_key, "there is no session " + quoted(subject_), "plans", 0, "session");
    if (request_.as != Actor::administrator)
        return Stop{"who",
                    "seats are not set by the " + std::string(word(request_.as)) + ". Possible: by administrator"};
    seats_[subject_] = operation.seats ? std::optional<std::int64_t>(*operation.seats) : std::nullopt;
    touched_.insert(subject_);
    advance();
    return std::nullopt;
}

std::optional<Stop> PlanChange::step_plan() {
    const PlanState next = plans_.at(request_.plan).state;
    if (event_ == PlanEvent::agree && next == PlanState::agreed) return seal();
    if (event_ == PlanEvent::withdraw) return give_up();
    if (event_ == PlanEvent::close)
        for (const ItemRecord& item : records_.items(*plan_))
            if (item.live())
                return Stop{"open", "activity " + quoted(item.activity) + " of " + plan_name(plan_->plan) + " is " +
                                        std::string(word(item.status)) +
                                        ". Possible: complete, fail, miss or withdraw it first"};
    return std::nullopt;
}

std::optional<Stop> PlanChange::give_up() {
    const std::vector<ItemRecord> items = records_.items(*plan_);
    for (const ItemRecord& item : items)
        if (item.status == ItemStatus::in_progress)
            return Stop{"under_way", "activity " + quoted(item.activity) + " of " + plan_name(plan_->plan) +
                                         " is under way. Possible: complete, fail, miss or withdraw it first"};
    for (const ItemRecord& item : items)
        if (item.live() || item.status == ItemStatus::planned) withdraw(item);
    return std::nullopt;
}

std::optional<Stop> PlanChange::seal() {
    std::optional<PlanRecord> old;
    if (!plan_->supersedes.empty()) {
        old = records_.plan(plan_->supersedes);
        if (!old) throw Error(Code::damaged, "there is no " + plan_name(plan_->supersedes), "plans");
        PlanState next = old->state;
        if (const std::optional<Stop> stop = may(PlanEvent::supersede, &*old, next))
            return Stop{stop->rule == "state" ? "supersedes" : stop->rule,
                        "to agree on " + plan_name(plan_->plan) + " ends " + plan_name(old->plan) + ": " +
                            stop->message + ", or change this plan to supersede another or none"};
        plans_[old->plan] = *old;
        plans_[old->plan].state = next;
    }
    std::vector<ItemRecord> fresh;
    for (ItemRecord& item : records_.items(*plan_)) {
        item.since = number_;
        if (std::optional<Stop> stop = take_over(item, old ? &*old : nullptr)) return stop;
        if (item.status == ItemStatus::planned) fresh.push_back(item);
        touched_.insert(item.session);
        set(std::move(item));
    }
    if (old)
        for (const ItemRecord& item : records_.items(*old))
            if (const ItemRecord left = *now(item.plan, item.activity);
                left.live() && left.status != ItemStatus::in_progress)
                withdraw(left);
    for (ItemRecord& item : fresh) {
        item.reservation = std::to_string(number_) + "/" + std::to_string(&item - fresh.data() + 1);
        item.status = item.session.empty() ? ItemStatus::enrolled : ItemStatus::waiting;
        reserve_all(item);
        set(std::move(item));
    }
    return std::nullopt;
}

/// What the person has of the activity in other plans decides what becomes of the item.
std::optional<Stop> PlanChange::take_over(ItemRecord& item, const PlanRecord* old) {
    for (ItemRecord& twin : records_.items_of(item.person, item.activity)) {
        if (twin.plan == item.plan || !twin.live()) continue;
        if (!old || twin.plan != old->plan) {
            if (item.pinned) continue;
            return Stop{"twice", "activity " + quoted(item.activity) + " is " + std::string(word(twin.status)) +
                                     " in " + plan_name(twin.plan) +
                                     ". Possible: withdraw it there, leave it out here, or supersede that plan"};
        }
        const bool under_way = twin.status == ItemStatus::in_progress;
        const bool same_date = twin.session == item.session && twin.first_day == item.first_day;
        if (!item.pinned && under_way && !same_date)
            return Stop{"under_way", "activity " + quoted(item.activity) + " is under way in " + plan_name(twin.plan) +
                                         " on another date. Possible: leave it out, or withdraw it there first"};
        if (item.pinned || under_way || same_terms(twin, item)) {
            ItemRecord taken = twin;
            taken.plan = item.plan, taken.pinned = item.pinned;
            item = std::move(taken);
            twin.status = ItemStatus::moved;
            set(std::move(twin));
            return std::nullopt;
        }
        if (twin.session == item.session) item.since = twin.since;  // other terms, but the same place in the queue
    }
    if (item.pinned) item.status = ItemStatus::elsewhere;
    return std::nullopt;
}

std::optional<Stop> PlanChange::not_live(const ItemRecord& item) const {
    if (item.live()) return std::nullopt;
    return Stop{"item", "activity " + quoted(item.activity) + " of " + plan_name(item.plan) + " is " +
                            std::string(word(item.status)) + ", and that is the end of it here"};
}

std::optional<Stop> PlanChange::step_item(const StepItem& operation) {
    ItemRecord item = item_of(operation.activity);
    if (std::optional<Stop> stop = not_live(item)) return stop;
    if (event_ == PlanEvent::withdraw_item) {
        withdraw(std::move(item));
        return std::nullopt;
    }
    if (item.status == ItemStatus::waiting)
        return Stop{"seat", "activity " + quoted(item.activity) + " waits for a seat in session " +
                                quoted(item.session) +
                                ". Possible: when a seat is free (set_seats, or somebody withdraws), or withdraw_item"};
    if (event_ == PlanEvent::begin_item) {
        if (item.status == ItemStatus::in_progress)
            return Stop{"item", "activity " + quoted(item.activity) +
                                    " is under way. Possible: complete, fail, miss or "
                                    "withdraw it"};
        item.status = ItemStatus::in_progress;
        set(std::move(item));
        return std::nullopt;
    }
    return settle(item, operation);
}

std::optional<Stop> PlanChange::settle(ItemRecord& item, const StepItem& operation) {
    const std::int64_t held = item.cost();
    const std::int64_t cost = is_missing(operation.cost) ? held : operation.cost.minor_units();
    if (cost > held)
        return Stop{"reserved", "activity " + quoted(item.activity) + " has " + money(held) + " reserved, and cost " +
                                    money(cost) + ". Possible: raise_item by " + money(cost - held) + " first"};
    const std::int64_t minutes_held = item.minutes.value_or(0);
    const std::int64_t minutes = is_missing(operation.hours) ? minutes_held : operation.hours.count();
    if (item.hours_program && minutes > minutes_held)
        return Stop{"reserved", "activity " + quoted(item.activity) + " has " +
                                    to_text(Amount(minutes_held), AccountKind::hours, currency_) +
                                    " reserved, and took " + to_text(Amount(minutes), AccountKind::hours, currency_) +
                                    ". Possible: raise_item by " +
                                    to_text(Amount(minutes - minutes_held), AccountKind::hours, currency_) + " first"};
    // Cumulative shares, rounded: each part within a unit of its share, none above what is reserved for it, and no cent lost.
    const std::int64_t account = share(cost, item.account, held);
    const std::int64_t with_employee = share(cost, item.account + item.employee, held);
    end(item, "account", account, operation.provider);
    end(item, "employee", with_employee - account, operation.provider);
    end(item, "fund", cost - with_employee, operation.provider);
    end(item, "hours", minutes, operation.provider);
    end(item, "items", 1, operation.provider);
    item.status = event_ == PlanEvent::complete_item ? ItemStatus::completed
                  : event_ == PlanEvent::fail_item   ? ItemStatus::failed
                                                     : ItemStatus::no_show;
    item.spent = cost, item.spent_minutes = minutes;
    set(std::move(item));
    return std::nullopt;
}

std::optional<Stop> PlanChange::raise(const RaiseItem& operation) {
    const bool employee = request_.as == Actor::employee;
    const bool own = operation.employee > Money(0);
    const bool others = operation.account + operation.fund > Money(0) || operation.hours > Minutes(0);
    if (employee ? others : own)
        return Stop{"who",
                    employee ? "the employee raises the employee's own part alone. Possible: by manager, administrator"
                             : "the employee's own part is for the employee to raise. Possible: by employee"};
    ItemRecord item = item_of(operation.activity);
    if (std::optional<Stop> stop = not_live(item)) return stop;
    if (operation.fund > Money(0) && item.fund.empty() && organization_.relations().funds_given)
        return Stop{"fund",
                    "no fund is charged for activity " + quoted(item.activity) + " of " + plan_name(item.plan) +
                        ". Possible: raise the account part or the employee's, or supersede the plan by one whose "
                        "item names a fund"};
    if (operation.hours > Minutes(0) || item.minutes)
        item.minutes = checked_sum(item.minutes.value_or(0), operation.hours.count(), "hours");
    item.account = checked_sum(item.account, operation.account.minor_units(), "account");
    item.employee = checked_sum(item.employee, operation.employee.minor_units(), "employee");
    item.fund_cost = checked_sum(item.fund_cost, operation.fund.minor_units(), "fund");
    checked_sum(checked_sum(item.account, item.employee, "cost"), item.fund_cost, "cost");
    if (!item.money_program && item.account + item.employee > 0) item.money_program = "";
    ++item.raised;
    const std::string program = item.money_program.value_or("");
    reserve(item, "account", item.raised, Account{item.person, program}, operation.account.minor_units(),
            Draw::granted);
    reserve(item, "employee", item.raised, Account{item.person, program}, operation.employee.minor_units(), Draw::own);
    if (!item.fund.empty())
        reserve(item, "fund", item.raised, FundAccount{item.fund}, operation.fund.minor_units(), Draw::any);
    if (item.hours_program)
        reserve(item, "hours", item.raised, Account{item.person, *item.hours_program, AccountKind::hours},
                operation.hours.count(), Draw::any);
    set(std::move(item));
    return std::nullopt;
}

void PlanChange::reserve_all(const ItemRecord& item) {
    const std::string program = item.money_program.value_or("");
    reserve(item, "account", 0, Account{item.person, program}, item.account, Draw::granted);
    reserve(item, "employee", 0, Account{item.person, program}, item.employee, Draw::own);
    if (!item.fund.empty()) reserve(item, "fund", 0, FundAccount{item.fund}, item.fund_cost, Draw::any);
    if (item.hours_program)
        reserve(item, "hours", 0, Account{item.person, *item.hours_program, AccountKind::hours},
                item.minutes.value_or(0), Draw::any);
    if (item.items_program)
        reserve(item, "items", 0, Account{item.person, *item.items_program, AccountKind::items}, 1, Draw::any);
}

void PlanChange::reserve(const ItemRecord& item, const char* leg, std::int64_t times, Payer payer, std::int64_t amount,
                         Draw draw) {
    if (amount == 0) return;
    ask(reservation_key(item, leg, times), item.activity,
        Reserve{.payer = std::move(payer), .amount = Amount(amount), .draw = draw});
}

/// Posts so much of what is reserved for a part of the cost, and frees the rest.
void PlanChange::end(const ItemRecord& item, const char* leg, std::int64_t amount, const std::string& provider) {
    for (std::int64_t times = 0; times <= item.raised; ++times) {
        const std::string key = reservation_key(item, leg, times);
        const std::optional<Reserved> reserved = records_.reserved(key);
        if (!reserved) continue;
        const std::int64_t part = std::min(amount, reserved->amount);
        amount -= part;
        std::string own_key = "agreement " + std::to_string(number_) + " end " + std::to_string(++asked_);
        if (part > 0)
            ask(std::move(own_key), item.activity, Post{key, Amount(part), provider});
        else if (!reserved->resolved)  // else somebody gave it up in the ledger, and it is free
            ask(std::move(own_key), item.activity, Void{key});
    }
}

void PlanChange::withdraw(ItemRecord item) {
    for (const char* leg : {"account", "employee", "fund", "hours", "items"}) end(item, leg, 0, {});
    item.status = ItemStatus::withdrawn;
    touched_.insert(item.session);
    set(std::move(item));
}

void PlanChange::ask(std::string key, const std::string& activity, Operation operation) {
    ledger_requests_.push_back(
        fields_of({.key = std::move(key),
                   .at = request_.at,
                   .by = request_.by,
                   .reason = plan_name(request_.plan) + ", " + printable(activity) + ": " + std::string(word(event_)),
                   .operation = std::move(operation)},
                  0));
}

/// Free seats go to those who wait, in order of agreement.
void PlanChange::advance() {
    touched_.erase(std::string());
    for (const std::string& session : touched_) {
        std::map<std::pair<std::string, std::string>, ItemRecord> items;
        for (ItemRecord& item : records_.items_in(session)) {
            std::pair key(item.plan, item.activity);
            items.insert_or_assign(std::move(key), std::move(item));
        }
        for (const auto& [key, item] : items_)
            if (item.session == session) items.insert_or_assign(key, item);
        const auto known = seats_.find(session);
        const std::optional<std::int64_t> seats = known == seats_.end() ? records_.seats(session).seats : known->second;
        std::int64_t held = 0;
        std::vector<ItemRecord*> waiting;
        for (auto& [key, item] : items) {
            held += item.seated();
            if (item.status == ItemStatus::waiting) waiting.push_back(&item);
        }
        std::stable_sort(waiting.begin(), waiting.end(),
                         [](const ItemRecord* a, const ItemRecord* b) { return a->since < b->since; });
        for (ItemRecord* item : waiting) {
            if (seats && held >= *seats) break;
            ++held;
            item->status = ItemStatus::enrolled;
            set(*item);
        }
    }
}

ItemRecord PlanChange::item_of(const std::string& activity) {
    std::optional<ItemRecord> item = records_.item(request_.plan, activity);
    if (!item || item->status == ItemStatus::planned)  // planned: in an earlier writing, left out when it was agreed
        throw Error(Code::unknown_key, plan_name(request_.plan) + " has no activity " + quoted(activity), "plans", 0,
                    "activity");
    return std::move(*item);
}

std::optional<ItemRecord> PlanChange::now(const std::string& plan, const std::string& activity) {
    const auto found = items_.find({plan, activity});
    if (found != items_.end()) return found->second;
    return records_.item(plan, activity);
}

void PlanChange::set(ItemRecord item) {
    std::pair key(item.plan, item.activity);
    items_.insert_or_assign(std::move(key), std::move(item));
}

std::string PlanChange::money(std::int64_t amount) const {
    return to_text(Amount(amount), AccountKind::money, currency_);
}

void PlanChange::write() {
    for (const auto& [key, plan] : plans_) records_.add(number_, plan);
    if (content_) records_.add_content(number_, *content_);
    for (const auto& [key, item] : items_) records_.add(number_, item);
    for (const auto& [session, seats] : seats_) records_.add(number_, session, seats);
}

}  // namespace gradus
