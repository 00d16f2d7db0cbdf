"""Where risk gathers, and on how few people a capability rests (contract §3.2, Heat map and Concentration)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from . import levels
from .organization import Organization, Row, Tables, parents, rows, upward
from .risk import IMPACT_BANDS, LEVEL_CUTS, LIKELIHOOD_BANDS, risk_level


def heat_map(
    tables: Tables,
    risks: Sequence[Row],
    by: str = "unit",
    roll_up: bool = False,
    likelihood_bands: Sequence[float] = LIKELIHOOD_BANDS,
    impact_bands: Sequence[float] = IMPACT_BANDS,
    level_cuts: Sequence[float] = LEVEL_CUTS,
) -> list[dict[str, Any]]:
    """The table `heat_map` of one grouping; rows of the own role alone. The one member of `all` is None."""
    people = {row["person"]: row for row in rows(tables, "people")}
    families = {row["role"]: row.get("family") for row in rows(tables, "roles")}
    units = parents(tables, "units", "unit")
    capabilities = parents(tables, "capabilities", "capability")

    def members(row: Row) -> list[str | None]:
        match by:
            case "all":
                return [None]
            case "role":
                return [row["role"]]
            case "family":
                return [families.get(row["role"])]
        member = people[row["person"]].get(by)
        return upward(units, member) or [None] if by == "unit" and roll_up else [member]

    cells: dict[tuple[str | None, str], list[Row]] = defaultdict(list)
    for row in risks:
        if row["basis"] == "role":
            for member in members(row):
                for capability in upward(capabilities, row["capability"]) if roll_up else [row["capability"]]:
                    cells[member, capability].append(row)

    heat = []
    for (member, capability), cell in sorted(cells.items(), key=lambda found: (found[0][0] or "", found[0][1])):
        below = math.fsum(row["likelihood"] for row in cell)
        impact = math.fsum(row["impact"] for row in cell) / len(cell)
        heat.append({
            "grouping": by,
            "member": member,
            "capability": capability,
            "requirements": len(cell),
            "people": len({row["person"] for row in cell}),
            "unknown": sum(row["status"] == "unknown" for row in cell),
            "below": below,
            "shortfall": math.fsum(row["shortfall"] for row in cell),
            "exposure": math.fsum(row["exposure"] for row in cell),
            "likelihood": below / len(cell),
            "risk_level": risk_level(below / len(cell), impact, likelihood_bands, impact_bands, level_cuts),
        })
    return heat


def concentration(tables: Tables, estimates: Sequence[Row], as_of: date, cover: float = 2) -> list[dict[str, Any]]:
    """The table `concentration`: per capability and level that own roles require, who is expected to hold it."""
    org = Organization(tables, as_of)
    required_by: dict[tuple[str, float], set[str]] = defaultdict(set)
    for person, role in org.roles.items():
        for row in org.requirements.get(role, ()):
            required_by[row["capability"], org.position(row["capability"], row["level"])].add(person)
    found = []
    for (capability, required), people in sorted(required_by.items()):
        holders = 0.0
        for known in estimates:
            if known["capability"] == capability and known["person"] in org.people and levels.is_rated(known):
                mean, sd, _ = levels.level(org, known["person"], capability, known)
                holders += 1 - levels.likelihood(mean, sd, required)
        found.append({
            "capability": capability,
            "level": required,
            "required_by": len(people),
            "holders": holders,
            "single_point": holders < cover,
        })
    return found
