"""What is left of funds and seats after a plan, on which proposals are taken."""

from __future__ import annotations

from typing import Any

from . import _core, _text
from ._answer import plain
from ._options import of
from ._plan import Plan
from ._plan_tables import Items
from ._replan import Proposal
from ._table import Table


class Taking:
    """Whether a proposal was taken, and if not, why. True if it was: ``if remaining.try_take(proposal): ...``

    Attributes
    ----------
    taken : bool
        True if it was taken, whole.
    refusal : Table
        Why not, every reason: what is left of each resource that lacks, what was demanded and what is lacking; or that
        the proposal is stale. Empty if it was taken.
    """

    __slots__ = ("refusal", "taken")

    def __init__(self, refusal: Table) -> None:
        self.refusal = refusal
        self.taken = not len(refusal)

    def __bool__(self) -> bool:
        return self.taken

    def to_dict(self) -> dict[str, Any]:
        """The same as values that JSON can hold."""
        found: dict[str, Any] = plain({"taken": self.taken, "refusal": self.refusal.rows()})
        return found

    def __repr__(self) -> str:
        if self.taken:
            return "Taken"
        lines = []
        for row in self.refusal.rows():
            if row["cause"] == "stale":
                lines.append("the person no longer holds what it starts from: replan, and try again")
                continue
            unit = self.refusal._core.currency if row["kind"] == "fund" else "seat"
            lines.append(
                f"{row['kind']} {row['resource']} lacks {row['lacking']:,.10g} {unit}: "
                f"{row['demanded']:,.10g} needed, {row['left']:,.10g} left"
            )
        return "Not taken: " + "; ".join(lines)

    def _repr_html_(self) -> str:
        return _text.page(repr(self), [])


class Remaining:
    """What is left of funds and seats after a plan. Proposals are taken on it, whole or not at all, from any thread.

    No resource is ever overdrawn, and everybody holds the items of the plan or of the last proposal taken. A proposal
    says what it starts from: what a person gives back is given back once. It is kept in memory only; who needs it
    beyond the process keeps `items`.

    Parameters
    ----------
    plan
        The plan; what it uses is gone.

    Raises
    ------
    Error
        It is no plan.

    Examples
    --------
    >>> left = gr.Remaining(plan)  # doctest: +SKIP
    >>> proposal = plan.replan("E1042", estimates=new, remaining=left)  # doctest: +SKIP
    >>> if not (taking := left.try_take(proposal)):  # doctest: +SKIP
    ...     print(taking)
    """

    __slots__ = ("_core", "_plan")

    def __init__(self, plan: Plan) -> None:
        self._plan = of("plan", plan, Plan)
        self._core = _core.Remaining(plan._core)

    @property
    def plan(self) -> Plan:
        """The plan after which it is what is left."""
        return self._plan

    def try_take(self, proposal: Proposal) -> Taking:
        """Takes all that a proposal uses more and gives back all that it uses less; or does nothing and says why.

        Returns
        -------
        Taking
            True if it was taken; else with what lacks how much, or that the proposal is stale.

        Raises
        ------
        Error
            It is no proposal, or was made for another plan.
        """
        return Taking(Table(self._core.try_take(of("proposal", proposal, Proposal)._core)))

    def give_back(self, proposal: Proposal) -> Taking:
        """Undoes a proposal that was taken: the person holds again what they held before it.

        Returns
        -------
        Taking
            False where the person no longer holds what was proposed, or somebody else took what would be needed.

        Raises
        ------
        Error
            It is no proposal, or was made for another plan.
        """
        return Taking(Table(self._core.give_back(of("proposal", proposal, Proposal)._core)))

    @property
    def resources(self) -> Table:
        """Each fund and session now: capacity, used, left, and the plan's price. Made anew each time."""
        return Table(self._core.resources())

    @property
    def items(self) -> Items:
        """What everybody holds now: the plan's items, and those of the last proposal taken for a person."""
        return Items(self._core.items())

    def to_dict(self) -> dict[str, Any]:
        """What is left of each resource, as values that JSON can hold."""
        return {"resources": plain(self.resources.rows())}

    def _headline(self) -> str:
        resources = self.resources
        kinds, left, capacity = resources["kind"], resources["left"], resources["capacity"]
        parts = []
        for kind, unit in (("fund", resources._core.currency), ("session", "seats")):
            some = kinds == kind
            if not some.any():
                continue
            used_up = int((some & (left <= 0)).sum())
            parts.append(f"{used_up:,} of {_text.count(int(some.sum()), kind)} used up")
            if kind == "session":
                parts.append(f"{left[some].sum():,.0f} of {capacity[some].sum():,.0f} {unit} left")
        return f"Remaining after a plan: {'; '.join(parts) if parts else 'nothing is limited'}"

    def __repr__(self) -> str:
        return f"{self._headline()}\n{self.resources!r}"

    def _repr_html_(self) -> str:
        return _text.page(self._headline(), [], self.resources._repr_html_())
