"""The pilots' agency, that the tests of plans share: clerks of one chief, tuition and study time."""

from __future__ import annotations

from typing import Any

import gradus as gr

CLERKS = 14  # of whom thirteen find the pool full enough
COURSE = {"activity": "analysis", "first_day": "2026-02-02", "last_day": "2026-02-02"}


def clerk(number: int) -> str:
    return f"E{1000 + number}"


def tables(people: int = CLERKS, mock: bool = False) -> dict[str, Any]:
    """Tuition: three quarters from the pool, a quarter by the employee. Study: eight hours a month."""
    clerks = [clerk(number) for number in range(people)]
    shared = {"requires_plan": True, "activity_kinds": "course", "mock": mock, "role": "clerk"}
    return {
        "scales": {"scale": ["S", "S"], "level": ["basic", "skilled"]},
        "capabilities": {"capability": ["SQL"], "scale": ["S"]},
        "roles": {"role": ["clerk", "chief"]},
        "requirements": {"role": ["clerk"], "capability": ["SQL"], "level": ["skilled"]},
        "units": {"unit": ["north", "south"]},
        "people": [
            {"person": "Chief", "role": "chief", "unit": "north", "hours": 8},
            *(
                {
                    "person": name,
                    "role": "clerk",
                    "unit": "south" if number % 2 else "north",
                    "manager": "Chief",
                    "hours": 8,
                }
                for number, name in enumerate(clerks)
            ),
        ],
        "activities": {
            "activity": ["analysis", "writing", "garden"],
            "kind": ["course", "course", "leisure"],
            "hours": [8, 8, 8],
            "cost": [1000, 1000, 1000],
        },
        "outcomes": {"activity": ["analysis", "writing"], "capability": ["SQL", "SQL"], "uplift": [1, 1]},
        "sessions": {"session": ["W-MAR"], "activity": ["writing"], "first_day": ["2026-03-02"], "seats": [2]},
        "funds": {"fund": ["pool", "time"], "amount": [10_000, 0]},
        "programs": [
            {
                "program": "tuition",
                "kind": "money",
                "fund": "pool",
                "account_share": 0.75,
                "employee_share": 0.25,
                **shared,
            },
            {
                "program": "study",
                "kind": "hours",
                "fund": "time",
                "grant": 48,
                "grant_period": "year",
                "cap": 8,
                "cap_period": "month",
                **shared,
            },
        ],
        "accounts": [
            {"person": name, "kind": kind, "program": program, "available": available}
            for name in clerks
            for kind, program, available in (("money", "tuition", 10_000), ("hours", "study", 48))
        ],
    }


class Office:
    """A ledger with plans upon it, and a short hand for what is asked of both."""

    def __init__(self, path: Any = ":memory:", *, mock: bool = False, play_money: bool = False, people: int = CLERKS):
        self.organization = gr.Organization.from_tables(**tables(people, mock))
        self.ledger = gr.Ledger(path, create=True, play_money=play_money)
        self.agreements = gr.Agreements(self.ledger, self.organization)
        self.now = "2026-01-05"
        self.asked = 0

    def key(self) -> str:
        self.asked += 1
        return f"k{self.asked}"

    def supply(self, pool: int = 10_000) -> None:
        people = len(self.organization.people) - 1
        by: dict[str, Any] = {"at": self.now, "by": "office"}
        assert self.ledger.supply("pool", **by, fund="pool", amount=pool)
        assert self.ledger.supply("time", **by, fund="time", kind="hours", amount=48 * people)
        assert not self.ledger.fund_programs(self.organization, **by).refused
        for number in range(people):
            self.ledger.contribute(f"own {number}", **by, person=clerk(number), program="tuition", amount=600)

    def ask(self, plan: str, capacity: str, operation: str, **cells: Any) -> gr.PlanReceipt:
        by = plan.split("/")[0] if capacity == "employee" else "Chief"
        method = getattr(self.agreements, operation)
        receipt = method(self.key(), at=self.now, by=by, acting_as=capacity, plan=plan, **cells)
        assert isinstance(receipt, gr.PlanReceipt)
        return receipt

    def propose(self, plan: str, *items: dict[str, Any]) -> None:
        assert self.ask(plan, "employee", "write", person=plan.split("/")[0], items=[*(items or [COURSE])])
        assert self.ask(plan, "employee", "propose")

    def agree(self, plan: str, manager_first: bool = False) -> gr.PlanReceipt:
        """Both agree, in one order or the other. The last receipt."""
        first, second = ("manager", "employee") if manager_first else ("employee", "manager")
        self.ask(plan, first, "agree")
        return self.ask(plan, second, "agree")

    def pool(self) -> Any:
        return self.ledger.balance(fund="pool", at=self.now).available
