#include <gradus/account/entitlement.h>

#include <algorithm>
#include <memory>
#include <vector>

#include <gradus/base/error.h>

#include "account/usable.h"

namespace gradus {

Entitlement entitlement(const Organization& organization, const Ledger& ledger, PersonId person, Moment at) {
    if (!person || static_cast<std::size_t>(person.value()) >= organization->people.size())
        throw Error(Code::unknown_key, "the organisation has no person " + std::to_string(person.value()), "people");
    return ledger.data().read([&](Store& store, Ledger::Data::Parts& parts) {
        check_now(organization, parts, at);
        const Programs& programs = organization->programs;
        const std::size_t size = programs.size();
        Buffer<ProgramId> program(size);
        Buffer<AccountKind> kind(size);
        Buffer<Amount> usable(size), available(size), idle(size), own(size), cap_left(size), expiring(size);
        Buffer<bool> shared(size), requires_plan(size);
        Buffer<Date> cap_until(size), until(size);
        Buffer<Moment> expires(size);
        Buffer<double> account_share(size), employee_share(size);
        auto kinds = std::make_shared<Strings>(), reason = std::make_shared<Strings>();
        const Date left = organization->people.left[static_cast<std::size_t>(person.value())];
        for (std::size_t row = 0; row < size; ++row) {
            program[row] = ProgramId(static_cast<std::int32_t>(row));
            const Usable found = usable_of(organization, parts, store, program[row], person, at);
            kind[row] = found.kind, shared[row] = found.shared;
            usable[row] = Amount(found.usable()), available[row] = Amount(found.available);
            idle[row] = found.idle == 0 ? missing<Amount>() : Amount(found.idle);
            own[row] = Amount(found.own);
            cap_left[row] = found.cap_left ? Amount(*found.cap_left) : missing<Amount>();
            cap_until[row] = found.cap_until;
            const Date to = programs.valid_to[row];
            until[row] = is_missing(to) ? left : is_missing(left) ? to : std::min(to, left);
            expires[row] = found.expiring.empty() ? missing<Moment>() : found.expiring[0].first;
            expiring[row] = found.expiring.empty() ? missing<Amount>() : Amount(found.expiring[0].second);
            account_share[row] = programs.account_share[row], employee_share[row] = programs.employee_share[row];
            requires_plan[row] = programs.requires_plan[row];
            kinds->push_back(programs.activity_kinds[row]), reason->push_back(found.reason);
        }
        Entitlement table;
        table.person.set(Buffer<PersonId>(size, person), organization.people().strings());
        table.program.set(std::move(program), organization.programs().strings());
        table.kind.set(std::move(kind)), table.usable.set(std::move(usable));
        table.available.set(std::move(available)), table.shared.set(std::move(shared));
        table.idle.set(std::move(idle)), table.own.set(std::move(own)), table.cap_left.set(std::move(cap_left));
        table.cap_until.set(std::move(cap_until)), table.activity_kinds.set(kinds);
        table.until.set(std::move(until)), table.expires.set(std::move(expires));
        table.expiring.set(std::move(expiring)), table.account_share.set(std::move(account_share));
        table.employee_share.set(std::move(employee_share)), table.requires_plan.set(std::move(requires_plan));
        table.reason.set(reason);
        return table;
    });
}

}  // namespace gradus
