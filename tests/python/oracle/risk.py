"""Risk: likelihood times impact, and what the strategy adds to it (contract §3.2, Risk)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from .organization import Organization, Row, Tables, cell, parents, rows, upward

LIKELIHOOD_BANDS = (0.1, 0.3, 0.5, 0.8)
IMPACT_BANDS = (2.0, 4.0, 6.0, 8.0)
LEVEL_CUTS = (4.0, 9.0, 16.0)
LEVELS = ("low", "moderate", "high", "extreme")


def band(number: float, cuts: Sequence[float]) -> int:
    """1 + the number of cuts below the number."""
    return 1 + sum(cut < number for cut in cuts)


def risk_level(
    likelihood: float,
    impact: float,
    likelihood_bands: Sequence[float] = LIKELIHOOD_BANDS,
    impact_bands: Sequence[float] = IMPACT_BANDS,
    level_cuts: Sequence[float] = LEVEL_CUTS,
) -> str:
    """The word for the product of the two bands."""
    score = band(likelihood, likelihood_bands) * band(impact, impact_bands)
    return LEVELS[band(score, level_cuts) - 1]


def strategic_weight(org: Organization, person: str, capability: str) -> float:
    """1 + Σ over objectives of their normalised weight × the strongest link, of theirs or below, that holds."""
    objectives = rows(org.tables, "objectives")
    above = parents(org.tables, "objectives", "objective")
    capabilities = upward(org.capability_parents, capability)
    strongest: dict[str, float] = {}
    for link in rows(org.tables, "objective_links"):
        if link["capability"] in capabilities and org.in_scope(person, link):
            for objective in upward(above, link["objective"]):
                strongest[objective] = max(strongest.get(objective, 0.0), float(cell(link, "strength", 1)))
    total = sum(float(cell(row, "weight", 1)) for row in objectives)
    return 1 + sum(float(cell(r, "weight", 1)) / total * strongest.get(r["objective"], 0.0) for r in objectives)


def assess_risk(
    tables: Tables,
    gaps: Sequence[Row],
    as_of: date,
    likelihood_bands: Sequence[float] = LIKELIHOOD_BANDS,
    impact_bands: Sequence[float] = IMPACT_BANDS,
    level_cuts: Sequence[float] = LEVEL_CUTS,
) -> list[dict[str, Any]]:
    """The table `risks`: the gaps with impact, exposure and bands."""
    org = Organization(tables, as_of)
    criticalities = {
        (role, row["capability"]): float(cell(row, "criticality", 3))
        for role, found in org.requirements.items()
        for row in found
    }
    risks = []
    for gap in gaps:
        criticality = 3.0 if gap["basis"] == "goal" else criticalities.get((gap["role"], gap["capability"]), 3.0)
        strategic = strategic_weight(org, gap["person"], gap["capability"])
        impact = criticality * strategic
        risks.append({
            **gap,
            "criticality": criticality,
            "strategic_weight": strategic,
            "impact": impact,
            "exposure": impact * gap["shortfall"] / org.range(gap["capability"]),
            "likelihood_band": band(gap["likelihood"], likelihood_bands),
            "impact_band": band(impact, impact_bands),
            "risk_level": risk_level(gap["likelihood"], impact, likelihood_bands, impact_bands, level_cuts),
        })
    return risks
