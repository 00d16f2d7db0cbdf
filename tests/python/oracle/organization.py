"""Who is who on a day: keys, trees, scales, scopes and what people have done (contract §1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from .dates import is_valid

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]

# ISO 4217: the currencies whose minor unit is not a hundredth.
_DIGITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}


def rows(tables: Tables, name: str) -> list[Row]:
    """The rows of a table, exact repeats dropped; in assessments two anonymous raters may agree."""
    given = tables.get(name) or ()
    if name == "assessments":
        return list(given)
    return list({tuple(sorted((c, str(v)) for c, v in row.items() if v is not None)): row for row in given}.values())


def cell(row: Row, column: str, default: Any = None) -> Any:
    """A cell, or the default where it is missing."""
    found = row.get(column)
    return default if found is None else found


def grouped(given: Iterable[Row], column: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in given:
        groups[row[column]].append(row)
    return groups


def upward(parents: Mapping[str, str | None], key: str | None) -> list[str]:
    """The key itself and everything above it, nearest first."""
    path = []
    while key is not None:
        path.append(key)
        key = parents.get(key)
    return path


def parents(tables: Tables, name: str, key: str) -> dict[str, str | None]:
    return {row[key]: row.get("parent") for row in rows(tables, name)}


def minutes(hours: Any) -> int:
    """Hours are kept as whole minutes."""
    return round(Fraction(str(hours)) * 60)


class Organization:
    """The tables, indexed, as they stand on the day `as_of`."""

    def __init__(self, tables: Tables, as_of: date) -> None:
        def by_key(name: str, key: str) -> dict[str, Row]:
            return {row[key]: row for row in rows(tables, name)}

        self.tables, self.as_of = tables, as_of
        self.people = {
            key: row
            for key, row in sorted(by_key("people", "person").items())
            if cell(row, "joined", date.min) <= as_of < cell(row, "left", date.max)
        }
        self.scales: dict[str, dict[str, float]] = {}
        for scale, levels in grouped(rows(tables, "scales"), "scale").items():
            self.scales[scale] = {str(r["level"]): float(cell(r, "position", n)) for n, r in enumerate(levels, 1)}
        self.capabilities = by_key("capabilities", "capability")
        self.capability_parents = parents(tables, "capabilities", "capability")
        self.unit_parents = parents(tables, "units", "unit")
        self.activities = by_key("activities", "activity")
        self.sessions = by_key("sessions", "session")
        self.funds = by_key("funds", "fund")
        self.fund_parents = parents(tables, "funds", "fund")
        self.funds_given = tables.get("funds") is not None
        self.programs = by_key("programs", "program")

        positions = grouped((row for row in rows(tables, "positions") if is_valid(row, as_of)), "person")
        self.roles = {p: positions[p][0]["role"] if p in positions else row["role"] for p, row in self.people.items()}
        targets = grouped(rows(tables, "target_roles"), "person")
        self.targets = {p: [row for row in targets.get(p, ()) if row["role"] != self.roles[p]] for p in self.people}
        self.goals = grouped(rows(tables, "personal_goals"), "person")
        self.requirements = grouped((row for row in rows(tables, "requirements") if is_valid(row, as_of)), "role")

        self.sessions_of = grouped(rows(tables, "sessions"), "activity")
        self.outcomes = grouped(rows(tables, "outcomes"), "activity")
        self.prerequisites = {
            a: sorted(row["prerequisite"] for row in found)
            for a, found in grouped(rows(tables, "activity_prerequisites"), "activity").items()
        }
        self.eligibility = grouped(rows(tables, "eligibility"), "activity")
        self.mandatory = grouped(rows(tables, "mandatory"), "activity")
        self.enrolments = grouped(rows(tables, "enrolments"), "person")
        self.accounts = grouped(rows(tables, "accounts"), "person")
        self.preferences = {(r["person"], r["kind"]): cell(r, "weight", 1) for r in rows(tables, "preferences")}
        settings = rows(tables, "settings")
        self.minor_unit = Decimal(1).scaleb(-_DIGITS.get(settings[0]["currency"] if settings else "EUR", 2))

    # Scales

    def position(self, capability: str, level: Any) -> float:
        """The position of a level: a label of the capability's scale, or a number."""
        labels = self.scales[self.capabilities[capability]["scale"]]
        return labels[level] if isinstance(level, str) and level in labels else float(level)

    def positions(self, capability: str) -> list[float]:
        """Those of the scale's levels, ascending."""
        return sorted(self.scales[self.capabilities[capability]["scale"]].values())

    def bottom(self, capability: str) -> float:
        return min(self.scales[self.capabilities[capability]["scale"]].values())

    def top(self, capability: str) -> float:
        return max(self.scales[self.capabilities[capability]["scale"]].values())

    def range(self, capability: str) -> float:
        return self.top(capability) - self.bottom(capability)

    # Scopes

    def in_scope(self, person: str, row: Row) -> bool:
        """Whether every scope column present in the row matches the person (§1, Scope)."""
        who = self.people[person]
        matches = {
            "role": lambda key: key == self.roles[person],
            "target_role": lambda key: any(target["role"] == key for target in self.targets[person]),
            "unit": lambda key: key in upward(self.unit_parents, who.get("unit")),
            "persona": lambda key: key == who.get("persona"),
            "person": lambda key: key == person,
        }
        return all(row.get(column) is None or match(row[column]) for column, match in matches.items())

    def is_eligible(self, person: str, activity: str) -> bool:
        """No row for an activity: everyone; rows are alternatives."""
        found = self.eligibility.get(activity)
        return not found or any(self.in_scope(person, row) for row in found)

    def due(self, person: str, activity: str) -> tuple[bool, date | None]:
        """Whether the activity is a duty of the person, and the earliest due date of the rows in scope (§3.9)."""
        found = [row for row in self.mandatory.get(activity, ()) if self.in_scope(person, row)]
        if not found or activity in self.completed(person) or self.status(person, activity) == "pinned":
            return False, None
        return True, min((row["due"] for row in found if row.get("due") is not None), default=None)

    def duties(self, person: str) -> set[str]:
        """The activities that must be in the person's plan."""
        return {activity for activity in self.mandatory if self.due(person, activity)[0]}

    # What people have done

    def _happened(self, row: Row) -> bool:
        return row["status"] == "completed" and (row.get("date") is None or row["date"] <= self.as_of)

    def completions(self, person: str) -> list[Row]:
        """The completed enrolments that have happened by `as_of`; one without a date has."""
        return [row for row in self.enrolments.get(person, ()) if self._happened(row)]

    def completed(self, person: str) -> set[str]:
        return {row["activity"] for row in self.completions(person)}

    def pinned(self, person: str) -> dict[str, Row]:
        """The enrolment that pins each activity under way; of several one in progress, then the latest."""
        found = [row for row in self.enrolments.get(person, ()) if row["status"] in ("enrolled", "in_progress")]
        found.sort(key=lambda r: (r["status"], cell(r, "date", date.min), cell(r, "session", "")))
        return {row["activity"]: row for row in found}

    def status(self, person: str, activity: str) -> str | None:
        """Of several enrolments pinned wins, then completed, then declined; the others change nothing."""
        found = [row for row in self.enrolments.get(person, ()) if row["activity"] == activity]
        if any(row["status"] in ("enrolled", "in_progress") for row in found):
            return "pinned"
        if any(self._happened(row) for row in found):
            return "completed"
        return "declined" if any(row["status"] == "declined" for row in found) else None

    # Money

    def money(self, amount: Any) -> Decimal:
        """An amount in currency units, in whole minor units."""
        return Decimal(str(amount)).quantize(self.minor_unit, ROUND_HALF_EVEN)
