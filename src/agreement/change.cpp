#include "agreement/change.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <variant>

#include <gradus/base/error.h>

#include "account/wording.h"
#include "agreement/permission.h"

namespace gradus {

namespace {

/// The first of amounts and payers in which a row differs from what was agreed before: "fund_cost: 10.00 EUR then, 11.00 EUR now";
/// empty if they agree.
std::string difference(const ItemRecord& then, const ItemRecord& now, std::string_view currency) {
    const auto text = [](const std::optional<std::string>& value) { return value ? quoted(*value) : "none"; };
    const auto differ = [](const char* column, const std::string& a, const std::string& b) {
        return a == b ? std::string() : std::string(column) + ": " + a + " then, " + b + " now";
    };
    const auto amount = [&](std::optional<std::int64_t> units, AccountKind kind) {
        return units ? to_text(Amount(*units), kind, currency) : std::string("none");
    };
    const auto differ_by = [&](const char* column, std::optional<std::int64_t> a, std::optional<std::int64_t> b,
                               AccountKind kind = AccountKind::money) {
        return differ(column, amount(a, kind), amount(b, kind));
    };
    for (std::string found :
         {differ_by("account_cost", then.account, now.account), differ_by("employee_cost", then.employee, now.employee),
          differ_by("fund_cost", then.fund_cost, now.fund_cost),
          differ_by("hours", then.minutes, now.minutes, AccountKind::hours),
          differ("fund", quoted(then.fund), quoted(now.fund)),
          differ("programme of money", text(then.money_program), text(now.money_program)),
          differ("programme of hours", text(then.hours_program), text(now.hours_program)),
          differ("programme of items", text(then.items_program), text(now.items_program))})
        if (!found.empty()) return found;
    return {};
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
                        "plan_requests", 0, "operation");
    };
    if (static_cast<std::size_t>(request_.as) >= std::size(Words<Actor>::names))
        throw Error(Code::unknown_word, "expected employee, manager, advisor or administrator", "plan_requests", 0,
                    "as");
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
                throw Error(Code::contradiction, "nothing is paid on '" + std::string(word(event_)) + "'",
                            "plan_requests", 0, column);
            if (given && negative) throw Error(Code::out_of_range, "expected 0 or more", "plan_requests", 0, column);
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
            throw Error(Code::out_of_range, "expected 0 or more of each part", "plan_requests", 0, "cost");
        if (raise.account == Money(0) && raise.employee == Money(0) && raise.fund == Money(0) &&
            raise.hours == Minutes(0))
            throw Error(Code::out_of_range, "expected more than 0 of one part", "plan_requests", 0, "cost");
    }
    if (event_ == PlanEvent::comment && request_.reason.empty())
        throw Error(Code::missing_value, "is empty, and is what is said", "plan_requests", 0, "reason");
    if (!plan_) throw Error(Code::unknown_key, "there is no " + plan_name(request_.plan), "plan_requests", 0, "plan");

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

std::optional<Stop> PlanChange::step(PlanEvent event) {
    PlanRecord plan = *plan_;
    if (std::optional<Stop> stop = not_permitted(organization_, request_, *plan_, event, plan.state)) return stop;
    plans_[plan.plan] = std::move(plan);
    return std::nullopt;
}

