"""Funds: how much there is, what it is spent on, and what more of it would remove."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._disclosure import Bools, hide_tree
from .material import Material
from .wording import money, number, share

SHOWN = 60  # funds, the largest
DETAILED = 12  # funds of which is shown what they are spent on
LARGEST = 8  # activities of a fund that are shown one by one
SPENT = 0.995  # of its amount: such a fund stands in the way, whatever its price
PAYERS = {"fund_cost": "Funds", "account_cost": "Learning accounts", "employee_cost": "Employees themselves"}
PER = 1000  # of the currency: what one more unit of it removes is too small a number to read


def make_funds(material: Material) -> dict[str, Any]:
    plan, currency = material.plan, material.currency
    rows = [row for row in plan.resources.rows() if row["kind"] == "fund"]
    by_key = {row["resource"]: row for row in rows}
    about = {row["fund"]: row for row in material.organization.funds.rows()}
    parents = {key: row["parent"] for key, row in about.items()}
    spending = _spending(material, parents)
    funds: list[dict[str, Any]] = []
    hidden = False  # a fund that stands in the way
    told: list[Bools] = []  # the items of each figure of money that is shown
    largest = {row["resource"] for row in sorted(rows, key=lambda row: (-row["capacity"], row["resource"]))[:SHOWN]}
    for key, depth in _tree(parents):
        if key not in largest:
            continue
        row = by_key[key]
        hide = key not in spending.funds
        used, capacity = row["used"], row["capacity"]
        listed = sum(bool(fund["spending"]) for fund in funds) < DETAILED
        lines, items = _lines(material, spending, key) if listed else ([], [])
        told += [*([] if hide else [spending.within(material, key, parents)]), *items]
        binding = bool(row["binding"]) and not hide  # a price would tell that all is used
        hidden = hidden or (hide and bool(row["binding"]))
        funds.append({
            "key": key,
            "name": about[key]["name"] or key if "name" in about[key] else key,
            "depth": depth,
            "unit": material.unit(about[key]["unit"]) if about[key]["unit"] else "everyone",
            "amount": money(capacity, currency),
            "used": None if hide else money(used, currency),
            "left": None if hide else money(max(0.0, capacity - used), currency),
            "part": None if hide else min(1.0, used / capacity) if capacity else 0.0,
            "binding": binding,
            "price": None if hide else number(row["price"] * PER),
            "worth": row["price"],
            "spending": lines,
            "chart": None if hide else {"used": used, "capacity": capacity},
        })
    parts, paying = _parts(material, spending)
    return {
        "funds": funds,
        "given": len(about) > 0,
        "more": len(rows) - len(funds),
        "spent": any(fund["part"] is not None and fund["part"] > SPENT for fund in funds),
        "binding": [fund for fund in funds if fund["binding"]],
        "hidden": hidden,
        "per": f"{currency} {PER:,}",
        "parts": parts,
        "total": spending.total,
        "told": [*told, *paying, *([np.asarray(material.items.column("cost")) > 0] if spending.total else [])],
    }


@dataclass(frozen=True)
class Spending:
    """Which figures of money may be told: of all of it, of who pays, of funds, and of activities of a fund.

    They are one tree, each the sum of those below it, from the cost of the plan down.
    """

    total: bool
    payers: set[str]
    funds: set[str]
    activities: set[tuple[int, int]]  # codes of a fund and an activity, in the items

    def within(self, material: Material, fund: str, parents: dict[str, str | None]) -> Bools:
        """The items that the fund or one below it pays for."""
        keys = material.items.keys("fund").tolist()
        inside = {fund}
        for key, _ in _tree(parents):
            if parents[key] in inside:
                inside.add(key)
        codes = [code for code, key in enumerate(keys) if key in inside]
        found: Bools = np.isin(material.items.codes("fund"), codes) & (material.items.column("fund_cost") > 0)
        return found


def _spending(material: Material, parents: dict[str, str | None]) -> Spending:
    items = material.items
    people, funds, activities = (items.codes(name) for name in ("person", "fund", "activity"))
    above = [-1, *[0] * len(PAYERS)]
    paying: list[set[int]] = [set(), *(set(people[items.column(column) > 0].tolist()) for column in PAYERS)]
    paying[1] = set()  # of the funds: the sum of those below
    node: dict[str | None, int] = {None: 1}
    for key, _ in _tree(parents):
        node[key] = len(above)
        above.append(node[parents[key]])
        paying.append(set())
    paid = items.column("fund_cost") > 0
    charged: dict[tuple[int, int], set[int]] = {}
    for fund, activity, person in zip(
        funds[paid].tolist(), activities[paid].tolist(), people[paid].tolist(), strict=True
    ):
        charged.setdefault((fund, activity), set()).add(person)
    own = {}  # of each fund: what it pays itself
    for fund in sorted({fund for fund, _ in charged}):
        own[fund] = len(above)
        above.append(node[items.keys("fund")[fund] if fund >= 0 else None])
        paying.append(set())
    lists = {pair: len(above) + place for place, pair in enumerate(sorted(charged))}
    above += [own[fund] for fund, _ in lists]
    paying += [charged[pair] for pair in lists]
    hidden = [False] * len(above) if material.names else hide_tree(above, paying, material.min_cell)
    return Spending(
        not hidden[0],
        {column for place, column in enumerate(PAYERS, 1) if not hidden[place]},
        {key for key in parents if not hidden[node[key]]},
        {pair for pair, place in lists.items() if not hidden[place]},
    )


def _tree(parents: dict[str, str | None]) -> Iterator[tuple[str, int]]:
    """Keys and depths, parents before children."""
    below: dict[str | None, list[str]] = {}
    for key, parent in parents.items():
        below.setdefault(parent, []).append(key)
    stack = [(key, 0) for key in reversed(below.get(None, []))]
    while stack:
        key, depth = stack.pop()
        yield key, depth
        stack += [(child, depth + 1) for child in reversed(below.get(key, []))]


def _lines(material: Material, spending: Spending, fund: str) -> tuple[list[dict[str, Any]], list[Bools]]:
    """What the fund itself, without those below, is spent on: the largest activities, then the others together."""
    items = material.items
    codes = [code for code, key in enumerate(items.keys("fund").tolist()) if key == fund]
    costs = np.asarray(items.column("fund_cost"))
    mine = np.isin(items.codes("fund"), codes) & (costs > 0)
    activities, people = items.codes("activity"), items.codes("person")
    keys = items.keys("activity")
    totals = np.bincount(activities[mine], weights=costs[mine], minlength=len(keys))
    used = np.flatnonzero(totals > 0)
    told = [code for code in used.tolist() if (codes[0], code) in spending.activities]
    if not told:
        return [], []
    total = float(totals.sum())
    named = sorted(told, key=lambda code: (-totals[code], code))[:LARGEST]
    masks = [mine & (activities == code) for code in named]
    rows: list[dict[str, Any]] = [
        {
            "name": material.activity(keys[code]),
            "people": len(np.unique(people[mask])),
            "money": money(totals[code], material.currency),
            "part": float(totals[code]) / total,
        }
        for code, mask in zip(named, masks, strict=True)
    ]
    others = len(used) - len(named)
    if others:
        rest = mine & ~np.isin(activities, named)
        rows.append({
            "name": f"{others} other {'activity' if others == 1 else 'activities'}",
            "people": None,
            "money": money(costs[rest].sum(), material.currency),
            "part": float(costs[rest].sum()) / total,
        })
        masks.append(rest)
    return rows, masks


def _parts(material: Material, spending: Spending) -> tuple[list[dict[str, Any]], list[Bools]]:
    """Who pays: funds, learning accounts, employees."""
    sums = {column: float(np.sum(material.items.column(column))) for column in PAYERS}
    total = sum(sums.values())
    rows: list[dict[str, Any]] = []
    for column, name in PAYERS.items():
        told = column in spending.payers
        if sums[column] > 0:
            rows.append({
                "name": name,
                "money": money(sums[column], material.currency) if told else None,
                "share": share(sums[column] / total) if told and spending.total else None,
                "part": sums[column] / total if told and spending.total else 0.0,
            })
    return rows, [np.asarray(material.items.column(column)) > 0 for column in PAYERS if column in spending.payers]
