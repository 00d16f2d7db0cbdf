"""Funds: how much there is, what it is spent on, and what more of it would remove."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .._disclosure import hide_small
from .material import Material, distinct
from .wording import money, number, share

SHOWN = 60  # funds, the largest
DETAILED = 12  # funds of which is shown what they are spent on
LARGEST = 8  # activities of a fund that are shown one by one
SPENT = 0.995  # of its amount: such a fund stands in the way, whatever its price
PER = 1000  # of the currency: what one more unit of it removes is too small a number to read


def make_funds(material: Material) -> dict[str, Any]:
    plan, currency = material.plan, material.currency
    resources = plan.resources
    rows = [row for row in resources.rows() if row["kind"] == "fund"]
    by_key = {row["resource"]: row for row in rows}
    table = material.organization.funds
    about = {row["fund"]: row for row in table.rows()}
    hidden, own_hidden = _hidden(material, {key: row["parent"] for key, row in about.items()})
    funds: list[dict[str, Any]] = []
    largest = {row["resource"] for row in sorted(rows, key=lambda row: (-row["capacity"], row["resource"]))[:SHOWN]}
    for key, depth in _tree({key: row["parent"] for key, row in about.items()}):
        if key not in largest:
            continue
        row = by_key[key]
        hide = hidden[key]
        used, capacity = row["used"], row["capacity"]
        told = not own_hidden[key] and sum(bool(fund["spending"]) for fund in funds) < DETAILED
        spending = _spending(material, key) if told else []
        funds.append({
            "key": key,
            "name": about[key]["name"] or key if "name" in about[key] else key,
            "depth": depth,
            "unit": material.unit(about[key]["unit"]) if about[key]["unit"] else "everyone",
            "amount": money(capacity, currency),
            "used": None if hide else money(used, currency),
            "left": None if hide else money(max(0.0, capacity - used), currency),
            "share": None if hide else share(min(1.0, used / capacity)) if capacity else None,
            "part": None if hide else min(1.0, used / capacity) if capacity else 0.0,
            "binding": bool(row["binding"]),
            "price": number(row["price"] * PER),
            "worth": row["price"],
            "spending": spending,
            "chart": None if hide else {"used": used, "capacity": capacity},
        })
    return {
        "funds": funds,
        "given": len(table) > 0,
        "more": len(rows) - len(funds),
        "spent": any(fund["part"] is not None and fund["part"] > SPENT for fund in funds),
        "binding": [fund for fund in funds if fund["binding"]],
        "per": f"{currency} {PER:,}",
        "parts": _parts(material),
    }


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


def _hidden(material: Material, parents: dict[str, str | None]) -> tuple[dict[str, bool], dict[str, bool]]:
    """Funds whose use, and those whose own use without the funds below, would tell of few people.

    A fund's use is that of its own items and of the funds below, so these parts are weighed together, from the roots
    down; below a hidden fund, all are hidden.
    """
    if material.names:
        return dict.fromkeys(parents, False), dict.fromkeys(parents, False)
    items = material.items
    names = {key: place for place, key in enumerate(items.keys("fund").tolist())}
    funds, people = items.codes("fund"), items.codes("person")
    order = list(_tree(parents))
    inside: dict[str | None, set[int]] = {}
    own = {key: set(people[funds == names[key]].tolist()) if key in names else set() for key in parents}
    for key, _ in reversed(order):
        inside.setdefault(key, set()).update(own[key])
        inside.setdefault(parents[key], set()).update(inside[key])
    hidden: dict[str | None, bool] = {None: False}
    own_hidden: dict[str, bool] = {}
    above: list[str | None] = [None, *(key for key, _ in order)]
    for parent in above:
        children = [child for child, _ in order if parents[child] == parent]
        if hidden[parent] or not children:
            hidden.update(dict.fromkeys(children, True))
            if parent is not None:
                own_hidden[parent] = hidden[parent]
            continue
        direct = [] if parent is None else [len(own[parent])]
        flags = hide_small([*direct, *(len(inside[child]) for child in children)], material.min_cell)
        hidden.update(zip(children, flags[len(direct) :], strict=True))
        if parent is not None:
            own_hidden[parent] = flags[0]
    return {key: hide for key, hide in hidden.items() if key is not None}, own_hidden


def _spending(material: Material, fund: str) -> list[dict[str, Any]]:
    """What the fund itself, without those below, is spent on: the largest activities, then the others together."""
    items = material.items
    codes = items.codes("fund")
    named = np.flatnonzero(items.keys("fund") == fund)
    places = np.flatnonzero(np.isin(codes, named))
    activities, people = items.codes("activity")[places], items.codes("person")[places]
    costs = items.column("fund_cost")[places]
    size = len(items.keys("activity"))
    totals = np.bincount(activities, weights=costs, minlength=size)
    heads = distinct(activities, people, size)
    used = np.flatnonzero((totals > 0) & (heads > 0))
    if not len(used):
        return []
    hide = np.array(hide_small(heads[used].tolist(), material.min_cell)) & (not material.names)
    order = sorted(used[~hide], key=lambda code: (-totals[code], code))[:LARGEST]
    together = np.unique(people[~np.isin(activities, order) & (costs > 0)])
    if not material.names and 0 < len(together) < material.min_cell:
        return []  # what is left when the large ones are taken off would tell of few
    keys = items.keys("activity")
    total = float(totals[used].sum())
    rows: list[dict[str, Any]] = [
        {
            "name": material.activity(keys[code]),
            "people": int(heads[code]),
            "money": money(totals[code], material.currency),
            "part": float(totals[code]) / total,
        }
        for code in order
    ]
    rest = total - sum(row["part"] for row in rows) * total
    others = len(used) - len(rows)
    if others and rest > 1e-9 * total:
        noun = "other activity" if others == 1 else "other activities"
        rows.append({
            "name": f"{others} {noun}",
            "people": None,
            "money": money(rest, material.currency),
            "part": rest / total,
        })
    return rows


def _parts(material: Material) -> list[dict[str, Any]]:
    """Who pays: funds, learning accounts, employees."""
    items = material.items
    found = []
    for column, name in (
        ("fund_cost", "Funds"),
        ("account_cost", "Learning accounts"),
        ("employee_cost", "Employees themselves"),
    ):
        costs = items.column(column)
        paying = costs > 0
        found.append((name, float(np.sum(costs)), len(np.unique(items.codes("person")[paying]))))
    total = sum(part for _, part, _ in found)
    hide = [False] * 3 if material.names else hide_small([people for _, _, people in found], material.min_cell)
    return [
        {
            "name": name,
            "money": None if hidden else money(part, material.currency),
            "people": None if hidden else people,
            "share": None if hidden or not total else share(part / total),
            "part": 0.0 if hidden or not total else part / total,
        }
        for (name, part, people), hidden in zip(found, hide, strict=True)
        if part > 0
    ]
