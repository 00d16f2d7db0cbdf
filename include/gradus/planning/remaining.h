#pragma once

#include <memory>

#include <gradus/planning/replan.h>

namespace gradus {

/// What is left of the shared resources. Rows as in plan.resources.
struct RemainingResources : Table {
    RemainingResources() : Table("remaining", "What is left of funds and seats") {}

    Column<ResourceKind> kind{*this, {.name = "kind", .meaning = "fund or session"}};
    Column<ResourceId> resource{*this, {.name = "resource", .meaning = "key of the fund or session"}};
    Column<Amount> capacity{*this, {.name = "capacity", .unit = "money or seats", .meaning = "what there is"}};
    Column<Amount> used{*this, {.name = "used", .unit = "money or seats", .meaning = "what items held now use"}};
    Column<Amount> left{*this, {.name = "left", .unit = "money or seats", .meaning = "capacity - used"}};
    Column<double> price{*this,
                         {.name = "price",
                          .unit = "value per unit of money or seat",
                          .meaning = "value of one more unit at the plan's prices"}};
};

enum class Cause : std::uint8_t { lack, stale };
template <>
struct Words<Cause> {
    static constexpr std::string_view names[] = {"lack", "stale"};
};

/// Why a proposal was not taken, every reason; empty: it was. Lacking resources in the order of plan.resources.
struct Refusal : Table {
    Refusal() : Table("refusal", "Why a proposal was not taken; empty: it was taken") {}

    Column<Cause> cause{*this,
                        {.name = "cause",
                         .meaning = "lack: not enough is left; stale: the person no longer holds what it starts from"}};
    Column<ResourceKind> kind{*this, {.name = "kind", .meaning = "fund or session; none where it is stale"}};
    Column<ResourceId> resource{*this, {.name = "resource", .meaning = "key of the fund or session"}};
    Column<Amount> left{*this, {.name = "left", .unit = "money or seats", .meaning = "what is left"}};
    Column<Amount> demanded{
        *this, {.name = "demanded", .unit = "money or seats", .meaning = "more that the proposal would use"}};
    Column<Amount> lacking{*this, {.name = "lacking", .unit = "money or seats", .meaning = "demanded - left"}};
};

/// What is left of funds and seats after a plan, on which proposals are taken whole or not at all.
///
/// Safe to use from any number of threads at once: every call sees and leaves a state in which no resource is overdrawn
/// (but for one that the plan itself overdrew) and everybody holds the items of the plan or of the last proposal taken.
/// A proposal says what it starts from, so what a person gives back is given back once.
class Remaining {
public:
    explicit Remaining(const Desk& desk);
    ~Remaining();
    Remaining(Remaining&&) noexcept;
    Remaining& operator=(Remaining&&) noexcept;

    /// Takes all that the proposal uses more and gives back all that it uses less; or does nothing and says why.
    /// @throws Error invalid_argument for a proposal of another plan.
    Refusal try_take(const Proposal& proposal);
    /// Undoes a proposal that was taken: the person holds again what they held before it. Refused where they no longer hold
    /// what it proposed, or where somebody else has taken what would be needed.
    /// @throws Error invalid_argument for a proposal of another plan.
    Refusal give_back(const Proposal& proposal);

    /// What is left now.
    RemainingResources resources() const;
    /// The items that everybody holds now: those of the plan, and of each person for whom a proposal was taken those of the
    /// last one, with the gains stated there.
    PlanItems items() const;
    /// The desk that it was opened at.
    const Desk& desk() const;

    /// @cond
    struct Data;  ///< for the library alone
    const Data& data() const { return *data_; }
    /// @endcond

private:
    std::unique_ptr<Data> data_;
};

}  // namespace gradus
