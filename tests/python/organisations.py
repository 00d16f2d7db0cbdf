"""Small random organisations that have every kind of table and limit, from a seed.

`organisation` returns all tables of the contract that something is computed with, `assessments` among them, as lists
of rows; `library` reads them. Names carry no meaning, and every column is present or absent at random where it may be.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import gradus as gr

Row = dict[str, Any]
Rows = dict[str, list[Row]]

AS_OF = date(2026, 3, 31)
START = date(2026, 4, 1)
SCALES = {"three": (1.0, 2.0, 3.0), "odd": (-1.5, 0.0, 0.25, 2.0, 7.0), "plain": None}
LABELS = ("low", "fair", "good", "high", "best")
KINDS = ("course", "coaching", "reading")
PERSONAS = ("desk", "field")
SOURCES = ("self", "manager", "peer", "report", "test", "observation")
STATUSES = ("planned", "enrolled", "in_progress", "completed", "failed", "no_show", "withdrawn", "declined")


class Maker:
    """Draws the rows of one organisation."""

    def __init__(self, seed: int, people: int, activities: int, sessions: float) -> None:
        self.random = random.Random(seed)
        self.people = [f"p{n}" for n in range(people)]
        self.activities = [f"a{n}" for n in range(activities)]
        self.sessions = sessions
        self.roles = ["r0", "r1", "r2"]
        self.units = ["u0", "u1", "u2", "u3"]
        self.capabilities = ["c0", "c1", "c2", "c3"]
        self.scale_of = {c: self.random.choice(list(SCALES)) for c in self.capabilities}

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def maybe(self, value: Any, probability: float = 0.5) -> Any:
        return value if self.chance(probability) else None

    def pick(self, values: Any, probability: float = 1.0) -> Any:
        return self.maybe(self.random.choice(list(values)), probability)

    def day(self, first: date, last: date) -> date:
        return first + timedelta(self.random.randint(0, (last - first).days))

    def share(self) -> float:
        return self.random.choice((0, 0.125, 0.3, 0.5, 0.7, 1))

    def positions(self, capability: str) -> tuple[float, ...]:
        return SCALES[self.scale_of[capability]] or (1.0, 2.0, 3.0, 4.0)

    def level(self, capability: str, low: float = 0.0) -> Any:
        """A label, or a number between the labels."""
        positions = self.positions(capability)
        if low == 0 and self.chance(0.7):
            return self.random.choice(LABELS[: len(positions)])
        bottom = positions[0] + low * (positions[-1] - positions[0])
        return round(self.random.uniform(bottom, positions[-1]), 2)

    def validity(self, around: date = AS_OF, probability: float = 0.3) -> Row:
        """Dates that hold `around`, or often do."""
        since = self.maybe(around - timedelta(self.random.randint(-20, 400)), probability)
        until = self.maybe(around + timedelta(self.random.randint(20, 300)), probability)
        return {"valid_from": since, "valid_to": until if since is None or until is None or since < until else None}

    def scope(self) -> Row:
        return {
            "role": self.pick(self.roles, 0.3),
            "target_role": self.pick(self.roles, 0.15),
            "unit": self.pick(self.units, 0.3),
            "persona": self.pick(PERSONAS, 0.15),
            "person": self.pick(self.people, 0.1),
        }

    def pairs(self, left: list[str], right: list[str], probability: float) -> list[tuple[str, str]]:
        return [(one, other) for one in left for other in right if self.chance(probability)]

    # Who and what is needed

    def who(self) -> Rows:
        tables: Rows = {"settings": [{"currency": self.pick(("EUR", "JPY", "KWD", "SEK"))}]}
        tables["scales"] = [
            {"scale": scale, "level": LABELS[n], "position": None if positions is None else positions[n]}
            for scale, positions in SCALES.items()
            for n in range(4 if positions is None else len(positions))
        ]
        tables["capabilities"] = [
            {
                "capability": key,
                "scale": self.scale_of[key],
                "parent": self.pick(self.capabilities[:n], 0.5) if n else None,
            }
            for n, key in enumerate(self.capabilities)
        ]
        tables["roles"] = [{"role": role, "family": self.pick(("f0", "f1"), 0.7)} for role in self.roles]
        tables["requirements"] = [
            row for role, capability in self.pairs(self.roles, self.capabilities, 0.6)
            for row in self.requirement(role, capability)
        ]  # fmt: skip
        tables["units"] = [
            {"unit": key, "parent": self.pick(self.units[:n], 0.7) if n else None} for n, key in enumerate(self.units)
        ]
        tables["people"] = [
            {
                "person": key,
                "role": self.pick(self.roles),
                "unit": self.pick(self.units, 0.8),
                "manager": self.pick(self.people[:n], 0.7) if n else None,
                "persona": self.pick(PERSONAS, 0.6),
                "hours": self.pick((0, 1, 2.25, 4, 6.5, 6.5, 20, 20), 0.7),
                "joined": self.pick((date(2019, 5, 1), AS_OF, AS_OF + timedelta(1)), 0.25),
                "left": self.pick((AS_OF, START, date(2026, 8, 15), date(2030, 1, 1)), 0.25),
            }
            for n, key in enumerate(self.people)
        ]
        for row in tables["people"]:
            if row["joined"] and row["left"] and row["left"] < row["joined"]:
                row["left"] = None
        tables["positions"] = [row for person in self.people if self.chance(0.3) for row in self.history(person)]
        tables["target_roles"] = [
            {"person": person, "role": role, "weight": self.pick((0, 0.25, 1), 0.6)}
            for person, role in self.pairs(self.people, self.roles, 0.2)
        ]
        tables["personal_goals"] = [
            {"person": p, "capability": c, "level": self.level(c), "weight": self.pick((0, 0.3, 1), 0.6),
             "due": self.maybe(date(2026, 9, 1))}
            for p, c in self.pairs(self.people, self.capabilities, 0.15)
        ]  # fmt: skip
        objectives = ["o0", "o1", "o2"]
        tables["objectives"] = [
            {"objective": key, "parent": self.pick(objectives[:n], 0.6) if n else None,
             "weight": self.pick((0.5, 2, 3), 0.6), "unit": self.pick(self.units, 0.3)}
            for n, key in enumerate(objectives)
        ]  # fmt: skip
        tables["objective_links"] = [
            {"objective": o, "capability": c, "strength": self.pick((0, 0.4, 0.9), 0.6), **self.scope()}
            for o, c in self.pairs(objectives, self.capabilities, 0.4)
        ]
        return tables

    def requirement(self, role: str, capability: str) -> list[Row]:
        positions = self.positions(capability)
        at = self.random.randrange(len(positions))
        row: Row = {
            "role": role,
            "capability": capability,
            "level": self.pick((LABELS[at], positions[at])),
            "max_level": self.pick(LABELS[at : len(positions)], 0.4),
            "criticality": self.pick((1, 2.5, 4, 5), 0.6),
        }
        if self.chance(0.2):
            change = self.pick((AS_OF, START, date(2025, 7, 1)))
            return [{**row, "valid_to": change}, {**row, "level": LABELS[0], "max_level": None, "valid_from": change}]
        return [{**row, **self.validity(probability=0.15)}]

    def history(self, person: str) -> list[Row]:
        change = self.pick((AS_OF, START, date(2025, 1, 1)))
        first = {"person": person, "role": self.pick(self.roles), "valid_from": date(2020, 1, 1), "valid_to": change}
        then = {"person": person, "role": self.pick(self.roles), "valid_from": change, "valid_to": None}
        return [first, then] if self.chance(0.7) else [first]

    # What is on offer, and what it may cost

    def offer(self) -> Rows:
        tables: Rows = {
            "activities": [
                {
                    "activity": key,
                    "kind": self.pick(KINDS, 0.8),
                    "hours": self.pick((0, 0.5, 2, 3.75, 8), 0.95),
                    "cost": self.pick((0, 7, 25, 40, 100), 0.95),
                    "account_share": self.pick((0, 0.3, 0.5, 1), 0.6),
                    "employee_share": None,
                    "days": self.pick((1, 3, 30, 100), 0.6),
                    "repeatable": self.pick((True, False), 0.5),
                    **self.validity(START, 0.15),
                }
                for key in self.activities
            ]
        }
        for row in tables["activities"]:
            if (row["account_share"] or 0) <= 0.5:
                row["employee_share"] = self.pick((0, 0.125, 0.3), 0.5)
        tables["outcomes"] = [
            {"activity": a, "capability": c, "uplift": self.pick((0, 0.3, 1, 1, 2.5), 0.8),
             "up_to": self.maybe(self.level(c, 0.3)),
             "from_level": self.pick((self.level(c),), 0.2), "probability": self.pick((0, 0.35, 0.8, 0.8), 0.6)}
            for a, c in self.pairs(self.activities, self.capabilities, 0.5)
        ]  # fmt: skip
        tables["activity_prerequisites"] = [
            {"activity": a, "prerequisite": self.pick(self.activities[:n])}
            for n, a in enumerate(self.activities)
            if n and self.chance(0.25)
        ]
        tables["sessions"] = [
            self.session(f"s{a}.{n}", a)
            for a in self.activities
            if self.chance(self.sessions)
            for n in range(self.random.randint(1, 2))
        ]
        tables["eligibility"] = [{"activity": a, **self.scope()} for a in self.activities if self.chance(0.25)]
        tables["mandatory"] = [
            {"activity": a, "due": self.maybe(self.day(START, date(2026, 10, 1))), **self.scope()}
            for a in self.activities
            if self.chance(0.2)
        ]
        tables["preferences"] = [
            {"person": p, "kind": k, "weight": self.pick((0, 0.5, 2), 0.7)}
            for p, k in self.pairs(self.people, list(KINDS), 0.2)
        ]
        sessions = {a: [row for row in tables["sessions"] if row["activity"] == a] for a in self.activities}
        tables["enrolments"] = [
            {
                "person": p,
                "activity": a,
                "status": self.pick(STATUSES),
                "session": self.pick([row["session"] for row in sessions[a]], 0.6) if sessions[a] else None,
                "date": self.pick((date(2024, 11, 5), date(2026, 2, 27), AS_OF, START, date(2026, 6, 3)), 0.8),
            }
            for p, a in self.pairs(self.people, self.activities, 0.12)
            for _ in range(self.pick((1, 1, 2)))
        ]
        return tables

    def session(self, key: str, activity: str) -> Row:
        first = self.day(date(2026, 3, 25), date(2026, 9, 15))
        return {
            "session": key,
            "activity": activity,
            "first_day": first,
            "last_day": self.maybe(first + timedelta(self.random.randint(0, 20)), 0.6),
            "seats": self.pick((0, 1, 2, 5), 0.8),
            "cost": self.pick((0, 11, 60), 0.3),
        }

    def money(self) -> Rows:
        tables: Rows = {
            "funds": [
                {"fund": "all", "amount": self.pick((40, 120, 400))},
                {"fund": "half", "parent": "all", "amount": self.pick((0, 30, 150)),
                 "unit": self.pick(self.units[:2], 0.8)},
                {"fund": "part", "parent": "half", "amount": self.pick((20, 90)), "unit": self.units[2],
                 "valid_to": self.pick((date(2026, 6, 15),), 0.4)},
                {"fund": "other", "amount": 75, "unit": self.units[3],
                 "valid_from": self.pick((date(2026, 5, 1),), 0.4)},
            ],
            "programs": [
                {
                    "program": f"g{kind or 3}",
                    "kind": kind,
                    "account_share": self.pick((0, 0.25, 0.6), 0.4),
                    "employee_share": self.pick((0, 0.2, 0.4), 0.3),
                    "cap": self.pick((0, 1, 5, 40), 0.4) if kind else None,  # of what a cap is, the kind says
                    "cap_period": self.pick(("month", "quarter", "year"), 0.7),
                    "activity_kinds": self.pick(("course", "course;reading", "coaching; reading"), 0.4),
                    **self.validity(START, 0.2),
                    **(self.scope() if self.chance(0.3) else {}),
                }
                for kind in ("money", "hours", "items", None)
            ],
        }  # fmt: skip
        if self.chance(0.2):
            del tables["funds"]
        tables["accounts"] = []
        for person in self.people:
            named = self.pick(("money", "hours", "items", "all", None))  # of two programmes the shares might disagree
            for kind in ("money", "hours", "items"):
                if self.chance(0.6 if kind == "money" else 0.25):
                    program = "g3" if named == "all" else self.pick((f"g{kind}", "g3")) if named == kind else None
                    tables["accounts"].append(self.account(person, kind, program))
        return tables

    def account(self, person: str, kind: str, program: str | None) -> Row:
        return {
            "person": person,
            "kind": kind,
            "available": self.pick({"money": (0, 12, 51, 200), "hours": (1, 8, 30), "items": (0, 1, 2, 5)}[kind]),
            "program": program,
            **self.validity(START, 0.2),
            "cap": self.pick((1, 8, 30), 0.25),
            "cap_period": self.pick(("month", "quarter", "year"), 0.6),
        }

    def seen(self, probability: float) -> list[Row]:
        rows = []
        for person, capability in self.pairs(self.people, self.capabilities, probability):
            for _ in range(self.pick((1, 1, 2, 4))):
                day = self.pick((date(2022, 2, 28), date(2025, 12, 1), date(2026, 2, 27), AS_OF, START), 0.85)
                source = self.pick(SOURCES)
                rater = self.pick(("x", "y", "z"), 0.4)
                rows.append({"person": person, "capability": capability, "level": self.level(capability),
                             "source": source, "rater": rater, "date": day})  # fmt: skip
        return rows


def organisation(seed: int, people: int = 8, activities: int = 7, sessions: float = 0.5, seen: float = 0.6) -> Rows:
    maker = Maker(seed, people, activities, sessions)
    tables = {**maker.who(), **maker.offer(), **maker.money(), "assessments": maker.seen(seen)}
    return {name: rows for name, rows in tables.items() if rows}


def library(tables: Rows, **options: Any) -> gr.Organization:
    """The organisation as the library reads it, assessments aside."""
    return gr.Organization.from_tables(**{n: rows for n, rows in tables.items() if n != "assessments"}, **options)


def shuffled(tables: Rows, seed: int) -> Rows:
    """The same rows in another order; those of scales stay, for without positions their order has a meaning."""
    draw = random.Random(seed)
    return {n: list(rows) if n == "scales" else draw.sample(rows, len(rows)) for n, rows in tables.items()}
