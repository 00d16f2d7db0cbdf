"""What another limit would change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from . import _text
from ._again import amount_of, plan_again, with_limits
from ._answer import ALIKE, plain
from ._error import Error
from ._one_person import ancestors
from ._options import real, whole
from ._rows import money, row_of, rows_at

if TYPE_CHECKING:
    from ._organization import Organization
    from ._plan import Plan

KEY = ("person", "activity", "session", "first_day")


@dataclass(frozen=True, repr=False)
class WhatIf:
    """What a change of one limit would do to a plan. Made by `what_if`."""

    kind: str
    """fund, session or person: whose limit was changed"""
    key: str
    change: float
    """money, seats, or hours per month; negative where there is less"""
    before: Plan
    after: Plan

    @property
    def comparable(self) -> bool:
        """Whether both plans place the same mandatory items. Where not, their values are those of different duties."""
        return _unplaced(self.before) == _unplaced(self.after)

    @property
    def difference(self) -> float:
        """Exposure that the new plan removes more than the old one, averaged over the horizon.

        Not below 0 where a limit was widened, nor above 0 where it was narrowed: a plan within the narrower limit keeps
        the wider one too. Where the search did worse than that, this is 0. (Not so if they are not comparable.)
        """
        found = self.after.value - self.before.value
        if not self.comparable:
            return found
        return max(0.0, found) if self.change >= 0 else min(0.0, found)

    @property
    def least(self) -> float | None:
        """The difference between the best plans is proven to be no less than this; None if they are not comparable."""
        proven = self.after.value - self.before.bound
        return None if not self.comparable else max(0.0, proven) if self.change >= 0 else proven

    @property
    def most(self) -> float | None:
        """The difference between the best plans is proven to be no more than this; None if they are not comparable."""
        proven = self.after.bound - self.before.value
        return None if not self.comparable else proven if self.change >= 0 else min(0.0, proven)

    @property
    def added(self) -> list[dict[str, Any]]:
        """Items of the new plan that the old one does not have: another person, activity, session or first day."""
        return _absent(self.after, self.before)

    @property
    def removed(self) -> list[dict[str, Any]]:
        """Items of the old plan that the new one does not have."""
        return _absent(self.before, self.after)

    def _question(self) -> str:
        size, more = abs(self.change), "more" if self.change >= 0 else "less"
        if self.kind == "fund":
            return f"{size:,.2f} {self.before.organization.currency} {more} in the fund {self.key}"
        if self.kind == "session":
            fewer = "more" if self.change >= 0 else "fewer"
            return f"{_text.count(int(size), f'{fewer} seat')} in the session {self.key}"
        fewer = "more" if self.change >= 0 else "fewer"
        return f"{size:g} {fewer} hours per month for {self.key}"

    def _sentences(self) -> list[str]:
        found, value = self.difference, self.after.value
        digits = 2 if abs(found) >= 0.05 else 4
        before, after = f"{self.before.value:,.{digits}f}", f"{value:,.{digits}f}"
        if not self.comparable:
            counts = len(_unplaced(self.before)), len(_unplaced(self.after))
            what = f"would place other mandatory items: {counts[0]:,} could not be placed before, {counts[1]:,} after"
        elif found > ALIKE:
            what = f"would remove {found:.3g} more exposure: {after}, not {before}"
        elif found < -ALIKE:
            what = f"would leave {-found:.3g} more exposure: {after} is removed, not {before}"
        else:
            what = f"would change nothing: {self.before.value:,.2f} of exposure is removed in either case"
        lines = [f"{self._question()} {what}."]
        lines[0] = lines[0][:1].upper() + lines[0][1:]
        least, most = self.least, self.most
        if least is None or most is None:
            lines.append(
                f"Exposure removed is {before} before and {after} after. With other duties, these do not compare."
            )
        else:
            low, high = sorted((abs(least), abs(most)))
            more = "more" if self.change >= 0 else "less"
            lines.append(f"Proven: with the best plans on either side it is {low:.3g} to {high:.3g} {more}.")
            unproven = max(self.before.bound - self.before.value, self.after.bound - self.after.value)
            if ALIKE < abs(found) < unproven:
                lines.append(
                    f"The difference is smaller than what is unproven ({unproven:.3g}): it may come from the search. "
                    "A smaller gap would tell."
                )
            if (value - self.before.value) * (1 if self.change >= 0 else -1) < -ALIKE:
                lines.append(
                    "The search found a worse plan within the wider limit. The better one keeps it too, so the "
                    "difference is 0."
                )
        prices = [row for row in self.before.resources.rows() if row["kind"] == self.kind]
        # Of this fund alone: those above it stay as they are.
        price = sum(row["price"] for row in prices if row["resource"] == self.key)
        if price > 0:
            lines.append(
                f"At the price of {price:.3g} a unit it would be {price * self.change:+.3g}; prices hold at the margin."
            )
        if self.kind == "fund" and self.change > 0 and len(self._charged()) > 1:
            lines.append(f"It stays within {' and '.join(self._charged()[1:])}, which is as large as before.")
        people = {row["person"] for row in (*self.added, *self.removed)}
        lines.append(
            f"Items that come: {len(self.added):,}; that go: {len(self.removed):,}; people concerned: {len(people):,}."
        )
        for name, plan in (("before", self.before), ("after", self.after)):
            if plan.status in ("time_limit", "cancelled"):
                lines.append(f"The plan {name} was stopped early ({plan.status}).")
        return lines

    def _charged(self) -> list[str]:
        return ancestors(self.before.organization, self.key) if self.kind == "fund" else [self.key]

    def to_dict(self) -> dict[str, Any]:
        """The numbers and sentences as plain values that JSON can hold, without the plans."""
        return {
            "kind": self.kind,
            "key": self.key,
            "change": self.change,
            "comparable": self.comparable,
            "difference": self.difference,
            "least": self.least,
            "most": self.most,
            "before": _numbers(self.before),
            "after": _numbers(self.after),
            "added": plain(self.added),
            "removed": plain(self.removed),
            "sentences": self._sentences(),
        }

    def __repr__(self) -> str:
        return "\n  ".join(self._sentences())

    def _repr_html_(self) -> str:
        first, *rest = self._sentences()
        lines = "".join(f"<li>{escape(line)}</li>" for line in rest)
        head = "<tr><th></th><th>value</th><th>bound</th><th>gap</th><th>items</th></tr>"
        rows = "".join(
            f'<tr><th style="text-align:left">{name}</th>'
            + "".join(
                f'<td style="text-align:right">{cell}</td>'
                for cell in (f"{plan.value:,.3f}", f"{plan.bound:,.3f}", f"{plan.gap:.2%}", f"{len(plan.items):,}")
            )
            + "</tr>"
            for name, plan in (("before", self.before), ("after", self.after))
        )
        return (
            f"<strong>{escape(first)}</strong><ul>{lines}</ul><table><thead>{head}</thead><tbody>{rows}</tbody></table>"
        )


def _unplaced(plan: Plan) -> set[tuple[str, str]]:
    return set(zip(plan.conflicts["person"].tolist(), plan.conflicts["activity"].tolist(), strict=True))


def _numbers(plan: Plan) -> dict[str, Any]:
    return {
        "value": plan.value, "bound": plan.bound, "gap": plan.gap, "status": plan.status, "items": len(plan.items),
    }  # fmt: skip


def _absent(of: Plan, there: Plan) -> list[dict[str, Any]]:
    columns = [there.items.column(name).tolist() for name in KEY]
    known = set(zip(*columns, strict=True))
    keys = zip(*(of.items.column(name).tolist() for name in KEY), strict=True)
    return rows_at(of.items, [row for row, key in enumerate(keys) if key not in known])


def what_if(
    plan: Plan,
    *,
    fund: str | None = None,
    amount: float | None = None,
    session: str | None = None,
    seats: int | None = None,
    person: str | None = None,
    hours: float | None = None,
    gap: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> WhatIf:
    """What would the plan be with more, or less, of one limit? Plans everybody again, with the plan's options.

    The search starts from the plan: its bound holds with the change at the limit's price, so where the change is small
    only those are asked whom it may concern.

    Give one of `fund` and `amount`, `session` and `seats`, `person` and `hours`.

    Parameters
    ----------
    plan
        The plan to start from.
    fund, amount
        A fund, and the money to add to it in currency units; negative: to take away. Funds above it stay as they are.
    session, seats
        A session, and the seats to add to it, a whole number; negative: to take away.
    person, hours
        A person, and the hours per calendar month to add to theirs; negative: to take away.
    gap, time_limit
        As in `optimize`; None: those of the plan. A smaller gap tells smaller differences.
    threads
        Most threads to use; None: all cores.
    progress
        Show a progress bar on standard error.

    Returns
    -------
    WhatIf
        The plan before and after, the difference with what is proven of it, items that come and go. Ctrl-C stops the
        search: `after` is then the best plan so far.

    Raises
    ------
    Error
        There is no such key; it has no limit that could be changed; less than nothing would be left.

    Examples
    --------
    >>> gr.what_if(plan, fund="training", amount=10_000)  # doctest: +SKIP
    >>> gr.what_if(plan, session="S1", seats=-5).difference  # doctest: +SKIP
    >>> gr.what_if(plan, person="E1042", hours=2).added  # doctest: +SKIP
    """
    asked = {"fund": (fund, "amount", amount), "session": (session, "seats", seats), "person": (person, "hours", hours)}
    given = [kind for kind, (key, _, _) in asked.items() if key is not None]
    if len(given) != 1:
        raise Error("what_if needs one of fund=, session= or person=, such as fund='F', amount=10_000")
    (kind,) = given
    for other, (_, name, size) in asked.items():
        if other != kind and size is not None:
            raise Error(f"{name} goes with {other}=, not with {kind}=")
    key, name, size = asked[kind]
    if size is None:
        raise Error(f"{name} must be given with {kind}=: how much more, or less where negative")
    assert key is not None
    change = float(whole(name, size)) if kind == "session" else real(name, size)  # type: ignore[arg-type]
    if math.isinf(change):
        raise Error(f"{name} must be a finite number, not {size!r}")
    organization = CHANGES[kind](plan.organization, key, change)
    after = plan_again(plan, organization, progress=progress, gap=gap, time_limit=time_limit, threads=threads)
    return WhatIf(kind, key, change, plan, after)


def _with_money(organization: Organization, fund: str, change: float) -> Organization:
    had = amount_of(organization, fund)
    more = money(organization.funds, "amount", change)
    return with_limits(organization, amounts={fund: _sum("funds", "amount", fund, had, more)})


def _with_seats(organization: Organization, session: str, change: float) -> Organization:
    had = row_of(organization.sessions, "session", session)["seats"]
    if had is None:
        raise Error(
            f"the seats of the session {session!r} are not limited", "missing_value", "sessions", column="seats"
        )
    now = int(_sum("sessions", "seats", session, had, change))
    return with_limits(organization, seats={session: now})


def _with_hours(organization: Organization, person: str, change: float) -> Organization:
    had = row_of(organization.people, "person", person)["hours"]
    if had is None:
        raise Error(f"the hours of the person {person!r} are not limited", "missing_value", "people", column="hours")
    return with_limits(organization, hours={person: _sum("people", "hours", person, had, change)})


CHANGES = {"fund": _with_money, "session": _with_seats, "person": _with_hours}


def _sum(table: str, column: str, key: str, had: float, change: float) -> float:
    if had + change < 0:
        raise Error(
            f"{table}, column {column}: {key!r} has {had:,g}; {-change:,g} less would be below 0",
            "out_of_range", table, column=column,
        )  # fmt: skip
    return had + change
