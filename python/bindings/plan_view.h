#pragma once

// A plan as Python holds it.

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "bindings.h"

namespace gradus::python {

/// The desk of a plan, opened when it is first asked for.
class LateDesk {
public:
    /// Call without the GIL: opening takes a while.
    template <class Open>
    const Desk& get(Open&& open) {
        const std::lock_guard lock(mutex_);
        if (!desk_) desk_.emplace(open());
        return *desk_;
    }

private:
    std::mutex mutex_;
    std::optional<Desk> desk_;
};

/// A plan with what it was made from, so that it can be checked without asking for that again.
struct PlanView {
    std::shared_ptr<const Plan> plan;
    Organization organization;
    TableView risks;
    std::shared_ptr<LateDesk> late = std::make_shared<LateDesk>();

    std::optional<TableView> table(std::string_view name) const {
        if (name == plan->items.name()) return view(std::shared_ptr<const PlanItems>(plan, &plan->items), organization);
        for (const Table* table : plan->tables())
            if (table->name() == name) return view(std::shared_ptr<const Table>(plan, table), organization);
        return std::nullopt;
    }
    const Desk& desk() const {
        return late->get([&] { return Desk(organization, as<Risks>(risks), *plan); });
    }
};

}  // namespace gradus::python