std::optional<Stop> PlanChange::write_plan(const WritePlan& operation) {
    const PlanContent& content = operation.content;
    event_ = plan_ ? PlanEvent::change : PlanEvent::draft;
    checked_text(content.person, "person", true);
    checked_text(content.supersedes, "supersedes", false);
    if (content.supersedes == request_.plan)
        throw Error(Code::contradiction, "a plan cannot supersede itself", "plan_requests", 0, "supersedes");
    if (plan_ && plan_->person != content.person)
        throw Error(Code::contradiction,
                    plan_name(request_.plan) + " is of " + quoted(plan_->person) + ", expected a plan of that person",
                    "plan_requests", 0, "person");
    if (!content.supersedes.empty()) {
        const std::optional<PlanRecord> old = records_.plan(content.supersedes);
        if (!old || old->person != content.person)
            throw Error(Code::unknown_key,
                        "there is no " + plan_name(content.supersedes) + " of " + quoted(content.person),
                        "plan_requests", 0, "supersedes");
    }
    WrittenContent full = written(organization_, content, request_.at);

    PlanRecord plan = plan_ ? *plan_ : PlanRecord{.plan = request_.plan, .person = content.person};
    PlanState next = plan.state;
    if (std::optional<Stop> stop = not_permitted(organization_, request_, plan, event_, next)) return stop;
    plan.state = next;
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
        throw Error(Code::contradiction, "seats are of a session, expected no plan", "plan_requests", 0, "plan");
    if (operation.seats && *operation.seats < 0)
        throw Error(Code::out_of_range, "expected 0 or more, found " + std::to_string(*operation.seats),
                    "plan_requests", 0, "seats");
    if (!records_.seats(subject_).known && organization_.sessions().find(subject_) < 0)
        throw Error(Code::unknown_key, "there is no session " + quoted(subject_), "plan_requests", 0, "session");
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
        if (const std::optional<Stop> stop = not_permitted(organization_, request_, *old, PlanEvent::supersede, next))
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
        const std::optional<ItemRecord> twin = old ? records_.item(old->plan, item.activity) : std::nullopt;
        const bool seat = twin && twin->status == ItemStatus::enrolled && twin->session == item.session;
        item.status = item.session.empty() || seat ? ItemStatus::enrolled : ItemStatus::waiting;
        money_.hold(item);
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
        const std::string other_terms = difference(twin, item, currency_);
        if (!item.pinned && under_way && !same_date)
            return Stop{"under_way", "activity " + quoted(item.activity) + " is under way in " + plan_name(twin.plan) +
                                         " on another date. Possible: leave it out, or withdraw it there first"};
        if (!item.pinned && under_way && !other_terms.empty())
            return Stop{"under_way", "activity " + quoted(item.activity) + " is under way in " + plan_name(twin.plan) +
                                         " on other terms, " + other_terms +
                                         ". Possible: write the terms that were agreed, or that it is pinned: it stays "
                                         "as it stands then; raise_item adds to it"};
        if (item.pinned || (same_date && other_terms.empty())) {
            ItemRecord taken = twin;
            taken.plan = item.plan, taken.pinned = item.pinned;
            if (!item.pinned) taken.last_day = item.last_day;
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
    if (std::optional<Stop> stop = money_.settle(item, operation)) return stop;
    item.status = event_ == PlanEvent::complete_item ? ItemStatus::completed
                  : event_ == PlanEvent::fail_item   ? ItemStatus::failed
                                                     : ItemStatus::no_show;
    set(std::move(item));
    return std::nullopt;
}

std::optional<Stop> PlanChange::raise(const RaiseItem& operation) {
    const bool employee = request_.as == Actor::employee;
    const bool own = operation.employee > Money(0);
    const bool others = operation.account > Money(0) || operation.fund > Money(0) || operation.hours > Minutes(0);
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
    money_.raise(item, operation);
    set(std::move(item));
    return std::nullopt;
}

void PlanChange::withdraw(ItemRecord item) {
    money_.release(item);
    item.status = ItemStatus::withdrawn;
    touched_.insert(item.session);
    set(std::move(item));
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
        throw Error(Code::unknown_key, plan_name(request_.plan) + " has no activity " + quoted(activity),
                    "plan_requests", 0, "activity");
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

void PlanChange::write() {
    for (const auto& [key, plan] : plans_) records_.add(number_, plan);
    if (content_) records_.add_content(number_, *content_);
    for (const auto& [key, item] : items_) records_.add(number_, item);
    for (const auto& [session, seats] : seats_) records_.add(number_, session, seats);
}

}  // namespace gradus
